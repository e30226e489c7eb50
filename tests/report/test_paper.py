"""The written report: what is in it, that it hangs together, and that nothing of a group's becomes markup."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pygit2
import pytest
from pypdf import PdfReader

from coursekit.checker import check_path
from coursekit.model import Status
from coursekit.report import Report, build_report
from coursekit.report.mark import is_ours
from coursekit.report.paper import breakable
from tests.building import markdown, notebook
from tests.report import EPOCH, bare, digits, project
from tests.report.hostile import RUN, hostile
from tests.report.test_hostile import ATTRIBUTES, Page


@pytest.fixture(autouse=True)
def _epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def paper(root: Path, **options: object) -> Report:
    return build_report(root, to="paper", **options)  # type: ignore[arg-type]


def html_of(report: Report) -> str:
    return next(f.path for f in report.files if f.format == "paper-html").read_text("utf-8")


def reader_of(report: Report) -> PdfReader:
    return PdfReader(io.BytesIO(next(f.path for f in report.files if f.format == "paper-pdf").read_bytes()))


def text_of(report: Report) -> str:
    return "\n".join(page.extract_text() for page in reader_of(report).pages)


def body_of(report: Report) -> str:
    """Return the page's text without its style, on one line."""
    text = re.sub(r"<style>.*?</style>", "", html_of(report), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_both_files_lie_beside_the_slides_and_the_pdf_is_linked(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    build_report(root)
    report = paper(root)
    assert sorted(file.path.name for file in report.files) == ["report.html", "report.pdf"]
    assert all(is_ours(file.path.read_bytes()) for file in report.files)
    readme = (root / "4_Presentation" / "README.md").read_text()
    assert "[Slides](presentation.pdf)" in readme
    assert "[Written report](report.pdf)" in readme
    assert paper(root).linked is None


def test_a_report_is_no_slides(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    paper(root)
    found = {finding.code: finding.status for finding in check_path(root).findings}
    assert found["PRE601"] is not Status.MET
    assert "name_of_your_file" in (root / "4_Presentation" / "README.md").read_text(), (
        "the place is for slides"
    )


def test_both_formats_say_the_same(tmp_path: Path) -> None:
    report = paper(project(tmp_path, digits()))
    in_pdf, in_html = " ".join(text_of(report).split()), body_of(report)
    for part in (
        "Reading handwritten digits",
        "Zoë Müller-Lüdenscheid",
        "Winter 2025/26",
        "9 October 2025",
        "Abstract",
        "The best model, MLP 64-64-10, reaches accuracy 0.9750, the baseline (Softmax regression) 0.9472.",
        "Related work",
        "Gradient-based learning applied to document recognition [1]",
        "Methods: Voting, Bayes, Dempster–Shafer",
        "1797 Bilder mit Größe 8 × 8, häufig unscharf.",
        "Table 1: Dataset overview",
        "Softmax regression is simple and quick to train.",
        "The layers with the shapes of their outputs and their parameters, 4,810 in all",
        "class Swish(Layer)",
        "+0.0278",
        "The best of 6 trials of the search",
        "The gradient of our layer was wrong at first; the gradient check found it.",
        "Next we would try convolutions.",
        "Contributions",
        "References",
        "https://doi.org/10.1109/21.155943",
    ):
        assert part in in_pdf, part
        assert " ".join(part.split()) in in_html.replace("&#39;", "'"), part


def test_chapters_are_the_milestones_in_order(tmp_path: Path) -> None:
    article = paper(project(tmp_path, digits())).deck.article
    assert article is not None
    assert [chapter.key for chapter in article.chapters] == [
        "introduction",
        "literature",
        "dataset",
        "baseline",
        "model",
        "results",
        "challenges",
        "discussion",
        "conclusion",
    ]
    assert article.missing == ()


def test_nothing_is_told_twice(tmp_path: Path) -> None:
    text = body_of(paper(project(tmp_path, bare())))
    for part in (
        "The network makes half of the errors.",
        "the gradient check found it",
        "We tried six sizes",
    ):
        assert text.count(part) == 1, part


def test_figures_tables_and_listings_are_numbered_through(tmp_path: Path) -> None:
    text = body_of(paper(project(tmp_path, digits())))
    for kind in ("Figure", "Table", "Listing"):
        numbers = [int(number) for number in re.findall(rf"\b{kind} (\d+):", text)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers, kind


def test_the_pdf_is_tagged_and_has_headings_to_jump_to(tmp_path: Path) -> None:
    reader = reader_of(paper(project(tmp_path, digits()), lang="de"))
    root = reader.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert [str(page.mediabox.width)[:3] for page in reader.pages][:1] == ["595"]
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert "3 Eigenschaften der Daten" in [" ".join(title.split()) for title in titles]
    assert f"1 / {len(reader.pages)}" in reader.pages[0].extract_text()


def test_headings_and_labels_speak_german(tmp_path: Path) -> None:
    text = body_of(paper(project(tmp_path, digits()), lang="de"))
    for part in (
        "Zusammenfassung",
        "Verwandte Arbeiten",
        "Abbildung 1:",
        "Quellen",
        "9. Oktober 2025",
        "4 810",
    ):
        assert part in text, part


def test_what_is_missing_is_framed_in_a_draft_and_left_out_in_the_end(tmp_path: Path) -> None:
    root = project(tmp_path, {"README.md": "# Cats\n\n## Description\n\nWe tell cats from dogs.\n"})
    draft = paper(root)
    assert "Literature review" not in draft.missing
    assert "Related work" in draft.missing
    assert "Name at least two sources" in " ".join(text_of(draft).split())
    assert "Name at least two sources" in body_of(draft)
    assert "Draft:" in body_of(draft)
    assert "slide" not in draft.as_text()
    final = paper(root, final=True)
    assert "Name at least two" not in text_of(final) + body_of(final)
    assert "Draft:" not in body_of(final)
    assert "We tell cats from dogs." in text_of(final)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    one = paper(project(tmp_path / "a", digits()), output=tmp_path / "1")
    two = paper(project(tmp_path / "b", digits()), output=tmp_path / "2")
    assert [f.path.read_bytes() for f in one.files] == [f.path.read_bytes() for f in two.files]


def test_a_report_of_a_group_s_own_is_kept(tmp_path: Path) -> None:
    root = project(tmp_path, {**digits(), "4_Presentation/report.pdf": "ours"})
    report = paper(root)
    assert (root / "4_Presentation" / "report.pdf").read_text() == "ours"
    assert sorted(file.path.name for file in report.files) == [
        "report-coursekit.html",
        "report-coursekit.pdf",
    ]


def test_an_abstract_of_the_group_s_own_comes_first(tmp_path: Path) -> None:
    root = project(
        tmp_path, {"README.md": "# Cats\n\n## Abstract\n\nCats are no dogs.\n\n## Description\n\nLong.\n"}
    )
    article = paper(root).deck.article
    assert article is not None
    assert "Cats are no dogs." in str(article.abstract)
    assert "Long." not in str(article.abstract)


def test_without_one_the_description_and_the_conclusion_make_the_abstract(tmp_path: Path) -> None:
    readme = "# Cats\n\n## Description\n\nWe tell cats.\n\n## Results\n\n- **Conclusion:** Cats are hard.\n"
    article = paper(project(tmp_path, {"README.md": readme})).deck.article
    assert article is not None
    assert "We tell cats." in str(article.abstract)
    assert "Cats are hard." in str(article.abstract)


def test_a_long_report_has_a_table_of_contents(tmp_path: Path) -> None:
    words = "Ein langer Satz über Größen. " * 400
    files = {"1_DatasetCharacteristics/a.ipynb": notebook(markdown(f"# Data\n\n## Overview\n\n{words}"))}
    long, short = paper(project(tmp_path / "a", {**bare(), **files})), paper(project(tmp_path / "b", bare()))
    assert "Contents" in text_of(long)
    assert "Contents" in body_of(long)
    assert "Contents" not in text_of(short) + body_of(short)


def test_what_nobody_would_read_is_left_out_and_said(tmp_path: Path) -> None:
    cells = [markdown(f"## Distribution {n}\n\n{'Wort ' * 300}{n}") for n in range(60)]
    report = paper(
        project(tmp_path, {"1_DatasetCharacteristics/a.ipynb": notebook(*cells), "README.md": "# A\n"})
    )
    assert "the rest is left out here" in body_of(report)
    assert len(reader_of(report).pages) < 60


def repository(root: Path) -> pygit2.Repository:
    git = pygit2.init_repository(root, initial_head="main")
    ours = pygit2.Signature("zoe mueller", "zoe@example.org", int(EPOCH), 0)
    toml = root / "project.toml"
    toml.write_text(
        toml.read_text("utf-8").replace('Lüdenscheid"', 'Lüdenscheid"\nemail = "Zoe@example.org"'), "utf-8"
    )
    git.index.add_all()
    git.create_commit("HEAD", ours, ours, "Work", git.index.write_tree(), [])
    theirs = pygit2.Signature("&lt;script&gt; [a](javascript:x)", "x@example.org", int(EPOCH), 0)
    (root / "3_Model" / "note.md").write_text("one\ntwo\n")
    git.index.add("3_Model/note.md")
    git.create_commit("HEAD", theirs, theirs, "More", git.index.write_tree(), [git.head.target])
    return git


def test_contributions_come_from_the_history(tmp_path: Path) -> None:
    root = project(tmp_path / "group", digits())
    git = repository(root)
    clone = pygit2.clone_repository(str(root), str(tmp_path / "group.git"), bare=True)
    for report in (paper(root), paper(Path(clone.path), output=tmp_path / "out")):
        text = body_of(report)
        table = text[text.index("Contributions") :]
        assert "Zoë Müller-Lüdenscheid 1" in table
        assert "&amp;lt;script&amp;gt; [a](javascript:x) 1" in table
        assert "no grade" in table or "not a grade" in table
        assert "No commit carries the name or e-mail of Søren O&#39;Brien" in table
        assert "zoe@example.org" not in html_of(report).casefold(), "addresses are nobody's business"
    assert not git.head_is_unborn


def test_without_a_history_the_members_are_named(tmp_path: Path) -> None:
    report = paper(project(tmp_path, digits()))
    text = body_of(report)
    assert "Søren O&#39;Brien" in text[text.index("Contributions") :]


# -- hostile ------------------------------------------------------------------------------------

ELEMENTS = set(
    re.findall(
        r"\w+",
        "html head meta title style body main header section nav h1 h2 h3 p span strong em a code br ul ol li blockquote "
        "table thead tbody tr th td figure figcaption div img pre svg path text rect circle",
    )
) | {"h1"}


def test_nothing_hostile_becomes_an_element_and_nothing_may_run(tmp_path: Path) -> None:
    report = paper(project(tmp_path, hostile()), force=True)
    page = Page(html_of(report))
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    names = {name for _, attrs in page.elements for name in attrs}
    assert names <= ATTRIBUTES | {"aria-labelledby"}, names - ATTRIBUTES
    assert page.inline["script"] == []
    assert RUN not in "".join(page.inline["style"])
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not {"unsafe", "http", "script"} & set(re.findall(r"\w+", policy))
    for _, attrs in page.elements:
        assert attrs.get("href", "https:").startswith(("https:", "http:", "mailto:", "#"))
        assert attrs.get("src", "data:image/png;").startswith(("data:image/png;", "data:image/jpeg;"))


def test_hostile_text_is_text_in_the_pdf(tmp_path: Path) -> None:
    reader = reader_of(paper(project(tmp_path, hostile()), force=True))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "<script>" in text
    assert 'panic("typst")' in text.replace("\n", "")
    assert "\u200b" not in text
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            action = annotation.get_object().get("/A", {})
            assert str(action.get("/URI", "https:")).startswith(("https:", "http:", "mailto:"))
            assert action.get("/S", "/URI") in {"/URI", "/GoTo"}
    assert "/JavaScript" not in str(reader.trailer["/Root"])


def test_very_long_words_may_be_broken() -> None:
    assert breakable("kurz und gut") == "kurz und gut"
    pieces = breakable("https://example.org/" + "x" * 90).split("\u200b")
    assert max(map(len, pieces)) <= 21
    assert "".join(pieces) == "https://example.org/" + "x" * 90


def test_paper_is_light_in_every_theme(tmp_path: Path) -> None:
    root = project(tmp_path / "group", digits())
    one = paper(root, theme="dark", output=tmp_path / "dark")
    two = paper(root, theme="light", output=tmp_path / "light")
    assert [f.path.read_bytes() for f in one.files] == [f.path.read_bytes() for f in two.files]
    assert "prefers-color-scheme:dark" in html_of(one)
