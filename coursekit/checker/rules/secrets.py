"""SEC: nothing in the repository opens anybody's account."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_met
from coursekit.evidence.secrets import secrets
from coursekit.model import Text
from coursekit.submission import Submission
from coursekit.text import one_line

_MOST_PLACES = 100


class NoSecrets(Rule):
    """No key, token or password is committed."""

    code = "SEC101"
    title = Text("No secrets", "Keine Geheimnisse")
    what = Text(
        "No key, token or password is committed, in files, notebooks or what notebooks printed; paths that match the "
        "parameter allowed aside.",
        "Kein Schlüssel, Token oder Passwort liegt im Repositorium, weder in Dateien noch in Notebooks oder deren Ausgaben; "
        "Pfade, die auf den Parameter allowed passen, ausgenommen.",
    )
    why = Text(
        "Programs search public repositories for keys and use them within minutes, at your cost. Deleting the line does not "
        "help: the history keeps it.",
        "Programme suchen in öffentlichen Repositorien nach Schlüsseln und benutzen sie binnen Minuten, auf eure Kosten. Die "
        "Zeile zu löschen hilft nicht: die Geschichte behält sie.",
    )
    hint = Text(
        "Revoke the key where you got it, now; then take it out, and read it from an environment variable or a file that "
        ".gitignore names.",
        "Widerruft den Schlüssel sofort dort, wo ihr ihn herhabt; nehmt ihn dann heraus, und lest ihn aus einer "
        "Umgebungsvariable oder einer Datei, die in .gitignore steht.",
    )
    example = '3_Model/model.ipynb: login(token="hf_…")'
    parameters = {"allowed": []}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look at every text; say the kind and the place of what is found, never the thing itself."""
        found = submission.once(secrets)
        hits = [
            secret
            for secret in found.found
            if not any(fnmatchcase(secret.location.path, pattern) for pattern in parameters["allowed"])
        ]
        if hits:
            kinds = ", ".join(dict.fromkeys(secret.kind for secret in hits))
            path = one_line(hits[0].location.path, 80)
            more = f" (+ {len(hits) - 1})" if len(hits) > 1 else ""
            text = Text("{kinds} in {path}{more}", "{kinds} in {path}{more}")
            return not_met(
                text.format(kinds=kinds, path=path, more=more),
                *(secret.location for secret in hits[:_MOST_PLACES]),
            )
        return met(Text("none found", "keine gefunden"))
