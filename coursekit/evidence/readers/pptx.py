"""Prints what a PPTX file's slides hold: words, sizes and colors of letters, alt texts, what leaves its box.

Standard library only. What a slide does not state it inherits: from its layout, its master, the theme.
"""

from __future__ import annotations

import io
import json
import posixpath
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

_PARTS = 2_000  # entries of the archive that are looked at
_PART = 20_000_000  # bytes of one part, unpacked
_TOTAL = 150_000_000
_SLIDES = 500
_TEXT = 4_000
_EMU = 12_700  # to a point
_TITLES = {"title", "ctrTitle"}
_BACKGROUND = "background"  # filled like the slide's own ground
_QUIET = {"dt", "ftr", "sldNum", "hdr"}
Box = tuple[float, float, float, float]


class RefusedError(Exception):
    """The file is none that is read."""


def parse(data: bytes) -> Element:
    """Return the elements by their local names; a document type, where entities come from, is refused."""
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > 200:
            raise RefusedError("nested too deeply")
        kept = {
            ("r:" if "relationships}" in name else "") + name.rpartition("}")[2]: value
            for name, value in attributes.items()
        }
        builder.start(tag.rpartition("}")[2], kept)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition("}")[2])

    def refuse(*_: object) -> None:
        raise RefusedError("a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    parser.Parse(data, True)
    return builder.close()


class Archive:
    """The parts of the file, read within limits whatever its directory says."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._names = set(self._zip.namelist()[: _PARTS * 10])
        self._read = 0
        self._known: dict[str, Element | None] = {}

    def part(self, name: str) -> Element | None:
        """Return a part, or None where there is none."""
        if name not in self._known:
            if len(self._known) > _PARTS:
                raise RefusedError("too many parts")
            self._known[name] = self._load(name) if name in self._names else None
        return self._known[name]

    def _load(self, name: str) -> Element:
        with self._zip.open(name) as file:
            data = file.read(_PART + 1)
        self._read += len(data)
        if len(data) > _PART or self._read > _TOTAL:
            raise RefusedError("too large")
        return parse(data)

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return a part's relations by their ids: kind and path; those to the outside are left out."""
        folder, base = posixpath.split(name)
        relations = self.part(f"{folder}/_rels/{base}.rels")
        found = {}
        for relation in relations if relations is not None else ():
            if relation.get("TargetMode") != "External":
                target = relation.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = relation.get("Type", "").rpartition("/")[2]
                found[relation.get("Id", "")] = (kind, posixpath.normpath(path))
        return found

    def relation(self, name: str, kind: str) -> str:
        """Return the path of the part that `name` has as its layout, master or theme."""
        return next((path for kind_, path in self.related(name).values() if kind_ == kind), "")


class Look:
    """A layout with its master: what a slide inherits."""

    def __init__(self, archive: Archive, slide: str, default: Element | None) -> None:
        self.layout_path = archive.relation(slide, "slideLayout")
        self.layout = archive.part(self.layout_path)
        master = archive.relation(self.layout_path, "slideMaster") if self.layout_path else ""
        self.master = archive.part(master)
        theme = archive.part(archive.relation(master, "theme")) if master else None
        self.scheme = _scheme(theme)
        mapping = self.master.find("clrMap") if self.master is not None else None
        self.mapping: dict[str, str] = dict(mapping.attrib) if mapping is not None else {}
        self.default = default

    def link(self) -> str | None:
        """Return the color of links."""
        return self.scheme.get(self.mapping.get("hlink", "hlink"))

    def color(self, holder: Element | None) -> str | None:
        """Return the color in a fill as ``rrggbb``; None where it cannot be told."""
        for child in holder if holder is not None else ():
            if child.tag == "srgbClr":
                value: str | None = child.get("val", "")
            elif child.tag == "schemeClr":
                name = child.get("val", "")
                value = self.scheme.get(self.mapping.get(name, name))
            elif child.tag == "sysClr":
                value = child.get("lastClr")
            elif child.tag == "prstClr":
                value = {"black": "000000", "white": "FFFFFF"}.get(child.get("val", ""))
            else:
                continue
            return _adjusted(value, child)
        return None


def _scheme(theme: Element | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in theme.iterfind("themeElements/clrScheme/*") if theme is not None else ():
        for color in entry:
            found[entry.tag] = str(color.get("lastClr") or color.get("val", ""))
    return found


def _adjusted(value: str | None, element: Element) -> str | None:
    """Apply a color's brightness; None where it is changed in a way that is not reckoned here."""
    import colorsys

    if not value or len(value) != 6:
        return None
    try:
        red, green, blue = (int(value[i : i + 2], 16) / 255 for i in (0, 2, 4))
        hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
        for change in element:
            amount = int(change.get("val", "0").rstrip("%")) / 100_000
            if change.tag == "lumMod":
                light *= amount
            elif change.tag == "lumOff":
                light += amount
            elif not (change.tag == "alpha" and amount >= 1):
                return None
    except ValueError:
        return None
    parts = colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), saturation)
    return "".join(f"{round(part * 255):02X}" for part in parts)


def read(data: bytes) -> dict[str, Any]:
    """Return the slides' facts. Sizes are in points of a slide that is 540 points high."""
    archive = Archive(data)
    deck = archive.part("ppt/presentation.xml")
    if deck is None:
        raise RefusedError("no presentation")
    size = deck.find("sldSz")
    width = _whole(size, "cx", 12_192_000) / _EMU
    height = _whole(size, "cy", 6_858_000) / _EMU
    relations = archive.related("ppt/presentation.xml")
    slides: list[dict[str, Any]] = []
    for entry in list(deck.iterfind("sldIdLst/sldId"))[:_SLIDES]:
        path = relations.get(entry.get("r:id", ""), ("", ""))[1]
        slide = archive.part(path)
        if slide is not None and slide.get("show") not in {"0", "false"}:
            look = Look(archive, path, deck.find("defaultTextStyle"))
            slides.append(_Slide(slide, look, width, height).facts(len(slides) + 1))
    return {"tagged": True, "count": len(slides), "slides": slides}


def _whole(element: Element | None, name: str, default: int = 0) -> int:
    try:
        return int(element.get(name, default)) if element is not None else default
    except ValueError:
        return default


class _Slide:
    def __init__(self, slide: Element, look: Look, width: float, height: float) -> None:
        self.slide, self.look = slide, look
        self.width, self.height = width or 960.0, height or 540.0
        self.scale = 540.0 / self.height
        self.words: list[str] = []
        self.cells: list[str] = []  # of tables, which nobody reads word by word
        self.letters: dict[float, tuple[int, str]] = {}
        self.pale: list[list[Any]] = []
        self.crowded: list[list[Any]] = []
        self.undescribed: list[str] = []
        self.under: list[tuple[Box, str | None]] = []

    def facts(self, number: int) -> dict[str, Any]:
        for part in (self.look.master, self.look.layout):
            for shape, box in _shapes(part):
                if _placeholder(shape) is None:
                    self._cover(shape, box)
        for shape, box in _shapes(self.slide):
            self._shape(shape, box)
        return {
            "number": number,
            "text": "\n".join(self.words + self.cells)[:_TEXT],
            "words": sum(len(text.split()) for text in self.words),
            "letters": [[size, *found] for size, found in sorted(self.letters.items())][:20],
            "pale": self.pale[:20],
            "crowded": self.crowded[:20],
            "undescribed": self.undescribed[:50],
        }

    def _shape(self, shape: Element, box: Box | None) -> None:
        properties = next(
            (shape.find(f"{kind}/cNvPr") for kind in _NAMES if shape.find(kind) is not None), None
        )
        shows = shape.tag == "pic" or shape.find("graphic/graphicData/chart") is not None
        if shows and properties is not None and not _described(properties):
            self.undescribed.append(properties.get("name", "")[:80])
        place = _placeholder(shape)
        above = self._inherited(place) if place is not None else []
        if box is None:
            box = next((found for one in above if (found := _box(one.find("spPr/xfrm")))), None)
        body = shape.find("txBody")
        if body is not None and (place is None or place.get("type") not in _QUIET):
            self._text(shape, body, box, place, above)
        for cell in shape.iterfind("graphic/graphicData/tbl/tr/tc/txBody"):
            self.cells += [text for text, _ in _paragraphs(cell) if text]
        self._cover(shape, box)

    def _inherited(self, place: Element) -> list[Element]:
        """Return the placeholders of the layout and the master that this one follows."""
        found = []
        kind, index = place.get("type", "body"), place.get("idx")
        for part in (self.look.layout, self.look.master):
            places = [(shape, ph) for shape, _ in _shapes(part) if (ph := _placeholder(shape)) is not None]
            chosen = [s for s, ph in places if index is not None and ph.get("idx") == index]
            same = {kind} | (
                _TITLES if kind in _TITLES else {"body", "obj"} if kind in {"body", "obj"} else set()
            )
            chosen += [s for s, ph in places if ph.get("type", "body") in same]
            found += chosen[:1]
            if chosen and part is self.look.layout:
                kind = next(ph.get("type", kind) for s, ph in places if s is chosen[0])
        return found

    def _cover(self, shape: Element, box: Box | None) -> None:
        """Remember what lies under later shapes."""
        if box is None or shape.tag == "cxnSp":
            return
        if shape.tag == "sp":
            has, color = self._fill(shape, [])
            if has:
                self.under.append((box, color))
        else:
            self.under.append((box, None))

    def _fill(self, shape: Element, above: list[Element]) -> tuple[bool, str | None]:
        """Return whether a shape is filled, and with which color where that can be told."""
        if shape.get("useBgFill") in {"1", "true"}:
            return True, _BACKGROUND
        for one in (shape, *above):
            properties = one.find("spPr")
            for child in properties if properties is not None else ():
                if child.tag == "noFill":
                    return False, None
                if child.tag == "solidFill":
                    return True, self.look.color(child)
                if child.tag in {"gradFill", "blipFill", "pattFill", "grpFill"}:
                    return True, None
            reference = one.find("style/fillRef")
            if reference is not None and reference.get("idx", "0") != "0":
                return True, self.look.color(reference) if reference.get("idx") == "1" else None
        return False, None

    def _ground(self, shape: Element, above: list[Element], box: Box | None) -> str | None:
        has, color = self._fill(shape, above)
        if not has and box is None:
            return None
        if not has and box:
            other, color = next(
                (one for one in reversed(self.under) if _overlap(box, one[0])), (box, _BACKGROUND)
            )
            color = color if _within(box, other) else None
        if color != _BACKGROUND:
            return color
        for part in (self.slide, self.look.layout, self.look.master):
            ground = part.find("cSld/bg") if part is not None else None
            if ground is not None:
                stated = ground.find("bgPr/solidFill")
                if stated is not None:
                    return self.look.color(stated)
                reference = ground.find("bgRef")
                plain = reference is not None and reference.get("idx") == "1001"
                return self.look.color(reference) if plain else None
        return None

    def _text(
        self, shape: Element, body: Element, box: Box | None, place: Element | None, above: list[Element]
    ) -> None:
        styles = [body.find("lstStyle"), *(one.find("txBody/lstStyle") for one in above)]
        family = "otherStyle"
        if place is not None:
            family = "titleStyle" if place.get("type") in _TITLES else "bodyStyle"
        if self.look.master is not None:
            styles.append(self.look.master.find(f"txStyles/{family}"))
        styles.append(self.look.default)
        frame = next(
            (
                f
                for one in (body, *(a.find("txBody") for a in above))
                if one is not None and (f := one.find("bodyPr")) is not None and (len(f) or one is body)
            ),
            None,
        )
        shrunk = frame.find("normAutofit") if frame is not None else None
        shrink = _whole(shrunk, "fontScale", 100_000) / 100_000
        ground: str | bool | None = False
        lines = 0.0
        said = ""
        for text, paragraph in _paragraphs(body):
            level = min(_whole(paragraph.find("pPr"), "lvl"), 8) + 1
            largest = 0.0
            for run in paragraph:
                content = (run.findtext("t") or "") if run.tag in {"r", "fld"} else ""
                if not content.strip():
                    continue
                size = self._size(run, styles, level) * shrink
                largest = max(largest, size)
                points = round(size * self.scale, 1)
                count, sample = self.letters.get(points, (0, content.strip()[:60]))
                self.letters[points] = (count + len("".join(content.split())), sample)
                ink = self._ink(run, styles, level, shape)
                if ink and ground is False:
                    ground = self._ground(shape, above, box)
                if ink and isinstance(ground, str) and len(self.pale) < 200:
                    self.pale.append([ink, ground, points, content.strip()[:60]])
            if text:
                self.words.append(text)
                said = said or text[:60]
            if box and largest:
                room = max(box[2] - 2 * 7.2, largest)
                lines += -(-len(text) * largest * 0.48 // room) * largest * 1.2
        if not said or box is None:
            return
        if shrink <= 0.7:
            self.crowded.append(["shrunk", round(shrink * 100), said])
        elif min(self.width - box[0] - box[2], box[0]) < -0.04 * self.width or (
            min(self.height - box[1] - box[3], box[1]) < -0.04 * self.height
        ):
            self.crowded.append(["outside", 0, said])
        elif shrunk is None and (frame is None or frame.get("wrap") != "none") and box[3] > 0:
            own = frame is not None and frame.find("spAutoFit") is not None
            if not own and lines > 1.3 * box[3] and lines - box[3] > 0.08 * self.height:
                self.crowded.append(["over", round(lines / box[3] * 100), said])

    def _size(self, run: Element, styles: list[Element | None], level: int) -> float:
        stated = _whole(run.find("rPr"), "sz")
        for style in styles:
            if stated:
                break
            if style is not None:
                stated = _whole(style.find(f"lvl{level}pPr/defRPr"), "sz")
        return (stated or 1800) / 100

    def _ink(self, run: Element, styles: list[Element | None], level: int, shape: Element) -> str | None:
        properties = run.find("rPr")
        for child in properties if properties is not None else ():
            if child.tag == "solidFill":
                return self.look.color(child)
            if child.tag in {"gradFill", "noFill", "blipFill", "pattFill"}:
                return None
        if properties is not None and properties.find("hlinkClick") is not None:
            return self.look.link()
        font = shape.find("style/fontRef")
        if font is not None and len(font):
            return self.look.color(font)
        for style in styles:
            fill = style.find(f"lvl{level}pPr/defRPr/solidFill") if style is not None else None
            if fill is not None:
                return self.look.color(fill)
        return None


_NAMES = ("nvSpPr", "nvPicPr", "nvGraphicFramePr", "nvCxnSpPr", "nvGrpSpPr")


def _described(properties: Element) -> bool:
    """Whether a picture has an alt text that says more than its file's name, or is marked as decoration."""
    if any(child.tag == "decorative" and child.get("val") in {"1", "true"} for child in properties.iter()):
        return True
    text = properties.get("descr", "").strip()
    return bool(text) and not text.lower().endswith(
        (".png", ".jpg", ".jpeg", ".gif", ".svg", ".bmp", ".tif", ".emf")
    )


def _placeholder(shape: Element) -> Element | None:
    return next((shape.find(f"{kind}/nvPr/ph") for kind in _NAMES if shape.find(kind) is not None), None)


def _paragraphs(body: Element) -> Iterator[tuple[str, Element]]:
    for paragraph in body.iterfind("p"):
        parts = ["\n" if run.tag == "br" else run.findtext("t") or "" for run in paragraph]
        yield " ".join("".join(parts).split()), paragraph


def _shapes(part: Element | None) -> Iterator[tuple[Element, Box | None]]:
    tree = part.find("cSld/spTree") if part is not None else None
    if tree is not None:
        yield from _in_group(tree, (0.0, 0.0, 1.0, 1.0), 0)


def _in_group(group: Element, placed: Box, depth: int) -> Iterator[tuple[Element, Box | None]]:
    """Give the shapes in drawing order, with their boxes on the slide."""
    for child in group:
        if child.tag == "AlternateContent":
            chosen = child.find("Fallback")
            if chosen is not None and depth < 20:
                yield from _in_group(chosen, placed, depth + 1)
        elif child.tag == "grpSp" and depth < 20:
            frame = child.find("grpSpPr/xfrm")
            outer = _box(frame)
            inner = _box(frame, "chOff", "chExt")
            if outer and inner and inner[2] and inner[3]:
                across, down = outer[2] / inner[2], outer[3] / inner[3]
                shift = (outer[0] - inner[0] * across, outer[1] - inner[1] * down)
                yield from _in_group(
                    child,
                    (
                        placed[0] + shift[0] * placed[2],
                        placed[1] + shift[1] * placed[3],
                        across * placed[2],
                        down * placed[3],
                    ),
                    depth + 1,
                )
            else:
                yield from _in_group(child, placed, depth + 1)
        elif child.tag in {"sp", "pic", "graphicFrame", "cxnSp"}:
            box = _box(child.find("spPr/xfrm")) or _box(child.find("xfrm"))
            if box:
                box = (
                    placed[0] + box[0] * placed[2],
                    placed[1] + box[1] * placed[3],
                    box[2] * placed[2],
                    box[3] * placed[3],
                )
            yield child, box


def _box(frame: Element | None, corner: str = "off", extent: str = "ext") -> Box | None:
    if frame is None or frame.find(corner) is None or frame.find(extent) is None:
        return None
    at, size = frame.find(corner), frame.find(extent)
    return (
        _whole(at, "x") / _EMU,
        _whole(at, "y") / _EMU,
        _whole(size, "cx") / _EMU,
        _whole(size, "cy") / _EMU,
    )


def _overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _within(one: Box, other: Box) -> bool:
    return (
        other[0] <= one[0] + 1
        and other[1] <= one[1] + 1
        and one[0] + one[2] <= other[0] + other[2] + 1
        and one[1] + one[3] <= other[1] + other[3] + 1
    )


if __name__ == "__main__":
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))
        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    except (ImportError, ValueError, OSError):
        pass
    print(json.dumps(read(sys.stdin.buffer.read())))
