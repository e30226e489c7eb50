"""Which student a row of a meeting's list is about: by e-mail, by what was settled before, by name, by a similar name.

Nothing is guessed. Two students who would do, a name that is only a little alike, a first name alone: all of that is
for the instructor to settle, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from coursekit.store.aliases import alias_key
from coursekit.store.people import comparable
from coursekit.store.records import Alias, Student
from coursekit.store.tombstones import Tombstones
from coursekit.tracking.attendance.names import (
    Tokens,
    endings_differ,
    folded_forms,
    forms,
    keys,
    roster_form,
)

How = Literal["email", "alias", "name", "fuzzy", "none"]

#: A similar name counts from this score on, if nobody else's comes as close as `MARGIN` to it.
SURE = 92
MARGIN = 5
#: Names that are less alike are not even suggested.
POSSIBLE = 60
MOST_SUGGESTED = 3

# One name holds all words of the other, at least two: Anna Lena Berg, Anna Berg.
_PART_OF = 95
# Anna B., and Anna alone: suggested, and never enough.
_INITIAL = 85
_FIRST_NAME = 75


@dataclass(frozen=True, slots=True)
class Candidate:
    """A student who may be meant, and how alike the names are, from 0 to 100."""

    student: Student
    score: int


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a name and an e-mail address stand for.

    Attributes
    ----------
    student : Student or None
        None for nobody of the course (`how` is "alias"), or where it is not clear ("none").
    how : {"email", "alias", "name", "fuzzy", "none"}
    score : int or None
        How alike the names are, where that decided.
    candidates : tuple of Candidate
        Who may be meant, the most alike first.
    why : str
        Why it is not clear.
    """

    student: Student | None
    how: How
    score: int | None = None
    candidates: tuple[Candidate, ...] = ()
    why: str = ""

    def unclear(self, why: str) -> Match:
        """Return the same as not clear."""
        known = self.candidates
        if self.student is not None and not known:
            known = (Candidate(self.student, self.score or 100),)
        return Match(None, "none", None, known, why)


class Matcher:
    """The students of a course, to be found by what meetings call them.

    Parameters
    ----------
    students : iterable of Student
        Those who dropped out as well: they may have been there.
    aliases : mapping
        What was settled, by its key.
    erased : Tombstones, optional
        Who was erased from the course; their sessions still count.
    """

    def __init__(
        self,
        students: Iterable[Student],
        aliases: Mapping[str, Alias],
        erased: Tombstones | None = None,
    ) -> None:
        self._erased = erased
        self._labels: dict[str, Student] = {}
        self._students = {student.id: student for student in students}
        self._aliases = aliases
        self._by_email = {
            comparable(student.email): student for student in self._students.values() if student.email
        }
        self._by_key: dict[Tokens, set[int]] = {}
        self._by_word: dict[str, set[int]] = {}
        # What is compared for likeness, and whose it is; a student may have two spellings.
        self._owners: list[int] = []
        self._spelled: list[str] = []
        self._sorted: list[str] = []
        for student in self._students.values():
            if student.erased_at is not None:
                # What is called by a number is like nobody's name.
                self._labels[student.name] = student
                continue
            name = roster_form(student.name)
            for key in keys(name):
                self._by_key.setdefault(key, set()).add(student.id)
            for form in folded_forms(name):
                self._owners.append(student.id)
                self._spelled.append(" ".join(form))
                self._sorted.append(" ".join(sorted(form)))
                for word in form:
                    self._by_word.setdefault(word, set()).add(student.id)
        self._found: dict[tuple[str, str | None], Match] = {}

    def find(self, name: str, email: str | None) -> Match:
        """Find whom a row is about."""
        asked = (name, email)
        if asked not in self._found:
            label = self._labels.get(name)
            found = Match(label, "alias") if label else self._find(name, email)
            # Those on the roster go first: a name alone may be another person's.
            if self._erased and found.how in ("none", "fuzzy"):
                gone = self._erased.find(name=name, email=email)
                found = Match(self._students[gone], "alias") if gone in self._students else found
            self._found[asked] = found
        return self._found[asked]

    def _find(self, name: str, email: str | None) -> Match:
        if email:
            settled = self._aliases.get(alias_key(name, email))
            if settled is not None:
                # What an instructor said of this very address goes before the roster.
                return self._settled(settled)
            student = self._by_email.get(comparable(email))
            if student is not None:
                return Match(student, "email")
        settled = self._aliases.get(alias_key(name))
        if settled is None:
            return self._by_name(name)
        if email and len(self._called(forms(name))) > 1:
            # Which of the namesakes was settled for somebody without this address.
            return self._by_name(name)
        return self._settled(settled)

    def _settled(self, alias: Alias) -> Match:
        return Match(None if alias.student_id is None else self._students.get(alias.student_id), "alias")

    def _by_name(self, name: str) -> Match:
        # Who joins with an address for a name is called by what stands before the @.
        found = forms(name.partition("@")[0])
        if not found:
            return Match(None, "none", why="there is no name in it")
        same = self._called(found)
        # A first name alone is no full name, unless it is all that the roster has.
        if len(same) == 1 and self._is_whole(next(iter(same)), found):
            return Match(self._students[next(iter(same))], "name", 100)
        if len(same) > 1:
            candidates = tuple(Candidate(self._students[one], 100) for one in same)
            why = f"{len(same)} students are called so" if len(found) == 1 else "it may be several students"
            return Match(None, "none", None, candidates[:MOST_SUGGESTED], why)
        return self._by_likeness(found)

    def _called(self, found: Iterable[Tokens]) -> dict[int, None]:
        """Give the students who have one of the names, by id."""
        same: dict[int, None] = {}
        for form in found:
            for key in sorted(keys(form)):
                same |= dict.fromkeys(sorted(self._by_key.get(key, ())))
        return same

    def _is_whole(self, student_id: int, found: Iterable[Tokens]) -> bool:
        words = roster_form(self._students[student_id].name)
        if len(words) > 1:
            return True
        # A student with one name only: another word may be somebody else's.
        return all(len(form) == 1 for form in found)

    def _by_likeness(self, found: Iterable[Tokens]) -> Match:
        scores: dict[int, tuple[float, bool]] = {}
        for form in found:
            for folded in folded_forms(form):
                for student_id, score, sure in self._alike(folded):
                    if score > scores.get(student_id, (0.0, False))[0]:
                        scores[student_id] = (score, sure)
        ranked = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))
        candidates = tuple(Candidate(self._students[one], int(score)) for one, (score, _) in ranked)
        suggested = candidates[:MOST_SUGGESTED]
        if not ranked:
            return Match(None, "none", why="no student's name is like it")
        best, sure = ranked[0][1]
        if best < SURE or not sure:
            why = "the name is only a little alike" if best < SURE else "a word ends otherwise"
            return Match(None, "none", None, suggested, why)
        if len(ranked) > 1 and best - ranked[1][1][0] < MARGIN:
            return Match(None, "none", None, suggested, "several names are alike")
        return Match(candidates[0].student, "fuzzy", candidates[0].score, suggested)

    def _alike(self, words: Tokens) -> Iterable[tuple[int, float, bool]]:
        """Give students with how alike their names are, and whether that may be enough."""
        from rapidfuzz import fuzz, process

        for text, choices in ((" ".join(words), self._spelled), (" ".join(sorted(words)), self._sorted)):
            close = process.extract(text, choices, scorer=fuzz.ratio, score_cutoff=POSSIBLE, limit=10)
            for _, score, at in close:
                theirs = self._spelled[at].split()
                yield self._owners[at], score, len(words) > 1 and not endings_differ(words, theirs)
        shared: dict[int, None] = {}
        for word in words:
            shared |= dict.fromkeys(sorted(self._by_word.get(word, ())))
        for student_id in shared:
            for form in folded_forms(roster_form(self._students[student_id].name)):
                score = _shared(words, form)
                if score:
                    yield student_id, score, score >= SURE


def _shared(words: Tokens, theirs: Tokens) -> int:
    """Give a score to names that have words in common, though they are not written alike."""
    common = set(words) & set(theirs)
    if len(common) > 1 and (common == set(words) or common == set(theirs)):
        return _PART_OF
    if len(words) == 1:
        return _FIRST_NAME
    rest, left = (
        [word for word in words if word not in common],
        [word for word in theirs if word not in common],
    )
    if rest and all(
        any(word.startswith(short) for word in left) if len(short) == 1 else False for short in rest
    ):
        return _INITIAL
    return 0
