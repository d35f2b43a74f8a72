"""The characters of a text file whose encoding nobody told."""

import codecs
import unicodedata
from pathlib import Path

from charset_normalizer import from_bytes

from citewire.errors import UnreadableDocument
from citewire.services.reading.language import language_of
from citewire.services.reading.raw import read_bytes

SAMPLE = 50_000
"""Bytes from which an encoding is guessed."""

WESTERN = "cp1252"
"""Latin-1 with Windows' additions."""

EASTERN = frozenset("pl cs sk hu sl hr bs sr ro sq lv lt et tr az mt cy ga eo".split())
"""Languages with Latin letters that are not in it."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16, whose mark it begins with.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path, *, declared: str = "") -> str:
    """The text of the file at `path`: by its mark, as UTF-8, as declared, or as is likely.

    Raises:
        UnreadableDocument: it cannot be opened, is larger than 50 MB or no text.
    """
    content = read_bytes(path)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\x00" in content[:SAMPLE]:
        raise UnreadableDocument("not a text: the file holds binary data")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(_likely(content, declared), "replace")


def _likely(content: bytes, declared: str) -> str:
    try:
        return codecs.lookup(declared).name
    except LookupError:
        pass
    best = from_bytes(content[:SAMPLE]).best()
    if best is None:
        return WESTERN
    text = content[:SAMPLE].decode(best.encoding, "replace")
    # Short texts look much the same in all Latin alphabets; the language tells them apart.
    is_western = _is_latin(text) and language_of([text]) not in EASTERN
    return WESTERN if is_western else best.encoding


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha() and not letter.isascii()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin * 2 >= len(letters)
