"""Fragments: runs of characters on one line without a wide gap, the atoms of a page's layout.

Made from positions alone, as the order of a page's content says little about lines and columns.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from citewire.services.reading.cleaning import clean
from citewire.services.reading.marks import shifted
from citewire.services.reading.pdf.chars import Chars, Floats
from citewire.services.reading.pdf.layout import Box, LaidBlock
from citewire.services.reading.pdf.raised import Bases, Shift, find_shifts
from citewire.text.alphabets import normal_form

WIDE_GAP = 0.8
"""A gap wider than so many heights of the letters ends a fragment: a column or a cell may end."""

_IS_SPACE = np.zeros(0x10000, np.bool_)
"""By code, whether it is white space that cleaned text keeps."""
_IS_SPACE[[9, 10, 13, 32, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]] = True
_IS_SPACE[0x2000:0x200B] = True

_IS_DROPPED = np.zeros(0x10000, np.bool_)
"""By code, whether it is a character that it does not keep."""
_IS_DROPPED[[*range(0x7F, 0xA0), 0xAD, 0x200B, 0xFEFF, 0xFFFF]] = True

_CLOSING = ".,;:)]}%/⁄"

LONGEST_MARK = 3
"""Letters that may be raised behind others."""

SAME_LINE = 0.35
"""Neighbours whose heights overlap by less than this share are on different lines."""


_MARKS = "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_VOWELS = "\u064b-\u0655"
_LOOSE_MARK = re.compile(
    f"(?<![\r\n])[\r\n]++(?=[{_MARKS}])|(?<=[{_MARKS}])[\r\n]+|(?<! ) ++(?=[{_VOWELS}])"
)
"""pdfium gives a line of its own to a mark that stands above its letter, in Thai above all, and
takes the way to an Arabic vowel for a space."""


@dataclass(slots=True)
class Fragment:
    """A run of characters.

    Args:
        text: cleaned; may end with `LINE_HYPHEN`.
        x0: left edge in the frame in which the text is upright, in points, as the other three.
        y0: upper edge.
        x1: right edge.
        y1: lower edge.
        middle: mean height of the letters' middles, in points from the top.
        height: mean height of the letters, in points.
        bold: whether its first and its last letter are.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    middle: float
    height: float
    bold: bool
    edges: list[float]
    """Left and right edge of each word of `text` in turn; empty if they cannot be told."""
    blocks: Sequence[LaidBlock] = ()
    """What it stands for: a table that is known before the order of the page is."""

    @property
    def box(self) -> Box:
        """The four edges."""
        return self.x0, self.y0, self.x1, self.y1


def find_shown(chars: Chars) -> tuple[NDArray[np.int64], int]:
    """Indices of the characters that have ink and stand on the page, and how many stand off it."""
    x0, y0, x1, y1 = chars.boxes.T
    inked = np.flatnonzero(_printable(chars) & ((x1 > x0) | (y1 > y0)))
    shown = inked[_on_page(chars, inked)]
    return shown, len(inked) - len(shown)


def find_fragments(chars: Chars, shown: NDArray[np.int64]) -> list[tuple[int, list[Fragment]]]:
    """The fragments that the characters `shown` make, by quarter turn.

    Those of each turn have their coordinates in the frame in which they are upright.
    """
    turns = chars.turns[shown]
    writing = _Writing.of(chars.text)
    order = np.cumsum(_printable(chars))
    found = []
    # The most usual direction first: it is the text of the page, the others stand beside it.
    for turn in sorted(set(turns.tolist()), key=lambda t: -int((turns == t).sum())):
        indices = shown[turns == turn]
        boxes = upright(chars.boxes[indices], turn, chars.width, chars.height)
        at = writing.at(indices)
        bases = Bases(chars, indices, turn)
        found.append(
            (turn, list(_fragments(chars, indices, order[indices], boxes, writing=at, bases=bases)))
        )
    return found


def upright(boxes: Floats, turn: int, width: float, height: float) -> Floats:
    """`boxes` (n rows of x0, y0, x1, y1) as seen with the page turned back by `turn`."""
    x0, y0, x1, y1 = boxes.T
    if turn == 1:
        return np.stack([y0, width - x1, y1, width - x0], axis=1)
    if turn == 2:
        return np.stack([width - x1, height - y1, width - x0, height - y0], axis=1)
    if turn == 3:
        return np.stack([height - y1, x0, height - y0, x1], axis=1)
    return boxes


def turned(box: Box, turn: int, width: float, height: float) -> Box:
    """The inverse of `upright` for one box."""
    x0, y0, x1, y1 = box
    if turn == 1:
        return width - y1, x0, width - y0, x1
    if turn == 2:
        return width - x1, height - y1, width - x0, height - y0
    if turn == 3:
        return y0, height - x1, y1, height - x0
    return box


def _printable(chars: Chars) -> NDArray[np.bool_]:
    codes = np.frombuffer(chars.text.encode("utf-32-le"), np.uint32)
    visible = (codes > 32) & (codes != 0xA0) & (codes != 0xFFFF)
    return np.asarray(visible & ((codes < 0x2000) | (codes > 0x200B)), np.bool_)


def _on_page(chars: Chars, indices: NDArray[np.int64]) -> NDArray[np.bool_]:
    boxes = chars.boxes[indices]
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    on_page = (x >= 0) & (x <= chars.width) & (y >= 0) & (y <= chars.height)
    return np.asarray(on_page, np.bool_)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What characters are in the text: how much white space is before each, if it is kept."""

    spaces: NDArray[np.int64]
    kept: NDArray[np.bool_]

    @classmethod
    def of(cls, text: str) -> "_Writing":
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        within = np.where(codes < len(_IS_SPACE), codes, ord("x"))
        is_space = _IS_SPACE[within]
        for found in _LOOSE_MARK.finditer(text):
            is_space[slice(*found.span())] = False
        return cls(np.cumsum(is_space), ~_IS_DROPPED[within])

    def at(self, indices: NDArray[np.int64]) -> "_Writing":
        return _Writing(self.spaces[indices], self.kept[indices])


def _fragments(
    chars: Chars,
    indices: NDArray[np.int64],
    order: NDArray[np.int64],
    boxes: Floats,
    *,
    writing: _Writing,
    bases: Bases,
) -> Iterator[Fragment]:
    # What is left out between two characters must not come back with the text between them.
    breaks = _breaks(boxes) | (np.diff(order) > 1)
    parted = breaks | (writing.spaces[1:] != writing.spaces[:-1])
    starts = np.concatenate([[0], 1 + np.flatnonzero(breaks)])
    ends = np.append(starts[1:], len(indices))
    low = np.minimum.reduceat(boxes[:, :2], starts)
    high = np.maximum.reduceat(boxes[:, 2:], starts)
    sizes = ends - starts
    heights = np.add.reduceat(boxes[:, 3] - boxes[:, 1], starts) / sizes
    middles = np.add.reduceat(boxes[:, 3] + boxes[:, 1], starts) / sizes / 2
    edges = np.concatenate([low, high], axis=1).tolist()
    firsts, lasts = indices[starts].tolist(), indices[ends - 1].tolist()
    shifts = find_shifts(chars, indices, boxes, breaks, bases)
    rewritten = _rewritten(chars.text, indices, starts, shifts, parted)
    words = _words(boxes, breaks, parted, writing.kept)
    for number, (box, first, last, height, middle, inside) in enumerate(
        zip(edges, firsts, lasts, heights.tolist(), middles.tolist(), words, strict=True)
    ):
        text = rewritten.get(number) or chars.text[first : last + 1]
        written = clean(text if text.isascii() else _LOOSE_MARK.sub("", text)).split()
        if written:
            x0, y0, x1, y1 = box
            # A bold number or word may begin a line that is not.
            bold = chars.is_bold(first) and chars.is_bold(last)
            known = inside if len(inside) == 2 * len(written) else []
            yield Fragment(" ".join(written), x0, y0, x1, y1, middle, height, bold, known)


def _rewritten(
    text: str,
    indices: NDArray[np.int64],
    starts: NDArray[np.int64],
    shifts: Sequence[Shift],
    parted: NDArray[np.bool_],
) -> dict[int, str]:
    """By their number, the texts of the fragments with raised or lowered characters.

    In `parted`, where words end, what these begin and end is put right.
    """
    numbers = np.searchsorted(starts, [shift.start for shift in shifts], "right") - 1
    ends = np.append(starts[1:], len(indices))
    found: dict[int, str] = {}
    for number, group in groupby(zip(numbers.tolist(), shifts, strict=True), lambda pair: pair[0]):
        position, end = int(starts[number]), int(ends[number])
        last = int(indices[end - 1]) + 1
        parts = [""]
        for _, shift in group:
            start, after = int(indices[shift.start]), int(indices[shift.end - 1]) + 1
            parts.append(text[indices[position] : start] if position < shift.start else "")
            following = text[after : min(after + 8, last)]
            if shift.touches:
                # pdfium takes the step up or down for a gap.
                parts[-1] = parts[-1].rstrip()
            piece = _piece("".join(parts[-2:]), text[start:after], following, shift)
            if shift.start > starts[number] and (shift.touches or piece[:1] == " "):
                parted[shift.start - 1] = piece[:1] == " "
            if piece[-1:] == " " and shift.end < end:
                parted[shift.end - 1] = True
            if " " not in piece.strip():
                parted[shift.start : shift.end - 1] = False
            position = shift.end
            gap = text[after : indices[position]] if position < end else ""
            if gap and text[indices[position]] in _CLOSING:
                # Nor is there a space before what ends a sentence.
                gap = ""
                parted[position - 1] = False
            parts.append(piece + gap)
        parts.append(text[indices[position] : last] if position < end else "")
        found[number] = "".join(parts)
    return found


def _piece(before: str, piece: str, after: str, shift: Shift) -> str:
    if shift.touches and len(piece) > LONGEST_MARK and (before[-1:] + piece).isalpha():
        # The end of a word whose letters do not stand on one line: no mark has so many letters.
        return piece
    if not shift.coded:
        return shifted(before, piece, after, lowered=shift.lowered)
    written = shifted(before, normal_form("NFKC", piece), after)
    # Square metres are written so.
    return written if before[-1:].isdigit() or written[:1] != "^" else piece


def _words(
    boxes: Floats,
    breaks: NDArray[np.bool_],
    parted: NDArray[np.bool_],
    is_kept: NDArray[np.bool_],
) -> list[list[float]]:
    """By fragment, the left and right edges of what white space parts."""
    starts = np.concatenate([[0], 1 + np.flatnonzero(parted)])
    left = np.minimum.reduceat(boxes[:, 0], starts)
    right = np.maximum.reduceat(boxes[:, 2], starts)
    # A word of which the text keeps nothing: bullets of some fonts are control characters.
    kept = np.logical_or.reduceat(is_kept, starts)
    edges = np.stack([left, right], axis=1)[kept].ravel().tolist()
    fragment = np.concatenate([[0], np.cumsum(breaks)])[starts][kept]
    borders = 2 * np.searchsorted(fragment, np.arange(np.count_nonzero(breaks) + 2))
    return [edges[begin:end] for begin, end in pairwise(borders.tolist())]


def _breaks(boxes: Floats) -> NDArray[np.bool_]:
    """Whether a fragment ends between a character and the next."""
    before, after = boxes[:-1], boxes[1:]
    height = np.minimum(before[:, 3] - before[:, 1], after[:, 3] - after[:, 1])
    common = np.minimum(before[:, 3], after[:, 3]) - np.maximum(before[:, 1], after[:, 1])
    # In either direction: right-to-left text comes in the order in which it is read.
    gap = np.maximum(after[:, 0] - before[:, 2], before[:, 0] - after[:, 2])
    return np.asarray((common < SAME_LINE * height) | (gap > WIDE_GAP * height), np.bool_)
