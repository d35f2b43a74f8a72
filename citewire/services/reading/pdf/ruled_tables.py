"""Tables from drawn cells: which grids of lines are tables, and what are their rows."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from citewire.services.reading.heads import is_figure
from citewire.services.reading.next_tables import RowWords, find_starts
from citewire.services.reading.pdf.drawn import Drawn
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import Box, LaidBlock
from citewire.services.reading.pdf.lines import Row, cells_of, line_of, split_at, text_rows, union
from citewire.services.reading.pdf.lookalikes import has_bars
from citewire.services.reading.pdf.ruled import TOUCH, RuledCell, RuledGrid, find_grids
from citewire.services.reading.pdf.tables import Draft, table_block

MIN_FILLED = 4
"""A table has at least so many cells with words."""

FILLED = 0.25
"""And at least this share of its cells."""

CELLS = 0.3
"""Of the places of a grid, so many are cells of their own; bars of a chart cover many each."""

MOST_TEXT = 0.8
"""One cell with more of the words than this is a frame around a text."""

MIN_LINES = 3
"""So many lines of words that are not wrapped are rows; two may be a head on two lines."""

SLACK = 2.0
"""Points; words reach over the edge of their column by less."""

BESIDE = 0.6
"""Of its lines and of its rows, so many go on beside a grid that is a part of a table."""

FIGURES = 0.75
LABELLED = 0.9
"""A grid with so many figures has no labels; so many of its rows have them beside it."""

AROUND = 3.0
"""Of its heights above and below; there the other bars of a chart stand."""

LEVEL = 0.35
"""Lines of different cells are level if they are apart by less than so many heights."""

_Part = tuple[int, int, list[Fragment]]
"""The first column of what stands over one or more, how many, and what it is."""

MIN_LEVEL = 2
"""On a page that may hold tables, at least so many pieces of text stand beside another."""


def may_be_tables(fragments: Sequence[Fragment]) -> bool:
    """Whether enough stands side by side for a table; other pages need no look at their lines."""
    found = 0
    ordered = sorted(fragments, key=lambda f: f.middle)
    for above, below in pairwise(ordered):
        found += below.middle - above.middle <= 0.5 * min(above.height, below.height)
        if found >= MIN_LEVEL:
            return True
    return False


def with_ruled_tables(fragments: Sequence[Fragment], drawn: Drawn) -> list[Fragment]:
    """`fragments`, those that stand in a drawn table replaced by one that carries the table."""
    left = list(fragments)
    tables = []
    grids = list(find_grids(drawn))
    for grid in grids:
        inside = [f for f in left if grid.holds(f)]
        if len(inside) < MIN_FILLED or _goes_on_beside(grid, grids, left, inside, drawn):
            continue
        x0, y0, x1, y1 = grid.box
        if has_bars(drawn, (x0, y0 - AROUND * (y1 - y0), x1, y1 + AROUND * (y1 - y0))):
            # A frame around some bars of a chart.
            continue
        below = _rows_below(grid, inside, left)
        if below is None:
            continue
        blocks = _blocks(grid, inside, below)
        inside += [fragment for row in below for cell in row for fragment in cell]
        if blocks:
            tables.append(_carrying(blocks, union(inside)))
            gone = {id(fragment) for fragment in inside}
            left = [fragment for fragment in left if id(fragment) not in gone]
    return left + tables


def _goes_on_beside(
    grid: RuledGrid,
    grids: Sequence[RuledGrid],
    fragments: Sequence[Fragment],
    inside: Sequence[Fragment],
    drawn: Drawn,
) -> bool:
    """Whether a grid is a part of a table: its lines and its rows go on beside it.

    So do the rows of figures alone, whose labels stand at their left. What stands in another grid
    of several columns may be another table.
    """
    x0, y0, x1, y1 = grid.box
    is_beside = (drawn.across[:, 2] < x0 + TOUCH) | (drawn.across[:, 1] > x1 - TOUCH)
    places = drawn.across[is_beside, 0]
    on = sum(bool((abs(places - y) < TOUCH).any()) for y in grid.ys)
    is_parted = on < BESIDE * len(grid.ys)
    figures = [f for f in inside if not any(map(str.isalpha, f.text))]
    if is_parted and len(figures) < FIGURES * len(inside):
        return False
    others = [other for other in grids if other is not grid and len(other.xs) > 2]
    beside = sorted(
        f.middle
        for f in fragments
        if y0 < f.middle < y1
        and ((f.x0 + f.x1) / 2 < x0 or ((f.x0 + f.x1) / 2 > x1 and not is_parted))
        and not any(other.holds(f) for other in others)
    )
    rows = text_rows(figures if is_parted else inside)
    level = 0
    for row in rows:
        near = LEVEL * row[0].height
        low, high = (bisect_right(beside, row[0].middle + step) for step in (-near, near))
        level += high > low
    return level >= (LABELLED if is_parted else BESIDE) * len(rows)


def _rows_below(
    grid: RuledGrid, inside: Sequence[Fragment], fragments: Sequence[Fragment]
) -> list[list[Row]] | None:
    """The rows of figures under a grid; None if those under heads are not in its columns."""
    x0, _, x1, y1 = grid.box
    rows: list[list[Row]] = []
    are_heads = sum(is_figure(f.text) for f in inside) * 8 <= len(inside)
    bottom, height = y1, inside[0].height
    under = [f for f in fragments if f.x0 < x1 and f.x1 > x0 and f.middle > y1]
    for row in text_rows(under):
        cells = cells_of(row)
        if min(f.y0 for f in row) > bottom + 1.5 * height or (rows and len(cells) == 1):
            break
        if not rows and len(cells) < 3 and not any(is_figure(f.text) for f in row):
            break
        places = [grid.column_of(union(cell)) for cell in cells]
        if not are_heads and not _is_last_row(cells, places):
            break
        if None in places or len(set(places)) < len(places):
            return rows or None
        rows.append(cells)
        bottom = max(f.y1 for f in row)
    return rows


def _is_last_row(cells: Sequence[Row], places: Sequence[int | None]) -> bool:
    """Whether a row under a grid of figures is a further one of it, as its sum: without lines."""
    label, *figures = (" ".join(f.text for f in cell) for cell in cells)
    is_label = places[0] == 0 and any(map(str.isalpha, label))
    return is_label and bool(figures) and all(map(is_figure, figures))


def _carrying(blocks: list[LaidBlock], box: Box) -> Fragment:
    """A fragment that stands for a table where the order of a page is found."""
    lines = [line for block in blocks for line in block.lines]
    x0, y0, x1, y1 = box
    height = max(line.height for line in lines)
    text = " ".join(line.text for line in lines)
    return Fragment(text, x0, y0, x1, y1, (y0 + y1) / 2, height, False, [], blocks)


def _blocks(
    grid: RuledGrid, fragments: Sequence[Fragment], below: Sequence[Sequence[Row]]
) -> list[LaidBlock]:
    """The table of a grid with its title and notes, if these are drawn as rows of one cell."""
    cells = grid.filled(fragments)
    for number, row in enumerate(below, start=len(grid.ys) - 1):
        for cell in row:
            box = union(cell)
            cells.append(RuledCell(number, grid.column_of(box) or 0, 1, 1, box, cell))
    columns = len(grid.xs) - 1
    rows = sorted({cell.row for cell in cells})
    whole = {cell.row: cell for cell in cells if cell.columns == columns and cell.rows == 1}
    first, last = 0, len(rows)
    while first < last and rows[first] in whole:
        first += 1
    while last > first and rows[last - 1] in whole:
        last -= 1
    body = [cell for cell in cells if first <= cell.row < last]
    aside = [whole[row] for row in rows if row in whole]
    if not _is_table(body) or any(_is_loose(cell) for cell in aside):
        return []
    return [
        *(_text(whole[row].fragments) for row in rows[:first] if whole[row].fragments),
        *_apart(list(_drafts(body, grid.xs)), list(pairwise(grid.xs))),
        *(_text(whole[row].fragments) for row in rows[last:] if whole[row].fragments),
    ]


def _apart(drafts: Sequence[Draft], edges: Sequence[tuple[float, float]]) -> Iterator[LaidBlock]:
    """The table of `drafts`, or the tables below each other that they are, with their titles."""
    rows: list[list[Draft]] = [[] for _ in range(max(draft.row + 1 for draft in drafts))]
    for draft in sorted(drafts, key=lambda draft: draft.column):
        if draft.fragments:
            rows[draft.row].append(draft)
    words = [_words(row) for row in rows]
    found = [(0, False), *find_starts(words), (len(rows), False)]
    over = {n for draft in drafts for n in range(draft.row + 1, draft.row + draft.rows)}
    if any(start in over for start, _ in found[1:-1]):
        # A cell stands in two of them: they are one.
        found = [found[0], found[-1]]
    for number, ((start, is_same), (end, _)) in enumerate(pairwise(found)):
        first = start
        while number and first < end and not words[first].others:
            yield from (_text(draft.fragments) for draft in rows[first])
            first += 1
        inside = [
            replace(draft, row=draft.row - first) for draft in drafts if first <= draft.row < end
        ]
        block = table_block(*_own_columns(inside, edges))
        if is_same and block.table is not None:
            block.table.continues = True
        yield block


def _words(row: Sequence[Draft]) -> RowWords:
    texts = [" ".join(f.text for f in draft.fragments) for draft in row]
    has_label = bool(row) and row[0].column == 0
    return RowWords(texts[0] if has_label else "", tuple(texts[has_label:]), is_parted=True)


def _own_columns(
    drafts: Sequence[Draft], edges: Sequence[tuple[float, float]]
) -> tuple[list[Draft], list[tuple[float, float]]]:
    """`drafts` of a table and the edges of its columns, without those that another one has."""
    starts = sorted({draft.column for draft in drafts})
    column = {old: new for new, old in enumerate(starts)}
    own = [
        replace(
            draft,
            column=column[draft.column],
            columns=bisect_left(starts, draft.column + draft.columns) - column[draft.column],
        )
        for draft in drafts
    ]
    ends = [*starts[1:], len(edges)]
    return own, [(edges[a][0], edges[b - 1][1]) for a, b in zip(starts, ends, strict=True)]


def _text(fragments: Sequence[Fragment]) -> LaidBlock:
    return LaidBlock("text", [line_of(row) for row in text_rows(fragments)])


def _is_table(cells: Sequence[RuledCell]) -> bool:
    filled = [cell for cell in cells if cell.fragments]
    places = sum(cell.rows * cell.columns for cell in cells)
    if len(cells) < CELLS * places or len(filled) < max(MIN_FILLED, FILLED * len(cells)):
        return False
    if len({cell.row for cell in filled}) < 2 or len({cell.column for cell in filled}) < 2:
        return False
    sizes = [sum(len(f.text) for f in cell.fragments) for cell in filled]
    if max(sizes) > MOST_TEXT * sum(sizes):
        return False
    # Columns that are not drawn are found by how their cells stand.
    loose = sum(_is_loose(cell) for cell in filled)
    return loose * 3 <= len(filled)


def _is_loose(cell: RuledCell) -> bool:
    """Whether the lines of a cell have several cells themselves."""
    if len(cell.fragments) < 2:
        return False
    rows = text_rows(cell.fragments)
    return sum(len(cells_of(row)) > 1 for row in rows) * 2 > len(rows)


def _drafts(cells: Sequence[RuledCell], xs: Sequence[float]) -> Iterator[Draft]:
    """The cells, with rows cut in which figures stand under each other without lines between."""
    cells = _opened(cells, xs)
    shift = 0
    rows = max(cell.row + cell.rows for cell in cells)
    starts = []
    cuts: dict[int, list[float]] = {}
    for row in range(rows):
        starts.append(row + shift)
        inside = [cell for cell in cells if cell.row == row and cell.rows == 1 and cell.fragments]
        cuts[row] = _cuts(inside)
        shift += len(cuts[row])
    starts.append(rows + shift)
    for cell in cells:
        first, end = starts[cell.row], starts[cell.row + cell.rows]
        if cell.rows > 1 or end - first == 1:
            yield Draft(first, cell.column, end - first, cell.columns, cell.fragments, cell.box)
            continue
        x0, y0, x1, y1 = cell.box
        edges = [y0, *cuts[cell.row], y1]
        parts: list[list[Fragment]] = [[] for _ in range(end - first)]
        for fragment in cell.fragments:
            parts[bisect_right(cuts[cell.row], fragment.middle)].append(fragment)
        for n, part in enumerate(parts):
            box = (x0, edges[n], x1, edges[n + 1])
            yield Draft(first + n, cell.column, 1, cell.columns, part, box)


def _opened(cells: Sequence[RuledCell], xs: Sequence[float]) -> list[RuledCell]:
    """The cells, those over several columns cut whose words stand over one of them each.

    Heads are often drawn as one box, in which a line of words stands over the columns below, and
    perhaps another one over all of them.
    """
    opened: dict[int, tuple[list[Fragment], list[_Part]]] = {}
    for n, cell in enumerate(cells):
        if over := _over_columns(cell, xs):
            opened[n] = over
        elif parts := _beside(cell, xs):
            opened[n] = [], parts
    split = {cells[n].row for n, (above, _) in opened.items() if above}
    rows = max(cell.row + cell.rows for cell in cells)
    shifted = [0, *accumulate(1 + (row in split) for row in range(rows))]
    found = []
    for n, cell in enumerate(cells):
        first, end = shifted[cell.row], shifted[cell.row + cell.rows]
        if n not in opened:
            found.append(replace(cell, row=first, rows=end - first))
            continue
        above, parts = opened[n]
        x0, y0, x1, y1 = cell.box
        if above:
            y = max(f.y1 for f in above)
            box = (x0, y0, x1, y)
            found.append(replace(cell, row=first, box=box, fragments=above))
            first, y0 = first + 1, y
        for column, columns, part in parts:
            box = (xs[column], y0, xs[column + columns], y1)
            found.append(RuledCell(first, column, end - first, columns, box, part))
    return found


def _over_columns(
    cell: RuledCell, xs: Sequence[float]
) -> tuple[list[Fragment], list[_Part]] | None:
    """What stands over all columns of a cell, and what below it over each; None if nothing does."""
    if cell.columns == 1 or cell.rows > 1 or len(cell.fragments) < 2:
        return None
    *above, last = text_rows(cell.fragments)
    inner = xs[cell.column + 1 : cell.column + cell.columns]
    parts: list[list[Fragment]] = [[] for _ in range(cell.columns)]
    for fragment in last:
        for part in split_at(fragment, inner):
            column = bisect_right(inner, (part.x0 + part.x1) / 2)
            edges = xs[cell.column + column], xs[cell.column + column + 1]
            if part.x0 < edges[0] - SLACK or part.x1 > edges[1] + SLACK:
                return None
            parts[column].append(part)
    is_one = len(above) > 1 or any(len(cells_of(row)) > 1 for row in above)
    if is_one or not all(parts):
        return None
    found = [(n, 1, part) for n, part in enumerate(parts, start=cell.column)]
    return [f for row in above for f in row], found


def _beside(cell: RuledCell, xs: Sequence[float]) -> list[_Part]:
    """What stands beside each other in each line of a cell over several columns, by column.

    Rows without a ground are often drawn as one box, as are the cells of one between two lines.
    """
    lines = [cells_of(row) for row in text_rows(cell.fragments)]
    if cell.columns == 1 or cell.rows > 1 or min(map(len, lines), default=0) < 2:
        return []
    inner = xs[cell.column + 1 : cell.column + cell.columns]
    parts: dict[int, list[Fragment]] = {}
    for piece in (piece for line in lines for piece in line):
        x0, _, x1, _ = union(piece)
        column = cell.column + bisect_right(inner, (x0 + x1) / 2)
        if x0 < xs[column] - SLACK or x1 > xs[column + 1] + SLACK:
            return []
        parts.setdefault(column, []).extend(piece)
    if len(parts) != max(map(len, lines)):
        return []
    first, *others = sorted(parts)
    if len(others) == 1 and first == cell.column:
        # Beside a label, what stands in the middle of all other columns is over them.
        x0, _, x1, _ = union(parts[others[0]])
        start, end = first + 1, first + cell.columns
        off = abs(xs[start] + xs[end] - x0 - x1) / 2
        if off < parts[others[0]][0].height:
            return [(first, 1, parts[first]), (start, end - start, parts[others[0]])]
    return [(column, 1, parts[column]) for column in (first, *others)]


def _cuts(cells: Sequence[RuledCell]) -> list[float]:
    """Where a drawn row is several rows: each has its figures, or words that are not wrapped."""
    columns = [text_rows(cell.fragments) for cell in cells]
    most = max(map(len, columns), default=0)
    if most < 2 or len(columns) < 2:
        return []
    longest = [n for n, rows in enumerate(columns) if len(rows) == most]
    figures = [rows for rows in columns if len(rows) > 1 and _all_figures(rows)]
    if figures:
        key = max(figures, key=len)
    elif most >= MIN_LINES and len(longest) == len(columns) and _are_unforced(cells, columns):
        key = columns[0]
    else:
        return []
    middles = [row[0].middle for row in key]
    height = min(row[0].height for row in key)
    for rows in columns:
        off = [min(abs(row[0].middle - y) for y in middles) > LEVEL * height for row in rows]
        # What stands in the middle of the others belongs to all of them.
        if off[0] or (any(off) and not figures):
            return []
    return [min(f.y0 for f in row) for row in key[1:]]


def _all_figures(rows: list[list[Fragment]]) -> bool:
    return all(is_figure(" ".join(f.text for f in row)) for row in rows)


def _are_unforced(cells: Sequence[RuledCell], columns: list[list[list[Fragment]]]) -> bool:
    """Whether words of most columns are on lines of their own without need."""
    unforced = sum(_is_unforced(cells[n], rows) for n, rows in enumerate(columns))
    return unforced * 2 > len(columns)


def _is_unforced(cell: RuledCell, rows: list[list[Fragment]]) -> bool:
    """Whether lines end although the first word of the next would have had room."""
    for above, below in pairwise(rows):
        first = below[0]
        word = (first.x1 - first.x0) * len(first.text.split()[0]) / len(first.text)
        if max(f.x1 for f in above) + word + first.height > cell.box[2]:
            return False
    return True
