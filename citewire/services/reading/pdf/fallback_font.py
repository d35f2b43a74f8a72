"""A font for Chinese, Japanese and Korean text whose file brings none and whose machine has none.

pdfium knows what the codes of such text mean, but leaves out characters that no font draws, for
they have no extent. The font made here gives each character a square and draws nothing.
"""

import ctypes
import struct
from functools import cache
from typing import Any

import pypdfium2.raw as pdfium

EM, ASCENT, DESCENT = 1000, 880, -120
"""Units of the square on which characters of these scripts stand."""

_CHARSETS = (128, 129, 134, 136)
"""Japanese, Korean, simplified and traditional Chinese, as pdfium numbers them."""

_HANDLE = 0x43574A4B
"""Stands for the font towards pdfium; no address of one of its own fonts is so low."""

_VERSION = 1


@cache
def provide_fallback_font() -> Any:
    """Have pdfium take the font where it finds no other; the value must be kept."""
    own = pdfium.FPDF_GetDefaultSystemFontInfo()
    if not own:
        return None
    system, font = own.contents, square_font()
    given = pdfium.FPDF_SYSFONTINFO()

    def enumerate_fonts(_: Any, mapper: Any) -> None:
        system.EnumFonts(own, mapper)

    def map_font(_: Any, weight: int, italic: int, charset: int, *rest: Any) -> int | None:
        found = system.MapFont(own, weight, italic, charset, *rest)
        return _HANDLE if not found and charset in _CHARSETS else found

    def get_font(_: Any, face: Any) -> int | None:
        return system.GetFont(own, face) if system.GetFont else None

    def font_data(_: Any, handle: int, table: int, buffer: Any, size: int) -> int:
        if handle != _HANDLE:
            return int(system.GetFontData(own, handle, table, buffer, size))
        if table:
            return 0
        if buffer and size >= len(font):
            ctypes.memmove(buffer, font, len(font))
        return len(font)

    def face_name(_: Any, handle: int, buffer: Any, size: int) -> int:
        return 0 if handle == _HANDLE else int(system.GetFaceName(own, handle, buffer, size))

    def charset_of(_: Any, handle: int) -> int:
        return _CHARSETS[2] if handle == _HANDLE else int(system.GetFontCharset(own, handle))

    def delete_font(_: Any, handle: int) -> None:
        if handle != _HANDLE:
            system.DeleteFont(own, handle)

    given.version = _VERSION
    given.EnumFonts = type(given.EnumFonts)(enumerate_fonts)
    given.MapFont = type(given.MapFont)(map_font)
    given.GetFont = type(given.GetFont)(get_font)
    given.GetFontData = type(given.GetFontData)(font_data)
    given.GetFaceName = type(given.GetFaceName)(face_name)
    given.GetFontCharset = type(given.GetFontCharset)(charset_of)
    given.DeleteFont = type(given.DeleteFont)(delete_font)
    pdfium.FPDF_SetSystemFontInfo(given)
    return given


def square_font() -> bytes:
    """A TrueType font in which every character is the same glyph, as large as its square."""
    # Two points make a box to measure and nothing to paint.
    glyph = struct.pack(">5hHH2B4h", 1, 0, DESCENT, EM, ASCENT, 1, 0, 1, 1, 0, EM, DESCENT, EM)
    every = struct.pack(">HHIIIIII", 13, 0, 28, 0, 1, 0, 0x10FFFF, 1)
    one, magic = 0x10000, 0x5F0F3CF5
    tables = {
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 10, 12) + every,
        b"glyf": _padded(glyph),
        b"head": struct.pack(
            ">4I2H2Q4h2H3h", one, one, 0, magic, 0, EM, 0, 0, 0, DESCENT, EM, ASCENT, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">I3hH11hH", one, ASCENT, DESCENT, 0, EM, 0, 0, EM, 1, *[0] * 7, 2),
        b"hmtx": struct.pack(">HhHh", EM, 0, EM, 0),
        b"loca": struct.pack(">3I", 0, 0, len(_padded(glyph))),
        b"maxp": struct.pack(">I14H", one, 2, 4, 1, 0, 0, 1, *[0] * 8),
        b"post": struct.pack(">IIhh5I", 0x30000, *[0] * 8),
    }
    start = 12 + 16 * len(tables)
    head, body = struct.pack(">I4H", one, len(tables), 128, 3, 16 * len(tables) - 128), b""
    for name, content in tables.items():
        words = struct.unpack(f">{len(_padded(content)) // 4}I", _padded(content))
        head += name + struct.pack(">3I", sum(words) & 0xFFFFFFFF, start + len(body), len(content))
        body += _padded(content)
    return head + body


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)
