"""The characters of a PDF page with their boxes, as arrays.

pdfium tells the box of one character per call. Through pypdfium2 a call costs about 1.1
microseconds, with plain addresses and `map` about 0.35.
"""

import ctypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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

_IDEOGRAPHS = "\u2e80"
"""The first of the signs that are also written from top to bottom."""

_HYPHEN = 2
"""The code of a hyphen at the end of a line, whose line break pdfium drops."""

_BULK_HYPHEN = 0xFFFE
"""The same where the text is asked for at once."""

_ALEF_LAM = re.compile("[\u0622\u0623\u0625\u0627\u0671]\u0644")

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
        frame: where a place (x, y) of the page's own coordinates is on the displayed page: what
            `[x, y] @ frame[:2] + frame[2]` makes of it.
        handle: address of the text page, for what is asked of single characters.
        font_name: where pdfium writes the name of a font.
    """

    text: str
    boxes: Floats
    turns: NDArray[np.int8]
    width: float
    height: float
    frame: NDArray[np.float64]
    handle: int
    font_name: "ctypes.Array[ctypes.c_char]"

    def origins(self, indices: Sequence[int]) -> Floats:
        """Where the pen stands at some characters: boxes without extent, as `boxes` are."""
        places = np.zeros((len(indices), 2), np.float64)
        start = places.ctypes.data
        at = range(start, start + 16 * len(indices), 16)
        beside = range(start + 8, start + 8 + 16 * len(indices), 16)
        for _ in map(_ORIGIN, repeat(self.handle), indices, at, beside):
            pass
        return np.tile(_in_frame(places, self.frame), 2)

    def without(self, unread: NDArray[np.bool_]) -> "Chars":
        """With no ink where characters are `unread`."""
        return replace(self, boxes=np.where(unread[:, None], np.float32(0), self.boxes))

    def with_lines(self, lines: Sequence[tuple[str, Sequence[float]]]) -> "Chars":
        """With lines of text after all others, each spread over a box in the page's coordinates."""
        added = [np.zeros((0, 4), np.float32)]
        for text, (left, lower, right, upper) in lines:
            edges = np.linspace(left, right, len(text) + 1)
            rest = np.full(len(text), lower), edges[1:], np.full(len(text), upper)
            boxes = _displayed(np.stack([edges[:-1], *rest], axis=1).astype(np.float32), self.frame)
            boxes[[sign.isspace() for sign in text]] = 0
            added += [np.zeros((1, 4), np.float32), boxes]
        boxes = np.concatenate([self.boxes, *added])
        return replace(
            self,
            text=self.text + "".join(f"\n{text}" for text, _ in lines),
            boxes=boxes,
            turns=np.concatenate([self.turns, np.zeros(len(boxes) - len(self.turns), np.int8)]),
        )

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
_ALL = prototype(
    pdfium.FPDFText_GetText,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_void_p,
)
ANGLE = prototype(pdfium.FPDFText_GetCharAngle, ctypes.c_float, ctypes.c_void_p, ctypes.c_int)
"""By how many radians a character is turned; below 0 if there is none."""

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
_ORIGIN = prototype(
    pdfium.FPDFText_GetCharOrigin,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
)
_IS_HYPHEN = prototype(pdfium.FPDFText_IsHyphen, ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
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
    frame = _frame(page, width, height)
    boxes = _displayed(_boxes(handle, text), frame)
    text = _in_order(text, boxes)
    name = ctypes.create_string_buffer(MAX_FONT_NAME)
    return Chars(text, boxes, _turns(page, handle, text, boxes), width, height, frame, handle, name)


def read_text(text_page: pypdfium2.PdfTextPage) -> Chars:
    """The characters of a page without their places; valid as long as `text_page` is open."""
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value or 0
    text = _text(handle, max(text_page.count_chars(), 0))
    nowhere, turns = np.zeros((len(text), 4), np.float32), np.zeros(len(text), np.int8)
    name = ctypes.create_string_buffer(MAX_FONT_NAME)
    return Chars(text, nowhere, turns, 0.0, 0.0, np.zeros((3, 2)), handle, name)


def _text(handle: int, count: int) -> str:
    codes = _codes(handle, count)
    # Half a surrogate pair, or a number that is no character: a broken font says such.
    # The code may be one of a font without a map, too.
    for index in np.flatnonzero(codes == _HYPHEN).tolist():
        if _IS_HYPHEN(handle, index) == 1:
            codes[index] = ord(LINE_HYPHEN)
    codes[((codes >= 0xD800) & (codes <= 0xDFFF)) | (codes > 0x10FFFF)] = 0
    return codes.tobytes().decode("utf-32-le")


def _codes(handle: int, count: int) -> NDArray[np.uint32]:
    """The number of each character; asked for all at once where that tells the same."""
    buffer = np.zeros(count + 1, np.uint16)
    written = _ALL(handle, 0, count, buffer.ctypes.data)
    codes = buffer[:count].astype(np.uint32)
    # It leaves out what is no Unicode, and writes two halves where one character has so many.
    is_whole = written == count + 1 and not ((codes >= 0xD800) & (codes <= 0xDFFF)).any()
    if not is_whole:
        return np.fromiter(map(_UNICODE, repeat(handle), range(count)), np.uint32, count)
    codes[codes == _BULK_HYPHEN] = _HYPHEN
    return codes


def _boxes(handle: int, text: str) -> Floats:
    """The box of each character; of spaces and ends of lines, which have no ink, none is asked."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    asked = np.flatnonzero((codes != 32) & (codes != 10) & (codes != 13))
    # FS_RECTF: left, top, right, bottom.
    boxes = np.zeros((len(text), 4), np.float32)
    places = (boxes.ctypes.data + 16 * asked).tolist()
    for _ in map(_BOX, repeat(handle), asked.tolist(), places):
        pass
    return boxes


def _in_order(text: str, boxes: Floats) -> str:
    """`text` with the letters of lam-alef, one glyph, as they are read: pdfium turns them round."""
    turned = [
        found.start()
        for found in _ALEF_LAM.finditer(text)
        if (boxes[found.start()] == boxes[found.start() + 1]).all()
    ]
    if not turned:
        return text
    letters = list(text)
    for start in turned:
        letters[start : start + 2] = letters[start + 1], letters[start]
    return "".join(letters)


def displayed(page: pypdfium2.PdfPage, boxes: Floats, width: float, height: float) -> Floats:
    """`boxes` from the page's own coordinates to those of the displayed page."""
    return _displayed(boxes, _frame(page, width, height))


def _frame(page: pypdfium2.PdfPage, width: float, height: float) -> NDArray[np.float64]:
    """From the page's own coordinates to those of the displayed page, as `Chars.frame` says."""
    origin, right, up = (np.array(_place(page, x, y)) for x, y in ((0, 0), (1000, 0), (0, 1000)))
    scale = np.array([width / UNITS, height / UNITS])
    return np.stack([(right - origin) / 1000 * scale, (up - origin) / 1000 * scale, origin * scale])


def _displayed(boxes: Floats, frame: NDArray[np.float64]) -> Floats:
    """`boxes` from the page's own coordinates to those of the displayed page."""
    first, second = _in_frame(boxes[:, [0, 1]], frame), _in_frame(boxes[:, [2, 3]], frame)
    return np.concatenate([np.minimum(first, second), np.maximum(first, second)], axis=1)


def _in_frame(places: NDArray[Any], frame: NDArray[np.float64]) -> Floats:
    found = places @ frame[:2] + frame[2]
    return np.asarray(np.nan_to_num(found, posinf=1e9, neginf=-1e9), np.float32)


def _place(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[int, int]:
    left, top = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, UNITS, UNITS, 0, x, y, left, top)
    return left.value, top.value


def _turns(page: pypdfium2.PdfPage, handle: int, text: str, boxes: Floats) -> NDArray[np.int8]:
    """Quarter turns per character; asked once per line of pdfium, which does not mix them."""
    turns = np.zeros(len(text), np.int8)
    rotation = page.get_rotation() // 90
    start = 0
    for line in text.splitlines(keepends=True):
        inked = start + len(line) - len(line.lstrip())
        if inked < start + len(line):
            turn = (round(ANGLE(handle, inked) / (np.pi / 2)) + rotation) % 4
            if turn == 0 and text[inked] >= _IDEOGRAPHS and _is_vertical(line, boxes[start:]):
                turn = 1
            turns[start : start + len(line)] = turn
        start += len(line)
    return turns


def _is_vertical(line: str, boxes: Floats) -> bool:
    """Whether a line is written from top to bottom: so is one that lies, with its signs upright."""
    found = [number for number, sign in enumerate(line) if not sign.isspace()][:2]
    if len(found) < 2:
        return False
    (left, top, right, bottom), (next_left, next_top, next_right, _) = boxes[found].tolist()
    is_below = next_top - top > 0.5 * (bottom - top)
    return bool(is_below and abs(next_left + next_right - left - right) < right - left)
