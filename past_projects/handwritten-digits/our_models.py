"""Our models, and how they are trained, in one place: the notebooks and train.py use the same ones."""

import numpy as np
import our_data
from layers.random_shift import RandomShift

from core_lib import (
    L2,
    Adam,
    Callback,
    Dense,
    Dropout,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Trainer,
    accuracy,
)

PIXELS, CLASSES = 64, 10
EPOCHS, BATCH = 50, 64


def network(settings, seed):
    """Build a network with settings["layers"] hidden layers of settings["hidden"] units; none is logistic regression."""
    rng = np.random.default_rng(seed)
    parts, width = [], PIXELS
    if settings.get("shift"):
        parts.append(RandomShift(*our_data.SHAPE, settings["shift"], rng=rng))
    for _ in range(settings["layers"]):
        parts += [Dense(width, settings["hidden"], rng=rng), ReLU()]
        if settings.get("dropout"):
            parts.append(Dropout(settings["dropout"], rng=rng))
        width = settings["hidden"]
    return Sequential(*parts, Dense(width, CLASSES, rng=rng))


def name_of(settings):
    """Give a network's name, such as "MLP 64-128-128-10"."""
    if not settings["layers"]:
        return "logistic regression"
    return "MLP " + "-".join(map(str, [PIXELS, *[settings["hidden"]] * settings["layers"], CLASSES]))


class LinearDecay(Callback):
    """Lower the learning rate after each epoch, in equal steps, from its first value to nearly zero.

    With a constant rate the last epochs jump around the minimum, and the result depends on where we stop.
    """

    def __init__(self, lr, epochs):
        self.lr, self.epochs, self.epoch = lr, epochs, 0

    def after_epoch(self, trainer, record):  # noqa: ARG002
        self.epoch += 1
        trainer.optimizer.lr = self.lr * max(1 - self.epoch / self.epochs, 0.001)
        return False


def fit(settings, train, development=None, *, seed, epochs=EPOCHS):
    """Train a network; everything random in it follows from the seed. Gives its trainer."""
    penalty = L2(settings["l2"]) if settings.get("l2") else None
    trainer = Trainer(
        network(settings, seed), SoftmaxCrossEntropy(), Adam(lr=settings["lr"]), penalty=penalty
    )
    decay = LinearDecay(settings["lr"], epochs)
    trainer.fit(
        train,
        validation=development,
        epochs=epochs,
        batch_size=BATCH,
        seed=seed,
        callbacks=[decay],
        progress=0,
    )
    return trainer


def predict(trainer, data):
    """Give the digit that a network reads in each picture."""
    return trainer.net.predict(data.x).argmax(axis=0)


def cross_validate(settings, data, *, seed, number=3):
    """Train on all parts but one, read the pictures of that one, for each in turn; give the share that is right."""
    right = 0.0
    for train, held_out in our_data.folds(data, number):
        trainer = fit(settings, train, seed=seed)
        right += accuracy(held_out.y, predict(trainer, held_out)) * len(held_out)
    return right / len(data)
