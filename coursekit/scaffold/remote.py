"""Templates in git repositories: fetched as data, never checked out, kept by commit for when there is no internet.

Written ``ADDRESS[@REVISION][#FOLDER]``: the revision is a branch, a tag or a commit, the folder is the one in the
repository that holds the template.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from pathlib import Path

from coursekit.errors import InputError
from coursekit.files import folder_in_one_step, write_new
from coursekit.git import FetchError, check_address, check_revision, fetch_commit, kept_commit
from coursekit.submission.source import CommitSource, UnreadableError, list_tree
from coursekit.templates import Template, find_template, template_in
from coursekit.text import one_line, slug

PROTOCOLS = ("https", "ssh", "file")
MAX_BYTES = 100 * 1000 * 1000

# One letter before the colon is a drive of Windows.
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?://|:)|[^/\\@:]+@[^/\\@:]+:")
_SPEC = re.compile(
    r"(?P<address>(?:[A-Za-z][A-Za-z0-9+.-]*://[^/]*/|[^/@:]+@[^/:]+:)[^@#]*)(?:@(?P<revision>[^#]*))?(?:#(?P<folder>.*))?"
)


def get_template(name: str) -> Template:
    """Return a template by its name, the path of its folder, or the address of its repository.

    Raises
    ------
    InputError
        If there is none, or it cannot be fetched and was not fetched before.
    """
    return _fetched(name) if _REMOTE.match(name.strip()) else find_template(name)


def cache_folder() -> Path:
    """Return where fetched templates are kept; what is in it may be deleted at any time."""
    from platformdirs import user_cache_path

    return user_cache_path("coursekit", appauthor=False) / "templates"


def _fetched(name: str) -> Template:
    address, revision, inside = _parts(name.strip())
    base = cache_folder() / hashlib.sha256(address.encode()).hexdigest()[:16]
    commit, notes = _commit(base / "git", address, revision)
    # Its name stands in messages about what is in it.
    folder = base / commit / slug(address.rpartition("/")[2].removesuffix(".git"), default="template")
    if not folder.is_dir():
        _extract(base / "git", commit, folder, address)
    found = template_in(folder / inside, name)
    title = found.title if found.ours else folder.name
    return dataclasses.replace(
        found,
        name=f"{address}#{inside}" if inside else address,
        title=title,
        revision=commit,
        notes=(*notes, *found.notes),
    )


def _parts(name: str) -> tuple[str, str, str]:
    match = _SPEC.fullmatch(name)
    if match is None:
        check_address(name, protocols=PROTOCOLS)  # says best what is wrong
        raise InputError(f"expected the address of a template's repository, but found {one_line(name, 80)!r}")
    address = check_address(match["address"], protocols=PROTOCOLS)
    inside = (match["folder"] or "").strip("/")
    if not all(map(_is_plain, inside.split("/"))) and inside:
        raise InputError(
            f"expected a folder in the template's repository, but found {one_line(inside, 80)!r}",
            "It stands behind the '#', such as  https://git.example.org/course/templates.git#images .",
        )
    return address, check_revision((match["revision"] or "").strip()), inside


def _commit(repository: Path, address: str, revision: str) -> tuple[str, tuple[str, ...]]:
    """Return the commit, and what there is to say about it; a commit that is there already needs no host."""
    kept = kept_commit(repository, revision)
    if kept is not None and kept == revision:
        return kept, ()
    try:
        return fetch_commit(repository, address, revision), ()
    except FetchError as error:
        if kept is None:
            raise
        return kept, (
            f"the newest version could not be fetched, so commit {kept[:12]} is used: {error.message}",
        )


def _extract(repository: Path, commit: str, folder: Path, address: str) -> None:
    """Write a commit's regular files to a new folder, as they are in git."""
    source = CommitSource(repository, commit)
    tree = list_tree(source)
    size = sum(entry.size or 0 for entry in tree.files.values())
    if not tree.complete or size > MAX_BYTES:
        raise InputError(
            f"expected a template of at most {MAX_BYTES // 10**6} MB, but {one_line(address, 200)} holds more",
            "Give a repository that holds the template alone.",
        )
    odd = [path for path in tree.files if not all(map(_is_plain, path.split("/")))]
    if odd:
        raise InputError(
            f"expected plain file names in the template, but {one_line(address, 200)} has {one_line(odd[0], 80)!r}"
        )
    try:
        files = {path: source.read(path, MAX_BYTES) for path in tree.files}
    except UnreadableError as error:
        raise InputError(
            f"expected to read the template from {one_line(address, 200)}, but {error.text.en}"
        ) from None
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder_in_one_step(folder) as temporary:
        write_new(temporary, files)


def _is_plain(part: str) -> bool:
    """Whether this is the name of one file or folder, on every system."""
    return part not in {"", ".", ".."} and part.lower() != ".git" and not set(part) & set("\\:\0")
