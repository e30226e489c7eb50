"""Codes, keys, signatures and statements of certificates."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pygit2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.config import parse_course
from coursekit.errors import InputError, MissingExtraError
from coursekit.tracking.certificates import keys, reader
from coursekit.tracking.certificates.codes import new_code, read_code
from coursekit.tracking.certificates.document import Sheet, design_of, draw
from coursekit.tracking.certificates.keys import PRIVATE, PUBLIC, load_public, open_signer
from coursekit.tracking.certificates.seal import envelope, has_seal, opened, seal_of, sealed
from coursekit.tracking.certificates.statement import Design, canonical, compose, differences
from tests.course.certifying import SESSIONS, TOML

DAY = dt.date(2026, 7, 15)
DESIGN = Design(b"template", {})
COURSE = parse_course((TOML + SESSIONS).encode())


def test_codes_are_read_as_people_type_them() -> None:
    code = new_code()
    assert read_code(code) == code
    assert read_code(f" {code.lower().replace('-', ' ')} ") == code
    assert read_code("0O1IL-23456-7é") is None
    assert read_code("oiLa-bcde-fghj") == "011A-BCDE-FGHJ"
    assert read_code(code + "A") is None
    assert read_code("UUUU-UUUU-UUUU") is None
    assert len({new_code() for _ in range(500)}) == 500


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    signer, notes = open_signer(tmp_path, make=True)
    assert "Made the course's key" in notes[0]
    if os.name == "posix":
        assert (tmp_path / PRIVATE).stat().st_mode & 0o777 == 0o600
    (tmp_path / ".certificate-key-left.tmp").write_text("half a key")
    again, notes = open_signer(tmp_path, make=True)
    assert not (tmp_path / ".certificate-key-left.tmp").exists()
    assert again.public.fingerprint == signer.public.fingerprint
    assert notes == ()
    assert load_public(tmp_path / PUBLIC).verifies(again.sign(b"x"), b"x")
    assert not (tmp_path / ".gitignore").exists()
    if os.name == "posix":
        (tmp_path / PRIVATE).chmod(0o644)
        assert "Others on this machine can read" in open_signer(tmp_path, make=True)[1][0]


def test_a_lost_key_is_not_replaced_by_another(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected the course's private key"):
        open_signer(tmp_path, make=False)
    open_signer(tmp_path, make=True)
    (tmp_path / PRIVATE).rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="Put it back from your backup"):
        open_signer(tmp_path, make=True)
    other = tmp_path / "other"
    other.mkdir()
    open_signer(other, make=True)
    (other / PRIVATE).rename(tmp_path / PRIVATE)
    with pytest.raises(InputError, match="of another key"):
        open_signer(tmp_path, make=True)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 99, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PRIVATE).write_bytes(content)
    (tmp_path / PUBLIC).write_bytes(content)
    with pytest.raises(InputError, match="expected an Ed25519 private key"):
        open_signer(tmp_path, make=True)
    with pytest.raises(InputError, match="expected an Ed25519 public key"):
        load_public(tmp_path / PUBLIC)
    with pytest.raises(InputError, match="expected the course's public key"):
        load_public(tmp_path / "gone")


def test_a_key_stays_out_of_git(tmp_path: Path) -> None:
    pygit2.init_repository(str(tmp_path))
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / ".gitignore").write_text("*.log", "utf-8")
    notes = open_signer(folder, make=True)[1]
    assert notes[1] == f"Added /{PRIVATE} to .gitignore."
    lines = (folder / ".gitignore").read_text("utf-8").splitlines()
    assert lines == ["*.log", "# Whoever has this key can sign certificates.", f"/{PRIVATE}"]
    assert open_signer(folder, make=True)[1] == ()
    repository = pygit2.Repository(str(tmp_path))
    repository.index.add(f"course/{PRIVATE}")
    repository.index.write()
    assert "is in git" in open_signer(folder, make=True)[1][0]


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(MissingExtraError) as error:
        keys.need_cryptography()
    assert "coursekit-dl[certificates]" in error.value.hint


@given(st.binary(max_size=300), st.text(max_size=80))
def test_every_changed_byte_breaks_the_seal_and_every_changed_letter_the_signature(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, text: str
) -> None:
    signer = _signer(tmp_path_factory)
    text = text.encode("utf-8", "replace").decode()
    file = sealed(data, "AAAA-BBBB-CCCC", signer.sign)
    assert seal_of(file, signer.public) == "AAAA-BBBB-CCCC"
    assert has_seal(file)
    for at in range(0, len(file), max(1, len(file) // 25)):
        changed = bytearray(file)
        changed[at] ^= 1
        assert seal_of(bytes(changed), signer.public) is None
    assert seal_of(file + b"\n", signer.public) is None
    assert seal_of(file[1:], signer.public) is None
    signed = opened(envelope(text, signer.sign, signer.public.fingerprint))
    assert signed is not None
    assert signed.by(signer.public)
    assert signed.statement == text
    assert not replace(signed, statement=text + " ").by(signer.public)
    assert not replace(signed, signature=signed.signature[:-1]).by(signer.public)


_MADE: list[keys.Signer] = []


def _signer(factory: pytest.TempPathFactory) -> keys.Signer:
    if not _MADE:
        _MADE.append(open_signer(factory.mktemp("key"), make=True)[0])
    return _MADE[0]


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b'{"statement":1,"signature":"","key":""}', b"[" * 5000,
     b'{"statement":"","signature":"?","key":""}', b'{"statement":"\\ud800","signature":"AAAA","key":""}', b"\xff"],
)  # fmt: skip
def test_an_attachment_may_be_anything(tmp_path: Path, data: bytes) -> None:
    signed = opened(data)
    assert signed is None or not signed.by(open_signer(tmp_path, make=True)[0].public)


def test_a_statement_holds_all_that_is_printed_and_in_both_languages() -> None:
    english = compose(
        COURSE, "achievement", "Ada\nLovelace\u202e", project="x" * 300, day=DAY, code="C", design=DESIGN
    )
    assert english["student"] == "Ada Lovelace\\u202e"
    assert len(english["project"]) == 200
    assert (english["ects"], english["words"]["dated"]) == ("2.5", "Kiel, 15 July 2026")
    assert english["words"]["sessions"] == "4 sessions, 4 March 2026 – 25 March 2026"
    settings = replace(COURSE.certificates, language="de", verify_url="https://x.org/{code}")
    german = compose(
        replace(COURSE, certificates=settings), "attendance", "Ada", day=DAY, code="C", design=DESIGN
    )
    assert german["words"]["title"] == "Teilnahmebescheinigung"
    assert (
        german["words"]["sessions"]
        == "Teilnahme an mindestens 3 von 4 Terminen, 4. März 2026 – 25. März 2026"
    )
    assert (german["ects"], german["project"], german["learning_goals"]) == ("", "", [])
    assert german["verify_url"] == "https://x.org/C"
    full = compose(
        replace(COURSE, certificates=settings), "achievement", "Ada", day=DAY, code="C", design=DESIGN
    )
    assert full["ects"] == "2,5"
    assert json.loads(canonical(full)) == full
    none = compose(replace(COURSE, sessions=()), "attendance", "Ada", day=DAY, code="C", design=DESIGN)
    assert none["words"]["sessions"] == ""


def test_what_differs_is_named_and_the_code_never_counts() -> None:
    course = replace(COURSE, certificates=replace(COURSE.certificates, verify_url="https://x.org/{code}"))
    before = canonical(compose(course, "attendance", "Ada", day=DAY, code="A", design=DESIGN))

    def now(course: object = course, **values: object) -> list[str]:
        given_ = {"day": DAY, "code": "B", "design": DESIGN, "student": "Ada"} | values
        dated = bool(given_.pop("dated", True))
        student = given_.pop("student")
        return differences(before, compose(course, "attendance", student, **given_), dated=dated)  # type: ignore[arg-type]

    assert now() == []
    assert now(day=dt.date(2026, 8, 1)) == ["date", "wording"]
    assert now(day=dt.date(2026, 8, 1), dated=False) == []
    assert now(student="Eda") == ["student"]
    assert now(design=Design(b"other", {})) == ["template"]
    assert now(replace(course, name="DL")) == ["course"]
    assert now(replace(course, missed_sessions_allowed=2)) == ["wording"]
    elsewhere = replace(course.certificates, verify_url="https://y.org/{code}")
    assert now(replace(course, certificates=elsewhere)) == ["verify_url"]
    assert differences("nothing", {}, dated=True) == ["everything"]


def test_line_ends_of_a_template_make_no_difference() -> None:
    one, two = (
        compose(COURSE, "attendance", "Ada", day=DAY, code="A", design=Design(data, {}))
        for data in (b"a\nb", b"a\r\nb")
    )
    assert one == two


def test_the_same_statement_gives_the_same_bytes_with_the_statement_in_it(tmp_path: Path) -> None:
    course = replace(COURSE, folder=tmp_path)
    design = design_of(course)
    text = canonical(
        compose(course, "achievement", "*Ada* #eval $x$ <b>", project="@x", day=DAY, code="A", design=design)
    )
    one, two = (draw(Sheet(text, b'{"a": 1}', design)) for _ in range(2))
    assert one == two
    assert reader.read(one) == '{"a": 1}'
    from pypdf import PdfReader

    document = PdfReader(tmp_path / "a.pdf") if (tmp_path / "a.pdf").write_bytes(one) else None
    assert document is not None
    assert "*Ada* #eval $x$ <b>" in document.pages[0].extract_text()
    assert len(document.pages) == 1
    assert document.metadata is not None
    assert document.metadata.title == "Certificate of Achievement: *Ada* #eval $x$ <b>"


def test_pictures_and_a_qr_code_are_drawn_and_wrong_ones_refused(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (60, 30), "teal").save(tmp_path / "logo.png")
    (tmp_path / "sign.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    )
    settings = replace(
        COURSE.certificates, logo="logo.png", signature="sign.svg", verify_url="https://x.org/?c={code}"
    )
    course = replace(COURSE, folder=tmp_path, certificates=settings)
    design = design_of(course)
    stated = compose(course, "attendance", "Ada", day=DAY, code="A", design=design)
    assert len(stated["logo"]) == 64
    data = draw(Sheet(canonical(stated), b"{}", design))
    assert data.count(b"/Subtype /Image") + data.count(b"/Subtype/Image") >= 1
    (tmp_path / "logo.png").write_bytes(b"GIF89a")
    with pytest.raises(InputError, match=r"certificates\.logo: expected a PNG"):
        design_of(course)
    with pytest.raises(InputError, match=r"certificates\.signature: expected"):
        design_of(replace(course, certificates=replace(settings, logo="", signature="gone.svg")))


def test_a_mistake_in_the_template_is_told_with_its_line(tmp_path: Path) -> None:
    course = replace(COURSE, folder=tmp_path)
    (tmp_path / "certificate.typ").write_text('= Hello\n\n#let it = json("data.json")\n#it.nobody\n', "utf-8")
    design = design_of(course)
    text = canonical(compose(course, "attendance", "Ada", day=DAY, code="A", design=design))
    with pytest.raises(InputError) as error:
        draw(Sheet(text, b"{}", design))
    assert error.value.message.startswith("certificate.typ, line 4: dictionary does not contain key")
    assert "#it.nobody" in error.value.message
    assert "coursekit certificates preview" in error.value.hint
    (tmp_path / "certificate.typ").write_bytes(b"= a\n\xff")
    with pytest.raises(InputError, match="line 2: expected UTF-8"):
        design_of(course)


def test_a_character_that_no_font_has_is_never_a_box(tmp_path: Path) -> None:
    course = replace(COURSE, folder=tmp_path)
    design = design_of(course)
    text = canonical(compose(course, "attendance", "Ada \U0001bc00", day=DAY, code="A", design=design))
    with pytest.raises(InputError, match=r"none here has .* \(U\+1BC00\)"):
        draw(Sheet(text, b"{}", design))


def test_the_reader_is_a_program_that_survives_anything() -> None:
    for data in (b"", b"%PDF-1.7\n", b"\x00" * 999):
        done = subprocess.run(
            [sys.executable, "-I", reader.__file__], input=data, capture_output=True, check=False
        )
        assert done.returncode != 0 or json.loads(done.stdout) is None
