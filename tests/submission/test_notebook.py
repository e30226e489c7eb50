"""Notebooks of every format are read; anything else is said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.submission.notebook import Notebook, NotebookError
from tests.building import code, markdown, notebook


def test_format_4_gives_cells_outputs_and_headings() -> None:
    made = Notebook(
        notebook(
            markdown("# Data\n\ntext"),
            code(
                "x",
                {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
                {"output_type": "execute_result", "data": {"text/plain": "1", "image/png": "aGk="}},
                {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": ["line"]},
                count=3,
            ),
            code("  "),
        ).encode()
    )
    first, second, third = made.cells
    assert [h.text for h in first.document.headings] == ["Data"]
    assert (second.number, second.execution_count) == (2, 3)
    assert second.output_kinds == ("stream", "execute_result", "error")
    assert [output.text for output in second.outputs] == ["a\nb", "1", "line"]
    assert second.outputs[1].data["image/png"] == "aGk="
    assert made.code_cells == (second,)
    assert third.outputs == ()


def test_format_3_is_read_like_format_4() -> None:
    made = Notebook(
        json.dumps(
            {
                "nbformat": 3,
                "worksheets": [
                    {
                        "cells": [
                            {"cell_type": "heading", "level": 2, "source": "Data"},
                            {
                                "cell_type": "code",
                                "input": ["1 + 1"],
                                "prompt_number": 4,
                                "outputs": [
                                    {"output_type": "pyout", "text": ["2"], "png": "aGk="},
                                    {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": []},
                                ],
                            },
                        ]
                    }
                ],
            }
        ).encode()
    )
    heading, cell = made.cells
    assert (heading.kind, heading.document.headings[0].level) == ("markdown", 2)
    assert (cell.source, cell.execution_count) == ("1 + 1", 4)
    assert cell.output_kinds == ("execute_result", "error")
    assert cell.outputs[0].data == {"text/plain": "2", "image/png": "aGk="}
    assert cell.outputs[1].text == "E: v"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"not json", "not JSON"),
        (b"[1, 2]", "another form"),
        (b"{}", "no cells"),
        (b'{"cells": 3}', "another form"),
        (b'{"cells": [\n<<<<<<< HEAD\n=======\n>>>>>>> x\n]}', "merge conflict"),
        (b'{"cells": [{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}", "nested"),
    ],
)
def test_what_is_no_notebook_is_said(data: bytes, says: str) -> None:
    with pytest.raises(NotebookError, match=says):
        Notebook(data)


def test_one_odd_value_does_not_make_the_notebook_unreadable() -> None:
    made = Notebook(
        json.dumps(
            {
                "cells": [
                    {"cell_type": None, "source": 3, "execution_count": "x", "outputs": {}},
                    {"cell_type": "heading", "level": "x", "source": ["a", 1, "b"]},
                    {
                        "cell_type": "code",
                        "source": "y",
                        "outputs": [1, {"output_type": 3, "data": {"a": 1}}],
                    },
                ]
            }
        ).encode()
    )
    assert [cell.source for cell in made.cells] == ["", "# ab", "y"]
    assert [(cell.execution_count, cell.output_kinds, len(cell.outputs)) for cell in made.cells] == [
        (None, (), 0),
        (None, (), 0),
        (None, (), 1),
    ]


def test_a_byte_order_mark_and_lone_surrogates_are_taken_in() -> None:
    made = Notebook(b"\xef\xbb\xbf" + rb'{"cells": [{"cell_type": "markdown", "source": "\ud800 x"}]}')
    assert made.cells[0].source.encode()


def test_what_jupyter_itself_writes_beyond_strict_json_is_taken_in() -> None:
    made = Notebook(
        b'{"cells": [{"cell_type": "code", "source": "x", "outputs": [{"output_type": "display_data",'
        b' "data": {"application/json": NaN}}]}]}'
    )
    assert made.cells[0].output_kinds == ("display_data",)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_notebook_or_a_clear_error(data: bytes) -> None:
    try:
        Notebook(data)
    except NotebookError as error:
        assert str(error)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "cells",
                    "worksheets",
                    "source",
                    "outputs",
                    "data",
                    "output_type",
                    "text",
                    "level",
                    "cell_type",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(_json)
def test_any_json_is_a_notebook_or_a_clear_error(value: object) -> None:
    try:
        made = Notebook(json.dumps(value).encode())
    except NotebookError as error:
        assert str(error)
    else:
        for cell in made.cells:
            assert isinstance(cell.source, str)
            assert all(isinstance(output.text, str) for output in cell.outputs)
            assert len(cell.output_kinds) >= 0
            assert cell.document.sections is not None
