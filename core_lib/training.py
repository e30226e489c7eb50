"""The training loop: forward, loss, backward, update, again and again."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from core_lib.base import Array, Layer, Operation
from core_lib.buffers import Buffers, Slab
from core_lib.callbacks import Callback
from core_lib.clipping import Clip
from core_lib.composition import find_non_finite
from core_lib.data import Dataset
from core_lib.errors import DataError, NonFiniteError
from core_lib.files import to_json, write_atomically
from core_lib.losses import Loss
from core_lib.optimizers import Optimizer
from core_lib.parameters import flatten, is_flat
from core_lib.regularization import Penalty

if TYPE_CHECKING:
    from core_lib.processes import Processes
    from core_lib.threads import Replicas


@dataclass
class History:
    """The figures of a training run.

    Attributes
    ----------
    epochs : list of int
        1, 2, 3, …
    series : dict of str to list of float
        "train_loss", "validation_loss", "validation_accuracy", …: one value an epoch.
    """

    epochs: list[int] = field(default_factory=list)
    series: dict[str, list[float]] = field(default_factory=dict)

    def add(self, epoch: int, record: dict[str, float]) -> None:
        """Append the figures of an epoch."""
        if self.series and record.keys() != self.series.keys():
            raise DataError(
                f"History: this epoch has {sorted(record)}, the ones before have {sorted(self.series)}. "
                "Continue with or without a validation set as you began, or make a new Trainer."
            )
        self.epochs.append(epoch)
        for name, value in record.items():
            self.series.setdefault(name, []).append(value)

    def to_dict(self) -> dict[str, Any]:
        """Give the content of ``results/history.json``."""
        return {
            "schema": 1,
            "epochs": list(self.epochs),
            "series": {k: list(v) for k, v in self.series.items()},
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the history as JSON."""
        write_atomically(path, to_json(self.to_dict()))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> History:
        """Read a history that `save` or `write_history` wrote."""
        import json
        from pathlib import Path

        content = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(epochs=content["epochs"], series=content["series"])


class Trainer:
    """Trains a network.

    Parameters
    ----------
    net : Layer
        Its parameters and gradients become views of two vectors, ``flat.theta`` and ``flat.grad``.
    loss : Loss
    optimizer : Optimizer
    penalty : Penalty, optional
        ``L2(1e-4)``, say. It adds to the gradient; the losses that are reported are without it, so that
        those of training and validation can be compared.
    clip : Clip, optional
        ``ClipNorm(1.0)``, say: shortens gradients that are too long.
    threads, processes : int
        How many parts of each batch are worked on at the same time, on as many cores, by threads (`threads.py`) or by
        processes (`processes.py`). The result is the same but for rounding. Processes are faster, often nearly twice as fast
        as one; layers of your own must then be in a module. Arrays that nobody can change
        (`Dataset.freeze`) are handed to them only once. Both need the package threadpoolctl.

    Examples
    --------
    >>> from core_lib import SGD, Dense, MeanSquaredError
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((1, 100))
    >>> line = Dense(1, 1, rng=rng)
    >>> trainer = Trainer(line, MeanSquaredError(), SGD(lr=0.1))
    >>> history = trainer.fit(Dataset(x, 3 * x + 2), epochs=20, batch_size=10, progress=0)
    >>> round(float(line.W[0, 0]), 2), round(float(line.b[0, 0]), 2)
    (3.0, 2.0)
    """

    def __init__(
        self,
        net: Layer,
        loss: Loss,
        optimizer: Optimizer,
        *,
        penalty: Penalty | None = None,
        clip: Clip | None = None,
        threads: int = 1,
        processes: int = 1,
    ) -> None:
        if threads < 1 or processes < 1:
            raise DataError(
                f"Trainer: threads and processes must be at least 1; got {threads} and {processes}."
            )
        if threads > 1 and processes > 1:
            raise DataError("Trainer: choose threads or processes; both would be more than there are cores.")
        if clip is not None and not isinstance(clip, Clip):
            raise DataError(f"Trainer: clip must be ClipNorm(1.0) or the like; got {clip!r}.")
        self.net, self.loss, self.optimizer, self.penalty, self.clip = net, loss, optimizer, penalty, clip
        self.processes = 1
        self._team: Processes | None = None
        if processes > 1:
            from core_lib.threads import available_threads

            self.processes = available_threads(processes, "processes")
        self._flatten()
        self.history = History()
        self.callbacks: tuple[Callback, ...] = ()  # those of the last call of `fit`
        self._workspace = Workspace(net, loss)
        self.threads = 1
        self._replicas: Replicas | None = None
        if threads > 1:
            from core_lib.threads import available_threads

            self.threads = available_threads(threads)

    def step(self, x: Array, y: Array) -> float:
        """Make one step of training on one batch.

        Parameters
        ----------
        x : array, shape (..., N)
        y : array, shape (N,) of int, or (..., N)

        Returns
        -------
        float
            The loss of the batch before the step, without the penalty.

        Raises
        ------
        NonFiniteError
            If training has diverged; it names the layer which first gave NaN or infinite values.
        """
        if not self.net.training:
            self.net.train()
        with self._workspace, np.errstate(over="ignore", invalid="ignore"):  # checked, and said in words
            value = self._gradients(x, y)
            team = self._team
            if team is not None and (self.penalty is not None or self.clip is not None):
                team.add_up()
            if self.penalty is not None:
                self.penalty.add_gradient(self.flat)
            if self.clip is not None:
                self.clip(self.flat.grad)
            if team is not None:
                team.update(self.optimizer)
            else:
                self.optimizer.step(self.flat.theta, self.flat.grad)
        return value

    def _gradients(self, x: Array, y: Array) -> float:
        """Fill the gradient vector with that of the batch's loss, and return the loss."""
        # what is no array is refused by the first layer
        together = self._replicated(x.shape[-1] if isinstance(x, np.ndarray) and x.ndim else 0)
        if together is not None:
            try:
                return together.run(x, y)
            except NonFiniteError as error:
                raise NonFiniteError(f"{error} {self._diagnose(x)}") from error
        z = self.net.forward(x)
        try:
            value = self.loss.forward(z, y)
        except NonFiniteError as error:
            raise NonFiniteError(f"{error} {self._diagnose(x)}") from error
        self.net.backward(self.loss.backward())
        return value

    def _flatten(self) -> None:
        """Make the layers' parameters views of vectors; of shared ones, if there are several processes."""
        if self.processes > 1:
            from core_lib.processes import Processes  # here, because few need it and importing it takes time

            self._team = Processes(self.net, self.loss, self.optimizer, self.processes)
            self.flat = self._team.flat
        else:
            self.flat = flatten(self.net)

    def _replicated(self, n: int) -> Replicas | Processes | None:
        """Give what works on a batch of n examples in parts; None if it is one part."""
        if self._team is not None:
            if self._team.broken:
                self._flatten()
            return self._team if n >= self.processes else None
        return self._on_threads() if 1 < self.threads <= n else None

    def _on_threads(self) -> Replicas:
        """Give the replicas; new ones if the parameters have moved to other vectors."""
        if self._replicas is None or self._replicas.flat is not self.flat:
            from core_lib.threads import Replicas  # here, because few need it and importing it takes time

            self._replicas = Replicas(self.net, self.loss, self.flat, self.threads, Workspace)
        return self._replicas

    def fit(
        self,
        train: Dataset,
        *,
        validation: Dataset | None = None,
        epochs: int,
        batch_size: int = 32,
        seed: int = 0,
        callbacks: Sequence[Callback] = (),
        progress: int = 1,
    ) -> History:
        """Go through the training set `epochs` times.

        Called again it goes on where it stopped. Afterwards the network is in evaluation mode.

        Parameters
        ----------
        train : Dataset
        validation : Dataset, optional
            Evaluated after each epoch.
        epochs : int
        batch_size : int
        seed : int
            Shuffles the training set, each epoch in its own way.
        callbacks : sequence of Callback
        progress : int
            Print a line every so many epochs (and for the last one); 0 for silence.

        Returns
        -------
        History
            The figures of all epochs so far: "train_loss" is the mean over the batches while the network
            was changing; "validation_loss", "validation_accuracy", … are measured after the epoch.
        """
        if epochs < 1:
            raise DataError(f"fit: epochs must be at least 1; got {epochs}.")
        if not is_flat(self.flat):
            self._flatten()  # somebody gave a layer a new array since
        self.callbacks = tuple(callbacks)
        first = len(self.history.epochs) + 1
        try:
            for epoch in range(first, first + epochs):
                start = time.perf_counter()
                record = {"train_loss": self._epoch(train, epoch, batch_size, seed)}
                if validation is not None:
                    for name, value in self.evaluate(validation).items():
                        record[f"validation_{name}"] = value
                self.history.add(epoch, record)
                votes = [callback.after_epoch(self, record) for callback in callbacks]  # all are asked
                stop = any(votes)
                last = stop or epoch == first + epochs - 1
                if progress and (epoch % progress == 0 or last):
                    _print_progress(epoch, first + epochs - 1, record, time.perf_counter() - start)
                if stop:
                    break
            for callback in callbacks:
                callback.after_training(self)
        finally:
            self.net.eval()
        return self.history

    def _epoch(self, train: Dataset, epoch: int, batch_size: int, seed: int) -> float:
        """Go through the training set once, and return the mean loss of an example."""
        # a generator for each epoch: a run that goes on at epoch 10 shuffles as one that came that far
        rng = np.random.default_rng([seed, epoch])
        total = weight = 0.0
        for number, (x, y) in enumerate(train.batches(batch_size, rng), start=1):
            try:
                share = self.loss.count(y)  # the number of examples, or of their weights
                total += self.step(x, y) * share
                weight += share
            except NonFiniteError as error:
                raise NonFiniteError(f"training stopped in epoch {epoch}, batch {number}: {error}") from error
        if not np.isfinite(self.flat.theta).all():
            raise NonFiniteError(f"training stopped after epoch {epoch}: {self._diagnose(train.x[..., :1])}")
        return total / weight

    def evaluate(self, data: Dataset, *, batch_size: int = 1024) -> dict[str, float]:
        """Compute the loss and the loss's scores (accuracy) on a data set, in evaluation mode.

        Parameters
        ----------
        data : Dataset
        batch_size : int
            How many examples are in memory at once.

        Returns
        -------
        dict of str to float
            "loss", and for classification "accuracy".
        """
        training, sums, weights = self.net.training, dict[str, float](), dict[str, float]()
        self.net.eval()
        try:
            for x, y in data.batches(batch_size):
                with np.errstate(over="ignore", invalid="ignore"):
                    z = self.net.forward(x)
                    try:
                        values = {"loss": self.loss.forward(z, y)}
                    except NonFiniteError as error:
                        raise NonFiniteError(f"evaluate: {error} {find_non_finite(self.net, x)}") from error
                values.update(self.loss.scores(z, y))
                for name, value in values.items():
                    share = self.loss.count(y) if name == "loss" else x.shape[-1]
                    sums[name] = sums.get(name, 0.0) + value * share
                    weights[name] = weights.get(name, 0.0) + share
        finally:
            self.net.train(training)
        return {name: value / weights[name] for name, value in sums.items()}

    def _diagnose(self, x: Array) -> str:
        """Say which layer first went non-finite, and what to do."""
        advice = f"Try a smaller learning rate than {self.optimizer.lr:g}, or scale the input."
        # The gradients are still those of the step before. They come into being from the last layer to
        # the first, so of several spoiled ones the last layer's was the first.
        for _, layer, name, where in reversed(self.flat.slots):
            if not np.isfinite(self.flat.grad[where]).all():
                return f"The first values that were not finite are in the gradient d{name} of {layer.describe()}. {advice}"
        return f"{find_non_finite(self.net, x)} {advice}"


class Workspace:
    """Lends buffers to a network and its loss for the length of a step; see ``Operation.out``.

    It also tells the network that nobody needs the gradient of its input.
    """

    def __init__(self, net: Layer, loss: Loss) -> None:
        self.net = net
        operations: list[Operation] = [layer for _, layer in net.walk()]
        slab = Slab()
        self.lent = [(each, Buffers(slab)) for each in [*operations, loss]]

    def __enter__(self) -> None:
        self.net.skip_input_gradient(True)
        for operation, buffers in self.lent:
            operation._buffers = buffers

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.net.skip_input_gradient(False)
        for operation, _ in self.lent:
            operation._buffers = None


def _print_progress(epoch: int, last: int, record: dict[str, float], seconds: float) -> None:
    """Print a line about an epoch."""
    figures = "  ".join(f"{name} {value:.4f}" for name, value in record.items())
    print(f"epoch {epoch:>{len(str(last))}}/{last}  {figures}  ({seconds:.1f} s)", flush=True)
