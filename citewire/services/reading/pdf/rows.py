"""From the fragments of a region to its lines, and from lines to paragraphs and tables."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from citewire.content.edges import encode
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import CELL, Box, LaidBlock, TextLine

CELL_GAP = 1.1
"""Cells are apart by so many heights of their letters; words of a line never are."""

MIN_TABLE_ROWS = 3
MAX_PLAIN_ROWS = 2
"""So many rows of one cell may stand between rows of several: wrapped labels, subheadings."""

LEVEL = 0.3
"""Cells are level if their edges are apart by less than this share of their height."""

APART = 2.5
"""Rows of a table are apart by less than so many heights of their letters."""

HEADING = 1.2
"""A row of one cell with so much higher letters is the heading of the next table."""

_BULLET = re.compile(r"[•▪●◦■►‣∙·*–—-]|\(?(\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]")
_SIGN = re.compile(r"[$€£¥]|\([$€£¥]?")
_TRAILS = re.compile(r"[)%*†‡]{1,2}|[.,;:]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

_Row = list[Fragment]


def blocks_of(region: Sequence[Fragment]) -> Iterator[LaidBlock]:
    """The paragraphs and tables of a region, from the top."""
    rows = [_cells(row) for row in _rows(region)]
    position = 0
    for start, end in _tables(rows):
        yield from _paragraphs(rows[position:start])
        yield LaidBlock("table", [_table_row(cells) for cells in rows[start:end]])
        position = end
    yield from _paragraphs(rows[position:])


def _rows(region: Sequence[Fragment]) -> Iterator[_Row]:
    row: _Row = []
    for fragment in sorted(region, key=lambda f: f.middle):
        if row and fragment.middle - row[0].middle > 0.5 * min(fragment.height, row[0].height):
            yield _in_order(row)
            row = []
        row.append(fragment)
    if row:
        yield _in_order(row)


def _in_order(row: _Row) -> _Row:
    to_left = sum(bool(_RTL.search(f.text)) for f in row) * 2 > len(row)
    return sorted(row, key=lambda f: f.x0, reverse=to_left)


def _cells(row: _Row) -> list[_Row]:
    """Fragments of a row, those together that make a cell: bullets and signs join their text."""
    cells: list[_Row] = []
    for fragment in row:
        before = cells[-1][-1] if cells else None
        if before is not None and _joins(before, fragment, first=before is row[0]):
            cells[-1].append(fragment)
        else:
            cells.append([fragment])
    return cells


def _joins(before: Fragment, fragment: Fragment, *, first: bool) -> bool:
    if _SIGN.fullmatch(before.text) or (first and _BULLET.fullmatch(before.text)):
        return True
    if _SIGN.fullmatch(fragment.text):
        return False
    near = _gap(before, fragment) < CELL_GAP * min(before.height, fragment.height)
    return near or _TRAILS.fullmatch(fragment.text) is not None


def _gap(one: Fragment, other: Fragment) -> float:
    return max(other.x0 - one.x1, one.x0 - other.x1)


def _tables(rows: list[list[_Row]]) -> Iterator[tuple[int, int]]:
    """Where tables begin and end among `rows`."""
    several: list[int] = []
    for index, cells in enumerate(rows):
        if len(cells) == 1:
            continue
        if several and _is_apart(rows, several[-1], index):
            yield from _table(several)
            several = []
        several.append(index)
    yield from _table(several)


def _table(several: list[int]) -> Iterator[tuple[int, int]]:
    if len(several) >= MIN_TABLE_ROWS:
        yield several[0], several[-1] + 1


def _is_apart(rows: list[list[_Row]], before: int, row: int) -> bool:
    """Whether two rows of several cells belong to different tables, by what is between."""
    if row - before - 1 > MAX_PLAIN_ROWS:
        return True
    heads = [rows[index][0][0] for index in range(before, row + 1)]
    if any(head.height > HEADING * heads[0].height for head in heads[1:-1]):
        return True
    return any(below.y0 - above.y1 > APART * below.height for above, below in pairwise(heads))


def _paragraphs(rows: list[list[_Row]]) -> Iterator[LaidBlock]:
    lines = [_line(cells, " ") for cells in rows]
    if not lines:
        return
    steps = [_middle(b) - _middle(a) for a, b in pairwise(lines)]
    usual = median(steps) if steps else 0.0
    start = 0
    for index, step in enumerate(steps, start=1):
        if _parts(lines[index - 1], lines[index], step, usual):
            yield LaidBlock("text", lines[start:index])
            start = index
    yield LaidBlock("text", lines[start:])


def _parts(above: TextLine, below: TextLine, step: float, usual: float) -> bool:
    """Whether a paragraph ends between two lines."""
    tall, small = max(above.height, below.height), min(above.height, below.height)
    if tall > 1.12 * small or above.bold != below.bold:
        return True
    # Half a line more than usual; the usual is not trusted where blocks of one line prevail.
    return step > 1.3 * max(min(usual, 1.8 * tall), tall)


def _middle(line: TextLine) -> float:
    return (line.box[1] + line.box[3]) / 2


def _table_row(cells: list[_Row]) -> TextLine:
    runs: list[list[_Row]] = []
    for cell in cells:
        if runs and _is_level(_union(runs[-1][-1]), _union(cell)):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    row = _line(cells, CELL)
    if len(runs) > 1:
        row.parts = [_line(run, CELL) for run in runs]
    return row


def _is_level(one: Box, other: Box) -> bool:
    """Whether two cells have their upper and lower edges at about the same heights."""
    apart = max(abs(one[1] - other[1]), abs(one[3] - other[3]))
    return apart < LEVEL * min(one[3] - one[1], other[3] - other[1])


def _line(cells: list[_Row], separator: str) -> TextLine:
    fragments = [fragment for cell in cells for fragment in cell]
    box = _union(fragments)
    return TextLine(
        separator.join(" ".join(f.text for f in cell) for cell in cells),
        box,
        max(fragments, key=lambda f: len(f.text)).height,
        all(f.bold for f in fragments),
        encode(_edges(cells, separator), box[0], box[2]),
    )


def _edges(cells: list[_Row], separator: str) -> list[float]:
    """Of the words of a line, none if they are unknown of one of its fragments."""
    edges: list[float] = []
    for cell in cells:
        if edges and separator == CELL:
            # The bar is a word of the text that the page does not show.
            edges += edges[-1:] * 2
        for fragment in cell:
            if not fragment.edges:
                return []
            edges += fragment.edges
    return edges


def _union(fragments: _Row) -> Box:
    return (
        min(f.x0 for f in fragments),
        min(f.y0 for f in fragments),
        max(f.x1 for f in fragments),
        max(f.y1 for f in fragments),
    )
