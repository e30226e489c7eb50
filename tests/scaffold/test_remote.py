"""Templates by the address of their git repository: fetched as data, recorded by commit, there without the internet."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.config import load_project
from coursekit.errors import InputError
from coursekit.model import Member
from coursekit.scaffold import get_template, new_project, remote
from tests.cli.running import run

INSIDE = "{{cookiecutter.slug}}"


CACHE_FOLDER = remote.cache_folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(remote, "cache_folder", lambda: folder)
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


class Host:
    """A repository with a template, and its work tree."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work"
        self.work.mkdir(parents=True)
        git(self.work, "init", "--quiet", "--initial-branch=main")
        self.bare = folder / "our-template.git"
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        self.address = self.bare.as_uri()

    def commit(self, files: dict[str, str], *tags: str) -> str:
        for name, text in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, newline="\n")
        git(self.work, "add", "--all")
        git(self.work, "commit", "--quiet", "--message", "x")
        for tag in tags:
            git(self.work, "tag", "--annotate", "--message", tag, tag)
        git(self.work, "push", "--quiet", "--force", "--tags", str(self.bare), "main")
        return git(self.work, "rev-parse", "HEAD")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(tmp_path / "host")
    host.commit(
        {
            "cookiecutter.json": json.dumps({"slug": "x", "title": "x"}),
            f"{INSIDE}/own.md": "# {{ cookiecutter.title }}, version 1\n",
        },
        "v1",
    )
    return host


def own_text(folder: Path, template: str) -> str:
    new_project(folder, "T {{ x }}", [Member("Ada")], "t", template)
    return (folder / "own.md").read_text()


def test_a_project_from_a_repository(tmp_path: Path, host: Host) -> None:
    """With core_lib and the common part, as from a folder; project.toml states address and commit."""
    commit = host.commit({f"{INSIDE}/own.md": "# {{ cookiecutter.title }}, version 2\n"})
    assert own_text(tmp_path / "p", host.address) == "# T {{ x }}, version 2\n"
    project = load_project(tmp_path / "p")
    assert (project.template, project.template_version) == (host.address, commit)
    assert (tmp_path / "p" / "core_lib" / "__init__.py").is_file()
    assert (tmp_path / "p" / "0_LiteratureReview" / "README.md").is_file()


def test_a_tag_a_branch_or_a_commit_may_be_asked_for(tmp_path: Path, host: Host) -> None:
    first = git(host.work, "rev-parse", "v1^{commit}")
    host.commit({f"{INSIDE}/own.md": "2\n"})
    git(host.bare, "branch", "feature/x", first)
    git(host.bare, "config", "uploadpack.allowReachableSHA1InWant", "true")
    for number, revision in enumerate(("v1", "feature/x", first)):
        assert "version 1" in own_text(tmp_path / str(number), f"{host.address}@{revision}")
        assert load_project(tmp_path / str(number)).template_version == first
    assert get_template(f"{host.address}@main").revision != first


def test_a_new_version_is_taken_and_a_moved_tag_too(tmp_path: Path, host: Host) -> None:
    assert "version 1" in own_text(tmp_path / "1", f"{host.address}@v1")
    host.commit({f"{INSIDE}/own.md": "2\n"})
    git(host.work, "tag", "--force", "v1")
    git(host.work, "push", "--quiet", "--force", "--tags", str(host.bare))
    assert own_text(tmp_path / "2", f"{host.address}@v1") == "2\n"


def test_without_the_host_the_last_version_is_used_and_that_is_said(tmp_path: Path, host: Host) -> None:
    commit = get_template(f"{host.address}@v1").revision
    get_template(host.address)
    shutil.rmtree(host.bare)
    found = get_template(f"{host.address}@v1")
    assert found.revision == commit
    assert f"commit {commit[:12]} is used" in found.notes[0]
    assert "version 1" in own_text(tmp_path / "p", host.address)
    assert get_template(f"{host.address}@{commit}").notes == (), "a commit never changes"
    with pytest.raises(InputError, match="expected to fetch v2 from"):
        get_template(f"{host.address}@v2")


def test_what_was_fetched_may_be_deleted(tmp_path: Path, host: Host, cache: Path) -> None:
    commit = get_template(host.address).revision
    shutil.rmtree(next(cache.glob(f"*/{commit}")))
    assert get_template(host.address).revision == commit
    shutil.rmtree(cache)
    assert get_template(host.address).revision == commit


def test_a_folder_in_the_repository(tmp_path: Path, host: Host) -> None:
    host.commit(
        {
            f"templates/a/{INSIDE}/own.md": "of a\n",
            "templates/a/template.toml": 'title = "The A"\ntasks = ["regression"]\ncommon = false\n',
        }
    )
    name = f"{host.address}@main#templates/a/"
    found = get_template(name)
    assert (found.title, found.tasks, found.name) == (
        "The A", ("regression",), f"{host.address}#templates/a",
    )  # fmt: skip
    new_project(tmp_path / "p", "T", [Member("Ada")], "", name)
    assert not (tmp_path / "p" / "0_LiteratureReview").exists(), "it wants nothing of the common part"
    assert (tmp_path / "p" / "core_lib").is_dir()
    for wrong in ("templates", "nowhere", "templates/a/template.toml"):
        with pytest.raises(InputError, match=r"expected a cookiecutter template in .*#"):
            get_template(f"{host.address}#{wrong}")


def test_core_lib_may_be_left_out(tmp_path: Path, host: Host) -> None:
    host.commit({"template.toml": 'title = "T"\ncore_lib = false\n'})
    own_text(tmp_path / "p", host.address)
    assert not (tmp_path / "p" / "core_lib").exists()
    assert load_project(tmp_path / "p").core_version == ""


def test_hooks_are_not_run_and_that_is_said(
    tmp_path: Path, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = f"#!/bin/sh\ntouch {tmp_path}/ran\n"
    names = ("pre_prompt.sh", "pre_gen_project.sh", "post_gen_project.sh")
    host.commit({f"hooks/{name}": trap for name in names})
    for name in names:
        (host.work / "hooks" / name).chmod(0o755)
    host.commit({"more": ""})
    monkeypatch.chdir(tmp_path)
    ran = run(
        monkeypatch,
        *("new-project", "--title", "T", "--member", "Ada", "--task", "x", "--template", host.address),
    )
    assert ran.code == 0
    assert "hooks (post_gen_project.sh, pre_gen_project.sh, pre_prompt.sh) are not run" in ran.err
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "t" / "hooks").exists()


@pytest.mark.parametrize(
    "text",
    [
        "{{ cycler.__init__.__globals__.os.system('touch RAN') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for x in range(999999999) %}{% endfor %}",
        "{{ 1 // 0 }}",
    ],
)
def test_an_expression_runs_nothing(tmp_path: Path, host: Host, text: str) -> None:
    host.commit({f"{INSIDE}/own.md": text.replace("RAN", str(tmp_path / "ran"))})
    with pytest.raises(InputError, match="can be baked"):
        own_text(tmp_path / "p", host.address)
    assert not (tmp_path / "ran").exists()
    host.commit({"template.toml": 'title = "T"\n'})
    with pytest.raises(InputError, match="can be baked"):
        own_text(tmp_path / "p", host.address)


@pytest.mark.parametrize("named", [["local_extensions.Trap"], "os.path", ["jinja2_time.TimeExtension"]])
def test_a_template_brings_no_extension_along(tmp_path: Path, host: Host, named: object) -> None:
    host.commit({"cookiecutter.json": json.dumps({"slug": "x", "_extensions": named})})
    with pytest.raises(InputError, match="without code of its own"):
        own_text(tmp_path / "p", host.address)


def test_how_expressions_are_written_is_the_templates_choice(tmp_path: Path, host: Host) -> None:
    syntax = {"variable_start_string": "<<", "variable_end_string": ">>", "loader": "x", "extensions": ["os"]}
    host.commit(
        {
            "cookiecutter.json": json.dumps({"slug": "x", "_jinja2_env_vars": syntax}),
            "<<cookiecutter.slug>>{{/own.md": "<< cookiecutter.title >> {{ x }}\n",
        }
    )
    shutil.rmtree(host.work / INSIDE)
    host.commit({})
    assert own_text(tmp_path / "p", host.address) == "T {{ x }} {{ x }}\n"


def test_links_and_submodules_are_left_out(tmp_path: Path, host: Host) -> None:
    (tmp_path / "secret").write_text("secret")
    (host.work / INSIDE / "link.md").symlink_to(tmp_path / "secret")
    git(host.work, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{INSIDE}/module")
    host.commit({})
    own_text(tmp_path / "p", host.address)
    assert not (tmp_path / "p" / "link.md").exists()
    assert not (tmp_path / "p" / "module").exists()


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "a\\b", "c:"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, host: Host, cache: Path, name: str) -> None:
    blob = git(host.work, "rev-parse", f"HEAD:{INSIDE}/own.md")
    entry = name.encode()
    inner = b"100644 evil\0" + bytes.fromhex(blob)
    tree = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=host.bare, input=inner, check=True, capture_output=True, text=False,
    ).stdout.decode().strip()  # fmt: skip
    outer = b"40000 " + entry + b"\0" + bytes.fromhex(tree)
    tree = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=host.bare, input=outer, check=True, capture_output=True, text=False,
    ).stdout.decode().strip()  # fmt: skip
    commit = git(host.bare, "commit-tree", "-m", "x", tree)
    git(host.bare, "update-ref", "refs/heads/main", commit)
    with pytest.raises(InputError, match="expected plain file names"):
        get_template(host.address)
    assert [path.name for path in tmp_path.rglob("evil")] == []


def test_one_that_is_too_large_is_refused(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MAX_BYTES", 20)
    with pytest.raises(InputError, match="holds more"):
        get_template(host.address)


@pytest.mark.parametrize(
    "name",
    [
        "ext::sh -c touch% RAN",
        "https://user:secret@example.org/a.git",
        "https://example.org/a.git@--upload-pack=x",
        "https://example.org/a.git@v1..v2",
        "https://example.org/a.git#../x",
        "https://example.org/a.git#a/../../x",
        "https://example.org/a.git#a/.git",
        "git@-oProxyCommand=x:a.git",
        "http://example.org/a.git",
        "https://",
        "git@host:",
        "a b@host:x",
    ],
)
def test_an_address_that_is_none_is_refused_before_git_sees_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("git was called")

    monkeypatch.setattr("coursekit.git.fetched.run_git", never)
    with pytest.raises(InputError, match=r"expected (the address|an address|a branch|a folder)") as error:
        get_template(name)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("https://Example.org/a/b.git", ("https://example.org/a/b.git", "", "")),
        ("https://example.org/a/b.git@v1.2", ("https://example.org/a/b.git", "v1.2", "")),
        ("https://example.org/a/b@feature/x#sub/y", ("https://example.org/a/b", "feature/x", "sub/y")),
        ("git@example.org:a/b.git@v1", ("git@example.org:a/b.git", "v1", "")),
        ("git@example.org:a/b.git#s", ("git@example.org:a/b.git", "", "s")),
        ("ssh://git@example.org:22/a/b.git@v1", ("ssh://git@example.org:22/a/b.git", "v1", "")),
    ],
)
def test_how_an_address_is_read(name: str, parts: tuple[str, str, str]) -> None:
    assert remote._parts(name) == parts


@pytest.mark.parametrize("name", ["blank", "./folder", "C:\\templates\\mine", "../x@v1"])
def test_names_and_paths_are_no_addresses(name: str) -> None:
    assert not remote._REMOTE.match(name)


def test_what_the_host_says_is_told_with_the_next_step(host: Host) -> None:
    with pytest.raises(InputError, match="couldn't find remote ref nothing") as error:
        get_template(f"{host.address}@nothing")
    assert "which branches and tags" in error.value.hint
    with pytest.raises(InputError) as error:
        get_template(f"{host.address}@abc1234")
    assert "all 40 digits" in error.value.hint
    with pytest.raises(InputError, match="expected to fetch the latest commit") as error:
        get_template(f"{host.address}.nowhere")
    assert "Check the address" in error.value.hint


def test_a_tag_that_is_no_commit_is_said_so(host: Host) -> None:
    git(host.bare, "tag", "a-file", git(host.bare, "rev-parse", f"v1:{INSIDE}/own.md"))
    with pytest.raises(InputError, match="something else there"):
        get_template(f"{host.address}@a-file")


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is read on Linux")
def test_it_is_kept_where_the_system_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert CACHE_FOLDER() == tmp_path / "coursekit" / "templates"
