"""Text that stands across other text: aslant, or so large that lines run through its letters."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from statistics import median

import numpy as np
from numpy.typing import NDArray

from citewire.services.reading.cleaning import LINE_HYPHEN, clean_line
from citewire.services.reading.pdf.chars import ANGLE, Chars
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import LaidBlock, TextLine

ASLANT = 0.14
"""Radians from the nearest quarter turn; scans that were read lie by less."""

LARGE = 2.5
"""A watermark's letters are so many times higher than the usual ones of its page."""

LINES_THROUGH = 2
MAX_LARGE = 64
"""So many large fragments of a page are looked at, as each is held against all others."""

SLANTED_HEIGHT = 0.7
"""Height of letters as a share of the longer side of their boxes, which lie straight."""


def find_aslant(
    chars: Chars, shown: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], list[LaidBlock]]:
    """Which of the characters `shown` lie aslant, and a block for each of their lines."""
    aslant = np.zeros(len(shown), np.bool_)
    blocks = []
    for start, end in _lines_aslant(chars):
        first, last = np.searchsorted(shown, [start, end]).tolist()
        aslant[first:last] = True
        if first < last and (text := clean_line(chars.text[start:end])):
            boxes = chars.boxes[shown[first:last]]
            (x0, y0), (x1, y1) = (
                boxes[:, :2].min(axis=0).tolist(),
                boxes[:, 2:].max(axis=0).tolist(),
            )
            height = SLANTED_HEIGHT * float(np.median((boxes[:, 2:] - boxes[:, :2]).max(axis=1)))
            line = TextLine(text, (x0, y0, x1, y1), height)
            blocks.append(LaidBlock("text", [line], aside=True))
    return aslant, blocks


def _lines_aslant(chars: Chars) -> Iterator[tuple[int, int]]:
    """Where pdfium's lines that lie aslant begin and end."""
    lines = chars.text.splitlines(keepends=True)
    ends = np.cumsum([len(line) for line in lines]).tolist()
    first = [end - len(line.lstrip()) for line, end in zip(lines, ends, strict=True)]
    inked = [n for n, end in enumerate(ends) if first[n] < end]
    angles = np.fromiter(map(ANGLE, repeat(chars.handle), (first[n] for n in inked)), np.float64)
    quarters = angles / (np.pi / 2)
    off = (angles >= 0) & (np.abs(quarters - np.round(quarters)) * (np.pi / 2) > ASLANT)
    for n in np.flatnonzero(off).tolist():
        yield first[inked[n]], ends[inked[n]]


def part_watermarks(fragments: Sequence[Fragment]) -> tuple[list[Fragment], list[Fragment]]:
    """Those that stand in the text, and large ones through whose letters lines of others run."""
    if not fragments:
        return [], []
    least = LARGE * median(fragment.height for fragment in fragments)
    large = [fragment for fragment in fragments if fragment.height >= least]
    if not large:
        return list(fragments), []
    middles = np.array([fragment.middle for fragment in fragments])
    edges = np.array([(fragment.x0, fragment.x1) for fragment in fragments])
    heights = np.array([fragment.height for fragment in fragments])
    across = set()
    for fragment in large[:MAX_LARGE]:
        inset = 0.15 * fragment.height
        common = np.minimum(edges[:, 1], fragment.x1) - np.maximum(edges[:, 0], fragment.x0)
        through = (
            (middles > fragment.y0 + inset)
            & (middles < fragment.y1 - inset)
            & (common > 0.5 * np.minimum(edges[:, 1] - edges[:, 0], fragment.x1 - fragment.x0))
            & (heights * LARGE <= fragment.height)
        )
        if np.count_nonzero(through) >= LINES_THROUGH:
            across.add(id(fragment))
    return (
        [fragment for fragment in fragments if id(fragment) not in across],
        [fragment for fragment in fragments if id(fragment) in across],
    )


def watermark_blocks(fragments: Sequence[Fragment]) -> Iterator[LaidBlock]:
    """A block for each row of `fragments`, whose letters may be spaced."""
    row: list[Fragment] = []
    for fragment in [*sorted(fragments, key=lambda each: each.middle), None]:
        if row and (fragment is None or fragment.middle - row[0].middle > 0.5 * row[0].height):
            row.sort(key=lambda each: each.x0)
            text = " ".join(each.text for each in row).replace(LINE_HYPHEN, "-")
            box = (
                row[0].x0,
                min(each.y0 for each in row),
                max(each.x1 for each in row),
                max(each.y1 for each in row),
            )
            yield LaidBlock("text", [TextLine(text, box, row[0].height)], aside=True)
            row = []
        if fragment is not None:
            row.append(fragment)
