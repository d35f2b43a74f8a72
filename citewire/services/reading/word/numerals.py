"""Numbers of lists and notes in the forms that Word writes: 3, iii, C, 3rd, 03."""

from collections.abc import Callable, Mapping

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MARKS = "*†‡§"
_HAN = "〇一二三四五六七八九"

MOST_LETTERS = 30
"""Of a number in letters: Word writes A to Z, then AA to ZZ and so on."""


def numeral(number: int, form: str) -> str:
    """Write `number` in a form of Word's; forms that are not known here are plain figures."""
    return _FORMS.get(form, str)(number)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    written = []
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written.append(letters * count)
    return "".join(written)


def _letters(number: int) -> str:
    if not 0 < number <= 26 * MOST_LETTERS:
        return str(number)
    times, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (times + 1)


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _marks(number: int) -> str:
    if number < 1:
        return str(number)
    return _MARKS[(number - 1) % 4] * min((number - 1) // 4 + 1, MOST_LETTERS)


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 0 < number <= 20 else str(number)


def _han(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = (_HAN[tens] if tens > 1 else "") + "十" if tens else ""
    return head + (_HAN[ones] if ones else "")


_FORMS: Mapping[str, Callable[[int], str]] = {
    "none": lambda _: "",
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "decimalZero": lambda number: f"{number:02d}",
    "ordinal": _ordinal,
    "numberInDash": lambda number: f"- {number} -",
    "chicago": _marks,
    "decimalEnclosedCircle": _circled,
    "chineseCounting": _han,
    "japaneseCounting": _han,
}
