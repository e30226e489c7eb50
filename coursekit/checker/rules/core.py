"""COR: the network is built on core_lib, as it is, and by hand."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from coursekit.checker.core_copy import Change, core_copy
from coursekit.checker.own_layers import own_layers
from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.evidence.code import code
from coursekit.model import Location, Text
from coursekit.submission import Submission
from coursekit.text import one_line

_MOST_PLACES = 100
_MOST_NAMED = 5


class CoreIntact(Rule):
    """The copy of core_lib is as it came with the project, or only extended."""

    code = "COR101"
    title = Text("core_lib", "core_lib")
    what = Text(
        "The repository's core_lib is the tool's, or only extended: no public function, class or method of it was "
        "changed or removed. Comments, docstrings and formatting do not count.",
        "core_lib im Repositorium ist das des Werkzeugs oder nur erweitert: keine öffentliche Funktion, Klasse oder Methode "
        "darin wurde geändert oder entfernt. Kommentare, Docstrings und Formatierung zählen nicht.",
    )
    why = Text(
        "Results of groups can only be compared, and gradients trusted, if all build on the same core. "
        "A change in it also gets into the way when a newer version is brought in.",
        "Ergebnisse der Gruppen lassen sich nur vergleichen, und Gradienten kann man nur trauen, wenn alle auf "
        "demselben Kern bauen. Eine Änderung daran stört auch, wenn eine neuere Version kommt.",
    )
    hint = Text(
        "Put back what core_lib had ('coursekit update' brings the newest), and write your own version as a new class "
        "in layers/, under another name.",
        "Stellt wieder her, was in core_lib stand ('coursekit update' bringt die neueste Fassung), und schreibt eure "
        "eigene Fassung als neue Klasse in layers/, unter anderem Namen.",
    )
    example = Text(
        "core_lib/dense.py, in which Dense.backward returns something else",
        "core_lib/dense.py, in dem Dense.backward etwas anderes zurückgibt",
    )

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Compare the files' hashes, and where they differ the syntax trees."""
        copy = submission.once(core_copy)
        if not copy.folder:
            text = Text("there is no folder core_lib", "es gibt keinen Ordner core_lib")
            return not_met(text)
        if copy.changes:
            version = Text(
                "compared with core_lib {v} of coursekit", "verglichen mit core_lib {v} von coursekit"
            )
            parts = [version.format(v=copy.version)]
            kinds = {
                "changed": Text("changed: ", "geändert: "),
                "gone": Text("missing: ", "fehlt: "),
                "no_python": Text("no Python that can be read: ", "kein lesbares Python: "),
            }
            for kind, said in kinds.items():
                names = [_name(change) for change in copy.changes if _kind(change) == kind]
                if names:
                    more = f" (+ {len(names) - _MOST_NAMED})" if len(names) > _MOST_NAMED else ""
                    shown = ", ".join(names[:_MOST_NAMED]) + more
                    parts.append(Text(said.en + shown, said.de + shown))
            text = Text("; ".join(part.en for part in parts), "; ".join(part.de for part in parts))
            places = (change.location for change in copy.changes[:_MOST_PLACES])
            return not_met(text, *places)
        if copy.unread:
            text = Text("{path} cannot be read, or is too large", "{path} ist nicht lesbar oder zu groß")
            places = (Location(path) for path in copy.unread[:_MOST_PLACES])
            return not_judged(text.format(path=one_line(copy.unread[0], 80)), *places)
        if copy.added:
            text = Text(
                "extended, and nothing of it changed: {names}",
                "erweitert, und nichts davon geändert: {names}",
            )
            files = ", ".join(one_line(path, 60) for path in copy.added[:3])
            return met(text.format(names=files), *(Location(path) for path in copy.added[:_MOST_PLACES]))
        text = Text("as it came, version {version}", "wie mitgegeben, Version {version}")
        return met(text.format(version=copy.version))


def _kind(change: Change) -> str:
    is_file = change.name.endswith(".py") and not change.through
    return "gone" if change.gone else "no_python" if is_file else "changed"


def _name(change: Change) -> str:
    name = one_line(change.name, 60)
    return f"{name} ({one_line(change.through, 60)})" if change.through else name


class NoFrameworks(Rule):
    """The network itself is not made with a deep learning framework."""

    code = "COR102"
    title = Text("No framework", "Kein Framework")
    what = Text(
        "The network is not made with a deep learning framework (parameter forbidden). The baseline may use one, and so may "
        "what matches the parameter allowed.",
        "Das Netz entsteht nicht mit einem Framework (Parameter forbidden). Das Basismodell darf eines benutzen, ebenso, was "
        "auf den Parameter allowed passt.",
    )
    why = Text(
        "The course is about how a network works inside; a framework does that part for you.",
        "Im Kurs geht es darum, wie ein Netz innen arbeitet; ein Framework nimmt euch gerade das ab.",
    )
    hint = Text(
        "Build the network of core_lib's layers and your own. A model of a framework may stay as a baseline, in the "
        "baseline's folder.",
        "Baut das Netz aus Schichten von core_lib und euren eigenen. Ein Modell eines Frameworks darf als Basismodell "
        "bleiben, im Ordner des Basismodells.",
    )
    example = "3_Model/model_definition_evaluation.ipynb: import torch.nn as nn"
    parameters = {
        "forbidden": [
            "torch", "torchvision", "torchaudio", "pytorch_lightning", "lightning", "fastai", "skorch", "tensorflow", "keras",
            "tf_keras", "keras_core", "tflearn", "jax", "flax", "haiku", "equinox", "mxnet", "paddle", "theano", "chainer",
            "mlx", "tinygrad", "transformers", "sklearn.neural_network",
        ],
        # What only loads or prepares data is no network.
        "for_data": [
            "torchvision.datasets", "torchvision.transforms", "torch.utils.data", "tensorflow.keras.datasets",
            "keras.datasets", "tensorflow.data",
        ],
        "allowed": ["tests/*"],
    }  # fmt: skip

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look at the imports of all Python outside the baseline's folder."""
        found = submission.once(code)
        copy = submission.once(core_copy)
        baseline = tuple(folder + "/" for folder in submission.milestone_folders("baseline"))
        places: list[Location] = []
        names: dict[str, None] = {}
        looked_at = 0
        for file in found.files:
            allowed = file.path.startswith(baseline) if baseline else False
            if allowed or any(fnmatchcase(file.path, pattern) for pattern in parameters["allowed"]):
                continue
            if file.core and file.path not in copy.added:
                continue
            looked_at += 1
            for piece in file.pieces:
                for module, line in piece.imports:
                    framework = _match(module, parameters["forbidden"])
                    if framework and not _match(module, parameters["for_data"]):
                        names[framework] = None
                        places.append(piece.at(line))
        if places:
            text = Text(
                "{names} in {path}{more}",
                "{names} in {path}{more}",
            )
            files = list(dict.fromkeys(place.path for place in places))
            more = f" (+ {len(files) - 1})" if len(files) > 1 else ""
            shown = one_line(", ".join(names), 100)
            return not_met(
                text.format(names=shown, path=one_line(files[0], 80), more=more), *places[:_MOST_PLACES]
            )
        if found.unread:
            text = Text("{path} cannot be read, or is too large", "{path} ist nicht lesbar oder zu groß")
            return not_judged(
                text.format(path=one_line(found.unread[0], 80)),
                *(Location(path) for path in found.unread[:10]),
            )
        if not looked_at:
            return not_judged(
                Text("there is no Python to look at", "es gibt kein Python, das man ansehen könnte")
            )
        return met(Text("none imported", "keines importiert"))


def _match(module: str, prefixes: list[Any]) -> str:
    """Return the one of the names that a module is, or is part of."""
    return next((str(one) for one in prefixes if module == one or module.startswith(f"{one}.")), "")


class GradientChecks(Rule):
    """Every layer of the group's own has a gradient check among the tests."""

    code = "COR103"
    title = Text("Gradient checks", "Gradientenprüfung")
    what = Text(
        "Every layer of your own has a gradient check among the tests.",
        "Jede eigene Schicht hat eine Gradientenprüfung unter den Tests.",
    )
    why = Text(
        "A network with a wrong gradient often still learns, only worse; nobody finds the mistake by looking at the loss.",
        "Ein Netz mit falschem Gradienten lernt oft trotzdem, nur schlechter; am Verlust sieht man den Fehler nicht.",
    )
    hint = Text(
        "Keep the layer in layers/, where tests/test_layers.py finds it, or call core_lib's check_layer on it in a test.",
        "Legt die Schicht in layers/ ab, wo tests/test_layers.py sie findet, oder ruft in einem Test check_layer von core_lib "
        "damit auf.",
    )
    example = Text(
        "a class with forward and backward in a notebook, and no test of it",
        "eine Klasse mit forward und backward in einem Notebook, und kein Test dazu",
    )

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for the layers' names in the tests that check gradients, and for tests that find layers by looking."""
        layers = submission.once(own_layers)
        lacking = [layer for layer in layers if not layer.test]
        if lacking:
            names = one_line(", ".join(dict.fromkeys(layer.name for layer in lacking)), 200)
            text = Text("none for {names}", "keine für {names}")
            return not_met(text.format(names=names), *(layer.location for layer in lacking[:_MOST_PLACES]))
        found = submission.once(code)
        broken = [
            *found.unread,
            *(file.path for file in found.own if file.path.endswith(".py") and file.has_broken("class ")),
        ]
        if broken:
            text = Text("{path} cannot be read as Python", "{path} lässt sich nicht als Python lesen")
            return not_judged(
                text.format(path=one_line(broken[0], 80)), *(Location(path) for path in broken[:10])
            )
        if not layers:
            return met(Text("no layers of your own", "keine eigenen Schichten"))
        names = one_line(", ".join(dict.fromkeys(layer.name for layer in layers)), 200)
        text = Text("{names}, in {test}", "{names}, in {test}")
        return met(text.format(names=names, test=one_line(layers[0].test, 80)), Location(layers[0].test))
