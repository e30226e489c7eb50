"""The digits project: complete, small, without traces of the machine it was made on, and its numbers are true."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from coursekit.assets import asset
from coursekit.checker import check_path
from coursekit.evidence import prompts
from coursekit.gallery import unpack
from coursekit.git import first_commit
from coursekit.model import Status
from coursekit.scaffold.plan import Newest
from coursekit.scaffold.update import update_project, update_status
from coursekit.templates import core_files

NAME = "handwritten-digits"
KEPT = asset("past_projects") / NAME
FILES = [path for path in sorted(KEPT.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
NOTEBOOKS = [path for path in FILES if path.suffix == ".ipynb"]
# What train.py states: shares of right pictures may differ by this much on another machine.
TOLERANCE = 0.015


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return unpack(NAME, tmp_path / NAME)


def test_an_update_goes_on_from_what_was_unpacked(project: Path) -> None:
    """It is up to date, and a newer core_lib and template come in beside the group's work, which stays."""
    first_commit(project, "Hand in the project")
    assert not update_status(project).behind
    assert update_project(project).outcome == "up to date"
    core = {**core_files(), "core_lib/newer.py": b"X = 1\n"}
    done = update_project(project, target=Newest(core=core, core_version="0123456789ab"))
    assert done.outcome == "merged"
    assert (done.added, done.removed) == (("core_lib/newer.py",), ())
    assert set(done.changed) == {"project.toml"}
    assert 'core_version = "0123456789ab"' in (project / "project.toml").read_text(encoding="utf-8")


def run(project: Path, *arguments: str) -> str:
    """Run Python in the project as a student would, and return what it prints."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST", "COV"))
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=kept,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def outputs(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells if cell["cell_type"] == "code" for output in cell["outputs"]]


def printed(path: Path) -> str:
    return "".join("".join(output.get("text", "")) for output in outputs(path))


def stated(project: Path) -> dict[str, float]:
    """Read the shares that the README's summary and project.toml state."""
    summary = (
        (project / "README.md").read_text(encoding="utf-8").split("### Results summary")[1].split("## ")[0]
    )
    result = next(line for line in summary.splitlines() if line.startswith("- **Result:**"))
    shares = [float(number) / 100 for number in re.findall(r"([\d.]+) %", result)]
    own, _, _, baseline, new, new_baseline = shares  # after the first one: "95 % interval a to b %"
    results = tomllib.loads((project / "project.toml").read_text(encoding="utf-8"))["results"]
    return {
        "README, network": own,
        "README, baseline": baseline,
        "README, network, new writers": new,
        "README, baseline, new writers": new_baseline,
        "project.toml, network": results["value"],
        "project.toml, baseline": results["baseline_value"],
    }


def test_every_requirement_that_has_a_rule_is_met() -> None:
    found = check_path(KEPT)
    assert {f.status for f in found.findings} <= {Status.MET, Status.NOT_JUDGED}
    ruled = len(found.findings) - found.unruled
    assert found.count(Status.MET) == ruled >= 13


def test_unpacked_it_meets_them_too(project: Path) -> None:
    found = check_path(project)
    assert found.count(Status.MET) == len(found.findings) - found.unruled
    assert (project / "core_lib" / "base.py").is_file()


def test_it_is_small_and_clean() -> None:
    assert sum(path.stat().st_size for path in FILES) < 1_500_000
    names = {part for path in FILES for part in path.relative_to(KEPT).parts}
    assert not names & {"core_lib", ".git", ".ipynb_checkpoints", ".pytest_cache", ".venv", ".DS_Store"}
    assert (KEPT / "CoverImage" / "cover_image.png").stat().st_size < 300_000


def test_source_and_licence_of_the_data_are_stated() -> None:
    data = tomllib.loads((KEPT / "project.toml").read_text(encoding="utf-8"))["data"]
    about = (KEPT / "data" / "README.md").read_text(encoding="utf-8")
    assert data["source"] in about
    assert data["license"] == "CC BY 4.0"
    assert "creativecommons.org/licenses/by/4.0" in about


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.suffix in {".md", ".ipynb", ".py", ".json", ".toml", ".txt"}],
    ids=lambda path: path.name,
)
def test_no_trace_of_a_machine_and_no_prompt_is_left(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"(?<![\w.])/(home|root|tmp|work|Users|usr|private|var)/|[A-Z]:\\\\|site-packages", text
    )
    assert not re.search(r"Warning\b|Traceback", text)
    assert prompts.left(text) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_executed_from_top_to_bottom(path: Path) -> None:
    cells = [
        cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"
    ]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {
        output["output_type"] if output["output_type"] != "stream" else output["name"]
        for output in outputs(path)
    }
    assert kinds == {"stdout", "display_data"}
    sizes = [len(output["data"]["image/png"]) for output in outputs(path) if "data" in output]
    assert len(sizes) >= 3
    assert max(sizes) < 150_000


def test_all_numbers_that_are_written_agree(project: Path) -> None:
    """README.md, 3_Model/README.md, project.toml and the prose of the notebook say what results/ holds."""
    run(project, "-c", WRITTEN)
    numbers = json.loads((KEPT / "results" / "numbers.json").read_text(encoding="utf-8"))
    metrics = json.loads((KEPT / "results" / "metrics.json").read_text(encoding="utf-8"))
    history = json.loads((KEPT / "results" / "history.json").read_text(encoding="utf-8"))
    assert metrics["value"] == numbers["test"]["model"]["accuracy"]
    assert metrics["baseline_value"] == numbers["test"]["baseline"]["accuracy"]
    counts = metrics["confusion_matrix"]["counts"]
    assert sum(counts[i][i] for i in range(10)) == numbers["test"]["model"]["right"]

    chosen = numbers["cross_validation"]["the network that was chosen"]
    shares = (history["series"]["validation_accuracy"][-1], sum(chosen) / len(chosen), metrics["value"])
    notebook = (KEPT / "3_Model" / "model_definition_evaluation.ipynb").read_text(encoding="utf-8")
    development, cross_validation, test = (f"{100 * share:.1f} %" for share in shares)
    prose = f"reads {development} of the development set, {cross_validation} in cross-validation, and {test} of the test set"
    assert prose in notebook


WRITTEN = """
import json, train
kept = json.loads((train.ROOT / "results" / "numbers.json").read_text(encoding="utf-8"))
for name in train.FILES:
    before = (train.ROOT / name).read_text(encoding="utf-8")
    assert train.with_numbers(name, before, kept) == before, name
"""


def test_the_network_is_better_wherever_the_text_says_so() -> None:
    numbers = json.loads((KEPT / "results" / "numbers.json").read_text(encoding="utf-8"))
    test, writers = numbers["test"], numbers["writers"]
    assert test["model"]["low"] > test["baseline"]["accuracy"]
    assert test["only_baseline_right"] == 0
    assert test["p"] < 0.05
    assert writers["new"]["model"] > writers["new"]["baseline"]
    assert writers["known"]["model"] > writers["known"]["baseline"]
    # "three times as many errors"
    assert 2.5 < (1 - writers["new"]["model"]) / (1 - writers["known"]["model"]) < 3.5


@pytest.mark.slow
def test_its_own_tests_pass(project: Path) -> None:
    run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider")


@pytest.mark.slow
def test_training_again_gives_the_numbers_that_are_written(project: Path) -> None:
    written = stated(project)
    for path in (project / "results").glob("*.json"):
        path.unlink()

    run(project, "train.py")

    now = stated(project)
    for what, share in written.items():
        assert now[what] == pytest.approx(share, abs=TOLERANCE + 0.0006), what  # 0.0006 for rounding
    metrics = json.loads((project / "results" / "metrics.json").read_text(encoding="utf-8"))
    assert now["README, network"] == pytest.approx(metrics["value"], abs=0.0006)
    assert now["README, baseline"] == pytest.approx(metrics["baseline_value"], abs=0.0006)
    assert {path.name for path in (project / "results").glob("*.json")} == {
        *("metrics.json", "history.json", "network.json", "numbers.json", "predictions.json")
    }


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_run_again_without_an_error(path: Path, project: Path) -> None:
    run(project, "-c", EXECUTE, path.relative_to(KEPT).as_posix())
    again = project / path.relative_to(KEPT)
    assert not [
        output
        for output in outputs(again)
        if output["output_type"] == "error" or output.get("name") == "stderr"
    ]
    if path.name.startswith(
        "exploratory"
    ):  # nothing is trained there, so the prose's facts come out as they were
        assert printed(again) == printed(path)


EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
folder = path.rsplit("/", 1)[0]
NotebookClient(
    notebook, timeout=600, kernel_name="python3", coalesce_streams=True, resources={"metadata": {"path": folder}}
).execute()
nbformat.write(notebook, path)
"""
