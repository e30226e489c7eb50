"""Hostile repositories: nothing of theirs becomes markup, in any format."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from coursekit.report import Report, build_report
from coursekit.report.convert import html_table, safe_link, visible
from coursekit.report.pictures import picture_of
from coursekit.submission.markdown import plain
from tests.report import digits, project
from tests.report.hostile import RUN, hostile

#: Every element that our template uses.
ALLOWED = set(
    re.findall(
        r"[\w-]+",
        "html head meta title style body div section h1 h2 p span strong em a code br ul ol li "
        "table caption colgroup col thead tbody tr th td figure figcaption img pre aside script svg "
        "path text rect circle ",
    )
)
ATTRIBUTES = set(
    re.findall(
        r"[\w-]+",
        "lang charset http-equiv content name class id data-timing aria-label aria-hidden role href "
        "target rel src alt width height scope tabindex start xmlns viewbox font-family font-size "
        "font-weight fill stroke stroke-width stroke-dasharray stroke-linejoin text-anchor "
        "transform x y rx cx cy r d ",
    )
)


class Page(HTMLParser):
    """Collects what a browser's parser would see as elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in self.inline:
            self._open = tag
            self.inline[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag == self._open else self._open

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inline[self._open][-1] += data


def page_of(report: Report) -> Page:
    return Page(next(f.path for f in report.files if f.format == "html").read_text("utf-8"))


@pytest.fixture
def attacked(tmp_path: Path) -> Report:
    return build_report(project(tmp_path, hostile()), force=True)


def test_only_our_elements_and_attributes_are_in_the_page(attacked: Report) -> None:
    page = page_of(attacked)
    assert {tag for tag, _ in page.elements} <= ALLOWED
    names = {name for tag, attrs in page.elements for name in attrs}
    assert names <= ATTRIBUTES, names - ATTRIBUTES
    assert len(page.inline["script"]) == 3
    for _, attrs in page.elements:
        assert attrs.get("href", "https:").startswith(("https:", "http:", "mailto:"))
        assert attrs.get("src", "data:image/png;").startswith(("data:image/png;", "data:image/jpeg;"))


def test_scripts_and_styles_are_the_ones_of_a_harmless_deck(attacked: Report, tmp_path: Path) -> None:
    harmless = page_of(build_report(project(tmp_path / "harmless", digits())))
    page = page_of(attacked)
    assert page.inline["script"] == harmless.inline["script"]
    assert page.inline["style"][:2] == harmless.inline["style"][:2]
    assert RUN not in "".join(page.inline["style"])


def test_the_policy_allows_exactly_what_is_there(attacked: Report) -> None:
    page = page_of(attacked)
    policy = next(
        a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    rules = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    assert rules["default-src"] == ["'none'"]
    assert rules["img-src"] == rules["font-src"] == ["data:"]
    assert "unsafe" not in policy
    assert "http" not in policy
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        for text in page.inline[tag]:
            digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
            assert f"'sha256-{digest}'" in rules[rule]
    assert all(
        re.fullmatch(r"'sha256-[\w+/=]{44}'", item) for item in rules["script-src"] + rules["style-src"]
    )


def test_hostile_text_is_shown_as_text_in_the_pdf(attacked: Report) -> None:
    reader = PdfReader(io.BytesIO(attacked.files[0].path.read_bytes()))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "<script>" in text
    assert "{{ cycler" in text.replace("\n", " ")
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            action = annotation.get_object().get("/A", {})
            assert str(action.get("/URI", "https:")).startswith(("https:", "http:", "mailto:"))
            assert action.get("/S", "/URI") in {"/URI", "/GoTo"}
    assert "/JavaScript" not in str(reader.trailer["/Root"])


@pytest.mark.parametrize(
    "target",
    ["javascript:x", " JAVASCRIPT:x", "java\nscript:x", "data:text/html,x", "file:///x", "vbscript:x", "//x.org", "x.md", "#a",
     'https://x.org/"onload=', "https://x.org/ b", "http://"],
)  # fmt: skip
def test_links_that_are_not_safe_are_dropped(target: str) -> None:
    assert safe_link(target) == ""


def test_safe_links_stay() -> None:
    for target in ("https://x.org/a?b=c#d", "http://x.org", "mailto:a@x.org"):
        assert safe_link(target) == target
    assert safe_link("www.x.org") == "https://www.x.org"


def test_what_cannot_be_seen_is_left_out() -> None:
    assert visible("a\u202eb\x1b[31m\u200bc\td") == "ab[31mc d"


def test_a_table_s_scripts_are_no_text() -> None:
    source = "<table><tr><th>a<script>x</script></th></tr><tr><td>1<table><tr><td>y</td></tr></table></td></tr></table>"
    table = html_table(source)
    assert table is not None
    assert [[plain(cell) for cell in row] for row in table.rows] == [["a"], ["1y"]]


def test_pictures_are_written_anew(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, "PNG", pnginfo=None)
    smuggled = file.getvalue() + b"<script>PWNED</script>"
    picture = picture_of(smuggled)
    assert picture is not None
    assert b"PWNED" not in picture.data


@pytest.mark.parametrize("size", [(30_000, 30_000), (1, 1), (2_000_000, 10)])
def test_pictures_too_large_or_too_small_are_left_out(size: tuple[int, int]) -> None:
    header = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
        + size[0].to_bytes(4)
        + size[1].to_bytes(4)
        + b"\x08\x02\x00\x00\x00"
    )
    assert picture_of(header + b"\x00" * 40) is None


def test_a_large_picture_is_scaled_down_and_a_plot_stays_sharp() -> None:
    file = io.BytesIO()
    Image.effect_noise((3000, 2000), 80).convert("RGB").save(file, "JPEG")
    picture = picture_of(file.getvalue())
    assert picture is not None
    assert (picture.width, picture.height, picture.mime) == (1620, 1080, "image/jpeg")
    file = io.BytesIO()
    plot = Image.new("RGB", (640, 480), "white")
    plot.paste("navy", (10, 10, 300, 300))
    plot.save(file, "PNG")
    picture = picture_of(file.getvalue())
    assert picture is not None
    again = Image.open(io.BytesIO(picture.data)).convert("RGB")
    assert again.tobytes() == plot.tobytes()
