"""Of large notebooks pictures are neither parsed nor kept; everything else is as in any notebook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursekit.submission import notebook as module
from coursekit.submission import open_submission
from coursekit.submission.notebook import Notebook, without_pictures
from tests.building import code, markdown, notebook, write

PICTURE = "iVBORw0KGgo/+A=="
TEXTS = st.text(alphabet='ab"\\/:[]{}, \n', max_size=30) | st.sampled_from(
    ['"image/png": "', '\\"image/png\\": \\"', '"image/png": ["', '"png":"x', "image/png", "\\", '\\"', '"']
)
BASE64 = st.builds(
    lambda times, end: PICTURE * times + end, st.integers(0, 200), st.sampled_from(["", "\n", "\\", '"'])
)
BUNDLES = st.dictionaries(
    st.sampled_from(["image/png", "image/svg+xml", "text/plain", "text/html", "application/pdf"]),
    TEXTS | BASE64 | st.lists(TEXTS | BASE64, max_size=2),
    max_size=3,
)
OUTPUTS = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["display_data", "execute_result"]), "data": BUNDLES}
) | st.fixed_dictionaries({"output_type": st.just("stream"), "text": TEXTS | BASE64})
CELLS = st.builds(lambda text, outputs: code(text, *outputs), TEXTS | BASE64, st.lists(OUTPUTS, max_size=3))


@pytest.fixture(params=[10**9, 0], ids=["kept", "forgotten"])
def always(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGE", 0)
    monkeypatch.setattr(module, "_KEPT", request.param)
    monkeypatch.setattr(module, "_SHORT", 20)


@pytest.mark.usefixtures("always")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(CELLS, max_size=4), indent=st.sampled_from([None, 1]), escaped=st.booleans())
def test_nothing_but_pictures_is_left_out(
    cells: list[dict[str, object]], indent: int | None, escaped: bool
) -> None:
    value = {"cells": cells, "metadata": {}, "nbformat": 4}
    data = json.dumps(value, indent=indent, ensure_ascii=escaped).encode()
    small, large = Notebook(data), Notebook(data, again=lambda: data)
    for one, other in zip(small.cells, large.cells, strict=True):
        assert (one.source, one.kind, one.output_kinds) == (other.source, other.kind, other.output_kinds)
        assert one.printed == other.printed
        assert one.outputs == other.outputs


def test_pictures_of_both_formats_are_cut() -> None:
    picture = PICTURE * 1000
    data = json.dumps(
        {
            "cells": [{"data": {"image/png": picture, "image/jpeg": [picture + "\n"]}}],
            "worksheets": [{"png": picture, "jpeg": "short", "text": picture}],
        }
    ).encode()
    assert json.loads(without_pictures(data)) == {
        "cells": [{"data": {"image/png": "", "image/jpeg": [""]}}],
        "worksheets": [{"png": "", "jpeg": "short", "text": picture}],
    }
    assert without_pictures(data[: len(data) // 4]) == data[: len(data) // 4], "one that has no end"


def test_the_contents_are_read_once_more_when_they_are_asked_for(tmp_path: Path) -> None:
    picture = {
        "output_type": "display_data",
        "data": {"image/png": PICTURE * 10_000, "text/plain": "<Figure>"},
    }
    text = notebook(markdown("# Model"), code("plot()", picture))
    path = write(tmp_path, {"3_Model/model.ipynb": text}) / "3_Model/model.ipynb"
    (made,) = open_submission(tmp_path).notebooks("model")
    assert made.cells[1].output_kinds == ("display_data",)
    assert made.cells[1].outputs[0].data["image/png"] == PICTURE * 10_000
    (made,) = open_submission(tmp_path).notebooks("model")
    path.write_text("{}", encoding="utf-8")
    assert made.cells[1].outputs == (), "it was changed meanwhile"


@pytest.mark.usefixtures("always")
def test_attached_pictures_are_read_once_more_too() -> None:
    cell = {**markdown("![a](attachment:a.png)"), "attachments": {"a.png": {"image/png": PICTURE * 9}}}
    data = notebook(cell, markdown("none")).encode()
    large = Notebook(data, again=lambda: data)
    assert large.cells[0].attachments == {"a.png": PICTURE * 9}
    assert large.cells[1].attachments == {}
