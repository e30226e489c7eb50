"""`coursekit report --cover`: an image in place of the placeholder, and never of a group's own."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from coursekit.checker import check_path
from coursekit.config import Course, ReportSettings
from coursekit.errors import InputError
from coursekit.evidence import slides as evidence
from coursekit.evidence.prompts import known
from coursekit.files import write_bytes
from coursekit.model import Status
from coursekit.report import build_report, make_cover
from coursekit.report.cover import make
from coursekit.report.cover.links import with_cover
from coursekit.report.mark import is_our_png, marked_png
from coursekit.report.sections.title import own_covers
from coursekit.submission import open_submission
from tests.building import png
from tests.report import EPOCH, digits, project

HERE = "CoverImage/cover_image.png"
TEMPLATE = Path(__file__).parents[2] / "templates/common/{{cookiecutter.slug}}" / HERE


@pytest.fixture(autouse=True)
def _epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def without_cover() -> dict[str, str | bytes]:
    return {name: content for name, content in digits().items() if not name.startswith("CoverImage")}


def with_placeholder() -> dict[str, str | bytes]:
    return {
        **without_cover(),
        HERE: TEMPLATE.read_bytes(),
        "README.md": f"# Digits\n\n![Cover image]({HERE})\n\nText\n",
    }


def statuses(root: Path) -> list[Status]:
    found = {finding.code: finding.status for finding in check_path(root).findings}
    return [found["PRE604"], found["PRE605"]]


def test_the_placeholder_is_replaced_and_the_checks_are_met(tmp_path: Path) -> None:
    root = project(tmp_path, with_placeholder())
    assert known().is_file(TEMPLATE.read_bytes())
    assert statuses(root) == [Status.NOT_MET, Status.NOT_JUDGED]
    made = make_cover(root)
    assert (made.state, made.file, made.linked, made.missing) == ("replaced", root / HERE, (), frozenset())
    assert statuses(root) == [Status.MET, Status.MET]
    with Image.open(root / HERE) as image:
        assert (image.format, image.size) == ("PNG", (1600, 900))
        image.load()
        colors = image.convert("RGB").getcolors(1_000_000)
    assert colors is not None
    assert len(colors) > 100


def test_same_input_same_bytes_and_again_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make_cover(project(tmp_path / "a" / "g", with_placeholder()))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1770000000")  # the next commit must not change it
    two = make_cover(project(tmp_path / "b" / "g", with_placeholder()))
    assert one.file.read_bytes() == two.file.read_bytes()
    again = make_cover(tmp_path / "a" / "g")
    assert (again.state, again.linked) == ("unchanged", ())


def test_an_image_of_the_groups_own_is_kept(tmp_path: Path) -> None:
    root = project(tmp_path, {**without_cover(), "CoverImage/ours.jpg": png(900, 500)})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    made = make_cover(root)
    assert (made.state, made.file) == ("kept", root / "CoverImage/ours.jpg")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    forced = make_cover(root, force=True)
    assert (forced.state, forced.file) == ("created", root / HERE)
    assert (root / "CoverImage/ours.jpg").read_bytes() == before[root / "CoverImage/ours.jpg"]


def test_a_cover_of_ours_that_was_edited_is_the_groups(tmp_path: Path) -> None:
    root = project(tmp_path, with_placeholder())
    file = make_cover(root).file
    with Image.open(file) as image:
        image.putpixel((3, 3), (0, 0, 0))
        image.save(file)
    assert make_cover(root).state == "kept"
    assert make_cover(root, force=True).state == "replaced"


def test_a_placeholder_of_another_name_goes_and_readmes_show_the_cover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = b"\xff\xd8 a template's placeholder"
    more = replace(known(), files=known().files | {hashlib.sha256(old).hexdigest()})
    monkeypatch.setattr(evidence, "known", lambda: more)
    files = {
        **without_cover(),
        "CoverImage/Placeholder.jpg": old,
        "CoverImage/README.md": "![x](Placeholder.jpg)",
        "README.md": "# Digits\r\n\r\n<img width=3 src='CoverImage/Placeholder.jpg'>\r\n\r\n![plot](plot.png)\r\n",
    }
    root = project(tmp_path, files)
    made = make_cover(root)
    assert made.state == "created"
    assert not (root / "CoverImage/Placeholder.jpg").exists()
    assert (root / "README.md").read_bytes() == (
        b"# Digits\r\n\r\n<img width=3 src='CoverImage/cover_image.png'>\r\n\r\n![plot](plot.png)\r\n"
    )
    assert (root / "CoverImage/README.md").read_text() == "![x](cover_image.png)"
    assert set(made.linked) == {root / "README.md", root / "CoverImage/README.md"}


def test_the_folder_is_made_where_there_is_none_and_the_readme_shows_the_cover(tmp_path: Path) -> None:
    root = project(tmp_path, {"README.md": "# Cats\n\nWe tell cats from dogs.\n"})
    made = make_cover(root)
    assert made.state == "created"
    assert (root / "README.md").read_text() == (
        "# Cats\n\n![Cover image](CoverImage/cover_image.png)\n\nWe tell cats from dogs.\n"
    )
    assert statuses(root) == [Status.MET, Status.MET]


def link(text: str, **changes: object) -> str | None:
    options: dict[str, object] = {
        "path": "README.md",
        "image": HERE,
        "gone": (),
        "there": {"CoverImage/own.png"},
        "folders": {"CoverImage"},
        "language": "de",
        "add": True,
        **changes,
    }
    made = with_cover(text.encode("latin-1"), **options)  # type: ignore[arg-type]
    return None if made is None else made.decode("latin-1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# T\n\n![a](CoverImage/cover_image.png)\n", None),
        ("# T\n\n![a](CoverImage/own.png)\n", None),
        ('![a](CoverImage/old.png "t")', '![a](CoverImage/cover_image.png "t")'),
        ("![a](<CoverImage/my old.png>)", "![a](CoverImage/cover_image.png)"),
        ("![a [b]](./CoverImage/my%20old(1).png)", "![a [b]](CoverImage/cover_image.png)"),
        ("[a](CoverImage/old.png)", "![Titelbild](CoverImage/cover_image.png)\n\n[a](CoverImage/old.png)"),
        (
            "![a](https://x.org/CoverImage/old.png) ",
            "![Titelbild](CoverImage/cover_image.png)\n\n![a](https://x.org/CoverImage/old.png) ",
        ),
        (
            "# T\n## Cover Image\n\ntext",
            "# T\n## Cover Image\n\n![Titelbild](CoverImage/cover_image.png)\n\ntext",
        ),
        ("T\n===\ntext", "T\n===\n\n![Titelbild](CoverImage/cover_image.png)\n\ntext"),
        ("", "![Titelbild](CoverImage/cover_image.png)\n"),
        ("# \xe4\r\n", "# \xe4\r\n\r\n![Titelbild](CoverImage/cover_image.png)\r\n"),
    ],
)
def test_links_are_updated_and_nothing_else(text: str, expected: str | None) -> None:
    assert link(text) == expected
    if expected is not None:
        assert link(expected) is None


def test_the_title_slide_does_not_show_a_cover_made_of_itself(tmp_path: Path) -> None:
    root = project(tmp_path, with_placeholder())
    make_cover(root)
    assert own_covers(open_submission(root)) == ()
    report = build_report(root, to="html", output=tmp_path / "out")
    assert report.deck.slides[0].aside == ()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "title",
    [
        "🐦 Vögel",
        "手書き数字の認識",
        "x" * 300,
        "Donaudampfschifffahrtsgesellschaftskapitän " * 8,
        '#let x = 1 {{ y }} "quoted" \\',
    ],
)
def test_any_title_gives_an_image(tmp_path: Path, title: str, theme: str) -> None:
    people = "".join(f'[[project.members]]\nname = "Maximiliane Müller-Lüdenscheid {n}"\n' for n in range(14))
    text = f"[project]\ntitle = {title!r}\ncourse = 'Deep Learning'\n{people}"
    root = project(tmp_path, {"README.md": "# x\n", "project.toml": text})
    made = make_cover(root, theme=theme)
    with Image.open(io.BytesIO(made.file.read_bytes())) as image:
        assert image.size == (1600, 900)


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path / "g", {"README.md": "# x\n"})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "CoverImage").symlink_to(elsewhere)
    with pytest.raises(InputError, match="a link to another place"):
        make_cover(root)
    assert list(elsewhere.iterdir()) == []
    (root / "CoverImage").unlink()
    (root / HERE).mkdir(parents=True)
    with pytest.raises(InputError, match="found a folder"):
        make_cover(root)


def test_a_project_toml_that_cannot_be_read_would_give_a_wrong_title(tmp_path: Path) -> None:
    root = project(tmp_path, {"README.md": "# x\n", "project.toml": "title = 3"})
    with pytest.raises(InputError, match=r"project\.toml"):
        make_cover(root)
    assert not (root / "CoverImage").exists()
    assert make_cover(root, force=True).state == "created"


def test_the_logo_and_the_colors_of_the_course(tmp_path: Path) -> None:
    root = project(tmp_path / "g", {"README.md": "# Cats\n"})
    plain = make_cover(root).file.read_bytes()
    (tmp_path / "logo.png").write_bytes(png(200, 100))
    settings = ReportSettings(logo="logo.png", colors={"deep": "#3b0a45"})
    made = make_cover(root, course=replace(Course("Learning"), report=settings, folder=tmp_path))
    assert made.state == "replaced"
    assert made.file.read_bytes() != plain
    with Image.open(made.file) as image:
        assert image.convert("RGB").getpixel((5, 5)) == pytest.approx((0x3B, 0x0A, 0x45), abs=8)


def test_a_run_that_was_killed_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path, with_placeholder() | {"README.md": "# Digits\n"})

    def killed(path: Path, data: bytes) -> None:
        if path.name == "README.md":
            raise KeyboardInterrupt
        write_bytes(path, data)

    monkeypatch.setattr(make, "write_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        make_cover(root)
    monkeypatch.undo()
    assert make_cover(root).linked == (root / "README.md",)
    assert statuses(root) == [Status.MET, Status.MET]


def test_a_bare_repository_has_no_place_for_it(tmp_path: Path) -> None:
    import pygit2

    root = project(tmp_path / "g", {"README.md": "# x\n"})
    repository = pygit2.init_repository(str(root))
    repository.index.add_all()
    who = pygit2.Signature("A", "a@example.org", 1760000000, 0)
    repository.create_commit("HEAD", who, who, "x", repository.index.write_tree(), [])
    pygit2.clone_repository(str(root), str(tmp_path / "bare.git"), bare=True)
    with pytest.raises(InputError, match="is read from git"):
        make_cover(tmp_path / "bare.git")


def test_a_mark_is_part_of_a_valid_picture() -> None:
    data = marked_png(png(60, 60))
    assert is_our_png(data)
    assert not is_our_png(png(60, 60))
    assert not is_our_png(b"")
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert len(image.text["coursekit-cover"]) == 64  # type: ignore[attr-defined]
