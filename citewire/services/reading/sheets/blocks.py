"""A sheet as blocks of a report: its tables with their captions, other texts, what lies on it."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice, pairwise

from citewire.content.report import Kind
from citewire.content.table import BAR
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.heads import MAX_HEADER_ROWS, is_figure
from citewire.services.reading.sheets.islands import Island, find_islands
from citewire.services.reading.sheets.model import Area, Sheet, SheetCell, cell_name
from citewire.services.reading.sheets.tables import (
    TableArea,
    grid_of_cells,
    has_figures,
    has_heads,
    is_note,
    table_area,
    with_sheet_heads,
)

MAX_GAP = 2
"""Empty rows between a table and its caption, or what goes on below it."""

MAX_LINES = 3
"""Rows of one cell each; more are a table of one column."""

LONG_TEXT = 60
"""Characters from which a text in a cell is a paragraph."""

NEAR = 8
"""Tables and lines before one that are looked at for what it goes on from."""

MOST_HEADS = 200
"""Cells of a table that are looked at for its heads."""

MAX_PREAMBLE = 12
"""Rows of names and values above the table of a file of values."""

MAX_CAPTION = 300
MAX_MERGED_ROWS = 1_000_000
MAX_LABEL = 100


def sheet_blocks(sheet: Sheet, *, is_first: bool) -> Iterator[FlowBlock]:
    """What a sheet is in a report: a page, or more, with its name as heading and label."""
    label = " ".join(sheet.name.split())[:MAX_LABEL]
    yield FlowBlock("heading", label, not is_first, hidden=sheet.is_hidden, label=label, level=0)
    if sheet.is_hidden:
        yield from _hidden_blocks(sheet)
        return
    shown = _Shown(sheet)
    covered: list[str] = []
    for item in _in_order(shown):
        if isinstance(item, TableArea):
            yield from _table_blocks(item, shown, covered)
        else:
            yield _text_block(item)
    yield from sheet.parts
    for row, column, text in sorted(sheet.comments):
        yield FlowBlock("text", f"Comment at {cell_name(row, column)}: {text}")
    hidden = [text for text in (*sheet.hidden, *covered) if text]
    if hidden:
        yield FlowBlock("text", "\n".join(hidden), hidden=True)


def table_blocks(sheet: Sheet) -> Iterator[FlowBlock]:
    """What a sheet that holds one table, or some below each other, is in a report."""
    shown = _Shown(sheet)
    start = _preamble(shown.cells)
    for _, row in groupby(shown.cells[:start], key=lambda cell: cell.row):
        yield FlowBlock("text", BAR.join(cell.text for cell in row))
    for cells in _one_below_another(shown.cells[start:]):
        yield from _table_blocks(table_area(cells, {}), shown, [])


def _one_below_another(cells: Sequence[SheetCell]) -> Iterator[Sequence[SheetCell]]:
    """The tables of a file of values: where heads follow an empty row, another one begins.

    It has heads that the one before has too, or a line of its own above them.
    """
    if not cells:
        return
    starts = [n for n in range(1, len(cells)) if cells[n].row > cells[n - 1].row + 1]
    begin = 0
    heads: set[str] = set()
    line: int | None = None
    for start, end in pairwise([0, *starts, len(cells)]):
        piece = cells[start:end]
        if len({cell.row for cell in piece}) == len(piece):
            line = None if is_note(piece[0].text) else start
            continue
        area = table_area(piece, {})
        first = {cell.text for cell in area.cells if cell.row == area.top}
        is_told = line is not None or bool(heads & first or area.caption)
        if heads and is_told and has_figures(area.cells) and has_heads(area.cells[:MOST_HEADS], {}):
            cut = start if line is None else line
            yield cells[begin:cut]
            begin, heads = cut, first
        heads, line = heads or first, None
    yield cells[begin:]


def _preamble(cells: Sequence[SheetCell]) -> int:
    """How many cells stand in narrow rows above the table, parted from it by an empty one.

    Single ones are lines above it, which the table knows itself.
    """
    end = next((n for n in range(1, len(cells)) if cells[n].row > cells[n - 1].row + 1), 0)
    widths = Counter(cell.row for cell in cells[:end])
    below = Counter(cell.row for cell in cells[end:])
    is_narrow = 1 < max(widths.values(), default=0) <= 2 < max(below.values(), default=0)
    return end if is_narrow and len(widths) <= MAX_PREAMBLE and len(below) > 1 else 0


def _hidden_blocks(sheet: Sheet) -> Iterator[FlowBlock]:
    lines: list[str] = []
    row = -1
    for cell in sheet.cells:
        if cell.row == row:
            lines[-1] += BAR + cell.text
        else:
            lines.append(cell.text)
        row = cell.row
    texts = [*lines, *sheet.hidden, *(text for _, _, text in sheet.comments)]
    yield FlowBlock("text", "\n".join(filter(None, texts)), hidden=True)
    for part in sheet.parts:
        rows = part.grid.written()[0] if part.grid is not None else ""
        yield FlowBlock("text", "\n".join(filter(None, [part.text, rows])), hidden=True)


class _Shown:
    """The cells of a sheet with the rows and columns that are shown counted through."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._rows = sorted(sheet.hidden_rows)
        self._columns = sorted(sheet.hidden_columns)
        cells = sorted(sheet.cells, key=lambda cell: (cell.row, cell.column))
        if self._rows or self._columns:
            cells = [
                SheetCell(self.row(row), self.column(column), text, is_bold)
                for row, column, text, is_bold in cells
            ]
        self.cells = cells
        self.merged = self._merged()

    def row(self, row: int) -> int:
        return row - bisect_left(self._rows, row)

    def column(self, column: int) -> int:
        return column - bisect_left(self._columns, column)

    def area(self, area: Area) -> Area:
        """An area of the sheet, as it is shown."""
        bottom = area.bottom - bisect_right(self._rows, area.bottom)
        right = area.right - bisect_right(self._columns, area.right)
        return Area(self.row(area.top), self.column(area.left), bottom, right)

    def real_rows(self, rows: Sequence[int]) -> tuple[int, ...]:
        return _real(rows, self._rows)

    def real_columns(self, columns: Sequence[int]) -> tuple[int, ...]:
        return _real(columns, self._columns)

    def _merged(self) -> dict[tuple[int, int], Area]:
        """Merged cells by where they begin, as far as there is something in and around them."""
        if not self.sheet.merged:
            return {}
        places = {(cell.row, cell.column) for cell in self.cells}
        last_row = max((row for row, _ in places), default=0)
        last_column = max((column for _, column in places), default=0)
        found: dict[tuple[int, int], Area] = {}
        room = MAX_MERGED_ROWS
        for area in map(self.area, self.sheet.merged):
            at = area.top, area.left
            bottom, right = min(area.bottom, last_row), min(area.right, last_column)
            cut = Area(area.top, area.left, bottom, right)
            size = (cut.bottom - cut.top + 1) * (cut.right - cut.left + 1)
            if at in places and 1 < size <= room:
                found[at] = cut
                room -= size
        return found


def _real(numbers: Sequence[int], hidden: Sequence[int]) -> tuple[int, ...]:
    """The places in the sheet of rows or columns (in order) that are counted through."""
    if not hidden:
        return tuple(numbers)
    found = []
    skipped = 0
    for number in numbers:
        while skipped < len(hidden) and hidden[skipped] <= number + skipped:
            skipped += 1
        found.append(number + skipped)
    return tuple(found)


def _in_order(shown: _Shown) -> Iterator[TableArea | Island]:
    """Tables and texts from the top; texts right above a table are its caption."""
    islands = _joined(find_islands(shown.cells, list(shown.merged.values())), shown)
    waiting: list[Island] = []
    for island in islands:
        if _is_text(island):
            waiting.append(island)
            continue
        table = table_area(island.cells, shown.merged)
        captions: list[Island] = []
        top = island.top
        while waiting and _is_caption(waiting[-1], island, top):
            captions.append(waiting.pop())
            top = captions[-1].top
        yield from waiting
        waiting = []
        table.caption[:0] = [cell.text for one in reversed(captions) for cell in one.cells]
        yield table
    yield from waiting


def _is_text(island: Island) -> bool:
    """Whether an island is lines of text instead of a table."""
    cells = island.cells
    is_single = len({cell.row for cell in cells}) == len(cells)
    if not is_single or all(is_figure(cell.text) for cell in cells):
        return False
    letters = sum(len(cell.text) for cell in cells)
    return len(cells) <= MAX_LINES or letters > LONG_TEXT * len(cells)


def _is_caption(text: Island, table: Island, top: int) -> bool:
    return (
        text.bottom < top <= text.bottom + 1 + MAX_GAP
        and text.left <= table.right
        and text.right >= table.left - 1
        and sum(len(cell.text) for cell in text.cells) <= MAX_CAPTION
    )


def _joined(islands: list[Island], shown: _Shown) -> list[Island]:
    """Islands that an empty column or row keeps apart although they are one table."""
    _join_sideways(islands)
    left = sorted(
        {id(one.last()): one.last() for one in islands}.values(),
        key=lambda one: (one.top, one.left),
    )
    for island in left:
        island.cells.sort(key=lambda cell: (cell.row, cell.column))
    tables: list[Island] = []
    texts: list[Island] = []
    gone: set[int] = set()
    for island in left:
        if _is_text(island):
            texts.append(island)
            continue
        for above in reversed(tables[-NEAR:]):
            label = _label_between(above, island, texts[-NEAR:])
            if _goes_on(above, label, island, shown):
                above.cells += [*(label.cells if label else ()), *island.cells]
                above.bottom = island.bottom
                gone |= {id(island), id(label)}
                break
        else:
            tables.append(island)
    return [island for island in left if id(island) not in gone]


def _label_between(above: Island, below: Island, texts: Sequence[Island]) -> Island | None:
    """A line in the first column of a table, before more rows of it."""
    for text in reversed(texts):
        is_between = above.bottom < text.top < below.top
        if is_between and text.left == above.left and len(text.cells) == 1:
            return text
    return None


def _join_sideways(islands: list[Island]) -> None:
    """Join columns of figures to what stands a column before them, in the same rows."""
    by_left: dict[int, list[Island]] = {}
    for island in islands:
        by_left.setdefault(island.left, []).append(island)
    tops = {left: [one.top for one in some] for left, some in by_left.items()}
    pairs = []
    for island in islands:
        beside = by_left.get(island.right + 2, [])
        at = bisect_left(tops.get(island.right + 2, []), island.top - MAX_HEADER_ROWS)
        for other in islice(beside, at, at + 40):
            if other.top > island.bottom:
                break
            common = min(island.bottom, other.bottom) - max(island.top, other.top) + 1
            longest = max(island.bottom - island.top, other.bottom - other.top) + 1
            # Labels may go on without figures, whose heads may stand above the first of them;
            # columns of figures go as far as one another.
            heads = min(max(island.top - other.top, 0), MAX_HEADER_ROWS)
            is_labels = island.left == island.right
            whole = other.bottom - other.top + 1 - heads if is_labels else longest
            if 0 < 0.7 * whole <= common and _begins_with_figures(other):
                pairs.append((island, other))
    for island, other in pairs:
        first, second = island.last(), other.last()
        if first is not second:
            first.takes(second)


def _begins_with_figures(island: Island) -> bool:
    first = [cell.text for cell in island.cells if cell.column == island.left]
    return sum(map(is_figure, first)) * 2 >= len(first)


def _goes_on(above: Island, label: Island | None, island: Island, shown: _Shown) -> bool:
    """Whether an island is more rows of the table above: figures without heads of their own."""
    gaps = [island.top - above.bottom]
    if label is not None:
        gaps = [label.top - above.bottom, island.top - label.bottom]
    return (
        all(1 <= gap <= MAX_GAP for gap in gaps)
        and above.left <= island.left
        and island.left < island.right <= above.right
        and has_figures(island.cells)
        and not has_heads(island.cells, shown.merged)
        and has_heads(above.cells[:MOST_HEADS], shown.merged)
    )


def _table_blocks(table: TableArea, shown: _Shown, covered: list[str]) -> Iterator[FlowBlock]:
    made = grid_of_cells(table.cells, shown.merged)
    if made is None:
        # Cells far from one another: each for itself, with its name.
        yield from (FlowBlock("text", line) for line in table.caption)
        rows = shown.real_rows([cell.row for cell in table.cells])
        for cell, row in zip(table.cells, rows, strict=True):
            (column,) = shown.real_columns([cell.column])
            yield FlowBlock("text", f"{cell_name(row, column)}: {cell.text}")
    else:
        grid, under = made
        covered += under
        tables = [(shown.area(area), heads) for area, heads in shown.sheet.tables]
        frozen = shown.row(shown.sheet.frozen)
        grid = with_sheet_heads(grid, table.cells, tables, frozen)
        rows = shown.real_rows(grid.row_numbers)
        columns = shown.real_columns(grid.column_numbers)
        grid = replace(
            grid,
            sheet=shown.sheet.name,
            origin=(rows[0], columns[0]),
            row_numbers=rows,
            column_numbers=columns,
        )
        yield FlowBlock("table", "\n".join(table.caption), grid=grid)
    yield from (FlowBlock("text", line) for line in table.notes)


def _text_block(island: Island) -> FlowBlock:
    text = "\n".join(cell.text for cell in island.cells)
    is_heading = len(text) <= LONG_TEXT * 2 and all(cell.is_bold for cell in island.cells)
    kind: Kind = "heading" if is_heading else "text"
    return FlowBlock(kind, text, level=1 if is_heading else None)
