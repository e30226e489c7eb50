"""`coursekit report --lint`: what is found, where, and that nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.checker import check_path
from coursekit.evidence.slide_facts import slide_facts
from coursekit.model import Finding, Level, Location, Status, Text
from coursekit.report import Linted, build_report, lint_report, linted
from coursekit.report.compose import compose
from coursekit.report.contrast import contrast
from coursekit.report.deck import Code, Figure, Picture, Slide
from coursekit.report.lint import Found, Lint, Seen, all_lints
from coursekit.report.lints.limits import FileSize
from coursekit.report.lints.pictures import Contrast
from coursekit.report.lints.room import FontSize
from coursekit.report.material import says_something
from coursekit.report.section import find_sections
from coursekit.report.theme import DEFAULT
from coursekit.submission import open_submission
from tests.building import code, markdown, notebook, png
from tests.report import EPOCH, digits, plot, project, shown
from tests.report.slides_made import pdf, picture, pptx, text_box, title


@pytest.fixture(autouse=True)
def _epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def lint(root: Path, files: dict[str, str | bytes] | None = None, **options: object) -> Linted:
    return lint_report(project(root, {**digits(), **(files or {})}), **options)  # type: ignore[arg-type]


def found(made: Linted, code_: str) -> list[tuple[str, list[Location]]]:
    return [
        (f.message, list(f.locations))
        for f in made.findings
        if f.code == code_ and f.status is Status.NOT_MET
    ]


def talk(*slides: str) -> dict[str, str | bytes]:
    return {"4_Presentation/talk.pptx": pptx(slides)}


def test_every_lint_has_its_words_in_both_languages() -> None:
    assert len(all_lints()) >= 8
    for one in all_lints():
        for text in (one.title, one.hint):
            assert text.en
            assert text.de
            assert text.en != text.de


def test_a_finished_project_has_little_to_mend_and_nothing_is_written(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    made = lint_report(root)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert made.exit_code == 0
    assert {finding.code for finding in made.of(Status.NOT_MET)} <= {"SLD301"}


def test_prompts_of_a_template_are_found_in_readmes_notebooks_and_slides(tmp_path: Path) -> None:
    made = lint(
        tmp_path,
        {
            "0_LiteratureReview/README.md": "# Literature\n\n\n- [Title of Source 1]\n",
            "3_Model/model_definition_evaluation.ipynb": notebook(
                markdown("# Model"),
                markdown("[Implement the final model(s) you've selected based on the above steps.]"),
            ),
            **talk(title("Lorem ipsum dolor")),
        },
    )
    places = [place for _, locations in found(made, "SLD101") for place in locations]
    assert places == [
        Location("0_LiteratureReview/README.md", 4),
        Location("3_Model/model_definition_evaluation.ipynb", cell=2),
        Location("4_Presentation/talk.pptx", slide=1),
    ]
    assert made.exit_code == 1


def test_numbers_that_the_results_contradict_are_those_that_check_finds(tmp_path: Path) -> None:
    readme = str(digits()["README.md"]).replace("97.5 %", "99.3 %")
    assert "99.3 %" in readme
    root = project(
        tmp_path, {**digits(), "README.md": readme, **talk(title("Our model reaches an accuracy of 98.9 %"))}
    )
    made = lint_report(root)
    (checked,) = [
        finding for finding in check_path(root, profile="from-scratch").findings if finding.code == "RES102"
    ]
    ours = [finding for finding in made.of(Status.NOT_MET) if finding.code == "RES102"]
    assert [finding.message for finding in ours] == [
        "says 99.3 %, results/metrics.json says 97.50 % (accuracy, MLP 64-64-10)",
        "says 98.9 %, results/metrics.json says 97.50 % (accuracy, MLP 64-64-10)",
    ]
    assert [finding.locations[0].slide for finding in ours] == [None, 1]
    assert checked.message == (
        "README.md says 99.3 %, results/metrics.json says 97.50 % (accuracy, MLP 64-64-10); 4_Presentation/talk.pptx, "
        "slide 1, says 98.9 %, results/metrics.json says 97.50 % (accuracy, MLP 64-64-10)"
    )
    assert made.exit_code == 1
    without = {name: content for name, content in digits().items() if not name.startswith("results/")}
    unknown = lint_report(project(tmp_path / "b", without))
    assert "RES102" in {finding.code for finding in unknown.of(Status.NOT_JUDGED)}
    assert "? RES102 Numbers agree (not judged)\n    there is no results/metrics.json" in unknown.as_text()


def test_a_slide_whose_text_was_cut_is_overfull(tmp_path: Path) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitänsmützen " * 40
    cells = [
        markdown("# Baseline\n\n## Evaluation\n\n" + long),
        code("plt.show()", shown(png=plot()), count=1),
    ]
    made = lint(tmp_path, {"2_BaselineModel/baseline_model.ipynb": notebook(*cells)})
    (message, (where,)) = found(made, "SLD201")[0]
    assert "was shortened to fit" in message
    assert where.slide is not None
    assert not where.path


def test_the_groups_own_slides_are_looked_into(tmp_path: Path) -> None:
    weak = text_box("grey", color="aaaaaa") + picture()
    full = text_box("word " * 170, size=1400)
    small = text_box("so very small that nobody further back can read it", size=900)
    made = lint(
        tmp_path, talk(weak, full, small, text_box("tiny", body='<a:normAutofit fontScale="50000"/>'))
    )
    assert found(made, "SLD302") == [
        ("“grey”: #aaaaaa on #ffffff has a contrast of 2.3", [Location("4_Presentation/talk.pptx", slide=1)])
    ]
    assert ("1 without an alt text: Picture 4", [Location("4_Presentation/talk.pptx", slide=1)]) in found(
        made, "SLD301"
    )
    assert [locations[0].slide for _, locations in found(made, "SLD201")] == [2, 4]
    assert [message for message, _ in found(made, "SLD202")] == [
        "9 points, below 12: “so very small that nobody further back can read it”"
    ]
    assert ("4 slides; the course's structure has 14 to 19", [Location("4_Presentation/talk.pptx")]) in found(
        made, "SLD401"
    )
    assert made.exit_code == 0


def test_our_own_pptx_would_pass_as_a_group_s(tmp_path: Path) -> None:
    (made,) = build_report(project(tmp_path / "g", digits()), to="pptx", output=tmp_path / "o").written
    found_ = lint(tmp_path / "h", {"4_Presentation/ours.pptx": made.read_bytes() + b"touched"})
    named = [finding for finding in found_.of(Status.NOT_MET) if finding.locations[0].path.endswith(".pptx")]
    assert named == []
    assert len(open_submission(tmp_path / "h").once(slide_facts)[0].slides) == 17


def test_the_foot_of_every_slide_may_be_small(tmp_path: Path) -> None:
    foot = text_box("our names and the course, in the foot of every slide", size=900)
    made = lint(tmp_path, talk(*[title(f"Slide {n}") + foot for n in range(14)]))
    assert found(made, "SLD202") == []


def test_a_pdf_with_pictures_that_is_not_tagged_has_no_alt_texts(tmp_path: Path) -> None:
    made = lint(tmp_path, {"4_Presentation/talk.pdf": pdf([[(30, f"Slide {n}")] for n in range(15)])})
    assert (
        "the PDF has 15 pictures and no alt texts: it is not tagged",
        [Location("4_Presentation/talk.pdf")],
    ) in found(made, "SLD301")
    assert found(made, "SLD401") == []


def test_slides_that_cannot_be_read_are_not_judged(tmp_path: Path) -> None:
    made = lint(tmp_path, {"4_Presentation/talk.pptx": b"PK broken"})
    (finding,) = made.of(Status.NOT_JUDGED)
    assert made.exit_code == 0
    assert (finding.code, finding.locations) == ("SLD401", (Location("4_Presentation/talk.pptx"),))
    assert "talk.pptx: its slides could not be read\n" in made.as_text()
    assert "? SLD401 Slides in each section (not judged)" in made.as_text()


def test_what_the_report_wrote_is_no_file_of_the_groups(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    before = lint_report(root).findings
    build_report(root)
    assert lint_report(root).findings == before


@pytest.mark.parametrize(
    ("alt", "fine"),
    [
        ("", False),
        ("image.png", False),
        ("Image", False),
        ("alt text", False),
        ("Abbildung 3", False),
        ("…", False),
        ("Loss per epoch", True),
        ("Verlust je Epoche", True),
        ("Image of a cat", True),
    ],
)
def test_which_alt_texts_say_something(alt: str, fine: bool) -> None:
    assert says_something(alt) == fine


def test_pictures_on_slides_need_an_alt_text_or_a_title_of_the_plot(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "1_DatasetCharacteristics/exploratory_data_analysis.ipynb": notebook(
            markdown("# Data\n\n## Overview\n\nOur data set has 1797 pictures of digits."),
            code("plt.plot(x)", shown(png=plot()), count=1),
            markdown(
                "## Distributions\n\nThe classes are balanced, as the picture shows.\n\n![image.png](bars.png)"
            ),
        ),
        "1_DatasetCharacteristics/bars.png": png(700, 500),
    }
    made = lint(tmp_path / "a", files)
    places = [place for _, locations in found(made, "SLD301") for place in locations]
    assert Location("1_DatasetCharacteristics/exploratory_data_analysis.ipynb", cell=2) in places
    better = {
        **files,
        "1_DatasetCharacteristics/exploratory_data_analysis.ipynb": notebook(
            markdown("# Data\n\n## Overview\n\nOur data set has 1797 pictures of digits."),
            code('plt.plot(x)\nplt.title("Brightness by pixel")', shown(png=plot()), count=1),
        ),
    }
    again = [
        place.path for _, locations in found(lint(tmp_path / "b", better), "SLD301") for place in locations
    ]
    assert "1_DatasetCharacteristics/exploratory_data_analysis.ipynb" not in again


def test_sections_with_too_few_slides_say_what_to_write(tmp_path: Path) -> None:
    made = lint_report(
        project(tmp_path, {"README.md": "# Cats\n\n## Description\n\nWe tell cats from dogs.\n"})
    )
    messages = [message for message, _ in found(made, "SLD401")]
    assert "Literature review: nothing found; slides planned: 1" in messages
    hints = [finding.hint for finding in made.of(Status.NOT_MET)]
    assert any("Name at least two sources" in hint for hint in hints)


def test_the_time_has_a_budget(tmp_path: Path) -> None:
    assert found(lint(tmp_path / "a"), "SLD402") == []
    made = lint(tmp_path / "b", minutes=10)
    assert found(made, "SLD402") == [("15 minutes planned, 10 allowed", [])]
    assert made.exit_code == 1


def test_files_over_25_mb(tmp_path: Path) -> None:
    root = project(tmp_path, digits())
    with (root / "4_Presentation/talk.ppt").open("wb") as file:
        file.truncate(26_340_000)
    made = lint_report(root, lang="de")
    assert found(made, "SLD403") == [("26,3 MB, mehr als 25", [Location("4_Presentation/talk.ppt")])]


def test_a_clone_without_its_large_files_leaves_their_size_open(tmp_path: Path) -> None:
    submission = open_submission(project(tmp_path, {**digits(), "4_Presentation/talk.ppt": b"x"}))
    entry = submission.files["4_Presentation/talk.ppt"]
    submission.files["4_Presentation/talk.ppt"] = replace(entry, size=None)
    deck = compose(submission, language="en", final=False)
    (one,) = FileSize().look(Seen(submission, deck, find_sections(), DEFAULT, 900))
    assert (one.open, one.location) == (True, Location("4_Presentation/talk.ppt"))


def test_pictures_that_make_the_deck_too_large(tmp_path: Path) -> None:
    submission = open_submission(project(tmp_path, digits()))
    deck = compose(submission, language="en", final=False)
    figure = Figure(Picture(b"x" * 20_000_000, "image/png", 900, 600), "Errors per class")
    large = replace(deck, slides=(*deck.slides, Slide("Large", (figure,))))
    (one,) = FileSize().look(Seen(submission, large, find_sections(), DEFAULT, 900))
    assert one.message.de == "allein die Bilder der Folien haben 20 MB"
    assert one.location == Location("", slide=len(large.slides))


def test_small_letters_of_the_deck(tmp_path: Path) -> None:
    submission = open_submission(project(tmp_path, digits()))
    deck = compose(submission, language="en", final=False)
    small = replace(deck, slides=(Slide("Code", (Code("x = 1\ny = 2", size=10.5),), size=20.0),))
    (one,) = FontSize().look(Seen(submission, small, find_sections(), DEFAULT, 900))
    assert (one.message.en, one.message.de) == (
        "10.5 points, below 12: “x = 1”",
        "10,5 Punkt, unter 12: „x = 1“",
    )


def test_colors_of_an_instructor_without_enough_contrast(tmp_path: Path) -> None:
    assert all(contrast(one, other) >= needed for _, _, one, other, needed in DEFAULT.pairs())
    submission = open_submission(project(tmp_path, digits()))
    deck = compose(submission, language="en", final=False)
    seen = Seen(submission, deck, find_sections(), replace(DEFAULT, muted="#c0c0c0"), 900)
    messages = [one.message.en for one in Contrast().look(seen)]
    assert messages[0] == "the theme's muted (#c0c0c0) on page (#ffffff) has a contrast of 1.8, less than 4.5"


def test_contrast_is_reckoned_as_the_guidelines_say() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#0b6573", "#0b6573") == 1


def test_a_lint_that_fails_ends_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Lint):
        code, title, hint, level = "SLD999", Text("Broken", "Kaputt"), Text("Mend", "Mach"), Level.ADVISED

        def look(self, seen: Seen) -> Iterator[Found]:
            raise ZeroDivisionError

    monkeypatch.setattr(linted, "all_lints", lambda: (*all_lints(), Broken()))
    made = lint(tmp_path)
    assert made.exit_code == 2
    assert made.findings[-1].message.startswith("the lint failed: ZeroDivisionError in look")
    assert "This is a bug in coursekit" in made.as_text()


def test_two_lints_with_one_code_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from coursekit.report import lints
    from coursekit.report.lints import limits

    monkeypatch.setattr(limits.Time, "code", "SLD101")
    all_lints.cache_clear()
    with pytest.raises(TypeError, match="two lints have the code SLD101"):
        all_lints()
    monkeypatch.undo()
    all_lints.cache_clear()
    assert lints.__path__


def test_a_bare_repository_is_read_too_and_its_problems_are_told(tmp_path: Path) -> None:
    made = lint(tmp_path, {"3_Model/broken.ipynb": "{"})
    assert made.exit_code == 2
    assert made.as_dict()["summary"]["problems"][0]["path"] == "3_Model/broken.ipynb"
    assert "! 3_Model/broken.ipynb: could not be read as it should" in made.as_text()


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_reads_like_check(tmp_path: Path, snapshot: object, language: str) -> None:
    files = {
        "0_LiteratureReview/README.md": "# Literature\n\n" + "- [Title of Source 1]\n" * 11,
        "project.toml": "",
        **talk(text_box("grey", color="aaaaaa") + picture(), text_box("word " * 170, size=1400)),
    }
    made = lint(tmp_path / "g", {**files, "project.toml": digits()["project.toml"]}, lang=language)
    assert made.as_text() == snapshot


def test_findings_have_the_form_of_a_check(tmp_path: Path) -> None:
    made = lint(tmp_path, talk(picture()))
    first = made.as_dict()["findings"][0]
    assert set(first) == {
        "code",
        "title",
        "status",
        "level",
        "milestone",
        "due",
        "message",
        "hint",
        "locations",
    }
    assert all(isinstance(finding, Finding) for finding in made.findings)
    places = [place for finding in made.as_dict()["findings"] for place in finding["locations"]]
    assert {"path": "4_Presentation/talk.pptx", "line": None, "cell": None, "slide": 1} in places
