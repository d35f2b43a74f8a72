"""The text of an HTML page between the borders of its blocks, as a reader sees it."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from citewire.content.report import Kind
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.html_controls import CONTROLS, value_of
from citewire.services.reading.html_elements import (
    heading_level,
    is_block,
    is_figure,
    is_heading,
    is_numerator,
    is_short,
    is_unknown,
    is_way_back,
    said_of,
    shift_of,
)
from citewire.services.reading.html_lists import OpenList, opened
from citewire.services.reading.html_looks import (
    OWN_PARTS,
    is_hidden,
    is_left_out,
    text_within,
)
from citewire.services.reading.html_math import linear
from citewire.services.reading.html_roles import name_tables
from citewire.services.reading.html_tables import (
    MOST_NESTED,
    Heights,
    heights,
    inner_tables,
    read_table,
)
from citewire.services.reading.marks import MOST_BEFORE, shifted

_VERBATIM = frozenset("pre listing xmp plaintext".split())
_LISTS = frozenset("ul ol menu dir".split())

_SPACE = re.compile(r"\s+")
_SPACES = re.compile(r"[ ]{2,}")
SOFT, HARD = "\ufdd0", "\ufdd1"
"""Borders between pieces of a line. They become a space where figures or words would be glued:
the soft one between a figure and what it does not belong to, the hard one between words too."""
_BORDERS = re.compile(f"[{SOFT}{HARD}]+")
_NO_BORDERS = str.maketrans("", "", SOFT + HARD)


class HtmlWalk:
    """Collects blocks of text; without recursion, however deep the page is nested."""

    def __init__(self, piles: Heights, *, flat: bool = False, raises: bool = True) -> None:
        """Begin.

        Args:
            piles: how high the tables of the page are piled.
            flat: whether all is text, tables too, as in a cell.
            raises: whether raised and lowered letters are marked as such.
        """
        self._piles = piles
        self._flat = flat
        self._raises = raises
        self._text: list[str] = []
        self._end = ""
        """The end of the text so far."""
        self._mark = ""
        """That stands before the next text of a list item."""
        self._lists: list[OpenList] = []
        self._verbatim = self._headings = self._figures = self._own_parts = 0
        self._level: int | None = None
        """Of the heading that was entered last."""
        self._hidden: list[str] = []
        """Texts that are made invisible, to be told behind the block that they stand in."""

    def parts(self, root: Any) -> Iterator[FlowBlock]:
        """The blocks of the element `root`."""
        walk = etree.iterwalk(root, events=("start", "end"))
        skipped = False
        for event, element in walk:
            if event == "end":
                if not skipped:
                    yield from self._leave(element)
                skipped = False
                if element is not root:
                    self._add(element.tail)
                continue
            if is_block(element):
                yield from self._flush()
            if element.tag == "table" and not self._flat and _is_seen(element, self._own_parts):
                blocks = self._table(element)
                if blocks:
                    yield from blocks
                    skipped = True
            elif self._is_told_otherwise(element):
                skipped = True
            if skipped:
                walk.skip_subtree()
            else:
                self._enter(element)
        yield from self._flush()

    def line_of(self, element: Any, hidden: list[str]) -> str:
        """The text of `element` on one line; what is hidden in it is added to `hidden`."""
        if not len(element) and not element.attrib:
            return " ".join((element.text or "").translate(_NO_BORDERS).split())
        parts = list(HtmlWalk(self._piles, flat=True, raises=self._raises).parts(element))
        hidden += (part.text for part in parts if part.hidden)
        return " ".join(" ".join(part.text for part in parts if not part.hidden).split())

    # Elements that are no plain text

    def _is_told_otherwise(self, element: Any) -> bool:
        """Whether what `element` says was added, or is nothing: it needs no walk."""
        tag = element.tag
        if tag == "script" and (element.get("type") or "").startswith("math/tex"):
            before = element.getprevious()
            is_shown = before is not None and "MathJax" in (before.get("class") or "")
            self._write(SOFT if is_shown else f"{HARD}${(element.text or '').strip()}${HARD}")
        elif is_left_out(element, self._own_parts) or is_way_back(element):
            self._write(SOFT)
        elif is_hidden(element):
            self._hidden.append(text_within(element))
            self._write(SOFT)
        elif tag == "math":
            self._write(HARD + linear(element) + HARD)
        elif tag == "img":
            self._write(f"{HARD}{said_of(element).translate(_NO_BORDERS)}{HARD}")
        elif tag == "svg":
            texts = (" ".join("".join(text.itertext()).split()) for text in element.iter("text"))
            self._write(f"{HARD}{' '.join(filter(None, texts))}{HARD}")
        elif tag in CONTROLS and tag != "button":
            self._write(f" {value_of(element).strip().translate(_NO_BORDERS)} ")
        elif self._raises and (shift := shift_of(element)) and is_short(element):
            self._write_shifted(element, shift)
        else:
            return False
        return True

    def _write_shifted(self, element: Any, shift: int) -> None:
        inner = HtmlWalk(self._piles, flat=True, raises=False)
        parts = list(inner.parts(element))
        self._hidden += (part.text for part in parts if part.hidden)
        said = " ".join(part.text for part in parts if not part.hidden)
        after = "/" if is_numerator(element) else ""
        written = shifted(self._end, said, after, lowered=shift < 0)
        # Nothing is glued to the mark of a note.
        self._write(written + HARD if written.endswith("]") else written)

    def _table(self, element: Any) -> list[FlowBlock]:
        """The table of data that `element` is, what is hidden in it, and the tables in its cells.

        There are none if it only lays out a page.
        """
        height = self._piles.get(element, MOST_NESTED + 1)
        if height > MOST_NESTED:
            return []
        read = read_table(element, self.line_of)
        block = read.block(height)
        if block is None:
            return []
        stray = " ".join("".join(read.stray).split()).translate(_NO_BORDERS)
        blocks = [FlowBlock("text", stray)] if stray else []
        blocks += [block, *(FlowBlock("text", hidden, hidden=True) for hidden in read.hidden)]
        return blocks + (self._inner(element) if height > 1 else [])

    def _inner(self, table: Any) -> list[FlowBlock]:
        """The tables of data in the cells of `table`, whose texts stand in its own cells too."""
        blocks = []
        for inner in inner_tables(table):
            blocks += self._table(inner) or self._inner(inner)
        return blocks

    # Text and its borders

    def _enter(self, element: Any) -> None:
        tag = element.tag
        self._verbatim += tag in _VERBATIM
        if is_heading(element):
            self._headings += 1
            self._level = heading_level(element)
        self._figures += is_figure(element)
        self._own_parts += tag in OWN_PARTS
        if tag in _LISTS:
            self._lists.append(opened(element))
        elif tag == "li":
            self._mark = (self._lists[-1] if self._lists else OpenList()).mark_of(element)
        elif tag == "br":
            self._write("\n")
        elif tag == "q":
            self._write("“")
        elif is_unknown(element):
            self._write(" " if tag == "button" else HARD)
        self._add(element.text)

    def _leave(self, element: Any) -> Iterator[FlowBlock]:
        tag = element.tag
        if is_block(element):
            yield from self._flush()
        self._verbatim -= tag in _VERBATIM
        self._headings -= is_heading(element)
        self._figures -= is_figure(element)
        self._own_parts -= tag in OWN_PARTS
        if tag in _LISTS:
            self._lists.pop()
        elif tag == "li":
            self._mark = ""
        elif tag == "q":
            self._write("”")
        elif is_unknown(element):
            self._write(" " if tag == "button" else HARD)

    def _add(self, text: str | None) -> None:
        if text:
            text = text.translate(_NO_BORDERS)
            self._write(text if self._verbatim else _SPACE.sub(" ", text))

    def _write(self, text: str) -> None:
        self._text.append(text)
        self._end = (self._end + text.translate(_NO_BORDERS))[-MOST_BEFORE:]

    def _flush(self) -> Iterator[FlowBlock]:
        text = _BORDERS.sub(_border, "".join(self._text))
        self._text.clear()
        self._end = ""
        lines = text.split("\n") if self._verbatim else _SPACES.sub(" ", text).split("\n")
        text = "\n".join(line.rstrip() if self._verbatim else line.strip() for line in lines)
        if text.strip():
            level = self._level if self._headings else None
            yield FlowBlock(self._kind(), self._mark + text.strip("\n"), level=level)
            self._mark = ""
        for hidden in self._hidden:
            yield FlowBlock("text", hidden, hidden=True)
        self._hidden.clear()

    def _kind(self) -> Kind:
        if self._headings:
            return "heading"
        return "figure" if self._figures else "text"


def blocks_of(root: Any) -> Iterator[FlowBlock]:
    """The blocks of a page, from its top."""
    name_tables(root)
    return HtmlWalk(heights(root)).parts(root)


def _border(found: re.Match[str]) -> str:
    text, start, end = found.string, found.start(), found.end()
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    if not (before.isalnum() and after.isalnum()):
        # What stands apart as a mark of a note stays apart.
        return " " if before == "]" and after.isalnum() and HARD in found[0] else ""
    is_glued = HARD in found[0] or before.isdigit() or after.isdigit()
    return " " if is_glued else ""


def _is_seen(element: Any, own_parts: int) -> bool:
    return not is_left_out(element, own_parts) and not is_hidden(element)
