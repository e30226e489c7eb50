"""PRE: the slides and the cover image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursekit.checker.rule import Outcome, Rule, met, not_judged, not_met
from coursekit.evidence.slides import cover, slides
from coursekit.model import Location, Text
from coursekit.submission import Submission
from coursekit.text import one_line

MB = 1_000_000
_NO_SLIDES = Text("there are no slides (PRE601)", "es gibt keine Folien (PRE601)")


class SlidesThere(Rule):
    """The presentation folder holds slides, or its README links to slides on the web."""

    code = "PRE601"
    title = Text("Slides", "Folien")
    what = Text(
        "The presentation folder holds slides, or its README links to slides on the web.",
        "Der Ordner der Präsentation enthält Folien, oder sein README verweist auf Folien im Netz.",
    )
    why = Text(
        "The final presentation is part of the project, and its slides are what remains of it.",
        "Die Abschlusspräsentation gehört zum Projekt, und die Folien sind das, was von ihr bleibt.",
    )
    hint = Text(
        "Put your slides into 4_Presentation as PDF, PPT, PPTX or ODP; 'coursekit report .' makes them from your work.",
        "Legt eure Folien als PDF, PPT, PPTX oder ODP in 4_Presentation; 'coursekit report .' macht sie aus eurer Arbeit.",
    )
    example = Text(
        "4_Presentation/ with nothing but its README.md", "4_Presentation/ mit nichts als seinem README.md"
    )
    # Whether a link to slides on the web will do instead of a file.
    parameters = {"web": True}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for a file, then for a URL in the folder's README."""
        found = submission.once(slides)
        if found.files:
            names = one_line(", ".join(found.files), 120)
            return met(Text(names, names), *(Location(path) for path in found.files))
        if found.web and found.readme and parameters["web"]:
            link = found.web[0]
            url = one_line(link.target, 100)
            return met(Text(f"on the web: {url}", f"im Netz: {url}"), Location(found.readme.path, link.line))
        if not found.folders:
            return not_met(Text("there is no folder 4_Presentation", "der Ordner 4_Presentation fehlt"))
        if not parameters["web"]:
            text = Text(
                "{folder} holds no PDF, PPT, PPTX or ODP file",
                "{folder} enthält keine PDF-, PPT-, PPTX- oder ODP-Datei",
            )
            return not_met(text.format(folder=one_line(found.folders[0], 60)), Location(found.folders[0]))
        return not_met(
            Text(
                "{folder} holds no PDF, PPT, PPTX or ODP file, and its README links to no slides on the web",
                "{folder} enthält keine PDF-, PPT-, PPTX- oder ODP-Datei, und das README dort verweist auf keine Folien im Netz",
            ).format(folder=one_line(found.folders[0], 60)),
            Location(found.folders[0]),
        )


class SlidesSize(Rule):
    """Each slides file is small enough to be uploaded."""

    code = "PRE602"
    title = Text("Size of the slides", "Größe der Folien")
    what = Text(
        "Each slides file is small enough to be uploaded.",
        "Jede Datei mit Folien ist klein genug, um hochgeladen zu werden.",
    )
    why = Text(
        "The course platform refuses larger files, and they make every clone slow.",
        "Die Kursplattform nimmt größere Dateien nicht an, und sie machen jeden Klon langsam.",
    )
    hint = Text(
        "Compress the pictures (PowerPoint: Compress Pictures; PDF: export for screen) until the file is small enough.",
        "Verkleinert die Bilder (PowerPoint: Bilder komprimieren; PDF: für Bildschirm exportieren), bis die Datei passt.",
    )
    example = Text("4_Presentation/slides.pptx of 40 MB", "4_Presentation/slides.pptx mit 40 MB")
    parameters = {"megabytes": 25}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Compare the sizes, without opening the files."""
        found = submission.once(slides)
        limit = parameters["megabytes"] * MB
        if not found.files:
            reason = Text(
                "only slides on the web, no file to measure", "nur Folien im Netz, keine Datei zum Messen"
            )
            return not_judged(reason if found.web else _NO_SLIDES)
        sizes = {path: submission.files[path].size for path in found.files}
        large = [path for path, size in sizes.items() if size is not None and size > limit]
        if large:
            names = ", ".join(f"{one_line(path, 60)} ({(sizes[path] or 0) / MB:.1f} MB)" for path in large)
            text = Text("larger than {limit} MB: {names}", "größer als {limit} MB: {names}")
            return not_met(
                text.format(limit=parameters["megabytes"], names=names), *(Location(path) for path in large)
            )
        left_out = [path for path, size in sizes.items() if size is None]
        if left_out:
            text = Text(
                "{name} was left out of the clone, so its size is not known (it is over 10 MB)",
                "{name} wurde beim Klonen ausgelassen, ihre Größe ist nicht bekannt (über 10 MB)",
            )
            return not_judged(text.format(name=one_line(left_out[0], 60)), Location(left_out[0]))
        largest = f"{max(size or 0 for size in sizes.values()) / MB:.1f} MB"
        return met(Text(largest, largest))


class SlidesLinked(Rule):
    """The README of the presentation folder links to the slides."""

    code = "PRE603"
    title = Text("Link to the slides", "Link zu den Folien")
    what = Text(
        "The README of the presentation folder links to the slides.",
        "Das README im Ordner der Präsentation verweist auf die Folien.",
    )
    why = Text(
        "Whoever opens the folder on the git host should reach the slides with one click.",
        "Wer den Ordner auf dem Server öffnet, soll mit einem Klick bei den Folien sein.",
    )
    hint = Text(
        "Write '[Slides](name-of-your-file.pdf)' into README.md of 4_Presentation, with the file's exact name.",
        "Schreibt '[Slides](name-eurer-datei.pdf)' in README.md von 4_Presentation, mit dem genauen Namen der Datei.",
    )
    example = "[Slides](name_of_your_file)"

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Look for a link to one of the files, or to a URL."""
        found = submission.once(slides)
        if not found.files and not found.web:
            return not_judged(_NO_SLIDES)
        if found.readme is None:
            return not_met(
                Text(
                    "4_Presentation has no README.md that links to the slides",
                    "in 4_Presentation fehlt README.md mit dem Link",
                )
            )
        if found.linked:
            name = one_line(found.linked[0], 100)
            return met(Text(f"links to {name}", f"verweist auf {name}"), Location(found.readme.path))
        if found.web:
            url = one_line(found.web[0].target, 100)
            return met(
                Text(f"links to {url}", f"verweist auf {url}"), Location(found.readme.path, found.web[0].line)
            )
        name = one_line(found.files[0], 100)
        return not_met(
            Text(f"README.md does not link to {name}", f"README.md verweist nicht auf {name}"),
            Location(found.readme.path),
        )


class CoverThere(Rule):
    """The cover folder holds an image of the group's own."""

    code = "PRE604"
    title = Text("Cover image", "Titelbild")
    what = Text(
        "The cover folder holds an image of the group's own.",
        "Der Ordner des Titelbilds enthält ein eigenes Bild der Gruppe.",
    )
    why = Text(
        "The cover image stands for the project in the gallery and on the course's pages.",
        "Das Titelbild steht für das Projekt in der Galerie und auf den Seiten des Kurses.",
    )
    hint = Text(
        "Put an image of your own into CoverImage (PNG or JPEG, at least 800 × 450 pixels), in place of the placeholder.",
        "Legt ein eigenes Bild in CoverImage (PNG oder JPEG, mindestens 800 × 450 Pixel), anstelle des Platzhalters.",
    )
    example = Text(
        "CoverImage/ with nothing but the template's cover_image.png",
        "CoverImage/ mit nichts als cover_image.png aus der Vorlage",
    )

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Tell own images from the templates' placeholders by their hashes."""
        found = submission.once(cover)
        if found.own:
            names = one_line(", ".join(found.own), 120)
            return met(Text(names, names), *(Location(path) for path in found.own))
        if found.placeholders:
            path = one_line(found.placeholders[0], 60)
            text = Text("{path} is the template's placeholder", "{path} ist der Platzhalter der Vorlage")
            return not_met(text.format(path=path), Location(found.placeholders[0]))
        if found.folders:
            return not_met(
                Text("CoverImage holds no image", "CoverImage enthält kein Bild"), Location(found.folders[0])
            )
        return not_met(Text("there is no folder CoverImage", "der Ordner CoverImage fehlt"))


class CoverSize(Rule):
    """The group's own cover image is large enough."""

    code = "PRE605"
    title = Text("Size of the cover image", "Größe des Titelbilds")
    what = Text(
        "The group's own cover image is large enough.", "Das eigene Titelbild der Gruppe ist groß genug."
    )
    why = Text(
        "Smaller images are blurred where the course shows them.",
        "Kleinere Bilder sind dort, wo der Kurs sie zeigt, unscharf.",
    )
    hint = Text(
        "Export the image again with at least 800 × 450 pixels (better 1600 × 900).",
        "Exportiert das Bild noch einmal mit mindestens 800 × 450 Pixeln (besser 1600 × 900).",
    )
    example = Text("CoverImage/cover.png of 400 × 300 pixels", "CoverImage/cover.png mit 400 × 300 Pixeln")
    parameters = {"width": 800, "height": 450}

    def check(self, submission: Submission, parameters: Mapping[str, Any]) -> Outcome:
        """Read the images' headers; one that is large enough suffices."""
        found = submission.once(cover)
        if not found.own:
            return not_judged(
                Text(
                    "there is no cover image of your own (PRE604)", "es gibt kein eigenes Titelbild (PRE604)"
                )
            )
        wanted = f"{parameters['width']} × {parameters['height']}"
        too_small: list[tuple[str, str]] = []
        unread: list[str] = []
        for path in found.own:
            header = submission.image(path)
            if header is None:
                unread.append(path)
            elif header.width >= parameters["width"] and header.height >= parameters["height"]:
                size = f"{header.width} × {header.height}"
                return met(Text(size, size), Location(path))
            else:
                too_small.append((path, f"{header.width} × {header.height}"))
        if unread:
            text = Text("{path} is not an image that can be read", "{path} ist kein lesbares Bild")
            return not_judged(text.format(path=one_line(unread[0], 60)), Location(unread[0]))
        path, size = too_small[0]
        text = Text(
            "{path} has {size} pixels, fewer than {wanted}", "{path} hat {size} Pixel, weniger als {wanted}"
        )
        return not_met(
            text.format(path=one_line(path, 60), size=size, wanted=wanted),
            *(Location(p) for p, _ in too_small),
        )
