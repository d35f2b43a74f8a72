"""Figures: pictures and drawings with a caption beside them, and the words that stand in them.

The words of a chart are no lines of the text around it and no cells of a table.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from citewire.content.edges import encode
from citewire.services.reading.pdf.chars import Floats, displayed
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import Box, LaidBlock, TextLine
from citewire.services.reading.pdf.objects import bounds_of, kinds_of, objects_on
from citewire.services.reading.pdf.prose import lines_of, prose_of

CAPTION = re.compile(
    r"(?:figure|fig\.|chart|exhibit(?! ?\d{1,3}\.\d)|graph|diagram|illustration|abbildung|abb\.|"
    r"schaubild|grafik|diagramm|gráfico|figura|ilustración|graphique|schéma|grafico|図|图|圖)"
    r"\s{0,2}(?:[A-Z]\.?)?(?:\d{1,3}|[ivxlc]{1,5}\b)(?:[.\-–]\d{1,3}){0,2}[a-z]?"
    r"\s{0,2}(?:[.:|–—-]|$|(?-i:[A-ZÄÖÜÁÉÍÓÚÑÇÀÈ\u2e80-\ud7ff\"“«(\[]))",
    re.IGNORECASE,
)
"""How the caption of a figure begins."""

NEAR = 30.0
"""Points; a caption is no further from its figure."""

AROUND = 5.0
"""Points; the labels of an axis may stand so far outside of what is drawn."""

SMALLEST = 45.0
"""Points; what is narrower or lower is a sign."""

LARGEST = 0.7
"""Share of the page; what covers more is its background, or a scan."""

SQUARE = 12.0
"""Points; what is drawn in the same square or in neighbouring ones is one drawing."""

BORDER = 2.0
"""Points around what is drawn that belong to it."""

MANY_PATHS = 5
"""A drawing has so many paths."""

MOST_OBJECTS = 30_000
MOST_CAPTIONS = 24
MOST_NEAR = 6

MOST_CHARS = 1_500
"""Of the words in a figure; a frame with more is a box of text."""

LONG = 36
LONG_LINES = 4
"""So many lines of so many characters that begin in mid-sentence are of a text, not labels."""

CELLS = 3
TABLE_ROWS = 4
"""So many rows of so many cells, all below each other, are a table on a drawn ground."""

_WHOLE = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_SHADING)


@dataclass(slots=True)
class Figure:
    """A figure on a page.

    Args:
        box: its rectangle, in points.
        caption: the first fragment of its caption.
        inside: the fragments that stand in it.
    """

    box: Box
    caption: Fragment
    inside: list[Fragment] = field(default_factory=list)


def find_figures(
    page: pypdfium2.PdfPage, fragments: Sequence[Fragment]
) -> tuple[list[Fragment], list[Figure]]:
    """The fragments of the text of a page that is upright, and its figures with theirs."""
    captions = [f for f in fragments if CAPTION.match(f.text)][:MOST_CAPTIONS]
    drawn = _drawn(page) if captions else []
    figures: list[Figure] = []
    rest = list(fragments)
    for caption in captions:
        near = [box for box in drawn if _is_beside(box, caption)]
        near.sort(key=lambda box: (_gap(box, caption), -_area(box)))
        for box in near[:MOST_NEAR]:
            inside = [f for f in rest if f not in captions and _holds(_up_to(box, caption), f)]
            if not (_is_text(inside) or _is_table(inside)):
                break
        else:
            continue
        if any(figure.box == box for figure in figures):
            continue
        figures.append(Figure(box, caption, inside))
        taken = set(map(id, inside))
        rest = [f for f in rest if id(f) not in taken]
    return rest, figures


def with_figures(blocks: Sequence[LaidBlock], figures: Sequence[Figure]) -> Iterator[LaidBlock]:
    """`blocks`, those that are captions with the words of their figures."""
    waiting = list(figures)
    for block in blocks:
        figure = next((each for each in waiting if _is_caption(block, each)), None)
        if figure is None:
            yield block
            continue
        waiting.remove(figure)
        yield LaidBlock("figure", [*block.lines, *_lines(figure.inside)], box=figure.box)
    for figure in waiting:
        # Its caption is a line of something else.
        if figure.inside:
            yield LaidBlock("text", [*_lines(figure.inside)])


def _is_caption(block: LaidBlock, figure: Figure) -> bool:
    first = block.lines[0]
    return (
        block.kind == "text"
        and first.text.startswith(figure.caption.text)
        and abs(first.box[1] - figure.caption.y0) < figure.caption.height
    )


def _lines(inside: Sequence[Fragment]) -> Iterator[TextLine]:
    """The words in a figure, row by row."""
    row: list[Fragment] = []
    for fragment in [*sorted(inside, key=lambda each: each.middle), None]:
        if row and (fragment is None or fragment.middle - row[0].middle > 0.5 * row[0].height):
            row.sort(key=lambda each: each.x0)
            x0, x1 = row[0].x0, max(each.x1 for each in row)
            box = (x0, min(each.y0 for each in row), x1, max(each.y1 for each in row))
            known = all(each.edges for each in row)
            edges = [edge for each in row for edge in each.edges] if known else []
            text = " ".join(each.text for each in row)
            yield TextLine(text, box, row[0].height, words=encode(edges, x0, x1))
            row = []
        if fragment is not None:
            row.append(fragment)


def _up_to(box: Box, caption: Fragment) -> Box:
    """`box` with what is between it and its caption: the labels of an axis."""
    x0, y0, x1, y1 = box
    return x0, min(y0, max(caption.y1, y0 - NEAR)), x1, max(y1, min(caption.y0, y1 + NEAR))


def _holds(box: Box, fragment: Fragment) -> bool:
    x, y = (fragment.x0 + fragment.x1) / 2, (fragment.y0 + fragment.y1) / 2
    return (
        box[0] - AROUND <= x <= box[2] + AROUND
        and box[1] - AROUND <= y <= box[3] + AROUND
        and fragment.x1 - fragment.x0 <= box[2] - box[0] + 2 * AROUND
    )


def _is_beside(box: Box, caption: Fragment) -> bool:
    common = min(box[2], caption.x1) - max(box[0], caption.x0)
    is_level = common > 0.3 * min(box[2] - box[0], caption.x1 - caption.x0)
    return is_level and _gap(box, caption) <= NEAR


def _gap(box: Box, caption: Fragment) -> float:
    return max(caption.y0 - box[3], box[1] - caption.y1, 0.0)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _is_text(inside: Sequence[Fragment]) -> bool:
    """Whether a frame has running text in it."""
    if sum(len(each.text) for each in inside) > MOST_CHARS:
        return True
    long = sum(len(each.text) >= LONG and each.text[0].islower() for each in inside)
    lines = lines_of(sorted(inside, key=lambda each: each.middle))
    return long >= LONG_LINES or any(prose_of(lines))


def _is_table(inside: Sequence[Fragment]) -> bool:
    """Whether rows of several cells follow each other, as they do in no chart."""
    rows: dict[int, int] = {}
    for fragment in inside:
        row = round(fragment.middle / max(fragment.height, 1.0))
        rows[row] = rows.get(row, 0) + 1
    return sum(cells >= CELLS for cells in rows.values()) >= TABLE_ROWS


def _drawn(page: pypdfium2.PdfPage) -> list[Box]:
    """The rectangles of pictures and drawings of some size, as displayed."""
    objects = objects_on(page, MOST_OBJECTS)
    kinds = kinds_of(objects)
    width, height = page.get_size()
    whole = np.flatnonzero(np.isin(kinds, _WHOLE)).tolist()
    paths = np.flatnonzero(kinds == pdfium.FPDF_PAGEOBJ_PATH).tolist()
    boxes = _bounds(page, [objects[n] for n in whole])
    pieces = _bounds(page, [objects[n] for n in paths])
    found = [*boxes.tolist(), *_clusters(pieces, width, height)]
    most = LARGEST * width * height
    return [
        (x0, y0, x1, y1)
        for x0, y0, x1, y1 in found
        if x1 - x0 >= SMALLEST and y1 - y0 >= SMALLEST and (x1 - x0) * (y1 - y0) <= most
    ]


def _clusters(pieces: Floats, width: float, height: float) -> Iterator[list[float]]:
    """The rectangles of paths that stand close together; frames and rules are none."""
    wide, high = pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]
    pieces = pieces[(wide < 0.8 * width) & (high < 0.6 * height)]
    columns, rows = int(width / SQUARE) + 3, int(height / SQUARE) + 3
    if len(pieces) < MANY_PATHS or columns * rows > 40_000:
        return
    around = pieces + np.array([-BORDER, -BORDER, BORDER, BORDER])
    squares = np.clip((around / SQUARE).astype(int), 0, [columns - 1, rows - 1] * 2)
    is_drawn = np.zeros((rows, columns), np.bool_)
    for x0, y0, x1, y1 in np.unique(squares, axis=0).tolist():
        is_drawn[y0 : y1 + 1, x0 : x1 + 1] = True
    names = _named(is_drawn)
    of_piece = names[squares[:, 1], squares[:, 0]]
    for name in np.unique(of_piece).tolist():
        cluster = pieces[of_piece == name]
        if len(cluster) >= MANY_PATHS:
            yield [*cluster[:, :2].min(axis=0).tolist(), *cluster[:, 2:].max(axis=0).tolist()]


def _named(is_drawn: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A number for each group of neighbouring squares."""
    rows, columns = is_drawn.shape
    # With an empty border, so that no neighbour of a square is in another row.
    wide = columns + 2
    left = set(np.flatnonzero(np.pad(is_drawn, 1)).tolist())
    beside = [row * wide + column for row in (-1, 0, 1) for column in (-1, 0, 1)]
    names = np.zeros((rows + 2) * wide, np.int64)
    name = 0
    while left:
        name += 1
        waiting = [left.pop()]
        group = list(waiting)
        while waiting:
            square = waiting.pop()
            found = left.intersection([square + step for step in beside])
            left -= found
            waiting += found
            group += found
        names[group] = name
    return names.reshape(rows + 2, wide)[1:-1, 1:-1]


def _bounds(page: pypdfium2.PdfPage, objects: list[int]) -> Floats:
    """The rectangles of `objects`, as displayed and as far as they are on the page."""
    width, height = page.get_size()
    boxes = displayed(page, bounds_of(objects), width, height)
    return np.clip(boxes, 0, np.array([width, height, width, height], np.float32))
