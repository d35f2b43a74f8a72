"""Amounts in a text: every numeral with what it may mean, its precision and what it counts."""

import re
from collections.abc import Sequence
from dataclasses import replace

from citewire.services.citations.verdicts.amounts import Amount, NumeralReading, times
from citewire.services.citations.verdicts.hedges import hedge_before
from citewire.services.citations.verdicts.number_words import (
    SPELT,
    spelt_fraction,
    spelt_number,
)
from citewire.services.citations.verdicts.numerals import (
    decimal_point,
    plain_readings,
    scale_at,
    spaced_digits,
)
from citewire.services.citations.verdicts.tokens import Tokens
from citewire.services.citations.verdicts.units import (
    BEFORE_MONEY,
    CURRENCIES,
    GLUED_SCALES,
    PERCENT,
    SCALES,
    is_currency,
    unit_of,
)

_BETWEEN = re.compile(r"\s?(?:-|–|—|to|and|or|a|y|o|hasta|bis|and from)\s?")
_BESIDE_NAME = re.compile(r"[^\W\d_]\s\([^()]+\)(?:[,.;]|\s(?:and|y|und|et)\b).*", re.DOTALL)
"""`Canada (105), Mexico (39) and Japan (30).`: in a sentence, no loss."""
_TIMES = frozenset("year years second month months week weeks day days ano".split())
_FRACTION_STEP = 2.0
"""`Two thirds` is 66 % to 67 %; `nearly two thirds` is more."""


def find_amounts(tokens: Tokens, flat: str, taken: Sequence[tuple[int, int]]) -> list[Amount]:
    """The amounts of a text in order.

    Args:
        tokens: the tokens of the text.
        flat: the flat text itself.
        taken: spans, in order, whose digits are something else: dates, markers.
    """
    found: list[Amount] = []
    point = decimal_point(tokens.texts)
    after, skip = 0, 0
    for index, text in enumerate(tokens.texts):
        if index < after or not (text in SPELT or text[0].isdecimal()):
            continue
        start = tokens.starts[index]
        while skip < len(taken) and taken[skip][1] <= start:
            skip += 1
        if skip < len(taken) and taken[skip][0] <= start:
            continue
        amount, after = _amount_at(tokens, index, flat, point)
        if amount:
            found.append(amount)
    return _share_units(found, flat)


def _amount_at(tokens: Tokens, at: int, flat: str, point: str) -> tuple[Amount | None, int]:
    texts, starts, ends = tokens
    if not texts[at][0].isdecimal():
        return _spelt_at(tokens, at, flat)
    glued = at > 0 and ends[at - 1] == starts[at] and texts[at - 1][-1].isalpha()
    if glued and texts[at - 1] not in CURRENCIES:
        return None, at + 1
    after, joined = spaced_digits(tokens, at, flat)
    plain = plain_readings(joined, point)
    if not plain:
        return None, at + 1
    amount, end = _with_unit(tokens, (at, after), plain, flat)
    if after > at + 1 and " " in flat[starts[at] : ends[after - 1]]:
        groups = tuple(
            _with_unit(tokens, (one, one + 1), plain_readings(texts[one]), flat)[0]
            for one in range(at, after)
        )
        amount = replace(amount, groups=groups)
    if len(plain) > 1:
        amount = replace(amount, sign="," if "," in joined else ".")
    return amount, end


def _spelt_at(tokens: Tokens, at: int, flat: str) -> tuple[Amount | None, int]:
    if fraction := spelt_fraction(tokens.texts, at):
        value, after = fraction
        span = tokens.starts[at], tokens.ends[after - 1]
        hedge = hedge_before(tokens.texts, at)
        step = _FRACTION_STEP * (3 if hedge else 1)
        return Amount(*span, (NumeralReading(value, step, "%"),), hedge), after
    if not (spelt := spelt_number(tokens.texts, at)):
        return None, at + 1
    value, after = spelt
    return _with_unit(tokens, (at, after), ((value, 1.0),), flat)


def _with_unit(
    tokens: Tokens, span: tuple[int, int], plain: Sequence[tuple[float, float]], flat: str
) -> tuple[Amount, int]:
    """The amount at tokens `span`, with the sign before it and the scale and unit after it."""
    texts, starts, ends = tokens
    at, end = span
    after = end
    money, start = _money_before(tokens, at)
    if after < len(texts) and texts[after] == ")" and flat[starts[at] - 1 : starts[at]] == "(":
        after += 1  # "(5,007) million"
    scale, after = _scale(tokens, after, bool(money))
    if not (scale == 1 and not money and _reads_as_year(texts[at]) and _is_time(texts, after)):
        kind, factor, after = _unit(texts, after, money)
    else:
        kind, factor = "", 1.0
    if kind == PERCENT and after < len(texts) and scale_at(texts, after):
        kind, factor = "", SCALES[texts[after]]  # "22.8 % thousand" are no per cent
    readings = [times(one, scale * factor, kind) for one in plain]
    is_closed = after == end + 1 and texts[end] == ")"
    is_letter = texts[after - 1] == "m" and starts[after - 1] == ends[after - 2]
    if is_letter and scale == 1 and kind == "m":
        readings += [times(one, 1e6, "") for one in plain]  # "5m" of people
    amount = Amount(
        start=start,
        end=ends[end - 1] if is_closed else ends[after - 1],
        readings=tuple(readings),
        hedge=hedge_before(texts, at - (start < starts[at])),
        is_negative=any(_is_negative(flat, one, ends[at]) for one in {starts[at], start}),
        is_year=not kind and scale == 1 and _reads_as_year(texts[at]),
        factor=scale * factor,
    )
    return amount, after


def _is_time(texts: Sequence[str], at: int) -> bool:
    """Whether a unit of time is next: `the 2019 year end`, `2019 second quarter`."""
    return at < len(texts) and texts[at] in _TIMES


def _reads_as_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and 1700 <= int(text) <= 2100


def _money_before(tokens: Tokens, at: int) -> tuple[str, int]:
    """The currency that stands before the number, and where it starts."""
    texts, starts, ends = tokens
    start = starts[at]
    back = at - 1
    if back >= 0 and texts[back] in "-−–(" and ends[back] == start:
        if texts[back] == "(" and _reads_as_year(texts[at]):
            return "", start  # "3,9 Mrd. € (2022: 3,7 Mrd. €)"
        back -= 1
    if back < 0 or start - ends[back] > 2 or texts[back] not in CURRENCIES:
        return "", start
    sign = texts[back]
    if back and ends[back - 1] == starts[back] and texts[back - 1] + sign in CURRENCIES:
        return CURRENCIES[texts[back - 1] + sign], starts[back - 1]
    return (CURRENCIES[sign], starts[back]) if len(sign) in (1, 3) else ("", start)


def _scale(tokens: Tokens, after: int, is_money: bool) -> tuple[float, int]:
    """The factor that the words after a number mean, and the token after them."""
    texts, starts, ends = tokens
    factor, first, end = 1.0, after, ends[after - 1]
    while after < min(len(texts), first + 4) and starts[after] - end <= 2:
        word, glued = texts[after], starts[after] == end
        if scale_at(texts, after) and not (word == "mm" and not is_money):
            factor *= SCALES[word]
        elif word in GLUED_SCALES and after == first and (is_money or (glued and word in "bk")):
            factor = GLUED_SCALES[word]
        elif word in BEFORE_MONEY and after == first and _is_money(texts, after + 1):
            factor = BEFORE_MONEY[word]
        elif not (word == "-" and after == first and glued):
            break
        end, after = ends[after], after + 1
    return (factor, after) if factor != 1 else (1.0, first)


def _is_money(texts: Sequence[str], at: int) -> bool:
    return at < len(texts) and texts[at] in CURRENCIES


def _unit(texts: Sequence[str], after: int, money: str) -> tuple[str, float, int]:
    """The kind, its factor and the token after the unit; `money` is what stood before."""
    at = after
    if at < len(texts) and texts[at] in ("of", "de", "-"):
        at += 1
    unit = unit_of(texts[at : at + 3])
    if unit is None or (money and not is_currency(unit[0])):
        return money, 1.0, after
    kind, factor, count = unit
    return kind, factor, at + count


def _is_negative(flat: str, start: int, end: int) -> bool:
    if start and flat[start - 1] in "-−–":
        return start == 1 or not flat[start - 2].isalnum()
    is_closed = start > 0 and flat[start - 1] == "(" and flat[end : end + 1] == ")"
    return is_closed and not _BESIDE_NAME.fullmatch(flat, max(0, start - 3), end + 6)


def _share_units(amounts: list[Amount], flat: str) -> list[Amount]:
    """`10-12 %`: the first number of a range takes the second's scale and unit."""
    out = list(amounts)
    for index in range(len(out) - 2, -1, -1):
        left, right = out[index], out[index + 1]
        is_bare = left.factor == 1 and not left.is_year and not right.is_year
        if (
            is_bare
            and right.start - left.end <= 8
            and _BETWEEN.fullmatch(flat, left.end, right.start)
        ):
            out[index] = _like(left, right)
    return out


def _like(left: Amount, right: Amount) -> Amount:
    """`left` also with the scale and unit that `right` has."""
    own = left.readings[0].kind
    kind = own or right.readings[0].kind
    more = tuple(
        times((reading.value, reading.step), right.factor, kind) for reading in left.readings
    )
    readings = more if right.factor == 1 else left.readings + more
    return replace(left, readings=readings)
