"""Checkpoints: all that a run of training needs to go on after a pause as if there had been none.

That is more than the parameters: the optimizer's memory and its number of steps, the running averages of the
layers, the state of their random generators (dropout), the history, and what callbacks remember. The order of
the examples needs nothing, because each epoch shuffles from (seed, epoch).

A run that goes on is the same to the last bit on the same machine with the same number of threads.

    stop = EarlyStopping(patience=5)
    trainer.fit(train, validation=dev, epochs=50, callbacks=[stop, Checkpoint("runs/mlp.npz")])

and after a crash, with a network, a trainer and callbacks that are built as they were then:

    done = load_checkpoint(trainer, "runs/mlp.npz", callbacks=[stop])
    trainer.fit(train, validation=dev, epochs=50 - done, callbacks=[stop, Checkpoint("runs/mlp.npz")])
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from core_lib.base import Array, Layer
from core_lib.callbacks import Callback
from core_lib.errors import DataError, StorageError
from core_lib.parameters import restore, snapshot
from core_lib.storage import read_npz, write_npz
from core_lib.training import History, Trainer


class Checkpoint(Callback):
    """Save a checkpoint every so many epochs. It must be the last of the callbacks.

    Parameters
    ----------
    path : path
        End it in ``.npz``. Each checkpoint takes the place of the one before, which stays until the new one is
        whole.
    every : int
        After how many epochs.
    """

    def __init__(self, path: str | os.PathLike[str], *, every: int = 1) -> None:
        if every < 1:
            raise DataError(f"Checkpoint: every must be at least one epoch; got {every}.")
        self.path, self.every = path, every

    def after_epoch(self, trainer: Trainer, record: dict[str, float]) -> bool:  # noqa: ARG002
        """Save if it is time; never stops the training."""
        if trainer.callbacks and trainer.callbacks[-1] is not self:
            raise DataError(
                "Checkpoint: it must be the last of the callbacks, or it would keep what the ones after it "
                "remembered an epoch ago."
            )
        if len(trainer.history.epochs) % self.every == 0:
            save_checkpoint(trainer, self.path, callbacks=trainer.callbacks[:-1])
        return False


def save_checkpoint(
    trainer: Trainer, path: str | os.PathLike[str], *, callbacks: Sequence[Callback] = ()
) -> None:
    """Write the state of a training run to an ``.npz`` file.

    Parameters
    ----------
    trainer : Trainer
    path : path
        End it in ``.npz``.
    callbacks : sequence of Callback
        Those whose memory is to be kept; `Checkpoint` gives the ones it was passed with.
    """
    import json

    arrays: dict[str, Array] = {f"net/{name}": value for name, value in snapshot(trainer.net).items()}
    optimizer = trainer.optimizer
    arrays |= {f"optimizer/{name}": vector for name, vector in optimizer.state.items()}
    content: dict[str, Any] = {
        "checkpoint": 1,
        "optimizer": {"kind": type(optimizer).__name__, "steps": optimizer.steps, "lr": optimizer.lr},
        "history": trainer.history.to_dict(),
        "generators": [[paths, _plain(rng.bit_generator.state)] for paths, rng in _generators(trainer)],
        "callbacks": [],
    }
    for i, callback in enumerate(callbacks):
        memory = {name: getattr(callback, name) for name in callback.memory}
        content["callbacks"].append({"kind": type(callback).__name__, "memory": memory})
        for name, value in memory.items():
            if isinstance(value, dict):  # arrays by name: they go where arrays go
                memory[name] = {"arrays": sorted(value)}
                arrays |= {f"callback/{i}/{name}/{key}": array for key, array in value.items()}
    arrays["checkpoint"] = np.frombuffer(json.dumps(content).encode("utf-8"), np.uint8)
    write_npz(path, arrays)


def load_checkpoint(
    trainer: Trainer, path: str | os.PathLike[str], *, callbacks: Sequence[Callback] = ()
) -> int:
    """Put a trainer into the state that `save_checkpoint` wrote.

    Parameters
    ----------
    trainer : Trainer
        With network, loss and optimizer as they were when it was saved.
    path : path
    callbacks : sequence of Callback
        Of the same kinds, in the same order, as when it was saved.

    Returns
    -------
    int
        The number of epochs that were done.

    Raises
    ------
    StorageError
        If there is no such file, it is no checkpoint, or it is of another run; nothing is changed then.
    """
    arrays = read_npz(path)
    content = _content(path, arrays)
    kinds = [type(trainer.optimizer).__name__, *(type(callback).__name__ for callback in callbacks)]
    saved = [content["optimizer"]["kind"], *(entry["kind"] for entry in content["callbacks"])]
    if kinds != saved:
        raise StorageError(
            f"{path} was saved with the optimizer {saved[0]} and the callbacks {saved[1:]}, and is to be loaded with "
            f"{kinds[0]} and {kinds[1:]}."
        )
    generators = _generators(trainer)
    if [paths for paths, _ in generators] != [paths for paths, _ in content["generators"]]:
        raise StorageError(
            f"{path} has the random generators of {[paths for paths, _ in content['generators']]}, and this network "
            f"has {[paths for paths, _ in generators]}. Build it as it was, with generators shared as they were."
        )
    for (paths, rng), (_, state) in zip(generators, content["generators"], strict=True):
        try:  # on another one first: nothing is changed if the file is bad
            type(rng.bit_generator)().state = state
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise StorageError(
                f"{path}: the state of the generator {paths[0]} is not one: {error!r}."
            ) from error
    memory = {name: arrays.get(f"optimizer/{name}") for name in trainer.optimizer.memory}
    size = trainer.flat.theta.size
    if content["optimizer"]["steps"] and any(v is None or v.shape != (size,) for v in memory.values()):
        raise StorageError(f"{path} is of another network: the optimizer's memory does not fit.")
    try:
        # in place, so that the layers stay views of the trainer's vectors; all or nothing
        restore(trainer.net, {k.removeprefix("net/"): v for k, v in arrays.items() if k.startswith("net/")})
    except DataError as error:
        raise StorageError(f"{path} does not fit: {error}") from error

    trainer.optimizer.steps = content["optimizer"]["steps"]
    trainer.optimizer.lr = content["optimizer"]["lr"]
    trainer.optimizer.state = {name: vector for name, vector in memory.items() if vector is not None}
    trainer.history = History(content["history"]["epochs"], content["history"]["series"])
    for (_, rng), (_, state) in zip(generators, content["generators"], strict=True):
        rng.bit_generator.state = state
    for i, (callback, entry) in enumerate(zip(callbacks, content["callbacks"], strict=True)):
        for name, value in entry["memory"].items():
            if isinstance(value, dict):
                value = {key: arrays[f"callback/{i}/{name}/{key}"] for key in value["arrays"]}
            setattr(callback, name, value)
    return len(trainer.history.epochs)


def _content(path: Any, arrays: dict[str, Array]) -> dict[str, Any]:
    """Read what is not arrays, and check that it is all there."""
    import json

    try:
        content = json.loads(arrays["checkpoint"].tobytes().decode("utf-8"))
        if content["checkpoint"] != 1:
            raise ValueError(f"version {content['checkpoint']}, and this is for 1")
        kind, steps, lr = (content["optimizer"][name] for name in ("kind", "steps", "lr"))
        if type(steps) is not int or steps < 0 or not 0 <= float(lr) < float("inf"):
            raise ValueError(f"{kind} after {steps} steps with the rate {lr}")
        _ = content["history"]["epochs"], content["history"]["series"]
        _ = [(paths, state["bit_generator"]) for paths, state in content["generators"]]
        for i, entry in enumerate(content["callbacks"]):
            for name, value in entry["memory"].items():
                if isinstance(value, dict):
                    _ = [arrays[f"callback/{i}/{name}/{key}"] for key in value["arrays"]]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise StorageError(f"{path} is no checkpoint of core_lib: {error!r}.") from error
    result: dict[str, Any] = content
    return result


def _generators(trainer: Trainer) -> list[tuple[list[str], np.random.Generator]]:
    """Find the random generators of all layers, also of replicas of the network, each once, with its places."""
    found: dict[int, tuple[list[str], np.random.Generator]] = {}
    for owner, value in vars(trainer).items():
        for i, net in enumerate(value if isinstance(value, list | tuple) else [value]):
            if isinstance(net, Layer):
                for path, layer in net.walk(f"{owner}.{i}"):
                    for name, rng in vars(layer).items():
                        if isinstance(rng, np.random.Generator):
                            found.setdefault(id(rng), ([], rng))[0].append(f"{path}.{name}")
    return list(found.values())


def _plain(value: Any) -> Any:
    """Turn NumPy's numbers and arrays in a generator's state into plain ones."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
