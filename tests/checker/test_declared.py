"""Requirements without code, stated in a profile."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfWriter

from coursekit.checker import Check, check, load_profile
from coursekit.checker.explain import explain
from coursekit.errors import InputError
from coursekit.evidence.pages import count_slides
from coursekit.submission import open_submission
from tests.building import markdown, notebook, write

HEAD = 'name = "own"\ntitle = "Own"\nmilestones = ["a"]\n'


def profile(root: Path, requires: str, more: str = "", code: str = "OWN901") -> Path:
    path = root / "own.toml"
    text = f'[[requirements]]\ncode = "{code}"\nlevel = "required"\nmilestone = "a"\n{more}\nrequires = {{ {requires} }}\n'
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def judged(root: Path, requires: str, files: dict[str, str | bytes], language: str = "en") -> Check:
    submission = open_submission(write(root / "group", {"README.md": "# x", **files}))
    return check(submission, load_profile(str(profile(root, requires))), language=language)


def pptx(slides: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(slides):
            archive.writestr(f"ppt/slides/slide{number + 1}.xml", "<p/>")
        archive.writestr("ppt/slides/_rels/slide1.xml.rels", "<p/>")
    return file.getvalue()


def odp(slides: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("content.xml", "<x>" + "<draw:page draw:name='a'/>" * slides + "</x>")
    return file.getvalue()


README = {
    "README.md": "# T\n\n## 3. Limitations\n\nIt fails on sevens.\n\n### Why\n\nToo few of them.\n\n## Team\n\nUs.\n"
}
BOOK = {"3_Model/x.ipynb": notebook(markdown("# Limitations\n\nNone known to us."))}


@pytest.mark.parametrize(
    ("requires", "files", "status"),
    [
        ('kind = "file", path = "TEAM.md"', {"TEAM.md": "x"}, "met"),
        ('kind = "file", path = "TEAM.md"', {"team.md": "x"}, "not_met"),
        ('kind = "file", path = "docs/*.md", least = 2', {"docs/a.md": "", "docs/b/c.md": ""}, "met"),
        ('kind = "file", path = "docs/*.md", least = 2', {"docs/a.md": ""}, "not_met"),
        ('kind = "heading", file = "README.md", text = "limitations"', README, "met"),
        ('kind = "heading", file = "README.md", text = "Ethics"', README, "not_met"),
        ('kind = "heading", file = "3_Model/*.ipynb", text = "Limitations"', BOOK, "met"),
        ('kind = "words", file = "README.md", under = "Limitations", least = 8', README, "met"),
        ('kind = "words", file = "README.md", under = "Limitations", least = 10', README, "not_met"),
        ('kind = "words", file = "README.md", least = 9', README, "met"),
        ('kind = "words", file = "3_Model/*.ipynb", least = 4', BOOK, "met"),
        ('kind = "words", file = "README.md", least = 1', {"README.md": "[Your Project Title Here]"}, "not_met"),
        ('kind = "slides", least = 2, most = 3', {"4_Presentation/a.pptx": pptx(3)}, "met"),
        ('kind = "slides", least = 2, most = 3', {"4_Presentation/a.pptx": pptx(4)}, "not_met"),
        ('kind = "slides", least = 2, most = 3', {"4_Presentation/a.odp": odp(2)}, "met"),
        ('kind = "slides", least = 2', {"4_Presentation/a.odp": b"PK none"}, "not_judged"),
        ('kind = "slides", least = 2', {}, "not_judged"),
        ('kind = "pattern", file = "*.md", text = "doi\\\\.org/10"', {"a.md": "x\nhttps://DOI.org/10.1/2"}, "met"),
        ('kind = "pattern", file = "*.md", text = "doi\\\\.org/10"', {"a.md": "doi-org/10"}, "not_met"),
    ],
)  # fmt: skip
def test_a_requirement_is_judged(
    tmp_path: Path, requires: str, files: dict[str, str | bytes], status: str
) -> None:
    found = judged(tmp_path, requires, files).findings[0]
    assert found.status.value == status, found.message
    assert bool(found.hint) == (status == "not_met")


def test_the_profiles_own_words_are_used_in_both_languages(tmp_path: Path) -> None:
    more = 'title = { en = "Team charter", de = "Teamvertrag" }\nhint = { en = "Write it." }'
    path = profile(tmp_path, 'kind = "file", path = "TEAM.md"', more)
    submission = open_submission(write(tmp_path / "g", {"README.md": "x"}))
    german = check(submission, load_profile(str(path)), language="de")
    assert (german.findings[0].title, german.findings[0].hint) == ("Teamvertrag", "Write it.")
    assert (german.judged, german.unruled) == (1, 0)
    told = explain("OWN901", str(path))
    assert (told.title, told.hint) == ("Team charter", "Write it.")


@pytest.mark.parametrize(
    ("requires", "code", "said"),
    [
        ('kind = "fille", path = "x"', "OWN901", "the kinds are file, heading"),
        ('kind = "file"', "OWN901", "path"),
        ('kind = "file", path = "x", most = 3', "OWN901", "most"),
        ('kind = "words", file = "x", least = "many"', "OWN901", "int"),
        ('kind = "pattern", file = "x", text = "("', "OWN901", "unterminated|missing"),
        ('kind = "file", path = "x"', "DOC101", "belongs to a rule"),
    ],
)
def test_a_wrong_profile_is_said_with_the_requirement(
    tmp_path: Path, requires: str, code: str, said: str
) -> None:
    with pytest.raises(InputError, match=said) as error:
        load_profile(str(profile(tmp_path, requires, code=code)))
    assert code in error.value.message
    assert error.value.hint


def test_pages_of_a_pdf_are_counted(tmp_path: Path) -> None:
    file = io.BytesIO()
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(100, 100)
    writer.write(file)
    pdf = file.getvalue()
    submission = open_submission(write(tmp_path, {"README.md": "x", "a.pdf": pdf, "b.pdf": b"%PDF-1.7 none"}))
    assert count_slides(submission, "a.pdf") == 3
    assert count_slides(submission, "b.pdf") is None
