"""Publishing that is killed at any moment goes on where it stopped, and makes or sends nothing twice."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
from pathlib import Path

import pytest

from coursekit.config import load_course
from coursekit.course.publish import publish
from coursekit.hosts import patience
from coursekit.store import open_store
from coursekit.store.repositories import list_repositories
from tests.course.publishing import a_course, heads
from tests.hosts.github_site import GitHubSite
from tests.hosts.serving import TOKEN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork servers are POSIX's")

GROUPS = {f"G{n}": ("ada", "grace") if n == 0 else () for n in range(12)}


def run(folder: Path) -> None:
    os.environ["GITHUB_TOKEN"] = TOKEN
    patience.PAUSE = 0.0
    publish(load_course(folder))


def kill_runs(folder: Path, times: int) -> int:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coursekit.course.publish", "github", "alembic", __name__])
    chance = random.Random(times)
    killed = 0
    for _ in range(times):
        process = context.Process(target=run, args=(folder,))
        process.start()
        process.join(chance.uniform(0.1, 1.0))
        killed += process.is_alive()
        process.kill()
        process.join()
        # A dead run is known by its process; nobody waits for it.
        time.sleep(0.01)
    return killed


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["folder", "github"])
def test_killed_at_random_points(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    site = request.getfixturevalue("github")
    assert isinstance(site, GitHubSite)
    host = f'kind = "github"\nnamespace = "{site.owner}"\napi = "{site.url}{site.api}"'
    course = a_course(
        tmp_path / "c", 'kind = "folder"\npath = "../bare"' if kind == "folder" else host, GROUPS
    )
    killed = kill_runs(tmp_path / "c", 5)
    done = publish(course)
    assert (done.failed, done.repositories.of) == (0, 12)
    where = tmp_path / ("bare" if kind == "folder" else "served/dl-course")
    for name in GROUPS:
        assert heads(where / f"{name.lower()}.git") == heads(tmp_path / f"c/repositories/{name.lower()}")
    with open_store(course.store) as store, store.read() as view:
        assert len([one for one in list_repositories(view, history=True) if one.url]) == 12
    again = publish(course, again=True)
    assert (again.steps, again.repositories.done) == ((), 12)
    if kind == "github":
        assert killed
        creates = [one for one in site.asked if one.method == "POST" and one.path.endswith("/repos")]
        assert len(creates) == len({one.data["name"] for one in creates}) == 12
        assert set(site.repos["g0"].invited) == {"ada"}
        assert set(site.repos["g0"].people) == {"teacher", "grace"}
    else:
        # What a killed run began under a temporary name is no repository.
        assert {path.name for path in where.iterdir() if not path.name.startswith(".")} == {
            f"{name.lower()}.git" for name in GROUPS
        }
