"""The characters of a text file whose encoding nobody told."""

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from citewire.errors import UnreadableDocument

MAX_BYTES = 50_000_000

SAMPLE = 50_000
"""Bytes from which an encoding is guessed."""

WESTERN = "cp1252"
"""Latin-1 with Windows' additions."""

CLEARLY = 0.1
"""Of 1: so much better must a text fit its language in another alphabet."""

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


def read_bytes(path: Path) -> bytes:
    """The bytes of the file at `path`.

    Raises:
        UnreadableDocument: it cannot be opened, is empty or larger than 50 MB.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableDocument(f"cannot be opened: {error.strerror}") from error
    if not content:
        raise UnreadableDocument("the file is empty")
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(f"too large: a text of more than {MAX_BYTES // 1_000_000} MB")
    return content


def _likely(content: bytes, declared: str) -> str:
    try:
        return codecs.lookup(declared).name
    except LookupError:
        pass
    matches = from_bytes(content[:SAMPLE])
    best = matches.best()
    western = next((m for m in matches if WESTERN in m.could_be_from_charset), None)
    # Short texts look much the same in all Latin alphabets; the western one is the usual one.
    if best is None or (
        western is not None
        and western.chaos <= best.chaos
        and western.coherence + CLEARLY >= best.coherence
    ):
        return WESTERN
    return best.encoding
