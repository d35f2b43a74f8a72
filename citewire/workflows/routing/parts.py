"""The questions of a message that asks several, by rule."""

import re
from collections.abc import Iterator

from citewire.text.words import fold, listed, words
from citewire.workflows.routing.followups import content

MOST_PARTS = 4
"""More questions than passages can be given to are searched for as one."""

_MARK = re.compile(r"[?？]")
_ASKING = (
    r"(?:(?:in|at|on|for|to|by|from|with|of) )?"
    r"(?:what|which|who|whom|whose|when|where|why|how)\b(?!ever)"
    r"|(?:(?:en|a|de|con|por|para) )?(?:qué|cuál(?:es)?|quién(?:es)?|cuándo|dónde|cómo"
    r"|cuánt[oa]s?)\b"
)
_AND = re.compile(
    # From the first blank on: each further one would begin the same search again.
    rf"(?<!\s)(?:\s*[,;]\s*(?:and|y|e)\s+|\s+(?:and|y|e)\s+|\s*;\s*)(?={_ASKING})",
    re.I,
)
_LISTED = re.compile(rf"(?<!\s)\s*,\s*(?={_ASKING})", re.I)
_BEGINS = re.compile(
    rf"^[¿\s]*(?:(?:and|so|but|y|also)\s+)?(?:{_ASKING}|(?:is|are|was|were|do|does|did|has"
    rf"|have|had|can"
    r"|could|will|would|should|es|son|fue|hay|tiene)\b)",
    re.I,
)
_ENDS_ASKING = re.compile(rf"(?:{_ASKING})\s*,?$", re.I)
_INTERJECTION = listed("really wow oh huh seriously ok okay right well yes no si vaya")
_ABOUT_THE_ANSWER = re.compile(r"\b(?:your|the) answer\b|\b(?:la|tu) respuesta\b", re.I)


def parts_of(message: str) -> tuple[str, ...]:
    """The questions of `message` in its own words; empty unless there are several."""
    asked = [sentence.strip() for sentence in _asked(message)] or [message.strip()]
    parts = [part for question in asked if _says_something(question) for part in _split(question)]
    return tuple(parts) if 1 < len(parts) <= MOST_PARTS else ()


def _asked(message: str) -> Iterator[str]:
    """What stands before each question mark, with it."""
    start = 0
    for mark in _MARK.finditer(message):
        if mark.start() > start:
            yield message[start : mark.end()]
        start = mark.end()


def _split(question: str) -> list[str]:
    body = question.rstrip(" ?？.")
    pieces = _AND.split(body)
    if len(pieces) > 1:
        pieces = [part for piece in pieces for part in _LISTED.split(piece)]
    # "Where and when was it?" is one question; so is "I like how it looks and how it works".
    if not _BEGINS.match(body) or len(pieces) == 1 or not all(map(_asks, pieces)):
        return [question]
    opening = "¿" if question.startswith("¿") else ""
    return [f"{opening}{piece.strip(' ,;¿')}?" for piece in pieces]


def _asks(piece: str) -> bool:
    return bool(content(piece)) and len(words(piece)) > 1 and not _ENDS_ASKING.search(piece)


def _says_something(question: str) -> bool:
    """Whether it asks the reports for anything: "Really?" does not, nor how to answer."""
    means = [word for word in content(question) if fold(word) not in _INTERJECTION]
    return bool(means) and not _ABOUT_THE_ANSWER.search(question)
