"""Verifying: genuine, changed, withdrawn or unknown, of files that may be anybody's."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from coursekit.config import Course
from coursekit.course.certificates import (
    Verified,
    build_certificates,
    list_given,
    verify,
    verifying,
    withdraw,
)
from coursekit.course.privacy import erase
from coursekit.errors import InputError
from coursekit.store import open_store
from coursekit.store.schema import certificates
from coursekit.tracking.certificates.keys import PUBLIC, open_signer
from coursekit.tracking.certificates.seal import envelope, sealed
from tests.course.certifying import TITLE, a_course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = a_course(tmp_path_factory.mktemp("course") / "c")
    build_certificates(made)
    return made


def original(course: Course, name: str = "ada-lovelace-achievement.pdf") -> bytes:
    return (course.folder / "certificates" / name).read_bytes()


def of(
    course: Course, tmp_path: Path, data: bytes, *, key: Path | None = None, alone: bool = False
) -> Verified:
    path = tmp_path / "given.pdf"
    path.write_bytes(data)
    return verify(str(path), None if alone else course, key=key)


def test_a_genuine_one_by_its_file_its_code_and_without_the_course(course: Course, tmp_path: Path) -> None:
    found = of(course, tmp_path, original(course))
    assert found.answer == "genuine"
    assert (found.stated["student"], found.stated["project"], found.stated["ects"]) == (
        "Ada Lovelace",
        TITLE,
        "2.5",
    )
    code = found.stated["code"]
    typed = verify(code.lower().replace("-", " "), course)
    assert (typed.answer, typed.stated) == ("genuine", found.stated)
    alone = of(course, tmp_path, original(course), key=course.folder / PUBLIC, alone=True)
    assert alone.answer == "genuine"
    assert "whether it was withdrawn, only the course knows" in alone.why


def test_a_single_changed_byte_is_noticed_wherever_it_is(course: Course, tmp_path: Path) -> None:
    data = original(course)
    for at in (5, len(data) // 2, len(data) - 250, len(data) - 100, len(data) - 40):
        changed = bytearray(data)
        changed[at] ^= 1
        found = of(course, tmp_path, bytes(changed))
        assert found.answer in ("changed", "unknown"), at
        assert found.answer == "changed" or not found.stated


def test_a_page_that_was_drawn_over_is_changed_and_what_was_certified_is_said(
    course: Course, tmp_path: Path
) -> None:
    """The statement in the file is still genuine; the page may show another name."""
    writer = PdfWriter(clone_from=io.BytesIO(original(course)))
    writer.pages[0].rotate(90)
    file = io.BytesIO()
    writer.write(file)
    found = of(course, tmp_path, file.getvalue())
    assert found.answer == "changed"
    assert found.stated["student"] == "Ada Lovelace"
    # The old seal behind it does not help.
    tail = original(course)[-180:]
    assert of(course, tmp_path, file.getvalue() + tail[tail.index(b"\n%coursekit") :]).answer == "changed"


def test_a_forged_statement_is_no_certificate(course: Course, tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(original(course)))
    attached = json.loads(PdfReader(io.BytesIO(original(course))).attachments["certificate.json"][0])
    attached["statement"] = attached["statement"].replace("Ada Lovelace", "Eve")
    blank = PdfWriter()
    blank.add_blank_page(100, 100)
    blank.add_attachment("certificate.json", json.dumps(attached).encode())
    file = io.BytesIO()
    blank.write(file)
    found = of(course, tmp_path, file.getvalue())
    assert (found.answer, found.stated) == ("unknown", {})
    assert (
        of(course, tmp_path, file.getvalue() + b"\n%coursekit-certificate A ed25519:x\n").answer == "changed"
    )
    # Beside the genuine one it makes two, of which none is believed.
    writer.add_attachment("certificate.json", json.dumps(attached).encode())
    file = io.BytesIO()
    writer.write(file)
    assert of(course, tmp_path, file.getvalue()).stated == {}


def test_another_courses_key_signs_nothing_here(course: Course, tmp_path: Path) -> None:
    signer, _ = open_signer(tmp_path, make=True)
    code = list_given(course)[0].certificate.code
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    statement = json.dumps({"student": "Eve", "code": code})
    writer.add_attachment("certificate.json", envelope(statement, signer.sign, signer.public.fingerprint))
    file = io.BytesIO()
    writer.write(file)
    data = sealed(file.getvalue(), code, signer.sign)
    found = of(course, tmp_path, data)
    assert (found.answer, found.stated) == ("unknown", {})
    assert "another key" in found.why
    with_key = of(course, tmp_path, data, key=tmp_path / PUBLIC, alone=True)
    assert (with_key.answer, with_key.stated["student"]) == ("genuine", "Eve")


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n%%EOF", b"\x00" * 5000, b"PK\x03\x04", b"%PDF-1.4\n" + b"1 0 obj<<" * 2000]
)
def test_what_is_no_certificate_is_unknown(course: Course, tmp_path: Path, data: bytes) -> None:
    assert of(course, tmp_path, data).answer == "unknown"


def test_a_huge_file_is_not_read(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.truncate(30_000_000)
    assert "larger than any certificate" in verify(str(path), course).why


def test_unknown_codes_and_what_is_neither_file_nor_code(course: Course, tmp_path: Path) -> None:
    assert verify("0000-0000-0000", course).answer == "unknown"
    with pytest.raises(InputError, match="which is neither"):
        verify("no-such-file.pdf", course)
    with pytest.raises(InputError, match="to look up a code"):
        verify("0000-0000-0000", None, key=course.folder / PUBLIC)
    (tmp_path / "a.pdf").write_bytes(b"x")
    with pytest.raises(InputError, match="expected the course's folder or its public key"):
        verify(str(tmp_path / "a.pdf"), None)


def test_withdrawn_ones_and_those_that_the_course_knows_no_more(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c")
    build_certificates(course)
    data = original(course)
    code = next(one.certificate.code for one in list_given(course) if one.certificate.kind == "achievement")
    withdraw(course, "Ada Lovelace", reason="copied")
    assert of(course, tmp_path, data).answer == "withdrawn"
    assert verify(code, course).answer == "withdrawn"
    with open_store(course.store) as store, store.transaction("test") as tx:
        tx.execute(certificates.delete())
    found = of(course, tmp_path, data)
    assert found.answer == "unknown"
    assert "knows nothing of it (any more)" in found.why


def test_a_genuine_file_is_known_by_its_seal_also_when_it_cannot_be_read(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **options: object) -> object:
        raise verifying.TimedOutError

    monkeypatch.setattr(verifying, "run_limited", fails)
    assert of(course, tmp_path, original(course)).stated["student"] == "Ada Lovelace"
    assert of(course, tmp_path, original(course)[:-3]).answer == "changed"


def test_of_who_was_erased_only_the_file_itself_is_genuine(tmp_path: Path) -> None:
    """The course keeps nobody's name for a code; a print with any name on it would pass."""
    made = a_course(tmp_path / "erased")
    build_certificates(made)
    data = original(made)
    code = of(made, tmp_path, data).stated["code"]
    done = erase(made, "Ada Lovelace", reason="asked for")
    assert done is not None
    assert [path.name for path in done.removed] == [
        "ada-lovelace-achievement.pdf",
        "ada-lovelace-attendance.pdf",
    ]
    found = of(made, tmp_path, data)
    assert (found.answer, found.stated["student"]) == ("genuine", "Ada Lovelace")
    assert verify(code, made).answer == "unknown"
    assert {one.student for one in list_given(made)} == {"Student 1 (erased)", "Zoë O'Hara", "Kurt"}
    again = build_certificates(made)
    assert "Student 1 (erased)" not in {one.student for one in again.entries}
