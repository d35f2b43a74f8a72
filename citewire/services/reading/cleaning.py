"""Text as files give it, made readable: line ends, ligatures, characters that show nothing."""

import re

from citewire.text.alphabets import normal_form

LINE_HYPHEN = "\ufffe"
"""Stands for a hyphen at the end of a line until it is known whether it is one of the word."""

LIGATURES = {
    "fi": "\ufb01",
    "fl": "\ufb02",
    "ff": "\ufb00",
    "ffi": "\ufb03",
    "ffl": "\ufb04",
    # These have no code of their own: private ones, which nobody else uses.
    "ft": "\U000fcb01",
    "tt": "\U000fcb02",
    "ti": "\U000fcb03",
    "Th": "\U000fcb04",
}
"""One character for the letters of each ligature, which `clean` writes out."""

_PLAIN = str.maketrans(
    {
        **{sign: letters for letters, sign in LIGATURES.items()},
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
_ARABIC_FORMS = re.compile("[\ufb50-\ufdf9\ufdfc\ufe70-\ufefc]")
"""Letters as they look at the beginning, in the middle or at the end of a word, and ligatures."""

_CODED = re.compile(
    "[\U000e0001-\U000e007e\U000e0100-\U000e01ef]{4,}|[\u200b-\u200d\u2060-\u2064]{8,}"
)
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{2,7}")


def clean(text: str) -> str:
    """`text` with line feeds as line ends, plain letters, no control or lone surrogate."""
    if text.isascii() and text.isprintable():
        # Nothing to clean, which is so of most texts and costs a tenth.
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = _ARABIC_FORMS.sub(_letter, _DROPPED.sub("", text).translate(_PLAIN))
    return normal_form("NFC", plain)


def _letter(form: re.Match[str]) -> str:
    # The forms of a vowel sign alone stand on a space.
    return normal_form("NFKC", form[0]).replace(" ", "")


def has_coded_text(text: str) -> bool:
    """Whether `text` holds rows of characters without a shape, which can only be for programs."""
    return _CODED.search(text) is not None and _CODED.search(_FLAG.sub("", text)) is not None


def clean_line(text: str) -> str:
    """`text` cleaned and put on one line."""
    return " ".join(clean(text).replace(LINE_HYPHEN, "-").split())
