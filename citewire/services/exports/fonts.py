"""The fonts of exported PDFs, chosen character by character, so that none is lost unseen.

Latin, Greek and Cyrillic are embedded. Chinese, Japanese and Korean are named only: every reader of
PDFs brings fonts for them. A few signs are of the fonts that each reader has. What none of them has
is written as its number.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from font_roboto import Roboto, RobotoBold, RobotoBoldItalic, RobotoItalic
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

FAMILY: Final = "Roboto"
HAN, KANA, HANGUL = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
SYMBOLS: Final = ("Symbol", "ZapfDingbats")
_CJK: Final = (
    *((0x1100, 0x11FF, HANGUL), (0x3130, 0x318F, HANGUL), (0xAC00, 0xD7A3, HANGUL)),
    *((0x3040, 0x30FF, KANA), (0x31F0, 0x31FF, KANA), (0xFF61, 0xFF9F, KANA)),
    *((0x2E80, 0x303F, HAN), (0x3100, 0x312F, HAN), (0x3200, 0x4DBF, HAN), (0x4E00, 0x9FFF, HAN)),
    *((0xF900, 0xFAFF, HAN), (0xFE30, 0xFE4F, HAN), (0xFF00, 0xFFEF, HAN)),
)
"""The font of what stands in a range of Unicode."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one font; with `missing` they are written in place of that many others."""

    text: str
    font: str
    missing: int = 0


def pieces_of(text: str) -> Iterator[Piece]:
    """A text cut by the fonts that have its characters; spaces go with what is before them."""
    choose = _chooser()
    is_japanese = (
        any(0x3040 <= ord(sign) <= 0x30FF for sign in text) if not text.isascii() else False
    )
    for font, signs in groupby(text, choose):
        if font:
            yield Piece("".join(signs), KANA if font == HAN and is_japanese else font)
            continue
        lost = list(signs)
        yield Piece("".join(f"[U+{ord(sign):04X}]" for sign in lost), FAMILY, len(lost))


@lru_cache(maxsize=1)
def _chooser() -> Callable[[str], str]:
    """Register the fonts once, and tell which has a character; none is empty."""
    for name, file in {
        FAMILY: Roboto,
        f"{FAMILY}-Bold": RobotoBold,
        f"{FAMILY}-Italic": RobotoItalic,
        f"{FAMILY}-BoldItalic": RobotoBoldItalic,
    }.items():
        pdfmetrics.registerFont(TTFont(name, file))
    pdfmetrics.registerFontFamily(
        FAMILY,
        normal=FAMILY,
        bold=f"{FAMILY}-Bold",
        italic=f"{FAMILY}-Italic",
        boldItalic=f"{FAMILY}-BoldItalic",
    )
    for name in (HAN, KANA, HANGUL):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
        pdfmetrics.registerFontFamily(name, normal=name, bold=name, italic=name, boldItalic=name)
    for name in SYMBOLS:
        pdfmetrics.registerFontFamily(name, normal=name, bold=name, italic=name, boldItalic=name)
    known = pdfmetrics.getFont(FAMILY).face.charToGlyph

    @lru_cache(maxsize=20_000)
    def font_of(sign: str) -> str:
        code = ord(sign)
        if code in known or sign in "\n\t ":
            return FAMILY
        for first, last, font in _CJK:
            if first <= code <= last:
                return font
        return next((name for name in SYMBOLS if _has(name, sign)), "")

    return font_of


def _has(font: str, sign: str) -> bool:
    try:
        sign.encode("symbolencoding" if font == "Symbol" else "zapfdingbatsencoding")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
