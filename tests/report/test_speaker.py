"""The deck's keys and speaker view, and the written report, under their own policies in headless Chromium."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coursekit.report import build_report
from tests.report import digits, project
from tests.report.browser import needs_chromium
from tests.report.hostile import hostile
from tests.report.speaker import Browser, browser, wait

DECK = "typeof Reveal !== 'undefined' && Reveal.isReady()"
LOADED = "location.protocol === 'file:' && document.readyState === 'complete'"

pytestmark = [pytest.mark.slow, needs_chromium]


def opened(chromium: Browser, path: Path, ready: str = DECK) -> str:
    """Show a page and return its session."""
    wait(lambda: bool(chromium.sessions()), "a page")
    session = next(iter(chromium.sessions().values()))
    chromium.send("Page.navigate", session, url=path.as_uri())
    wait(lambda: bool(chromium.value(session, ready)), "the page")
    return session


def press(chromium: Browser, session: str, key: str, code: str, number: int) -> None:
    for kind in ("keyDown", "keyUp"):
        text = {"text": key} if kind == "keyDown" and len(key) == 1 else {}
        chromium.send(
            "Input.dispatchKeyEvent",
            session,
            type=kind,
            key=key,
            code=code,
            windowsVirtualKeyCode=number,
            **text,
        )


def test_it_opens_shows_notes_and_a_pacing_timer_and_asks_for_nothing(tmp_path: Path) -> None:
    path = build_report(project(tmp_path / "group", digits()), to="html", output=tmp_path).written[0]
    with browser() as chromium:
        deck = opened(chromium, path)
        press(chromium, deck, "s", "KeyS", 83)
        wait(lambda: len(chromium.sessions()) == 2, "the speaker view")
        view = next(session for session in chromium.sessions().values() if session != deck)
        notes = "document.querySelector('.speaker-controls-notes .value')?.innerText ?? ''"
        pacing = "document.querySelector('.speaker-controls-time .pacing')?.innerText ?? ''"
        frames = "document.querySelectorAll('#current-slide iframe, #upcoming-slide iframe').length"
        wait(lambda: chromium.value(view, frames) == 2, "this slide and the next one")

        press(chromium, deck, "ArrowRight", "ArrowRight", 39)
        wait(
            lambda: "We read handwritten digits" in chromium.value(view, notes),
            "the notes of the second slide",
        )
        press(chromium, deck, "ArrowRight", "ArrowRight", 39)
        wait(lambda: "Combine classifiers" in chromium.value(view, notes), "the notes of the third slide")
        wait(
            lambda: re.search(r"00:0[1-9]:\d\d", chromium.value(view, pacing)) is not None, "the pacing timer"
        )
        first = chromium.value(view, pacing)
        wait(lambda: chromium.value(view, pacing) != first, "the timer to go on")

        assert chromium.complaints() == []
        # Headless Chromium draws its own window from pages of its own.
        own = ("data:", "about:", "chrome:", path.as_uri())
        assert [url for url in chromium.requests() if not url.startswith(own)] == []
        shown = [url for url in chromium.requests() if url.startswith(path.as_uri())]
        assert len(shown) == 3, "the deck, and twice in the view"


def test_the_keyboard_leads_through_the_deck(tmp_path: Path) -> None:
    report = build_report(project(tmp_path / "group", digits()), to="html", output=tmp_path)
    with browser() as chromium:
        deck = opened(chromium, report.written[0])

        def at(number: int) -> bool:
            return bool(chromium.value(deck, "Reveal.getIndices().h") == number)

        for key, code, number, then in (
            ("ArrowRight", "ArrowRight", 39, 1),
            (" ", "Space", 32, 2),
            ("ArrowLeft", "ArrowLeft", 37, 1),
            ("End", "End", 35, len(report.deck.slides) - 1),
            ("Home", "Home", 36, 0),
        ):
            press(chromium, deck, key, code, number)
            wait(lambda then=then: at(then), f"slide {then + 1} after {code}")
        assert chromium.complaints() == []


@pytest.mark.parametrize("width", [360, 1200])
def test_a_hostile_report_runs_and_loads_nothing_and_fits_every_width(tmp_path: Path, width: int) -> None:
    root = project(tmp_path / "group", {**hostile(), "INFO.md": "Donaudampfschiff" * 60})
    report = build_report(root, to="paper", force=True, output=tmp_path)
    path = next(file.path for file in report.files if file.format == "paper-html")
    with browser() as chromium:
        page = opened(chromium, path, LOADED)
        chromium.send(
            "Emulation.setDeviceMetricsOverride",
            page,
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=False,
        )
        assert chromium.value(page, "document.documentElement.scrollWidth <= innerWidth")
        assert chromium.value(page, "document.scripts.length") == 0
        assert not chromium.value(page, "'pwned' in document.body.dataset || document.title === 'PWNED'")
        assert chromium.value(page, "[...document.images].every(image => image.naturalWidth > 0)")
        assert chromium.complaints() == []
        own = ("data:", "about:", "chrome:", path.as_uri())
        assert [url for url in chromium.requests() if not url.startswith(own)] == []
