"""Decks in headless Chromium: nothing runs, nothing is loaded, nothing overflows."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from coursekit.report import build_report
from tests.building import markdown, notebook
from tests.report import bare, digits, project
from tests.report.browser import measure, needs_chromium, open_in_browser, print_to_pdf
from tests.report.hostile import hostile

pytestmark = [pytest.mark.slow, needs_chromium]


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """Listen on this machine; give the port and what was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()
    thread.join()


def deck(folder: Path, files: dict[str, str | bytes], **options: object) -> Path:
    return build_report(project(folder / "group", files), to="html", force=True, output=folder).written[0]


def started(dom: str) -> bool:
    return re.search(r'<div class="reveal[^"]* ready[^"]*"', dom) is not None


def test_a_deck_starts_without_an_error(tmp_path: Path) -> None:
    dom, log = open_in_browser(deck(tmp_path, digits()))
    assert started(dom)
    for bad in ("CONSOLE", "Refused", "Uncaught", "violates"):
        assert bad not in log


def test_nothing_of_a_hostile_repository_runs_or_is_loaded(
    tmp_path: Path, listener: tuple[int, list[str]]
) -> None:
    port, asked = listener
    dom, log = open_in_browser(deck(tmp_path, hostile(port)))
    assert "data-pwned" not in dom
    assert "<title>PWNED" not in dom
    assert started(dom)
    assert asked == []
    assert "CONSOLE" not in log


@pytest.mark.parametrize("name", ["digits", "bare", "hostile", "long"])
def test_nothing_overflows(tmp_path: Path, name: str) -> None:
    words = "Ein langer Satz über Größen, der nicht aufhört und immer weitergeht. " * 40
    unbroken = "Donaudampfschifffahrtsgesellschaft" * 30
    listing = "```python\n" + "\n".join(f"value_{n} = function({n}, {'x' * n})" for n in range(120)) + "\n```"
    long = notebook(
        *(
            markdown(
                f"## {heading} {words}\n\n{words}\n\n- {words}\n- {unbroken}\n  - {words}\n\n{listing}\n\n$${unbroken}$$"
            )
            for heading in (
                "Dataset overview",
                "Model selection",
                "Evaluation",
                "Challenges",
                "Discussion",
                "Conclusion",
            )
        )
    )
    table = "|" + "Spalte|" * 14 + "\n|" + "---|" * 14 + "\n" + ("|" + f"{unbroken[:50]}|" * 14 + "\n") * 60
    files = {
        "digits": digits(),
        "bare": bare(),
        "hostile": hostile(),
        "long": {
            "README.md": f"# {words}\n\n## Description\n\n{words}\n\n## Task\n\n{words}\n\n## Results\n\n{table}\n\n{words}\n",
            "0_LiteratureReview/README.md": "".join(
                f"- **Source {n}**: {words}\n  - **Methods**: {words}\n  - **Outcomes**: {unbroken}\n"
                for n in range(9)
            ),
            **{
                f"{folder}/a.ipynb": long
                for folder in ("1_DatasetCharacteristics", "2_BaselineModel", "3_Model")
            },
        },
    }[name]
    found = measure(deck(tmp_path, files), tmp_path)
    assert found["slides"] >= 11
    assert found["overflow"] == []


def test_it_prints_a_page_a_slide(tmp_path: Path) -> None:
    path = deck(tmp_path, digits())
    assert len(print_to_pdf(path, tmp_path).pages) == 17
