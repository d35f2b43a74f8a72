"""Tables of Word files as grids, on the pages over which Word laid them out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from citewire.content.table import Grid, GridCell
from citewire.services.reading.flow import FlowBlock, table_part
from citewire.services.reading.office_xml import one_of_each
from citewire.services.reading.word.file import WordBlock, WordNote
from citewire.services.reading.word.names import (
    CELL,
    CELL_LOOK,
    GONE,
    NO_TEXT,
    ROW,
    ROW_LOOK,
    TABLE_LOOK,
    VALUE,
    is_on,
    w,
)
from citewire.services.reading.word.styles import WordStyles, whole

MOST_COLUMNS = 63
"""That a cell covers, or that stand empty before one; Word knows no more in a table."""

WIDEST = 1000
"""Columns of a row; cells beyond cover one each."""

DEEPEST = 40
"""Wrappers in wrappers of rows or cells."""

ReadCell = Callable[[Any], Iterable[WordBlock]]


@dataclass(slots=True)
class _WordCell:
    column: int
    columns: int
    rows: int = 1
    texts: list[str] = field(default_factory=list)

    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@dataclass(slots=True)
class _WordRow:
    """A row.

    Args:
        before: how many places are empty before its first cell.
        cells: that begin in it.
        after: what its cells hold beside text: tables, charts, what is hidden.
        notes: that its cells refer to.
        breaks: how many pages begin within it.
        breaks_first: whether the first of them begins with the row.
        is_head: whether it is repeated on each page.
    """

    before: int = 0
    cells: list[_WordCell] = field(default_factory=list)
    after: list[WordBlock] = field(default_factory=list)
    notes: list[WordNote] = field(default_factory=list)
    breaks: int = 0
    breaks_first: bool = False
    is_head: bool = False


def read_table(table: Any, read_cell: ReadCell, styles: WordStyles) -> Iterator[WordBlock]:
    """The table, in one block a page, and what its cells hold beside text.

    Args:
        table: the element.
        read_cell: gives the blocks in a cell.
        styles: of the file.
    """
    elements = list(_wrapped(table, ROW))
    if len(elements) == 1:
        cells = list(_wrapped(elements[0], CELL))
        if len(cells) == 1:
            # A frame around text.
            yield from read_cell(cells[0])
            return
    rows = _rows(elements, read_cell)
    heads = next((n for n, row in enumerate(rows) if not row.is_head), 0)
    block = table_part(map(_grid_row, rows), header_rows=heads)
    if block.grid is not None:
        block = replace(block, grid=_with_looks(block.grid, table, styles))
    yield from _on_pages(block, rows)
    yield from (part for row in rows for part in row.after)


def _wrapped(parent: Any, tag: str) -> Iterator[Any]:
    """Rows or cells, those in content controls, insertions and the like too."""
    waiting = [iter(parent)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag == tag:
            if not _is_taken_out(child):
                yield child
        elif child.tag in GONE or child.tag in NO_TEXT or not isinstance(child.tag, str):
            continue
        elif len(waiting) > DEEPEST:
            yield from child.iter(tag)
        elif child.tag.endswith("AlternateContent"):
            waiting.append(one_of_each([child]))
        else:
            waiting.append(iter(child))


def _is_taken_out(row: Any) -> bool:
    look = row.find(ROW_LOOK)
    return look is not None and look.find(w("del")) is not None


def _rows(elements: list[Any], read_cell: ReadCell) -> list[_WordRow]:
    rows: list[_WordRow] = []
    merged: dict[int, _WordCell] = {}
    """Cells that may go on in the next row, by their first column."""
    for element in elements:
        look = element.find(ROW_LOOK)
        row = _WordRow(_count(look, "gridBefore", 0))
        row.is_head = look is not None and bool(is_on(look.find(w("tblHeader"))))
        rows.append(row)
        column = row.before
        for cell in _wrapped(element, CELL):
            column = _add_cell(row, cell, column, merged, read_cell)
        for start in [start for start in merged if start < row.before or start >= column]:
            del merged[start]
    return rows


def _add_cell(
    row: _WordRow, cell: Any, column: int, merged: dict[int, _WordCell], read_cell: ReadCell
) -> int:
    """Add a cell at `column` to `row`; gives the column after it."""
    look = cell.find(CELL_LOOK)
    columns = (_count(look, "gridSpan", 1) or 1) if column < WIDEST else 1
    down, across = _merge(look, "vMerge"), _merge(look, "hMerge")
    above = merged.get(column)
    if across == "continue" and row.cells:
        row.cells[-1].columns += columns
        _read_into(row.cells[-1], row, cell, read_cell)
        return column + columns
    if down == "continue" and above is not None and above.columns == columns:
        above.rows += 1
        hidden = _WordCell(column, columns)
        _read_into(hidden, row, cell, read_cell)
        if hidden.text():
            # Word shows nothing of what stands in the lower cells of a merged one.
            row.after.append(WordBlock(FlowBlock("text", hidden.text(), hidden=True)))
        return column + columns
    placed = _WordCell(column, columns)
    for at in range(column, column + columns if merged else column):
        merged.pop(at, None)
    if down:
        merged[column] = placed
    _read_into(placed, row, cell, read_cell)
    row.cells.append(placed)
    return column + columns


def _read_into(placed: _WordCell, row: _WordRow, cell: Any, read_cell: ReadCell) -> None:
    is_first = not row.breaks and not any(one.texts for one in row.cells)
    breaks = 0
    for part in read_cell(cell):
        block = part.block
        if block.page_break:
            breaks += 1
            row.breaks_first = row.breaks_first or (is_first and not placed.texts)
        row.notes += part.notes
        if block.hidden or block.kind == "figure":
            row.after.append(replace(part, block=replace(block, page_break=False), notes=()))
        elif block.grid is None:
            placed.texts += [block.text] * bool(block.text.strip())
        elif block.grid.rows > 1 and block.grid.columns > 1:
            row.after.append(replace(part, block=replace(block, page_break=False), notes=()))
        else:
            texts = [block.text, *(one.cell.text for one in block.grid.cells)]
            placed.texts += [text for text in texts if text.strip()]
    row.breaks = max(row.breaks, breaks)


def _grid_row(row: _WordRow) -> list[GridCell | str]:
    cells = (GridCell(cell.text(), cell.rows, cell.columns) for cell in row.cells)
    return [*[""] * row.before, *cells]


def _count(look: Any, name: str, usual: int) -> int:
    found = None if look is None else look.find(w(name))
    number = usual if found is None else whole(found.get(VALUE))
    return usual if number is None else min(max(number, 0), MOST_COLUMNS)


def _merge(look: Any, name: str) -> str:
    found = None if look is None else look.find(w(name))
    return "" if found is None else found.get(VALUE) or "continue"


def _with_looks(grid: Grid, table: Any, styles: WordStyles) -> Grid:
    """`grid` with the heads that the table's style shows otherwise, if none are known."""
    look = table.find(TABLE_LOOK)
    style = None if look is None else look.find(w("tblStyle"))
    if style is None or grid.rows < 2 or grid.columns < 2:
        return grid
    asked, name = look.find(w("tblLook")), style.get(VALUE) or ""
    rows, columns = grid.header_rows, grid.header_columns
    if not rows and _asks(asked, "firstRow", 0x20) and styles.has_part(name, "firstRow"):
        rows = 1
    if not columns and _asks(asked, "firstColumn", 0x80) and styles.has_part(name, "firstCol"):
        columns = 1
    return replace(grid, header_rows=rows, header_columns=columns)


def _asks(look: Any, name: str, bit: int) -> bool:
    if look is None:
        return False
    own = look.get(w(name))
    if own is not None:
        return own in ("1", "true", "on")
    try:
        return bool(int((look.get(VALUE) or "0")[:8], 16) & bit)
    except ValueError:
        return False


def _on_pages(block: FlowBlock, rows: list[_WordRow]) -> Iterator[WordBlock]:
    """The table in a part for each page; rows without words, which the grid lacks, only break."""
    grid = block.grid
    if grid is None or not any(row.breaks for row in rows):
        yield WordBlock(block, notes=tuple(note for row in rows for note in row.notes))
        return
    before = _breaks_before(rows)
    kept = _kept(rows, grid)
    starts, breaks = [0], [0]
    notes: list[list[WordNote]] = [[]]
    for number, row in enumerate([*rows, _WordRow()]):
        if before[number] and kept[number] > starts[-1]:
            starts.append(kept[number])
            breaks.append(0)
            notes.append([])
        breaks[-1] += before[number]
        notes[-1] += row.notes
    parts = list(grid.cut([start for start in starts if start < grid.rows]))
    for count, part, own in zip_longest(breaks, parts, notes):
        turns = count if part is None else count - 1
        yield from (WordBlock(FlowBlock("text", "", page_break=True)) for _ in range(turns))
        if part is not None:
            yield WordBlock(replace(block, grid=part, page_break=count > 0), notes=tuple(own))


def _breaks_before(rows: list[_WordRow]) -> list[int]:
    """How many pages begin before each row, and after the last."""
    before = [0] * (len(rows) + 1)
    for number, row in enumerate(rows):
        at_start = int(row.breaks_first and row.breaks > 0)
        before[number] += at_start
        before[number + 1] += row.breaks - at_start
    return before


def _kept(rows: list[_WordRow], grid: Grid) -> list[int]:
    """The row of the grid that each row is or would stand before, and the end."""
    full = [False] * len(rows)
    for number, row in enumerate(rows):
        for cell in row.cells:
            if cell.text():
                end = min(number + cell.rows, len(rows))
                full[number:end] = [True] * (end - number)
    numbers = [0]
    for is_full in full:
        numbers.append(min(numbers[-1] + is_full, grid.rows))
    return numbers
