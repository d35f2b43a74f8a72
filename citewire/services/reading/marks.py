"""Raised and lowered letters: powers and indices stay with what they belong to, notes stand apart.

An exponent keeps to its number or unit with a circumflex (10^6), the mark of a note stands apart in
brackets, for one that is glued to a figure makes another of it: 12.5 with note 1 is no 12.51.
What only looks better raised (1st, N°, %) stays as it is.
"""

import re
from collections.abc import Iterable, Iterator

from citewire.services.reading.powers import is_power

MOST_BEFORE = 60
"""Characters before a raised or lowered piece that are looked at."""

MOST_AFTER = 8

LEAST_OF_WORD = 3
"""So many letters are a word, which has no index of letters."""

_LONGEST_NOTE = 12
_ONE = r"(?:\d{1,3}[a-z]?|[a-z]\d?|[ivx]{1,5}|[*†‡§¶#]{1,3})"
_NOTE = re.compile(
    rf"[\[(]?(?P<note>{_ONE}(?:[-–,;/ ]{_ONE}){{0,9}}[*†‡§¶#]?)[\])]?(?P<end>[.,;:]?)",
    re.IGNORECASE,
)
_NOTES = re.compile(r"(?:[\[(](?:\d{1,3}|[a-z])[\])]){2,6}", re.IGNORECASE)
_LETTERS = re.compile(r"[a-h]{2,4}")
"""Marks of several notes: (a)(b), ab."""

_LOOSE = re.compile(r"(?<![^\W_]) | (?![^\W_])")
"""A space that parts no letters or figures."""

_TRADE = {"TM": "™", "tm": "™", "SM": "℠", "sm": "℠"}
_ORDINAL = re.compile(r"st|nd|rd|th|[eè]?re|[eè]me|e[rt]?|o|[oa]s|ter?|ten", re.IGNORECASE)
_WHOLE = re.compile(r"(?:^|[^\w.,'’$€£¥])(?:\d{1,3}|[IVXLCM]{1,7})$")
_SHORTENED = re.compile(
    r"(?:^|[^\w])(?:[Nn]\^(?:o|os|°|r)|[DSJ]\^ra?|S\^te?|C\^ie|[A-Za-z]\^(?:th|[eè]me)"
    r"|M\^(?:r|rs|e|me|mes|lle|lles|gr)|Ma?c\^[A-Z][a-z]{1,9})$"
)
"""Words that end in raised letters: Nº, Mme, nth, McNeil."""

_SIZE = re.compile(
    r"\d\^(?:[mMkKX]|bn|Bn|BN|mn|Mn|MN|pp)$|[$€£¥]\s?\d[\d.,]{0,20}\^[BT]$|\d[.,]?\d\^x$"
    r"|[$€£¥]\s?\d{1,5}\^[.,]\d\d$"
)
"""Thousands, millions, times, cents. Other letters at a figure are notes."""

_NUMERATOR = re.compile(r"\s*+[/⁄]\s*+(?:\d|$)")
_FRACTION = re.compile(r"\d{1,2}[/⁄]\d{1,2}")
_OPENS = frozenset("([{“‘«¿¡-–—/")
_CLOSING = frozenset(")]}%’'°")
_FOLLOWS = frozenset("$€£¥(“")


def shifted(before: str, piece: str, after: str = "", *, lowered: bool = False) -> str:
    """A raised or lowered `piece` of a line as it is written between `before` and `after`.

    Args:
        before: what stands before it on its line, of which the end counts.
        piece: what is raised or lowered; white space at its ends is kept as one space.
        after: what follows on its line, of which the beginning counts.
        lowered: which of both.
    """
    said = " ".join(piece.split())
    if not said:
        return " " if piece else ""
    lead = " " if piece[0].isspace() else ""
    trail = " " if piece[-1].isspace() else ""
    end = (before[-MOST_BEFORE:] + lead).replace("\n", "  ")
    after = trail + after[:MOST_AFTER]
    written = _lowered(end, said) if lowered else _raised(end, said, after)
    if written[-1].isdigit() and after[:1].isdigit():
        trail = " "
    return lead * (not written.startswith(" ")) + written + trail * (not written.endswith(" "))


def in_line(pieces: Iterable[tuple[str, int]]) -> str:
    """The text of the pieces of a line, each with how far it is raised (above 0) or lowered."""
    merged = list(_merged(pieces))
    said: list[str] = []
    tail = ""
    for number, (piece, shift) in enumerate(merged):
        written = piece
        if shift:
            after = "".join(text[:MOST_AFTER] for text, _ in merged[number + 1 : number + 3])
            written = shifted(tail, piece, after, lowered=shift < 0)
        said.append(written)
        tail = (tail + written[-MOST_BEFORE:])[-MOST_BEFORE:]
    return "".join(said)


def reads_like_note(text: str) -> bool:
    """Whether `text` can be the mark of a note, or several."""
    if len(text) > _LONGEST_NOTE or " " in text or not any(map(str.isalnum, text)):
        return False
    return (_NOTE.fullmatch(text) or _NOTES.fullmatch(text)) is not None


def _merged(pieces: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    waiting: list[str] = []
    last = 0
    for piece, shift in pieces:
        way = (shift > 0) - (shift < 0)
        if waiting and way != last:
            yield "".join(waiting), last
            waiting = []
        if piece:
            waiting.append(piece)
            last = way
    if waiting:
        yield "".join(waiting), last


def _lowered(before: str, said: str) -> str:
    # A lowered figure must not make another of the one before it; CO2 and H2O are written so. But
    # x_i: letters of an index would make another word.
    last, first = before[-1:], said[0]
    if len(before) >= LEAST_OF_WORD and (before[-LEAST_OF_WORD:] + said).isalpha():
        return said  # a word that goes down the page, as one aslant does
    is_figure = first.isalnum() or (first in ".,'’" and any(map(str.isdigit, said)))
    is_glued = (last.isdigit() and is_figure) or (last.isalpha() and first.isalpha())
    return f"_{said}" if is_glued else said


def _raised(before: str, said: str, after: str) -> str:
    if not any(map(str.isalnum, said)):
        return said
    mark = _LOOSE.sub("", said)
    if mark.isdigit() and _NUMERATOR.match(after):
        return f" {mark}" if before[-1:].isalnum() else mark
    is_apart = not before or before[-1].isspace()
    kept = None if is_apart else _kept(before, mark)
    if kept is not None:
        return kept
    opens = is_apart or before[-1] in _OPENS
    closes = after[:1].isalnum() or after[:1] in _FOLLOWS
    note = _note(before, mark)
    if note is None and (opens or said[0] in _CLOSING):
        return said
    return f"{' ' * (not opens)}{note or said}{' ' * closes}"


def _kept(before: str, mark: str) -> str | None:
    """What belongs to the word or figure that ends `before`; None for a note."""
    last = before[-1]
    if mark in _TRADE or (mark == "R" and last.isalpha()):
        return _TRADE.get(mark, "®")
    if _stays(before, mark) or last + mark[-1] in ("[]", "()"):
        return mark
    if last.isdigit() and _FRACTION.fullmatch(mark):
        return f" {mark}"
    if not is_power(before, mark):
        return None
    return f"^{mark}" if len(mark) < 3 or mark.lstrip("-+−–").isalnum() else f"^({mark})"


def _stays(before: str, mark: str) -> bool:
    """Whether what is raised is no mark of a note, nor an exponent, but the end of a word."""
    joined = f"{before}^{mark}"
    if _SIZE.search(joined):
        return True
    is_ordinal = _ORDINAL.fullmatch(mark) is not None
    if is_ordinal and (_WHOLE.search(before) or (before[-1].isdigit() and len(mark) > 1)):
        return True
    return _SHORTENED.search(joined) is not None


def _note(before: str, mark: str) -> str | None:
    """The mark of a note or of several in brackets, with the stop behind it."""
    if _NOTES.fullmatch(mark):
        return f"[{','.join(filter(str.isalnum, re.split(r'[^0-9A-Za-z]+', mark)))}]"
    found = _NOTE.fullmatch(mark)
    if found is not None:
        return f"[{found['note']}]{found['end']}"
    return f"[{mark}]" if before[-1:].isalnum() and _LETTERS.fullmatch(mark) else None
