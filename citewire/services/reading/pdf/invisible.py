"""Text of a PDF page that is there for programs and that nobody who looks at the page can see.

What cannot be seen for certain: text in rendering mode 3, fully transparent or smaller than a
point. What may not: near-white text, which is looked for in a picture of the page, for it is
usual on dark bars and covers. A page of usual text costs a look at every sixteenth character.
"""

import ctypes
from collections.abc import Callable
from itertools import repeat

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from citewire.services.reading.pdf.chars import Chars, Floats, prototype
from citewire.services.reading.pdf.objects import area_of_pictures

EVERY = 16
"""One of so many characters is looked at; none is passed over that belongs to a longer text."""

TINY = 1.0
"""Points; a character that is neither higher nor wider cannot be read."""

SEE_THROUGH = 13
"""Of 255; text that is more transparent cannot be seen on any background."""

NEAR_WHITE = 236
"""Of 255, of the darkest of red, green and blue."""

CONTRAST = 20
"""Of 255; white that differs less from what is behind it cannot be seen."""

BEHIND = 0.35
"""Quantile of the brightness in a letter's box that is taken for that of its background: the
letter itself covers less than half of it."""

MOST = 0.5
"""Of a page: share of its area under pictures, and of its text in mode 3, in a scan with text."""

LOOK_AT = 3
"""One of so many near-white characters is looked at in the picture, for its neighbours too."""

SHORTEST = 4
"""Fewer characters tell nobody anything; single ones may fool the look at the picture."""

PIXELS_PER_POINT = 1.0
MAX_PIXELS = 4_000_000

_INVISIBLE, _CLIPPING = 3, 7
_STROKED = (1, 2, 5, 6)

Mask = NDArray[np.bool_]

_OBJECT = prototype(pdfium.FPDFText_GetTextObject, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int)
_MODE = prototype(pdfium.FPDFTextObj_GetTextRenderMode, ctypes.c_int, ctypes.c_void_p)
_COLOR = [ctypes.c_void_p] * 5
_FILL = prototype(pdfium.FPDFPageObj_GetFillColor, ctypes.c_int, *_COLOR)
_STROKE = prototype(pdfium.FPDFPageObj_GetStrokeColor, ctypes.c_int, *_COLOR)


def find_invisible(page: pypdfium2.PdfPage, chars: Chars, inked: NDArray[np.int64]) -> Mask:
    """Which of the characters `inked` of `page` cannot be seen.

    Args:
        page: open, for its picture.
        chars: all its characters.
        inked: indices of those that are asked about, which have a box.
    """
    boxes = chars.boxes[inked]
    hidden = np.asarray(np.maximum(*(boxes[:, 2:] - boxes[:, :2]).T) < TINY)
    sampled = _suspects(chars, inked[::EVERY])
    if sampled.any():
        suspects = np.zeros((len(inked), 2), np.bool_)
        # A text of `EVERY` characters has a sample, and so none is further from one.
        near = _near(np.flatnonzero(sampled.any(axis=1)) * EVERY, len(inked))
        suspects[near] = _suspects(chars, inked[near])
        unseen, white = suspects.T
        if _is_scan(page, unseen & ~hidden):
            unseen = np.zeros_like(hidden)
        hidden |= unseen | _without_contrast(page, boxes, white & ~hidden & ~unseen)
    return _longer(hidden) if hidden.any() else hidden


def _near(places: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    around = places[:, None] + np.arange(1 - EVERY, EVERY)
    found = np.unique(around)
    return found[(found >= 0) & (found < count)]


def _suspects(chars: Chars, indices: NDArray[np.int64]) -> Mask:
    """In the first column, which characters are not drawn; in the second, which are near-white."""
    found = map(_OBJECT, repeat(chars.handle), indices.tolist())
    objects = np.fromiter(found, np.uint64, len(indices))
    different, which = np.unique(objects, return_inverse=True)
    addresses = different.tolist()
    modes = np.fromiter(map(_MODE, addresses), np.int32, len(addresses))
    colors = _colors(addresses, _FILL)
    if (stroked := np.isin(modes, _STROKED)).any():
        colors[stroked] = _colors(different[stroked].tolist(), _STROKE)
    undrawn = (modes == _INVISIBLE) | (colors[:, 3] < SEE_THROUGH)
    white = (colors[:, :3].min(axis=1) >= NEAR_WHITE) | (modes == _CLIPPING)
    kinds: Mask = np.stack([undrawn, white & ~undrawn], axis=1)[which]
    return kinds


def _colors(addresses: list[int], ask: Callable[..., int]) -> NDArray[np.uint32]:
    """Red, green, blue and opacity, 0..255, of text objects; opaque black where there is none."""
    colors = np.zeros((len(addresses), 4), np.uint32)
    colors[:, 3] = 255
    start = colors.ctypes.data
    ends = range(start, start + 16 * len(addresses), 16)
    places = (range(ends.start + 4 * n, ends.stop + 4 * n, 16) for n in range(4))
    for _ in map(ask, addresses, *places):
        pass
    return colors


def _is_scan(page: pypdfium2.PdfPage, unseen: Mask) -> bool:
    """Whether the text that is not drawn is what OCR read from the pictures of the page."""
    if not unseen.any() or unseen.mean() < MOST:
        return False
    width, height = page.get_size()
    return area_of_pictures(page) >= MOST * float(width * height)


def _without_contrast(page: pypdfium2.PdfPage, boxes: Floats, white: Mask) -> Mask:
    """Which of the `white` characters stand on white."""
    found = np.zeros_like(white)
    width, height = page.get_size()
    candidates = np.flatnonzero(white)
    corners = np.clip(boxes[candidates], 0, [width, height, width, height])
    if not len(candidates):
        return found
    left, top = np.floor(corners[:, :2].min(axis=0)).tolist()
    right, bottom = np.ceil(corners[:, 2:].max(axis=0)).tolist()
    right, bottom = min(right, width), min(bottom, height)
    if right - left < 1 or bottom - top < 1:
        return found
    scale = min(PIXELS_PER_POINT, (MAX_PIXELS / ((right - left) * (bottom - top))) ** 0.5)
    bitmap = page.render(
        scale=scale, grayscale=True, crop=(left, height - bottom, width - right, top)
    )
    try:
        picture = bitmap.to_numpy().reshape(bitmap.height, bitmap.width, -1)[:, :, 0]
        pixels = (corners - [left, top, left, top]) * scale
        looked_at = pixels[::LOOK_AT].round().astype(int).tolist()
        unseen = [_is_white(picture, *edges) for edges in looked_at]
        found[candidates] = np.repeat(unseen, LOOK_AT)[: len(candidates)]
    finally:
        bitmap.close()
    return found


def _is_white(picture: NDArray[np.uint8], x0: int, y0: int, x1: int, y1: int) -> bool:
    box = picture[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    return box.size > 0 and int(np.sort(box, axis=None)[int(BEHIND * box.size)]) > 255 - CONTRAST


def _longer(hidden: Mask) -> Mask:
    """`hidden` without runs that are too short to say anything."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hidden, [False]])))
    kept = np.zeros_like(hidden)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        kept[start:end] = end - start >= SHORTEST
    return kept
