"""The periods that a text names: years, halves and quarters, in one way of writing.

A period is `2022`, `2022-H1` or `2022-Q3`; a business year counts by the number it is called by.
English, Spanish, German and French.
"""

import re
from collections.abc import Iterator

from citewire.text.words import with_few_signs, years

PERIOD = r"(?:19|20)\d\d(?:-(?:Q[1-4]|H[12]))?"
"""What a period is written like, as a regular expression."""

MAX_PERIODS = 8
"""So many periods of one text are told, the first ones."""

_ORDER = (
    *("first primer erstes premier 1st 1. 1er 1º", "second segundo zweites deuxième 2nd 2. 2e 2º"),
    *(
        "third tercer drittes troisième 3rd 3. 3e 3º",
        "fourth cuarto viertes quatrième 4th 4. 4e 4º",
    ),
)
_NUMBERS = {word: str(n) for n, words in enumerate(_ORDER, 1) for word in words.split()}
_NTH = "|".join(re.escape(word) for word in sorted(_NUMBERS, key=len, reverse=True))
_OF = r"[\s,’'-]{0,3}(?:(?:of|de|del|des|du|der)\s)?"
_OF += r"(?:(?:the|el|l[’'])\s?)?(?:fiscal(?:\syear)?|FY|ejercicio|exercice|geschäftsjahr)?"
_OF += r"[\s,’'-]{0,3}"
_YEAR = r"(?P<{0}>(?:19|20)\d\d)(?!\d)"
_ANY_YEAR = r"(?:FY|[’'])?(?P<{0}>(?:19|20)\d\d|(?<=[Y’'])\d\d)(?!\d)"
_NEXT_YEAR = r"(?P<{0}>(?:19|20)\d\d|\d\d)(?!\d)"
_QUARTER = r"(?:quarter|trimestre|quartal|trimester)s?"
_HALF = r"(?:half(?:[\s-]year)?|semestre|halbjahr)"
_PARTS = re.compile(
    rf"(?<![^\W_])(?P<nth>{_NTH})[\s-](?:fiscal\s)?(?:(?P<quarter>{_QUARTER})|{_HALF}){_OF}"
    + _YEAR.format("y1")
    + rf"|(?<![^\W_])(?P<sign>[QTHS])(?P<n>[1-4]){_OF}"
    + _ANY_YEAR.format("y2")
    + r"|(?<![^\W_])(?P<n3>[1-4])(?P<sign3>[QTHS])[\s’'-]?"
    + _NEXT_YEAR.format("y3")
    + r"|(?<!\d)(?P<y4>(?:19|20)\d\d)[\s_.-]{0,2}(?P<sign4>[QTHS])(?P<n4>[1-4])(?![^\W_])"
    + rf"|(?<!\d)(?P<y5>(?:19|20)\d\d)\s(?P<nth5>{_NTH})[\s-](?:fiscal\s)?"
    + rf"(?:(?P<quarter5>{_QUARTER})|{_HALF})",
    re.IGNORECASE,
)
_SHORT_YEAR = re.compile(r"(?<![^\W_])FY[\s’'-]?(\d\d)(?![\d/-])", re.IGNORECASE)
_JOINED_YEAR = re.compile(
    r"(?<![^\W\d_])(?:FY|CY|GJ|fiscal|ejercicio|exercice)[\s_’'-]?((?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)


def periods_in(text: str) -> tuple[str, ...]:
    """The periods that `text` names: halves and quarters first, then years, each sorted.

    The year of a half or a quarter is one of its own only where it is named besides.
    """
    # No period has so many signs in a row, and each would be tried.
    text = with_few_signs(text)
    parts = {part for part in _halves_and_quarters(text) if part}
    rest = _PARTS.sub(" ", text)
    named = years(rest) | {*_JOINED_YEAR.findall(rest)}
    named |= {_long(year) for year in _SHORT_YEAR.findall(rest)}
    return (*sorted(parts), *sorted(named))[:MAX_PERIODS]


def year_of(period: str) -> str:
    """The year in which a period lies."""
    return period[:4]


def widened(periods: tuple[str, ...]) -> tuple[str, ...]:
    """`periods`, and the years of halves and quarters among them."""
    return tuple(dict.fromkeys((*periods, *map(year_of, periods))))


def period_term(period: str) -> str:
    """A period as the word by which a report is found."""
    return period.lower().replace("-", "_")


def _halves_and_quarters(text: str) -> Iterator[str]:
    for found in _PARTS.finditer(text):
        told = {key: value for key, value in found.groupdict().items() if value}
        year = next(told[key] for key in ("y1", "y2", "y3", "y4", "y5") if key in told)
        if nth := told.get("nth") or told.get("nth5"):
            number = _NUMBERS[nth.lower()]
            is_quarter = bool(told.get("quarter") or told.get("quarter5"))
        else:
            number = next(told[key] for key in ("n", "n3", "n4") if key in told)
            sign = next(told[key] for key in ("sign", "sign3", "sign4") if key in told)
            is_quarter = sign.upper() in "QT"
        if is_quarter:
            yield f"{_long(year)}-Q{number}"
        elif number in "12":
            yield f"{_long(year)}-H{number}"


def _long(year: str) -> str:
    """A year of two digits with its century."""
    return year if len(year) == 4 else f"{'19' if int(year) >= 80 else '20'}{year}"
