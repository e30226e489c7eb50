"""The rules of the profile from-scratch on small cases, named by the rule's code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit.assets import asset
from coursekit.checker import check_path
from coursekit.submission import open_submission
from coursekit.templates import core_files
from tests.building import code, markdown, notebook, write
from tests.checker.judging import Case, Files, table
from tests.checker.scratch import LAYER, PROJECT, TRAIN, metrics, scratch, scratch_finding, with_code

DENSE = core_files()["core_lib/dense.py"].decode()
INIT = core_files()["core_lib/__init__.py"].decode()
BIG = b"0" * 10_000_001
# Put together here, so that nobody takes this file for a leak.
TOKEN = "ghp_" + "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7j"
HF = "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"
AWS = "AKIA" + "QX7ZP2LK9WJ4VN3T"
EXPLORATION = "1_DatasetCharacteristics/exploratory_data_analysis.ipynb"
CONTRACT = """import pkgutil, layers
from core_lib import Layer, check_layer
CLASSES = [v for i in pkgutil.walk_packages(layers.__path__) for v in vars(i).values()]
def test_gradient(): check_layer(CLASSES[0], 1).require()
"""
SCALED_FIRST = """from sklearn.preprocessing import StandardScaler
X = StandardScaler().fit_transform(X)
X_train, X_test = train_test_split(X, random_state=0)
model.fit(X_train)
"""
SCALED_AFTER = """X_train, X_test = train_test_split(X, random_state=0)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
model.fit(X_train)
"""

CASES: list[Case] = [
    ("COR101", "met", scratch()),
    ("COR101", "met", scratch({"core_lib/dense.py": DENSE.replace("\n", "\r\n")})),
    ("COR101", "met", scratch({"core_lib/dense.py": "# ours\n" + DENSE + "\n\ndef mine(x):\n    return x\n"})),
    ("COR101", "met", scratch({"core_lib/dense.py": DENSE.replace('"""', '"""Our words. ', 1)})),
    ("COR101", "met", scratch({"core_lib/swish.py": LAYER.replace("core_lib", "core_lib.base"),
                               "tests/test_swish.py": "from core_lib import Twice, check_layer\n"})),
    ("COR101", "met", scratch({"core_lib/README.md": None})),
    ("COR101", "not_met", scratch({"core_lib/dense.py": DENSE.replace("return ", "return 2 * ", 1)})),
    ("COR101", "not_met", scratch({"core_lib/dense.py": None})),
    ("COR101", "not_met", scratch({"core_lib/dense.py": "class Dense(:\n"})),
    ("COR101", "not_met", scratch({"core_lib/dense.py": "x = " + "-" * 100_000 + "1"})),
    ("COR101", "not_met", scratch({"core_lib/dense.py": DENSE + "\nDense.forward = lambda self, x: x\n"})),
    ("COR101", "not_met", scratch({"core_lib/aaa.py": "class Dense:\n    pass\n"})),
    ("COR101", "not_met", scratch({"core_lib/dense/__init__.py": ""})),
    ("COR101", "not_met", {path: data for path, data in scratch().items() if not path.startswith("core_lib/")}),
    ("COR101", "not_judged", scratch({"core_lib/dense.py": b"#" * 500_000})),
    ("COR102", "met", scratch()),
    ("COR102", "met", scratch({"2_BaselineModel/cnn.py": "import torch\n", "tests/test_peer.py": "import torch\n"})),
    ("COR102", "met", with_code("from tensorflow.keras.datasets import mnist\nimport torchmetrics_like")),
    ("COR102", "met", with_code("print('import torch')")),
    ("COR102", "not_met", with_code("!pip install torch\nimport torch.nn as nn")),
    ("COR102", "not_met", with_code("%%time\nfrom tensorflow import keras")),
    ("COR102", "not_met", with_code("import importlib\nimportlib.import_module('jax')")),
    ("COR102", "not_met", with_code("from sklearn.neural_network import MLPClassifier")),
    ("COR102", "not_met", scratch({"train.py": "print 'old'\nimport keras, numpy\n"})),
    ("COR102", "not_met", scratch({"core_lib/fast.py": "import torch\n"})),
    ("COR102", "not_judged", {"README.md": "# x", "3_Model/README.md": "nothing"}),
    ("COR103", "met", scratch()),
    ("COR103", "met", scratch({"layers/twice.py": None})),
    ("COR103", "met", scratch({"tests/test_twice.py": CONTRACT, "layers/__init__.py": ""})),
    ("COR103", "met", scratch({"layers/loss.py": LAYER.replace("(Layer)", "").replace("Twice", "OurLoss"),
                               "tests/test_loss.py": "from layers import loss\ncheck_loss(loss.OurLoss(), z, y)\n"})),
    ("COR103", "not_met", scratch({"tests/test_twice.py": None})),
    ("COR103", "not_met", scratch({"tests/test_twice.py": "from layers.twice import Twice\nassert Twice()\n"})),
    ("COR103", "not_met", scratch({"layers/thrice.py": "from layers.twice import Twice\nclass Thrice(Twice):\n    n = 3\n"})),
    ("COR103", "not_met", with_code(LAYER.replace("Twice", "Other"))),
    ("COR103", "not_met", scratch({"core_lib/other.py": LAYER.replace("Twice", "Other")})),
    ("COR103", "not_judged", scratch({"our_models.py": "class Net(:\n"})),
    ("RES101", "met", scratch()),
    ("RES101", "not_met", scratch({"results/network.json": None})),
    ("RES101", "not_met", scratch({"results/history.json": "{"})),
    ("RES101", "not_met", scratch({"results/history.json": '{"epochs": [1], "series": {"a": [1, 2]}}'})),
    ("RES101", "not_met", scratch({"results/metrics.json": metrics(value="98 %")})),
    ("RES101", "not_met", scratch({"results/metrics.json": metrics(value=0.99)})),
    ("RES101", "not_met", scratch({"results/metrics.json": metrics(best_model="another")})),
    ("RES101", "not_met", scratch({"results/metrics.json": metrics(confusion_matrix={"labels": ["a"], "counts": [[1, 2]]})})),
    ("RES102", "met", scratch()),
    ("RES102", "not_met", scratch({"results/metrics.json": metrics(value=0.953)})),
    ("RES102", "not_judged", scratch({"results/metrics.json": None})),
    ("RES102", "not_judged", scratch({"README.md": "# x"})),
    ("RES103", "met", scratch()),
    ("RES103", "met", scratch({"results/metrics.json": None, "project.toml": PROJECT + "[results]\nvalue = 0.9\nbaseline_value = 0.8\n"})),
    ("RES103", "met", scratch({"results/metrics.json": None, "3_Model/README.md": "| Model | F1 |\n|---|---|\n| Baseline | 0.8 |\n| MLP | 0.9 |\n"})),
    ("RES103", "not_met", scratch({"results/metrics.json": metrics(baseline_value=None)})),
    ("RES103", "not_met", scratch({"results/metrics.json": None})),
    ("RES103", "not_met", scratch({"results/metrics.json": None, "3_Model/README.md": "| Model | F1 |\n|---|---|\n| MLP | 0.9 |\n"})),
    ("TRN101", "met", scratch()),
    ("TRN101", "met", with_code("np.random.seed(1)\nx = np.random.rand(3)\nmodel.fit(x)")),
    ("TRN101", "met", with_code("fit(net, data, seed=SEED)")),
    ("TRN101", "not_met", with_code("rng = np.random.default_rng()\nmodel.fit(x)")),
    ("TRN101", "not_met", with_code("rng = np.random.default_rng(time.time())\nmodel.fit(x)")),
    ("TRN101", "not_met", with_code("w = np.random.randn(3)\nmodel.fit(x, seed=0)")),
    ("TRN101", "not_met", with_code("train_test_split(x, random_state=None)\nmodel.fit(x)")),
    ("TRN101", "not_met", with_code("model.fit(x)")),
    ("TRN101", "not_judged", with_code("print(1)")),
    ("TRN101", "not_met", {**with_code("model.fit(x)"), EXPLORATION: notebook(code("rng = np.random.default_rng(0)"))}),
    ("TRN101", "met", {**with_code("model.fit(x, seed=0)"), EXPLORATION: notebook(code("x.sample(random_state=None)"))}),
    ("TRN102", "met", scratch()),
    ("TRN102", "met", with_code(SCALED_AFTER)),
    ("TRN102", "met", with_code("def main():\n    prepare(split())\n    train, test = load()\n    Trainer(n).fit(train)\nmain()")),
    ("TRN102", "met", with_code("names = LabelEncoder().fit_transform(y)\n" + SCALED_AFTER)),
    ("TRN102", "not_met", with_code(SCALED_FIRST)),
    ("TRN102", "not_met", with_code("X = (X - X.mean(axis=0)) / X.std(axis=0)\nparts = data.split(0.7, 0.3)\nmodel.fit(parts[0])")),
    ("TRN102", "not_met", with_code("def scale(x):\n    return StandardScaler().fit_transform(x)\nX = scale(X)\nX_train, X_test = X[:9], X[9:]\nmodel.fit(X_train)")),
    ("TRN102", "not_met", with_code("x_train, x_test = cut(x)\nscaler = MinMaxScaler()\nscaler.fit(x_test)\nmodel.fit(x_train)")),
    ("TRN102", "not_judged", with_code("model.fit(X, y)")),
    ("TRN102", "not_judged", with_code("print(1)")),
    ("REP803", "met", scratch({"data/digits.csv": b"1\n"})),
    ("REP803", "not_met", scratch({"data/digits.csv": BIG})),
    ("REP803", "not_met", scratch({f"data/{n}.png": b"x" * 2_500_001 for n in range(4)})),
    ("SEC101", "met", scratch()),
    ("SEC101", "met", with_code("tokenizer = 'distilbert-base-uncased-finetuned-sst-2'\npad_token='[PAD]'\npassword = getpass()")),
    ("SEC101", "met", scratch({"config.py": "API_KEY = 'your-api-key-goes-here-1234'\nkey = os.environ['KEY']\nhash = 'd41d8cd98f00b204e9800998ecf8427e'"})),
    ("SEC101", "not_met", with_code(f"login(token='{HF}')")),
    ("SEC101", "not_met", scratch({"README.md": f"git clone https://{TOKEN}@git.example.org/a/b"})),
    ("SEC101", "not_met", scratch({".env": f"AWS_ACCESS_KEY_ID={AWS}\n"})),
    ("SEC101", "not_met", scratch({"config.py": "db_password = 'k9!vTr2#pL'\n"})),
    ("SEC101", "not_met", scratch({"config.py": "api_key = 'Zk39fQpL71mXv8RtYw24'\n"})),
    ("SEC101", "not_met", scratch({"id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq9sVh3n0p4Q2kz8Lx\n"})),
    ("SEC101", "not_met", scratch({EXPLORATION: notebook(markdown("# x"), code("p()", {
        "output_type": "stream", "name": "stdout", "text": ["connected\n", f"with {TOKEN}\n"]}, count=1))})),
    ("TEA101", "met", scratch()),
    ("TEA101", "not_met", scratch({"project.toml": PROJECT.replace("[template]", "".join(
        f'[[project.members]]\nname = "{n}"\n' for n in "CDE") + "[template]")})),
    ("TEA101", "not_judged", scratch({"project.toml": None})),
    ("TEA101", "not_judged", scratch({"project.toml": '[project]\ntitle = "x"\n'})),
]  # fmt: skip


@table(CASES)
def test_rule(tmp_path: Path, code: str, status: str, files: Files) -> None:
    found = scratch_finding(tmp_path, code, files)
    assert found.status == status, found.message
    assert found.message
    assert bool(found.hint) == (status == "not_met")
    assert "rule failed" not in found.message


@pytest.mark.parametrize(
    ("path", "old", "new", "name"),
    [
        ("dense.py", "    def backward(self", "    def backwards(self", "missing: Dense.backward"),
        ("dense.py", "class Dense(", "class Dens(", "missing: Dense"),
        ("dense.py", "class Dense(", "class Dense((", "no Python that can be read: dense.py"),
        ("activations.py", "def softmax(", "def softmax(unused, ", "changed: softmax"),
        ("gradient_check.py", "def _rewinder(layer", "def _rewinder(a_layer", "check_layer (_rewinder)"),
        ("data.py", "class Dataset", "def len(x):\n    return 0\n\n\nclass Dataset", "Dataset (len)"),
        ("dense.py", "    def forward(self", "    def predict(self, x):\n        return x\n\n    def forward(self", "Dense.predict"),
    ],
)  # fmt: skip
def test_what_was_changed_is_named(tmp_path: Path, path: str, old: str, new: str, name: str) -> None:
    text = core_files()[f"core_lib/{path}"].decode()
    assert old in text
    found = scratch_finding(tmp_path, "COR101", scratch({f"core_lib/{path}": text.replace(old, new, 1)}))
    assert found.status == "not_met"
    assert name in found.message
    assert found.locations[0].path == f"core_lib/{path}"


def test_a_line_for_editors_or_one_more_import_is_no_change(tmp_path: Path) -> None:
    more = INIT.replace(
        "    from core_lib.dense import *",
        "    from core_lib.ours import *\n    from core_lib.dense import *",
    )
    wider = DENSE.replace("import numpy as np", "import math\nimport numpy as np")
    found = scratch_finding(
        tmp_path, "COR101", scratch({"core_lib/__init__.py": more, "core_lib/dense.py": wider})
    )
    assert (found.status, found.message.startswith("extended")) == ("met", True)


def test_a_version_in_the_repository_does_not_decide_what_is_intact(tmp_path: Path) -> None:
    """Whoever changes core_lib and writes another version into project.toml gains nothing."""
    files = scratch({"core_lib/dense.py": DENSE.replace("return ", "return 2 * ", 1),
                     "project.toml": PROJECT.replace("core_version = \"", "core_version = \"0")})  # fmt: skip
    assert scratch_finding(tmp_path, "COR101", files).status == "not_met"


def test_the_version_that_a_project_began_with_is_looked_up_among_the_released_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = {**core_files(), "core_lib/dense.py": DENSE.replace("return ", "return 2 * ", 1).encode()}
    monkeypatch.setattr("coursekit.git.released.released_core", {"0ld": older}.get)
    files = {
        **scratch({"project.toml": '[project]\ntitle = "x"\n[template]\ncore_version = "0ld"\n'}),
        **older,
    }
    found = scratch_finding(tmp_path, "COR101", files)
    assert (found.status, found.message) == ("met", "as it came, version 0ld")


def test_the_complete_example_meets_everything(tmp_path: Path) -> None:
    example = asset("past_projects") / "handwritten-digits"
    own = {
        path.relative_to(example).as_posix(): path.read_bytes()
        for path in example.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    found = check_path(write(tmp_path, {**own, **core_files()}), profile="from-scratch")
    assert {f.code: f.message for f in found.findings if f.status != "met"} == {}
    assert found.exit_code == 0


@pytest.mark.parametrize(("metric", "code"), [("value", "RES102"), ("baseline_value", "RES102")])
def test_a_complete_example_with_old_results_is_told_apart(tmp_path: Path, metric: str, code: str) -> None:
    """Results of another run, beside the README and slides of this one."""
    example = asset("past_projects") / "handwritten-digits"
    results = json.loads((example / "results" / "metrics.json").read_text(encoding="utf-8"))
    name = results["best_model" if metric == "value" else "baseline_model"]
    results[metric] = next(m for m in results["models"] if m["name"] == name)["metrics"]["accuracy"] = 0.8532
    del results["confusion_matrix"]
    own = {name: (example / name).read_bytes() for name in ("README.md", "project.toml", "3_Model/README.md")}
    files = {**own, "results/metrics.json": json.dumps(results)}
    found = scratch_finding(tmp_path, code, files)
    assert {place.path for place in found.locations} == set(own)
    assert "85.3" in found.message


def test_a_secret_is_never_printed(tmp_path: Path) -> None:
    root = write(tmp_path, scratch({".env": f"A={AWS}\n", "x.py": f"t = '{TOKEN}'\n"}))
    found = check_path(root, profile="from-scratch")
    said = str(found.as_dict())
    assert "GitHub Token" in said
    assert TOKEN not in said
    assert AWS not in said


def test_places_of_secrets_and_frameworks_are_lines_and_cells(tmp_path: Path) -> None:
    files = scratch({"x.py": f"import os\nt = '{TOKEN}'\n", **{
        path: content for path, content in with_code("import os\nimport torch").items() if path.endswith("evaluation.ipynb")}})  # fmt: skip
    secret = scratch_finding(tmp_path, "SEC101", files).locations[0]
    assert (secret.path, secret.line, secret.cell) == ("x.py", 2, None)
    place = scratch_finding(tmp_path, "COR102", files).locations[0]
    assert (place.line, place.cell) == (2, 2)


def test_what_is_read_as_python_is_never_run(tmp_path: Path) -> None:
    write(tmp_path, scratch({"train.py": TRAIN + "\nopen('PWNED', 'w')\nraise SystemExit\n"}))
    check_path(tmp_path, profile="from-scratch")
    assert not (tmp_path / "PWNED").exists()


BOMBS = {
    "unary": "-" * 300_000 + "1", "sum": "1" + "+1" * 150_000, "calls": "a" + "()" * 150_000, "elif": "if a:\n pass\n" + "elif a:\n pass\n" * 20_000,
    "lambda": "lambda:" * 50_000 + "1", "brackets": "(" * 100_000, "nul": "a\0b", "surrogate": "a = '\\ud800'", "magic": "%" * 300_000 + "?" * 1000,
    "long": "x=1;" * 100_001, "names": " " * 200_000 + "=!", "deep": "".join(" " * n + "if a:\n" for n in range(99)) + " " * 99 + "pass",
    "sum in core": "x = 1" + " + 1" * 900,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS)
def test_a_bomb_for_the_parser_costs_a_finding(tmp_path: Path, source: str) -> None:
    files = scratch({"bomb.py": source, "core_lib/dense.py": source, "tests/test_bomb.py": source,
                     "3_Model/b.ipynb": notebook(code(source))})  # fmt: skip
    found = check_path(write(tmp_path, files), profile="from-scratch")
    assert not any("rule failed" in finding.message for finding in found.findings)


def test_helpers_among_the_tests_count_as_part_of_them(tmp_path: Path) -> None:
    files = scratch(
        {
            "tests/test_twice.py": "import cases\nfrom core_lib import check_layer\n",
            "tests/cases.py": "from layers.twice import Twice\n",
        }
    )
    assert scratch_finding(tmp_path, "COR103", files).status == "met"


def test_the_profile_takes_what_the_other_one_asks_for() -> None:
    from coursekit.checker.profile import load_profile

    base, ours = load_profile("opencampus-ml"), load_profile("from-scratch")
    assert {one.code for one in base.requirements} < {one.code for one in ours.requirements}
    assert ours.milestones == base.milestones
    assert next(one for one in ours.requirements if one.code == "ENV701").level == "required"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('extends = "opencampus-m"', "Did you mean 'opencampus-ml'"),
        ('extends = "from-scratch"', "Extend that one"),
        ('extends = "x.toml"', "There are:"),
    ],
)
def test_a_profile_extends_a_built_in_one_that_is_whole(tmp_path: Path, text: str, said: str) -> None:
    from coursekit.checker.profile import load_profile
    from coursekit.errors import InputError

    path = tmp_path / "mine.toml"
    path.write_text(f'name = "mine"\ntitle = "Mine"\n{text}\n', encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_profile(str(path))
    assert said in error.value.hint


def test_a_submission_is_opened_with_the_code_found_once(tmp_path: Path) -> None:
    from coursekit.evidence.code import code as python

    found = open_submission(
        write(tmp_path, scratch({"venv/lib/x.py": "import torch\n", "b.py": b"\xff"}))
    ).once(python)
    assert found.core == "core_lib"
    assert "venv/lib/x.py" not in {file.path for file in found.files}
    assert {file.path for file in found.files if file.test} == {"tests/test_twice.py"}
