"""Bundles for the course platform: what is in them, its limits, and who is left out."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.csvwrite import BOM
from coursekit.errors import InputError
from coursekit.tracking.exports import find_export
from coursekit.tracking.exports.export import Bundle, Parcel
from coursekit.tracking.exports.kinds.platform import LIMIT, bundle
from tests.tracking.exports.making import a_course, group, student

PARCEL = Parcel(
    group(1, "Birds", members=(student(1, "Ada Lovelace"), student(2, "=cmd()"))),
    title="Birds \x1b[31m",
    description="We count birds.\n\nAll of them.",
    url="https://git.example.org/birds",
    consent=True,
    slides=(".pdf", b"%PDF-1.7"),
    cover=(".png", b"png"),
    results={"best_model": "=CNN", "metric": "accuracy", "value": "0.95"},
)


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_is_in_a_bundle() -> None:
    data, notes = bundle(PARCEL)
    files = opened(data)
    assert notes == ()
    assert list(files) == ["slides.pdf", "cover.png", "description.txt", "authors.csv", "results.csv"]
    assert files["description.txt"].decode() == (
        "Birds \\x1b[31m\n\nWe count birds.\n\nAll of them.\n\nRepository: https://git.example.org/birds\n"
    )
    assert files["authors.csv"].decode() == "name\nAda Lovelace\n'=cmd()\n"
    assert files["results.csv"].decode().splitlines()[1] == "'=CNN,accuracy,0.95,,"
    # No address of anybody: the platform's users may see what is uploaded.
    assert b"@example.org" not in data


def test_the_same_state_gives_the_same_bytes() -> None:
    assert bundle(PARCEL)[0] == bundle(replace(PARCEL))[0]
    with zipfile.ZipFile(io.BytesIO(bundle(PARCEL)[0])) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o644}


@pytest.mark.parametrize(
    ("parcel", "says"),
    [
        (replace(PARCEL, consent=False), "no consent: project.toml does not state consent_to_publish = true"),
        (
            replace(PARCEL, consent=None, problems=("project.toml: line 3",)),
            r"cannot be read \(project.toml: line 3\)",
        ),
        (replace(PARCEL, slides=None), "no slides"),
        (replace(PARCEL, slides=None, problems=("x.pdf is not what its name says",)), "x.pdf is not"),
        (
            replace(PARCEL, slides=(".pdf", bytes(LIMIT + 1))),
            "slides.pdf has 20.0 MB, and the platform takes at most",
        ),
        (replace(PARCEL, cover=(".png", bytes(LIMIT + 1))), "cover.png has 20.0 MB"),
    ],
)
def test_what_gets_no_bundle(parcel: Parcel, says: str) -> None:
    with pytest.raises(InputError, match=says):
        bundle(parcel)


def test_what_is_noted() -> None:
    bare = replace(PARCEL, cover=(".webp", b"x"), url="", description="", title="", results=None)
    data, notes = bundle(bare)
    assert notes == ("no cover image", "no address of the repository that a browser opens")
    assert opened(data)["description.txt"] == b"\n"
    large = replace(PARCEL, slides=(".pdf", bytes(LIMIT)))
    assert bundle(large)[1] == ("20.0 MB: upload the slides, not the bundle, as at most 20 MB are taken",)


def test_the_tables(snapshot) -> None:
    of = a_course()
    bundles = (
        Bundle(
            of.groups[0],
            "group-1.zip",
            2_500_000,
            "=Birds",
            "https://git.example.org/birds",
            "",
            ("no cover image",),
        ),
        Bundle(of.groups[1], reason="no consent: …", title="secret", url="https://secret.example.org"),
        Bundle(of.groups[2], reason="it took too long", failed=True),
    )
    export = find_export("platform")
    made = export.make(of, {"delimiter": "comma", "bom": True}, bundles)
    texts = {name: content.decode() for name, content in made.files.items()}
    assert texts == snapshot
    assert all(text.startswith(BOM) for text in texts.values())
    assert "secret" not in texts["bundles.csv"]
    assert made.summary == "1 bundled, 1 left out, 1 failed, of 3 groups"
    assert (made.left_out, made.notes) == snapshot
    assert len(list(csv.reader(io.StringIO(texts["participants.csv"])))) == 1 + 9


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_makes_a_bundle(title: str, description: str) -> None:
    data, _ = bundle(replace(PARCEL, title=title, description=description))
    assert opened(data)["description.txt"].decode().endswith("Repository: https://git.example.org/birds\n")
