"""Metrics for regression, beside scikit-learn's where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from core_lib import regression_scores
from core_lib.errors import DataError, ShapeError


def test_by_hand() -> None:
    found = regression_scores([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 8.0])
    assert found == {
        "mae": 1.0,
        "rmse": 2.0,
        "median_error": 0.0,
        "largest_error": 4.0,
        "r2": pytest.approx(1 - 16 / 5),
    }


def test_the_mean_explains_nothing_and_the_truth_all() -> None:
    y = np.random.default_rng(0).standard_normal(50)
    assert regression_scores(y, np.full(50, y.mean()))["r2"] == pytest.approx(0)
    assert regression_scores(y, y)["r2"] == 1
    assert regression_scores([0.1] * 7, [0.1] * 7)["r2"] == 1  # nothing to explain
    assert regression_scores([0.1] * 7, [0.2] * 7)["r2"] == 0


def test_of_several_outputs_like_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    rng = np.random.default_rng(0)
    y, z = rng.standard_normal((2, 3, 40))
    found = regression_scores(y, z)
    assert found["r2"] == pytest.approx(metrics.r2_score(y.T, z.T))
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(y.T, z.T))
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(y.T, z.T))
    assert found["median_error"] == pytest.approx(metrics.median_absolute_error(y.T, z.T))


def test_refused() -> None:
    with pytest.raises(ShapeError, match="broadcast"):
        regression_scores(np.ones((1, 3)), np.ones(3))
    with pytest.raises(DataError, match="nothing"):
        regression_scores([], [])
    with pytest.raises(DataError, match="NaN"):
        regression_scores([1.0], [np.nan])
