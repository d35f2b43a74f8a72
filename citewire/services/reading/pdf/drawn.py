"""Lines and boxes that are drawn on a PDF page, as far as they may be those of a table."""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from citewire.services.reading.pdf.chars import Floats, displayed, prototype
from citewire.services.reading.pdf.fragments import upright
from citewire.services.reading.pdf.objects import FARTHEST, bounds_of, kinds_of, objects_on

THIN = 2.5
"""Points; what is drawn and not thicker than this is a line."""

JOINED = 1.0
"""Points; pieces of one line are apart by no more."""

SHORTEST = 6.0
"""Points; shorter lines are strokes of a picture."""

MOST_OBJECTS = 20_000
FEW_OBJECTS = 500
MIN_PATHS = 1
"""A line may go through words."""

MOST_PATHS = 4_000
MOST_SEGMENTS = 8_000
"""Of a page; one with more is a drawing, whose lines say nothing about tables."""

MOST_DEPTH = 3
"""Of forms in forms."""

MOST_IN_PATH = 1_000
"""Segments; a path of more is a picture."""

LEVEL = 1.0
"""Points; a line that rises by less is level."""

_BOX_SEGMENTS = (4, 5)
"""A box is drawn by so many segments."""

_P = ctypes.c_void_p
_COUNT_IN = prototype(pdfium.FPDFFormObj_CountObjects, ctypes.c_int, _P)
_GET_IN = prototype(pdfium.FPDFFormObj_GetObject, ctypes.c_size_t, _P, ctypes.c_ulong)
_TYPE = prototype(pdfium.FPDFPageObj_GetType, ctypes.c_int, _P)
_MODE = prototype(pdfium.FPDFPath_GetDrawMode, ctypes.c_int, _P, _P, _P)
_MATRIX = prototype(pdfium.FPDFPageObj_GetMatrix, ctypes.c_int, _P, _P)
_SEGMENTS = prototype(pdfium.FPDFPath_CountSegments, ctypes.c_int, _P)
_SEGMENT = prototype(pdfium.FPDFPath_GetPathSegment, ctypes.c_size_t, _P, ctypes.c_int)
_POINT = prototype(pdfium.FPDFPathSegment_GetPoint, ctypes.c_int, _P, _P, _P)
_KIND = prototype(pdfium.FPDFPathSegment_GetType, ctypes.c_int, _P)
_CLOSES = prototype(pdfium.FPDFPathSegment_GetClose, ctypes.c_int, _P)

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn on a page, in points from the top left corner.

    Args:
        across: lines from left to right, n rows of y, x0, x1; pieces of one line as one.
        down: lines from top to bottom, n rows of x, y0, y1, likewise.
        boxes: filled boxes, n rows of x0, y0, x1, y1.
    """

    across: Floats
    down: Floats
    boxes: Floats


NOTHING = Drawn(*(np.zeros((0, n), np.float32) for n in (3, 3, 4)))
"""What is drawn on a page of text alone."""


def _sorted_out(lines: Floats, boxes: Floats) -> Drawn:
    """What is drawn, from boxes as thin as a line and others."""
    wide, high = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    across, down = lines[wide >= high], lines[high > wide]
    return Drawn(
        joined(np.stack([(across[:, 1] + across[:, 3]) / 2, across[:, 0], across[:, 2]], axis=1)),
        joined(np.stack([(down[:, 0] + down[:, 2]) / 2, down[:, 1], down[:, 3]], axis=1)),
        boxes,
    )


def joined(lines: Floats) -> Floats:
    """`lines` (place, start, end), those as one that go on in each other."""
    if not len(lines):
        return lines
    found: list[tuple[float, float, float]] = []
    group: list[tuple[float, float]] = []
    first = last = -np.inf
    for place, start, end in [*sorted(lines.tolist()), (np.inf, 0.0, 0.0)]:
        if group and place - last > JOINED:
            group.sort()
            low, high = group[0]
            for begin, stop in group:
                if begin > high + JOINED:
                    found.append(((first + last) / 2, low, high))
                    low, high = begin, stop
                elif stop > high:
                    high = stop
            found.append(((first + last) / 2, low, high))
            group = []
        if not group:
            first = place
        last = place
        group.append((start, end))
    return np.array(found, np.float32)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn on a page, before it is known in which direction its text lies."""

    lines: Floats
    boxes: Floats
    width: float
    height: float

    def upright(self, turn: int) -> Drawn:
        """It, as seen with the page turned back by `turn`."""
        lines = upright(self.lines, turn, self.width, self.height)
        return _sorted_out(lines, upright(self.boxes, turn, self.width, self.height))


def is_drawn_on(page: pypdfium2.PdfPage) -> bool:
    """Whether there are paths on a page of few objects, which are quick to look at."""
    kinds = kinds_of(objects_on(page, FEW_OBJECTS))
    wanted = (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM)
    return bool(np.isin(kinds, wanted).sum() >= MIN_PATHS)


def read_drawing(page: pypdfium2.PdfPage) -> Drawing:
    """The lines and boxes of `page`; none of a page with more than any table has."""
    width, height = page.get_size()
    lines, boxes = _drawn_on(page)
    places = displayed(page, np.concatenate([lines, boxes]), width, height)
    return Drawing(places[: len(lines)], places[len(lines) :], width, height)


def _drawn_on(page: pypdfium2.PdfPage) -> tuple[Floats, Floats]:
    """Lines as thin boxes, and filled boxes, in the page's own coordinates."""
    nothing = np.zeros((0, 4), np.float32)
    paths = list(_paths(page))
    if not paths or len(paths) > MOST_PATHS:
        return nothing, nothing
    addresses = [path for path, _ in paths]
    found = bounds_of(addresses)
    in_forms = [n for n, (_, matrix) in enumerate(paths) if matrix is not None]
    if in_forms:
        moves = np.stack([matrix for _, matrix in paths if matrix is not None])
        found[in_forms] = _moved(found[in_forms], moves)
    wide, high = (found[:, 2:] - found[:, :2]).T
    long = np.maximum(wide, high) >= SHORTEST
    thin = np.minimum(wide, high) <= THIN
    large = np.flatnonzero(long & ~thin & (np.minimum(wide, high) >= SHORTEST)).tolist()
    filled, stroked = _modes([addresses[n] for n in large])
    counts = np.fromiter(map(_SEGMENTS, (addresses[n] for n in large)), np.int64, len(large))
    is_box = filled & (counts >= _BOX_SEGMENTS[0]) & (counts <= _BOX_SEGMENTS[1])
    drawn = (stroked | (filled & ~is_box)) & (counts <= MOST_IN_PATH)
    pieces = _pieces([(paths[large[n]], int(counts[n])) for n in np.flatnonzero(drawn).tolist()])
    boxes = found[[large[n] for n in np.flatnonzero(is_box).tolist()]]
    return np.concatenate([found[thin & long], pieces]), boxes


def _paths(page: pypdfium2.PdfPage) -> Iterator[tuple[int, Places | None]]:
    """The paths of a page and of the forms on it, with what moves a form to its place."""
    objects = objects_on(page, MOST_OBJECTS)
    kinds = kinds_of(objects)
    for n in np.flatnonzero(kinds == pdfium.FPDF_PAGEOBJ_PATH).tolist():
        yield objects[n], None
    budget = MOST_OBJECTS
    waiting = [
        (objects[n], np.eye(3), 1)
        for n in np.flatnonzero(kinds == pdfium.FPDF_PAGEOBJ_FORM).tolist()
    ]
    while waiting:
        form, outer, depth = waiting.pop()
        inner = _matrices([form])[0] @ outer
        count = max(_COUNT_IN(form), 0)
        budget -= count
        if budget < 0:
            return
        for n in range(count):
            found = _GET_IN(form, n)
            kind = _TYPE(found)
            if kind == pdfium.FPDF_PAGEOBJ_PATH:
                yield found, inner
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MOST_DEPTH:
                waiting.append((found, inner, depth + 1))


def _matrices(objects: Sequence[int]) -> Places:
    """What moves each object to its place, n matrices of three rows."""
    values = np.zeros((len(objects), 6), np.float32)
    start = values.ctypes.data
    told = list(map(_MATRIX, objects, range(start, start + 24 * len(objects), 24)))
    matrices = np.zeros((len(objects), 3, 3))
    matrices[:, :, :2] = np.nan_to_num(values).reshape(-1, 3, 2)
    matrices[:, 2, 2] = 1
    matrices[[not found for found in told]] = np.eye(3)
    return matrices


def _moved(boxes: Floats, moves: Places) -> Floats:
    """`boxes`, each moved by its matrix."""
    corners = np.ones((len(boxes), 2, 3))
    corners[:, :, :2] = boxes.reshape(-1, 2, 2)
    places = (corners @ moves)[:, :, :2]
    found = np.concatenate([places.min(axis=1), places.max(axis=1)], axis=1)
    return np.asarray(np.clip(np.nan_to_num(found), -FARTHEST, FARTHEST), np.float32)


def _modes(paths: list[int]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of paths, whether each is filled, and whether its outline is drawn."""
    modes = np.zeros((len(paths), 2), np.int32)
    start = modes.ctypes.data
    ends = range(start, start + 8 * len(paths), 8)
    for _ in map(_MODE, paths, ends, range(ends.start + 4, ends.stop + 4, 8)):
        pass
    return modes[:, 0] > 0, modes[:, 1] > 0


def _pieces(paths: list[tuple[tuple[int, Places | None], int]]) -> Floats:
    """The straight pieces, level or upright, of paths with so many segments each."""
    segments: list[int] = []
    which, firsts = [], []
    for number, ((path, _), count) in enumerate(paths):
        if len(segments) + count > MOST_SEGMENTS:
            paths = paths[:number]
            break
        firsts.append(len(segments))
        which += [number] * count
        segments += map(_SEGMENT, repeat(path), range(count))
    count = len(segments)
    if not count:
        return np.zeros((0, 4), np.float32)
    points = np.zeros((count, 2), np.float32)
    start = points.ctypes.data
    ends = range(start, start + 8 * count, 8)
    for _ in map(_POINT, segments, ends, range(ends.start + 4, ends.stop + 4, 8)):
        pass
    kinds = np.fromiter(map(_KIND, segments), np.int8, count)
    closes = np.fromiter(map(_CLOSES, segments), np.int8, count)
    full = np.concatenate([np.nan_to_num(points), np.ones((count, 1))], axis=1)
    moves = _matrices([path for (path, _), _ in paths])
    for number, ((_, outer), _) in enumerate(paths):
        if outer is not None:
            moves[number] = moves[number] @ outer
    found = np.einsum("ni,nij->nj", full, moves[which][:, :, :2])
    places = np.clip(np.nan_to_num(found), -FARTHEST, FARTHEST)
    is_first = kinds == pdfium.FPDF_SEGMENT_MOVETO
    is_first[firsts] = True
    begins = np.maximum.accumulate(np.where(is_first, np.arange(count), 0))
    ends_at = np.flatnonzero((kinds == pdfium.FPDF_SEGMENT_LINETO) & ~is_first)
    closing = np.flatnonzero(closes > 0)
    one = np.concatenate([places[ends_at - 1], places[closing]])
    other = np.concatenate([places[ends_at], places[begins[closing]]])
    low, high = np.minimum(one, other), np.maximum(one, other)
    sizes = high - low
    kept = (sizes.min(axis=1) <= LEVEL) & (sizes.max(axis=1) >= SHORTEST)
    return np.asarray(np.concatenate([low, high], axis=1)[kept], np.float32)
