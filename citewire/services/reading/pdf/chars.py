"""The characters of a PDF page with their boxes, as arrays.

pdfium tells the box of one character per call. Through pypdfium2 a call costs about 1.1
microseconds, with plain addresses and `map` about 0.35.
"""

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from citewire.services.reading.cleaning import LINE_HYPHEN

UNITS = 1_000_000
"""pdfium places points on a page of so many pixels; enough for a hundredth of a point."""

BOLD = 600
"""Font weight from which letters are bold; 400 is usual."""

MAX_FONT_NAME = 128
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi|semi", re.IGNORECASE)

_HYPHEN = 2
"""The code of a hyphen at the end of a line, whose line break pdfium drops."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chars:
    """The characters of a page in pdfium's order, which is that of the page's content.

    Args:
        text: one character each; pdfium's own spaces and line ends are among them.
        boxes: n rows of x0, y0, x1, y1 in points of the displayed page, origin top left.
        turns: n quarter turns (0..3, clockwise as displayed) by which a character lies.
        width: of the displayed page, in points.
        height: of the displayed page, in points.
        handle: address of the text page, for what is asked of single characters.
        font_name: where pdfium writes the name of a font.
    """

    text: str
    boxes: Floats
    turns: NDArray[np.int8]
    width: float
    height: float
    handle: int
    font_name: "ctypes.Array[ctypes.c_char]"

    def is_bold(self, index: int) -> bool:
        """Whether the font of a character is bold."""
        # The weight is often missing; the name of the font then tells.
        length = _FONT_NAME(self.handle, index, self.font_name, MAX_FONT_NAME, None)
        name = self.font_name.raw[: min(length, MAX_FONT_NAME)]
        return _is_bold(name) or bool(_WEIGHT(self.handle, index) >= BOLD)


@lru_cache(maxsize=1024)
def _is_bold(font_name: bytes) -> bool:
    return _BOLD_NAME.search(font_name) is not None


def prototype(function: Any, result: type, *arguments: type) -> Callable[..., Any]:
    """`function` of pdfium taking plain addresses, which makes a call three times as fast."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return ctypes.CFUNCTYPE(result, *arguments)(address)


_UNICODE = prototype(pdfium.FPDFText_GetUnicode, ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)
ANGLE = prototype(pdfium.FPDFText_GetCharAngle, ctypes.c_float, ctypes.c_void_p, ctypes.c_int)
"""By how many radians a character is turned."""

_WEIGHT = prototype(pdfium.FPDFText_GetFontWeight, ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_FONT_NAME = prototype(
    pdfium.FPDFText_GetFontInfo,
    ctypes.c_ulong,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.c_void_p,
)
_BOX = prototype(
    pdfium.FPDFText_GetLooseCharBox,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
)


def read_chars(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> Chars:
    """The characters of `page`; valid as long as `text_page` is open."""
    width, height = page.get_size()
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value or 0
    count = max(text_page.count_chars(), 0)
    text = _text(handle, count)
    boxes = _displayed(page, _boxes(handle, count), width, height)
    name = ctypes.create_string_buffer(MAX_FONT_NAME)
    return Chars(text, boxes, _turns(page, handle, text), width, height, handle, name)


def _text(handle: int, count: int) -> str:
    codes = np.fromiter(map(_UNICODE, repeat(handle), range(count)), np.uint32, count)
    # Half a surrogate pair, or a number that is no character: a broken font says such.
    codes[codes == _HYPHEN] = ord(LINE_HYPHEN)
    codes[((codes >= 0xD800) & (codes <= 0xDFFF)) | (codes > 0x10FFFF)] = 0
    return codes.tobytes().decode("utf-32-le")


def _boxes(handle: int, count: int) -> Floats:
    # FS_RECTF: left, top, right, bottom.
    boxes = np.zeros((count, 4), np.float32)
    start = boxes.ctypes.data
    for _ in map(_BOX, repeat(handle), range(count), range(start, start + 16 * count, 16)):
        pass
    return boxes


def _displayed(page: pypdfium2.PdfPage, boxes: Floats, width: float, height: float) -> Floats:
    """`boxes` from the page's own coordinates to those of the displayed page."""
    origin, right, up = (np.array(_place(page, x, y)) for x, y in ((0, 0), (1000, 0), (0, 1000)))
    scale = np.array([width / UNITS, height / UNITS])
    turn = np.stack([right - origin, up - origin]) / 1000 * scale
    first = boxes[:, [0, 1]] @ turn + origin * scale
    second = boxes[:, [2, 3]] @ turn + origin * scale
    corners = np.concatenate([np.minimum(first, second), np.maximum(first, second)], axis=1)
    return np.asarray(np.nan_to_num(corners, posinf=1e9, neginf=-1e9), np.float32)


def _place(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[int, int]:
    left, top = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, UNITS, UNITS, 0, x, y, left, top)
    return left.value, top.value


def _turns(page: pypdfium2.PdfPage, handle: int, text: str) -> NDArray[np.int8]:
    """Quarter turns per character; asked once per line of pdfium, which does not mix them."""
    turns = np.zeros(len(text), np.int8)
    rotation = page.get_rotation() // 90
    start = 0
    for line in text.splitlines(keepends=True):
        inked = start + len(line) - len(line.lstrip())
        if inked < start + len(line):
            angle = ANGLE(handle, inked)
            turns[start : start + len(line)] = (round(angle / (np.pi / 2)) + rotation) % 4
        start += len(line)
    return turns
