"""The templates and core_lib of every released version, so that what a project began with can be rendered again.

Where a group's history is gone (squashed, copied as files), the base of an update is rendered once more from the
versions that its `project.toml` names. Those come from `released/`: an index, and git objects in one pack, in which
versions share all that is the same and differ by deltas; reading needs no git.

Before a release::

    python -m coursekit.scaffold.releases

adds the present version. After ``__version__`` is raised, the same command notes the new number. A test fails as
long as one of them is missing.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pygit2

from coursekit import __version__
from coursekit.assets import asset
from coursekit.errors import CoursekitError
from coursekit.files import write_text
from coursekit.fingerprints import RELEASED, Fingerprints
from coursekit.git.released import FOLDER, INDEX, read_index, released_core, tree_files
from coursekit.templates import (
    Template,
    all_templates,
    core_version,
    source_files,
    with_lf,
)


@dataclass(frozen=True, slots=True)
class ReleasedTemplate(Template):
    """A template of another version than the one that coursekit carries now."""

    parts: tuple[Path, ...] = ()

    @property
    def layers(self) -> tuple[Path, ...]:
        """The folders to bake, one over the other."""
        return self.parts


class Releases:
    """The archive in a folder.

    Parameters
    ----------
    folder : Path, optional
        By default the one that coursekit carries.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.index = read_index(folder)

    @property
    def names(self) -> tuple[str, ...]:
        """The released versions of coursekit, in the order in which they were added."""
        return tuple(self.index["releases"])

    def template(self, name: str, version: str) -> Template | None:
        """Return the template `name` as it was in that version (a hash), today's too; None where nobody knows it."""
        present = {template.name: template for template in all_templates()}.get(name)
        if present is not None and present.version() == version:
            return present
        for release in self.index["releases"].values():
            found = release["templates"].get(name)
            if found and found["version"] == version:
                parts = tuple(_extracted(self.folder, tree) for tree in found["layers"])
                return ReleasedTemplate(name, parts[-1], title=name, ours=True, parts=parts)
        return None

    def core(self, version: str) -> dict[str, bytes] | None:
        """Return the files of core_lib as they were in that version (a hash), today's too; none where it is empty."""
        return released_core(version, self.folder, self.index) if version else {}

    def problems(self, version: str = __version__) -> list[str]:
        """Say what has to be done before coursekit's present state may be released, or developed further."""
        working_on, found = self.index["working_on"], []
        command = "python -m coursekit.scaffold.releases"
        if working_on != version:
            if working_on in self.index["releases"]:
                found.append(f"The version is {version} now; run  {command}  to note that.")
            else:
                found.append(
                    f"The version was raised from {working_on} to {version}, but {working_on} is not in the archive: "
                    f"projects made with it could not be updated. Check out the commit that was released as "
                    f"{working_on}, run  {command}  there, and bring coursekit/scaffold/released here. "
                    f"If {working_on} was never released, set working_on in its {INDEX} to {version}."
                )
        release = self.index["releases"].get(version)
        if release is not None and release != _present_release(pygit2.hash):
            found.append(
                f"{version} is in the archive, and templates or core_lib have changed since: if it was released, "
                f"raise __version__ in coursekit/__init__.py; if not, run  {command}  again."
            )
        return found

    def add(self, version: str = __version__) -> str:
        """Put the present templates and core_lib into the archive, or note that the version was raised.

        Returns
        -------
        str
            What was done.

        Raises
        ------
        CoursekitError
            If an earlier version is missing.
        """
        if self.index["working_on"] != version:
            if self.index["working_on"] not in self.index["releases"]:
                raise CoursekitError(self.problems(version)[0])
            self._write({**self.index, "working_on": version})
            return f"Noted that {version} is being worked on."
        with tempfile.TemporaryDirectory(prefix="coursekit-", ignore_cleanup_errors=True) as place:
            git = pygit2.init_repository(place, bare=True)
            git.odb.add_disk_alternate(str(self.folder / "objects"))
            release = _present_release(git.create_blob, git)
            releases = {**self.index["releases"], version: release}
            builder = pygit2.PackBuilder(git)
            for one in releases.values():
                for tree in {
                    one["core"]["tree"],
                    *(layer for t in one["templates"].values() for layer in t["layers"]),
                }:
                    builder.add_recur(pygit2.Oid(hex=tree))
            builder.write(place)
            pack = self.folder / "objects" / "pack"
            pack.mkdir(parents=True, exist_ok=True)
            old, new = set(pack.iterdir()), set()
            for path in Path(place).glob("pack-*"):
                new.add(pack / path.name)
                (pack / path.name).write_bytes(path.read_bytes())
            git.free()
        # What groups started from must be told from their own work, too, when the templates have changed.
        known = Fingerprints.of_folders(layer for one in all_templates() for layer in one.layers)
        kept = self.folder / RELEASED.name
        if kept.is_file():
            known |= Fingerprints.load(kept.read_bytes())
        write_text(kept, known.dump())
        self._write({**self.index, "releases": releases})
        for path in old - new:
            path.unlink()
        return (
            f"Added {version}: {', '.join(release['templates'])}, and core_lib {release['core']['version']}."
        )

    def _write(self, index: dict[str, Any]) -> None:
        self.index = index
        write_text(self.folder / INDEX, json.dumps(index, indent=1) + "\n")


def _present_release(blob: Any, git: pygit2.Repository | None = None) -> dict[str, Any]:
    """Describe the templates and core_lib as they are now; with `git`, write them there, too."""

    def tree(folder: Path) -> str:
        from coursekit.git import tree_id

        files = {
            path.relative_to(folder).as_posix(): with_lf(path.read_bytes()) for path in source_files(folder)
        }
        if git is None:
            return tree_id(files)
        index = pygit2.Index()
        for path, data in files.items():
            index.add(pygit2.IndexEntry(path, blob(data), pygit2.enums.FileMode.BLOB))
        return str(index.write_tree(git))

    return {
        "core": {"version": core_version(), "tree": tree(asset("core_lib"))},
        "templates": {
            template.name: {
                "version": template.version(),
                "layers": [tree(folder) for folder in template.layers],
            }
            for template in all_templates()
        },
    }


@lru_cache(maxsize=64)
def _extracted(folder: Path, tree: str) -> Path:
    """Write a tree of the archive into a folder that is there until the program ends."""
    place = tempfile.TemporaryDirectory(prefix="coursekit-", ignore_cleanup_errors=True)
    _kept.append(place)
    root = Path(place.name)
    for path, data in tree_files(folder, tree):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


_kept: list[tempfile.TemporaryDirectory[str]] = []


if __name__ == "__main__":
    sys.stdout.write(Releases().add() + "\n")
