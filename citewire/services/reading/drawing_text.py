"""Text of shapes, charts and diagrams (DrawingML): runs, breaks, raised and lowered letters."""

import re
from collections.abc import Iterator
from typing import Any

from citewire.services.reading.office_xml import at_path, local_name, one_of_each

_POWER = re.compile(r"[-+−–]?\d+|[a-z]", re.IGNORECASE)
_MARK = re.compile(r"\(?[\w*†‡§¶#]{1,3}(?:[,;)\s]{1,2}[\w*†‡§¶#]{1,3}){0,9}\)?")
_ORDINAL = re.compile(r"st|nd|rd|th|er|[eè]re|e|[eè]me|os?|as?", re.IGNORECASE)
_LAST = re.compile(r"[^\W\d_]{1,40}$|\d[\d.,]{0,40}$")
_TAIL = 60
"""Characters before a raised one that are looked at."""

_BASES = ("10", "2")
_UNITS = frozenset("m cm mm km dm ft in yd mi s h kg mol sec px µm nm".split())


def body_text(body: Any) -> str:
    """The paragraphs of a text body, a line each."""
    return "\n".join(paragraph_text(one) for one in body if local_name(one) == "p")


def paragraph_text(paragraph: Any) -> str:
    """The text of a paragraph; what is struck out and the number of the slide are left out."""
    added: list[str] = []
    tail = ""
    for piece, shift in _pieces(paragraph):
        added.append(shifted(tail, piece, shift) if shift else piece)
        tail = (tail + added[-1])[-_TAIL:]
    return "".join(added)


def _pieces(paragraph: Any) -> Iterator[tuple[str, int]]:
    """Stretches of text, each with how far it is raised (above 0) or lowered (below)."""
    for child in one_of_each(paragraph):
        name = local_name(child)
        if name in ("r", "fld"):
            look = at_path(child, "rPr")
            struck = look is not None and look.get("strike", "noStrike") != "noStrike"
            if not struck and not child.get("type", "").startswith("slidenum"):
                yield _own_text(child), _shift(look)
        elif name == "br":
            yield "\n", 0
        elif name not in ("pPr", "endParaRPr", ""):
            # Of a kind unknown here: an equation, say. Its words stand apart from the others.
            yield f" {' '.join(''.join(child.itertext()).split())} ", 0


def _own_text(run: Any) -> str:
    # A vertical tab or its escape is a line break that was typed into the text.
    text = "".join(child.text or "" for child in run if local_name(child) == "t")
    return text.replace("\v", "\n").replace("_x000B_", "\n")


def _shift(look: Any) -> int:
    try:
        return int((look.get("baseline") if look is not None else None) or 0)
    except ValueError:
        return 0


def shifted(before: str, piece: str, shift: int) -> str:
    """A raised or lowered `piece` as it is written after `before`, never glued to a figure.

    Powers and indices keep to what they belong to (10^6, m^2, CO2), ordinals too (1st); the mark
    of a note stands apart (12.5 [1]).
    """
    mark = piece.strip()
    last = _LAST.search(before[-_TAIL:])
    if not mark or last is None:
        return piece
    word = last[0]
    is_number = word[0].isdigit()
    after = " " if piece[-1].isspace() else ""
    if shift < 0:
        return f"_{mark}{after}" if is_number else mark + after
    if is_number and _ORDINAL.fullmatch(mark):
        return mark + after
    is_base = word in _BASES or word in _UNITS or (len(word) == 1 and not is_number)
    if is_base and _POWER.fullmatch(mark):
        return f"^{mark}{after}"
    if _MARK.fullmatch(mark):
        return f" [{mark}]{after}"
    return f"^{mark}{after}" if is_number else f" {mark}{after}"
