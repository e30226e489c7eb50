"""What is read of slides that a group made with other tools, and that hostile files harm nobody."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.evidence import slide_facts as module
from coursekit.evidence.readers import pdf as pdf_reader
from coursekit.evidence.readers import pptx as pptx_reader
from coursekit.evidence.slide_facts import FileFacts, slide_facts
from coursekit.submission import open_submission
from tests.building import write
from tests.report.slides_made import archive, group, pdf, picture, pptx, text_box, title


def read(tmp_path: Path, name: str, data: bytes, readme: str = "# Talk\n") -> FileFacts:
    write(
        tmp_path,
        {"README.md": "# Cats\n", "4_Presentation/README.md": readme, f"4_Presentation/{name}": data},
    )
    (found,) = open_submission(tmp_path).once(slide_facts)
    reader = {"pptx": pptx_reader, "pdf": pdf_reader}.get(name.rpartition(".")[2])
    if reader and found.known:  # the process says what the function returns
        assert module._facts(found.path, json.loads(json.dumps(reader.read(data)))) == found
    elif reader:
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever ends the process
            module._facts(found.path, reader.read(data))
    return found


def test_words_and_sizes_inherited_ones_too(tmp_path: Path) -> None:
    data = pptx([title("Our talk") + text_box("Größe &amp; Zahl", size=1100), text_box("hidden")], hidden=[2])
    found = read(tmp_path, "talk.pptx", data)
    assert (found.known, found.count) == (True, 1)
    (slide,) = found.slides
    assert (slide.text, slide.words) == ("Our talk\nGröße & Zahl", 5)
    assert [(letters.size, letters.count) for letters in slide.letters] == [(11.0, 10), (44.0, 7)]


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (text_box("a", color="777777"), [("#777777", "#ffffff")]),
        (text_box("a", color="777777", fill="101010"), [("#777777", "#101010")]),
        (title("a"), [("#000000", "#ffffff")]),
        # A picture lies below: its colors are not known.
        (picture("x", at=(0, 0, 12_000_000, 6_000_000)) + text_box("a", color="777777"), []),
        # A dark panel below the text is its ground; one that covers half of it says nothing.
        (
            text_box("", fill="000000", at=(0, 0, 12_192_000, 6_858_000)) + text_box("a", color="777777"),
            [("#777777", "#000000")],
        ),
        (text_box("", fill="000000", at=(0, 0, 6_000_000, 6_858_000)) + text_box("a", color="777777"), []),
        # PowerPoint's Designer lays a shape over the slide that is filled like its ground.
        (
            text_box("", at=(0, 0, 12_192_000, 6_858_000), attributes='useBgFill="1"')
            + text_box("a", color="777777"),
            [("#777777", "#ffffff")],
        ),
        (text_box("a"), []),
        (text_box("a", color="zzzzzz"), []),
    ],
)
def test_text_and_ground_where_both_are_stated(
    tmp_path: Path, shapes: str, expected: list[tuple[str, str]]
) -> None:
    (slide,) = read(tmp_path, "talk.pptx", pptx([shapes])).slides
    assert [(colored.ink, colored.ground) for colored in slide.colored] == expected


def test_colors_of_the_theme_with_their_brightness(tmp_path: Path) -> None:
    shade = '<a:schemeClr val="tx1"><a:lumMod val="50000"/><a:lumOff val="50000"/></a:schemeClr>'
    ground = f"<p:bg><p:bgPr><a:solidFill>{shade}</a:solidFill></p:bgPr></p:bg>"
    (slide,) = read(tmp_path, "talk.pptx", pptx([title("a")], background=ground)).slides
    assert [(colored.ink, colored.ground) for colored in slide.colored] == [("#000000", "#808080")]
    picture_ground = "<p:bg><p:bgPr><a:blipFill/></p:bgPr></p:bg>"
    (slide,) = read(tmp_path / "b", "talk.pptx", pptx([title("a")], background=picture_ground)).slides
    assert slide.colored == ()


def test_what_has_no_room(tmp_path: Path) -> None:
    shrunk = text_box("tiny", body='<a:normAutofit fontScale="40000"/>')
    outside = text_box("gone", at=(11_500_000, 1_000_000, 3_000_000, 900_000))
    over = text_box("many words " * 60, at=(600_000, 600_000, 4_000_000, 1_000_000))
    grown = text_box("many words " * 60, at=(600_000, 600_000, 4_000_000, 1_000_000), body="<a:spAutoFit/>")
    (slide,) = read(tmp_path, "talk.pptx", pptx([shrunk + outside + over + grown + title("fine")])).slides
    kinds = [(crowded.kind, crowded.sample[:4]) for crowded in slide.crowded]
    assert kinds == [("shrunk", "tiny"), ("outside", "gone"), ("over", "many")]
    assert min(letters.size for letters in slide.letters) == 9.6


def test_a_group_of_shapes_is_placed_as_it_is_drawn(tmp_path: Path) -> None:
    inner = text_box("far", at=(100_000, 100_000, 800_000, 400_000))
    (small,) = read(tmp_path / "a", "talk.pptx", pptx([group(inner, scale=2)])).slides
    (large,) = read(tmp_path / "b", "talk.pptx", pptx([group(inner, scale=40)])).slides
    assert small.crowded == ()
    assert [crowded.kind for crowded in large.crowded] == ["outside"]


def test_pictures_without_alt_text(tmp_path: Path) -> None:
    shapes = (
        picture()
        + picture("plot.png", "Grafik 5")
        + picture("Errors per class")
        + group(picture(name="Inner"))
    )
    (slide,) = read(tmp_path, "talk.pptx", pptx([shapes])).slides
    assert slide.undescribed == ("Picture 4", "Grafik 5", "Inner")


CHART = (
    '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="5" name="Chart 1"/><p:nvPr/></p:nvGraphicFramePr><p:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="900" cy="900"/></p:xfrm><a:graphic><a:graphicData><c:chart xmlns:c="c"/>'
    "</a:graphicData></a:graphic></p:graphicFrame>"
)
TABLE = (
    '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="5" name="Table 1"/></p:nvGraphicFramePr><a:graphic><a:graphicData>'
    "<a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Accuracy</a:t></a:r><a:br/><a:r><a:t>0.95</a:t></a:r></a:p></a:txBody>"
    "</a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
)
DECORATION = (
    '<p:pic><p:nvPicPr><p:cNvPr id="6" name="Wave"><a:extLst><a:ext><x:decorative xmlns:x="x" val="1"/></a:ext></a:extLst>'
    "</p:cNvPr></p:nvPicPr><p:spPr/></p:pic>"
)


def test_charts_tables_and_decorations(tmp_path: Path) -> None:
    choice = f'<m:AlternateContent xmlns:m="m"><m:Choice/><m:Fallback>{picture(name="Old")}</m:Fallback></m:AlternateContent>'
    (slide,) = read(tmp_path, "talk.pptx", pptx([CHART + TABLE + DECORATION + choice])).slides
    assert slide.undescribed == ("Chart 1", "Old")
    assert (slide.text, slide.words) == ("Accuracy 0.95", 0)


def styled(inner: str, run: str = "<a:rPr/>", style: str = "") -> str:
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="7" name="Shape"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="5000000" cy="3000000"/></a:xfrm>{inner}</p:spPr>{style}<p:txBody><a:bodyPr/><a:p><a:r>{run}'
        "<a:t>word</a:t></a:r></a:p></p:txBody></p:sp>"
    )


LINK = '<a:rPr><a:hlinkClick r:id="rId9"/></a:rPr>'
GREY = '<a:rPr><a:solidFill><a:srgbClr val="808080"/></a:solidFill></a:rPr>'
STYLE = (
    '<p:style><a:fillRef idx="{n}"><a:schemeClr val="accent1"/></a:fillRef>'
    '<a:fontRef idx="minor"><a:schemeClr val="bg1"/></a:fontRef></p:style>'
)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (styled("", LINK), [("#ffff00", "#ffffff")]),
        (styled("", style=STYLE.format(n=1)), [("#ffffff", "#4472c4")]),
        (styled("", style=STYLE.format(n=3)), []),
        (styled("<a:noFill/>", style=STYLE.format(n=1)), [("#ffffff", "#ffffff")]),
        (styled("<a:gradFill/>", GREY), []),
        (styled('<a:solidFill><a:prstClr val="black"/></a:solidFill>', GREY), [("#808080", "#000000")]),
        (
            styled('<a:solidFill><a:sysClr val="window" lastClr="FFFFFF"/></a:solidFill>', GREY),
            [("#808080", "#ffffff")],
        ),
        (styled("<a:solidFill><a:hslClr/></a:solidFill>", GREY), []),
        (
            styled(
                '<a:solidFill><a:srgbClr val="000000"><a:alpha val="40000"/></a:srgbClr></a:solidFill>', GREY
            ),
            [],
        ),
        (
            styled(
                '<a:solidFill><a:srgbClr val="000000"><a:lumMod val="x"/></a:srgbClr></a:solidFill>', GREY
            ),
            [],
        ),
        (styled("", "<a:rPr><a:gradFill/></a:rPr>"), []),
    ],
)
def test_colors_by_style_and_by_name(tmp_path: Path, shape: str, expected: list[tuple[str, str]]) -> None:
    (slide,) = read(tmp_path, "talk.pptx", pptx([shape])).slides
    assert [(colored.ink, colored.ground) for colored in slide.colored] == expected


def test_pages_of_a_pdf(tmp_path: Path) -> None:
    found = read(tmp_path, "talk.pdf", pdf([[(40, "Our talk"), (20, "two words")], [(5, "small")]]))
    assert (found.count, found.tagged) == (2, False)
    assert [(slide.words, slide.pictures) for slide in found.slides] == [(4, 1), (1, 1)]
    assert [(letters.size, letters.count) for letters in found.slides[0].letters] == [(20.0, 8), (40.0, 7)]


def test_sizes_are_those_on_a_page_540_points_high(tmp_path: Path) -> None:
    (page,) = read(tmp_path, "talk.pdf", pdf([[(20, "a4")]], width=1920, height=1080)).slides
    assert [letters.size for letters in page.letters] == [10.0]


def test_the_slides_that_the_readme_links_to_are_those_handed_in(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "README.md": "# Cats\n",
            "4_Presentation/README.md": "[Slides](talk.pdf)",
            "4_Presentation/talk.pdf": pdf([[(20, "a")]]),
            "4_Presentation/plot.pdf": pdf([[(2, "b")]]),
            "4_Presentation/talk.odp": b"PK",
        },
    )
    assert [file.path for file in open_submission(tmp_path).once(slide_facts)] == ["4_Presentation/talk.pdf"]


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        archive({}),
        archive({"ppt/presentation.xml": "<a/>"}),
        pptx(["<p:sp>"]),
        pptx([text_box("x")], prefix=BOMB),
        pptx([text_box("x")], prefix='<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
        pptx(["<p:grpSp>" * 300 + "</p:grpSp>" * 300]),
        pptx([" " * 25_000_000]),
    ],
    ids=["empty", "none", "no parts", "no slides", "cut off", "entities", "outside", "deep", "large"],
)
def test_hostile_presentations_are_refused(tmp_path: Path, data: bytes) -> None:
    found = read(tmp_path, "talk.pptx", data)
    assert (found.known and found.count > 0, found.slides) == (False, ())


def test_a_part_that_is_larger_than_the_directory_says(tmp_path: Path) -> None:
    data = bytearray(pptx([text_box("x" * 5000)]))
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED):
        pass
    at = data.rindex(b"ppt/slides/slide1.xml") - 46 + 24  # the size unpacked, in the central directory
    data[at : at + 4] = (10).to_bytes(4, "little")
    assert not read(tmp_path, "talk.pptx", bytes(data)).known


@pytest.mark.parametrize("ending", ["pdf", "pptx", "odp", "ppt"])
def test_what_cannot_be_read_is_not_known(tmp_path: Path, ending: str) -> None:
    assert not read(tmp_path, f"talk.{ending}", b"%PDF-1.4 broken").known


def test_a_reader_that_hangs_or_prints_nonsense_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(*_: object, **__: object) -> object:
        raise subprocess.TimeoutExpired("reader", 1)

    monkeypatch.setattr(module.subprocess, "run", hang)
    assert not read(tmp_path / "a", "talk.pdf", b"%PDF").known
    done = subprocess.CompletedProcess([], 0, b'{"count": "many"}', b"")
    monkeypatch.setattr(module.subprocess, "run", lambda *_, **__: done)
    assert not read(tmp_path / "b", "talk.pdf", b"%PDF").known


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=3)), max_size=5))
def test_damaged_files_raise_nothing_but_what_ends_the_process(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(pptx([title("a") + text_box("b", color="777777") + picture()]))
    for at, piece in changes:
        data[at % len(data) : at % len(data) + len(piece)] = piece
    try:
        found = pptx_reader.read(bytes(data))
    except Exception as error:  # noqa: BLE001 - the process ends with it, and prints nothing
        assert not isinstance(error, RecursionError)
    else:
        json.dumps(found)


def test_the_readers_run_by_themselves() -> None:
    for reader, data in ((pptx_reader, pptx([title("Alone")])), (pdf_reader, pdf([[(20, "Alone")]]))):
        done = subprocess.run(
            [sys.executable, "-I", str(reader.__file__)], input=data, capture_output=True, check=True
        )
        assert json.loads(done.stdout) == json.loads(json.dumps(reader.read(data)))
