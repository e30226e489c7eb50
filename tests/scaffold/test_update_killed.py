"""An update that is cut off by ``kill -9`` leaves the repository as before, or in a merge that git itself can undo."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coursekit.scaffold.update import update_project
from tests.scaffold.updating import COMMON, CORE, FOLDER, Kit, changed, commit, git, project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9")


def killed_at(step: int, folder: Path) -> bool:
    """Update in a process that is killed right before its `step`-th write; False when it ended before."""
    child = os.fork()
    if child == 0:
        count = iter(range(10_000))

        def counting(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **more: Any) -> Any:
                if next(count) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **more)

            return call

        try:
            from coursekit.git import worktree
            from coursekit.scaffold import update

            update.carry_over = counting(update.carry_over)  # type: ignore[assignment]
            update._set_branch = counting(update._set_branch)  # type: ignore[assignment]
            worktree._write_index = counting(worktree._write_index)  # type: ignore[assignment]
            worktree._write_file = counting(worktree._write_file)  # type: ignore[assignment]
            Path.replace = counting(Path.replace)  # type: ignore[method-assign]
            Path.unlink = counting(Path.unlink)  # type: ignore[method-assign]
            real = worktree.apply_merge.__globals__["pygit2"].Repository.state_cleanup
            worktree.pygit2.Repository.state_cleanup = counting(real)  # type: ignore[method-assign]
            update_project(folder)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.mark.slow
@pytest.mark.parametrize("conflict", [False, True])
def test_killed_at_any_moment(kit: Kit, tmp_path: Path, conflict: bool) -> None:
    origin = project(tmp_path / "p")
    ours = changed((origin / "README.md").read_text(), ("line 3\n", "ours\n"))
    commit(origin, {"README.md": ours, "core_lib/ours.py": "x = 1\n"})
    readme, dense = str(COMMON[f"{FOLDER}/README.md"]), str(CORE["dense.py"])
    theirs = ("line 3\n", "theirs\n") if conflict else ("line 15\n", "15\n")
    kit.version(
        2, common={"README.md": changed(readme, theirs)}, own={"new/new.py": "new\n", "tools/old.py": None},
        core={"dense.py": dense + "# fixed\n"},
    )  # fmt: skip
    before, head = files(origin), git(origin, "rev-parse", "HEAD")
    done = shutil.copytree(origin, tmp_path / "done")
    expected = "conflicts" if conflict else "merged"
    assert update_project(done).outcome == expected
    after = files(done)
    steps = 0
    while killed_at(steps, folder := shutil.copytree(origin, tmp_path / f"try{steps}")):
        merging = (folder / ".git" / "MERGE_HEAD").exists()
        state = git(folder, "status", "--porcelain")
        if merging and git(folder, "rev-parse", "HEAD") == head:
            git(folder, "merge", "--abort")
            assert files(folder) == before, steps
        elif not merging:
            assert state == "", steps
        if git(folder, "rev-parse", "HEAD") == head:
            assert files(folder) == before, steps
            assert git(folder, "status", "--porcelain") == "", steps
            assert update_project(folder).outcome == expected, steps
        else:
            assert update_project(folder).outcome == "up to date", steps
            assert not (folder / ".git" / "MERGE_HEAD").exists()
        assert files(folder) == after, steps
        steps += 1
    git(folder, "fsck", "--no-dangling")
    assert steps > 15, steps
