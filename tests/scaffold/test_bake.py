"""What is baked is the template, and nothing that tools left beside it."""

from __future__ import annotations

import py_compile
import shutil
from pathlib import Path

from coursekit import templates
from coursekit.assets import asset
from coursekit.model import Member
from coursekit.scaffold import new_project


def test_what_an_installer_compiled_in_the_templates_is_not_baked(tmp_path: Path, monkeypatch) -> None:
    """pip compiles every Python file that it installs, those of the templates too."""
    installed = tmp_path / "templates"
    shutil.copytree(asset("templates"), installed)
    for path in installed.rglob("*.py"):
        py_compile.compile(str(path))
    assert list(installed.rglob("*.pyc"))
    monkeypatch.setattr(templates, "asset", lambda name: installed if name == "templates" else asset(name))
    clean = new_project(tmp_path / "p", "Title", [Member("Ada")], "", "blank")
    assert [name for name in clean.files if "__pycache__" in name or name.endswith(".pyc")] == []
    assert list((tmp_path / "p").rglob("*.pyc")) == []
