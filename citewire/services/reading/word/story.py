"""A text of a Word file, of its body, a note or a header: paragraphs and tables in order."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any

from citewire.content.report import Kind
from citewire.services.reading.equations import equation_text
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.office_xml import ALTERNATE, one_of_each
from citewire.services.reading.word.drawings import drawn_parts
from citewire.services.reading.word.file import WordBlock, WordFile
from citewire.services.reading.word.included import included_parts
from citewire.services.reading.word.inline import PAGE, Inline
from citewire.services.reading.word.names import (
    CELL_LOOK,
    GONE,
    NO_TEXT,
    PARAGRAPH,
    PARAGRAPH_LOOK,
    RUN_LOOK,
    SECTION,
    TABLE,
    TABLE_LOOK,
    VALUE,
    w,
)
from citewire.services.reading.word.runs import EQUATIONS, RunReader, flat_text
from citewire.services.reading.word.styles import outline_level
from citewire.services.reading.word.tables import read_table
from citewire.services.reading.word.unseen import has_shade

DEEPEST = 30
"""Tables in tables, text boxes in text boxes and wrappers around them."""


class Story:
    """Reads a text from its parts."""

    def __init__(self, file: WordFile, part: str, *, is_margin: bool = False) -> None:
        """Prepare to read a text.

        Args:
            file: that it is of.
            part: name of the part in which it stands, whose relationships hold.
            is_margin: whether it is a header or footer, where large letters across are a watermark.
        """
        self._file = file
        self._part = part
        self._is_margin = is_margin
        self._runs = RunReader(file)

    def blocks(
        self, parent: Any, *, is_shaded: bool = False, depth: int = 0
    ) -> Iterator[WordBlock]:
        """The blocks in `parent`, in order.

        Args:
            parent: the element that holds them.
            is_shaded: whether something darker than paper may be behind them.
            depth: how many elements that hold blocks are around it.
        """
        if depth > DEEPEST:
            self._file.unread.is_too_deep = True
            yield WordBlock(FlowBlock("text", flat_text(parent)))
            return
        joined = Inline()
        for element in _each(parent):
            tag = element.tag
            if tag == PARAGRAPH:
                joined = yield from self._paragraph(element, joined, is_shaded, depth)
            elif tag == TABLE:
                yield from self._table(element, is_shaded, depth)
            elif tag == w("altChunk"):
                yield from self._included(element)
            elif tag in EQUATIONS:
                yield WordBlock(FlowBlock("text", equation_text(element)))
            elif tag in GONE:
                self._file.unread.note_deleted(element)
            elif tag not in NO_TEXT and isinstance(tag, str):
                yield from self.blocks(element, is_shaded=is_shaded, depth=depth + 1)
        if joined.pieces:
            yield WordBlock(FlowBlock("text", joined.text().replace(PAGE, " ")))

    def _paragraph(
        self, element: Any, inline: Inline, is_shaded: bool, depth: int
    ) -> Generator[WordBlock, None, Inline]:
        """The blocks of a paragraph.

        Returns what it holds if its end was deleted, so that it goes on in the next one.
        """
        look = element.find(PARAGRAPH_LOOK)
        style = self._style(look)
        self._runs.read(element, style, is_shaded=is_shaded or has_shade(look), into=inline)
        if _ends_deleted(look):
            return inline
        label = self._file.numbering.label(element, style)
        pages = inline.text().split(PAGE)
        first = next((n for n, text in enumerate(pages) if text.strip()), None)
        if first is not None:
            pages[first] = label + pages[first].lstrip(" ") if label else pages[first]
        level = self._level(look, style)
        kind: Kind = "text" if level is None else "heading"
        is_caption = self._file.styles.is_caption(style)
        for number, text in enumerate(pages):
            notes = tuple(note for page, note in inline.notes if page == number)
            block = FlowBlock(kind, text, page_break=number > 0, level=level)
            yield WordBlock(block, is_caption, notes)
        if any(text.strip() for text in inline.hidden):
            yield WordBlock(FlowBlock("text", "".join(inline.hidden), hidden=True))
        for drawing in inline.anchored:
            yield from self._drawn(drawing, depth)
        if look is not None and look.find(SECTION) is not None:
            yield WordBlock(FlowBlock("text", ""), ends_section=True)
        return Inline()

    def _style(self, look: Any) -> str:
        named = None if look is None else look.find(w("pStyle"))
        return self._file.styles.usual if named is None else named.get(VALUE) or ""

    def _level(self, look: Any, style: str) -> int | None:
        """How deep a paragraph lies in the outline, from 0; None if it is no heading."""
        own = None if look is None else look.find(w("outlineLvl"))
        if own is not None:
            return outline_level(own)
        return self._file.styles.heading_level(style)

    def _table(self, element: Any, is_shaded: bool, depth: int) -> Iterator[WordBlock]:
        look = element.find(TABLE_LOOK)
        is_styled = look is not None and look.find(w("tblStyle")) is not None

        def read_cell(cell: Any) -> Iterator[WordBlock]:
            shaded = is_shaded or is_styled or has_shade(look) or has_shade(cell.find(CELL_LOOK))
            return self.blocks(cell, is_shaded=shaded, depth=depth + 1)

        return read_table(element, read_cell, self._file.styles)

    def _drawn(self, drawing: Any, depth: int) -> Iterator[WordBlock]:
        def read_box(box: Any) -> Iterator[WordBlock]:
            return self.blocks(box, is_shaded=True, depth=depth + 1)

        for part in drawn_parts(drawing, self._file, self._part, read_box, self._is_margin):
            # Boxes stand on the page of their paragraph.
            yield replace(part, block=replace(part.block, page_break=False))

    def _included(self, element: Any) -> Iterator[WordBlock]:
        for block in included_parts(element, self._file, self._part):
            yield WordBlock(block)


def _each(parent: Any) -> Iterator[Any]:
    for child in parent:
        if child.tag == ALTERNATE:
            yield from one_of_each([child])
        else:
            yield child


def _ends_deleted(look: Any) -> bool:
    mark = None if look is None else look.find(RUN_LOOK)
    return mark is not None and any(mark.find(gone) is not None for gone in GONE)
