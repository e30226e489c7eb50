"""What students and groups are called on a screen: by their names, or by numbers where others look on.

The numbers are the ids of the store: they stay when others join or leave, an instructor finds them again, and
the audit has the same ones.
"""

from __future__ import annotations

from coursekit.store import Reader
from coursekit.store.people import list_groups, list_students
from coursekit.store.redact import without_names


class Names:
    """The names as the roster has them.

    Parameters
    ----------
    view : Reader
        Read once, when it is made.

    Attributes
    ----------
    anonymous : bool
        Whether accounts, e-mail addresses, links and folders must stay away from the screen as well.
    """

    anonymous = False

    def __init__(self, view: Reader) -> None:
        self._students = {student.id: student for student in list_students(view, left=True)}
        self._groups = {group.id: group for group in list_groups(view)}

    def student(self, student_id: int) -> str:
        """Give what to call a student; the text may hold anything that a roster can."""
        found = self._students.get(student_id)
        return found.name if found else f"Student {student_id}"

    def group(self, group_id: int) -> str:
        """Give what to call a group."""
        found = self._groups.get(group_id)
        return found.name if found else f"Group {group_id}"

    def text(self, text: str) -> str:
        """Give free text, such as a comment or what a check found."""
        return text


class Anonymous(Names):
    """The same with numbers: "Student 12", "Group 3"."""

    anonymous = True

    def __init__(self, view: Reader) -> None:
        super().__init__(view)
        self._people: list[tuple[int, str, str | None]] = []
        for student in self._students.values():
            self._people.append((student.id, student.name, student.account))
            if student.id_number:
                self._people.append((student.id, student.id_number, None))

    def student(self, student_id: int) -> str:
        """Give the number."""
        return f"Student {student_id}"

    def group(self, group_id: int) -> str:
        """Give the number."""
        return f"Group {group_id}"

    def text(self, text: str) -> str:
        """Give free text without the names, accounts and addresses in it."""
        return without_names(text, self._people)


def names_of(view: Reader, *, anonymous: bool) -> Names:
    """Give the names for a screen.

    Parameters
    ----------
    view : Reader
    anonymous : bool
        Whether others look on, as ``--anonymous`` says.
    """
    return Anonymous(view) if anonymous else Names(view)
