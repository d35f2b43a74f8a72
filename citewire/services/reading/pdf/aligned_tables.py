"""Tables from rows of text: their columns, heads over several of them, and lines of one row."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, chain, pairwise

from citewire.services.reading.heads import is_figure, is_period, is_value
from citewire.services.reading.pdf.aligned import (
    MOST_HEADS,
    RowPiece,
    column_edges,
    extent,
    find_separators,
    kept_separators,
    part_heads,
    place_cells,
)
from citewire.services.reading.pdf.drawn import Drawn
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import LaidBlock
from citewire.services.reading.pdf.lines import Row, union
from citewire.services.reading.pdf.lookalikes import (
    are_text_columns,
    has_bars,
    is_chart,
    is_numbered,
    is_scattered,
)
from citewire.services.reading.pdf.tables import Draft, table_block
from citewire.services.reading.table_heads import is_unit_line

TIGHT = 0.75
"""Lines of one cell are apart by less than so many heights of their letters."""

INTO = -0.2
"""Lines reach into each other by so many heights."""

CLOSE = 0.1
"""Lines of one head are apart by less."""

AS_WIDE = 1.45
"""And no line of a head is so many times wider than the next."""

CENTRED = 0.6
"""A head stands in the middle of its columns, but for so many heights of its letters."""

FULL = 0.75
"""A label that goes on in the next line fills so much of its column."""

HANGING = 0.4
"""And the next line, if it is indented, by at least so many heights."""

UNEVEN = 0.4
"""A head over a line stands at one of its ends or in the middle: the line reaches no further past
one side than past the other by so much of its length."""

WHOLE = 0.7
"""A line that parts rows is as long as this share of the table."""

Edges = list[tuple[float, float]]


def table_of_rows(
    rows: Sequence[Sequence[Row]], drawn: Drawn, like: Sequence[Sequence[Row]] = ()
) -> LaidBlock | list[list[Fragment]] | None:
    """The table that `rows` of cells make.

    None if they make none; if they are running text in columns, what stands in each of them.

    Args:
        rows: from the top.
        drawn: on the page.
        like: rows of other tables with the same columns, which tell more of these.
    """
    own = len(rows)
    rows = [*part_heads(rows), *like]
    separators, walls = find_separators(rows, _walls(rows[:own], drawn))
    if not separators:
        return None
    placed = [place_cells(cells, separators, walls) for cells in rows]
    edges = column_edges(placed, len(separators) + 1)
    kept = kept_separators(placed, edges, _header_lines(placed))
    if len(kept) < len(separators):
        separators = [separators[n] for n in kept]
        placed = [place_cells(cells, separators, walls) for cells in rows]
        edges = column_edges(placed, len(separators) + 1)
    rows, placed = rows[:own], placed[:own]
    heads = _header_lines(placed)
    placed = [
        [_settled(piece, edges, is_head=n < heads) for piece in row] for n, row in enumerate(placed)
    ]
    count = len(edges)
    lines = _Lines(rows, drawn)
    box = (lines.left, lines.tops[0], lines.right, lines.bottoms[-1])
    is_other = is_numbered(placed, count) or is_chart(placed, count) or has_bars(drawn, box, placed)
    if is_other or (not walls and is_scattered(placed, count)):
        return None
    parts_rows = _are_ruled_rows(placed, 0, lines) or _gap_between_rows(placed, 0, lines)
    if not parts_rows and are_text_columns(placed, count):
        return _columns(placed, count)
    boxes = lines.boxes(edges)
    for number in range(heads):
        below = placed[number + 1 : heads + 3]
        placed[number] = _spread(
            placed[number],
            placed[number - 1] if number else [],
            below,
            boxes,
            [lines.under(n) for n in (number, *range(number + 1, heads - 1))],
            is_close=number + 1 < len(rows) and lines.gap(number) < CLOSE,
        )
    for number in range(heads - 2, -1, -1):
        if lines.gap(number) < CLOSE:
            placed[number] = _as_below(placed[number], placed[number + 1])
    groups = _groups(placed, heads, edges, lines)
    starts = accumulate([0, *map(len, groups[:-1])])
    header_rows = sum(start < heads for start in starts)
    drafts = [
        draft
        for n, group in enumerate(groups[header_rows:], start=header_rows)
        for draft in _drafts(n, group)
    ]
    drafts += _heads(groups[:header_rows], len(edges))
    columns = [(low, high) if low <= high else (0.0, 0.0) for low, high in edges]
    return table_block(drafts, columns, header_rows=header_rows)


def _columns(placed: Sequence[Sequence[RowPiece]], count: int) -> list[list[Fragment]]:
    columns: list[list[Fragment]] = [[] for _ in range(count)]
    for row in placed:
        for piece in row:
            columns[piece.column] += piece.fragments
    return [column for column in columns if column]


def _walls(rows: Sequence[Sequence[Row]], drawn: Drawn) -> list[float]:
    """Where lines are drawn between columns, from the top of a table to its end."""
    if not len(drawn.down):
        return []
    boxes = [union([f for cell in row for f in cell]) for row in rows]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    top, bottom = boxes[0][1], boxes[-1][3]
    found: dict[int, float] = {}
    for x, y0, y1 in drawn.down.tolist():
        if left < x < right:
            found.setdefault(round(x), 0.0)
            found[round(x)] += max(min(y1, bottom) - max(y0, top), 0)
    return sorted(float(x) for x, drawn_to in found.items() if drawn_to >= WHOLE * (bottom - top))


class _Lines:
    """Where the lines of text stand, and which of them a drawn line parts from the next."""

    def __init__(self, rows: Sequence[Sequence[Row]], drawn: Drawn) -> None:
        boxes = [union([f for cell in row for f in cell]) for row in rows]
        self.tops = [box[1] for box in boxes]
        self.bottoms = [box[3] for box in boxes]
        self.heights = [row[0][0].height for row in rows]
        self.cells = [[extent(cell) for cell in row] for row in rows]
        self.left, self.right = min(box[0] for box in boxes), max(box[2] for box in boxes)
        top, bottom = self.tops[0], self.bottoms[-1]
        self.across = [
            (x0, y, x1)
            for y, x0, x1 in drawn.across.tolist()
            if top - 3 <= y <= bottom + 3 and x0 < self.right and x1 > self.left
        ]

    def under(self, number: int) -> list[tuple[float, float]]:
        """Left and right ends of the lines that are drawn under a line of text."""
        if number + 1 >= len(self.tops):
            return []
        low = (self.tops[number] + self.bottoms[number]) / 2
        high = (self.tops[number + 1] + self.bottoms[number + 1]) / 2
        return [(x0, x1) for x0, y, x1 in self.across if low < y < high]

    def is_parted(self, number: int) -> bool:
        """Whether lines are drawn over the table under a line of text."""
        covered = sum(
            min(x1, self.right) - max(x0, self.left)
            for x0, x1 in self.under(number)
            # Links are underlined.
            if not any(abs(x0 - low) + abs(x1 - high) < 2 for low, high in self.cells[number])
        )
        return covered >= WHOLE * (self.right - self.left)

    def boxes(self, edges: Edges) -> Edges:
        """Left and right edges of columns, with the lines that are drawn over one of them each."""
        found = list(edges)
        for x0, _, x1 in self.across:
            over = [n for n, (low, high) in enumerate(edges) if x0 < (low + high) / 2 < x1]
            if len(over) == 1 and over[0] > 0:
                low, high = found[over[0]]
                left, right = edges[over[0] - 1][1], edges[min(over[0] + 1, len(edges) - 1)][0]
                if x0 >= left and (x1 <= right or over[0] + 1 == len(edges)):
                    found[over[0]] = (min(low, x0), max(high, x1))
        return found

    def gap(self, number: int) -> float:
        """The distance of a line of text to the next, in heights of its letters."""
        return (self.tops[number + 1] - self.bottoms[number]) / max(self.heights[number], 0.1)


def _settled(piece: RowPiece, edges: Edges, *, is_head: bool) -> RowPiece:
    """`piece` over those columns alone that it stands over for the most part.

    In the body, a long text reaches into columns that are empty there.
    """
    if piece.columns == 1:
        return piece
    covered = []
    for column in range(piece.column, piece.last + 1):
        low, high = edges[column]
        common = min(high, piece.x1) - max(low, piece.x0)
        if low <= high and (common >= 0.5 * (high - low) or piece.x0 < (low + high) / 2 < piece.x1):
            covered.append(column)
    if not covered:
        middle = (piece.x0 + piece.x1) / 2
        covered = [
            min(
                range(piece.column, piece.last + 1),
                key=lambda n: (
                    abs(sum(edges[n]) / 2 - middle) if edges[n][0] <= edges[n][1] else 1e9
                ),
            )
        ]
    return RowPiece(covered[0], covered[-1] - covered[0] + 1 if is_head else 1, piece.fragments)


def _header_lines(placed: Sequence[Sequence[RowPiece]]) -> int:
    """How many lines at the top have no figures; 0 if that tells nothing."""
    first = next(
        (
            n
            for n, row in enumerate(placed)
            if any(piece.column > 0 and is_value(piece.text) for piece in row)
        ),
        0,
    )
    # A line of one cell at its left is a subhead of the body, not a head of columns.
    while first > 0 and (
        all(piece.last == 0 for piece in placed[first - 1]) or _is_wide_label(placed, first - 1)
    ):
        first -= 1
    for n, (above, row) in enumerate(pairwise(placed[:first]), start=1):
        # So it is below periods with their corner, whatever the next lines are.
        is_label = row[0].last == 0 == len(row) - 1 and row[0].text[0].isalpha()
        is_label = is_label and not any(map(str.isdigit, row[0].text))
        if is_label and above[0].column == 0 and any(is_period(p.text) for p in above[1:]):
            return n if n <= MOST_HEADS else 0
    return first if first <= MOST_HEADS else 0


def _is_wide_label(placed: Sequence[Sequence[RowPiece]], number: int) -> bool:
    """Whether a line below heads is a label that reaches past others, as it goes on in the next."""
    [first, *others], under = placed[number], placed[number + 1][0]
    is_label = not others and first.column == 0 == under.column
    return (
        is_label
        and abs(first.x0 - under.x0) < 1
        and any(len(row) > 1 for row in placed[:number])
        and first.text[:1].isalpha()
        and not is_unit_line(first.text)
    )


def _spread(
    row: list[RowPiece],
    above: Sequence[RowPiece],
    below: Sequence[Sequence[RowPiece]],
    edges: Edges,
    drawn: Sequence[Sequence[tuple[float, float]]],
    *,
    is_close: bool,
) -> list[RowPiece]:
    """The heads of a line over all the columns that they stand over.

    Args:
        row: the heads.
        above: those of the line above.
        below: the lines below.
        edges: of the columns.
        drawn: left and right end of lines that are drawn under them, and under lines below.
        is_close: whether the next line is as near as that of the same head.
    """
    found, centred = [], []
    for n, piece in enumerate(row):
        first = max(row[n - 1].last + 1 if n else 1, 1)
        last = row[n + 1].column - 1 if n + 1 < len(row) else len(edges) - 1
        if piece.column == 0:
            found.append(piece)
            continue
        # Not out of what stands over it, nor into what another one stands over.
        for other in above:
            if other.columns > 1 and other.column <= piece.column <= other.last:
                first, last = max(first, other.column), min(last, other.last)
            elif other.columns > 1 and other.last < piece.column:
                first = max(first, other.last + 1)
            elif other.columns > 1 and other.column > piece.last:
                last = min(last, other.column - 1)
        free = (first, last)
        over = _ruled_over(piece, free, below, edges, drawn[:1])
        if over is None and _is_continued(piece, below, edges, is_close=is_close):
            found.append(piece)
            continue
        over = over or _ruled_over(piece, free, below, edges, drawn[1:])
        if over is None:
            over = _centred_over(piece, free, below, edges)
            centred.append(len(found))
        found.append(over)
    again = _repeated(row, below)
    if again and any(
        over.column > other.column or over.last < other.last
        for over, other in zip(found, again, strict=True)
    ):
        return again
    # What stands in the middle of its own column stands over others only if all heads do.
    if len({piece.columns for piece in found if piece.column}) > 1 and len(centred) > 1:
        for n in centred:
            piece = row[n]
            if _off(piece, piece.column, piece.last, edges) < 0.5 * _slack(piece):
                found[n] = piece
    return found


def _as_below(row: list[RowPiece], below: Sequence[RowPiece]) -> list[RowPiece]:
    """The heads of a line, those that go on in the line below over as many columns as there."""
    found = list(row)
    for n, piece in enumerate(row):
        middle = piece.x0 + piece.x1
        for under in below:
            first = row[n - 1].last + 1 if n else 0
            last = row[n + 1].column - 1 if n + 1 < len(row) else under.last
            is_same = abs(under.x0 + under.x1 - middle) < _slack(piece)
            if (
                is_same
                and first <= under.column <= piece.column <= piece.last <= under.last <= last
            ):
                found[n] = RowPiece(under.column, under.columns, piece.fragments)
    return found


def _repeated(row: list[RowPiece], below: Sequence[Sequence[RowPiece]]) -> list[RowPiece]:
    """The heads of a line over columns whose own heads are the same again for each of them."""
    if not below:
        return []
    heads = [piece for piece in row if piece.column]
    under = [piece for piece in below[0] if piece.column]
    each = len(under) // max(len(heads), 1)
    if len(heads) < 2 or each < 2 or each * len(heads) != len(under):
        return []
    texts = [piece.text for piece in under]
    groups = [under[n : n + each] for n in range(0, len(under), each)]
    if texts != texts[:each] * len(heads) or len(set(texts[:each])) < each:
        return []
    if len({head.text for head in heads}) < len(heads):
        # The same words again are a line of the heads themselves.
        return []
    if not all(
        group[0].column <= head.column and head.last <= group[-1].last
        for head, group in zip(heads, groups, strict=True)
    ):
        return []
    return [piece for piece in row if not piece.column] + [
        RowPiece(group[0].column, group[-1].last - group[0].column + 1, head.fragments)
        for head, group in zip(heads, groups, strict=True)
    ]


def _slack(piece: RowPiece) -> float:
    return CENTRED * piece.fragments[0].height


def _ruled_over(
    piece: RowPiece,
    free: tuple[int, int],
    below: Sequence[Sequence[RowPiece]],
    edges: Edges,
    drawn: Sequence[Sequence[tuple[float, float]]],
) -> RowPiece | None:
    """A head over the columns over which a line is drawn under it; None if over one or none."""
    height = piece.fragments[0].height
    for x0, x1 in chain.from_iterable(drawn):
        if x0 > piece.x0 + height or x1 < piece.x1 - height:
            continue
        sides = piece.x0 - x0, x1 - piece.x1
        if min(sides) > height and abs(sides[0] - sides[1]) > UNEVEN * (x1 - x0):
            # It parts rows: what is over it stands at one of its columns.
            continue
        covered = [
            n
            for n, (low, high) in enumerate(edges)
            if low <= high and x0 - height < (low + high) / 2 < x1 + height
        ]
        is_free = len(covered) > 1 and free[0] <= covered[0] and covered[-1] <= free[1]
        if is_free and _is_over(covered, below):
            return RowPiece(covered[0], covered[-1] - covered[0] + 1, piece.fragments)
    return None


def _is_continued(
    piece: RowPiece, below: Sequence[Sequence[RowPiece]], edges: Edges, *, is_close: bool
) -> bool:
    """Whether a head in the middle of its column or of what is below goes on in the next line."""
    if not below:
        return False
    is_centred = _off(piece, piece.column, piece.last, edges) < 0.5 * _slack(piece)
    width, middle = piece.x1 - piece.x0, (piece.x0 + piece.x1) / 2
    for under in below[0]:
        if under.column != piece.column:
            continue
        is_over = is_centred or abs(middle - (under.x0 + under.x1) / 2) < 0.5 * _slack(piece)
        is_as_wide = width <= AS_WIDE * (under.x1 - under.x0) and not under.text.isdecimal()
        if is_over and (under.text[:1].islower() or (is_close and is_as_wide)):
            return True
    return False


def _centred_over(
    piece: RowPiece, free: tuple[int, int], below: Sequence[Sequence[RowPiece]], edges: Edges
) -> RowPiece:
    """A head over the widest columns that it stands in the middle of.

    Over the middle one of three it is over all three.
    """
    best = piece
    for low in range(free[0], piece.column + 1):
        for high in range(piece.last, free[1] + 1):
            if (
                high - low >= best.columns
                and _off(piece, low, high, edges) < _slack(piece)
                and _is_over(range(low, high + 1), below)
            ):
                best = RowPiece(low, high - low + 1, piece.fragments)
    return best


def _off(piece: RowPiece, first: int, last: int, edges: Edges) -> float:
    """How far the middle of a head is from that of columns."""
    return abs(edges[first][0] + edges[last][1] - piece.x0 - piece.x1) / 2


def _is_over(columns: Sequence[int], below: Sequence[Sequence[RowPiece]]) -> bool:
    """Whether something stands in each of several columns below, in one line or together."""
    if len(columns) == 1:
        return True
    filled = {n for row in below for piece in row for n in range(piece.column, piece.last + 1)}
    return columns[0] in filled and columns[-1] in filled


def _groups(
    placed: list[list[RowPiece]], heads: int, edges: Edges, lines: _Lines
) -> list[list[list[RowPiece]]]:
    """The lines that make a row each."""
    by_rules = _are_ruled_rows(placed, heads, lines)
    by_gaps = None if by_rules else _gap_between_rows(placed, heads, lines)
    groups = [[placed[0]]]
    for number, (above, row) in enumerate(pairwise(placed)):
        if number + 1 < heads:
            joins = (
                _is_same_head(groups[-1], row)
                and lines.gap(number) < TIGHT
                and not (lines.is_parted(number))
            )
        elif number + 1 == heads:
            joins = False
        elif by_rules:
            joins = not lines.is_parted(number)
        elif by_gaps is not None:
            joins = lines.gap(number) < by_gaps
        else:
            is_near = lines.gap(number) <= TIGHT and not lines.is_parted(number)
            joins = _goes_on(groups[-1], above, row, edges[0][1] - edges[0][0], is_near=is_near)
            # A label that is set a little lower than the line it belongs to.
            is_into = lines.gap(number) < INTO and above[0].column > 0 == row[0].column
            joins = joins or (is_into and len(groups[-1]) == 1)
            if joins and len(above) == 1 and _are_listed(row, placed[number + 2 : number + 3]):
                joins = False
            if joins and len(row) > 1 and len(above) == 1 and max(map(len, groups[-1])) > 1:
                # The row has its figures: lines of a label after them belong to this one.
                groups.append(_labels_after(groups[-1]))
        if joins:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _are_listed(row: Sequence[RowPiece], after: Sequence[Sequence[RowPiece]]) -> bool:
    """Whether the next line begins at the same place as `row`: both are items under a subhead."""
    label = row[0]
    if len(row) < 2 or label.text[:1].islower():
        return False
    return any(
        len(line) > 1 and line[0].column == 0 and abs(line[0].x0 - label.x0) < 1 for line in after
    )


def _labels_after(group: list[list[RowPiece]]) -> list[list[RowPiece]]:
    """Take from a row the lines of one piece at its end."""
    first = max(n for n, line in enumerate(group) if len(line) > 1) + 1
    taken = group[first:]
    del group[first:]
    return taken


def _is_same_head(group: Sequence[Sequence[RowPiece]], row: Sequence[RowPiece]) -> bool:
    """Whether the cells of a line of heads go on those above, or stand beside them."""
    for line in group:
        for one in line:
            for other in row:
                is_over = one.column <= other.last and other.column <= one.last
                if is_over and (one.column, one.columns) != (other.column, other.columns):
                    return False
    return True


def _are_ruled_rows(placed: Sequence[Sequence[RowPiece]], heads: int, lines: _Lines) -> bool:
    """Whether drawn lines part the rows of the body, some of which have several lines."""
    body = range(heads, len(placed))
    parted = [n for n in body[:-1] if lines.is_parted(n)]
    if len(parted) < 2:
        return False
    return _are_rows(placed, [heads, *(n + 1 for n in parted), len(placed)])


def _are_rows(placed: Sequence[Sequence[RowPiece]], starts: Sequence[int]) -> bool:
    """Whether no column has two figures between one of `starts` and the next."""
    for start, end in pairwise(starts):
        columns = [
            piece.column for row in placed[start:end] for piece in row if is_figure(piece.text)
        ]
        if len(columns) != len(set(columns)):
            return False
    return True


def _gap_between_rows(
    placed: Sequence[Sequence[RowPiece]], heads: int, lines: _Lines
) -> float | None:
    """The distance from which a line begins a new row, of tables of words of several lines."""
    pieces = [piece for row in placed[heads:] for piece in row]
    if sum(is_figure(piece.text) for piece in pieces) * 4 > len(pieces):
        return None
    gaps = sorted(max(lines.gap(n), INTO) for n in range(heads, len(placed) - 1))
    if len(gaps) < 2:
        return None
    # The widest step between neighbours, if it is wide and small gaps are there.
    step, at = max((after - before, n) for n, (before, after) in enumerate(pairwise(gaps)))
    if step < 0.25 or gaps[at] > TIGHT:
        return None
    least = (gaps[at] + gaps[at + 1]) / 2
    begins = [n + 1 for n in range(heads, len(placed) - 1) if lines.gap(n) >= least]
    return least if _are_rows(placed, [heads, *begins, len(placed)]) else None


def _goes_on(
    group: Sequence[Sequence[RowPiece]],
    above: Sequence[RowPiece],
    row: Sequence[RowPiece],
    width: float,
    *,
    is_near: bool,
) -> bool:
    """Whether a line of the body belongs to the row of the line above."""
    if not is_near:
        return False
    label = row[0] if row[0].column == 0 else None
    if label is None:
        # Words that go on below other words, beside no label and no figure.
        words = {p.column for line in group for p in line if not is_figure(p.text)}
        return all(p.column in words and not is_figure(p.text) for p in row)
    above_label = above[0] if above and above[0].column == 0 else None
    if above_label is None:
        return False
    is_full = above_label.x1 - above_label.x0 >= FULL * width
    is_lower = label.text[:1].islower()
    is_hanging = label.x0 - above_label.x0 >= HANGING * label.fragments[0].height
    ends = above_label.text.endswith((":", "."))
    if len(row) == 1:
        # A label that goes on below its figures.
        has_figures = len(group[0]) > 1 or len(above) > 1
        return has_figures and not ends and (is_lower or (is_hanging and is_full))
    if len(above) == 1 and above_label.columns == 1:
        # A label whose figures stand at its last line.
        is_more = is_hanging or label.text[:1].isdigit()
        return not ends and (is_lower or (is_more and is_full))
    return False


def _heads(groups: Sequence[Sequence[Sequence[RowPiece]]], columns: int) -> list[Draft]:
    """The cells of the heads; one that stands alone over its column is over all their rows."""
    drafts = [draft for n, group in enumerate(groups) for draft in _drafts(n, group)]
    over: list[list[Draft]] = [[] for _ in range(columns)]
    for draft in drafts:
        for column in range(draft.column, draft.column + draft.columns):
            over[column].append(draft)
    return [
        replace(draft, row=0, rows=len(groups))
        if draft.columns == 1 and len(over[draft.column]) == 1
        else draft
        for draft in drafts
    ]


def _drafts(number: int, group: Sequence[Sequence[RowPiece]]) -> list[Draft]:
    """The cells of a row, of its lines; those over the same columns are one."""
    cells: dict[tuple[int, int], list[RowPiece]] = {}
    for line in group:
        for piece in line:
            place = next(
                (key for key in cells if key[0] <= piece.last and piece.column < key[0] + key[1]),
                (piece.column, piece.columns),
            )
            cells.setdefault(place, []).append(piece)
    return [
        Draft(number, column, 1, columns, [f for piece in pieces for f in piece.fragments])
        for (column, columns), pieces in cells.items()
    ]
