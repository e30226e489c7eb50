"""core_lib learns real data: the handwritten digits that scikit-learn ships."""

from __future__ import annotations

import numpy as np
import pytest

from core_lib import Adam, Dataset, Dense, ReLU, Sequential, SoftmaxCrossEntropy, Trainer

pytestmark = pytest.mark.slow


def test_an_mlp_reads_97_percent_of_the_digits_and_beats_logistic_regression() -> None:
    """The mean of five seeds, on examples that were not trained on."""
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.load_digits(return_X_y=True)
    scores: dict[str, list[float]] = {"mlp": [], "logistic": []}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        train, test = Dataset(x / 16, y, examples_axis=0).split(0.8, 0.2, rng=rng, stratify=True)
        nets = {
            "mlp": Sequential(Dense(64, 64, rng=rng), ReLU(), Dense(64, 10, rng=rng)),
            "logistic": Dense(64, 10, rng=rng),
        }
        for name, net in nets.items():
            trainer = Trainer(net, SoftmaxCrossEntropy(), Adam(lr=0.003))
            trainer.fit(train, epochs=30, batch_size=64, seed=seed, progress=0)
            scores[name].append(trainer.evaluate(test)["accuracy"])
    assert np.mean(scores["mlp"]) > 0.97
    assert np.mean(scores["mlp"]) > np.mean(scores["logistic"]) > 0.93
