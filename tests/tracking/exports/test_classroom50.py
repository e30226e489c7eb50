"""Scores for Classroom 50, held against what its schema and its readers ask for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from coursekit.errors import InputError
from coursekit.tracking.exports import Data, Made
from tests.tracking.exports.making import FINDINGS, MOMENT, a_course, data, group, make, result, student

TIME = re.compile(r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")


def scores(of: Data | None = None, **options: Any) -> tuple[Made, dict[str, Any]]:
    made = make(
        "classroom50", of or a_course(), **({"classroom": "dl-2026", "assignment": "project"} | options)
    )
    return made, json.loads(made.files["scores.json"])


def check(file: dict[str, Any]) -> None:
    """Hold a file against the schema ``classroom50/scores/v1``, and against what its collector asks besides."""
    assert set(file) == {"schema", "assignments"}
    assert file["schema"] == "classroom50/scores/v1"
    for slug, bucket in file["assignments"].items():
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,99}", slug)
        assert set(bucket) <= {"type", "entries", "collected_at"}
        assert bucket["type"] in {"individual", "group"}
        owners = [entry["owner"].lower() for entry in bucket["entries"]]
        assert len(set(owners)) == len(owners)
        for entry in bucket["entries"]:
            assert entry["submissions"]
            assert all(entry.get("member_usernames", ["x"]))
            for record in entry["submissions"]:
                check_record(record)


def check_record(record: dict[str, Any]) -> None:
    assert record["schema"] == "classroom50/result/v1"
    for key in ("classroom", "owner", "commit", "release", "review"):
        assert record[key]
        assert isinstance(record[key], str)
    assert record["assignment_type"] in {"individual", "group"}
    assert record["submission"].startswith("submit/")
    assert TIME.fullmatch(record["datetime"])
    for one in (record, *record["tests"]):
        assert type(one["score"]) is type(one["max-score"]) is int
        assert 0 <= one["score"] <= one["max-score"]
    for one in record["tests"]:
        assert one["test-name"]
        assert isinstance(one["passed"], bool)


def test_what_is_written(snapshot) -> None:
    made, file = scores()
    check(file)
    assert made.files["scores.json"].decode() == snapshot
    assert (made.summary, made.left_out, made.notes) == snapshot
    assert sum(count for count, _ in made.counts) == len(a_course().groups)


def test_for_each_student() -> None:
    made, file = scores(mode="individual")
    check(file)
    bucket = file["assignments"]["project"]
    assert bucket["type"] == "individual"
    assert [entry["owner"] for entry in bucket["entries"]] == ["acc1", "acc2", "acc3", "acc4", "acc6"]
    assert not any("member_usernames" in entry for entry in bucket["entries"])
    assert {one.who: one.why for one in made.left_out} == {
        "@x \\": "no account on the roster",
        "Grace Hopper": "in no group",
        "No Body": "no account on the roster",
        "Hostile": "'+acc' is no account of GitHub",
        "Gone": "dropped out",
    }
    assert sum(count for count, _ in made.counts) == len(a_course().results)


def test_whether_the_project_passed() -> None:
    made, file = scores(grade="project")
    check(file)
    entries = file["assignments"]["project"]["entries"]
    assert [(one["submissions"][0]["score"], one["submissions"][0]["max-score"]) for one in entries] == [
        (1, 1),
        (0, 1),
    ]
    assert [one.why for one in made.left_out] == ["not decided yet"]


def test_the_owner_is_the_one_in_the_repositorys_name() -> None:
    url = "https://github.com/org/dl-2026-project-Acc2.git"
    of = data([result(student(n, "Ada"), group(1, "Birds", url=url)) for n in (1, 2)])
    _, file = scores(of)
    [entry] = file["assignments"]["project"]["entries"]
    assert (entry["owner"], entry["member_usernames"]) == ("Acc2", ["acc1", "Acc2"])


def test_two_groups_with_one_owner() -> None:
    url = "https://github.com/org/dl-2026-project-acc1"
    of = data([result(student(n, "Ada"), group(n, f"Group {n}", url=url)) for n in (1, 2)])
    made, file = scores(of)
    assert len(file["assignments"]["project"]["entries"]) == 1
    assert made.left_out[0].why == "Group 1 has the owner acc1 too"


def before(folder: Path, **bucket: Any) -> Path:
    record = {
        "schema": "classroom50/result/v1", "classroom": "dl-2026", "assignment_type": "group", "owner": "ACC1",
        "submission": "submit/2026", "commit": "c", "release": "r", "review": "v", "datetime": "2027-01-01T00:00:00Z",
        "score": 3, "max-score": 9, "tests": [], "extra": "kept",
    }  # fmt: skip
    manual = record | {"submission": "submit/manual-1", "datetime": "2026-01-01T00:00:00Z"}
    entry = {"owner": "ACC1", "member_usernames": ["ACC1", "friend"], "submissions": [manual, record], "x": 1}
    other = {"type": "individual", "entries": [{"owner": "z", "submissions": [record]}]}
    values = {
        "type": "group",
        "entries": [entry, {"owner": "other", "submissions": [record]}],
        "collected_at": "t",
    }
    path = folder / "scores.json"
    file = {"schema": "classroom50/scores/v1", "assignments": {"hello": other, "project": values | bucket}}
    path.write_text(json.dumps(file), encoding="utf-8")
    return path


def test_what_was_collected_stays(tmp_path: Path) -> None:
    """The score that a teacher enters leads, a later push cannot outdate it, and earlier entered ones are replaced."""
    made, file = scores(scores=before(tmp_path))
    old = json.loads((tmp_path / "scores.json").read_text())
    assert file["assignments"]["hello"] == old["assignments"]["hello"]
    bucket, was = file["assignments"]["project"], old["assignments"]["project"]
    assert bucket["collected_at"] == "t"
    assert bucket["entries"][1] == was["entries"][1]
    first = bucket["entries"][0]
    assert (first["owner"], first["x"], first["override"]) == ("ACC1", 1, True)
    assert first["member_usernames"] == ["ACC1", "friend"]
    assert first["submissions"][1:] == [was["entries"][0]["submissions"][1]]
    assert first["submissions"][0]["datetime"] == "2027-01-01T00:00:01Z"
    assert not any("it holds this assignment alone" in note for note in made.notes)
    again = tmp_path / "again.json"
    again.write_bytes(made.files["scores.json"])
    assert scores(scores=again)[1] == file


def test_the_points_are_the_requirements() -> None:
    of = data([result(student(1, "Ada"), group(1, "Birds"))])
    [entry] = scores(of)[1]["assignments"]["project"]["entries"]
    record = entry["submissions"][0]
    assert (record["score"], record["max-score"], len(record["tests"])) == (2, 4, 4)
    assert record["datetime"] == f"{MOMENT:%Y-%m-%dT%H:%M:%SZ}"
    assert [one["passed"] for one in record["tests"]] == [True, True, False, False]
    assert "written by a group" not in json.dumps(record)
    assert len(FINDINGS) == 5


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"classroom": "DL 2026"}, "short name of the classroom"),
        ({"assignment": "../x"}, "short name of the assignment"),
        ({"mode": "individual"}, "to have the mode individual, but it has group"),
    ],
)
def test_wrong_options(tmp_path: Path, options: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        scores(scores=before(tmp_path), **options)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "expected JSON"),
        (b"[" * 100_000, "expected JSON"),
        (b"\xff\xfe", "expected JSON"),
        (b"[]", "expected the schema"),
        (b'{"schema": "classroom50/scores/v2", "assignments": {}}', "expected the schema"),
        (b'{"schema": "classroom50/scores/v1", "assignments": []}', "expected the schema"),
        (
            b'{"schema": "classroom50/scores/v1", "assignments": {"project": []}}',
            "expected entries with owners",
        ),
        (
            b'{"schema": "classroom50/scores/v1", "assignments": {"project": {"type": "group", "entries": [1]}}}',
            "expected entries with owners",
        ),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "scores.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        scores(scores=path)


def test_missing_large_and_odd_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        scores(scores=tmp_path / "none.json")
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(InputError, match="at most 50 MB"):
        scores(scores=path)
    odd = before(
        tmp_path,
        entries=[
            {"owner": "acc1", "submissions": {"a": 1}},
            {"owner": "acc3", "submissions": [{"datetime": 7}, 5]},
        ],
    )
    _, file = scores(scores=odd)
    assert len(file["assignments"]["project"]["entries"][0]["submissions"]) == 1


def test_nothing_to_write() -> None:
    of = data([result(student(1, "Ada"), group(1, "Birds", points=None, possible=None))])
    with pytest.raises(InputError, match="found none \\(Birds: the project was never checked\\)"):
        scores(of)
