"""Tables of values in text files: CSV and TSV, with whatever stands between their columns."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from citewire.content.report import Report
from citewire.content.table import Grid
from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.encoding import read_text
from citewire.services.reading.flow import FlowBlock, flow_report
from citewire.services.reading.heads import is_figure
from citewire.services.reading.sheets.blocks import table_blocks
from citewire.services.reading.sheets.model import MAX_CELLS, Room, Sheet, SheetCell
from citewire.services.reading.sheets.quotes import SIGN, mended
from citewire.services.reading.sheets.titles import title_lines

DELIMITERS = ("\t", ";", "|", ",")
"""What may stand between columns; of two that fit as well, the first one is meant."""

ESCAPED = '\\"'
"""A quote in a quoted field, as some programs write it."""

_ESCAPED = re.compile(r"\\\"")

SAMPLE_CHARS = 200_000
SAMPLE_ROWS = 200

# The library's own bound is smaller than a long text, and raises.
csv.field_size_limit(2**31 - 1)


def read_delimited(path: Path) -> Report:
    """Read the CSV or TSV file at `path` as one table.

    Its cells have names as in a spreadsheet program, with the file's name for the sheet's.

    Raises:
        UnreadableDocument: it cannot be opened, is too large, empty or no text.
    """
    read = read_text(path)
    text, delimiter = _stated(read.text.removeprefix("\ufeff"))
    delimiter = delimiter or found_delimiter(text)
    whole = mended(_usual(text, delimiter), delimiter)
    sheet = Sheet(path.stem)
    room = Room()
    for number, row in enumerate(_reader(whole.text, delimiter)):
        if not all(_add(sheet, room, number, column, value) for column, value in enumerate(row)):
            sheet.left_out_from = number
            break
    blocks = [_with_head(block) for block in table_blocks(sheet)]
    notes = (*read.notes, *whole.notes(), *sheet.notes())
    return flow_report(path, blocks, notes=notes, top=title_lines(blocks))


def _add(sheet: Sheet, room: Room, row: int, column: int, value: str) -> bool:
    text = clean_line(value.replace(SIGN, '"'))
    if not text:
        return True
    sheet.cells.append(SheetCell(row, column, text))
    return room.takes(text) and column < MAX_CELLS


def _stated(text: str) -> tuple[str, str]:
    """The text without the line by which Excel is told what stands between columns, and that."""
    first, _, rest = text[:100].partition("\n")
    first = first.rstrip("\r").strip('"')
    if len(first) == len("sep=") + 1 and first.lower().startswith("sep="):
        # An empty line instead keeps the numbers of the rows.
        return text[text.find("\n") :] if rest else "", first[-1]
    return text, ""


def _usual(text: str, delimiter: str) -> str:
    """`text` with quotes in quotes doubled, where they have backslashes before them instead.

    A path may end with a backslash too: which is meant shows in how many rows are alike, else in
    what follows them.
    """
    if ESCAPED not in text:
        return text
    doubled = text.replace(ESCAPED, '""')
    ways = (_alike(way[:SAMPLE_CHARS], delimiter) for way in (text, doubled))
    (_, as_it_is), (_, otherwise) = ways
    after = {text[found.end() : found.end() + 1] for found in _ESCAPED.finditer(text)}
    is_inside = bool(after - {delimiter, '"', "\r", "\n", ""})
    return doubled if otherwise > as_it_is or (otherwise == as_it_is and is_inside) else text


def found_delimiter(text: str) -> str:
    """What stands between the columns of a table of values: what divides most rows alike."""
    sample = text[:SAMPLE_CHARS]
    if len(text) > SAMPLE_CHARS:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        width, alike = _alike(sample, delimiter)
        if width > 1 and alike > most + 0.05:
            best, most = delimiter, alike
    return best


def _alike(sample: str, delimiter: str) -> tuple[int, float]:
    """The usual number of columns, and the share of the rows that have it."""
    whole = mended(sample, delimiter).text
    rows = [row for row in islice(_reader(whole, delimiter), SAMPLE_ROWS) if any(row)]
    ((width, count),) = Counter(map(len, rows)).most_common(1) or [(1, 0)]
    return width, count / max(len(rows), 1)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of a text whose quotes were mended."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)


def _with_head(block: FlowBlock) -> FlowBlock:
    """A table of such a file has a row of heads, unless it looks like the others."""
    grid = block.grid
    if grid is None or grid.header_rows or grid.rows < 2 or not _differs(grid):
        return block
    return replace(block, grid=replace(grid, header_rows=1))


def _differs(grid: Grid) -> bool:
    """Whether the first row has words or figures where most others have not."""
    first = {one.column: one.cell.text for one in grid.cells if one.row == 0}
    figures = Counter(one.column for one in grid.cells if one.row and is_figure(one.cell.text))
    told = Counter(one.column for one in grid.cells if one.row and one.cell.text)
    others = sum(
        is_figure(text) != (figures[column] * 2 > told[column])
        for column, text in first.items()
        if text and told[column]
    )
    return others * 2 > len(first)
