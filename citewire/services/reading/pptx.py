"""PowerPoint files: one slide is one page, its title the heading, its notes at the end."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.drawing_text import body_text, has_struck_text
from citewire.services.reading.flow import FlowBlock, flow_report
from citewire.services.reading.graphics import graphic_part, related_id
from citewire.services.reading.notes import pages, struck_note
from citewire.services.reading.office import office_properties
from citewire.services.reading.office_xml import (
    at_path,
    children,
    local_name,
    one_of_each,
    ungrouped,
)
from citewire.services.reading.package import OfficePackage
from citewire.services.reading.pictures import picture_text
from citewire.services.reading.slide_places import SlideRoom
from citewire.services.reading.slide_tables import slide_table

MAX_SLIDES = 10_000

_TITLES = ("title", "ctrTitle")
_PLACE_OF_NUMBER = "sldNum"
_SLIDE = "slide"


def read_pptx(path: Path) -> Report:
    """Read the PowerPoint file at `path`.

    Hidden slides are read too, so that numbers are those shown; their text is withheld.

    Raises:
        UnreadableDocument: it is broken or has no text.
    """
    with OfficePackage.open(path) as package:
        root = package.xml(package.main)
        if root is None:
            raise UnreadableDocument("the file is broken: its structure cannot be read")
        reader = _SlideReader(package, at_path(root, "sldSz"))
        relations = package.relations(package.main)
        slides = list(children(at_path(root, "sldIdLst"), "sldId"))[:MAX_SLIDES]
        parts: list[FlowBlock] = []
        for number, slide in enumerate(slides, 1):
            relation = relations.get(related_id(slide))
            name = relation.target if relation is not None and relation.is_there else ""
            parts += reader.parts(name, number)
        told = office_properties(package)
    title = "" if told.title == "PowerPoint Presentation" else told.title
    return flow_report(
        path, parts, title=title, date=told.date, notes=reader.notes(), properties=told.others
    )


class _SlideReader:
    """Reads the slides of one file, and remembers what could not be read."""

    def __init__(self, package: OfficePackage, size: Any) -> None:
        self._package = package
        self._room = SlideRoom(package, size)
        self._seen: set[str] = set()
        self._missing: list[int] = []
        self._with_objects: list[int] = []
        self._with_pictures: dict[int, None] = {}
        self._is_struck = False

    def notes(self) -> tuple[str, ...]:
        """What could not be read, for a person."""
        said = [*struck_note(is_struck=self._is_struck)]
        if self._missing:
            said.append(f"{pages(self._missing, called=_SLIDE)} missing in the file, or damaged")
        if self._with_objects:
            told = pages(self._with_objects, "has", "have", called=_SLIDE)
            said.append(f"{told} objects of other programs, which are not read")
        if self._with_pictures:
            told = pages(self._with_pictures, "has", "have", called=_SLIDE)
            said.append(f"{told} pictures, which are not read")
        return tuple(said)

    def parts(self, name: str, number: int) -> Iterator[FlowBlock]:
        """The blocks of the slide in the part `name`, beginning its page."""
        # An empty part carries the page break, also of a slide without text.
        yield FlowBlock("text", "", page_break=number > 1)
        if name and name in self._seen:
            return
        self._seen.add(name)
        root = self._package.xml(name) if name else None
        if root is None:
            self._missing.append(number)
            return
        self._is_struck = self._is_struck or has_struck_text(root)
        hidden = root.get("show") in ("0", "false")
        tree = at_path(root, "cSld", "spTree")
        shapes = list(one_of_each(tree if tree is not None else ()))
        title = next((shape for shape in shapes if _placeholder(shape) in _TITLES), None)
        if title is not None:
            off = hidden or self._room.is_outside(title, name)
            yield FlowBlock("heading", _shape_text(title), hidden=off)
        for shape in shapes:
            if shape is not title:
                off = hidden or self._room.is_outside(shape, name)
                for part in self._shape_parts(shape, name, number):
                    yield replace(part, hidden=off)
        for text in (*_comments(self._package, name), *_spoken(self._package, name)):
            yield FlowBlock("text", text, hidden=hidden)

    def _shape_parts(self, shape: Any, name: str, number: int) -> Iterator[FlowBlock]:
        """What a shape says; those of a group in their own order, in which they are read out."""
        for kind, part in ungrouped([shape]):
            if kind == "graphicFrame":
                yield from self._frame_parts(part, name, number)
            elif kind == "pic":
                self._with_pictures[number] = None
                text = picture_text(part)
                if text:
                    yield FlowBlock("figure", text)
            elif _placeholder(part) != _PLACE_OF_NUMBER:
                yield FlowBlock("text", _shape_text(part))

    def _frame_parts(self, frame: Any, name: str, number: int) -> Iterator[FlowBlock]:
        data = at_path(frame, "graphic", "graphicData")
        for element in one_of_each(data if data is not None else ()):
            if local_name(element) == "tbl":
                yield slide_table(element)
            elif local_name(element) == "oleObj":
                self._with_objects.append(number)
        part = graphic_part(self._package, name, frame, self._seen)
        if part is not None:
            yield part


def _shape_text(shape: Any) -> str:
    body = at_path(shape, "txBody")
    return "" if body is None else body_text(body)


def _placeholder(shape: Any) -> str:
    """The kind of place that a shape takes on its slide; empty if it takes none."""
    for properties in shape:
        if local_name(properties).startswith("nv"):
            place = at_path(properties, "nvPr", "ph")
            return "" if place is None else str(place.get("type", "obj"))
    return ""


def _spoken(package: OfficePackage, name: str) -> Iterator[str]:
    """The notes of who speaks to a slide."""
    root = package.xml(package.related(name, "notesSlide"))
    tree = at_path(root, "cSld", "spTree")
    for shape in one_of_each(tree if tree is not None else ()):
        text = _shape_text(shape).strip() if _placeholder(shape) == "body" else ""
        if text:
            yield f"Notes: {text}"


def _comments(package: OfficePackage, name: str) -> Iterator[str]:
    """What was remarked on a slide, with the answers to it."""
    for relation in package.relations(name).values():
        root = package.xml(relation.target) if relation.kind == "comments" else None
        for comment in children(root, "cm"):
            said = [comment, *children(at_path(comment, "replyLst"), "reply")]
            texts = (" ".join(filter(None, map(_remark, said)))).strip()
            if texts:
                yield f"Comment: {texts}"


def _remark(comment: Any) -> str:
    plain, body = at_path(comment, "text"), at_path(comment, "txBody")
    if plain is not None:
        return " ".join((plain.text or "").split())
    return "" if body is None else " ".join(body_text(body).split())
