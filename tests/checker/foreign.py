"""Texts as hostile groups write them, and checks full of them."""

from __future__ import annotations

from hypothesis import strategies as st

from coursekit.checker import Check
from coursekit.model import Finding, Level, Location, Problem, Status, Text

NASTY = [
    "@everyone look at #1, org/repo#2 and GH-3",
    "[click](https://evil.example) ![x](http://evil.example/x.png) <img src=x onerror=alert(1)>",
    "https://evil.example/?a=1&b=2 www.evil.example mail@evil.example ftp://evil.example",
    "# heading\n## heading",
    "/close\n/assign @me",
    "`code` ``more`` ``` fence",
    "<!-- --> <script>alert(1)</script> </style></td>]]>",
    "!12 $3 &4 ~bug %5 ^alert#6 ~\"two words\" [[wiki]] [vulnerability:1] :tada: JIRA-7 0123456789abcdef",
    "a | b | c",
    "%0A::error file=x::y%25",
    "::set-output name=x::y",
    "\x1b[31mred\x1b]8;;http://evil.example\x07link",
    "\u202egnp.exe\u2066\u200b",
    "\x00\x08\x0b\x0c\x1f\ufffe\uffff\ud800",
    "=cmd|' /C calc'!A0",
    "- [ ] task\n1. one\n> quote\n---\n    code",
    "$x$ $$y$$ *a* _b_ **c** ~~d~~ \\ \\\\",
    "&amp; &#64;x &lt;b&gt;",
    "line\r\nbreak\u2028and\u2029more\x85",
    "",
]  # fmt: skip

foreign = st.one_of(
    st.text(max_size=60),
    st.text("@#!$&%~^:/.[]()<>`*_\\|'\"-+=1aZ \n\t", max_size=40),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=3).map(" ".join),
    st.text(st.characters(), max_size=20),
)

_text = st.builds(Text, foreign, foreign)
_code = st.one_of(st.from_regex(r"[A-Z]{3}[0-9]{3}", fullmatch=True), foreign)
_location = st.builds(Location, foreign, st.none() | st.integers(1, 10**6), st.none() | st.integers(1, 10**4))
_finding = st.builds(
    Finding,
    _code,
    foreign,
    st.sampled_from(list(Status)),
    st.sampled_from(list(Level)),
    st.none() | foreign,
    st.booleans(),
    foreign,
    foreign,
    st.lists(_location, max_size=9).map(tuple),
)


@st.composite
def nasty_check(draw: st.DrawFn, findings: int = 8) -> Check:
    """Draw a check all of whose texts are hostile; of many findings, most are alike."""
    few = draw(st.lists(_finding, min_size=1, max_size=8))
    many = [few[number % len(few)] for number in range(findings)] if findings > 8 else few
    problems = draw(st.lists(st.builds(Problem, foreign, _text, _text), max_size=3))
    language = draw(st.sampled_from(["en", "de"]))
    return Check(draw(foreign), draw(foreign), draw(foreign), language, tuple(many), tuple(problems))
