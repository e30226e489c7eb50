"""The catalogue: complete, without names, found by words, and unpacked with its core_lib."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coursekit.assets import asset
from coursekit.config import parse_course, render_project
from coursekit.errors import InputError
from coursekit.gallery import Idea, ideas, search, unpack
from coursekit.gallery.catalogue import semester_key
from coursekit.model import Project

ENTRIES = [idea for idea in ideas() if idea.kind == "project"]


def test_the_39_past_projects_are_there() -> None:
    bare = [idea for idea in ENTRIES if not idea.complete]
    assert len(bare) == 39
    for idea in bare:
        assert idea.course
        assert re.fullmatch(r"WiSe 20\d\d/\d\d|SoSe 20\d\d", idea.semester)
        assert idea.links["source"].startswith("https://github.com/")
        assert len(set(idea.links.values())) == len(idea.links)
        assert idea.tags


def test_entries_hold_no_members() -> None:
    for path in asset("past_projects").glob("*/project.toml"):
        assert len(list(path.parent.iterdir())) > 1 or "members" not in path.read_text(encoding="utf-8")


def test_complete_projects_are_kept_without_core_lib() -> None:
    assert not list(asset("past_projects").glob("*/core_lib"))


def test_the_tags_are_few_enough_to_be_of_use() -> None:
    tags = [tag for idea in ENTRIES for tag in idea.tags]
    assert len(set(tags)) < 60
    assert {"images", "text", "time series", "tabular", "audio", "GAN"} <= set(tags)


def test_the_courses_own_topics_come_first_and_are_found_by_their_data() -> None:
    text = '[course]\nname = "DL"\n[[ideas]]\ntitle = "Bees"\ndata = "WingNet"\ntags = ["images"]\ncontact = "Ada"\n'
    course = parse_course(text.encode())
    assert search(own=course).ideas[0].title == "Bees"
    assert [idea.name for idea in search(["wingnet"], own=course).ideas] == ["bees"]
    assert [idea.contact for idea in search(kind="topic", own=course).ideas] == ["Ada"]
    assert search(kind="topic").ideas == ()


SOME = [
    Idea(
        "a",
        "project",
        "Prüfung der Äpfel",
        course="Deep Learning from Scratch",
        semester="WiSe 2021/22",
        tags=("images",),
    ),
    Idea(
        "b",
        "project",
        "PM10 Prediction",
        course="Machine Learning with Tensorflow",
        semester="SoSe 2021",
        tags=("GAN",),
    ),
    Idea("c", "template", "Image classification", "Which of several", tags=("images", "time series")),
]


@pytest.mark.parametrize(
    ("words", "filters", "names"),
    [
        ((), {}, "abc"),
        (("prufung",), {}, "a"),
        (("ÄPFEL", "der"), {}, "a"),
        (("apfel", "birne"), {}, ""),
        (("pm10",), {}, "b"),
        (("gan",), {}, "b"),
        (("image",), {}, "ac"),
        (("time-series",), {}, "c"),
        ((), {"course": "DLFS"}, "a"),
        ((), {"course": "tensorflow"}, "b"),
        ((), {"semester": "wise2122"}, "a"),
        ((), {"semester": "WS 21/22"}, "a"),
        ((), {"semester": "2021"}, "ab"),
        ((), {"semester": "SS21"}, "b"),
        ((), {"tag": ("Images",)}, "ac"),
        ((), {"tag": ("images", "time series")}, "c"),
        ((), {"kind": "template"}, "c"),
        (("",), {}, "abc"),
        (("?!",), {}, "abc"),
    ],
)
def test_search(words, filters, names) -> None:
    assert "".join(idea.name for idea in search(words, among=SOME, **filters).ideas) == names


def test_nothing_found_suggests_the_nearest_tag() -> None:
    assert search(["imagse"], among=SOME).suggestion == "images"
    assert search(tag=["gans"], among=SOME).suggestion == "GAN"
    assert search(["zzzzz"], among=SOME).suggestion == ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *(
            (text, (2020, 1))
            for text in ("WiSe 2020/21", "WiSe2021", "wise 20/21", "Winter 2020/2021", "WS2021")
        ),
        *((text, (2021, 0)) for text in ("SoSe 2021", "SS21", "sommer 2021")),
        ("2021", None),
        ("", None),
    ],
)
def test_semesters(text: str, key: tuple[int, int] | None) -> None:
    assert semester_key(text) == key


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    for name in ("bare", "whole"):
        (folder / name).mkdir(parents=True)
        (folder / name / "project.toml").write_text(render_project(Project(title=name)), encoding="utf-8")
    (folder / "whole" / "sub").mkdir()
    (folder / "whole" / "sub" / "a.md").write_text("a\n")
    (folder / "whole" / "__pycache__").mkdir()
    (folder / "whole" / "__pycache__" / "x.pyc").write_text("")
    return folder


def test_unpacking_puts_core_lib_back(tmp_path: Path, catalogue: Path) -> None:
    target = unpack("whole", tmp_path / "new", catalogue=catalogue)
    assert (target / "sub" / "a.md").read_text() == "a\n"
    assert (target / "core_lib" / "__init__.py").read_bytes() == (
        asset("core_lib") / "__init__.py"
    ).read_bytes()
    assert not (target / "__pycache__").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [("bare", "only the entry"), ("whol", "Did you mean 'whole'"), ("../whole", "expected a past project")],
)
def test_what_cannot_be_unpacked(tmp_path: Path, catalogue: Path, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        unpack(name, tmp_path / "new", catalogue=catalogue)
    assert not (tmp_path / "new").exists()


def test_a_taken_folder_is_left_alone(tmp_path: Path, catalogue: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine").write_text("mine")
    with pytest.raises(InputError, match="already something"):
        unpack("whole", tmp_path / "new", catalogue=catalogue)
    assert (tmp_path / "new" / "mine").read_text() == "mine"


def test_a_mistake_in_an_entry_names_its_file(catalogue: Path) -> None:
    (catalogue / "bare" / "project.toml").write_text("[project]\ntitle = 3\n")
    with pytest.raises(InputError, match=r"bare/project\.toml, line 2"):
        ideas(catalogue)
