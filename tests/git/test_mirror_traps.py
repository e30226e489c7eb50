"""Repositories with traps, and hosts that show what is not theirs, are only objects in a clone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coursekit.git.changes import Event
from coursekit.git.reasons import FetchError
from coursekit.git.refs import read_refs
from coursekit.submission import open_submission
from coursekit.submission.source import MAX_FILES, CommitSource, list_tree
from tests.git.mirroring import clone, fetch, host, work
from tests.git.serving import Host, Work, git

__all__ = ["clone", "host", "work"]


def test_names_that_differ_in_case_or_are_folders(work: Work, host: Host, clone: Path) -> None:
    """They stand in one file, so that a disk that ignores case is no trouble."""
    one = work.commit("one")
    work.git("push", "-q", "origin", "HEAD:refs/heads/a")
    fetch(f"{host.url}/one.git", clone)
    work.git(
        "push",
        "-q",
        "origin",
        ":refs/heads/a",
        "HEAD:refs/heads/a/b",
        "HEAD:refs/heads/Main",
        "HEAD:refs/heads/ä",
    )
    fetched = fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone) == dict.fromkeys(
        ("refs/heads/Main", "refs/heads/a/b", "refs/heads/main", "refs/heads/ä"), one
    )
    assert fetched.events == (Event("deleted", "a", one),)
    assert [path for path in (clone / "refs").rglob("*") if path.is_file()] == []
    assert git(clone, "for-each-ref", "--format=%(refname)").split() == sorted(
        read_refs(clone), key=str.encode
    )


def test_a_ref_of_another_command_stays(work: Work, host: Host, clone: Path) -> None:
    first = work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    git(clone, "update-ref", "refs/coursekit/update", first)
    git(clone, "update-ref", "refs/heads/by/hand", first)
    head = work.commit("two")
    fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone) == {"refs/heads/main": head, "refs/coursekit/update": first}
    assert git(clone, "rev-parse", "main", "refs/coursekit/update").split() == [head, first]
    assert [path.name for path in (clone / "refs").iterdir() if path.name != "heads"] == ["coursekit"]
    assert not (clone / "refs/heads/by").exists()


def test_what_somebody_wrote_into_the_clone_does_not_count(work: Work, host: Host, clone: Path) -> None:
    """Neither its configuration nor its hooks; and what a killed git left is removed."""
    work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    planted = clone.parent / "ran"
    hook = clone / "hooks/reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {planted}\n")
    hook.chmod(0o755)
    with (clone / "config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = touch {planted}\n\talternateRefsCommand = touch {planted}\n\tsshCommand = touch {planted}\n'
                     f'[remote "origin"]\n\tuploadpack = touch {planted};\n\tproxy = http://127.0.0.1:1\n')  # fmt: skip
    (clone / "objects/pack/tmp_pack_abc").write_bytes(b"half")
    (clone / "shallow.lock").touch()
    work.commit("two")
    assert fetch(f"{host.url}/one.git", clone).commits == 1
    assert not planted.exists()
    assert not (clone / "objects/pack/tmp_pack_abc").exists()
    assert "fsmonitor" not in (clone / "config").read_text()


def test_a_repository_with_traps_is_only_objects(work: Work, host: Host, clone: Path) -> None:
    """Submodules are not followed, links and attributes stand for nothing, and nothing is checked out."""
    (work.tree / ".gitmodules").write_text(
        '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% /tmp/ran\n'
    )
    (work.tree / ".gitattributes").write_text("* filter=lfs diff=lfs merge=lfs\n")
    (work.tree / ".lfsconfig").write_text("[lfs]\n\turl = http://127.0.0.1:1\n")
    first = work.commit("one", push=False)
    git(work.tree, "update-index", "--add", "--cacheinfo", f"160000,{first},x")
    work.git("commit", "-qm", "submodule")
    work.git("push", "-q", "origin", "main")
    fetched = fetch(f"{host.url}/one.git", clone)
    assert fetched.state == "new"
    assert {path.name for path in clone.iterdir()} <= {
        "HEAD",
        "config",
        "objects",
        "packed-refs",
        "refs",
        "shallow",
    }
    assert all("/one.git/" in request for request in host.requests)
    assert ".gitmodules" in open_submission(clone).files


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_links_among_the_hosts_refs_are_no_matter(
    tmp_path: Path, work: Work, host: Host, clone: Path
) -> None:
    head = work.commit("one")
    (work.bare / "refs/heads/other").symlink_to("main")
    fetch(f"{host.url}/one.git", clone)
    assert read_refs(clone) == {"refs/heads/main": head, "refs/heads/other": head}


def test_a_branch_without_its_commit_is_damage_on_the_host(work: Work, host: Host, clone: Path) -> None:
    work.commit("one")
    fetch(f"{host.url}/one.git", clone)
    before = read_refs(clone)
    (work.bare / "refs/heads/broken").write_text("f" * 40 + "\n")
    with pytest.raises(FetchError) as caught:
        fetch(f"{host.url}/one.git", clone)
    assert caught.value.kind == "broken"
    assert read_refs(clone) == before


def test_objects_borrowed_on_the_host_are_not_followed(
    tmp_path: Path, work: Work, host: Host, clone: Path
) -> None:
    """A host that only has files names other places of objects: they are not asked."""
    work.commit("one")
    other = Work(tmp_path / "host", "other.git")
    (work.bare / "objects/info").mkdir(exist_ok=True)
    (work.bare / "objects/info/http-alternates").write_text(
        f"{host.url}/other.git/objects/\n/other.git/objects\n"
    )
    (work.bare / "objects/info/alternates").write_text(f"{other.bare}/objects\n")
    git(work.bare, "update-server-info")
    for path in (work.bare / "objects").glob("??/*"):
        path.unlink()
    host.only_files = True
    with pytest.raises(FetchError):
        fetch(f"{host.url}/one.git", clone)
    assert not any("other.git" in request for request in host.requests)
    assert not clone.exists()


def test_a_tree_of_ten_thousand_million_files_is_ten_objects(work: Work, host: Host, clone: Path) -> None:
    """It costs what its objects cost; the view of it has its own limits."""
    work.commit("# one")
    blob = git(work.tree, "hash-object", "-w", "--stdin", stdin=b"x")
    tree = git(work.tree, "mktree", stdin="".join(f"100644 blob {blob}\tf{n}\n" for n in range(10)).encode())
    for _ in range(9):
        tree = git(
            work.tree, "mktree", stdin="".join(f"040000 tree {tree}\td{n}\n" for n in range(10)).encode()
        )
    commit = git(work.tree, "commit-tree", "-m", "bomb", tree)
    work.git("push", "-q", "--force", "origin", f"{commit}:refs/heads/main")
    assert fetch(f"{host.url}/one.git", clone).commit == commit
    seen = list_tree(CommitSource(clone))
    assert len(seen.files) + len(seen.others) == MAX_FILES
    assert not seen.complete
