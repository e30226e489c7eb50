"""The package itself: what it exports and imports, and what its README promises."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core_lib

ROOT = Path(core_lib.__file__).parent


def imported_packages(nodes: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found


MODULES = sorted(info.name for info in pkgutil.iter_modules(core_lib.__path__))


class TestPackage:
    def test_all_public_names_are_found(self) -> None:
        assert {"Dense", "Trainer", "random_search", "CoreLibError"} <= set(dir(core_lib))
        assert {"Dense", "Trainer"} <= set(core_lib.__all__)
        assert "np" not in core_lib.__all__
        with pytest.raises(ImportError):
            from core_lib import NoSuchLayer  # noqa: F401

    @pytest.mark.parametrize("name", MODULES)
    def test_a_module_is_short_explained_and_imports_only_numpy(self, name: str) -> None:
        text = (ROOT / f"{name}.py").read_text(encoding="utf-8")
        assert len(text.splitlines()) < 400
        assert text.startswith('"""')
        tree = ast.parse(text)
        allowed = {"core_lib", "numpy"} | set(sys.stdlib_module_names)
        # what is optional is imported where it is needed, inside of a function
        optional = {"PIL", "threadpoolctl"}
        assert imported_packages(tree.body) <= allowed
        assert imported_packages(ast.walk(tree)) <= allowed | optional

    @pytest.mark.parametrize("name", MODULES)
    def test_each_module_is_in_the_reading_order(self, name: str) -> None:
        assert f"`{name}.py`" in (ROOT / "README.md").read_text(encoding="utf-8")

    def test_no_module_hides_a_name(self) -> None:
        """After ``import core_lib.x`` the attribute x of core_lib is the module, whatever else is called x."""
        assert not set(MODULES) & set(core_lib.__all__)

    @pytest.mark.parametrize("name", MODULES)
    def test_examples_in_docstrings(self, name: str) -> None:
        module = importlib.import_module(f"core_lib.{name}")
        assert doctest.testmod(module, extraglobs={"np": np}).failed == 0

    def test_one_module_alone_imports_little(self) -> None:
        code = "import sys; from core_lib.dense import Dense; print('core_lib.training' in sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent
        )
        assert done.stdout.strip() == "False"

    def test_a_new_module_is_found_without_being_listed(self, tmp_path: Path) -> None:
        import shutil

        shutil.copytree(ROOT, tmp_path / "core_lib", ignore=shutil.ignore_patterns("__pycache__"))
        (tmp_path / "core_lib" / "mine.py").write_text(
            "from core_lib.base import Layer\n\n\nclass Mine(Layer):\n    pass\n", encoding="utf-8"
        )
        code = "from core_lib import Mine; print(Mine.__module__)"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        assert done.stdout.strip() == "core_lib.mine"

    def test_the_readme_runs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """All code blocks of the README, one after the other."""
        monkeypatch.chdir(tmp_path)
        rng = np.random.default_rng(0)
        centers = rng.standard_normal((10, 64)) * 2
        labels = np.arange(400) % 10
        names: dict[str, Any] = {name: getattr(core_lib, name) for name in core_lib.__all__}
        names |= {"X": centers[labels] + rng.standard_normal((400, 64)), "labels": labels}
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        assert len(blocks) >= 5
        for block in blocks:
            if "loss.forward(z, y)" in block:
                names |= {
                    "loss": core_lib.SoftmaxCrossEntropy(),
                    "optimizer": core_lib.SGD(),
                    "x": names["train"].x,
                    "y": names["train"].y,
                }
            exec(compile(block, "README.md", "exec"), names)
        assert names["trainer"].evaluate(names["test"])["accuracy"] > 0.9
        assert (tmp_path / "results" / "metrics.json").is_file()
