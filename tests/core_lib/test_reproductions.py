"""The digits benchmark: core_lib reaches the accuracy of scikit-learn and PyTorch on the same splits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import digits
from tests.benchmarks.digits import Result, agrees, table


def result(library: str, *accuracies: float) -> Result:
    return Result("m", library, list(accuracies))


def test_agreement_is_within_one_deviation() -> None:
    ours = result("core_lib", 0.95, 0.97)
    assert ours.deviation == pytest.approx(0.0141, abs=1e-4)
    assert agrees(ours, result("PyTorch", 0.97, 0.97))
    assert not agrees(ours, result("PyTorch", 0.98, 0.98))
    text = table([ours, result("PyTorch", 0.98, 0.98)])
    assert "| m | PyTorch | 0.9800 ± 0.0000 | +0.0200 | **no** |" in text


def test_writing_replaces_only_its_own_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "README", tmp_path / "README.md")
    (tmp_path / "README.md").write_text("# Benchmarks\n\nOthers' text.\n", encoding="utf-8")
    digits.write("| old |")
    with (tmp_path / "README.md").open("a", encoding="utf-8") as file:
        file.write("\nMore of others.\n")
    digits.write("| new |")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| old |" not in text
    assert text.count("| new |") == text.count("Others' text.") == text.count("More of others.") == 1


@pytest.mark.slow
def test_the_same_accuracy_as_others() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn has the data")
    results = digits.measure()
    ours = {r.model: r for r in results if r.library == "core_lib"}
    assert len(ours) == 3
    for each in results:
        assert agrees(ours[each.model], each), table(results)
    assert ours["MLP 64-64-10"].mean > 0.97
