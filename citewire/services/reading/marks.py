"""Raised and lowered letters: powers and indices stay with what they belong to, notes stand apart.

A mark of a note that is glued to a figure makes another figure of it: 12.5 with note 1 is no 12.51.
"""

import re

MOST_BEFORE = 60
"""Characters before a raised or lowered piece that are looked at."""

_LAST = re.compile(r"(?:[^\W\d_]{1,40}|\d[\d.,'’]{0,39})$")
_CUT = re.compile(r"[^\W\d_]{40}$")
_POWER = re.compile(r"[-+−–]?\d{1,3}|[a-z]", re.IGNORECASE)
_SIGNED = re.compile(r"[-−–]\d{1,3}|\d?[-+−–]")
_TERM = re.compile(r"(?:\w{1,3}[-+−–/*×.,]){1,4}\w{1,3}")
_NOTE = re.compile(r"(?:\w{1,3}|[*†‡§¶#]{1,3})(?:[-–,;/ ]{1,2}(?:\w{1,3}|[*†‡§¶#]{1,3})){0,9}")
_SIGNS = re.compile(r"[*†‡§¶#®©™℠°ªº′″]{1,3}")
_ORDINAL = re.compile(r"st|nd|rd|th|er|[eè]re|e|[eè]me|o|os|as|ter|ten|te", re.IGNORECASE)
_SHORTENED = re.compile(
    r"\b(?:[Nn]\^(?:o|os|°|r)|D\^ra?|S\^te?|M\^(?:r|e|me|mes|lle|lles|gr)"
    r"|[IVXLCM]{1,7}\^(?:e|er|[eè]re|[eè]me|o|a))$|\d\^(?:m|k|bn|mn|pp)$"
)
"""Words that end in raised letters (Nº, Mme, XXe), and thousands and millions."""

_EQUATION = re.compile(r"=\s?[^\W\d_]{1,3}$")
_FORMULA = re.compile(r"\([^()\n]{1,40}\)$")
_IN_FORMULAS = (re.compile(r"\b[^\W\d_]\b"), re.compile(r"[-+*/×·−–]"))
_UNITS = frozenset("m cm mm km dm ft in yd mi s h kg mol sec px µm nm".split())
_SMALL_POWERS = frozenset("23")
_LETTERS = {"TM": "™", "SM": "℠", "R": "®", "C": "©"}


def shifted(before: str, piece: str, shift: int) -> str:
    """A raised (`shift` above 0) or lowered `piece` as it is written after `before`.

    Args:
        before: what stands before it on its line, of which the end counts.
        piece: what is raised or lowered; white space around it is kept as one space.
        shift: which of both.
    """
    said = " ".join(piece.split())
    if not said:
        return " " if piece else ""
    lead = " " if piece[0].isspace() else ""
    trail = " " if piece[-1].isspace() else ""
    end = (before[-MOST_BEFORE:] + lead).replace("\n", "  ")
    written = _lowered(end, said) if shift < 0 else _raised(end, said)
    return lead * (not written.startswith(" ")) + written + trail


def _lowered(before: str, said: str) -> str:
    last = before[-1:]
    if last.isdigit():
        return f"_{said}"
    # CO2 and H2O, but x_i: letters of an index would make another word.
    return f"_{said}" if last.isalpha() and said[0].isalpha() else said


def _raised(before: str, said: str) -> str:
    last = before[-1:]
    bare = _bare(said)
    if not last or last.isspace():
        return f"[{bare}]" if bare[0].isdigit() and _NOTE.fullmatch(bare) else said
    if _SIGNS.fullmatch(said) or (last.isdigit() and _ORDINAL.fullmatch(said)):
        return said
    if _SHORTENED.search(f"{before}^{said}"):
        return said
    if not (last.isdigit() or any(map(str.isalnum, said))):
        return said  # a stroke or a point that makes no other figure
    if said in _LETTERS and last.isalpha():
        return _LETTERS[said]
    if _is_power(before, said):
        return f"^{said}" if _POWER.fullmatch(said) or len(said) < 3 else f"^({said})"
    return f" [{bare}]" if _NOTE.fullmatch(bare) else f" {said}"


def _bare(said: str) -> str:
    """A mark without brackets of its own."""
    inner = said.strip("()[]{} ")
    return inner or said


def _is_power(before: str, said: str) -> bool:
    """Whether what is raised belongs to the number, unit, letter or formula before it."""
    if before.endswith(")"):
        formula = _FORMULA.search(before)
        # A loss in brackets or a range of years is none.
        is_formula = formula is not None and all(one.search(formula[0]) for one in _IN_FORMULAS)
        return is_formula and _is_exponent(said)
    found = _LAST.search(before)
    # The first power is never written, and would be no other number: it is a note.
    if found is None or said == "1" or _CUT.search(before):
        return False
    is_term = _EQUATION.search(before) is not None and _is_exponent(said)
    return is_term or _SIGNED.fullmatch(said) is not None or _has_power(found[0], said)


def _has_power(word: str, said: str) -> bool:
    """Whether the number, unit or letter `word` has the power `said`."""
    if word[0].isdigit():
        # Any other figure with a small one above it has a note: 3 million are no 9.
        is_base = word == "10" or (word == "2" and said.isdigit() and len(said) > 1)
        return (is_base and _is_exponent(said)) or (len(word) < 3 and _is_variable(said))
    if word in _UNITS and (len(word) > 1 or said in _SMALL_POWERS):
        return said in _SMALL_POWERS
    return len(word) == 1 and _is_exponent(said)


def _is_exponent(said: str) -> bool:
    return bool(_POWER.fullmatch(said) or _SIGNED.fullmatch(said) or _TERM.fullmatch(said))


def _is_variable(said: str) -> bool:
    return said in ("n", "x", "t", "k", "i", "N") or (
        "+" in said and _TERM.fullmatch(said) is not None
    )
