"""Storage, results, tuning, metrics and summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core_lib import (
    LSTM,
    Choice,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    History,
    IntUniform,
    Layer,
    LogUniform,
    MaxPool2D,
    MultiHeadAttention,
    ReLU,
    Sequential,
    Uniform,
    accuracy,
    classification_scores,
    confusion_matrix,
    grid_search,
    load_parameters,
    per_class,
    random_search,
    save_parameters,
    summarize,
    write_history,
    write_metrics,
    write_network,
)
from core_lib.errors import DataError, NonFiniteError, ShapeError, StorageError
from core_lib.parameters import snapshot
from core_lib.storage import read_npz, write_npz
from core_lib.tuning import draw_params


def net(seed: int = 0, hidden: int = 5) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(Dense(4, hidden, rng=rng), ReLU(), Dropout(0.2, rng=rng), Dense(hidden, 3, rng=rng))


class TestStorage:
    def test_round_trip(self, tmp_path: Path) -> None:
        first, second = net(0), net(1)
        save_parameters(first, tmp_path / "sub" / "model.npz")
        load_parameters(second, tmp_path / "sub" / "model.npz")
        for name, value in snapshot(first).items():
            np.testing.assert_array_equal(snapshot(second)[name], value)
        assert [path.name for path in (tmp_path / "sub").iterdir()] == ["model.npz"]

    def test_numpy_alone_can_read_it(self, tmp_path: Path) -> None:
        save_parameters(net(), tmp_path / "model.npz")
        with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
            assert sorted(file.files) == ["0.W", "0.b", "3.W", "3.b"]

    def test_any_name_and_the_same_bytes(self, tmp_path: Path) -> None:
        arrays = {"file": np.ones(2), "allow_pickle": np.zeros((0, 3)), "ä/b": np.array(7)}
        for name in ("a.npz", "b.npz"):
            write_npz(tmp_path / name, arrays)
        assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
        for name, value in read_npz(tmp_path / "a.npz").items():
            np.testing.assert_array_equal(value, arrays[name])
        with pytest.raises(ValueError, match="Object arrays"):
            write_npz(tmp_path / "c.npz", {"a": np.array([print], dtype=object)})
        assert not (tmp_path / "c.npz").exists()

    def test_another_network(self, tmp_path: Path) -> None:
        save_parameters(net(hidden=6), tmp_path / "model.npz")
        with pytest.raises(StorageError, match=r"0\.W has shape \(5, 4\)"):
            load_parameters(net(), tmp_path / "model.npz")

    def test_a_pickle_is_never_loaded(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "evil.npz", **{"0.W": np.array([print], dtype=object)})
        with pytest.raises(StorageError, match="plain arrays"):
            load_parameters(net(), tmp_path / "evil.npz")

    @pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 cut short"])
    def test_no_such_file_or_no_npz(self, tmp_path: Path, content: bytes) -> None:
        with pytest.raises(StorageError, match="there is no file"):
            load_parameters(net(), tmp_path / "missing.npz")
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(StorageError, match=r"bad\.npz is no \.npz"):
            load_parameters(net(), tmp_path / "bad.npz")

    def test_a_file_that_was_cut_short(self, tmp_path: Path) -> None:
        path = tmp_path / "model.npz"
        save_parameters(net(), path)
        path.write_bytes(path.read_bytes()[:-40])
        with pytest.raises(StorageError):
            load_parameters(net(), path)

    def test_a_single_array(self, tmp_path: Path) -> None:
        with (tmp_path / "a.npz").open("wb") as file:
            np.save(file, np.ones(3))
        with pytest.raises(StorageError):
            load_parameters(net(), tmp_path / "a.npz")


class TestMetrics:
    labels = np.array([0, 0, 1, 1, 1, 2])
    predicted = np.array([0, 1, 1, 1, 0, 1])

    def test_by_hand(self) -> None:
        assert accuracy(self.labels, self.predicted) == 0.5
        counts = confusion_matrix(self.labels, self.predicted)
        np.testing.assert_array_equal(counts, [[1, 1, 0], [1, 2, 0], [0, 1, 0]])
        table = per_class(counts)
        np.testing.assert_allclose(table["precision"], [1 / 2, 2 / 4, 0])
        np.testing.assert_allclose(table["recall"], [1 / 2, 2 / 3, 0])
        np.testing.assert_allclose(table["f1"], [1 / 2, 4 / 7, 0])
        np.testing.assert_array_equal(table["support"], [2, 3, 1])
        assert classification_scores(self.labels, self.predicted)["macro_f1"] == pytest.approx(
            (1 / 2 + 4 / 7) / 3
        )

    def test_classes_that_do_not_appear(self) -> None:
        assert confusion_matrix([0], [0], n_classes=3).shape == (3, 3)
        with pytest.raises(DataError, match="0 to 1"):
            confusion_matrix([0, 5], [0, 1], n_classes=2)

    def test_refused(self) -> None:
        with pytest.raises(ShapeError, match="argmax"):
            accuracy(np.array([0, 1]), np.zeros((3, 2)))
        with pytest.raises(DataError, match="nothing"):
            accuracy([], [])
        with pytest.raises(DataError, match="classes"):
            accuracy([0.5], [0])
        with pytest.raises(ShapeError, match="square"):
            per_class(np.zeros((2, 3)))


SPACE = {"lr": LogUniform(1e-4, 1.0), "hidden": Choice(8, 16), "p": Uniform(0, 0.5), "n": IntUniform(1, 3)}


def objective(params: dict[str, Any], seed: int) -> float:
    if params["n"] == 2:
        raise NonFiniteError("diverged")
    return -abs(float(np.log10(params["lr"])) + 2) + 1e-12 * (seed % 7)


class TestTuning:
    def test_every_trial_follows_from_its_seed(self) -> None:
        a = random_search(objective, SPACE, trials=12, seed=3, progress=False)
        b = random_search(objective, SPACE, trials=20, seed=3, progress=False)
        assert a.trials == b.trials[:12]
        assert a != random_search(objective, SPACE, trials=12, seed=4, progress=False)
        for trial in a.trials:
            assert draw_params(SPACE, trial.seed) == trial.params
            if trial.value is not None:
                assert objective(trial.params, trial.seed) == trial.value
        assert len({trial.seed for trial in b.trials}) == 20

    def test_the_best(self) -> None:
        search = random_search(objective, SPACE, trials=30, seed=0, progress=False)
        values = [trial.value for trial in search.trials if trial.value is not None]
        assert search.best.value == max(values)
        down = random_search(objective, SPACE, trials=30, seed=0, maximize=False, progress=False)
        assert down.best.value == min(values)
        assert any(trial.value is None for trial in search.trials), (
            "a trial that diverges does not end the search"
        )

    def test_values_stay_in_their_space_and_are_plain(self) -> None:
        drawn = [draw_params(SPACE, seed) for seed in range(200)]
        assert all(1e-4 <= d["lr"] <= 1 and 0 <= d["p"] <= 0.5 and d["hidden"] in (8, 16) for d in drawn)
        assert {d["n"] for d in drawn} == {1, 2, 3}
        assert 0.2 < np.mean([d["lr"] < 1e-3 for d in drawn]) < 0.3 + 0.05
        assert all(type(d["lr"]) is float and type(d["n"]) is int for d in drawn)

    def test_grid(self, capsys: pytest.CaptureFixture[str]) -> None:
        search = grid_search(lambda p, _: p["a"] * p["b"], {"a": [1, 2], "b": [10, 20, 30]}, seed=0)
        assert [trial.params for trial in search.trials][:2] == [{"a": 1, "b": 10}, {"a": 1, "b": 20}]
        assert search.best.params == {"a": 2, "b": 30}
        assert capsys.readouterr().out.count("\n") == 6

    def test_other_errors_are_not_swallowed(self) -> None:
        with pytest.raises(ZeroDivisionError):
            grid_search(lambda p, _: p["a"] / 0, {"a": [1]}, seed=0, progress=False)

    def test_all_diverged(self, tmp_path: Path) -> None:
        search = grid_search(lambda *_: float("nan"), {"a": [1, 2]}, seed=0, progress=False)
        with pytest.raises(DataError, match="all diverged"):
            _ = search.best
        search.save(tmp_path / "search.json")
        assert json.loads((tmp_path / "search.json").read_text())[0]["value"] is None

    @pytest.mark.parametrize(
        "make",
        [
            lambda: Choice(),
            lambda: Uniform(1, 1),
            lambda: LogUniform(0, 1),
            lambda: IntUniform(3, 1),
            lambda: random_search(objective, SPACE, trials=0, seed=0),
            lambda: random_search(objective, {"lr": [1, 2]}, trials=1, seed=0),  # type: ignore[dict-item]
            lambda: grid_search(objective, {"lr": []}, seed=0),
        ],
    )
    def test_refused(self, make: Any) -> None:
        with pytest.raises(DataError):
            make()


class TestResults:
    def test_the_three_files(self, tmp_path: Path) -> None:
        search = grid_search(lambda p, _: p["lr"], {"lr": [0.1, np.float64(0.2)]}, seed=0, progress=False)
        write_metrics(
            tmp_path / "results",
            task="classification",
            metric="accuracy",
            models={"MLP – groß": {"accuracy": np.float32(0.5)}, "base": {"accuracy": 0.25, "loss": 1}},
            best="MLP – groß",
            baseline="base",
            seed=0,
            confusion=np.array([[3, 1], [0, 4]]),
            labels=["Äpfel", "李"],
            search=search,
        )
        write_history(tmp_path / "results", History([1, 2], {"train_loss": [1.0, 0.5]}))
        write_network(tmp_path / "results", summarize(net(), (4,)))
        raw = (tmp_path / "results" / "metrics.json").read_bytes()
        assert b"\r" not in raw
        assert "Äpfel" in raw.decode("utf-8")
        assert json.loads(raw) == {
            "schema": 1,
            "task": "classification",
            "metric": "accuracy",
            "higher_is_better": True,
            "best_model": "MLP – groß",
            "value": 0.5,
            "baseline_model": "base",
            "baseline_value": 0.25,
            "seed": 0,
            "models": [
                {"name": "MLP – groß", "metrics": {"accuracy": 0.5}},
                {"name": "base", "metrics": {"accuracy": 0.25, "loss": 1.0}},
            ],
            "confusion_matrix": {"labels": ["Äpfel", "李"], "counts": [[3, 1], [0, 4]]},
            "search": [
                {"trial": t.trial, "seed": t.seed, "params": {"lr": t.params["lr"]}, "value": t.value}
                for t in search.trials
            ],
            "search_metric": "accuracy",
            "search_higher_is_better": True,
        }
        history = json.loads((tmp_path / "results" / "history.json").read_bytes())
        assert history == {"schema": 1, "epochs": [1, 2], "series": {"train_loss": [1.0, 0.5]}}
        network = json.loads((tmp_path / "results" / "network.json").read_bytes())
        assert network["parameters"] == 4 * 5 + 5 + 5 * 3 + 3
        first = {"name": "0", "kind": "Dense", "output_shape": [5], "parameters": 25}
        assert network["layers"][0] == first | {"multiply_adds": 20, "memory": 20}
        assert sorted(path.name for path in (tmp_path / "results").iterdir()) == [
            "history.json",
            "metrics.json",
            "network.json",
        ]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"best": "x"}, "best model 'x'"),
            ({"baseline": "x"}, "baseline model 'x'"),
            ({"metric": "f1"}, "lacks the metric 'f1'"),
            ({"models": {"a": {"accuracy": float("nan")}}}, "NaN"),
            ({"confusion": np.zeros((2, 2), int), "labels": ["a"]}, "1 labels"),
        ],
    )
    def test_refused_without_a_trace(self, tmp_path: Path, change: dict[str, Any], message: str) -> None:
        good: dict[str, Any] = {
            "task": "classification",
            "metric": "accuracy",
            "models": {"a": {"accuracy": 0.5}},
            "best": "a",
            "baseline": "a",
            "seed": 0,
        }
        write_metrics(tmp_path, **good)
        before = (tmp_path / "metrics.json").read_bytes()
        with pytest.raises(DataError, match=message):
            write_metrics(tmp_path, **{**good, **change})
        assert (tmp_path / "metrics.json").read_bytes() == before


class TestSummary:
    def test_table(self) -> None:
        summary = summarize(Sequential(net(), Dense(3, 2, rng=np.random.default_rng(0))), (4,))
        assert [(row.name, row.kind, row.output_shape, row.parameters) for row in summary.layers] == [
            ("0.0", "Dense", (5,), 25),
            ("0.1", "ReLU", (5,), 0),
            ("0.2", "Dropout", (5,), 0),
            ("0.3", "Dense", (3,), 18),
            ("1", "Dense", (2,), 8),
        ]
        assert summary.parameters == 51
        assert str(summary).splitlines()[-1].split() == ["total", "51", "41", "80", "B"]
        assert "Dense(4, 5)" in str(summary)

    def test_one_layer_and_an_example(self) -> None:
        summary = summarize(Dense(4, 1, rng=np.random.default_rng(0)), np.ones((4, 7), np.float32))
        assert summary.input_shape == (4,)
        assert summary.layers[0].output_shape == (1,)

    def test_multiply_adds_and_memory(self) -> None:
        """Each weight is used once for each place or step; what is inside of a block counts for the block."""

        class Block(Layer):
            def __init__(self) -> None:
                self.a = Dense(4, 6, rng=np.random.default_rng(0))
                self.b = Dense(6, 4, rng=np.random.default_rng(0))

            def forward(self, x: Any) -> Any:
                return x + self.b.forward(self.a.forward(x))

            def extra_multiply_adds(self, x: Any, y: Any) -> int:
                return 1000

        summary = summarize(Sequential(Block(), Dense(4, 2, rng=np.random.default_rng(0))), (4,))
        assert [row.multiply_adds for row in summary.layers] == [4 * 6 + 6 * 4 + 1000, 8]
        assert [row.memory for row in summary.layers] == [4 * (6 + 4 + 4), 4 * 2]
        assert (summary.multiply_adds, summary.memory) == (1056, 64)
        assert "1,048" in str(summary)
        large = summarize(Dense(1, 1000, rng=np.random.default_rng(0)), (1,))
        assert "4.0 kB" in str(large)

    def test_multiply_adds_of_images_and_sequences(self) -> None:
        rng = np.random.default_rng(0)
        lenet = Sequential(
            Conv2D(1, 6, 5, padding=2, rng=rng),
            ReLU(),
            MaxPool2D(2),
            Conv2D(6, 16, 5, rng=rng),
            Flatten(),
            Dense(1600, 10, rng=rng),
        )
        found = [row.multiply_adds for row in summarize(lenet, (1, 28, 28)).layers]
        assert found == [28 * 28 * 6 * 25, 0, 0, 10 * 10 * 16 * 6 * 25, 0, 16000]
        lstm = summarize(LSTM(3, 4, rng=rng, returns="last"), (7, 3))
        assert lstm.multiply_adds == 7 * 4 * (4 * 3 + 4 * 4)
        attention = summarize(MultiHeadAttention(8, 2, rng=rng), (5, 8))
        assert attention.multiply_adds == 5 * (4 * 8 * 8) + 2 * 5 * 5 * 8

    def test_the_network_is_not_touched(self) -> None:
        subject = net()
        subject.forward(np.ones((4, 3), np.float32))
        summarize(subject, (4,))
        assert subject.backward(np.ones((3, 3), np.float32)).shape == (4, 3)
        assert subject.training
