"""What a presentation holds beside its slides: notes with times, sections, and what the file says of itself."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml import parse_xml

from coursekit.model import Text
from coursekit.report.deck import Deck, Slide
from coursekit.report.renderers.pptx._xml import NAMESPACES, clean, escaped

_TIME = Text(
    "Time: {own}, from {start} to {end} of {total} minutes",
    "Zeit: {own}, von {start} bis {end} von {total} Minuten",
)
_MAX_PROPERTY = 255  # what python-pptx writes into a property
_P14 = "http://schemas.microsoft.com/office/powerpoint/2010/main"


def notes(made: Any, slide: Slide, start: int, deck: Deck, language: str) -> None:
    """Write how long the slide takes, and what is to be said."""
    parts = []
    if slide.seconds:
        said = _TIME.format(
            own=_clock(slide.seconds),
            start=_clock(start),
            end=_clock(start + slide.seconds),
            total=_clock(deck.seconds),
        )
        parts.append(said.in_(deck.language))
    parts += [clean(text) for text in slide.notes.split("\n")]
    frame = made.notes_slide.notes_text_frame
    frame.text = "\n".join(parts).strip()
    for written in frame._txBody.iter("{*}rPr", "{*}r"):
        if written.tag.endswith("}r"):
            written.get_or_add_rPr().set("lang", language)


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def notes_master(presentation: Any) -> None:
    """Name the notes' master, which python-pptx makes but does not list."""
    if not len(presentation.slides):
        return
    part = presentation.part
    master = part.notes_master_part
    for place in master._element.xpath('.//p:sp[p:nvSpPr/p:nvPr/p:ph[@type="dt"]]'):
        place.getparent().remove(place)  # the day on which somebody prints it
    relation = part.relate_to(master, RT.NOTES_MASTER)
    listed = f'<p:notesMasterIdLst {NAMESPACES}><p:notesMasterId r:id="{relation}"/></p:notesMasterIdLst>'
    presentation._element.find("{*}sldMasterIdLst").addnext(parse_xml(listed))


def sections(presentation: Any, deck: Deck) -> None:
    """Group the slides by the sections of the report."""
    ids = [element.get("id") for element in presentation._element.sldIdLst]
    made, at = [], 0
    for outline in deck.outline:
        own = ids[at : at + outline.slides]
        at += outline.slides
        if own:
            name = uuid.uuid5(uuid.NAMESPACE_URL, f"coursekit:{outline.key}")
            slides = "".join(f'<p14:sldId id="{number}"/>' for number in own)
            said = escaped(outline.title)
            made.append(
                f'<p14:section name="{said}" id="{{{str(name).upper()}}}"><p14:sldIdLst>{slides}</p14:sldIdLst></p14:section>'
            )
    if made and at == len(ids):
        listed = (
            f'<p:extLst {NAMESPACES}><p:ext uri="{{521415D9-36F7-43E2-AB2F-B90AF26B5E84}}">'
            f'<p14:sectionLst xmlns:p14="{_P14}">{"".join(made)}</p14:sectionLst></p:ext></p:extLst>'
        )
        presentation._element.append(parse_xml(listed))


def properties(presentation: Any, deck: Deck) -> None:
    """Write what the file is: title, authors, language, date."""
    moment = deck.date.astimezone(dt.UTC).replace(tzinfo=None)
    written = presentation.core_properties
    written.title = clean(deck.title)[:_MAX_PROPERTY]
    written.author = clean("; ".join(deck.authors))[:_MAX_PROPERTY]
    written.last_modified_by = "coursekit"
    written.language = deck.language
    written.created = written.modified = moment
    written.revision = 1
