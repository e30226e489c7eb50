"""When a host is asked again, after how long, and what is said meanwhile."""

from __future__ import annotations

import pytest

from coursekit.hosts.patience import ATTEMPTS, LONGEST_WAIT, Patience, Refusal, Refused
from tests.hosts.serving import Clock


class Answered(Exception):  # noqa: N818
    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


def explain(error: Exception) -> Refusal | None:
    return error.refusal if isinstance(error, Answered) else None


class Asking:
    def __init__(self, *refusals: Refusal) -> None:
        self.clock = Clock()
        self.said: list[str] = []
        self.left = list(refusals)
        self.patience = Patience(
            "git.example.org", explain, self.said.append, sleep=self.clock.sleep, clock=self.clock.time
        )

    def call(self) -> str:
        if self.left:
            raise Answered(self.left.pop(0))
        return "yes"

    def read(self) -> str:
        return self.patience.read(self.call)


@pytest.mark.parametrize(
    ("refusal", "waited"),
    [
        (Refusal(429, headers={"retry-after": "30"}), 30),
        (Refusal(403, headers={"retry-after": "0"}), 0),
        (Refusal(403, headers={"retry-after": "Fri, 15 Jan 2027 08:01:00 GMT"}), 60),
        (Refusal(429, headers={"ratelimit-remaining": "0", "ratelimit-reset": "1800000100"}), 101),
        (Refusal(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1799999999"}), 1),
        (Refusal(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}), 60),
        (Refusal(403, limited=True), 60),
        (Refusal(503, headers={"retry-after": "7"}), 7),
        (Refusal(502), 1),
        (Refusal(None, "ConnectionError"), 1),
    ],
)
def test_it_is_waited_as_the_host_says(refusal: Refusal, waited: float) -> None:
    asking = Asking(refusal)
    assert asking.read() == "yes"
    assert asking.clock.slept == [waited]
    assert len(asking.said) == (waited >= 5)


def test_waits_grow_and_end() -> None:
    """A host that never says when is asked ever more seldom, and given up in the end."""
    asking = Asking(*[Refusal(403, "slow down", limited=True)] * 20)
    with pytest.raises(Refused, match=r"asks for a pause .* until") as caught:
        asking.read()
    assert asking.clock.slept == [60.0 * 2**n for n in range(ATTEMPTS - 1)]
    assert "what is done is kept" in caught.value.hint
    asking = Asking(*[Refusal(None, "ConnectionError")] * 20)
    with pytest.raises(Refused, match=r"6 times \(ConnectionError\)"):
        asking.read()
    assert asking.clock.slept == [1, 2, 4, 8, 16]


def test_nobody_is_kept_waiting_for_hours() -> None:
    asking = Asking(Refusal(429, headers={"retry-after": str(LONGEST_WAIT + 1)}))
    with pytest.raises(Refused, match="until "):
        asking.read()
    assert asking.clock.slept == []


@pytest.mark.parametrize("text", ["nan", "inf", "-5", "9" * 30, "", "x" * 1000, "Fri, 99 Jan 2027"])
def test_times_that_are_none_are_not_believed(text: str) -> None:
    asking = Asking(Refusal(429, headers={"retry-after": text}))
    assert asking.read() == "yes"
    assert asking.clock.slept == [60.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_what_waiting_does_not_help_is_said_at_once(status: int) -> None:
    asking = Asking(Refusal(status, "no \x1b[31m way\nat all"))
    with pytest.raises(Refused, match=str(status)) as caught:
        asking.read()
    assert caught.value.status == status
    assert "no \\x1b[31m way at all" in caught.value.message
    assert asking.clock.slept == []


def test_what_is_no_answer_passes_through() -> None:
    asking = Asking()

    def bug() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asking.patience.read(bug)


def test_writing_is_paced_and_reading_is_not() -> None:
    asking = Asking()
    for _ in range(3):
        asking.patience.write(asking.call)
        asking.patience.read(asking.call)
    assert asking.clock.slept == [1.0, 1.0]
