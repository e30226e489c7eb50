"""The archive of released versions: complete, readable, and never forgotten."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from coursekit import fingerprints
from coursekit.errors import CoursekitError
from coursekit.fingerprints import RELEASED, Fingerprints
from coursekit.model import Member, Project
from coursekit.scaffold.kit import complete_project
from coursekit.scaffold.releases import INDEX, Releases
from coursekit.templates import all_templates, core_files, core_version, find_template
from tests.scaffold.updating import CORE, FOLDER, OWN, Kit

TITLE = Project(title="Digits", members=(Member("Ada"),))


@pytest.fixture
def archive(kit: Kit, tmp_path: Path) -> Releases:
    folder = tmp_path / "released"
    folder.mkdir()
    (folder / INDEX).write_text(json.dumps({"working_on": "1", "releases": {}}))
    return Releases(folder)


def test_the_archive_is_up_to_date() -> None:
    """Fails when __version__ was raised without archiving the version before; the message says what to do."""
    assert "\n".join(Releases().problems()) == ""


def test_every_released_version_can_be_rendered() -> None:
    releases = Releases()
    for release in releases.index["releases"].values():
        assert releases.core(release["core"]["version"])
        for name, made in release["templates"].items():
            template = releases.template(name, made["version"])
            assert template
            assert template.version() == made["version"]
            assert "README.md" in complete_project(TITLE, template)[1]


def test_an_old_version_is_rendered_as_it_was(kit: Kit, archive: Releases) -> None:
    template = find_template("blank")
    then, core, versions = (
        complete_project(TITLE, template),
        core_files(),
        (template.version(), core_version()),
    )
    assert archive.add("1") == f"Added 1: blank, and core_lib {versions[1]}."
    kit.version(2, own={"new.py": "x"}, core={"dense.py": str(CORE["dense.py"]) + "# more\n"})
    for releases in (archive, Releases(archive.folder)):
        old = releases.template("blank", versions[0])
        assert old
        assert old.version() == versions[0]
        assert releases.core(versions[1]) == core
        assert complete_project(TITLE, old, releases.core(versions[1])) == then
        assert releases.template("blank", "0" * 12) is None
        assert releases.template("none", versions[0]) is None
        assert releases.core("0" * 12) is None
    today = {one.name: one for one in all_templates()}["blank"]
    assert archive.template("blank", today.version()) == today
    assert archive.core(core_version()) == core_files()


def test_starter_text_of_an_old_version_is_still_known(
    kit: Kit, archive: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a group left of a template that has changed since is no work of the group's."""
    readme = "# {{ cookiecutter.title }}\n\n[Say it otherwise]\n"
    archive.add("1")
    kit.version(2, common={"README.md": readme}, own={"tools/old.py": "new\n"})
    archive.index["working_on"] = "2"
    archive.add("2")
    kept = (archive.folder / RELEASED.name).read_text(encoding="utf-8")
    archive.add("2")  # again changes nothing
    assert (archive.folder / RELEASED.name).read_text(encoding="utf-8") == kept
    monkeypatch.setattr("coursekit.fingerprints.RELEASED", archive.folder / RELEASED.name)
    fingerprints._known.cache_clear()
    try:
        known = Fingerprints.known()
    finally:
        fingerprints._known.cache_clear()
    assert known.is_prompt("Say what")
    assert known.is_prompt("Say it otherwise")
    assert known.is_code_cell("x = 1")
    assert known.is_file(str(OWN[f"{FOLDER}/tools/old.py"]).encode())
    assert known.is_file(b"new\n")
    assert not known.is_prompt("Say something else")


def test_the_fingerprints_of_every_released_version_are_kept() -> None:
    releases = Releases()
    for release in releases.index["releases"].values():
        for name, made in release["templates"].items():
            template = releases.template(name, made["version"])
            assert template
            found = Fingerprints.of_folders(template.layers)
            assert (found | Fingerprints.known()) == Fingerprints.known(), (
                f"{name} {made['version']}: add it again"
            )


def test_versions_share_what_is_the_same(kit: Kit, archive: Releases) -> None:
    archive.add("1")
    first = {path.name for path in (archive.folder / "objects" / "pack").iterdir()}
    version = find_template("blank").version()
    archive.index["working_on"] = "2"
    kit.version(2, own={"new.py": "x"})
    archive.add("2")
    packs = list((archive.folder / "objects" / "pack").glob("*.pack"))
    assert len(packs) == 1
    assert not first & {path.name for path in packs}
    assert Releases(archive.folder).names == ("1", "2")
    assert archive.template("blank", version)
    archive.add("2")  # again changes nothing
    assert list((archive.folder / "objects" / "pack").glob("*.pack")) == packs


def test_a_version_that_was_raised_without_archiving_is_told(kit: Kit, archive: Releases) -> None:
    assert archive.problems("1") == []
    (problem,) = archive.problems("2")
    assert "The version was raised from 1 to 2, but 1 is not in the archive" in problem
    assert re.search(r"run +python -m coursekit.scaffold.releases +there", problem)
    with pytest.raises(CoursekitError, match="raised from 1 to 2"):
        archive.add("2")
    archive.add("1")
    assert archive.problems("1") == []
    assert archive.problems("2") == ["The version is 2 now; run  python -m coursekit.scaffold.releases  to note that."]  # fmt: skip
    assert archive.add("2") == "Noted that 2 is being worked on."
    assert Releases(archive.folder).problems("2") == []


def test_a_template_that_changed_after_archiving_is_told(kit: Kit, archive: Releases) -> None:
    archive.add("1")
    kit.version(2, own={"new.py": "x"})
    (problem,) = archive.problems("1")
    assert "have changed since" in problem
    archive.add("1")
    assert archive.problems("1") == []
