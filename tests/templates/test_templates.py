"""Every template, baked: nothing in it is broken, its own tests pass, its notebooks run, its core_lib is the one used."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from markdown_it import MarkdownIt
from PIL import Image

from coursekit.assets import asset
from coursekit.fingerprints import Fingerprints, prompts_in
from coursekit.model import Member
from coursekit.scaffold import new_project
from coursekit.templates import Template, all_templates, source_files

NAMES = [template.name for template in all_templates()]
FOLDERS = {
    "0_LiteratureReview": None,
    "1_DatasetCharacteristics": "exploratory_data_analysis.ipynb",
    "2_BaselineModel": "baseline_model.ipynb",
    "3_Model": "model_definition_evaluation.ipynb",
    "4_Presentation": None,
}
SECTIONS = {
    "1_DatasetCharacteristics": [
        *("Dataset overview", "Missing values", "Feature distributions", "Possible biases", "Correlations"),
    ],
    "2_BaselineModel": ["Model choice", "Feature selection", "Implementation", "Evaluation"],
    "3_Model": [
        *("Model selection", "Feature engineering", "Hyperparameter tuning"),
        *("Implementation", "Evaluation metrics", "Comparative analysis"),
    ],
}


def bake(target: Path, template: str) -> Path:
    return new_project(target, "Digits", [Member("Ada")], "", template).folder


@pytest.fixture(scope="module", params=NAMES)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bake(tmp_path_factory.mktemp("baked") / "project", request.param)


def run(*command: str | Path, cwd: Path, checkout_first: bool = True) -> str:
    """Run Python with the checkout of coursekit (which has a core_lib, too) on the path, as an editable install puts it."""
    hidden = {"PYTEST_ADDOPTS", "MPLBACKEND"}  # a backend that is set keeps plots out of notebooks
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment["PYTHONPATH"] = str(asset("core_lib").parent) if checkout_first else ""
    result = subprocess.run(
        [sys.executable, *map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def edit_core(project: Path) -> None:
    """Change the group's own copy so that its use can be seen."""
    file = project / "core_lib" / "__init__.py"
    file.write_text(file.read_text(encoding="utf-8") + '\nEDITED = "by us"\n', encoding="utf-8")


def notebooks(project: Path) -> list[Path]:
    return [project / folder / name for folder, name in FOLDERS.items() if name]


def test_there_is_what_a_project_needs(project: Path) -> None:
    for folder, notebook in FOLDERS.items():
        assert (project / folder / (notebook or "README.md")).is_file()
        assert (project / folder / "README.md").is_file()
    for name in (
        "README.md",
        "project.toml",
        "requirements.txt",
        "pyproject.toml",
        ".gitignore",
        ".gitattributes",
    ):
        assert (project / name).is_file()
    assert "-e ." in (project / "requirements.txt").read_text().splitlines()
    assert not (project / ".github").exists(), "no source to install coursekit from was stated"
    with Image.open(project / "CoverImage" / "cover_image.png") as image:
        assert image.size >= (800, 450)


def test_the_copy_of_core_lib_is_complete_and_clean(project: Path) -> None:
    ours = {p.relative_to(asset("core_lib")) for p in asset("core_lib").rglob("*.py")}
    assert {p.relative_to(project / "core_lib") for p in (project / "core_lib").rglob("*.py")} == ours
    assert not list(project.rglob("__pycache__"))


def test_lines_end_alike_and_nothing_is_left_of_the_template(project: Path) -> None:
    for path in project.rglob("*"):
        if path.is_file() and ".git" not in path.relative_to(project).parts:
            data = path.read_bytes()
            assert len(data) < 1_000_000
            if b"\0" not in data:
                assert b"\r" not in data, path
                assert b"cookiecutter" not in data, path
                assert "\ue000".encode() not in data, path


def test_every_link_points_to_something(project: Path) -> None:
    for path in project.rglob("*.md"):
        for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
            for inner in token.children or []:
                target = inner.attrGet("href") or inner.attrGet("src")
                if inner.type not in {"link_open", "image"} or str(target).startswith("http"):
                    continue
                there = (path.parent / unquote(str(target))).resolve()
                assert target, path
                assert there.name in {other.name for other in there.parent.iterdir()}, f"{path}: {target}"


def test_the_placeholders_link_to_nothing(project: Path) -> None:
    for folder in ("4_Presentation", "0_LiteratureReview"):
        assert "http" not in (project / folder / "README.md").read_text(encoding="utf-8")


def test_notebooks_are_valid_untouched_and_have_their_sections(project: Path) -> None:
    for path in notebooks(project):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
        assert re.findall(r"^## (.*)$", "\n".join(texts), re.MULTILINE) == SECTIONS[path.parent.name]
        assert all(prompts_in(text) for text in texts if text.startswith("## "))
        assert all(
            cell.execution_count is None and not cell.outputs
            for cell in notebook.cells
            if cell.cell_type == "code"
        )


def test_starter_work_is_known_as_such(project: Path) -> None:
    known = Fingerprints.of_templates()
    for path in notebooks(project):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                assert known.is_code_cell(cell.source)
                assert all(known.is_code_line(line) for line in cell.source.splitlines())
            else:
                assert all(known.is_prompt(prompt) for prompt in prompts_in(cell.source))
    for path in project.glob("*/README.md"):
        if path.parent.name != "core_lib":
            assert all(known.is_prompt(prompt) for prompt in prompts_in(path.read_text(encoding="utf-8")))
    assert known.is_file((project / "CoverImage" / "cover_image.png").read_bytes())
    assert not known.is_prompt("Our data are pictures of digits.")
    assert not known.is_code_line("my_own = 3")


def test_metadata() -> None:
    for template in all_templates():
        assert template.title
        assert template.description
        assert template.tags
    assert not {"common", "tabular"} & set(NAMES), "what is only a base cannot be chosen"
    for folder in asset("templates").glob("*/{{*}}"):
        assert (folder.parent / "template.toml").is_file()


@pytest.mark.parametrize("template", all_templates(), ids=lambda template: template.name)
def test_a_data_set_comes_with_its_source_and_licence(template: Template, tmp_path: Path) -> None:
    project = bake(tmp_path / "project", template.name)
    data = [path for path in (project / "data").iterdir() if path.name != "README.md"]
    text = " ".join((project / "data" / "README.md").read_text(encoding="utf-8").split())
    assert all(path.name in text for path in data)
    assert sum(path.stat().st_size for path in data) < 1_000_000
    assert bool(data) == (template.data is not None)
    if template.data:
        assert f"Licence: {template.data.license}" in text
        assert "Source: " in text
        assert template.data.source in text
        assert template.data.citation.split(" (")[0] in text


def test_no_file_stands_twice() -> None:
    seen: dict[bytes, Path] = {}
    for folder in asset("templates").glob("*/{{*}}"):
        for path in source_files(folder):
            data = path.read_bytes()
            assert data not in seen, f"{path} is {seen[data]}"
            seen[data] = path


@pytest.mark.slow
def test_its_own_tests_pass(project: Path) -> None:
    assert " passed" in run("-m", "pytest", "-q", cwd=project)


def test_a_script_and_the_tests_see_an_edit_of_the_copy(tmp_path: Path) -> None:
    project = bake(tmp_path / "project", "blank")
    edit_core(project)
    (project / "train.py").write_text("import core_lib\nprint(core_lib.EDITED)\n")
    assert run(project / "train.py", cwd=tmp_path) == "by us\n"
    test = project / "tests" / "test_edit.py"
    test.write_text("import core_lib\n\ndef test_edit():\n    assert core_lib.EDITED == 'by us'\n")
    run("-m", "pytest", "-q", "tests/test_edit.py", "tests/test_setup.py", cwd=project)
    run("-m", "pytest", "-q", test, cwd=tmp_path)


@pytest.mark.slow
def test_a_layer_of_their_own_is_found_and_checked(tmp_path: Path) -> None:
    project = bake(tmp_path / "project", "blank")
    readme = (project / "layers" / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert code
    (project / "layers" / "square.py").write_text(code[1])
    assert "layers.square.Square] PASSED" in run("-m", "pytest", "-v", "-k", "Square", cwd=project)
    (project / "layers" / "square.py").write_text(code[1].replace("dy * 2.0", "dy * 3.0"))
    with pytest.raises(AssertionError, match="WRONG"):
        run("-m", "pytest", "-k", "Square", cwd=project)


@pytest.mark.slow
def test_installed_as_the_readme_says_it_comes_before_coursekit(tmp_path: Path) -> None:
    """In a fresh environment, also beside an editable install of coursekit, which puts its checkout on the path."""
    project = bake(tmp_path / "project", "blank")
    edit_core(project)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = next(
        path for path in (tmp_path / "venv").glob("*/python*") if path.name in {"python", "python.exe"}
    )
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, "--no-deps", "-e", project], check=True)
    subprocess.run([*install, "numpy"], check=True)
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert list(Path(site).glob("__editable__*.pth"))
    (Path(site) / "_coursekit_dl.pth").write_text(str(asset("core_lib").parent) + "\n")
    result = subprocess.run(
        [python, "-c", "import core_lib; print(core_lib.EDITED)"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert result.stdout == "by us\n", result.stderr
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True
    ).stdout
    assert status.split() == ["M", "core_lib/__init__.py"]


def test_the_packaging_file_is_valid(project: Path) -> None:
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["name"] == "project-digits"
