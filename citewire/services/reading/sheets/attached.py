"""What lies on a sheet (XLSX) beside its cells: comments, tables by name, charts, pictures."""

from collections.abc import Iterator
from typing import Any

from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.drawing_text import body_text
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.graphics import graphic_part
from citewire.services.reading.office_xml import (
    at_path,
    children,
    one_of_each,
    ungrouped,
)
from citewire.services.reading.package import OfficePackage
from citewire.services.reading.pictures import picture_text
from citewire.services.reading.sheets.model import Sheet, area_of, place_of
from citewire.services.reading.sheets.styles import rich_text

MAX_COMMENTS = 20_000


def attach(sheet: Sheet, package: OfficePackage, name: str, seen: set[str]) -> None:
    """Put into `sheet` what its part `name` points to, but for parts that were `seen` before."""
    comments: dict[tuple[int, int], str] = {}
    threads: dict[tuple[int, int], str] = {}
    for relation in package.relations(name).values():
        if not relation.is_there or relation.target in seen:
            continue
        seen.add(relation.target)
        if relation.kind == "comments":
            comments.update(_comments(package.xml(relation.target)))
        elif relation.kind == "threadedComment":
            for place, text in _threads(package.xml(relation.target)):
                threads[place] = f"{threads[place]} – {text}" if place in threads else text
        elif relation.kind == "table":
            _add_table(sheet, package.xml(relation.target))
        elif relation.kind == "drawing":
            _draw(sheet, package, relation.target, seen)
    # Of a thread, older programs get a copy with an advertisement.
    comments |= threads
    sheet.comments = [(*place, text) for place, text in comments.items() if text][:MAX_COMMENTS]


def _comments(root: Any) -> Iterator[tuple[tuple[int, int], str]]:
    for comment in children(at_path(root, "commentList"), "comment"):
        place, text = place_of(comment.get("ref", "")), at_path(comment, "text")
        if place is not None and text is not None:
            yield place, clean_line(rich_text(text))


def _threads(root: Any) -> Iterator[tuple[tuple[int, int], str]]:
    for comment in children(root, "threadedComment"):
        place, text = place_of(comment.get("ref", "")), at_path(comment, "text")
        if place is not None and text is not None:
            yield place, clean_line(text.text or "")


def _add_table(sheet: Sheet, root: Any) -> None:
    area = None if root is None else area_of(root.get("ref", ""))
    if area is not None:
        heads = root.get("headerRowCount", "1")
        sheet.tables.append((area, int(heads) if heads in ("0", "1") else 1))


def _draw(sheet: Sheet, package: OfficePackage, name: str, seen: set[str]) -> None:
    """Charts, diagrams, boxes of text and pictures of the drawing `name`, in its order."""
    root = package.xml(name)
    anchors = () if root is None else one_of_each(root)
    shapes = (shape for anchor in anchors for shape in one_of_each(anchor))
    parts: list[FlowBlock | None] = []
    for kind, shape in ungrouped(shapes):
        if kind == "graphicFrame":
            parts.append(graphic_part(package, name, shape, seen))
        elif kind in ("sp", "cxnSp"):
            body = at_path(shape, "txBody")
            if body is not None:
                parts.append(FlowBlock("text", body_text(body)))
        elif kind == "pic":
            sheet.pictures += 1
            text = picture_text(shape)
            parts.append(FlowBlock("figure", text) if text else None)
    sheet.parts += (part for part in parts if part is not None)
