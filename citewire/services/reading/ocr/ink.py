"""What the dark pixels of a line tell: where words end, how high its letters are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

CONTRAST = 40
"""Of 255; what differs less from its ground is no ink."""

RULE = 0.85
"""Of a row or a column of the picture of a line: more ink than letters ever have."""

FEW = 0.04
"""Of the ink of the fullest row of a line: a row with less is between lines."""

ASCENT, DESCENT, X_HEIGHT = 0.73, 0.21, 0.53
"""Of the size of usual fonts: height of capitals, depth of tails, height of small letters."""

TO_THE_TOP = 0.85
"""Letters that begin so near to the top of a line are capitals or figures: small ones have others
above them."""

ABOVE, BELOW = 0.9, 0.22
"""Of the size, from the base line: what a font takes as the height of a line."""

WIDE_LETTER = 0.92
"""Of the size: height of the characters of Chinese and Japanese, which have no base line."""

LETTER = 0.25
"""Of the height of a line: what is less high is a rule or a leader."""

REACH = 0.75
"""Of the height of a line: what is so far from all characters is none of them."""

RISE, WIDEST = 0.2, 0.75
"""Sizes of the line: a raised character ends so high at least, and is no wider."""

SMALLEST, SMALL = 0.2, 0.82
"""Its height, as a share of that of capitals."""

_WIDE_FROM: Final = "\u2e80"
_TAILS: Final = frozenset("gjpqyçşţ,;()[]{}|/Qμβ§$@ĄąĘęŞŢ")
_TALL: Final = frozenset("bdfhiklt()[]{}|/$£€%&?!'\"’”“‘ß")


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of a picture of a line that hold its letters: the first, and that after the last."""

    top: int
    bottom: int


def ink_of(line: NDArray[np.uint8]) -> Mask:
    """Which pixels of the picture of a line are ink, be it dark on light or light on dark."""
    ground = int(np.median(line))
    difference = np.abs(line.astype(np.int16) - ground)
    strongest = int(np.percentile(difference, 99.5))
    ink = np.asarray(difference > max(CONTRAST, strongest // 2))
    # Rules of a table, and the edge of its ground, are no letters.
    ink[ink.mean(axis=1) > RULE] = False
    ink[:, ink.mean(axis=0) > RULE] = False
    return ink


def band_of(ink: Mask) -> Band:
    """The rows around the fullest one that hold ink, with small gaps: dots, accents."""
    rows = ink.sum(axis=1)
    edge = len(rows) // 4
    fullest = edge + int(rows[edge : len(rows) - edge].argmax())
    filled = rows > FEW * rows[fullest]
    gap = max(len(rows) // 10, 1)
    top = bottom = fullest
    for row in range(fullest, -1, -1):
        if filled[row]:
            top = row
        elif top - row > gap:
            break
    for row in range(fullest, len(rows)):
        if filled[row]:
            bottom = row
        elif row - bottom > gap:
            break
    return Band(top, bottom + 1)


@dataclass(frozen=True, slots=True)
class Font:
    """The size of the letters of a line and the row of their base line, in pixels."""

    size: float
    base: float

    @property
    def top(self) -> float:
        """Upper edge of the line."""
        return self.base - ABOVE * self.size

    @property
    def bottom(self) -> float:
        """Lower edge of the line."""
        return self.base + BELOW * self.size


def font_of(text: str, ink: Mask, band: Band) -> Font:
    """The font of a line, from where most of its letters begin and end."""
    height = band.bottom - band.top
    if any(sign >= _WIDE_FROM for sign in text):
        size = height / WIDE_LETTER
        return Font(size, (band.top + band.bottom + (ABOVE - BELOW) * size) / 2)
    # Tails and single capitals hold few of the columns: the rows where most begin and end.
    rows = np.concatenate([[0], ink[band.top : band.bottom].sum(axis=1), [0]]).astype(np.float64)
    step = max(height // 12, 1)
    change = rows[step:] - rows[:-step]
    half = len(change) // 2
    top = int(change[: half + 1].argmax()) + step / 2
    base = half + int(change[half:].argmin()) + step / 2
    low = sum(sign.isalpha() and not _is_tall(sign) for sign in text)
    begins_low = low > 0 and (not any(map(_is_tall, text)) or base - top < TO_THE_TOP * base)
    size = (base - top) / (X_HEIGHT if begins_low else ASCENT)
    return Font(min(max(size, height / 1.1), height / X_HEIGHT), band.top + base - 1)


def _is_tall(sign: str) -> bool:
    return sign.isupper() or sign.isdigit() or sign in _TALL or sign > "\u00bf"


def word_edges(ink: Mask, band: Band, columns: Sequence[Sequence[float]]) -> list[float]:
    """Left and right edge of each word, from the middles of its characters, in pixels.

    A word ends where the widest gap without ink begins between its last character and the next.
    """
    profile = ink[band.top : band.bottom].any(axis=0)
    width = len(profile)
    inked = np.flatnonzero(profile)
    first, last = (int(inked[0]), int(inked[-1]) + 1) if len(inked) else (0, width)
    edges: list[float] = [min(first, columns[0][0])]
    for before, after in pairwise(columns):
        start, end = (min(max(round(x), 0), width - 1) for x in (before[-1], after[0]))
        edges += _gap(profile, start, max(end, start))
    edges.append(max(last, columns[-1][-1]))
    return edges


def _gap(profile: Mask, start: int, end: int) -> tuple[float, float]:
    """Where the widest stretch without ink between two columns begins and ends."""
    stretch = np.concatenate([[True], profile[start : end + 1], [True]])
    changes = np.flatnonzero(stretch[1:] != stretch[:-1])
    begins, ends = changes[::2], changes[1::2]
    if not len(begins):
        return (start + end) / 2, (start + end) / 2
    widest = int((ends - begins).argmax())
    return float(start + begins[widest]), float(start + ends[widest])


def unread_share(ink: Mask, band: Band, middles: Sequence[float]) -> float:
    """Share of the columns with letters that lie far from any character that was read.

    Leaders, rules and underlines are no letters: they are less high.
    """
    rows = ink[band.top : band.bottom]
    height = len(rows)
    extent = height - rows.argmax(axis=0) - rows[::-1].argmax(axis=0)
    letters = np.flatnonzero(rows.any(axis=0) & (extent >= LETTER * height))
    if not len(letters):
        return 0.0
    if not len(middles):
        return 1.0
    places = np.sort(np.asarray(middles))
    after = np.searchsorted(places, letters).clip(0, len(places) - 1)
    before = (after - 1).clip(0)
    distance = np.minimum(np.abs(places[after] - letters), np.abs(places[before] - letters))
    return float((distance > REACH * height).mean())


def is_raised(ink: Mask, band: Band, font: Font, middle: float, before: float | None) -> bool:
    """Whether the character with its middle at a column stands above the base line, and is small.

    So it is also beside that `before` it, where there is one: a line may not be quite level. One
    that touches its neighbour cannot be told from it, and counts as not raised.
    """
    found = _rows_of(ink, band, font, middle)
    if found is None:
        return False
    top, bottom = found
    if top == 0:  # cut off by the edge of the picture: part of something above
        return False
    if before is not None:
        beside = _rows_of(ink, band, font, before)
        if beside is None or beside[1] - bottom < RISE * font.size:
            return False
    height = (bottom - top) / (ASCENT * font.size)
    return font.base - bottom > RISE * font.size and SMALLEST < height < SMALL


def _rows_of(ink: Mask, band: Band, font: Font, middle: float) -> tuple[int, int] | None:
    """The first row and that after the last of what stands at a column, if it stands alone."""
    rows = ink[band.top : band.bottom]
    profile = rows.any(axis=0)
    column = _nearest(profile, round(middle), round(font.size / 4))
    if column is None:
        return None
    start, end = column, column + 1
    while start > 0 and profile[start - 1]:
        start -= 1
    while end < len(profile) and profile[end]:
        end += 1
    if end - start >= WIDEST * font.size:
        return None
    held = np.flatnonzero(rows[:, start:end].any(axis=1))
    return band.top + int(held[0]), band.top + int(held[-1]) + 1


def _nearest(profile: Mask, column: int, reach: int) -> int | None:
    """The column with ink that is nearest to a column."""
    start = min(max(column - reach, 0), len(profile))
    inked = np.flatnonzero(profile[start : max(column, 0) + reach + 1]) + start
    return int(inked[np.abs(inked - column).argmin()]) if len(inked) else None
