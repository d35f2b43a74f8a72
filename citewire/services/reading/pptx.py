"""PowerPoint files: one slide is one page, its title the heading, its notes at the end."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.exc import PythonPptxError
from pptx.shapes.group import GroupShape

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.flow import FlowBlock, flow_report, table_part
from citewire.services.reading.office import broken_if_refused, property_date
from citewire.services.reading.package import OfficePackage

MAIN_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
"""The only one that the library takes, but templates and shows are no different."""

MAX_DEPTH = 20
"""Of groups in groups."""


def read_pptx(path: Path) -> Report:
    """Read the PowerPoint file at `path`.

    Hidden slides are read too, so that numbers are those shown; their text is withheld.

    Raises:
        UnreadableDocument: it is broken or has no text.
    """
    with (
        OfficePackage.open(path) as package,
        broken_if_refused(),
        package.mended(MAIN_TYPE) as copy,
    ):
        try:
            presentation = Presentation(copy)
        except PythonPptxError as error:
            raise UnreadableDocument("the file is broken: a part of it is missing") from error
        properties = presentation.core_properties
        date = property_date(properties.created, properties.modified)
        title = properties.title or ""
        room = presentation.slide_width or 0, presentation.slide_height or 0
        parts = [
            part
            for number, slide in enumerate(presentation.slides)
            for part in _slide_parts(slide, room, first=number == 0)
        ]
    if title == "PowerPoint Presentation":
        title = ""
    return flow_report(path, parts, title=title, date=date)


def _slide_parts(slide: Any, room: tuple[int, int], *, first: bool) -> Iterator[FlowBlock]:
    # An empty part carries the page break, also of a slide without text.
    yield FlowBlock("text", "", page_break=not first)
    title = slide.shapes.title
    hidden = slide.element.get("show") in ("0", "false")
    if title is not None:
        off = hidden or _is_off(title, room)
        yield FlowBlock("heading", title.text_frame.text, hidden=off)
    title_id = None if title is None else title.shape_id
    for shape in slide.shapes:
        if shape.shape_id != title_id:
            off = hidden or _is_off(shape, room)
            for part in _parts([shape], 0):
                yield replace(part, hidden=off)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield FlowBlock("text", slide.notes_slide.notes_text_frame.text, hidden=hidden)


def _is_off(shape: Any, room: tuple[int, int]) -> bool:
    """Whether a shape stands beside the slide, in lengths of the file; `room` is its size."""
    left, top, width, height = shape.left, shape.top, shape.width, shape.height
    if None in (left, top, width, height) or not all(room):
        return False
    return bool(left + width <= 0 or top + height <= 0 or left >= room[0] or top >= room[1])


def _parts(shapes: Iterable[Any], depth: int) -> Iterator[FlowBlock]:
    """The text of `shapes` in their own order, which is the one in which they are read out."""
    for shape in shapes:
        if isinstance(shape, GroupShape):
            if depth < MAX_DEPTH:
                yield from _parts(shape.shapes, depth + 1)
        elif getattr(shape, "has_table", False):
            rows = ((cell.text for cell in row.cells) for row in shape.table.rows)
            yield table_part(rows)
        elif shape.has_text_frame:
            yield FlowBlock("text", shape.text_frame.text.replace("\v", "\n"))
