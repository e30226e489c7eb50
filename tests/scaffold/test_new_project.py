"""Making a project: every name works, everything is checked first, and it is all or nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import tomllib
from pathlib import Path

import pygit2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.config import Course, load_project, parse_project
from coursekit.errors import InputError
from coursekit.git import tree_id_without
from coursekit.model import Member, Milestone, Project
from coursekit.scaffold import clean_members, clean_name, clean_title, new_project, parse_member, render
from coursekit.scaffold.bake import Rendering
from coursekit.scaffold.kit import complete_project, project_values
from coursekit.scaffold.pristine import BRANCH, FACTS, trailers
from coursekit.templates import find_template

NASTY = [
    "{{ x }}",
    "{% for a in b %}",
    "{# gone #}",
    "{{ cookiecutter.update({'a': 1}) }}",
    "../../x",
    "/etc/passwd",
    "O'Brien",
    'a "quoted" one',
    "back\\slash\\n",
    "李",
    "👩‍🔬",
    "a\u202eb",
    "# x](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "two\nlines",
    "--option",
    "~user",
    "con",
    "'; DROP TABLE x; --",
    "\ue000title\ue001",
    "$(touch x)",
]


@pytest.mark.parametrize("name", NASTY)
def test_any_name_and_title_works(tmp_path: Path, name: str) -> None:
    before = set(tmp_path.iterdir())
    target = tmp_path / "project"
    new_project(target, name, [Member(name), Member("Ada")], name, "blank", description=name, group=name)
    assert set(tmp_path.iterdir()) == {*before, target}
    assert (
        subprocess.run(["git", "status", "--porcelain"], cwd=target, capture_output=True, text=True).stdout
        == ""
    )
    tidy = " ".join(name.split())
    project = load_project(target)
    assert (project.title, project.members[0].name, project.task) == (tidy, tidy, tidy)
    normal = new_project(tmp_path / "normal", "Normal", [Member("Ada")], "x", "blank")
    assert {
        path.relative_to(target).as_posix()
        for path in target.rglob("*")
        if path.is_file() and ".git/" not in str(path)
    } == set(normal.files)


typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60) | st.sampled_from(
    NASTY
)


@given(title=typed, member=typed, description=typed)
@settings(max_examples=80, deadline=None)
def test_whatever_is_typed_the_files_keep_their_form(title: str, member: str, description: str) -> None:
    try:
        title, member = clean_title(title), clean_name(member)
    except InputError:
        return
    project = Project(title=title, members=(Member(member),), description=description, task="t")
    _, files = complete_project(project, find_template("blank"))
    _, plain = complete_project(
        Project(title="T", members=(Member("M"),), description="D", task="t"), find_template("blank")
    )
    assert files.keys() == plain.keys()
    assert parse_project(files["project.toml"]).title == title
    tomllib.loads(files["pyproject.toml"].decode())
    for path, data in files.items():
        data.decode("utf-8") if b"\0" not in data else None
        if path.endswith(".ipynb"):
            cells, other = json.loads(data)["cells"], json.loads(plain[path])["cells"]
            assert cells[1:] == other[1:]
    readme, other = files["README.md"].decode().splitlines(), plain["README.md"].decode().splitlines()
    headings = [line for line in other if line.startswith("## ")]
    assert readme[0].startswith("# ")
    assert [line for line in readme if line.startswith("## ")] == headings


def test_a_rendering_is_used_for_any_number_of_projects() -> None:
    template = find_template("blank")
    one = project_values(Project(title="One", members=(Member("A"),)))
    two = project_values(Project(title="Two", members=(Member("B"), Member("C"))))
    rendering = render(template, one)
    assert isinstance(rendering, Rendering)
    assert rendering.fill(two) == render(template, two).fill(two)
    assert b"- B\n- C\n" in rendering.fill(two)["README.md"]


COURSE = Course(
    name="Deep Learning from Scratch",
    semester="WiSe 2026/27",
    language="de",
    max_group_size=2,
    milestones=(Milestone("model", dt.datetime(2027, 1, 20, 12, tzinfo=dt.UTC)),),
    coursekit_source="git+https://example.org/coursekit@v0.1.0",
)


def test_a_course_states_what_is_due_and_the_workflow(tmp_path: Path) -> None:
    new_project(tmp_path / "p", "Digits", [Member("Ada")], "", "image-classification", course=COURSE)
    project = load_project(tmp_path / "p")
    assert (project.course, project.semester, project.language) == (COURSE.name, COURSE.semester, "de")
    assert project.milestones == COURSE.milestones
    assert project.task == "image classification"
    workflow = (tmp_path / "p" / ".github" / "workflows" / "check.yml").read_text()
    assert 'SOURCE: "git+https://example.org/coursekit@v0.1.0"' in workflow
    assert "contents: read" in workflow
    assert "pip install coursekit" not in workflow


def test_what_the_first_readme_looks_like(tmp_path: Path, snapshot) -> None:
    new_project(
        tmp_path / "p",
        "Handwritten digits",
        [Member("Ada Lovelace", "ada@example.org"), Member("李")],
        "image classification",
        "image-classification",
        description="We teach a network to read digits.",
        repository="https://example.org/a_b/digits",
    )
    assert (tmp_path / "p" / "README.md").read_text(encoding="utf-8") == snapshot
    message = subprocess.run(
        ["git", "log", "--format=%B"], cwd=tmp_path / "p", capture_output=True, text=True
    ).stdout
    project = load_project(tmp_path / "p")
    assert f"Coursekit-Template: image-classification {project.template_version}" in message
    assert f"Coursekit-Core: {project.core_version}" in message
    assert f"Coursekit-Tree: {project.template_tree}" in message


def test_the_pristine_rendering_is_kept_and_recognized(tmp_path: Path) -> None:
    """The first commit is on a branch of its own too; its tree, without project.toml, is the one that is stated."""
    new_project(tmp_path / "p", "Digits", [Member("Ada")], "", "blank", course=COURSE)
    git = pygit2.Repository(tmp_path / "p")
    commit = git.head.peel(pygit2.Commit)
    assert git.lookup_branch(BRANCH).target == commit.id
    project = load_project(tmp_path / "p")
    assert project.coursekit_source == COURSE.coursekit_source
    assert trailers(commit.message) == {project.template_tree}
    assert tree_id_without(git[commit.tree_id].read_raw(), FACTS) == project.template_tree


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"template": "blnk"}, "Did you mean 'blank'"),
        ({"template": "./nothing"}, "none at ./nothing"),
        ({"members": []}, "at least one member"),
        ({"members": [Member(c) for c in "abc"]}, "at most 2 members"),
        ({"members": [Member("Ada", "A@x.org"), Member("Bob", "a@X.org")]}, "same e-mail"),
        ({"members": [Member("Ada"), Member("ada")]}, "there twice"),
        ({"members": [Member("Ada", "no address")]}, "e-mail address"),
        ({"members": [Member(" \n ")]}, "expected a name"),
        ({"title": "\u200b"}, "nothing to see"),
        ({"title": "a\x1b[31mb"}, "control characters"),
        ({"title": "x" * 201}, "at most 200"),
        ({"description": "a\0b"}, "control characters"),
        ({"repository": "javascript:alert(1)"}, "web address"),
    ],
)
def test_what_is_refused(tmp_path: Path, change: dict, message: str) -> None:
    arguments = {"title": "T", "members": [Member("Ada")], "task": "t", "template": "blank", **change}
    with pytest.raises(InputError, match=message):
        new_project(tmp_path / "p", course=COURSE, **arguments)
    assert not list(tmp_path.iterdir())


def test_a_taken_folder_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "p"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    for taken in (target, target / "mine.txt"):
        with pytest.raises(InputError, match="already something"):
            new_project(taken, "T", [Member("Ada")], "t", "blank")
    assert [path.name for path in tmp_path.rglob("*")] == ["p", "mine.txt"]


def test_an_empty_folder_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    new_project(tmp_path / "p", "T", [Member("Ada")], "t", "blank")
    assert (tmp_path / "p" / "README.md").is_file()


def test_nothing_is_left_when_it_fails_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("coursekit.scaffold.kit.make_repository", fail)
    with pytest.raises(OSError, match="No space"):
        new_project(tmp_path / "p", "T", [Member("Ada")], "t", "blank")
    assert not list(tmp_path.iterdir())


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    created = new_project(tmp_path / "p", "T", [Member("Ada")], "t", "blank", dry_run=True)
    assert "README.md" in created.files
    assert not list(tmp_path.iterdir())


def test_without_git(tmp_path: Path) -> None:
    created = new_project(tmp_path / "p", "T", [Member("Ada")], "t", "blank", git=False)
    assert not created.commit
    assert not (tmp_path / "p" / ".git").exists()


def test_facts_of_a_base_are_kept(tmp_path: Path) -> None:
    base = Project(title="Old", data_name="MNIST", tags=("x",), consent_to_publish=True)
    new_project(tmp_path / "p", "New", [Member("Ada")], "t", "blank", base=base)
    project = load_project(tmp_path / "p")
    assert (project.title, project.data_name, project.tags, project.consent_to_publish) == (
        "New",
        "MNIST",
        ("x",),
        True,
    )


def test_the_users_cookiecutter_configuration_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("not: [valid")
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(config))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    find_template.__globals__["all_templates"]()
    new_project(tmp_path / "p", "T", [Member("Ada")], "t", "blank", git=False)
    assert not (tmp_path / "home").exists()


# ---------------------------------------------------------------- an instructor's own template


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    root = folder / "{{cookiecutter.project_slug}}"
    (root / "{{ cookiecutter.project_slug|replace('-', '_') }}").mkdir(parents=True)
    (folder / "hooks").mkdir()
    (folder / "hooks" / "post_gen_project.py").write_text("open('HOOK', 'w')")
    (folder / "cookiecutter.json").write_text(
        json.dumps(
            {
                "project_name": "My project",
                "project_slug": "{{ cookiecutter.project_name|slugify }}",
                "author": "",
                "license": ["MIT", "BSD"],
                "_copy_without_render": ["*.raw"],
            }
        )
    )
    (root / "README.md").write_text(
        "# {{ cookiecutter.project_name|upper }}\n\n{{ cookiecutter.author }} {{ cookiecutter.license }}\n"
    )
    (root / "a.raw").write_text("{{ as it is }}")
    (root / "{{ cookiecutter.project_slug|replace('-', '_') }}" / "x.py").write_text(
        'NAME = "{{ cookiecutter.project_name }}"\n'
    )
    return folder


def test_an_instructors_own_template(tmp_path: Path, own: Path) -> None:
    title = '{{ 7*7 }} *bold* "q"'
    created = new_project(tmp_path / "p", title, [Member("A [x](y)"), Member("B")], "t", str(own))
    p = tmp_path / "p"
    assert (p / "README.md").read_text() == '# {{ 7\\*7 }} \\*BOLD\\* "Q"\n\nA \\[x\\](y), B MIT\n'
    assert (p / "7_7_bold_q" / "x.py").read_text() == 'NAME = "{{ 7*7 }} *bold* \\"q\\""\n'
    assert (p / "a.raw").read_text() == "{{ as it is }}"
    assert "core_lib/__init__.py" in created.files
    assert "0_LiteratureReview/README.md" in created.files
    assert not list(tmp_path.rglob("HOOK"))
    assert load_project(p).template == "own"


def test_a_value_never_becomes_a_path(tmp_path: Path, own: Path) -> None:
    root = own / "{{cookiecutter.project_slug}}"
    (root / "{{ cookiecutter.project_name }}.txt").write_text("x")
    with pytest.raises(InputError, match="expected a file name"):
        new_project(tmp_path / "p", "../../x", [Member("A")], "t", str(own))
    assert not (tmp_path / "p").exists()
    new_project(tmp_path / "p", "fine", [Member("A")], "t", str(own))
    assert (tmp_path / "p" / "fine.txt").is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("README.md", "{{ cookiecutter.nothing }}"), "can be baked"),
        (("README.md", "{% if %}"), "can be baked"),
        (("../cookiecutter.json", "{"), "expected JSON"),
        (("../cookiecutter.json", "[]"), "expected JSON"),
        (("../cookiecutter.json", '{"a": "{{ nothing.at.all }}"}'), "default for 'a'"),
        (("../template.toml", "title = 3"), "own/template.toml, line 1"),
    ],
)
def test_a_broken_template_is_said_so(
    tmp_path: Path, own: Path, change: tuple[str, str], message: str
) -> None:
    (own / "{{cookiecutter.project_slug}}" / change[0]).write_text(change[1])
    with pytest.raises(InputError, match=message):
        new_project(tmp_path / "p", "T", [Member("A")], "t", str(own))
    assert not (tmp_path / "p").exists()


def test_a_folder_without_a_template_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cookiecutter template"):
        new_project(tmp_path / "p", "T", [Member("A")], "t", str(tmp_path) + os.sep)


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("Ada Lovelace <ada@example.org>", Member("Ada Lovelace", "ada@example.org")),
        ("Lovelace, Ada <ada@example.org>", Member("Lovelace, Ada", "ada@example.org")),
        ("  李  ", Member("李")),
        ("Ada\nLovelace", Member("Ada Lovelace")),
        ("{{ x }}<a@b.c>", Member("{{ x }}", "a@b.c")),
    ],
)
def test_members_as_people_type_them(text: str, member: Member) -> None:
    assert parse_member(text) == member
    assert clean_members([member]) == (member,)


@pytest.mark.parametrize("text", ["", "<ada@example.org>", "Ada <no>", "Ada <a@b c>", "Ada <>x"])
def test_what_is_no_member(text: str) -> None:
    if text == "Ada <>x":  # brackets within a name are part of it
        assert parse_member(text).name == text
        return
    with pytest.raises(InputError):
        parse_member(text)
