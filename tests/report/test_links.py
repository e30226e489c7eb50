"""The link in the presentation's README: only that changes, byte for byte."""

from __future__ import annotations

import pytest

from coursekit.report.links import OURS, SLIDES, with_link


def link(readme: bytes | None, *, others: bool = False, language: str = "en") -> bytes | None:
    return with_link(
        readme,
        "presentation.pdf",
        path="4_Presentation/README.md",
        language=language,
        label=OURS if others else SLIDES,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            b"# Presentation\n\n**[Slides](name_of_your_file_including_the_presentation_slides)**\n",
            b"# Presentation\n\n**[Slides](presentation.pdf)**\n",
        ),
        (b"[Slides]()", b"[Slides](presentation.pdf)"),
        (
            b"**Slides:** [Put your slides into this folder and link to the file here]\n\nmore",
            b"**Slides:** [Slides](presentation.pdf)\n\nmore",
        ),
        (b"", b"[Slides](presentation.pdf)\n"),
        (b"Our talk", b"Our talk\n\n[Slides](presentation.pdf)\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n\r\n[Slides](presentation.pdf)\r\n"),
        (b"Gr\xf6\xdfe\n", b"Gr\xf6\xdfe\n\n[Slides](presentation.pdf)\n"),
        (b"\xef\xbb\xbf# T\n\n", b"\xef\xbb\xbf# T\n\n[Slides](presentation.pdf)\n"),
        (
            b"[web](https://example.org/your_slides)\n",
            b"[web](https://example.org/your_slides)\n\n[Slides](presentation.pdf)\n",
        ),
    ],
)
def test_the_link_is_written(before: bytes, after: bytes) -> None:
    assert link(before) == after


@pytest.mark.parametrize(
    "readme",
    [
        b"[Slides](presentation.pdf)",
        b"[x](./presentation.pdf#page=2)",
        b"<presentation.pdf> [a](/4_Presentation/presentation.pdf)",
    ],
)
def test_a_link_that_is_there_is_enough(readme: bytes) -> None:
    assert link(readme) is None


def test_a_new_readme_in_either_language() -> None:
    assert link(None) == b"# Presentation\n\n[Slides](presentation.pdf)\n"
    assert link(None, language="de") == "# Präsentation\n\n[Folien](presentation.pdf)\n".encode()


def test_beside_slides_of_the_group_ours_say_whose_they_are() -> None:
    assert (
        link(b"[a](talk.pdf)\n", others=True)
        == b"[a](talk.pdf)\n\n[Slides made by coursekit](presentation.pdf)\n"
    )
