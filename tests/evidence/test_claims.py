"""What README, notebooks and slides say of the results, beside what the results files say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.checker import check_path
from coursekit.evidence.claims import Claim, claims
from coursekit.evidence.slide_texts import slide_texts
from coursekit.submission import open_submission
from tests.building import README, markdown, notebook, write
from tests.checker.scratch import PROJECT, metrics, scratch

MODEL = "3_Model/model_definition_evaluation.ipynb"


def pptx(*slides: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, text in enumerate(slides, 1):
            lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
            archive.writestr(f"ppt/slides/slide{number}.xml", f"<p:sld>{lines}</p:sld>")
    return file.getvalue()


def odp(*slides: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        pages = "".join(
            '<draw:page draw:name="p">' + "".join(f"<text:p><text:span>{line}</text:span></text:p>" for line in text.split("\n"))
            + "</draw:page>"
            for text in slides
        )  # fmt: skip
        archive.writestr("content.xml", f"<office:body>{pages}</office:body>")
    return file.getvalue()


def found(root: Path, changes: Mapping[str, str | bytes | None]) -> list[Claim]:
    # The README of the complete project says 97.5 %, the results 0.9751.
    return list(open_submission(write(root, scratch(changes))).once(claims).found)


def wrong(root: Path, changes: Mapping[str, str | bytes | None]) -> list[tuple[str, str]]:
    return [(claim.shown, claim.location.path) for claim in found(root, changes) if not claim.agrees]


def result(text: str) -> dict[str, str | bytes | None]:
    return {"README.md": README.replace("97.5 % on the test set", text)}


def model(text: str) -> dict[str, str | bytes | None]:
    return {MODEL: notebook(markdown("# Model"), markdown(text))}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        (result("98.1 % on the test set"), "98.1 %"),
        (result("98,1 % auf den Testdaten"), "98,1 %"),
        (result("0.98 accuracy"), None),
        (result("97.5 % (274 of 281; 95 % interval 95 to 99 %)"), None),
        (result("97.5 % (275 of 281)"), "275 of 281"),
        (result("97.5 %. The baseline, softmax regression, reaches 91 % (256)"), "91 %"),
        (result("97.5 %. The baseline, softmax regression, reaches 95.3 %"), None),
        (result("97.5 %, on new writers 91 %, and 88 % for the baseline"), None),
        (result("our network of 3 layers reads 99 % right"), "99 %"),
        (result("training accuracy 99 %, test accuracy 97.5 %"), None),
        (result("\n\n| Model | Accuracy |\n|---|---|\n| MLP 64-64-10 | 98.2 % |\n| Baseline | 95.3 % |"), "98.2 %"),
        (result("\n\n| | MLP 64-64-10 | softmax regression |\n|---|---|---|\n| Accuracy | 97.5 % | 94 % |\n| Seeds | 96 % | 1 % |"), "94 %"),
        (result("\n\n| Model | Train accuracy |\n|---|---|\n| MLP 64-64-10 | 99.9 % |"), None),
        (model("Our network reaches an accuracy of 98 %."), None),
        (model("Our network reaches an accuracy of 99 %."), "99 %"),
        (model("Unser Netz erreicht eine Genauigkeit von 99,1 %."), "99,1 %"),
        (model("Our network reaches an accuracy of 96.4 %."), None),  # a number of the history
        (model("Our network has a macro F1 of 0.99."), "0.99"),
        (model("Our network has a training accuracy of 99.9 %."), None),
        (model("LeNet-5 reaches an accuracy of 99.2 % (LeCun et al.)."), None),
        (model("Our model should reach an accuracy of 99 %."), None),
        (model("With a learning rate of 0.01 our network is slow."), None),
        (model("Of all pictures our network reads 274 of 281 correctly."), None),
        (model("Our network reads 270 of 281 correctly."), "270 of 281"),
        (model("8 of 281 pictures are read only by our network."), None),
        ({"project.toml": PROJECT + "[results]\nmetric = 'accuracy'\nvalue = 0.99\nbaseline_value = 0.953\n"}, "0.99"),
        ({"project.toml": PROJECT + "[results]\nmetric = 'accuracy'\nvalue = 0.975\nbaseline_value = 0.953\n"}, None),
        ({"4_Presentation/s.pptx": pptx("Digits", "Results\nAccuracy: 99 %\nThank you")}, "99 %"),
        ({"4_Presentation/s.pptx": pptx("Results\nBest model\n0.9512\nBaseline\n0.9530")}, "0.9512"),
        ({"4_Presentation/s.pptx": pptx("Related work\nAccuracy: 99 %")}, None),
        ({"4_Presentation/s.pptx": pptx("Model 2\nAccuracy: 99 %")}, None),
        ({"4_Presentation/s.pptx": pptx("Baseline model\nAccuracy: 91 %")}, "91 %"),
        ({"4_Presentation/s.odp": odp("Evaluation\nOur network reaches an accuracy of\n99 % on the test set")}, "99 %"),
        ({"4_Presentation/s.odp": odp("Learning curves\nAccuracy\n0.850\n0.875")}, None),
    ],
)  # fmt: skip
def test_a_claim_is_wrong_where_the_results_say_something_else(
    tmp_path: Path, changes: dict[str, str | bytes | None], shown: str | None
) -> None:
    assert [one for one, _ in wrong(tmp_path, changes)] == ([shown] if shown else [])


def test_numbers_of_errors_are_compared_as_they_are(tmp_path: Path) -> None:
    results = metrics(metric="mae", value=2.314, baseline_value=3.1, higher_is_better=False, confusion_matrix=None,
                      models=[{"name": "MLP 64-64-10", "metrics": {"mae": 2.314}},
                              {"name": "softmax regression", "metrics": {"mae": 3.1}}])  # fmt: skip
    readme = README.replace("Accuracy", "Mean absolute error").replace(
        "97.5 % on the test set", "MAE of 2.5 in 3 runs"
    )
    assert wrong(tmp_path, {"results/metrics.json": results, "README.md": readme}) == [("2.5", "README.md")]


def test_a_number_of_the_groups_own_results_file_is_no_false_one(tmp_path: Path) -> None:
    said = model("Our network reaches an accuracy of 93.2 % on the second form.")
    assert wrong(tmp_path / "a", said)
    assert not wrong(tmp_path / "b", {**said, "results/numbers.json": '{"form": [0.9321]}'})


def test_another_metric_in_the_readme_is_not_compared(tmp_path: Path) -> None:
    readme = README.replace("Accuracy", "Cohen's kappa").replace("97.5 %", "91.2 %")
    assert not wrong(tmp_path, {"README.md": readme})


def test_a_pdf_is_read_page_by_page_in_a_process_of_its_own(tmp_path: Path) -> None:
    source = tmp_path / "s.typ"
    source.write_text("Digits #pagebreak() Results \\\n\nTest accuracy: 99 %", encoding="utf-8")
    data = typst.compile(str(source))
    assert [(c.shown, c.slide, c.agrees) for c in found(tmp_path / "p", {"4_Presentation/slides.pdf": data})][
        -1
    ] == ("99 %", 2, False)


@pytest.mark.parametrize("name", ["s.pdf", "s.pptx", "s.odp", "s.ppt"])
@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n1 0 obj\n", b"PK\x03\x04", pptx("x")[:-30], b"\0" * 1000])
def test_damaged_slides_have_no_text(tmp_path: Path, name: str, data: bytes) -> None:
    submission = open_submission(write(tmp_path, {"README.md": "# x", f"4_Presentation/{name}": data}))
    assert slide_texts(submission, f"4_Presentation/{name}") == ()


def test_an_archive_that_unpacks_to_gigabytes_is_read_so_far(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/slides/slide1.xml", "<a:t>" * 10_000_000)
    submission = open_submission(
        write(tmp_path, {"README.md": "# x", "4_Presentation/s.pptx": file.getvalue()})
    )
    assert slide_texts(submission, "4_Presentation/s.pptx") == ("",)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=400) | st.text("0123456789.,% accuryofbestmdl|\n", max_size=400))
def test_any_text_is_judged(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    for claim in found(
        tmp_path_factory.mktemp("any"), {**result(text), **model(text), "4_Presentation/slides.pdf": None}
    ):
        assert claim.shown


def test_the_finding_names_both_numbers_and_the_place(tmp_path: Path) -> None:
    root = write(
        tmp_path, scratch({**result("98.2 %"), "4_Presentation/s.pptx": pptx("x", "Results\nAccuracy: 99 %")})
    )
    finding = next(f for f in check_path(root, profile="from-scratch").findings if f.code == "RES102")
    assert (
        "README.md says 98.2 %, results/metrics.json says 97.51 % (accuracy, MLP 64-64-10)" in finding.message
    )
    assert "4_Presentation/s.pptx, slide 2, says 99 %" in finding.message
    assert [place.path for place in finding.locations] == ["README.md", "4_Presentation/s.pptx"]
    german = check_path(root, profile="from-scratch", language="de")
    assert "Folie 2" in next(f for f in german.findings if f.code == "RES102").message
