"""Text as files give it, made readable: line ends, ligatures, characters that show nothing."""

import re

from citewire.text.alphabets import normal_form

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


def clean(text: str) -> str:
    """`text` with line feeds as line ends, plain letters, no control or lone surrogate."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return normal_form("NFC", _DROPPED.sub("", text).translate(_PLAIN))


def has_coded_text(text: str) -> bool:
    """Whether `text` holds rows of characters without a shape, which can only be for programs."""
    return _CODED.search(text) is not None and _CODED.search(_FLAG.sub("", text)) is not None


def clean_line(text: str) -> str:
    """`text` cleaned and put on one line."""
    if text.isascii() and text.isprintable():
        # Nothing to clean, which is so of most cells of tables.
        return " ".join(text.split())
    return " ".join(clean(text).replace(LINE_HYPHEN, "-").split())
