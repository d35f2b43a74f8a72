"""Whether a question asks what is expected, and whether a source tells that."""

import re

from citewire.text.words import fold

_OUTLOOK = re.compile(
    r"\b(?:outlook|guidance|forecasts?|perspectivas|previsi[oó]n(?:es)?|prognosen?|ausblick)\b"
)
_ASKS = re.compile(
    r"\b(?:do|does|did|to be|is|are) (?:[\w&'’.-]{1,30} ){0,8}?(?:expect|plan|anticipate|project"
    r"|forecast|expected to|planned|projected|planning)\b(?! (?:assets|benefit|credit))"
    r"|\bplanned\b(?! maintenance)|\bse (?:espera|preve)\b"
)


def is_outlook(head: str) -> bool:
    """Whether a heading, caption or head of a column says that it tells what is expected."""
    return bool(_OUTLOOK.search(fold(head)))


def asks_for_outlook(question: str) -> bool:
    """Whether a question asks what is expected, not what was."""
    folded = fold(question)
    return bool(_OUTLOOK.search(folded) or _ASKS.search(folded))
