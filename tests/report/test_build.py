"""`build_report`: the files, what is in them, and that nothing of a group's is lost."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import pygit2
import pytest
from pypdf import PdfReader

from coursekit.checker import check_path
from coursekit.errors import InputError
from coursekit.model import Status
from coursekit.report import Report, build_report, format_names, lint_report, make_cover
from coursekit.report.mark import is_ours, marked
from coursekit.report.rendering import find_renderers
from tests.building import markdown, notebook, write
from tests.report import EPOCH, bare, digits, project

PRE = ("PRE601", "PRE602", "PRE603")


@pytest.fixture(autouse=True)
def _epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def pages(report: Report) -> list[str]:
    pdf = next(file.path for file in report.files if file.format == "pdf")
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf.read_bytes())).pages]


def statuses(root: Path) -> list[Status]:
    found = {finding.code: finding.status for finding in check_path(root).findings}
    return [found[code] for code in PRE]


def snapshot_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_every_section_has_its_slides(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, digits()))
    assert [(s.key, s.slides, s.missing) for s in report.deck.outline] == [
        ("title", 1, False),
        ("introduction", 1, False),
        ("literature", 1, False),
        ("dataset", 2, False),
        ("baseline", 1, False),
        ("model", 4, False),
        ("results", 3, False),
        ("challenges", 1, False),
        ("discussion", 1, False),
        ("conclusion", 1, False),
        ("questions", 1, False),
    ]
    assert report.deck.seconds == 900
    assert len(pages(report)) == 17


def test_the_text_and_numbers_are_in_the_pdf(tmp_path: Path) -> None:
    text = "\n".join(pages(build_report(project(tmp_path, digits()))))
    for part in (
        "Reading handwritten digits",
        "Zoë Müller-Lüdenscheid",
        "Søren O'Brien {{ x }} #box",
        "9 October 2025",
        "Gradient-based learning",
        "Größe 8 × 8",
        "😀",
        "0.975",
        "0.9472",
        "+0.0278",
        "4,810",
        "class Swish(Layer)",
        "The gradient of our layer was wrong at first",
        "Questions?",
    ):
        assert part in text, part


def test_the_pdf_says_what_it_is(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, digits()), lang="de")
    reader = PdfReader(io.BytesIO(report.files[0].path.read_bytes()))
    assert reader.metadata is not None
    assert reader.metadata.title == "Reading handwritten digits"
    assert reader.metadata.creation_date_raw == "D:20251009000000Z"
    assert "Literaturüberblick" in "".join(page.extract_text() for page in reader.pages)


def test_without_results_files_the_deck_comes_from_text_and_outputs(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, bare()))
    assert not report.missing
    text = "\n".join(pages(report))
    for part in ("97.5 % on the test set", "Softmax 0.947", "Images per class", "Sequential([Dense(64)"):
        assert part in text.replace("\n", " "), part


def test_what_is_missing_is_said_in_a_draft_and_left_out_in_the_end(tmp_path: Path) -> None:
    root = project(tmp_path, {"README.md": "# Cats\n\n## Description\n\nWe tell cats from dogs.\n"})
    draft = build_report(root)
    assert "Literature review" in draft.missing
    assert "Name at least two sources" in "\n".join(pages(draft)).replace("\n", " ")
    final = build_report(root, final=True)
    assert len(final.deck.slides) == len(draft.deck.slides) - len(draft.missing) == 3
    assert "Name at least two" not in "\n".join(pages(final))


def test_the_checks_for_slides_turn_to_met(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    assert Status.MET not in statuses(root)
    build_report(root)
    assert statuses(root) == [Status.MET] * 3


def test_presentation_folder_and_readme_are_made_when_missing(tmp_path: Path) -> None:
    root = project(tmp_path, {"README.md": "# Cats\n"})
    report = build_report(root, to="pdf")
    assert [path.name for path in report.written] == ["presentation.pdf"]
    assert (root / "4_Presentation/README.md").read_text() == "# Presentation\n\n[Slides](presentation.pdf)\n"
    assert statuses(root) == [Status.MET] * 3


def test_a_renumbered_folder_is_found(tmp_path: Path) -> None:
    root = project(tmp_path, {"README.md": "# Cats\n", "3_presentation/readme.md": "Our talk"})
    build_report(root, to="pdf")
    assert (root / "3_presentation/presentation.pdf").exists()
    assert (root / "3_presentation/readme.md").read_text() == "Our talk\n\n[Slides](presentation.pdf)\n"


def test_same_input_same_bytes(tmp_path: Path) -> None:
    first = build_report(project(tmp_path / "a", digits()), output=tmp_path / "1")
    second = build_report(project(tmp_path / "b", digits()), output=tmp_path / "2")
    assert [p.read_bytes() for p in first.written] == [p.read_bytes() for p in second.written]


def test_building_again_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    root = project(tmp_path, digits())
    build_report(root)
    before = snapshot_of(root)
    again = build_report(root)
    assert snapshot_of(root) == before
    assert {file.state for file in again.files} == {"unchanged"}
    assert again.linked is None


def test_the_date_is_the_last_commit_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    root = project(tmp_path, bare())
    repository = pygit2.init_repository(root)
    repository.index.add_all()
    author = pygit2.Signature("A", "a@example.org", 1_700_000_000, 60)
    repository.create_commit("refs/heads/main", author, author, "x", repository.index.write_tree(), [])
    repository.set_head("refs/heads/main")
    assert build_report(root).deck.date.isoformat() == "2023-11-14T23:13:20+01:00"
    with pytest.raises(InputError, match="read from git"):
        build_report(root, revision="HEAD")
    report = build_report(root, revision="HEAD", output=tmp_path / "out")
    assert report.deck.date.isoformat() == "2023-11-14T23:13:20+01:00"


# -- what the group made stays ---------------------------------------------------------------------


def test_a_group_s_slides_stay_and_stay_linked(tmp_path: Path) -> None:
    readme = "# Talk\r\n\r\n[Our slides](final%20talk.pptx), made with löve\r\n"
    files = {**digits(), "4_Presentation/README.md": readme, "4_Presentation/final talk.pptx": b"PK theirs"}
    root = project(tmp_path, files)
    build_report(root)
    assert (root / "4_Presentation/final talk.pptx").read_bytes() == b"PK theirs"
    after = (root / "4_Presentation/README.md").read_bytes().decode()
    assert after == readme + "\r\n[Slides made by coursekit](presentation.pdf)\r\n"


def test_a_presentation_pdf_of_the_group_s_is_not_replaced(tmp_path: Path) -> None:
    files = {
        **digits(),
        "4_Presentation/presentation.pdf": b"%PDF theirs",
        "4_Presentation/README.md": "[Slides](presentation.pdf)\n",
    }
    root = project(tmp_path, files)
    for force in (False, True):
        report = build_report(root, force=force)
        assert {path.stem for path in report.written} == {"presentation-coursekit"}
        assert (root / "4_Presentation/presentation.pdf").read_bytes() == b"%PDF theirs"
    text = (root / "4_Presentation/README.md").read_text()
    assert text == "[Slides](presentation.pdf)\n\n[Slides made by coursekit](presentation-coursekit.pdf)\n"


def test_no_format_no_lint_and_no_cover_replaces_a_file_of_the_group_s(tmp_path: Path) -> None:
    renderers = find_renderers().values()
    names = [f"4_Presentation/{renderer.stem}{renderer.ending}" for renderer in renderers]
    theirs: dict[str, str | bytes] = {name: b"theirs: " + name.encode() for name in names}
    others: dict[str, str | bytes] = {"4_Presentation/slides.md": "", "4_Presentation/talk.odp": b"PK theirs"}
    root = project(tmp_path, {**digits(), **theirs, **others})
    before = snapshot_of(root)
    for format_ in format_names():
        build_report(root, to=format_)
    build_report(root, to="all", force=True, final=True)
    lint_report(root)
    make_cover(root)
    after = snapshot_of(root)
    changed = [name for name, content in before.items() if after.get(name) != content]
    assert changed == ["4_Presentation/README.md"]  # it gets the link


def test_a_deck_that_was_edited_is_the_group_s(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    build_report(root)
    ours = root / "4_Presentation/presentation.pdf"
    ours.write_bytes(ours.read_bytes() + b"%edited\n")
    edited = ours.read_bytes()
    build_report(root)
    assert ours.read_bytes() == edited
    second = root / "4_Presentation/presentation-coursekit.pdf"
    second.write_bytes(b"%PDF edited too")
    with pytest.raises(InputError, match="changed since"):
        build_report(root)
    assert second.read_bytes() == b"%PDF edited too"
    build_report(root, force=True)
    assert is_ours(second.read_bytes())
    assert ours.read_bytes() == edited


def test_a_deck_of_an_older_state_is_replaced(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    build_report(root)
    (root / "README.md").write_text("# Another title\n")
    (root / "project.toml").unlink()
    report = build_report(root)
    assert [file.state for file in report.files] == ["replaced", "replaced"]
    assert "Another title" in pages(report)[0]


def test_the_mark_tells_ours_from_theirs() -> None:
    for comment in ((b"%", b""), (b"<!--", b"-->")):
        data = marked(b"content", comment)
        assert is_ours(data)
        assert not is_ours(data.replace(b"content", b"changed"))
        assert not is_ours(data + b"\n")
    assert not is_ours(b"")


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("3_Model/model_definition_evaluation.ipynb", b"not JSON", "not JSON"),
        ("README.md", "# Größe\n".encode("latin-1"), "expected UTF-8"),
        ("project.toml", b"title = 3", "project.toml"),
        ("results/metrics.json", b"{", "expected JSON"),
    ],
)
def test_a_file_that_cannot_be_read_stops_it_before_anything_is_written(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    root = project(tmp_path, {**digits(), name: content})
    before = snapshot_of(root)
    with pytest.raises(InputError, match=told):
        build_report(root)
    assert snapshot_of(root) == before
    report = build_report(root, force=True)
    assert [problem.path for problem in report.problems] == [name]


def test_a_path_that_is_no_repository(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError):
            build_report(path)
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pdff") as error:
        build_report(project(tmp_path, bare()), to="pdff")
    assert "'pdf'" in error.value.hint
    assert format_names() == ("all", "pdf", "pptx", "html", "paper")


def test_several_formats_are_named_with_commas(tmp_path: Path) -> None:
    root = project(tmp_path / "group", bare())
    report = build_report(root, to="html, pdf,html", output=tmp_path)
    assert [file.format for file in report.files] == ["pdf", "html"]
    with pytest.raises(InputError, match="htm'"):
        build_report(root, to="pdf,htm", output=tmp_path)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path, bare())
    monkeypatch.setattr("coursekit.report.write.os.access", lambda *_: False)
    before = snapshot_of(root)
    with pytest.raises(InputError, match="read-only"):
        build_report(root)
    assert snapshot_of(root) == before


def test_a_presentation_folder_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root = project(tmp_path / "group", {"README.md": "# Cats\n"})
    (root / "4_Presentation").symlink_to(elsewhere)
    with pytest.raises(InputError, match="link to another place"):
        build_report(root)
    assert list(elsewhere.iterdir()) == []


def test_a_readme_or_deck_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mine")
    root = project(tmp_path / "group", {"README.md": "# Cats\n", "4_Presentation/notes.txt": "x"})
    (root / "4_Presentation/presentation.pdf").symlink_to(secret)
    assert {path.stem for path in build_report(root).written} == {"presentation-coursekit"}
    (root / "4_Presentation/README.md").unlink()
    (root / "4_Presentation/README.md").symlink_to(secret)
    with pytest.raises(InputError, match="is a link"):
        build_report(root)
    assert secret.read_text() == "mine"


def test_output_elsewhere_leaves_the_repository_alone(tmp_path: Path) -> None:
    root = project(tmp_path / "group", digits())
    before = snapshot_of(root)
    report = build_report(root, output=tmp_path / "a" / "b", to="html")
    assert [path.name for path in report.written] == ["presentation.html"]
    assert report.linked is None
    assert snapshot_of(root) == before


def test_long_names_and_texts_do_no_harm(tmp_path: Path) -> None:
    words = "Donaudampfschifffahrtsgesellschaftskapitän " * 400
    files = {
        "README.md": f"# {words}\n\n## Description\n\n{words}\n\n{'x' * 3000}\n",
        "3_Model/m.ipynb": notebook(markdown(f"# {words}\n\n## Challenges\n\n- {words}\n- {words}")),
    }
    report = build_report(project(tmp_path, files))
    assert report.shortened
    assert len(pages(report)[0]) < 400


def test_a_thing_that_no_font_has_is_told(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, {"README.md": "# Cats \u1bfc\n"}), to="pdf")
    shown = pages(report)[0]
    assert "Cats" in shown
    assert ("\u1bfc" in shown) != any("\u1bfc" in remark for remark in report.remarks)


def test_json_is_whole(tmp_path: Path) -> None:
    found = json.loads(json.dumps(build_report(project(tmp_path, digits())).as_dict()))
    assert found["slides"] == 17
    assert [file["format"] for file in found["files"]] == ["pdf", "html"]
    assert {"key", "title", "slides", "seconds", "missing"} == set(found["sections"][0])


def test_a_cover_stays_small(tmp_path: Path) -> None:
    report = build_report(project(tmp_path, digits()))
    assert all(file.size < 2_000_000 for file in report.files)
    assert re.fullmatch(r"\d+", str(report.files[0].size))
    shutil.rmtree(tmp_path)


def test_a_commit_s_deck_reads_no_file_of_the_folder(tmp_path: Path) -> None:
    root = write(tmp_path / "g", {"README.md": "# Committed\n"})
    repository = pygit2.init_repository(root)
    repository.index.add_all()
    author = pygit2.Signature("A", "a@example.org", 1_700_000_000, 0)
    repository.create_commit("HEAD", author, author, "x", repository.index.write_tree(), [])
    (root / "README.md").write_text("# Changed\n")
    assert build_report(root, revision="HEAD", output=tmp_path / "o").deck.title == "Committed"
