"""`coursekit export` as it is typed, and what it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.tracking.exports import export_names
from tests.building import png
from tests.cli.running import Ran, run
from tests.course.checking import a_course

WORK = {
    "README.md": "# Bees\n",
    "project.toml": '[project]\ntitle = "Bees"\nconsent_to_publish = true\n',
    "4_Presentation/presentation.pdf": b"%PDF-1.7",
    "CoverImage/cover.png": png(64, 64),
}


class Kit:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch

    def __call__(self, *args: str | Path) -> Ran:
        return run(self._patch, "export", *args)


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    a_course(tmp_path, {"bees": WORK, "birds": None})
    monkeypatch.chdir(tmp_path)
    for args in (
        ("add", "Ada Lovelace", "--email", "ada@example.org", "--account", "ada", "--group", "bees"),
        ("add", "Alan \x1b[31m", "--group", "birds"),
    ):
        assert run(monkeypatch, "roster", *args).code == 0
    return Kit(tmp_path, monkeypatch)


def test_the_exports_are_listed(kit: Kit) -> None:
    ran = kit("--help")
    assert all(f"  {name} " in ran.out for name in export_names())


@pytest.mark.parametrize("name", export_names())
def test_each_says_what_to_do_with_it(kit: Kit, name: str) -> None:
    ran = kit(name, "--help")
    assert ran.code == 0
    assert f"coursekit export {name} -" in ran.out.split("Example:")[1]
    for option in ("--output", "--dry-run", "--force", "--course"):
        assert option in ran.out
    assert "--anonymous" not in ran.out


def test_what_it_prints(kit: Kit, monkeypatch: pytest.MonkeyPatch, snapshot) -> None:
    run(monkeypatch, "check", "--all")
    dry = kit("moodle-gradebook", "--dry-run")
    assert (dry.code, dry.err) == (0, "Nothing was written.\n")
    assert not (kit.folder / "exports").exists()
    ran = kit("moodle-gradebook", "--bom")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.replace(str(kit.folder), "…") == snapshot
    assert (kit.folder / "exports" / "moodle-gradebook.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_bundles(kit: Kit, snapshot) -> None:
    ran = kit("platform", "--output", "out")
    assert ran.code == 0
    assert ran.out.replace(str(kit.folder), "…") == snapshot
    assert (kit.folder / "out" / "bees.zip").is_file()


def test_a_group_that_cannot_be_read_is_exit_code_2(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.course import export as module
    from coursekit.tracking.exports.export import Bundle

    def fail(
        _: object, __: object, ___: object, data: object, *____: object, **_____: object
    ) -> tuple[Bundle, ...]:
        return tuple(Bundle(group, reason="it took too long", failed=True) for group in data.groups)  # type: ignore[attr-defined]

    monkeypatch.setattr(module, "make_bundles", fail)
    ran = kit("platform")
    assert ran.code == 2
    assert "0 bundled, 0 left out, 2 failed, of 2 groups" in ran.out


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["modle-worksheet"], "Did you mean 'moodle-worksheet'?"),
        (["moodle-worksheet"], "expected --worksheet FILE for the export moodle-worksheet"),
        (
            ["moodle-worksheet", "--worksheet", "none.csv"],
            "expected a CSV file at none.csv, but found nothing",
        ),
        (
            ["moodle-gradebook", "--identify-by", "name"],
            "'name' is not one of 'email', 'id-number', 'username'",
        ),
        (["moodle-gradebook", "--anonymous"], "No such option"),
        (
            ["classroom50", "--classroom", "X", "--assignment", "y"],
            "expected the short name of the classroom",
        ),
    ],
)
def test_wrong_usage(kit: Kit, args: list[str], says: str) -> None:
    ran = kit(*args)
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err
