"""From the fragments of a region to its lines, and from lines to paragraphs and tables."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from math import inf
from statistics import median

from citewire.services.reading.heads import DASHES, is_figure, is_value
from citewire.services.reading.next_tables import RowWords, find_starts, tells_period
from citewire.services.reading.pdf.aligned_tables import table_of_rows
from citewire.services.reading.pdf.drawn import Drawn
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import LaidBlock, TextLine
from citewire.services.reading.pdf.lines import Row, cells_of, line_of, text_rows, union

MIN_TABLE_ROWS = 3
MIN_FIGURES = 2
"""A table of one row under periods has so many figures; a chart may have one below its axis."""

MAX_HEAD_LINES = 6
"""After so many lines of heads, labels stand at the left of the figures."""

MAX_PLAIN_ROWS = 2
"""So many rows of one cell may stand between rows of several: wrapped labels, subheadings."""

MAX_LABELS = 4
"""And so many between rows whose figures stand below each other."""

MAX_SUBHEADS = 6
"""And so many below heads of columns: the figures of a list in a list have a subhead for each."""

LEVEL = 5.0
"""Points; figures of a column end no further from each other, brackets among them."""

APART = 2.5
"""Rows of a table are apart by less than so many heights of their letters."""

FAR_APART = 5.0
"""So may a row be whose figures all end where those of the row above do, or that has its heads
and the head of the labels above it."""

OVERLAP = 0.2
"""A label and its figures reach into each other by so many heights."""

SENTENCE = 0.65
"""A line of one cell that is so much of the table's width is a text between two tables."""

HEADING = 1.2
"""A row of one cell with so much higher letters than both tables is the heading of the next."""

NEAR = 0.75
"""Lines of a cell are apart by less than so many heights of their letters."""

PARTED = 0.3
"""More space than usual above a line is so many heights more."""

MOST_LIKE = 3
"""Tables above and below one that may tell where its columns are."""

INDENT = 4.0
"""What begins so many heights after the labels is none."""

UNDER = 2.0
"""Points; they begin no further from each other."""

_WORD = re.compile(r"[^\W\d_]{3}")

Rows = list[list[Row]]


def blocks_of(region: Sequence[Fragment], drawn: Drawn) -> Iterator[LaidBlock]:
    """The paragraphs and tables of a region, from the top.

    Args:
        region: its fragments.
        drawn: what is drawn on the page.
    """
    known = sorted((f for f in region if f.blocks), key=lambda f: f.y0)
    if not known:
        yield from _blocks(_rows(region), drawn)
        return
    rows = _rows(f for f in region if not f.blocks)
    position = 0
    for table in known:
        end = position
        while end < len(rows) and rows[end][0][0].middle < table.middle:
            end += 1
        yield from _blocks(rows[position:end], drawn)
        yield from table.blocks
        position = end
    yield from _blocks(rows[position:], drawn)


def _rows(fragments: Iterable[Fragment]) -> Rows:
    """The cells of each line; a label set a little higher or lower than its figures is one."""
    rows: Rows = []
    for row in text_rows(fragments):
        cells = cells_of(row)
        above = rows[-1] if rows else None
        if above is not None and (len(above) == 1) != (len(cells) == 1):
            label, others = (above, cells) if len(above) == 1 else (cells, above)
            box, first = union(label[0]), union(others[0])
            into = min(box[3], first[3]) - max(box[1], first[1])
            if into > OVERLAP * min(label[0][0].height, row[0].height) and box[2] < first[0]:
                rows[-1] = [*label, *others]
                continue
        rows.append(cells)
    return rows


def _blocks(rows: Rows, drawn: Drawn) -> Iterator[LaidBlock]:
    position = 0
    for found in _tables(rows):
        first = _with_heads(rows, position, found.start)
        last = _with_end(rows, found.start, found.end)
        like = [row for start, end in found.like for row in rows[start:end]]
        table = table_of_rows(rows[first:last], drawn, like)
        if table is None:
            continue
        yield from _paragraphs(rows[position:first])
        if isinstance(table, LaidBlock):
            if table.table is not None and found.goes_on and not table.table.header_rows:
                table.table.continues = True
            yield table
        else:
            for column in table:
                yield from _paragraphs(_rows(column))
        position = last
    yield from _paragraphs(rows[position:])


def _with_heads(rows: Rows, position: int, start: int) -> int:
    """Where a table begins: with lines of one cell that stand above its columns of figures."""
    if len(rows[start]) < 2:
        return start
    body = rows[start : start + MAX_HEAD_LINES]
    left = min(f.x0 for row in body for f in row[0])
    several = [row for row in body if len(row) > 1]
    labelled = [union(row[1])[0] for row in several if union(row[0])[0] < left + 20]
    labels_end = min(labelled, default=union(rows[start][0])[0])
    # Heads of labels may stand in the middle of these.
    over = [union(row[1])[0] for row in several if union(row[0])[2] < labels_end]
    labels_end = min([labels_end, *over])
    right = max(f.x1 for row in body for f in row[-1])
    sums = [row for row in several if len(row) == 2 and is_figure(_text(row[1]))]
    labels_right = max((union(row[0])[2] for row in sums), default=0.0)
    figures_right = max(
        (union(row[1])[2] for row in sums if len(sums) == len(several)), default=inf
    )
    figures = [union(cell) for row in body for cell in row[1:] if is_value(_text(cell))]
    start -= _subheads(rows, position, start, left, figures_right)
    while start > position:
        above, below = rows[start - 1], rows[start]
        box, under = union(above[0]), union([f for cell in below for f in cell])
        # Of one column of short figures, the head may begin before them.
        begins = labels_right if abs(box[2] - figures_right) < LEVEL else labels_end
        if len(above) > 1 or box[0] < begins - above[0][0].height:
            break
        is_over = any(f[0] < box[2] and f[2] > box[0] for f in figures)
        near = APART if is_over and tells_period(_text(above[0])) else 1.2
        if under[1] - box[3] > near * above[0][0].height or box[2] > right + 20:
            break
        start -= 1
    return start


def _subheads(rows: Rows, position: int, start: int, left: float, figures_right: float) -> int:
    """How many subheads stand between one column of figures and its head, which ends with them."""
    for number in range(1, MAX_PLAIN_ROWS + 1):
        above = start - number - 1
        if above < position or any(len(rows[n]) > 1 for n in (above, above + 1)):
            return 0
        [head], [subhead] = rows[above], rows[above + 1]
        gaps = (rows[n + 1][0][0].y0 - rows[n][0][0].y1 for n in (above, above + 1))
        if max(gaps) > subhead[0].height or abs(union(subhead)[0] - left) > INDENT * head[0].height:
            return 0
        box = union(head)
        if abs(box[2] - figures_right) < LEVEL and box[0] > union(subhead)[2]:
            return number
    return 0


def _with_end(rows: Rows, start: int, end: int) -> int:
    """Where a table ends: with the second line of its last label, or a sum without a label."""
    end += _wrapped(rows, end - 1)
    if lines := _more_lines(rows, start, end):
        return end + lines
    if end < len(rows) and len(rows[end]) == 1 and len(rows[end - 1]) > 1:
        label, more = rows[end - 1][0], rows[end][0]
        box, under = union(label), union(more)
        is_near = under[1] - box[3] < 0.6 * label[0].height and under[2] < rows[end - 1][1][0].x0
        if is_near and more[0].text[:1].islower() and abs(under[0] - box[0]) < 20:
            return end + 1
        last = union(rows[end - 1][-1])
        is_below = under[1] - last[3] < label[0].height and abs(under[2] - last[2]) < 3
        if is_below and under[0] > box[2] and is_figure(" ".join(f.text for f in more)):
            return end + 1
    return end


def _more_lines(rows: Rows, start: int, end: int) -> int:
    """How many lines after a table go on its last label, as lines within it go on others."""
    lines = [n for n in range(start + 1, end) if len(rows[n]) == 1]
    if len(lines) < MIN_TABLE_ROWS or len(rows[end - 1]) == 1:
        return 0
    boxes = [union(rows[n][0]) for n in lines]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    most = max(rows[n][0][0].y0 - rows[n - 1][0][0].y1 for n in lines) + 1
    last = end
    while last < len(rows) and len(rows[last]) == 1:
        line, above = rows[last][0], rows[last - 1][0]
        box = union(line)
        is_near = box[1] - above[0].y1 < min(most, NEAR * above[0].height)
        if not is_near or abs(box[0] - left) > UNDER or box[2] > right + UNDER:
            break
        if not any(map(str.isalpha, line[0].text)):
            # A line that is written as signs stands over notes.
            break
        last += 1
    return last - end


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a table begins and ends among rows.

    Args:
        start: its first row.
        end: that after its last.
        goes_on: whether the heads of the one before hold for it.
        like: where others begin and end that stand directly above or below it in such columns.
    """

    start: int
    end: int
    goes_on: bool = False
    like: Sequence[tuple[int, int]] = ()


def _tables(rows: Rows) -> Iterator[_Found]:
    """Where tables begin and end among `rows`."""
    for start, end in _stretches(rows):
        starts = list(find_starts(list(_words_of(rows, start, end))))
        if not starts:
            yield _Found(start, end)
            continue
        found = []
        begin, goes_on = start, False
        for number, is_same in (*starts, (end - start, False)):
            part = [n for n in range(begin, start + number) if len(rows[n]) > 1]
            if len(part) > 1:
                found.append(_Found(part[0], part[-1] + 1, goes_on))
            begin, goes_on = start + number, is_same
        yield from _with_like(rows, found)


def _with_like(rows: Rows, tables: Sequence[_Found]) -> Iterator[_Found]:
    """`tables` that follow each other, each with those whose figures end at the same places."""
    ends = [_ends(rows[table.start : table.end]) for table in tables]
    for number, (table, own) in enumerate(zip(tables, ends, strict=True)):
        near = range(max(number - MOST_LIKE, 0), min(number + MOST_LIKE + 1, len(tables)))
        like = [
            (tables[n].start, tables[n].end)
            for n in near
            if n != number and _are_same(own, ends[n])
        ]
        yield replace(table, like=like)


def _ends(rows: Rows) -> list[float]:
    """Where the figures of a table end, column by column."""
    ends = sorted(union(cell)[2] for cells in rows for cell in cells[1:] if is_figure(_text(cell)))
    return [end for end, after in pairwise([*ends, inf]) if after - end > 2 * LEVEL]


def _are_same(one: Sequence[float], other: Sequence[float]) -> bool:
    return 0 < len(one) == len(other) and all(
        abs(end - place) < 2 * LEVEL for end, place in zip(one, other, strict=True)
    )


def _stretches(rows: Rows) -> Iterator[tuple[int, int]]:
    """Where rows of several cells begin and end that nothing else keeps apart."""
    several: list[int] = []
    used: set[int] = set()
    for index, cells in enumerate(rows):
        if len(cells) == 1:
            continue
        if several and (
            _is_apart(rows, several[-1], index)
            or (len(several) >= MIN_TABLE_ROWS and _are_elsewhere(rows, index, used))
        ):
            yield from _stretch(rows, several)
            several, used = [], set()
        several.append(index)
        used.update(_bins(cells))
    yield from _stretch(rows, several)


def _are_elsewhere(rows: Rows, index: int, used: Container[int]) -> bool:
    """Whether rows begin whose figures stand below each other and where nothing stood above."""
    below = [cells for cells in rows[index : index + MIN_TABLE_ROWS] if len(cells) > 2]
    return (
        len(below) == MIN_TABLE_ROWS
        and not any(place in used for place in _bins(below[0]))
        and all(_are_level(below[0], cells) for cells in below[1:])
        and all(is_figure(_text(cell)) for cell in below[0][1:])
        and not any(place in used for cells in below[1:] for place in _bins(cells))
    )


def _bins(cells: Sequence[Row]) -> Iterator[int]:
    """Places across the page at which cells other than the first stand."""
    for cell in cells[1:]:
        x0, _, x1, _ = union(cell)
        yield from range(round(x0 / LEVEL), round(x1 / LEVEL) + 1)


def _stretch(rows: Rows, several: list[int]) -> Iterator[tuple[int, int]]:
    is_short = len(several) == 2 and several[1] == several[0] + 1
    if len(several) >= MIN_TABLE_ROWS or (is_short and _are_periods(*(rows[n] for n in several))):
        yield several[0], several[-1] + 1


def _are_periods(cells: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether `cells` are periods over the figures of the one row `below`, which has a label."""
    label, *figures = below
    others = len(cells) - len(figures)
    if len(figures) < MIN_FIGURES or others not in (0, 1) or not _WORD.search(_text(label)):
        return False
    heads = list(map(_text, cells[others:]))
    return (
        sum(map(tells_period, heads)) * 2 > len(heads)
        and all(map(_is_entry, figures))
        and not any(map(is_value, heads))
        and union(label)[2] < union(cells[others])[0]
        and _are_over(cells[others:], figures)
    )


def _are_over(cells: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether each of some cells stands over one below: between those beside that one."""
    boxes = [union(cell) for cell in below]
    starts, ends = [box[0] for box in boxes], [box[2] for box in boxes]
    return all(
        end < union(cell)[0] and union(cell)[2] < start
        for cell, end, start in zip(cells, [-inf, *ends[:-1]], [*starts[1:], inf], strict=True)
    )


def _words_of(rows: Rows, start: int, end: int) -> Iterator[RowWords]:
    """The words of rows as those of a table: what stands at the left of its figures is a label."""
    given = [[union(cell) for cell in row] for row in rows[start:end]]
    gaps = [below[0][1] - above[0][3] for above, below in pairwise(given)]
    usual = median(gaps) if gaps else 0.0
    left, right = min(boxes[0][0] for boxes in given), max(boxes[-1][2] for boxes in given)
    figures = [
        (n, boxes[1][0])
        for n, (boxes, row) in enumerate(zip(given, rows[start:end], strict=True))
        if len(row) > 1 and is_figure(_text(row[1]))
    ]
    labels_end = max((boxes[0][2] for boxes in given if len(boxes) > 1), default=0.0)
    at = 0
    for number, (boxes, row) in enumerate(zip(given, rows[start:end], strict=True)):
        texts = tuple(map(_text, row))
        height = row[0][0].height
        is_parted = number > 0 and gaps[number - 1] > usual + PARTED * height
        if number and len(row) == 1:
            # Had it gone on the label above, there would have been room for it.
            room = labels_end - given[number - 1][0][2]
            is_parted = is_parted or room > boxes[0][2] - boxes[0][0] + height
        while at + 1 < len(figures) and figures[at][0] <= number:
            at += 1
        x0, _, x1, _ = boxes[0]
        is_over = x0 > left + 2 * height and x1 > (figures[at][1] if figures else right)
        is_indented = x0 > left + INDENT * height and not any(map(is_figure, texts))
        if (is_over and len(row) == 1) or (is_indented and len(row) > 1):
            yield RowWords("", texts, is_parted)
        else:
            yield RowWords(texts[0], texts[1:], is_parted)


def _text(cell: Row) -> str:
    return cell[0].text if len(cell) == 1 else " ".join(f.text for f in cell)


def _is_apart(rows: Rows, before: int, row: int) -> bool:
    """Whether two rows of several cells belong to different tables, by what is between."""
    goes_on = _goes_on(rows[before], rows[row])
    are_level = goes_on or _are_level(rows[before], rows[row])
    have_corner = _are_heads_with_corner(rows[before], rows[row])
    are_heads = have_corner or _are_heads(rows[before], rows[row])
    most = MAX_SUBHEADS if are_heads else MAX_LABELS if are_level else MAX_PLAIN_ROWS
    first = before
    before += _wrapped(rows, before)
    if row - before - 1 > most:
        return True
    widths = [
        max(f.x1 for f in rows[index][-1]) - min(f.x0 for f in rows[index][0])
        for index in range(before, row + 1)
    ]
    if row == first + 1 and goes_on:
        return rows[row][0][0].y0 - rows[first][0][0].y1 > FAR_APART * rows[row][0][0].height
    if min(widths[0], widths[-1]) < 0:
        # From right to left, words set apart to fill a line are not told from cells.
        return True
    # A label may be wide, too, but ends where the figures begin.
    labels_end = min(union(rows[index][1])[0] for index in (first, row))
    reach = max((union(cells[0])[2] for cells in rows[before + 1 : row]), default=0.0)
    is_wide = max(widths[1:-1], default=0) > SENTENCE * max(widths[0], widths[-1])
    begins = row + 1 < len(rows) and _are_heads(rows[row], rows[row + 1])
    # What stands below heads or between figures of the same columns is a subhead.
    tells = not (are_heads or are_level) and any(
        cells[0][-1].text.endswith((":", ".")) for cells in rows[before + 1 : row]
    )
    if is_wide and (reach > labels_end or begins or tells):
        return True
    heads = [rows[index][0][0] for index in range(before, row + 1)]
    # Heads are often set smaller than the rows under them.
    usual = max(heads[0].height, heads[-1].height)
    if any(head.height > HEADING * usual for head in heads[1:-1]):
        return True
    apart = FAR_APART if have_corner else APART
    return any(below.y0 - above.y1 > apart * below.height for above, below in pairwise(heads))


def _wrapped(rows: Rows, row: int) -> int:
    """How many lines after a row are further lines of one of its cells that is no label."""
    label, *cells = rows[row]
    if len(cells) == 1 and not _WORD.search(" ".join(f.text for f in label)):
        # A number before a paragraph.
        return 0
    lefts = [union(cell)[0] for cell in cells]
    end = row + 1
    while end < len(rows) and len(rows[end]) == 1:
        above, below = rows[end - 1][-1][0], rows[end][0][0]
        is_near = below.y0 - above.y1 < NEAR * below.height
        if not is_near or min(abs(below.x0 - left) for left in lefts) > UNDER:
            break
        end += 1
    return end - row - 1


def _goes_on(cells: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether a row has a label below that of another, and figures in some of its columns."""
    (label, *figures), (under, *others) = cells, below
    ends = [union(cell)[2] for cell in figures]
    return (
        len(others) >= MIN_FIGURES
        and abs(union(label)[0] - union(under)[0]) < INDENT * under[0].height
        and _WORD.search(_text(under)) is not None
        and all(map(_is_entry, chain(figures, others)))
        and all(min(abs(union(cell)[2] - end) for end in ends) < LEVEL for cell in others)
    )


def _is_entry(cell: Row) -> bool:
    """Whether a figure stands in a cell, or a dash for one."""
    text = _text(cell)
    return is_value(text) or text in DASHES


def _are_level(cells: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether two rows have their figures at the same places."""
    return len(cells) == len(below) > 1 and all(
        abs(union(one)[2] - union(other)[2]) < LEVEL
        for one, other in zip(cells[1:], below[1:], strict=True)
    )


def _are_heads(cells: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether all `cells` stand over the figures of a row below, none over its label."""
    labels_end = union(below[0])[2]
    return union(cells[0])[0] > labels_end and not any(
        is_figure(" ".join(f.text for f in cell)) for cell in cells
    )


def _are_heads_with_corner(cells: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether `cells` are the head of labels and heads of columns, each over a figure below."""
    if not len(cells) == len(below) > 2:
        return False
    if not all(map(_is_entry, below[1:])) or any(map(_is_entry, cells)):
        return False
    return _are_over(cells, below)


def _paragraphs(rows: Rows) -> Iterator[LaidBlock]:
    lines = [line_of(chain.from_iterable(cells)) for cells in rows]
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
