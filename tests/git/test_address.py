"""Which addresses of repositories git is given, and which it never sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.git.address import check_address


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("https://git.example.org/g7/digits.git", "https://git.example.org/g7/digits.git"),
        ("  https://git.example.org/g7/digits/ ", "https://git.example.org/g7/digits"),
        ("HTTPS://Git.Example.org/G7/Digits", "https://git.example.org/G7/Digits"),
        ("https://git.example.org:8443/g/d", "https://git.example.org:8443/g/d"),
        ("https://[2001:DB8::1]/g/d", "https://[2001:db8::1]/g/d"),
        ("https://gitlab.example.org/a/b/c/tree-songs", "https://gitlab.example.org/a/b/c/tree-songs"),
        ("ssh://git@git.example.org:2222/g/d.git", "ssh://git@git.example.org:2222/g/d.git"),
        ("ssh://git.example.org/~ada/d", "ssh://git.example.org/~ada/d"),
        ("git@github.com:g/d.git", "git@github.com:g/d.git"),
        ("git@GitHub.com:/srv/d.git", "git@github.com:/srv/d.git"),
        ("my-host:g/d", "my-host:g/d"),
        ("https://git.example.org/g/Vögel", "https://git.example.org/g/Vögel"),
    ],
)
def test_addresses_that_pass(typed: str, given: str) -> None:
    assert check_address(typed) == given
    assert check_address(given) == given


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "found none"),
        ("  ", "found none"),
        ("--upload-pack=touch x", "dash"),
        ("-oProxyCommand=x", "dash"),
        ("ext::sh -c touch% x", "space"),
        ("ext::sh", "run a program"),
        ("fd::17", "run a program"),
        ("http://git.example.org/g/d", "http:// is not allowed"),
        ("file:///etc/passwd", "file:// is not allowed"),
        ("git://git.example.org/g/d", "git:// is not allowed"),
        ("ftp://git.example.org/g/d", "ftp:// is not allowed"),
        ("ssh://-oProxyCommand=x/g/d", "no host"),
        ("ssh://-x@git.example.org/g/d", "no user"),
        ("-x@git.example.org:g/d", "dash"),
        ("git@-oProxyCommand=x:g/d", "no user or host"),
        ("git@git.example.org:-x", "dash"),
        ("/srv/git/d", "names no host"),
        ("../d", "names no host"),
        ("d", "names no host"),
        (r"C:\d", "character"),
        ("C:/d", "names no host"),
        ("https://", "no host"),
        ("https:///g/d", "no host"),
        ("https://git.example.org", "names no repository"),
        ("https://git.example.org//", "names no repository"),
        ("https://git.example.org/g/../../d", "names no repository"),
        ("https://git.example.org:x/g/d", "port"),
        ("https://[::1/g/d", "host or port"),
        ("https://gıt.example.org/g/d", "no host"),
        ("https://git.example.org/g/d?tab=readme", "web pages"),
        ("https://git.example.org/g/d#readme", "web pages"),
        ("https://github.com/g/d/tree/main", "page about"),
        ("https://gitlab.com/g/d/-/blob/main/README.md", "page about"),
        ("https://git.example.org/g/d\x1b[31m", "character"),
        ("https://git.example.org/g/\u202ed", "character"),
        ("https://git.example.org/g/d\nhttps://x", "character"),
        ("https://git.example.org/g/d;`x`", "character"),
        ("https://git.example.org/" + "d" * 3000, "characters"),
    ],
)
def test_addresses_that_are_refused(typed: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        check_address(typed)
    assert caught.value.hint
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        "https://ada:s3cret@git.example.org/g/d",
        "https://s3cret@git.example.org/g/d",
        "ssh://ada:s3cret@git.example.org/g/d",
        "http://ada:s3cret@git.example.org/g/d",
        "ada:s3cret@git.example.org:g/d",
        "https://ada:s3cret@git.example.org/g/d e",
    ],
)
def test_a_password_is_neither_taken_nor_repeated(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        check_address(typed)
    assert "s3cret" not in str(caught.value)


def test_what_is_told_where_the_protocol_was_forgotten() -> None:
    with pytest.raises(InputError) as caught:
        check_address("github.com/g/d")
    assert "https://github.com/g/d" in caught.value.hint


def test_other_protocols_only_where_asked_for() -> None:
    assert check_address("file:///srv/git/d.git", protocols=("file",)) == "file:///srv/git/d.git"
    assert check_address("http://127.0.0.1:8000/d", protocols=("http",)) == "http://127.0.0.1:8000/d"
    with pytest.raises(InputError, match="not allowed"):
        check_address("https://git.example.org/g/d", protocols=("ssh",))
    with pytest.raises(InputError, match="ssh is not allowed"):
        check_address("git@git.example.org:g/d", protocols=("https",))


@given(
    st.text(max_size=40) | st.builds(lambda a, b: f"ssh://{a}/{b}", st.text(max_size=9), st.text(max_size=9))
)
def test_what_passes_is_no_option_and_no_program(typed: str) -> None:
    try:
        address = check_address(typed)
    except InputError:
        return
    assert not address.startswith("-")
    assert "::" not in address.split("/")[0]
    assert address.isprintable()
    assert check_address(address) == address
