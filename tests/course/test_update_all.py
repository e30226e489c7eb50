"""An update of every group: in bare clones and folders, pushed only when asked, stopped and gone on with."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path

import pygit2
import pytest

from coursekit.config import Course, load_course
from coursekit.course.places import group_places
from coursekit.course.update_all import Updates, _target, update_all
from coursekit.errors import InputError
from coursekit.model import Member
from coursekit.scaffold import new_project
from coursekit.store import open_store
from coursekit.store.people import add_group
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository
from tests.building import write
from tests.scaffold.updating import COMMON, CORE, FOLDER, Kit, changed, commit, git

COURSE = '[course]\nname = "Deep Learning"\n[projects]\ntemplate = "blank"\n[host]\nkind = "folder"\npath = "host"\n'
README, DENSE = str(COMMON[f"{FOLDER}/README.md"]), str(CORE["dense.py"])


class Made:
    """A course whose groups have a repository on a 'host' (a folder), and a bare clone of it or a folder here."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "course.toml").write_text(COURSE)
        self.course: Course = load_course(folder)
        with open_store(self.course.store):
            pass

    def group(
        self, name: str, files: dict[str, str | bytes | None] | None = None, *, kind: str = "clone"
    ) -> Path:
        root = self.course.folder
        with open_store(self.course.store) as store, store.transaction("test") as tx:
            group = add_group(tx, name)
            url = (root / "host" / f"{name}.git").resolve().as_uri()
            path = f"repositories/{name}"
            add_repository(tx, NewRepository(group.id, path=path, url=url if kind == "clone" else None))
        if kind == "nothing":
            return root
        new_project(root / path, name, [Member("Ada")], "t", "blank", course=self.course, group=name)
        commit(root / path, {"ours.txt": "ours\n", **(files or {})})
        if kind == "folder":
            return root / path
        (root / "host").mkdir(exist_ok=True)
        git(root, "clone", "-q", "--bare", str(root / path), f"host/{name}.git")
        git(root, "-C", f"host/{name}.git", "branch", "-D", "coursekit/template")
        git(root, "clone", "-q", "--bare", f"host/{name}.git", f"clones/{name}.git")
        import shutil

        shutil.rmtree(root / path)
        return root / "clones" / f"{name}.git"


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    return Kit(tmp_path / "kit", monkeypatch)


@pytest.fixture
def made(kit: Kit, tmp_path: Path) -> Made:
    return Made(tmp_path / "course")


def outcomes(updates: Updates) -> dict[str, str]:
    return {one.group: one.outcome for one in updates.groups}


def newer(kit: Kit) -> None:
    kit.version(2, common={"README.md": changed(README, ("line 3\n", "theirs\n"))}, core={"dense.py": DENSE + "# fixed\n"})  # fmt: skip


def conflicting() -> dict[str, str | bytes | None]:
    readme = changed(README, ("line 3\n", "ours\n")).replace("{{ cookiecutter.title }}", "b")
    start = readme.index("{% if")
    stop = readme.index("{% endif %}") + len("{% endif %}")
    return {"README.md": readme[:start] + "[Say what]" + readme[stop:]}


def test_every_kind_of_outcome_and_nothing_is_pushed(kit: Kit, made: Made) -> None:
    clone = made.group("a")
    conflict = made.group("b", conflicting())
    folder = made.group("c", kind="folder")
    made.group("d", kind="nothing")
    squashed = made.group("e")
    git(squashed, "update-ref", "refs/heads/main", git(squashed, "commit-tree", "main^{tree}", "-m", "all"))
    broken = made.group("f")
    (broken / "HEAD").write_text("garbage")
    before = {path: git(path, "for-each-ref") for path in (conflict, squashed)}
    newer(kit)
    dry = update_all(made.course, dry_run=True)
    assert outcomes(dry) == {"a": "merged", "b": "conflicts", "c": "updated", "d": "nothing", "e": "no base", "f": "failed"}  # fmt: skip
    assert git(clone, "for-each-ref", "refs/coursekit") == ""
    assert git(folder, "log", "--oneline", "-1").endswith("work")
    done = update_all(made.course)
    assert outcomes(done) == outcomes(dry)
    assert done.counts == {"merged": 1, "conflicts": 1, "updated": 1, "nothing": 1, "no base": 1, "failed": 1}
    assert not done.complete
    assert done.groups[1].files == ("README.md",)
    assert "not among the released versions" in done.groups[4].reason
    (branch,) = (one.branch for one in done.groups if one.outcome == "merged")
    merged = git(clone, "show", f"refs/{branch}:core_lib/dense.py")
    assert merged.endswith("# fixed")
    assert git(clone, "show", f"refs/{branch}:ours.txt") == "ours"
    assert (folder / "core_lib" / "dense.py").read_text().endswith("# fixed\n")
    assert git(folder, "status", "--porcelain") == ""
    assert {path: git(path, "for-each-ref") for path in before} == before
    assert git(made.course.folder / "host" / "a.git", "branch").split() == ["*", "main"]


def test_a_pushed_branch_waits_for_the_group(kit: Kit, made: Made) -> None:
    clone = made.group("a")
    newer(kit)
    done = update_all(made.course, push=True)
    assert outcomes(done) == {"a": "pushed"}
    host = made.course.folder / "host" / "a.git"
    branch = done.groups[0].branch
    assert git(host, "rev-list", "--parents", "-1", branch).split()[1] == git(host, "rev-parse", "main")
    assert git(host, "rev-parse", branch + "^2") == git(host, "rev-parse", "coursekit/template")
    assert outcomes(update_all(made.course, push=True)) == {"a": "pushed"}, "the very same commit"
    work = made.course.folder / "work"
    git(made.course.folder, "clone", "-q", str(host), "work")
    git(work, "checkout", "-q", branch)
    commit(work, {"more.txt": "x\n"})
    git(work, "push", "-q", "origin", branch)
    git(work, "checkout", "-q", "main")
    commit(work, {"main.txt": "x\n"})
    git(work, "push", "-q", "origin", "main")
    git(clone, "fetch", "-q", str(host), "main:main")
    theirs = git(host, "rev-parse", branch)
    assert outcomes(update_all(made.course, push=True)) == {"a": "waiting"}
    assert git(host, "rev-parse", branch) == theirs
    git(work, "merge", "-q", "-m", "Merge", f"origin/{branch}")
    git(work, "push", "-q", "origin", "main")
    git(clone, "fetch", "-q", str(host), "main:main")
    assert outcomes(update_all(made.course, push=True)) == {"a": "up to date"}


def test_a_squashed_pull_request_still_leaves_a_base(kit: Kit, made: Made) -> None:
    """The pristine commit is on the host's branch coursekit/template, which was pushed along."""
    clone = made.group("a")
    newer(kit)
    branch = update_all(made.course, push=True).groups[0].branch
    host = made.course.folder / "host" / "a.git"
    work = made.course.folder / "work"
    git(made.course.folder, "clone", "-q", str(host), "work")
    git(work, "merge", "-q", "--squash", f"origin/{branch}")
    git(work, "commit", "-qm", "Squashed")
    git(work, "push", "-q", "origin", "main")
    git(clone, "update-ref", "-d", "refs/coursekit/template")
    git(clone, "fetch", "-q", str(host), "+refs/heads/*:refs/heads/*")
    assert outcomes(update_all(made.course)) == {"a": "up to date"}
    kit.version(3, core={"dense.py": DENSE + "# fixed\n# twice\n"})
    assert outcomes(update_all(made.course)) == {"a": "merged"}


def test_a_group_without_an_address_is_named(kit: Kit, made: Made) -> None:
    made.group("a")
    clone = made.group("b", kind="folder")
    git(made.course.folder, "clone", "-q", "--bare", str(clone), "clones/b.git")
    newer(kit)
    done = update_all(made.course, push=True)
    assert outcomes(done) == {"a": "pushed", "b": "failed"}
    assert "address of the group's repository" in done.groups[1].reason


@pytest.mark.parametrize(
    ("url", "protocol"),
    [("https://git.example.org/a/b.git", "https"), ("git@git.example.org:a/b.git", "ssh"), ("ssh://git@x.org/b", "ssh"),
     ("file:///etc", None), ("ext::sh -c touch% x", None), ("-oProxyCommand=x", None), ("/srv/x.git", None)],
)  # fmt: skip
def test_where_is_pushed_to(made: Made, url: str, protocol: str | None) -> None:
    with open_store(made.course.store) as store:
        with store.transaction("test") as tx:
            add_repository(tx, NewRepository(add_group(tx, "g").id, url=url))
        with store.read() as view:
            (place,) = group_places(made.course, view)
    if protocol:
        assert _target(made.course, place).protocol == protocol
    else:
        with pytest.raises(InputError):
            _target(made.course, place)


def test_nothing_planted_in_a_clone_runs(kit: Kit, made: Made, tmp_path: Path) -> None:
    clone = made.group("a", {".gitattributes": "* merge=evil filter=evil diff=evil\n", **conflicting()})
    ran = tmp_path / "RAN"
    for key in (
        "merge.evil.driver", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.command",
        "core.sshCommand", "core.fsmonitor", "credential.helper", "core.gitProxy", "gpg.program", "core.editor",
        "remote.origin.uploadpack", "remote.origin.receivepack", "core.alternateRefsCommand",
    ):  # fmt: skip
        git(clone, "config", key, f"!touch {ran}" if key == "credential.helper" else f"touch {ran}")
    git(clone, "config", "core.hooksPath", str(clone / "hooks"))
    for hook in ("pre-push", "reference-transaction", "post-merge", "pre-merge-commit", "post-update"):
        write(clone / "hooks", {hook: f"#!/bin/sh\ntouch {ran}\n"})
        (clone / "hooks" / hook).chmod(0o755)
    write(clone / "info", {"attributes": "* merge=evil\n"})
    ran.unlink(missing_ok=True)
    newer(kit)
    assert outcomes(update_all(made.course, push=True)) == {"a": "conflicts"}
    kit.version(3, core={"dense.py": DENSE + "# other\n"})
    assert outcomes(update_all(made.course, push=True)) == {"a": "pushed"}
    assert not ran.exists()


def test_a_large_file_that_was_left_out_of_the_clone(kit: Kit, made: Made) -> None:
    """Partial clones lack blobs; an update needs none that nobody changed."""
    clone = made.group("a", {"big.bin": os.urandom(40_000), "tools/old.py": None})
    git(clone, "config", "uploadpack.allowFilter", "true")
    partial = clone.with_name("p.git")
    git(
        clone.parent,
        "clone",
        "-q",
        "--bare",
        "--no-local",
        "--filter=blob:limit=30000",
        clone.as_uri(),
        "p.git",
    )
    big = git(clone, "rev-parse", "main:big.bin")
    assert big not in pygit2.Repository(str(partial))
    clone.rename(clone.with_name("full.git"))
    partial.rename(clone)
    kit.version(2, own={"tools/new.py": "new\n"}, core={"dense.py": DENSE + "# fixed\n"})
    done = update_all(made.course, push=True)
    assert [(one.outcome, one.reason) for one in done.groups] == [("pushed", "")]
    host = made.course.folder / "host" / "a.git"
    assert git(host, "rev-parse", f"{done.groups[0].branch}:big.bin") == big
    git(host, "fsck", "--no-dangling")


def _killed(course: Course, after: int) -> None:
    from coursekit.course import update_all as module

    real, count = module._update, iter(range(100))

    def update(*args: object, **more: object) -> object:
        result = real(*args, **more)  # type: ignore[arg-type]
        if next(count) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    module._update = update  # type: ignore[assignment]
    module.update_all(course)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_killed_and_run_again(kit: Kit, made: Made) -> None:
    clones = [made.group(name) for name in "abcd"]
    newer(kit)
    child = multiprocessing.get_context("fork").Process(target=_killed, args=(made.course, 2))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    done = update_all(made.course)
    assert sorted(outcomes(done).values()) == ["earlier", "earlier", "merged", "merged"]
    assert all(git(clone, "for-each-ref", "refs/coursekit/") for clone in clones)


def test_the_courses_newer_facts_come_along(kit: Kit, made: Made) -> None:
    """A deadline that moved, and a workflow's source: unless the group wrote something else itself."""
    clone = made.group("a")
    newer(kit)
    file = made.course.folder / "course.toml"
    file.write_text(COURSE + '[check]\nprofile = "opencampus-ml"\n[[check.milestones]]\nname = "model"\n')
    done = update_all(load_course(made.course.folder))
    facts = git(clone, "show", f"refs/{done.groups[0].branch}:project.toml")
    assert '[[check.milestones]]\nname = "model"' in facts


def test_no_groups(made: Made) -> None:
    with pytest.raises(InputError, match="expected groups"):
        update_all(made.course)
