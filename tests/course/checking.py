"""A course to check, and what group's repositories can do to the process that reads them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import pygit2

from coursekit.checker.worker import Done, Task, check_task
from coursekit.config import Course, load_course
from coursekit.store import open_store
from coursekit.store.people import add_group
from coursekit.store.records import NewRepository
from coursekit.store.repositories import add_repository
from tests.building import write

TOML = '[course]\nname = "DL"\ntime_zone = "UTC"\n'


def a_course(
    folder: Path, groups: Mapping[str, Mapping[str, str | bytes] | None], toml: str = "", database: str = ""
) -> Course:
    """Make a course whose groups have these files each; None for a group that has nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    text = TOML + toml
    if database.startswith("postgresql"):
        text += f'\n[store]\ndatabase = "{database}"\n'
    (folder / "course.toml").write_text(text, encoding="utf-8")
    course = load_course(folder)
    with open_store(course.store) as store, store.transaction("test") as tx:
        for name, files in groups.items():
            group = add_group(tx, name)
            add_repository(tx, NewRepository(group.id, path=f"repositories/{name}"))
            if files is not None:
                write(folder / "repositories" / name, files)
    return course


def a_clone(folder: Path, group: str, *commits: tuple[str, str]) -> list[str]:
    """Make the bare clone of a group with commits of a README: the moment (UTC) and the text."""
    path = folder / "clones" / f"{group}.git"
    git = (
        pygit2.Repository(path)
        if path.exists()
        else pygit2.init_repository(path, bare=True, initial_head="main")
    )
    made = []
    for moment, text in commits:
        builder = git.TreeBuilder()
        builder.insert("README.md", git.create_blob(text.encode()), pygit2.enums.FileMode.BLOB)
        when = int(time.mktime(time.strptime(moment, "%Y-%m-%dT%H:%M"))) - time.timezone
        who = pygit2.Signature("Ada", "ada@example.org", when, 0)
        parents = [] if git.head_is_unborn else [git.head.target]
        made.append(str(git.create_commit("refs/heads/main", who, who, "work", builder.write(), parents)))
    return made


def hostile(task: Task) -> Done:
    """Check, but die or hang where a group is called so."""
    if task.name == "dies":
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    if task.name == "hangs":
        time.sleep(60)
    if task.name == "bug":
        raise KeyError("a bug of ours")
    return check_task(task)
