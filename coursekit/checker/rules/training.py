"""TRN: training can be repeated, and its result trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.evidence.code import code
from coursekit.evidence.training import order, seeds
from coursekit.model import Location, Text
from coursekit.submission import Submission
from coursekit.text import one_line

_MOST_PLACES = 50


def _nothing_trained(submission: Submission) -> Outcome:
    unread = submission.once(code).unread
    if unread:
        text = Text("{path} cannot be read, or is too large", "{path} ist nicht lesbar oder zu groß")
        return not_judged(text.format(path=one_line(unread[0], 80)), Location(unread[0]))
    return not_judged(Text("no code that trains was found", "es wurde kein Code gefunden, der trainiert"))


class Seed(Rule):
    """A seed is set, so that a training run can be repeated."""

    code = "TRN101"
    title = Text("Seed", "Startwert des Zufalls")
    what = Text(
        "Whoever draws random numbers for training sets a seed.",
        "Wer fürs Training Zufallszahlen zieht, setzt einen Startwert.",
    )
    why = Text(
        "Without a seed nobody, not even you, gets your result a second time.",
        "Ohne Startwert bekommt niemand, auch ihr nicht, euer Ergebnis ein zweites Mal.",
    )
    hint = Text(
        "Make one generator with a number, np.random.default_rng(0), and pass it on; give seed=… or random_state=… "
        "where a function asks for it.",
        "Macht einen Generator mit einer Zahl, np.random.default_rng(0), und reicht ihn weiter; gebt seed=… oder "
        "random_state=… an, wo eine Funktion danach fragt.",
    )
    example = "rng = np.random.default_rng()"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for seeds in all code outside tests and core_lib, and for chance that has none."""
        found = submission.once(seeds)
        if found.unset:
            text = Text("without a seed: {path}{more}", "ohne Startwert: {path}{more}")
            more = f" (+ {len(found.unset) - 1})" if len(found.unset) > 1 else ""
            shown = one_line(found.unset[0].path, 80)
            return not_met(text.format(path=shown, more=more), *found.unset[:_MOST_PLACES])
        if not found.trains:
            return _nothing_trained(submission)
        if not found.set:
            text = Text("no seed is set where you train", "beim Training wird kein Startwert gesetzt")
            return not_met(text, *found.trains[:_MOST_PLACES])
        shown = one_line(found.set[0].path, 80)
        return met(Text(shown, shown), *found.set[:5])


class SplitFirst(Rule):
    """Training and test data are split before anything is fitted to them."""

    code = "TRN102"
    title = Text("Split before fitting", "Erst teilen, dann anpassen")
    what = Text(
        "Training and test data are split before a model or a scaling is fitted to them.",
        "Trainings- und Testdaten werden geteilt, bevor ein Modell oder eine Skalierung an sie angepasst wird.",
    )
    why = Text(
        "What has seen the test data, be it only their mean, is tested on what it knows: the result is too good.",
        "Was die Testdaten gesehen hat, und sei es nur ihr Mittelwert, wird an Bekanntem geprüft: das Ergebnis ist zu gut.",
    )
    hint = Text(
        "Split first, then fit scaling and model to the training part alone, and apply them to the other parts.",
        "Teilt zuerst; passt dann Skalierung und Modell nur an den Trainingsteil an, und wendet sie auf die anderen Teile an.",
    )
    example = "X = StandardScaler().fit_transform(X)\nX_train, X_test = train_test_split(X, random_state=0)"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Follow every script and notebook in its order; what is unclear is not judged."""
        found = submission.once(order)
        if found.leaks:
            what, place = found.leaks[0]
            more = f" (+ {len(found.leaks) - 1})" if len(found.leaks) > 1 else ""
            text = Text(
                "fitted to more than the training data: {what} in {path}{more}",
                "an mehr als die Trainingsdaten angepasst: {what} in {path}{more}",
            )
            return not_met(
                text.format(what=one_line(what, 60), path=one_line(place.path, 80), more=more),
                *(at for _, at in found.leaks[:_MOST_PLACES]),
            )
        if found.splits:
            text = Text("split first, in {path}", "zuerst geteilt, in {path}")
            return met(text.format(path=one_line(found.splits[0].path, 80)), *found.splits[:5])
        if not found.fits:
            return _nothing_trained(submission)
        text = Text(
            "it is not clear from the code where the data are split; look yourself",
            "aus dem Code geht nicht hervor, wo die Daten geteilt werden; bitte selbst ansehen",
        )
        return not_judged(text, *found.fits[:5])
