"""The profile opencampus-2021: INFO.md and the folders code, preview and resources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from coursekit.checker import Check, check_path
from coursekit.evidence.info import info
from coursekit.submission import open_submission
from tests.building import notebook, png, write
from tests.checker.judging import Case, Files, table

INFO = """\
the title of the project. It will be copied
## title: `Reading digits`
short description, not more than 200 characters
## description: `A small network reads handwritten digits.`
## students: `Ada Beispiel, Ben Muster`
## contact information:
Ada: ada@example.org
## course: `Deep Learning from Scratch`
semester and year in the form "SoSe2021" or "WiSe2122"
## semester: SoSe2021
### data:
The digits of scikit-learn
### website:
no website
"""


def project(changes: Mapping[str, str | bytes | None] | None = None) -> dict[str, str | bytes]:
    """A project that meets everything, with some files changed; None removes one."""
    files: dict[str, str | bytes | None] = {
        "INFO.md": INFO,
        "code/Project_Notebook.ipynb": notebook(),
        "preview/digits.png": png(400, 300),
        "resources/slides.pdf": b"%PDF-1.7",
        **(changes or {}),
    }
    return {name: data for name, data in files.items() if data is not None}


def judged(root: Path, files: dict[str, str | bytes]) -> Check:
    return check_path(write(root, files), profile="opencampus-2021")


def test_a_project_as_asked_for_meets_everything(tmp_path: Path) -> None:
    found = judged(tmp_path, project())
    assert {f.code: f.message for f in found.findings if f.status.value != "met"} == {}
    assert found.exit_code == 0


def test_an_empty_folder_with_the_form_meets_nothing_but_the_sizes(tmp_path: Path) -> None:
    found = judged(tmp_path, {"INFO.md": "", "x.txt": "x"})
    assert {f.code for f in found.findings if f.status.value == "met"} == {"FOL205", "FOL206"}
    assert all(f.hint for f in found.findings if f.status.value == "not_met")


CODES = [f"INF{n}" for n in range(101, 109)] + [f"FOL{n}" for n in range(201, 207)]
CASES: list[Case] = [
    *((code, "met", project()) for code in CODES),
    ("INF105", "not_met", project({"INFO.md": INFO.replace("`Deep Learning from Scratch`", "")})),
    ("INF101", "not_met", project({"INFO.md": INFO.replace("`Reading digits`", "``").replace("the title of the project. It will be copied\n", "")})),
    ("INF101", "met", project({"INFO.md": INFO.replace("## title: `Reading digits`\n", "").replace("the title of the project. It will be copied", "# Reading digits")})),
    ("INF102", "not_met", project({"INFO.md": INFO.replace("A small network", "A small network " * 20)})),
    ("INF102", "met", project({"INFO.md": INFO.replace("## description: `A small network reads handwritten digits.`", "## Beschreibung:\nEin kleines Netz.")})),
    ("INF103", "not_met", project({"INFO.md": INFO.replace("## students: `Ada Beispiel, Ben Muster`\n", "")})),
    ("INF104", "not_met", project({"INFO.md": INFO.replace("Ada: ada@example.org", "none")})),
    ("INF106", "met", project({"INFO.md": INFO.replace("SoSe2021\n###", "`WiSe2122`\n###")})),
    ("INF106", "met", project({"INFO.md": INFO.replace("SoSe2021\n###", "WiSe9900\n###")})),
    ("INF106", "not_met", project({"INFO.md": INFO.replace("SoSe2021\n###", "WiSe2123\n###")})),
    ("INF106", "not_met", project({"INFO.md": INFO.replace("SoSe2021\n###", "Summer 2021\n###")})),
    ("INF107", "not_met", project({"INFO.md": INFO.replace("The digits of scikit-learn", "")})),
    ("INF108", "met", project({"INFO.md": INFO.replace("no website", "None")})),
    ("INF108", "not_met", project({"INFO.md": INFO.replace("### website:\nno website\n", "")})),
    ("FOL201", "met", project({"code/Project_Notebook.ipynb": None, "code/src/train.py": "x"})),
    ("FOL201", "not_met", project({"code/Project_Notebook.ipynb": None, "code/README.md": "x"})),
    ("FOL201", "not_met", project({"code/Project_Notebook.ipynb": None, "code/.ipynb_checkpoints/x.ipynb": "x"})),
    ("FOL202", "not_met", project({"preview/digits.png": None, "preview/placeholder.png": png(9, 9)})),
    ("FOL202", "not_met", project({"preview/digits.png": None, "preview/README.md": "x"})),
    ("FOL203", "not_met", project({"preview/digits.png": png(100, 721)})),
    ("FOL203", "met", project({"preview/digits.png": png(100, 720)})),
    ("FOL203", "not_judged", project({"preview/digits.png": b"none"})),
    ("FOL203", "not_judged", project({"preview/digits.png": None})),
    ("FOL204", "not_met", project({"resources/slides.pdf": None})),
    ("FOL205", "not_met", project({"resources/slides.pdf": b"x" * 10_100_000})),
    ("FOL206", "not_met", project({"resources/train.csv": b"1,2\n" * 50_000})),
    ("FOL206", "met", project({"resources/example.csv": b"1,2\n"})),
]  # fmt: skip


@table(CASES)
def test_rule(tmp_path: Path, code: str, status: str, files: Files) -> None:
    one = next(f for f in judged(tmp_path, dict(files)).findings if f.code == code)
    assert one.status.value == status, one.message
    assert bool(one.hint) == (status == "not_met")


def test_quotes_that_are_never_closed_hold_what_follows(tmp_path: Path) -> None:
    text = "## title: `Digits`\n\n## description: `We train a model\non digits.\n\n## course: `x`\n"
    found = info(open_submission(write(tmp_path, {"INFO.md": text})))
    assert found.values["description"] == "We train a model on digits."


def test_the_platform_takes_a_file_a_public_link_and_a_large_image(tmp_path: Path) -> None:
    """The profile eduhub: slides on the web alone will not do, nor an address of one's own machine."""
    files: dict[str, str | bytes] = {
        "README.md": "# T\n\n## Repository Link\n\nhttps://git.example.org/g/x\n",
        "4_Presentation/slides.pdf": b"%PDF-1.7",
        "CoverImage/cover.png": png(800, 450),
    }
    assert check_path(write(tmp_path / "good", files), profile="eduhub").exit_code == 0
    bad: dict[str, str | bytes] = {
        "README.md": "# T\n\n## Repository Link\n\nhttp://localhost:3000/g/x\n",
        "4_Presentation/README.md": "[Slides](https://slides.example.org/x)",
        "CoverImage/cover.png": png(799, 450),
    }
    found = check_path(write(tmp_path / "bad", bad), profile="eduhub")
    assert {f.code: f.status.value for f in found.findings} == {
        "PRE601": "not_met", "PRE602": "not_judged", "DOC102": "not_met", "PRE604": "met", "PRE605": "not_met",
    }  # fmt: skip
