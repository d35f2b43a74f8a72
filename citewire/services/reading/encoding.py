"""The characters of a text file: by its mark, its bytes, what it declares, or what is likely."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from citewire.errors import UnreadableDocument
from citewire.services.reading.encoding_guess import Guess, guessed
from citewire.services.reading.encoding_labels import codec_of
from citewire.services.reading.encoding_wide import is_plain, wide_letters
from citewire.services.reading.raw import read_bytes

SAMPLE = 50_000
"""Bytes from which an encoding is guessed."""

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
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_JAPANESE = (b"\x1b$B", b"\x1b$@")
"""What switches to Japanese in its encoding of seven bits, all of whose bytes are UTF-8 too."""


@dataclass(frozen=True, slots=True)
class FileText:
    """The characters of a file, and what is to be told of how they were read."""

    text: str
    notes: tuple[str, ...] = ()


def read_text(path: Path, *, declared: str = "") -> FileText:
    """The text of the file at `path`: by its mark, as UTF-8, as declared, or as is likely.

    Args:
        path: of the file.
        declared: the encoding that it names, which is believed if its bytes fit.

    Raises:
        UnreadableDocument: it cannot be opened, is larger than 50 MB or no text.
    """
    content = read_bytes(path)
    guess = _encoding(content, declared)
    return FileText(content.decode(guess.codec, "replace"), guess.notes)


def _encoding(content: bytes, declared: str) -> Guess:
    told = _told(content)
    if told:
        return Guess(told)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        if not _is_damaged_utf8(content):
            named = codec_of(declared)
            fits = bool(named) and _fits(content, named)
            return Guess(named) if fits else guessed(content[:SAMPLE])
    return Guess("utf-8")


def _told(content: bytes) -> str:
    """The encoding that a mark or the bytes themselves tell; empty if none does."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    if b"\x00" in content[:SAMPLE]:
        encoding = _wide(content[: SAMPLE // 4 * 4])
        if not encoding:
            raise UnreadableDocument("not a text: the file holds binary data")
        return encoding
    if any(switch in content for switch in _JAPANESE) and _fits(content, "iso2022_jp"):
        return "iso2022_jp"
    return wide_letters(content[:SAMPLE]) if _CONTROLS.search(content, 0, SAMPLE) else ""


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
        if len(sample) >= 8 and is_plain(sample, encoding):
            return encoding
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) > MOST_ODD_ZEROS * (even + odd):
        return ""
    told = [byte for byte in sample if byte]
    if len(told) > MOST_PLAIN * len(sample) and sum(map(_is_ascii, told)) > MOST_PLAIN * len(told):
        # Pairs of plain letters would make a text, of Chinese characters: a zero is damage here.
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return encoding if is_plain(sample, encoding) else ""


def _is_ascii(byte: int) -> bool:
    return 0x20 <= byte < 0x7F or byte in b"\t\n\r"


def _fits(content: bytes, encoding: str) -> bool:
    if encoding == "utf-8":
        return False  # it was tried
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode(encoding, "replace")
        return text.count("\ufffd") <= MOST_DAMAGED * len(content)
    return True
