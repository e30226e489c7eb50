"""Fitting: smaller text first, then a second slide, then fewer words; nothing is higher than the page."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.report import layout
from coursekit.report.deck import VISUALS, Block, Bullet, Bullets, Code, Paragraph, Slide, Table
from coursekit.report.fit import SHORTENED, column_widths, fit, fit_title, wrap_code
from coursekit.report.measure import lines_of, text_width
from coursekit.submission import Span
from coursekit.submission.markdown import plain


def text(words: int, role: str = "text") -> Paragraph:
    return Paragraph((Span(" ".join(["Größenordnung"] * words)),))


def height(slide: Slide) -> float:
    tallest = 0.0
    for blocks, width in zip((slide.body, slide.aside), column_widths(slide), strict=True):
        assert not any(isinstance(block, VISUALS) and block.box == (0.0, 0.0) for block in blocks)
        total = sum(layout.height_of(block, width, slide.size) for block in blocks)
        tallest = max(tallest, total + layout.gap(slide.size) * max(len(blocks) - 1, 0))
    return tallest


def test_little_text_is_large_and_more_is_smaller() -> None:
    (short,) = fit(Slide("T", (text(10),)), more=1, language="en", final=False)
    (longer,) = fit(Slide("T", (text(110),)), more=1, language="en", final=False)
    assert short.size == layout.SIZES[0]
    assert layout.SMALLEST <= longer.size < short.size


def test_too_much_goes_to_a_second_slide_and_the_rest_to_the_notes() -> None:
    slide = Slide("T", tuple(text(40) for _ in range(7)))
    first, second = fit(slide, more=1, language="de", final=False)
    assert second.title == "T (Fortsetzung)"
    assert first.hints == ()
    assert height(first) <= layout.body_height(hint=False)
    (alone,) = fit(slide, more=0, language="de", final=False)
    assert alone.hints == (SHORTENED.de,)
    assert alone.notes.count("Größenordnung") == 280
    assert plain(alone.body[-1].spans).endswith("…")  # type: ignore[union-attr]
    (final,) = fit(slide, more=0, language="de", final=True)
    assert final.hints == ()


def test_a_long_list_is_parted_between_its_entries() -> None:
    items = tuple(Bullet((Span(f"Entry {n} " + "word " * 12),)) for n in range(24))
    made = fit(Slide("T", (Bullets(items),)), more=1, language="en", final=False)
    assert len(made) == 2
    assert "Entry 0" in str(made[0].body)
    assert "Entry 23" in str(made[1].body) + made[1].notes


def test_a_table_keeps_its_header_and_loses_rows() -> None:
    rows = tuple(tuple((Span(f"{row}/{column}"),) for column in range(4)) for row in range(80))
    (made,) = fit(Slide("T", (Table(rows),)), more=0, language="en", final=False)
    (table,) = made.body
    assert isinstance(table, Table)
    assert table.rows[0] == rows[0]
    assert plain(table.rows[-1][0]) == "…"
    assert sum(table.widths) <= layout.body_width() + 0.1


def test_code_is_wrapped_with_a_mark() -> None:
    wrapped = wrap_code("    result = function(argument_one, argument_two, argument_three)", 40)
    assert max(map(len, wrapped.split("\n"))) <= 40
    assert "↪" in wrapped
    assert wrap_code("short", 40) == "short"


def test_a_title_of_one_endless_word_is_cut_in_it() -> None:
    title = fit_title("x" * 3000)
    assert title.endswith("x…")
    assert lines_of((Span(title),), layout.body_width(), layout.TITLE_SIZES[-1], strong=True) <= 2


def test_code_with_lines_that_are_too_long_is_wrapped() -> None:
    (made,) = fit(Slide("Code", (Code("x = " + "1 + " * 90 + "1"),)), more=0, language="en", final=False)
    (block,) = made.body
    assert isinstance(block, Code)
    longest = max(map(len, block.source.split("\n")))
    assert "↪" in block.source
    assert text_width("x" * longest, block.size, mono=True) <= layout.body_width() - 2 * layout.CODE_PAD


def test_titles_are_cut_after_two_lines() -> None:
    (made,) = fit(Slide("word " * 100, (text(3),)), more=0, language="en", final=False)
    assert made.title.endswith("…")
    assert lines_of((Span(made.title),), layout.body_width(), layout.TITLE_SIZES[-1], strong=True) <= 2


def test_widths_are_sensible() -> None:
    assert text_width("W", 20) > text_width("i", 20) > 0
    assert text_width("李", 20) == 20 * 1.03
    assert text_width("a\u0308", 20) == text_width("a", 20)
    assert text_width("iiii", 20, mono=True) == text_width("WWWW", 20, mono=True)
    assert lines_of((Span("a b c"),), 1000, 20) == 1
    assert lines_of((Span("x" * 500),), 200, 20) > 10
    assert lines_of((Span("a"), Span("", "break"), Span("b")), 1000, 20) == 2


words = st.text(alphabet="abcäß W1.-", max_size=400)
blocks = st.one_of(
    st.builds(lambda t: Paragraph((Span(t),)), words),
    st.builds(
        lambda ts: Bullets(tuple(Bullet((Span(t),), n % 3) for n, t in enumerate(ts))),
        st.lists(words, min_size=1, max_size=12),
    ),
    st.builds(lambda t: Paragraph((Span(t),), "label"), words),
    st.builds(lambda t, n: Code("\n".join([t] * n)), words, st.integers(1, 60)),
    st.builds(
        lambda t, n, m: Table(tuple(tuple((Span(t[:80]),) for _ in range(m)) for _ in range(n))),
        words,
        st.integers(2, 40),
        st.integers(1, 8),
    ),
)


@given(
    body=st.lists(blocks, max_size=5),
    aside=st.lists(blocks, max_size=2),
    more=st.integers(0, 2),
    final=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_nothing_is_higher_than_its_page(
    body: list[Block], aside: list[Block], more: int, final: bool
) -> None:
    made = fit(Slide("Title", tuple(body), tuple(aside)), more=more, language="en", final=final)
    assert 1 <= len(made) <= more + 1
    for slide in made:
        assert height(slide) <= layout.body_height(hint=bool(slide.hints) and not final) + 0.1
