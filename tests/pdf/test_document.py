"""The PDF layer: accessible, the same every time, text as data, and every character accounted for."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from coursekit.pdf import compile_pdf
from coursekit.pdf.fonts import choose_fonts, font_folders, needed

TEMPLATE = """
#let data = json("data.json")
#set document(title: data.title, date: datetime(year: 2026, month: 1, day: 2))
#set text(font: data.fonts, lang: "de")
= #data.title
#data.text
"""
MOMENT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def make(folder: Path, text: str, title: str = "Ein Titel") -> tuple[bytes, frozenset[str]]:
    template = folder / "template.typ"
    template.write_text(TEMPLATE, "utf-8")
    pdf = compile_pdf(template, {"title": title, "text": text}, images={}, moment=MOMENT)
    return pdf.data, pdf.missing


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def test_a_pdf_is_tagged_and_says_what_it_is(tmp_path: Path) -> None:
    reader = read(make(tmp_path, "Größe")[0])
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "de"
    assert reader.metadata is not None
    assert reader.metadata.title == "Ein Titel"
    assert b"<pdfuaid:part>1<" in catalog["/Metadata"].get_data()


def test_the_same_text_gives_the_same_bytes(tmp_path: Path) -> None:
    assert make(tmp_path, "x") == make(tmp_path, "x")


@pytest.mark.parametrize(
    "text", ['#panic("run")', "#sys.version", "= no heading", "$x$ *b* _i_ @ref <label> // \\ `raw`"]
)
def test_markup_in_text_is_text(tmp_path: Path, text: str) -> None:
    data, _ = make(tmp_path, text, title=text)
    assert text in read(data).pages[0].extract_text().replace("\n", " ")


def test_umlauts_emoji_and_other_scripts_are_there(tmp_path: Path) -> None:
    data, missing = make(tmp_path, "äöüß 😀 ✅ Ω שלום Жук")
    assert missing == frozenset()
    text = read(data).pages[0].extract_text()
    for part in ("äöüß", "😀", "Ω", "Жук"):
        assert part in text


def test_a_character_that_no_font_has_is_told_and_shown_as_a_box(tmp_path: Path) -> None:
    rare = "\U0001fbff\u1bfc"  # signs of which no packaged font has one
    lacking = choose_fonts(rare).missing
    data, missing = make(tmp_path, f"before {rare} after")
    assert missing == lacking
    text = read(data).pages[0].extract_text()
    assert "before" in text
    assert "after" in text


def test_the_machine_s_fonts_are_asked_only_for_what_is_lacking() -> None:
    assert choose_fonts("plain äöü 😀").families[:2] == choose_fonts("x").families[:2]
    assert choose_fonts("plain").fonts is choose_fonts("äöü").fonts


def test_what_is_never_drawn_needs_no_font() -> None:
    assert needed("a\n\u200d\ufe0f\u202e\x07") == {"a"}


def test_the_fonts_are_installed() -> None:
    assert font_folders()
