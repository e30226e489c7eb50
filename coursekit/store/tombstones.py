"""How somebody who was erased is recognized in later files, so that an import does not bring the name back.

What remains is a hash of each thing that the person was called, under a salt of the person's own. It says whether a
name in a file that is read anyway is the erased one, and gives no name away. Who has the database and a guess can
test the guess, however: `coursekit privacy erase --no-tombstone` keeps not even that.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

import sqlalchemy as sa

from coursekit.store.people import comparable
from coursekit.store.schema import tombstones
from coursekit.store.transaction import Reader, Transaction

Kind = Literal["name", "email", "account", "id_number", "account_id"]

# The more surely it means one person, the earlier.
_ORDER: tuple[Kind, ...] = ("account_id", "id_number", "email", "account", "name")


class Tombstones:
    """The erased people of a course; made by `list_tombstones`, once an import."""

    def __init__(self, rows: Iterable[tuple[int, Kind, str, str]]) -> None:
        self._hashes: dict[tuple[Kind, str], int] = {}
        self._salts: dict[str, None] = {}
        for student_id, kind, salt, digest in rows:
            self._hashes.setdefault((kind, digest), student_id)
            self._salts[salt] = None

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def find(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        account: str | None = None,
        id_number: str | None = None,
        account_id: str | None = None,
    ) -> int | None:
        """Give the id of the erased student of whom a file speaks, or None.

        Ask only about who is nobody on the roster: a name alone may be another person's, too.

        Parameters
        ----------
        name, email, account, id_number, account_id : str, optional
            What the file says. What is unique goes before the name.
        """
        if not self._hashes:
            return None
        said: dict[Kind, str | None] = {
            "name": name,
            "email": email,
            "account": account,
            "id_number": id_number,
            "account_id": account_id,
        }
        for kind in _ORDER:
            form = _form(kind, said[kind] or "")
            for salt in self._salts if form else ():
                found = self._hashes.get((kind, _hash(salt, kind, form)))
                if found is not None:
                    return found
        return None


def list_tombstones(view: Reader) -> Tombstones:
    """Give all erased people of the course."""
    rows = view.all(sa.select(tombstones).order_by(tombstones.c.id))
    return Tombstones((row.student_id, row.kind, row.salt, row.hash) for row in rows)


def add_tombstones(tx: Transaction, student_id: int, called: Mapping[Kind, Iterable[str]]) -> int:
    """Remember how a student who is being erased is recognized, and give in how many ways.

    Parameters
    ----------
    tx : Transaction
    student_id : int
    called : mapping of str to iterable of str
        Names, e-mail addresses, … by kind.
    """
    salt = secrets.token_hex(16)
    forms = {(kind, form) for kind, texts in called.items() for text in texts if (form := _form(kind, text))}
    rows = [
        {"student_id": student_id, "kind": kind, "salt": salt, "hash": _hash(salt, kind, form)}
        for kind, form in sorted(forms)
    ]
    tx.insert_many(tombstones, rows)
    return len(rows)


def _hash(salt: str, kind: Kind, form: str) -> str:
    return hmac.new(salt.encode(), f"{kind} {form}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _form(kind: Kind, text: str) -> str:
    """Give what is compared; of a name its words without accents, in any order, as lists turn names round."""
    if kind != "name":
        return comparable(text)
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", comparable(text)) if not unicodedata.combining(char)
    )
    return " ".join(sorted(re.findall(r"\w+", plain)))
