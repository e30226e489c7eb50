"""What may happen between epochs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from core_lib.base import Array
from core_lib.errors import DataError
from core_lib.parameters import restore, snapshot

if TYPE_CHECKING:
    from core_lib.training import Trainer


class Callback:
    """Base: a subclass overrides what it needs, and is passed as ``fit(..., callbacks=[it])``."""

    #: The attributes that change while a network learns: a checkpoint keeps them.
    memory: ClassVar[tuple[str, ...]] = ()

    def after_epoch(self, trainer: Trainer, record: dict[str, float]) -> bool:  # noqa: ARG002
        """Look at the epoch's figures (the names are those of the history); return True to stop."""
        return False

    def after_training(self, trainer: Trainer) -> None:
        """Act once when `fit` ends, however many epochs it took."""


class EarlyStopping(Callback):
    """Stop when a figure has not improved for some epochs, and go back to the best parameters.

    Parameters
    ----------
    monitor : str
        A series of the history: "validation_loss", "validation_accuracy".
    patience : int
        After how many epochs without improvement to stop.
    higher_is_better : bool, optional
        By default False for a name that ends in "loss" and True for others.

    References
    ----------
    Prechelt: Early stopping – but when? (1998).
    """

    memory: ClassVar[tuple[str, ...]] = ("best", "waited", "kept")

    def __init__(
        self, monitor: str = "validation_loss", *, patience: int = 5, higher_is_better: bool | None = None
    ) -> None:
        if patience < 1:
            raise DataError(f"EarlyStopping: patience must be at least one epoch; got {patience}.")
        self.monitor, self.patience = monitor, patience
        self.sign = (
            1.0 if (not monitor.endswith("loss") if higher_is_better is None else higher_is_better) else -1.0
        )
        self.best = -math.inf
        self.waited = 0
        self.kept: dict[str, Array] | None = None

    def after_epoch(self, trainer: Trainer, record: dict[str, float]) -> bool:
        """Keep the parameters if they are the best so far; stop if they have not been for too long."""
        if self.monitor not in record:
            raise DataError(
                f"EarlyStopping: there is no {self.monitor!r} in the history, only {sorted(record)}. "
                "Give fit a validation set."
            )
        value = self.sign * record[self.monitor]
        if value > self.best:
            self.best, self.waited, self.kept = value, 0, snapshot(trainer.net)
        else:
            self.waited += 1
        return self.waited >= self.patience

    def after_training(self, trainer: Trainer) -> None:
        """Put the best parameters back."""
        if self.kept is not None:
            restore(trainer.net, self.kept)
