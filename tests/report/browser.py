"""Opens a deck in headless Chromium, without its network."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"
)

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=4000",
    "--enable-logging=stderr",
    "--window-size=960,540",
]

#: Reports everything that reaches over its slide's edge or into its foot, and pictures that did not load.
MEASURE = """
<script>
addEventListener("load", () => setTimeout(() => {
  const found = [];
  const scale = Reveal.getScale();
  Reveal.getSlides().forEach((slide, number) => {
    Reveal.slide(number);
    const page = slide.getBoundingClientRect();
    const limit = page.top + 504 * scale;
    slide.querySelectorAll(".body *, .aside *, h1, h2, .hint, .cover .words *").forEach((node) => {
      const box = node.getBoundingClientRect();
      const low = node.closest(".cover") ? page.bottom : limit;
      if (box.right > page.right + 1 || box.bottom > low + 1 || box.left < page.left - 1 || box.top < page.top - 1)
        found.push([number + 1, node.tagName, node.textContent.slice(0, 60), Math.round(box.right), Math.round(box.bottom)]);
      if (node.tagName === "IMG" && !node.naturalWidth) found.push([number + 1, "IMG", "not loaded", 0, 0]);
      if (node.scrollWidth > node.clientWidth + 1 && ["PRE", "TD", "TH"].includes(node.tagName))
        found.push([number + 1, node.tagName, node.textContent.slice(0, 60), node.scrollWidth, node.clientWidth]);
    });
  });
  document.body.dataset.found = JSON.stringify({slides: Reveal.getTotalSlides(), overflow: found});
}, 500));
</script>
"""


def _run(*arguments: str) -> tuple[str, str]:
    assert CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        ran = subprocess.run(
            [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", *arguments],
            capture_output=True,
            timeout=120,
            check=True,
        )
    return ran.stdout.decode("utf-8", "replace"), ran.stderr.decode("utf-8", "replace")


def open_in_browser(path: Path) -> tuple[str, str]:
    """Return the page's DOM after its scripts ran, and what Chromium logged."""
    return _run("--dump-dom", path.as_uri())


def print_to_pdf(path: Path, folder: Path) -> PdfReader:
    """Print a page as a person would."""
    target = folder / "printed.pdf"
    _run(f"--print-to-pdf={target}", "--no-pdf-header-footer", path.as_uri())
    return PdfReader(target)


def measure(deck: Path, folder: Path) -> dict[str, Any]:
    """Return how many slides the browser shows and what overflows, with the policy taken out to measure."""
    text = deck.read_text("utf-8")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text, count=1)
    changed = folder / "measured.html"
    before, _, after = text.rpartition("</body>")
    changed.write_text(before + MEASURE + "</body>" + after, "utf-8")
    dom, _ = open_in_browser(changed)
    match = re.search(r'<body[^>]*data-found="([^"]*)"', dom)
    assert match, "the deck's script did not start"
    found = json.loads(html.unescape(match[1]))
    assert isinstance(found, dict)
    return found
