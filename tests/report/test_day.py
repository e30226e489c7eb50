"""The page of presentation day: self-contained, escaped, and its timer works without an error in a browser."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.report.day import Part, Sitting, Talk, render_day
from coursekit.report.renderers.html import digest
from tests.report.browser import needs_chromium, open_in_browser, print_to_pdf

PARTS = (Part("Title", 1, 30), Part("Results & more", 3, 600), Part("Questions", 1, 270))
TALK = Talk(
    "bees", "Which bee?", ("Ada Lovelace", "Jürgen Groß"), (("HTML", "presentations/bees/presentation.html"),),
    parts=PARTS, start="18:00", end="18:20", moment="2027-01-20T18:00:00+01:00",
)  # fmt: skip
HOSTILE = '"><script>document.title="PWNED"</script><img src=x onerror="document.title=\'PWNED\'">\u202e</title>{{7*7}}'
EVIL = Talk(
    HOSTILE, HOSTILE, (HOSTILE,), (("PDF", "presentations/x/presentation.pdf"),),
    parts=(Part(HOSTILE, 1, 60),), note=HOSTILE,
)  # fmt: skip


class Tags(HTMLParser):
    """Collects what a page is made of, and every address that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.addresses: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.addresses += [value or "" for key, value in attrs if key in {"src", "href"}]
        self.handlers += [key for key, _ in attrs if key.startswith("on") or key == "style"]


def page(*talks: Talk, heading: str = "Wednesday", **more: object) -> str:
    return render_day("DL", [Sitting(heading, talks)], **more).decode()  # type: ignore[arg-type]


def tags(text: str) -> Tags:
    found = Tags()
    found.feed(text)
    return found


def test_the_policy_allows_its_own_script_and_style_only() -> None:
    text = page(TALK)
    policy = html.unescape(re.search(r'Security-Policy" content="([^"]*)"', text)[1])  # type: ignore[index]
    scripts, styles = (re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("script", "style"))
    assert policy == (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src '{digest(scripts[0])}'; style-src '{digest(styles[0])}'"
    )
    assert (len(scripts), len(styles)) == (1, 1)
    assert "http" not in re.sub(r"<script>.*", "", text, flags=re.DOTALL).replace("http-equiv", "")


def test_what_is_shown(snapshot) -> None:
    body = page(TALK, replace(TALK, group="birds", links=(), parts=(), note="failed: <no>"), semester="WiSe")
    assert body[body.index("<main>") : body.index("</main>")] == snapshot
    assert page(TALK) == page(TALK)
    assert "Große Uhr" in page(TALK, language="de")


def test_a_name_is_never_markup() -> None:
    found = tags(page(EVIL, heading=HOSTILE))
    assert found.tags["script"] == 1
    assert "img" not in found.tags
    assert found.addresses == ["presentations/x/presentation.pdf"]
    assert found.handlers == []
    assert "49" not in page(EVIL).partition("<main>")[2].partition("</main>")[0]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_leaves_the_page_as_it_is(group: str, title: str) -> None:
    text = page(replace(EVIL, group=group, title=title, parts=(Part(title, 1, 5),)))
    assert tags(text).tags == tags(page(replace(EVIL, group="a", title="b"))).tags
    parts = re.search(r'data-parts="([^"]*)"', text)
    assert parts
    assert json.loads(html.unescape(parts[1]))[0][1:] == [1, 5]


def driven(path: Path, text: str, script: str) -> dict[str, object]:
    """Open the page with a script that drives it, which the policy is made to allow; return what it found."""
    policy = f"script-src '{digest(script)}' "
    changed = text.replace("script-src ", html.escape(policy)).replace(
        "</body>", f"<script>{script}</script></body>"
    )
    assert changed.count(html.escape(digest(script))) == 1
    path.write_text(changed, "utf-8")
    dom, log = open_in_browser(path)
    assert "CONSOLE" not in log
    found = re.search(r'<body[^>]*data-found="([^"]*)"', dom)
    assert found, log[-2000:]
    return dict(json.loads(html.unescape(found[1])))


DRIVE = """
addEventListener("load", () => {
  const text = (id) => document.getElementById(id).textContent;
  const press = (key, target) => (target || document.body).dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  const chosen = () => document.querySelector(".current h3").textContent;
  const found = {first: chosen(), idle: text("clock"), pace: text("pace"), then: text("then")};
  press(" ");
  setTimeout(() => {
    found.running = text("clock"); found.left = text("left"); found.button = text("toggle");
    press(" ");
    found.stopped = text("clock");
    setTimeout(() => {
      found.still = text("clock");
      press("ArrowDown"); found.second = chosen(); found.reset = text("clock");
      press("ArrowDown"); found.last = chosen();
      press("ArrowUp"); found.back = chosen();
      press("f"); found.large = document.body.className; press("Escape"); found.small = document.body.className;
      let opened = 0;
      document.querySelector(".current .links a").addEventListener("click", (event) => { opened++; event.preventDefault(); });
      press("o"); found.opened = opened;
      press(" "); press("R"); found.afterReset = text("toggle");
      press(" ", document.getElementById("reset")); found.onButton = text("toggle");
      document.querySelectorAll(".choose")[1].click(); found.clicked = chosen();
      document.body.dataset.found = JSON.stringify(found);
    }, 700);
  }, 1500);
});
"""


@pytest.mark.slow
@needs_chromium
def test_the_timer_and_the_keyboard_in_a_browser(tmp_path: Path) -> None:
    found = driven(tmp_path / "day.html", page(TALK, replace(TALK, title="Second"), seconds=600), DRIVE)
    assert found["first"] == found["back"] == "Which bee?"
    assert found["second"] == found["last"] == found["clicked"] == "Second"
    assert (found["idle"], found["running"], found["left"], found["button"]) == (
        "0:00",
        "0:01",
        "9:59 left",
        "Stop",
    )
    assert found["stopped"] == found["still"] == "0:01"
    assert found["reset"] == "0:00"
    assert (found["pace"], found["then"]) == ("Now: Title (slide 1)", "then Results & more: 0:30")
    assert (found["large"], found["small"]) == ("large", "")
    assert found["opened"] == 1
    assert (found["afterReset"], found["onButton"]) == ("Start", "Start")


PACE = """
addEventListener("load", () => {
  let shift = 0;
  performance.now = () => shift * 1000;
  const at = (seconds, then) => { shift = seconds; setTimeout(then, 250); };
  const text = (id) => document.getElementById(id).textContent, timer = document.getElementById("timer");
  const found = [], note = () => found.push([text("clock"), text("pace"), timer.className, text("say")]);
  document.getElementById("toggle").click();
  at(40, () => { note(); at(640, () => { note(); at(790, () => { note(); at(935, () => { note();
    document.body.dataset.found = JSON.stringify({found, left: text("left"), bar: document.getElementById("bar").style.width});
  }); }); }); });
});
"""


@pytest.mark.slow
@needs_chromium
def test_the_pace_says_where_the_group_should_be(tmp_path: Path) -> None:
    found = driven(tmp_path / "day.html", page(TALK), PACE)
    assert found["found"] == [
        ["0:40", "Now: Results & more (slides 2–4)", "", ""],
        ["10:40", "Now: Questions (slide 5)", "", ""],
        ["13:10", "Now: Questions (slide 5)", "soon", "Two minutes left"],
        ["15:35", "", "over", "Time is up"],
    ]
    assert (found["left"], found["bar"]) == ("+0:35 over time", "100%")


@pytest.mark.slow
@needs_chromium
def test_a_hostile_course_runs_and_loads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "day.html"
    path.write_text(page(EVIL, TALK, heading=HOSTILE), "utf-8")
    dom, log = open_in_browser(path)
    assert "<title>PWNED" not in dom
    assert 'class="talk current"' in dom, "its own script did run"
    assert "CONSOLE" not in log
    assert len(print_to_pdf(path, tmp_path).pages) == 1
