"""The characters of a text file: by its mark, its bytes, what it declares, or what is likely."""

import codecs
import re
import unicodedata
from pathlib import Path

from charset_normalizer import from_bytes

from citewire.errors import UnreadableDocument
from citewire.services.reading.encoding_labels import as_browsers, codec_of
from citewire.services.reading.encoding_latin import (
    CENTRAL,
    CERTAIN,
    SCATTERED,
    central_codec,
    scattered,
    western_codec,
)
from citewire.services.reading.language import language_of
from citewire.services.reading.raw import read_bytes

SAMPLE = 50_000
"""Bytes from which an encoding is guessed."""

WESTERN = "cp1252"
"""Latin-1 with Windows' additions."""

EASTERN = frozenset("pl cs sk hu sl hr bs sr ro sq lv lt et tr az mt cy ga eo".split())
"""Languages with Latin letters that are not in it."""

DOUBTFUL, FEW_BEYOND = 0.5, 0.04
"""Bytes beyond ASCII that make no words are damage where they are less than this share of all."""

MOST_DAMAGED = 0.001
"""Of the bytes, so many may not fit a declaration that is believed all the same."""

MOST_LOST = 10
"""A text has so many characters of UTF-8 for each byte that is none of it, or is no such text."""

MOST_LOST_ALONE = 3
"""Fewer do where such bytes stand alone between plain ones, as letters of Latin-1 do; one does if
all others are letters and signs of Western Europe, which in bytes of Latin-1 make no words."""

MOST_PLAIN = 0.8
"""With more plain bytes than this share, hardly a zero among them, a text has one byte a letter."""

MOST_ODD_ZEROS = 0.05
"""Of the zeros of a text of two bytes a character, so many may stand on the other side."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16, whose mark it begins with.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_WESTERN_SIGNS = frozenset(
    [*map(chr, range(0xA0, 0x100)), *map(chr, range(0x2010, 0x2028)), *"‰‹›€™œŒžŽšŠŸ"]
)
_JAPANESE = (b"\x1b$B", b"\x1b$@")
"""What switches to Japanese in its encoding of seven bits, all of whose bytes are UTF-8 too."""


def read_text(path: Path, *, declared: str = "") -> str:
    """The text of the file at `path`: by its mark, as UTF-8, as declared, or as is likely.

    Args:
        path: of the file.
        declared: the encoding that it names, which is believed if its bytes fit.

    Raises:
        UnreadableDocument: it cannot be opened, is larger than 50 MB or no text.
    """
    content = read_bytes(path)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\x00" in content[:SAMPLE]:
        encoding = _wide(content[: SAMPLE // 4 * 4])
        if not encoding:
            raise UnreadableDocument("not a text: the file holds binary data")
        return content.decode(encoding, "replace")
    if any(switch in content for switch in _JAPANESE) and _fits(content, "iso2022_jp"):
        return content.decode("iso2022_jp", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        if _is_damaged_utf8(content):
            return content.decode("utf-8", "replace")
        return content.decode(_likely(content, codec_of(declared)), "replace")


def _is_damaged_utf8(content: bytes) -> bool:
    """Whether nearly all characters beyond ASCII are those of UTF-8, which is no chance."""
    text = content.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    beyond = "".join(sign for sign in text if not sign.isascii() and sign != "\ufffd")
    if len(beyond) >= MOST_LOST * lost:
        return True
    if len(_ALONE.findall(content)) < lost:
        return False
    is_western = _WESTERN_SIGNS.issuperset(beyond)
    return len(beyond) >= (1 if is_western else MOST_LOST_ALONE) * lost


def _wide(sample: bytes) -> str:
    """The encoding of two or four bytes a character that `sample` has without a mark, or none."""
    for encoding in ("utf-32-le", "utf-32-be"):
        if len(sample) >= 8 and _is_plain(sample, encoding):
            return encoding
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) > MOST_ODD_ZEROS * (even + odd):
        return ""
    told = [byte for byte in sample if byte]
    if len(told) > MOST_PLAIN * len(sample) and sum(map(_is_ascii, told)) > MOST_PLAIN * len(told):
        # Pairs of plain letters would make a text, of Chinese characters: a zero is damage here.
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return encoding if _is_plain(sample, encoding) else ""


def _is_ascii(byte: int) -> bool:
    return 0x20 <= byte < 0x7F or byte in b"\t\n\r"


def _is_plain(sample: bytes, encoding: str) -> bool:
    """Whether `sample` is a text in `encoding`: letters mostly, and no control characters."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    kinds = [unicodedata.category(character) for character in text if character not in "\t\n\r\f"]
    # Bullets of some fonts are in the private use area.
    return not {"Cc", "Cn", "Cs"} & set(kinds) and kinds.count("Co") * 50 <= len(kinds) > 0


def _likely(content: bytes, declared: str) -> str:
    if declared and _fits(content, declared):
        return declared
    sample = content[:SAMPLE]
    best = from_bytes(sample).best()
    guess = (as_browsers(best.encoding) or best.encoding) if best else WESTERN
    text = sample.decode(guess, "replace")
    western, certainty = western_codec(sample)
    if certainty < DOUBTFUL and _beyond(sample) < FEW_BEYOND:
        return "utf-8"  # damage in a plain text: told, and not made letters of
    is_latin = _is_latin(text)
    if not is_latin and (scattered(sample) < SCATTERED or certainty < CERTAIN):
        return guess
    # Short texts look much the same in all Latin alphabets; the language tells them apart.
    is_certain = certainty >= CERTAIN
    language = language_of([sample.decode(western, "replace") if is_certain else text])
    if language not in EASTERN or (is_certain and western != WESTERN):
        return western
    return central_codec(sample) if language in CENTRAL else guess


def _fits(content: bytes, encoding: str) -> bool:
    if encoding == "utf-8":
        return False  # it was tried
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode(encoding, "replace")
        return text.count("\ufffd") <= MOST_DAMAGED * len(content)
    return True


def _beyond(sample: bytes) -> float:
    return sum(byte >= 0x80 for byte in sample) / len(sample)


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha() and not letter.isascii()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin * 2 >= len(letters)
