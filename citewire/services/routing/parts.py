"""The questions of a message that asks several, by rule."""

import re

from citewire.services.local.followups import content
from citewire.services.local.words import words

MOST_PARTS = 4
"""More questions than passages can be given to are searched for as one."""

_SENTENCE = re.compile(r"[^?？]+[?？]")
_ASKING = (
    r"(?:(?:in|at|on|for|to|by|from|with|of) )?"
    r"(?:what|which|who|whom|whose|when|where|why|how)\b(?!ever)"
    r"|(?:(?:en|a|de|con|por|para) )?(?:qué|cuál(?:es)?|quién(?:es)?|cuándo|dónde|cómo|cuánt[oa]s?)\b"
)
_AND = re.compile(rf"(?:\s*[,;]\s*(?:and|y|e)\s+|\s+(?:and|y|e)\s+|\s*;\s*)(?={_ASKING})", re.I)
_LISTED = re.compile(rf"\s*,\s*(?={_ASKING})", re.I)
_BEGINS = re.compile(rf"^[¿\s]*(?:{_ASKING})", re.I)


def parts_of(message: str) -> tuple[str, ...]:
    """The questions of `message` in its own words; empty unless there are several."""
    asked = [found.strip() for found in _SENTENCE.findall(message)] or [message.strip()]
    parts = [part for question in asked for part in _split(question)]
    return tuple(parts) if 1 < len(parts) <= MOST_PARTS else ()


def _split(question: str) -> list[str]:
    body = question.rstrip(" ?？.")
    pieces = _AND.split(body)
    if len(pieces) > 1 and _BEGINS.match(pieces[0]):
        pieces = [part for piece in pieces for part in _LISTED.split(piece)]
    if len(pieces) == 1 or not all(_asks(piece) for piece in pieces):
        return [question] if content(question) else []
    opening = "¿" if question.startswith("¿") else ""
    return [f"{opening}{piece.strip(' ,;¿')}?" for piece in pieces]


def _asks(piece: str) -> bool:
    """Whether a piece can be a question: "where and when was it?" is one, not two."""
    return bool(content(piece)) and len(words(piece)) > 1
