"""What stands in columns and is no table: text in columns, contents, lists, labels of a chart."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

import numpy as np

from citewire.services.reading.heads import is_figure
from citewire.services.reading.pdf.aligned import RowPiece
from citewire.services.reading.pdf.chars import Floats
from citewire.services.reading.pdf.drawn import Drawn
from citewire.services.reading.pdf.layout import Box

MIN_LINES = 4
RUNNING_CHARS = 15
"""Half of the lines of running text are at least so long."""

RUNNING = 0.35
"""So many of its lines begin with a small letter: sentences go on over lines."""

MOST = 0.7
"""Columns of running text are so much of all."""

MIN_NUMBERED = 4
NUMBERED = 0.8
"""Lines of a list of contents, of references, or with numbers at their side: so many have one."""

FULL = 0.45
"""A table fills so much of its places, or its first row does so with `MOST` of its own."""

MIN_COLUMNS = 4

ALIKE = 0.6
"""Rows of a table, some of which go on over many lines, are so often filled in the same columns."""

MANY_COLUMNS = 8
SPARSE = 0.33
"""And with so many columns, whatever its first row is like, no less than this share."""

MIN_BARS = 3
MOST_BARS = 0.6
"""Bars of a chart are seldom of the same length: where they end, so often no other does."""

MANY_BARS = 0.4
"""Of all that is drawn there; the ground of words may end with them."""

SLACK = 6.0
"""Points; bars may be so much higher than the words beside them."""

GROUND = 1.5
"""Points; the ground of words begins and ends with them, but for so much."""

MIN_TICKS = 3
"""So many values of an axis stand above each other, the highest at the top."""

SEVERAL_AXES = 0.6
"""Axes beside each other have so many of the figures of their row."""

_NUMBER = re.compile(r"\d{1,4}")
_TICK = re.compile(r"([-−]?\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,6})?)%?")
_REFERENCE = re.compile(r"\[\d{1,4}\]|\d{1,3}\.|\(\d{1,3}\)")

Rows = Sequence[Sequence[RowPiece]]


def are_text_columns(placed: Rows, columns: int) -> bool:
    """Whether the columns are running text, each to be read on its own."""
    inside: list[list[str]] = [[] for _ in range(columns)]
    for row in placed:
        for piece in row:
            inside[piece.column].append(piece.text)
    running = [texts for texts in inside if _is_running(texts)]
    count = sum(map(len, running))
    return len(running) > 1 and count >= MOST * sum(map(len, inside))


def _is_running(texts: Sequence[str]) -> bool:
    if len(texts) < MIN_LINES or median(map(len, texts)) < RUNNING_CHARS:
        return False
    return sum(text[:1].islower() for text in texts) >= RUNNING * len(texts)


def is_numbered(placed: Rows, columns: int) -> bool:
    """Whether lines of text have a number beside them: of a page, a reference or the line."""
    if columns != 2 or len(placed) < MIN_NUMBERED:
        return False
    first, second = (
        [piece.text for row in placed for piece in row if piece.column == column]
        for column in range(2)
    )
    for numbers, texts in ((first, second), (second, first)):
        words = [text for text in texts if sum(map(str.isalpha, text)) > 2]
        if len(words) < NUMBERED * len(texts) or len(numbers) < NUMBERED * len(placed) / 2:
            continue
        references = {text for text in numbers if _REFERENCE.fullmatch(text)}
        if len(references) >= NUMBERED * len(numbers):
            return True
        values = [int(text) for text in numbers if _NUMBER.fullmatch(text)]
        if len(values) < max(MIN_NUMBERED, NUMBERED * len(numbers)):
            continue
        if values == sorted(values) and len(set(values)) >= NUMBERED * len(values):
            return True
    return False


def is_scattered(placed: Rows, columns: int) -> bool:
    """Whether most places would be empty, as with the labels of a chart."""
    if columns < MIN_COLUMNS or len(placed) < MIN_LINES or _are_filled(placed, columns):
        return False
    # Further lines of cells fill one place each.
    placed = [r for r in placed if len(r) > 1 or r[0].column == 0 or is_figure(r[0].text)]
    if len(placed) < MIN_LINES:
        return False
    if columns >= MANY_COLUMNS and sum(map(len, placed)) < SPARSE * columns * len(placed):
        return True
    filled = sum(piece.columns for row in placed for piece in row)
    best = max(sum(piece.columns for piece in row) for row in placed[:3])
    figures = sum(is_figure(piece.text) for row in placed for piece in row)
    pieces = sum(map(len, placed))
    if best >= MOST * columns and figures * 4 > pieces:
        return False
    return filled < FULL * columns * len(placed)


def _are_filled(placed: Rows, columns: int) -> bool:
    """Whether most rows of several cells have them in the same columns, in most of all columns."""
    filled = Counter(tuple(piece.column for piece in row) for row in placed if len(row) > 1)
    if not filled:
        return False
    [(usual, count)] = filled.most_common(1)
    is_usual = count >= max(MIN_LINES, ALIKE * filled.total())
    return is_usual and len(usual) >= ALIKE * columns


def is_chart(placed: Rows, columns: int) -> bool:
    """Whether figures are those of axes: equal steps down, or a last row with axes."""
    if any(map(_is_axis, placed[-2:])) or _have_one_scale(placed):
        return True
    inside: list[list[str]] = [[] for _ in range(columns)]
    for row in placed:
        for piece in row:
            if is_figure(piece.text):
                inside[piece.column].append(piece.text)
    figures = sum(map(len, inside))
    return figures * 2 > sum(map(len, placed)) and sum(map(_ticks, inside)) * 2 > figures


def _have_one_scale(placed: Rows) -> bool:
    """Whether rows begin with values of an axis, each again in its row: charts with one scale."""
    found = []
    for row in placed:
        first, *others = (piece.text for piece in row)
        if is_figure(first) and first in others:
            found.append(first)
    return _ticks(found) >= MIN_TICKS


def _is_axis(row: Sequence[RowPiece]) -> bool:
    """Whether a row is that of one or more axes: equal steps up, from 0 or over it."""
    words = [word for piece in row for word in piece.text.split()]
    values = _tick_values(words)
    axes = [axis for axis in _axes(values) if len(axis) > MIN_TICKS and 0 in axis]
    ticks = sum(map(len, axes))
    if len(axes) > 1 and ticks >= SEVERAL_AXES * len(values):
        # Several axes stand in no row of a table, whatever is written under them.
        return ticks * 2 >= len(words)
    return bool(axes) and values[0] == 0 and ticks >= NUMBERED * len(words)


def _axes(values: Sequence[float]) -> Iterator[Sequence[float]]:
    """`values` in parts that grow by equal steps."""
    start = 0
    for n in range(1, len(values) + 1):
        step = values[start + 1] - values[start] if n < len(values) else 0.0
        if step <= 0 or abs(values[n] - values[n - 1] - step) > 0.01 * step:
            yield values[start:n]
            start = n


def has_bars(drawn: Drawn, within: Box, placed: Rows = ()) -> bool:
    """Whether bars of a chart are drawn: few of them end where others do, as cells do.

    Args:
        drawn: on the page.
        within: where the cells stand.
        placed: these; what ends with a label or stands around words is their ground.
    """
    labels = {round(row[0].x1) for row in placed if row[0].column == 0}
    grounds = {label + step for label in labels for step in (-1, 0, 1)}
    if not _end_apart(_ends(drawn.down, drawn.boxes, within), grounds):
        return False
    words = np.array([(piece.x0, piece.x1) for row in placed for piece in row]).reshape(-1, 2)
    boxes = [
        box
        for box in drawn.boxes.tolist()
        if not (np.abs(words - (box[0], box[2])) < GROUND).all(axis=1).any()
    ]
    return _end_apart(_ends(drawn.down, np.array(boxes).reshape(-1, 4), within), grounds)


def _ends(down: Floats, boxes: Floats, within: Box) -> Floats:
    """Where lines and boxes end, and from where to where each reaches across."""
    x0, y0, x1, y1 = within
    ends: Floats = np.concatenate([down, boxes[:, [2, 1, 3]]])
    is_in = (ends[:, 0] > x0) & (ends[:, 0] < x1)
    is_in &= (ends[:, 1] > y0 - SLACK) & (ends[:, 2] < y1 + SLACK)
    return np.asarray(ends[is_in], ends.dtype)


def _end_apart(ends: Floats, grounds: set[int]) -> bool:
    if len(ends) < MIN_BARS:
        return False
    sizes: dict[float, dict[float, set[float]]] = defaultdict(lambda: defaultdict(set))
    rounded = np.rint(np.stack([ends[:, 2] - ends[:, 1], *ends[:, :2].T])).T.tolist()
    for size, end, start in rounded:
        sizes[size][end].add(start)
    for places in sizes.values():
        bars = set().union(*places.values())
        alone = [s for end, s in places.items() if len(s) == 1 and end not in grounds]
        if len(alone) < max(MOST_BARS * len(places), MANY_BARS * len(ends)):
            continue
        if len(set().union(*alone)) >= max(MIN_BARS, MOST_BARS * len(bars)):
            return True
    return False


def _ticks(texts: Sequence[str]) -> int:
    """How many figures of a column are values of an axis, or of several below each other."""
    values = _tick_values(texts)
    count = 0
    start = 0
    for n in range(1, len(values) + 1):
        step = values[start] - values[start + 1] if n - start > 1 else 0.0
        goes_on = n < len(values) and values[n] < values[n - 1]
        if goes_on and (step == 0.0 or abs(values[n - 1] - values[n] - step) <= 0.01 * step):
            continue
        if n - start >= MIN_TICKS:
            count += n - start
        start = n
    return count


def _tick_values(texts: Iterable[str]) -> list[float]:
    found = (_TICK.fullmatch("".join(text.split())) for text in texts)
    return [float(value[1].replace(",", "").replace("−", "-")) for value in found if value]
