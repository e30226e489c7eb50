"""Telling template text from a group's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursekit.errors import InputError
from coursekit.fingerprints import Fingerprints, fingerprint, prompts_in


def make(folder: Path) -> Path:
    folder.mkdir()
    (folder / "README.md").write_text(
        "# {{ cookiecutter.title }}\n\n[Say what\nit is] and [a link](x.md)\n- [ ] task\n"
    )
    (folder / "plain.txt").write_text("as it is\n")
    cells = [
        {"cell_type": "code", "source": ["x = 1\n", "\n", "print( x )"]},
        {"cell_type": "markdown", "source": "## A\n\n[Write here]"},
    ]
    (folder / "n.ipynb").write_text(json.dumps({"cells": cells}))
    return folder


def test_what_is_known_of_a_template(tmp_path: Path) -> None:
    known = Fingerprints.of_folders([make(tmp_path / "t")])
    assert known.is_prompt("[say  what it IS]")
    assert known.is_prompt("Write here")
    assert not known.is_prompt("a link")
    assert known.is_code_line("  x  =  1")
    assert not known.is_code_line("x = 2")
    assert known.is_code_line("   ")
    assert known.is_code_cell("x = 1\nprint( x )\n")
    assert known.is_file(b"as it is\n")
    assert not known.is_file((tmp_path / "t" / "README.md").read_bytes()), (
        "it is rendered before a group sees it"
    )


def test_prompts_are_no_links_images_or_checkboxes() -> None:
    assert prompts_in("[a] [b](c) ![d](e) [x] [ ] [f][g] [h]: i [j\nk]") == ["a", "g", "j\nk"]


def test_foreign_fingerprints_are_read_and_added() -> None:
    data = {
        "files": {"a": [fingerprint("x")]},
        "prompts": [fingerprint("p")],
        "code_cells": [],
        "code_lines": [],
    }
    both = Fingerprints.load(json.dumps(data)) | Fingerprints(prompts=frozenset({fingerprint("q")}))
    assert both.is_prompt("P")
    assert both.is_prompt("q")
    assert both.files == {fingerprint("x")}


def test_what_is_written_down_is_read_again(tmp_path: Path) -> None:
    known = Fingerprints.of_folders([make(tmp_path / "t")])
    assert Fingerprints.load(known.dump()) == known
    assert known.dump() == Fingerprints.load(known.dump()).dump()


def test_a_compressed_file_is_known_whatever_stands_in_it(tmp_path: Path) -> None:
    (tmp_path / "data.gz").write_bytes(b"\x1f\x8b\0 {{ {% by chance")
    assert Fingerprints.of_folders([tmp_path]).is_file(b"\x1f\x8b\0 {{ {% by chance")


def test_line_ends_make_no_file_another(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = 1\ny = 2\n")
    assert Fingerprints.of_folders([tmp_path]).is_file(b"x = 1\r\ny = 2\r\n")


@pytest.mark.parametrize("data", [b"", b"[]", b'{"files": 3}', b'{"files": {"a": 3}}', b"\xff"])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="fingerprints"):
        Fingerprints.load(data)


def test_the_course_template_is_known() -> None:
    assert Fingerprints.known().prompts > Fingerprints.of_templates().prompts
    assert Fingerprints.known().is_prompt("Your Project Title Here")
