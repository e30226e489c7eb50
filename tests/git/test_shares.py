"""Who committed what: people are told apart, outputs and templates do not count, nothing is run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pygit2
import pytest

from coursekit.git.shares import read_shares
from coursekit.git.trees import tree_id
from coursekit.work import Done
from tests.git.histories import ADA, ALAN, NOW, START, History


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "group.git")


def test_commits_and_lines_are_counted_by_person_and_area(history: History) -> None:
    history.commit(ADA, {"3_Model/a.py": "one\n\ntwo\n", "README.md": "# Cats\n"})
    history.commit(ALAN, {"3_Model/a.py": "one\nthree\n"})
    assert history.areas() == {
        "Ada Lovelace": {"": Done(1, 3), "3_Model": Done(1, 2), "README.md": Done(1, 1)},
        "Alan Turing": {"": Done(1, 2), "3_Model": Done(1, 2)},  # one line added, one removed
    }
    found = history.counted()
    assert (found.commits, found.whole, found.notes) == (2, True, {})
    assert found.last_at == dt.datetime.fromtimestamp(START + 120, dt.UTC)


def test_the_same_email_or_the_same_name_is_the_same_person(history: History) -> None:
    history.commit(ADA, {"a.md": "1"})
    history.commit(("ada", "ADA@example.org"), {"a.md": "2"})
    history.commit(("Ada Lovelace", "1+ada@users.noreply.github.com"), {"a.md": "3"})
    history.commit(("AL", "al@example.org"), {"a.md": "4"})
    history.commit(("al", "1+ada@users.noreply.github.com"), {"a.md": "5"})
    assert [done.commits for done in history.people().values()] == [5]


def test_a_host_s_address_joins_nobody(history: History) -> None:
    history.commit(("Ada", "noreply@github.com"), {"a.md": "1"})
    history.commit(("Alan", "noreply@github.com"), {"a.md": "2"})
    assert len(history.people()) == 2


# -- what counts as a commit --------------------------------------------------------------------


def test_merges_bots_and_templates_do_not_count(history: History) -> None:
    files = {"README.md": b"# Template\n"}
    trailer = f"Start\n\nCoursekit-Tree: {tree_id(files)}\n"
    first = history.commit(ADA, {**files, "project.toml": "x"}, message=trailer)
    second = history.commit(("dependabot[bot]", "bot@example.org"), {"a.md": "1"})
    history.commit(ALAN, {"a.md": "2"}, parents=[second, first])
    assert history.people() == {}
    assert history.counted().last_at is None
    # Whoever quotes the trailer has done the work all the same.
    history.commit(ALAN, {"a.md": "3"}, message=trailer)
    assert history.people()["Alan Turing"].commits == 1


def test_a_commit_that_changes_no_file_does_not_count(history: History) -> None:
    history.commit(ADA, {"a.md": "1"})
    history.commit(ALAN, {}, message="I work too")
    assert list(history.people()) == ["Ada Lovelace"]


def test_a_commit_of_data_alone_counts_with_no_lines(history: History) -> None:
    history.commit(ADA, {"data/a.csv": "1\n" * 100})
    assert history.people() == {"Ada Lovelace": Done(1, 0)}


def test_copies_on_other_branches_count_once(history: History) -> None:
    """A rebase leaves the old commits where the old branch still stands."""
    base = history.commit(ADA, {"a.md": "1"})
    history.commit(ALAN, {"b.md": "2\n3\n"}, message="Mine", at=START + 500)
    history.git.references.create("refs/heads/old", history.git.head.target)
    del history.files["b.md"]
    history.commit(ADA, {"c.md": "x"}, parents=[base], ref="refs/heads/new")
    newer = history.git.references["refs/heads/new"].target
    history.commit(
        ALAN, {"b.md": "2\n3\n"}, message="Mine", at=START + 500, parents=[newer], ref="refs/heads/new"
    )
    history.commit(ALAN, {"d.md": "y"}, parents=[newer], ref="refs/heads/third")
    history.git.references["HEAD"].set_target("refs/heads/new")
    found = history.counted(beside=["refs/heads/old", "refs/heads/third", "refs/heads/none"])
    assert {one.name: one.total for one in found.authors} == {
        "Ada Lovelace": Done(2, 2),
        "Alan Turing": Done(2, 3),
    }
    assert found.notes == {"beside": 1, "unreadable": 1}
    assert not found.whole


def test_who_brought_in_the_work_of_another_is_told(history: History) -> None:
    web = ("GitHub", "noreply@github.com")
    history.commit(ADA, {"a.md": "1"}, by=web, message="Add the model (#12)\n\n* one\n* two\n")
    history.commit(ADA, {"a.md": "2"}, by=web)
    history.commit(ADA, {"a.md": "3"}, by=ALAN)
    history.commit(ADA, {"a.md": "4"}, by=("ada", "ada@example.org"))
    assert history.counted().notes == {"recommitted": 1, "squashed": 1}


# -- times --------------------------------------------------------------------------------------


def test_weeks_are_those_of_the_course_s_time_zone(history: History) -> None:
    monday = int(dt.datetime(2025, 10, 6, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
    history.commit(ADA, {"a.md": "1"}, at=monday)
    history.commit(ADA, {"a.md": "2"}, at=int(dt.datetime(2024, 12, 30, 12, tzinfo=dt.UTC).timestamp()))
    (author,) = history.counted(zone=ZoneInfo("Europe/Berlin")).authors
    assert list(author.weeks) == ["2025-W01", "2025-W41"]
    (author,) = history.counted().authors
    assert list(author.weeks) == ["2025-W01", "2025-W40"]
    assert author.last_at == dt.datetime.fromtimestamp(monday, dt.UTC)


@pytest.mark.parametrize("wrong", [0, -5, 4_300_000_000, 2**40])
def test_a_date_that_cannot_be_is_told_and_another_one_taken(history: History, wrong: int) -> None:
    """1970 comes from an empty clock; 2106 would keep a group awake for ever."""
    history.commit(ADA, {"a.md": "1"}, at=wrong, committed=START)
    found = history.counted()
    assert (found.last_at, found.notes) == (dt.datetime.fromtimestamp(START, dt.UTC), {"clock": 1})
    history.commit(ALAN, {"a.md": "2"}, at=wrong, committed=wrong)
    found = history.counted()
    assert (found.commits, found.last_at) == (2, dt.datetime.fromtimestamp(START, dt.UTC))
    alan = next(one for one in found.authors if one.name == "Alan Turing")
    assert (list(alan.weeks), alan.first_at, alan.last_at) == ([""], None, None)


# -- repositories that are not whole, or not what they seem --------------------------------------


def test_configuration_and_attributes_of_the_repository_run_nothing(history: History, tmp_path: Path) -> None:
    flag = tmp_path / "ran"
    config = history.folder / "config"
    config.write_text(
        config.read_text()
        + f'[diff "x"]\n\tcommand = touch {flag}\n\ttextconv = touch {flag}\n[filter "x"]\n\tsmudge = touch {flag}\n'
        f"[core]\n\tfsmonitor = touch {flag}\n\tpager = touch {flag}\n[mailmap]\n\tfile = /etc/passwd\n"
    )
    history.commit(ADA, {".gitattributes": "* diff=x filter=x\n", "a.md": "1"})
    history.commit(ADA, {"a.md": "2"})
    assert history.people()["Ada Lovelace"].commits == 2
    assert not flag.exists()


def test_without_a_history_there_is_nothing_to_say(tmp_path: Path, history: History) -> None:
    assert read_shares(tmp_path / "none", "HEAD", str) is None
    assert read_shares(history.folder, "HEAD", str) is None
    history.commit(ADA, {"a.md": "1"})
    (history.folder / "objects" / "info").mkdir(exist_ok=True)
    (history.folder / "objects" / "info" / "alternates").write_text("/elsewhere\n")
    assert read_shares(history.folder, "HEAD", str) is None


def test_a_folder_whose_repository_is_elsewhere_has_none(tmp_path: Path, history: History) -> None:
    history.commit(ADA, {"a.md": "1"})
    linked, written, common = tmp_path / "linked", tmp_path / "written", tmp_path / "common"
    for folder in (linked, written, common):
        folder.mkdir()
    (linked / ".git").symlink_to(history.folder)
    (written / ".git").write_text(f"gitdir: {history.folder}\n")
    pygit2.init_repository(common)
    (common / ".git" / "commondir").write_text(f"{history.folder}\n")
    for folder in (linked, written, common):
        assert read_shares(folder, "HEAD", str) is None


def test_a_shallow_history_says_so_and_its_first_commit_brings_no_lines(history: History) -> None:
    """What all commits before it wrote would be taken for its author's."""
    history.commit(ADA, {"a.md": "1\n2\n3\n4\n"})
    last = history.commit(ALAN, {"a.md": "1\n2\n3\n4\n5\n"})
    history.commit(ALAN, {"b.md": "1"})
    (history.folder / "shallow").write_text(f"{last}\n")
    found = history.counted()
    assert not found.whole
    assert found.notes == {"shallow": 1}
    assert {one.name: one.total for one in found.authors} == {"Alan Turing": Done(2, 1)}


def test_missing_objects_are_told(history: History) -> None:
    """As in a clone without large files, or one whose history ends early."""
    history.commit(ADA, {"a.md": "lost"})
    blob = str(history.git.head.peel(pygit2.Tree)["a.md"].id)
    first = str(history.git.head.target)
    history.commit(ALAN, {"a.md": "there", "b.md": "1"})
    (history.folder / "objects" / blob[:2] / blob[2:]).unlink()
    found = history.counted()
    assert "left-out" in found.notes
    assert not found.whole
    (history.folder / "objects" / first[:2] / first[2:]).unlink()
    found = history.counted()
    assert "unreadable" in found.notes
    assert [one.name for one in found.authors] == ["Alan Turing"]


def test_now_is_the_present_by_default(history: History) -> None:
    history.commit(ADA, {"a.md": "1"})
    found = read_shares(history.folder, "HEAD", str)
    assert found is not None
    assert found.last_at is not None
    assert found.last_at < NOW


def test_a_history_without_end_is_counted_from_its_newest_commits(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coursekit.git.shares._MOST_COMMITS", 5)
    for number in range(8):
        history.commit(ADA if number < 3 else ALAN, {"a.md": f"{number}\n"})
    found = history.counted()
    assert {one.name: one.total for one in found.authors} == {"Alan Turing": Done(5, 10)}
    assert found.notes == {"too-many": 3}
    assert not found.whole


def test_a_crowd_of_made_up_authors_is_not_told_apart(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coursekit.git.shares._MOST_AUTHORS", 2)
    for number, who in enumerate((ADA, ADA, ALAN, ALAN, ("x", "x@x.org"), ("y", "y@x.org"))):
        history.commit(who, {"a.md": f"{number}\n"})
    found = history.counted()
    assert {one.name: one.total.commits for one in found.authors} == {
        "Ada Lovelace": 2,
        "Alan Turing": 2,
        "": 2,
    }
    assert found.notes == {"authors": 2}


def test_giant_changes_are_told_and_their_commits_count(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coursekit.git.written._MOST_FILES", 3)
    monkeypatch.setattr("coursekit.git.written._MAX_READ", 40)
    history.commit(ADA, {"a.md": "one\n", "b.md": "two words\n" * 10})
    history.commit(ADA, {"c.md": "three\n", "d.md": "four\n"})
    assert history.people() == {"Ada Lovelace": Done(2, 1)}
    assert history.counted().notes == {"too-large": 2}
