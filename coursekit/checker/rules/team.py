"""TEA: the group itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.model import Location, Text
from coursekit.submission import Submission


class TeamSize(Rule):
    """The team has as many members as the course wants."""

    code = "TEA101"
    title = Text("Size of the team", "Größe der Gruppe")
    what = Text(
        "project.toml names at least as many members as the parameter least, and at most as many as [groups] in "
        "course.toml allows, or else the parameter most.",
        "project.toml nennt mindestens so viele Mitglieder wie der Parameter least und höchstens so viele, "
        "wie [groups] in course.toml erlaubt, sonst der Parameter most.",
    )
    why = Text(
        "In a group that is too large somebody only watches; one that is too small has more work than the course gives points.",
        "In einer zu großen Gruppe sieht jemand nur zu; eine zu kleine hat mehr Arbeit, als der Kurs Punkte gibt.",
    )
    hint = Text(
        "Name every member in project.toml, and only those; ask your instructor where the group has another size.",
        "Nennt in project.toml alle Mitglieder, und nur diese; fragt eure Kursleitung, wenn die Gruppe anders groß ist.",
    )
    example = Text("seven members in project.toml", "sieben Mitglieder in project.toml")
    parameters = {"least": 1, "most": 4}
    from_course = {"most": "max_group_size"}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Count the members in project.toml; names in a README are not guessed."""
        project = submission.project
        if project is None:
            return not_judged(Text("there is no project.toml to read", "es gibt keine lesbare project.toml"))
        names = {" ".join(member.name.split()).casefold() for member in project.members} - {""}
        place = Location("project.toml")
        if not names:
            return not_judged(
                Text("project.toml names no members", "project.toml nennt keine Mitglieder"), place
            )
        least, most = parameters["least"], parameters["most"]
        if not least <= len(names) <= most:
            text = Text(
                "{n} members; expected are {least} to {most}",
                "{n} Mitglieder; erwartet sind {least} bis {most}",
            )
            return not_met(text.format(n=len(names), least=least, most=most), place)
        return met(
            Text("{n} of at most {most}", "{n} von höchstens {most}").format(n=len(names), most=most), place
        )
