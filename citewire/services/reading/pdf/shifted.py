"""How raised and lowered characters are written in a line of text, never glued to a figure.

An exponent keeps to its number or unit with a circumflex (10^6), the mark of a note stands apart
in brackets (12.5 [1] million), and what only looks better raised (1st, N°, %) stays as it is.
"""

import re

_LONGEST = 12
_TAIL = 40
"""So many characters before a mark tell what it stands at."""

_LAST = re.compile(r"(?:\d\S{0,40}\s)?\S{1,40}\s?\Z")
_NOTE = re.compile(
    r"[\[(]?(?P<note>(?:\d{1,3}[a-z]?|[a-z]|[ivx]{1,4})"
    r"(?:[,;–-](?:\d{1,3}[a-z]?|[a-z]|[ivx]{1,4})){0,9})[*†‡]?[\])]?[.,;:]?",
    re.IGNORECASE,
)
_NOTES = re.compile(r"(?:[\[(](?:\d{1,3}|[a-z])[\])]){2,6}", re.IGNORECASE)
_LETTERS = re.compile(r"[a-h]{2,4}")
"""Marks of several notes: (a)(b), ab."""

_ORDINAL = re.compile(r"st|nd|rd|th|[èe]?re|er|os?|as|[èe]?me|e|ª|º", re.IGNORECASE)
_WHOLE = re.compile(r"\(?(?:\d{1,3}|[IVXLCM]{1,7})")
_TRADE = re.compile(r"tm|sm|md|mc", re.IGNORECASE)
_ABBREVIATED = re.compile(r"[A-Z][oaretms]|n[o°]")
"""Of a capital and its raised letter: N°, Dr, St."""

_MAGNITUDE = re.compile(r"[mkbtxp]|bn|mn|pp", re.IGNORECASE)
_SIGNED = re.compile(r"[+−–-]\d{1,3}")
_ION = re.compile(r"\d?[+−–-]")
_POWER = re.compile(r"[2-9]|[12]\d|30")
_TEN = re.compile(r"(?:.*[×·*x(]|[~≈<>=≤≥])?10")
_UNIT = re.compile(r"(?:.*[\d/·])?(?:[cdkmnµμ]?m|ft|yd|[kM]?W/m)")
_UNIT_OF_FIGURE = re.compile(r"(?:\d\S*\s|.*[\d/·])(?:in|mi|s|sec|h)")
_VARIABLE = re.compile(r"(?:.*[=+*/(^−-])?(?:[a-z]|R|[Α-Ωα-ω])")


def shifted(before: str, piece: str, after: str, *, lowered: bool = False) -> str:
    """A raised or lowered `piece` of a line as it is written between `before` and `after`.

    Spaces at its ends, where it brings such, are those of words of their own.
    """
    mark = "".join(piece.split())
    found = _LAST.search(before[-_TAIL:])
    base = found[0] if found else ""
    if lowered:
        # A lowered figure must not make another of the one before it; CO2 is written so.
        return f"_{piece}" if base[-1:].isdigit() and mark[:1].isdigit() else piece
    return _raised(base, piece, after) if any(map(str.isalnum, mark)) else piece


def reads_like_note(text: str) -> bool:
    """Whether `text` can be the mark of a note, or several."""
    return len(text) <= _LONGEST and (_NOTE.fullmatch(text) or _NOTES.fullmatch(text)) is not None


def _raised(base: str, piece: str, after: str) -> str:
    mark = "".join(piece.split())
    is_apart = not base or base[-1:].isspace()
    word = base.rsplit(maxsplit=1)[-1] if base else ""
    if mark.isdigit() and after.lstrip()[:1] in ("/", "⁄"):
        return f" {mark}" if word[-1:].isdigit() and not is_apart else mark
    if not is_apart and mark.isalpha() and _stays(word, mark):
        return piece
    if not is_apart and _is_power(base, word, mark):
        return f"^{mark}"
    if _NOTES.fullmatch(mark):
        mark = ",".join(filter(str.isalnum, re.split(r"\W+", mark)))
    note = _NOTE.fullmatch(mark)
    if note is not None:
        trail = mark[-1] if mark[-1] in ".,;:" else ""
        written = f"[{note['note']}]{trail}"
    elif word[-1:].isdigit() and _LETTERS.fullmatch(mark):
        written = f"[{mark}]"
    elif mark[0].isdigit() and word[-1:].isdigit():
        written = piece
    else:
        return piece
    opens = is_apart or word[-1:] in ("(", "[", "“", "‘", "«", "¿", "¡")
    closes = " " if after[:1].isalnum() or after[:1] in ("$", "€", "£", "¥", "(", "“") else ""
    return f"{'' if opens else ' '}{written}{closes}"


def _stays(word: str, mark: str) -> bool:
    """Whether raised letters are no mark of a note, nor an exponent."""
    if _TRADE.fullmatch(mark) or (_ORDINAL.fullmatch(mark) and _WHOLE.fullmatch(word)):
        return True
    if _ABBREVIATED.fullmatch(word + mark):
        return True
    if word[-1].isdigit():
        return _MAGNITUDE.fullmatch(mark) is not None
    return not _NOTE.fullmatch(mark) and not _VARIABLE.fullmatch(word)


def _is_power(base: str, word: str, mark: str) -> bool:
    if _SIGNED.fullmatch(mark):
        return word[-1].isalnum()
    if mark.isalpha():
        return _VARIABLE.fullmatch(word) is not None or (word == "10" and mark == "n")
    if _ION.fullmatch(mark):
        return word[-1].isalpha() and word[-2:-1].isalpha()
    if word[-1].isdigit() or not _POWER.fullmatch(mark):
        return bool(_POWER.fullmatch(mark) and _TEN.fullmatch(word))
    return len(mark) == 1 and bool(
        _UNIT.fullmatch(word) or _UNIT_OF_FIGURE.fullmatch(base) or _VARIABLE.fullmatch(word)
    )
