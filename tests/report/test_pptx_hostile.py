"""Whatever a group wrote is text in the PowerPoint file, and nothing else."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from coursekit.report import build_report
from coursekit.report.deck import (
    Bullet,
    Bullets,
    Code,
    Fact,
    Facts,
    Layer,
    Math,
    Network,
    Paragraph,
    Slide,
    Table,
)
from coursekit.report.mark import marked
from coursekit.report.renderers.pptx import RENDERER
from coursekit.report.renderers.pptx._text import web_address
from coursekit.report.theme import DEFAULT
from coursekit.submission import Span
from tests.report import project
from tests.report.hostile import hostile
from tests.report.powerpoint import (
    _epoch,
    chart,
    check_geometry,
    check_safe,
    check_whole,
    deck,
    file_of,
    matrix,
    opened,
    words,
)

__all__ = ["_epoch"]


# -- hostile ---------------------------------------------------------------------------------------

EVIL = (
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "http://127.0.0.1:9/x",
    "external:c:\\x.xlsx",
    '{ INCLUDEPICTURE "http://127.0.0.1:9/p.png" }',
    '</a:t></a:r><a:fld type="datetime"/>',
    "]]><!--&#x0;&amp;<?xml?>",
    "\x00\x01\x08\x0b\x0c\x1b\x1f\x7f\ufffe\uffff",
    "_x000D__x0041_",
    "x" * 3000,
    "Donaudampfschifffahrtsgesellschaftskapitän" * 40,
    "\u202eabc\u2066",
    "नमस्ते 你好 🇩🇪👩‍👩‍👧",
)


def test_a_hostile_repository_does_nothing(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, hostile()), to="pptx", force=True)
    path = file_of(report)
    check_safe(path.read_bytes())
    presentation = Presentation(str(path))
    check_whole(report.deck, presentation)
    assert "<script>" in "\n".join(words(slide) for slide in presentation.slides)


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_text_is_text_wherever_it_stands(evil: str) -> None:
    span = (Span(evil),)
    slides = [
        Slide(evil, (Paragraph(span), Bullets((Bullet(span),))), notes=evil, eyebrow=evil, seconds=5),
        Slide(evil, (Table(((span, span), (span, span)), caption=evil),), (Code(evil, "python", evil),)),
        Slide(evil, (chart(0.5, 0.4, names=(evil,)),), (matrix(2, label=evil),)),
        Slide(evil, (Facts((Fact(evil, evil, evil),)), Network((Layer(evil, evil, evil, evil),), evil))),
        Slide(evil, (Paragraph(span, "lead"),), layout="closing"),
        Slide(evil, (Math(evil),), hints=(evil,)),
    ]
    made = dataclasses.replace(deck(*slides, title=evil), authors=(evil,), outline=())
    data = marked(RENDERER.render(made, DEFAULT).data, RENDERER.comment)
    check_safe(data)
    presentation = Presentation(io.BytesIO(data))
    for slide in presentation.slides:
        check_geometry(slide)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://a.org", "https://a.org"),
        ("http://a.org:80/x?y=1#z", "http://a.org:80/x?y=1#z"),
        ("http://a.org/ü|{1}%zz%20#a#b", "http://a.org/%C3%BC%7C%7B1%7D%25zz%20#a%23b"),
        ("https://https://a.org", ""),
        ("https://[::1]/", ""),
        ("https://ü.de/", ""),
        ("ftp://a.org", ""),
    ],
)
def test_addresses_are_written_so_that_office_programs_read_them(address: str, written: str) -> None:
    assert web_address(address) == written


@pytest.mark.parametrize(
    "target",
    ["javascript:x", "file:///etc/passwd", "mailto:a@x.org", "ppaction://hlinkshowjump", "data:text/html,x",
     "\\\\host\\share", "ms-word:ofe|u|http://x", "http://", "https://[bad", "#slide2", "notes.docx"],
)  # fmt: skip
def test_only_addresses_of_the_web_are_links(target: str) -> None:
    text = (
        Span("see", "link", target),
        Span("web", "link", "https://example.org/a?b=1&c=<"),
        Span("ok", "link", "https://example.org/a?b=1&c=2"),
    )
    presentation = opened(deck(Slide("Links", (Paragraph(text), Table(((text,), (text,)))))))
    addresses = {rel.target_ref for rel in presentation.slides[0].part.rels.values() if rel.is_external}
    assert addresses == {"https://example.org/a?b=1&c=2"}
    assert "see" in words(presentation.slides[0])


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.text(max_size=400), st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_text_makes_a_file_that_opens(title: str, text: str, items: list[str]) -> None:
    bullets = Bullets(tuple(Bullet((Span(item),), n % 3, n % 2) for n, item in enumerate(items)))
    made = deck(
        Slide(title, (Paragraph((Span(text), Span("", "break"), Span(text, "code"))), bullets), notes=text)
    )
    data = marked(RENDERER.render(made, DEFAULT).data, RENDERER.comment)
    check_safe(data)
    assert len(Presentation(io.BytesIO(data)).slides) == len(made.slides)
