"""A folder of bare repositories, on this machine or a shared drive."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pygit2

from coursekit.config import HostSettings
from coursekit.files import remove_folder, write_text
from coursekit.git.push import Target
from coursekit.hosts.host import Host, HostError, Remote, refuse_unused, required
from coursekit.text import one_line


class Kind(Host):
    """Bare repositories in a folder; who may reach them is up to the folder."""

    def __init__(self, settings: HostSettings, folder: Path, say: Callable[[str], object]) -> None:
        super().__init__(settings, folder, say)
        path = required(settings, "path", "../dl-repositories")
        refuse_unused(settings, {"path": ""})
        self.root = (folder / Path(path).expanduser()).resolve()
        self.label = one_line(str(self.root))

    def address(self, name: str) -> str:
        """Give the path as an address: ``file:///srv/git/bird-songs.git``."""
        return f"{self.root.as_uri().rstrip('/')}/{name}.git"

    def find(self, name: str) -> Remote | None:
        """Look for ``name.git``."""
        path = self._path(name)
        if not path.exists() and not path.is_symlink():
            return None
        try:
            about = (path / "description").read_text(encoding="utf-8", errors="replace")
        except OSError:
            about = ""
        return Remote(name, self.address(name), one_line(about))

    def create(self, name: str, about: str) -> Remote:
        """Make ``name.git`` under a temporary name first, so that there is none without its description."""
        path = self._path(name)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            place = Path(tempfile.mkdtemp(prefix=f".{name[:40]}-", suffix=".tmp", dir=self.root))
            try:
                pygit2.init_repository(place, bare=True, initial_head="main")
                write_text(place / "description", about + "\n")
                # Whoever may read the folder shall read what lies in it.
                shutil.copymode(self.root, place)
                place.rename(path)
            except BaseException:
                remove_folder(place)
                raise
        except OSError as error:
            raise HostError(
                f"expected to make a repository in {self.label}, but {error.strerror or error}",
                "Check that the folder is there and can be written to.",
            ) from None
        return Remote(name, self.address(name), about)

    def target(self, remote: Remote) -> Target:
        """Give the folder."""
        return Target(str(self._path(remote.name)), "file")

    def _path(self, name: str) -> Path:
        return self.root / f"{name}.git"
