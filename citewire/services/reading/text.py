"""Text as PDFs give it, made readable: control characters, ligatures, language."""

import re
import unicodedata
from collections.abc import Iterable

from py3langid.langid import classify

LINE_HYPHEN = "\ufffe"
"""Stands for a hyphen at the end of a line until it is known whether it is one of the word."""

_PLAIN = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
        # Bullets of the Symbol and Wingdings fonts, in the private use area.
        "\uf0b7": "•",
        "\uf0a7": "•",
        "\uf0be": "•",
    }
)
_DROPPED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\ufeff\uffff\ud800-\udfff"
    # Marks of direction and format, tags and selectors: they show nothing and can carry a text.
    "\u202a-\u202e\u2060-\u206f\U000e0000-\U000e0fff]"
    # Joiners, which some scripts and emoji need, say nothing between letters of ours or in rows.
    "|(?<=[A-Za-z])[\u200c\u200d]+(?=[A-Za-z])|[\u200c\u200d]{2,}"
)
_CODED = re.compile(
    "[\U000e0001-\U000e007e\U000e0100-\U000e01ef]{4,}|[\u200b-\u200d\u2060-\u2064]{8,}"
)
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{2,7}")
LANGUAGE_SAMPLE = 20_000
"""So many characters tell the language; more only cost time."""

MIN_LETTERS = 40
"""With fewer letters any guess is noise."""


def clean(text: str) -> str:
    """`text` with line feeds as line ends, plain letters, no control or lone surrogate."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _DROPPED.sub("", text).translate(_PLAIN))


def has_coded_text(text: str) -> bool:
    """Whether `text` holds rows of characters without a shape, which can only be for programs."""
    return _CODED.search(text) is not None and _CODED.search(_FLAG.sub("", text)) is not None


def clean_line(text: str) -> str:
    """`text` cleaned and put on one line."""
    return " ".join(clean(text).replace(LINE_HYPHEN, "-").split())


def language_of(pages: Iterable[str]) -> str:
    """The language of most of the text as ISO 639-1, `und` if there are too few letters."""
    sample = _beginning(pages, LANGUAGE_SAMPLE)
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return "und"
    code, _ = classify(sample)
    return str(code)


def _beginning(pages: Iterable[str], length: int) -> str:
    parts: list[str] = []
    for page in pages:
        parts.append(page[:length])
        length -= len(page) + 1
        if length <= 0:
            break
    return " ".join(parts)
