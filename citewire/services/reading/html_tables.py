"""Tables of HTML: their cells as the file places them, and whether they hold data at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lxml import etree

from citewire.content.table import Grid, GridCell, PlacedCell, grid_of
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.heads import with_heads
from citewire.services.reading.html_looks import (
    is_gone,
    is_hidden,
    is_left_out,
    text_within,
)

MOST_NESTED = 4
"""Tables within tables that are tables by themselves; beyond that, the outer ones are layout."""

LONGEST_NESTING = 300
"""Characters of a cell of a table that holds tables and is one of data itself."""

LONGEST_BARE = 1000
"""Characters of a cell of a table that tells no heads and is one of data."""

MOST_COLUMNS, MOST_ROWS = 1000, 65_534
"""That a cell may cover, as in browsers."""

_SECTIONS = {"thead": 0, "tbody": 1, "tfoot": 2}
_LAYOUT = frozenset(("presentation", "none"))

Heights = dict[Any, int]
"""By table, how many tables lie in each other from it on downwards, itself included."""


@dataclass(slots=True)
class _Section:
    place: int
    rows: list[list[GridCell]] = field(default_factory=list)


@dataclass(slots=True)
class HtmlTable:
    """A table as it was read.

    Args:
        element: of the page.
        sections: its rows, in the order of the file.
        caption: that it has.
        stray: texts that stand between its cells.
        hidden: texts in its rows and cells that are made invisible.
    """

    element: Any
    sections: list[_Section] = field(default_factory=list)
    caption: str = ""
    stray: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def block(self, height: int) -> FlowBlock | None:
        """The table of data that it is; None if it only lays out a page.

        Args:
            height: how many tables lie in each other from it on downwards.
        """
        rows = self._rows()
        cells = [cell for row in rows for cell in row]
        says_heads = any(cell.head for cell in cells)
        if self.element.get("role") in _LAYOUT and not says_heads:
            return None
        longest = max((len(cell.text) for cell in cells), default=0)
        if longest > LONGEST_BARE and not (says_heads or self.caption):
            return None
        if height > 1 and (longest > LONGEST_NESTING or not _is_regular(rows)):
            return None
        grid = grid_of(rows)
        if grid.columns < 2 or (grid.rows < 2 and not says_heads):
            return None
        return FlowBlock("table", self.caption, grid=_with_said_heads(grid))

    def _rows(self) -> list[list[GridCell]]:
        """All rows, as a browser orders their sections."""
        rows = []
        for section in sorted(self.sections, key=lambda one: one.place):
            count = len(section.rows)
            for number, row in enumerate(section.rows):
                # No cell covers rows of two sections.
                left = count - number
                rows.append([replace(cell, rows=min(cell.rows or left, left)) for cell in row])
        return rows


def heights(root: Any) -> Heights:
    """How high the tables below `root` are piled."""
    found: Heights = {}
    piles = [0]
    for event, element in etree.iterwalk(root, events=("start", "end"), tag="table"):
        if event == "start":
            piles.append(0)
        else:
            found[element] = piles.pop() + 1
            piles[-1] = max(piles[-1], found[element])
    return found


def read_table(table: Any, text_of: Callable[[Any, list[str]], str]) -> HtmlTable:
    """The rows of `table`, without those of tables in its cells.

    Args:
        table: an element of the page.
        text_of: tells the text of a cell, on one line; what is hidden in it is added to the list.
    """
    read = HtmlTable(table)
    row: list[GridCell] | None = None
    section: _Section | None = None
    walk = etree.iterwalk(table, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "end":
            row = None if tag == "tr" else row
            section = None if tag in _SECTIONS else section
            if element is not table:
                read.stray.append(element.tail or "")
            continue
        if tag in ("td", "th", "tr", *_SECTIONS) and section is None:
            section = _Section(_SECTIONS.get(tag, 1))
            read.sections.append(section)
            row = None
        if tag in ("td", "th") and not is_gone(element):
            if row is None and section is not None:
                row = []
                section.rows.append(row)
            if row is not None:
                row.append(_cell(element, section, text_of(element, read.hidden)))
        elif element is not table and (is_left_out(element) or tag == "table"):
            pass
        elif is_hidden(element):
            read.hidden.append(text_within(element))
        elif tag == "caption":
            read.caption = text_of(element, read.hidden)
        else:
            if tag == "tr" and section is not None:
                row = []
                section.rows.append(row)
            read.stray.append(element.text or "")
            continue
        walk.skip_subtree()
    return read


def inner_tables(table: Any) -> Iterator[Any]:
    """The nearest tables in `table` that are seen."""
    walk = etree.iterwalk(table, events=("start",))
    for _, element in walk:
        if element is table:
            continue
        if element.tag == "table":
            yield element
            walk.skip_subtree()
        elif is_left_out(element) or is_hidden(element):
            walk.skip_subtree()


def _cell(element: Any, section: _Section | None, text: str) -> GridCell:
    head: Literal["", "column", "row", "any"] = ""
    if element.tag == "th":
        scope = (element.get("scope") or "").lower()
        head = "row" if scope.startswith("row") else "column" if scope.startswith("col") else "any"
    elif section is not None and section.place == 0:
        head = "column"
    rows = _span(element.get("rowspan"), MOST_ROWS)
    return GridCell(text, rows, _span(element.get("colspan"), MOST_COLUMNS) or 1, head=head)


def _span(said: str | None, most: int) -> int:
    digits = (said or "").strip()
    if not digits.isascii() or not digits.isdigit():
        return 1
    return min(int(digits[:9]), most)


def _is_regular(rows: list[list[GridCell]]) -> bool:
    widths = {sum(cell.columns for cell in row) for row in rows}
    return len(rows) > 1 and len(widths) == 1 and max(widths) > 1


def _with_said_heads(grid: Grid) -> Grid:
    """`grid` with the heads that the file tells, else with those that it looks to have."""
    if not any(placed.cell.head for placed in grid.cells):
        return with_heads(grid)
    header_rows = _header_rows(grid)
    header_columns = _header_columns(grid, header_rows)
    said = replace(grid, header_rows=header_rows, header_columns=header_columns)
    # A form of names and values has no heads of columns.
    is_form = header_columns > 0 and header_rows == 0 and grid.columns == 2
    return said if is_form else with_heads(said)


def _header_rows(grid: Grid) -> int:
    heads, others = [0] * grid.rows, [0] * grid.rows
    for placed in grid.cells:
        is_head = placed.cell.head in ("column", "any")
        for row in range(placed.row, placed.row + placed.cell.rows):
            if is_head:
                heads[row] += placed.cell.columns
            elif placed.cell.text:
                others[row] += 1
    # Heads of rows may stand alone in a row, as they go on in those below.
    full = (
        2 * head >= grid.columns and not other for head, other in zip(heads, others, strict=True)
    )
    count = next((row for row, is_full in enumerate(full) if not is_full), grid.rows)
    return count if count < grid.rows else min(1, grid.rows - 1)


def _header_columns(grid: Grid, header_rows: int) -> int:
    heads, others = [0] * grid.columns, [0] * grid.columns
    for placed in grid.cells:
        if placed.row < header_rows:
            continue
        counts = heads if placed.cell.head in ("row", "any") else others
        if counts is heads or placed.cell.text:
            for column in _columns(placed):
                counts[column] += 1
    full = (head and not other for head, other in zip(heads, others, strict=True))
    count = next((column for column, is_full in enumerate(full) if not is_full), grid.columns)
    return count if count < grid.columns else 0


def _columns(placed: PlacedCell) -> range:
    return range(placed.column, placed.column + placed.cell.columns)
