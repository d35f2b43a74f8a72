"""What a compact font (CFF) calls its glyphs, which tells what a ligature without a map writes.

Only as much of the format is read as that takes; a font that says nothing, or is broken, gives no
names. The format: Adobe Technical Note 5176.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

STANDARD = 391
"""So many names are numbered by the format itself; others are in the font."""

_LIGATURES = {109: "fi", 110: "fl"}
"""Those of them that matter here."""

_CHARSET, _ENCODING, _GLYPHS = 15, 16, 17
MAX_GLYPHS = 65_535


@dataclass(frozen=True, slots=True)
class GlyphNames:
    """The names of a font.

    Args:
        by_code: of the glyphs that the font itself gives a code.
        all: of all its glyphs, standard ones left out.
    """

    by_code: dict[int, str]
    all: frozenset[str]


NO_NAMES = GlyphNames({}, frozenset())


def glyph_names(font: bytes) -> GlyphNames:
    """The names in the data of a font."""
    if len(font) < 4 or font[0] != 1:
        return NO_NAMES
    try:
        return _names(font)
    except (IndexError, struct.error, ValueError):
        return NO_NAMES


def _names(font: bytes) -> GlyphNames:
    _, after = _index(font, font[2])
    tops, after = _index(font, after)
    strings, _ = _index(font, after)
    top = _operands(tops[0])
    count = struct.unpack_from(">H", font, top[_GLYPHS])[0]
    numbers = _charset(font, top.get(_CHARSET, 0), count)
    names = [
        strings[number - STANDARD].decode("latin-1")
        if number >= STANDARD
        else _LIGATURES.get(number, "")
        for number in numbers
    ]
    codes = _encoding(font, top.get(_ENCODING, 0))
    by_code = {code: names[glyph] for glyph, code in codes if glyph < len(names) and names[glyph]}
    return GlyphNames(by_code, frozenset(filter(None, names)))


def _index(font: bytes, start: int) -> tuple[list[bytes], int]:
    """The entries of an index, and where it ends."""
    (count,) = struct.unpack_from(">H", font, start)
    if count == 0:
        return [], start + 2
    size = font[start + 2]
    first = start + 3
    offsets = [
        int.from_bytes(font[first + n * size : first + (n + 1) * size], "big")
        for n in range(count + 1)
    ]
    base = first + (count + 1) * size - 1
    entries = [font[base + a : base + b] for a, b in pairwise(offsets)]
    return entries, base + offsets[-1]


def _operands(top: bytes) -> dict[int, int]:
    """The last operand of each operator of one byte."""
    found: dict[int, int] = {}
    value, at = 0, 0
    while at < len(top):
        code = top[at]
        at += 1
        if code == 12:
            at += 1
        elif code < 22:
            found[code] = value
        elif code == 28:
            (value,) = struct.unpack_from(">h", top, at)
            at += 2
        elif code == 29:
            (value,) = struct.unpack_from(">i", top, at)
            at += 4
        elif code == 30:
            # A real number, up to the half byte that ends it.
            while top[at] & 15 != 15 and top[at] >> 4 != 15:
                at += 1
            at += 1
        elif code < 247:
            value = code - 139
        elif code < 251:
            value = (code - 247) * 256 + top[at] + 108
            at += 1
        else:
            value = -(code - 251) * 256 - top[at] - 108
            at += 1
    return found


def _charset(font: bytes, start: int, count: int) -> list[int]:
    """The numbers of the names of all glyphs."""
    if start <= 2:
        return list(range(min(count, STANDARD)))
    numbers, kind, at = [0], font[start], start + 1
    while len(numbers) < min(count, MAX_GLYPHS):
        (first,) = struct.unpack_from(">H", font, at)
        at += 2
        more = 0
        if kind:
            more = font[at] if kind == 1 else struct.unpack_from(">H", font, at)[0]
            at += kind
        numbers += range(first, first + more + 1)
    return numbers[:count]


def _encoding(font: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Pairs of a glyph and its code, where the font has an encoding of its own."""
    if start <= 1:
        return
    kind, count = font[start] & 127, font[start + 1]
    glyph = 1
    for number in range(count):
        at = start + 2 + number * (1 + kind)
        for code in range(font[at], font[at] + (font[at + 1] if kind else 0) + 1):
            yield glyph, code
            glyph += 1
