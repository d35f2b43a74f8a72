"""Whether a raised figure or letter is an exponent of what it stands at, or the mark of a note."""

import re

_TAIL = re.compile(r"(?:(?<!\S)[$€£¥\d]\S{0,40}\s)?\S{1,40}\Z")
_SIGNED = re.compile(r"[-+−–]\d{1,3}")
_ION = re.compile(r"\d?[-+−–]")
_ATOM = re.compile(r"[A-Za-z]\d{0,2}$")
_SMALL = re.compile(r"[02-9]|[12]\d|30")
_ANY = re.compile(r"[02-9]|[1-9]\d{1,2}")
_LETTERS = re.compile(r"[a-z]{1,3}", re.IGNORECASE)
_TERM = re.compile(r"(?:\w{1,3}[-+−–*×.⋅/]){1,4}\w{1,3}")
_RANGE = re.compile(r"\d{1,3}[-–]\d{1,3}")

_SIGNS = "=+*/(^×·⋅x−~≈<>≤≥-"
_TEN = re.compile(rf"(?:.*[×·*x(/^]|[{_SIGNS}])?10")
_TIMES_TEN = re.compile(r"\d\s?[×·⋅*x]\s?10$")
_TWO = re.compile(rf"(?:.*[{_SIGNS}])?2")
_NAMED_TWO = re.compile(r"(?<!\w)[^\W\d_a-z][\w’'-]{0,40}\s2$")
_BITS = re.compile(r"\d{2,3}")
_DIGIT = re.compile(rf"(?:.*[{_SIGNS}])?(?:\d|10)")
_VARIABLES = frozenset("nxtN")

_SQUARED = frozenset("23")
_UNIT = re.compile(r"(?:.*[\d/·⋅(\[×.,;:–-])?(?:[cdkmnµμ]?m|ft|yd|[kM]?W/m)")
_UNIT_OF_FIGURE = re.compile(r"(?:\d\S*\s|.*[\d/·])(?:in|mi|s|sec|h)")
_MONEY = re.compile(r".*[$€£¥][^/]*")
_UNIT_LETTER = re.compile(r"(?:[$€£¥]|[$€£¥]?\d[\d.,]*)\s[bghklmpst]")
_VARIABLE = re.compile(r"(?:.*[=+*/(^−-])?(?:[a-z]|R|[Α-Ωα-ωϕ]|\d[\d.]{0,5}[qruvwxyz])")
_WORDS = frozenset("aeiouy")
"""Letters that are words as well, in one language or another."""

_EQUATION = re.compile(r"=\s?[^\W\d_]{1,3}$")
_FORMULA = re.compile(r"\([^()\n]{1,40}\)$")
_IN_FORMULAS = (re.compile(r"\b[^\W\d_]\b"), re.compile(r"[-+*/×·−–]"))


def is_power(before: str, mark: str) -> bool:
    """Whether the raised `mark` belongs to the number, unit, letter or formula that ends `before`.

    Args:
        before: the end of the line so far, of which no more than 60 characters are looked at.
        mark: what is raised, without white space at its ends.
    """
    found = _TAIL.search(before[-60:])
    # The first power is never written, and would be no other number: it is a note.
    if found is None or mark == "1":
        return False
    base = found[0]
    word = base.rsplit(maxsplit=1)[-1]
    if _SIGNED.fullmatch(mark):
        is_found = word[-1].isalnum() or word[-1] in ")]}"
    elif _ION.fullmatch(mark):
        is_found = _ATOM.search(word) is not None
    elif word[-1].isdigit():
        is_found = _is_power_of_figure(before, word, mark)
    elif word[-1] == ")":
        is_sum = "+" in mark and _is_term(mark)
        is_found = is_sum or (_is_exponent(mark) and _is_formula(before))
    else:
        is_term = _EQUATION.search(before[-60:]) is not None and _is_exponent(mark)
        is_found = is_term or _is_power_of_letters(base, word, mark)
    return is_found


def _is_power_of_figure(before: str, word: str, mark: str) -> bool:
    # Any other figure with a small one above it has a note: 3 million are no 9.
    if mark.isdigit():
        if _TWO.fullmatch(word):
            # Scope 2 with note 10 is no thousand.
            return _BITS.fullmatch(mark) is not None and not _NAMED_TWO.search(before[-60:])
        usual = _ANY if _TIMES_TEN.search(before[-60:]) else _SMALL
        return _TEN.fullmatch(word) is not None and usual.fullmatch(mark) is not None
    if not _DIGIT.fullmatch(word):
        return _is_term(mark) and "+" in mark
    return mark in _VARIABLES or _is_term(mark)


def _is_power_of_letters(base: str, word: str, mark: str) -> bool:
    is_unit = _UNIT.fullmatch(word) or _UNIT_OF_FIGURE.fullmatch(base)
    if is_unit and mark in _SQUARED and not _MONEY.fullmatch(base):
        return True
    if not _VARIABLE.fullmatch(word) or _UNIT_LETTER.fullmatch(base):
        return False
    # Such a word is followed by a note rather than by a power of two digits.
    return _is_exponent(mark) and not (word in _WORDS and mark.isdigit() and len(mark) > 1)


def _is_formula(before: str) -> bool:
    """Whether a formula in brackets ends there; a loss in brackets or a range of years is none."""
    found = _FORMULA.search(before[-60:])
    return found is not None and all(one.search(found[0]) for one in _IN_FORMULAS)


def _is_exponent(mark: str) -> bool:
    return bool(
        _ANY.fullmatch(mark)
        or _SIGNED.fullmatch(mark)
        or _LETTERS.fullmatch(mark)
        or _is_term(mark)
    )


def _is_term(mark: str) -> bool:
    return _TERM.fullmatch(mark) is not None and not _RANGE.fullmatch(mark)
