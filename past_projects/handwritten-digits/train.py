"""Do all our computations, in the order in which they may be done, and write down what came out.

    python train.py             writes results/ and the numbers in README.md, 3_Model/README.md and project.toml
    python train.py --check     writes nothing, and compares what it computes with what is written there

All random numbers follow from SEED. Another processor or another NumPy rounds in another way, which changes the way
that training takes a little; so --check allows a share of right pictures to differ by TOLERANCE (0.015 are 4 of the
270 pictures of the test set).
"""

import argparse
import json
import math
import os
import re
import time
from pathlib import Path

# Before NumPy is imported: for matrices as small as ours, one thread is faster than two.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ.get("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import our_data
from our_models import PIXELS, cross_validate, fit, name_of, predict

from core_lib import (
    Choice,
    LogUniform,
    classification_scores,
    confusion_matrix,
    count_parameters,
    grid_search,
    random_search,
    softmax,
    summarize,
    write_history,
    write_metrics,
    write_network,
)
from core_lib.files import write_atomically

ROOT = Path(__file__).resolve().parent
SEED = 0
TOLERANCE = 0.015
TRIALS = 16
SPACE = {
    "layers": Choice(1, 2),
    "hidden": Choice(32, 64, 128),
    "lr": LogUniform(0.002, 0.02),
    "dropout": Choice(0.0, 0.1, 0.2, 0.3),
    "shift": Choice(0.0, 0.25, 0.5, 0.75),
}
BASELINE_GRID = {"lr": [0.01, 0.03], "l2": [0.0, 0.0001, 0.001]}


# ---------------------------------------------------------------- computing


def compute():
    """Choose, train and evaluate the models; give (numbers, predictions, what core_lib writes)."""
    train, development, test = our_data.split(SEED)
    known = our_data.join(train, development)  # all that may be looked at while we decide

    say("the baseline's settings, by cross-validation")
    grid = grid_search(
        lambda params, seed: cross_validate({"layers": 0, **params}, known, seed=seed),
        BASELINE_GRID,
        seed=SEED,
    )
    baseline = {"layers": 0, **grid.best.params}

    say("our network's settings, by cross-validation")
    search = random_search(
        lambda params, seed: cross_validate(params, known, seed=seed), SPACE, trials=TRIALS, seed=SEED
    )
    best = search.best.params

    say("what each part of the network is good for, by cross-validation")
    variants = {
        "the network that was chosen": best,
        "with shifts of at most half a pixel" if not best["shift"] else "without shifts": {
            **best,
            "shift": 0.0 if best["shift"] else 0.5,
        },
        "with dropout of 0.2" if not best["dropout"] else "without dropout": {
            **best,
            "dropout": 0.0 if best["dropout"] else 0.2,
        },
        "with one hidden layer" if best["layers"] == 2 else "with two hidden layers": {
            **best,
            "layers": 3 - best["layers"],
        },
        "logistic regression": baseline,
    }
    parts = {}
    for name, settings in variants.items():
        parts[name] = [cross_validate(settings, known, seed=seed) for seed in range(SEED + 1, SEED + 4)]
        print(f"{np.mean(parts[name]):.4f}  {name}", flush=True)

    say("the final models, and nothing is decided from here on")
    runs = [fit(best, train, development, seed=SEED + i) for i in range(5)]
    baseline_runs = [fit(baseline, train, development, seed=SEED + i) for i in range(5)]

    say("the test set, for the first and the only time")
    ours, theirs = [[predict(run, test) for run in some] for some in (runs, baseline_runs)]
    logits = runs[0].net.predict(test.x)
    only_ours = int(((ours[0] == test.y) & (theirs[0] != test.y)).sum())
    only_theirs = int(((ours[0] != test.y) & (theirs[0] == test.y)).sum())
    numbers = {
        "seed": SEED,
        "model": {"name": name_of(best), "settings": best, "parameters": count_parameters(runs[0].net)},
        "baseline": {"name": name_of(baseline), "settings": baseline},
        "cross_validation": parts,
        "test": {
            "pictures": len(test),
            "model": evaluate(test.y, ours[0]),
            "baseline": evaluate(test.y, theirs[0]),
            "only_model_right": only_ours,
            "only_baseline_right": only_theirs,
            "p": sign_test(only_ours, only_theirs),
        },
        "seeds": {
            "model": [float((one == test.y).mean()) for one in ours],
            "baseline": [float((one == test.y).mean()) for one in theirs],
        },
    }
    print(f"{numbers['test']['model']['accuracy']:.4f}  {name_of(best)}")
    print(f"{numbers['test']['baseline']['accuracy']:.4f}  {name_of(baseline)}")

    say("writers that the models have never seen, with models of their own")
    whole = our_data.dataset()
    form = our_data.forms(whole.y)
    new = {"model": across(best, whole, form // 2), "baseline": across(baseline, whole, form // 2)}
    shuffled = np.random.default_rng(SEED).permutation(form // 2)  # parts of the same sizes, from all writers
    mixed = {"model": across(best, whole, shuffled), "baseline": across(baseline, whole, shuffled)}
    numbers["writers"] = {
        "new": {who: float((one == whole.y).mean()) for who, one in new.items()},
        "known": {who: float((one == whole.y).mean()) for who, one in mixed.items()},
        "form": {
            who: [float((one == whole.y)[form == i].mean()) for i in range(14)] for who, one in new.items()
        },
    }
    for who in ("model", "baseline"):
        name = numbers[who]["name"]
        print(f"{numbers['writers']['new'][who]:.4f}  {name}, other writers than in training")
        print(f"{numbers['writers']['known'][who]:.4f}  {name}, the same writers")

    predictions = {
        "test": {"digit": text(test.y), "model": text(ours[0]), "baseline": text(theirs[0])},
        "test_probability_of_digit": np.round(
            softmax(logits)[test.y, np.arange(len(test))].astype(float), 4
        ).tolist(),
        "new_writers": {who: text(one) for who, one in new.items()},
    }
    scores = {
        name_of(best): classification_scores(test.y, ours[0], 10),
        name_of(baseline): classification_scores(test.y, theirs[0], 10),
    }
    confusion = confusion_matrix(test.y, ours[0], 10)
    return numbers, predictions, (scores, confusion, search, runs[0], test.classes)


def across(settings, data, part):
    """Read each part's pictures with a network that was trained on all other parts; give a digit for each picture."""
    predicted = np.empty(len(data), int)
    for number in np.unique(part):
        trainer = fit(settings, data.subset(part != number), seed=SEED)
        predicted[part == number] = predict(trainer, data.subset(part == number))
    return predicted


def evaluate(digits, predicted):
    """Give the share that is right with its 95 % interval (Wilson 1927), and the mean F1 of the digits."""
    n, right, z = len(digits), int((digits == predicted).sum()), 1.96
    share = right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    f1 = classification_scores(digits, predicted, 10)["macro_f1"]
    return {"right": right, "accuracy": share, "low": middle - half, "high": middle + half, "macro_f1": f1}


def sign_test(a, b):
    """Give how probable a difference as large as a to b is if both were as likely (McNemar's test, exact)."""
    n, fewer = a + b, min(a, b)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(fewer + 1)) / 2**n)


def text(digits):
    """Write digits as one string."""
    return "".join(map(str, digits))


def say(what):
    """Announce a step."""
    print(f"\n== {what}", flush=True)


# ---------------------------------------------------------------- writing it down


def percent(share):
    return f"{100 * share:.1f} %"


def spread(shares):
    return f"{100 * np.mean(shares):.1f} ± {100 * np.std(shares, ddof=1):.1f} %"


def summary_lines(n):
    """Give the lines of the README's results summary, by their labels."""
    model, baseline, test, settings = n["model"], n["baseline"], n["test"], n["model"]["settings"]
    layers = f"{settings['layers']} hidden layer{'s' if settings['layers'] > 1 else ''} of {settings['hidden']} units"
    own = [f"dropout of {settings['dropout']:g}"] if settings["dropout"] else []
    own += [f"random shifts of at most {settings['shift']:g} pixel"] if settings["shift"] else []
    return {
        "Best model": f"{model['name']}, a dense network with {layers} ({model['parameters']:,} parameters)"
        + (f", trained with {' and '.join(own)}" if own else ""),
        "Evaluation metric": f"Accuracy: the share of the {test['pictures']} test pictures that are read correctly",
        "Result": f"{percent(test['model']['accuracy'])} ({test['model']['right']} of {test['pictures']}; 95 % interval "
        f"{100 * test['model']['low']:.1f} to {percent(test['model']['high'])}). The baseline, {baseline['name']}, reaches "
        f"{percent(test['baseline']['accuracy'])} ({test['baseline']['right']}). On the writing of people who are not in "
        f"the training data it is {percent(n['writers']['new']['model'])}, and {percent(n['writers']['new']['baseline'])} "
        "for the baseline",
    }


def tables(n):
    """Give the section of 3_Model/README.md with all numbers."""
    ours, theirs, test = n["test"]["model"], n["test"]["baseline"], n["test"]
    rows = [
        ("", n["model"]["name"], n["baseline"]["name"]),
        ("---", "---", "---"),
        ("**Test set, accuracy**", f"**{percent(ours['accuracy'])}**", percent(theirs["accuracy"])),
        (f"Right, of {test['pictures']}", str(ours["right"]), str(theirs["right"])),
        ("95 % interval", *(f"{100 * one['low']:.1f} to {percent(one['high'])}" for one in (ours, theirs))),
        ("F1, mean of the digits", f"{ours['macro_f1']:.3f}", f"{theirs['macro_f1']:.3f}"),
        ("Five runs from five seeds", spread(n["seeds"]["model"]), spread(n["seeds"]["baseline"])),
        (
            "New writers, all 1797 pictures",
            *(percent(n["writers"]["new"][who]) for who in ("model", "baseline")),
        ),
        ("Known writers, likewise", *(percent(n["writers"]["known"][who]) for who in ("model", "baseline"))),
    ]
    settings = ", ".join(f"{key} {value:.4g}" for key, value in n["model"]["settings"].items())
    both = (
        f"Of the test pictures, {test['only_model_right']} are read correctly only by our network and "
        f"{test['only_baseline_right']} only by the baseline (McNemar's exact test: p = {test['p']:.2g})."
    )
    parts = [("Cross-validation, three seeds", "Accuracy"), ("---", "---")]
    parts += [(name[0].upper() + name[1:], spread(values)) for name, values in n["cross_validation"].items()]
    return "\n".join(
        [
            f"Settings that the search chose: {settings}.",
            "",
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
            both,
            "",
            *(f"| {' | '.join(row)} |" for row in parts),
        ]
    )


def with_numbers(name, before, n):
    """Give the content of one of the three files, with the numbers put in."""
    if name == "README.md":
        for label, value in summary_lines(n).items():
            before = replace(before, rf"(?m)^- \*\*{label}:\*\* .*$", f"- **{label}:** {value}")
        return before
    if name == "3_Model/README.md":
        heading = "## Results in numbers\n\n"
        return replace(before, rf"(?s){heading}.*?(?=\n## |\Z)", f"{heading}{tables(n)}\n")
    values = {
        "best_model": json.dumps(n["model"]["name"]),
        "metric": json.dumps("accuracy"),
        "value": f"{n['test']['model']['accuracy']:.4f}",
        "baseline_model": json.dumps(n["baseline"]["name"]),
        "baseline_value": f"{n['test']['baseline']['accuracy']:.4f}",
    }
    for key, value in values.items():
        before = replace(before, rf"(?m)^{key} = .*$", f"{key} = {value}")
    return before


def replace(before, pattern, new):
    """Replace what matches, which must be there once."""
    after, count = re.subn(pattern, lambda _: new, before)
    if count != 1:
        raise SystemExit(
            f"train.py looks for {pattern!r}, which should be there once, and is there {count} times."
        )
    return after


FILES = ("README.md", "3_Model/README.md", "project.toml")


def write(numbers, predictions, rest):
    """Write results/, and the numbers into the three files."""
    scores, confusion, search, trainer, classes = rest
    folder = ROOT / "results"
    write_metrics(
        folder,
        task="classification",
        metric="accuracy",
        seed=SEED,
        models=scores,
        best=numbers["model"]["name"],
        baseline=numbers["baseline"]["name"],
        confusion=confusion,
        labels=classes,
        search=search,
    )
    write_history(folder, trainer.history)
    write_network(folder, summarize(trainer.net, (PIXELS,)))
    for name, content in (("numbers.json", numbers), ("predictions.json", predictions)):
        write_atomically(folder / name, (json.dumps(content, indent=1) + "\n").encode())
    for name in FILES:
        before = (ROOT / name).read_text(encoding="utf-8")
        write_atomically(ROOT / name, with_numbers(name, before, numbers).encode())


def check(numbers):
    """Compare what was computed with what is written down; give a list of what does not agree."""
    kept = json.loads((ROOT / "results" / "numbers.json").read_text(encoding="utf-8"))
    wrong = []
    for name in FILES:
        before = (ROOT / name).read_text(encoding="utf-8")
        if with_numbers(name, before, kept) != before:
            wrong.append(f"{name} does not say what results/numbers.json holds")
    if kept["model"]["settings"] != numbers["model"]["settings"]:
        print(
            f"note: the search chose {numbers['model']['settings']} here, and {kept['model']['settings']} before"
        )
    for who in ("model", "baseline"):
        for what, where in (
            ("on the test set", lambda n, who=who: n["test"][who]["accuracy"]),
            ("over five seeds", lambda n, who=who: float(np.mean(n["seeds"][who]))),
            ("for new writers", lambda n, who=who: n["writers"]["new"][who]),
            ("for known writers", lambda n, who=who: n["writers"]["known"][who]),
        ):
            now, then = where(numbers), where(kept)
            ok = abs(now - then) <= TOLERANCE
            print(f"{'same ' if ok else 'OTHER'}  {now:.4f} now, {then:.4f} written: the {who} {what}")
            if not ok:
                wrong.append(f"the {who} {what}: {now:.4f}, but {then:.4f} is written down")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and compare with what is written"
    )
    arguments = parser.parse_args()
    start = time.perf_counter()
    numbers, predictions, rest = compute()
    if arguments.check:
        say(f"compared, with a tolerance of {TOLERANCE}")
        wrong = check(numbers)
        if wrong:
            raise SystemExit("Not as written:\n" + "\n".join(f"  {line}" for line in wrong))
    else:
        write(numbers, predictions, rest)
    print(f"\n{'Checked' if arguments.check else 'Written'} in {time.perf_counter() - start:.0f} s.")


if __name__ == "__main__":
    main()
