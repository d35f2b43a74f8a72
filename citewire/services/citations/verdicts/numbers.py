"""Amounts in a text: every numeral with what it may mean, its precision and what it counts."""

from collections.abc import Sequence
from dataclasses import replace

from citewire.services.citations.verdicts.amounts import Amount, Reading, times
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
from citewire.services.citations.verdicts.ranges import share_units
from citewire.services.citations.verdicts.tokens import Token
from citewire.services.citations.verdicts.units import (
    CURRENCIES,
    GLUED_SCALES,
    SCALES,
    is_currency,
    unit_of,
)

_FRACTION_STEP = 2.0
"""`Two thirds` is 66 % to 67 %; `nearly two thirds` is more."""


def find_amounts(
    tokens: Sequence[Token], flat: str, taken: Sequence[tuple[int, int]]
) -> list[Amount]:
    """The amounts of a text in order.

    Args:
        tokens: the tokens of the text.
        flat: the flat text itself.
        taken: spans, in order, whose digits are something else: dates, markers.
    """
    found: list[Amount] = []
    point = decimal_point(tokens)
    index, skip = 0, 0
    while index < len(tokens):
        token = tokens[index]
        while skip < len(taken) and taken[skip][1] <= token.start:
            skip += 1
        is_taken = skip < len(taken) and taken[skip][0] <= token.start
        if is_taken or not (token.text[0].isdecimal() or token.text in SPELT):
            index += 1
            continue
        amount, index = _amount_at(tokens, index, flat, point)
        if amount:
            found.append(amount)
    return share_units(found, flat)


def _amount_at(
    tokens: Sequence[Token], at: int, flat: str, point: str
) -> tuple[Amount | None, int]:
    token = tokens[at]
    if not token.text[0].isdecimal():
        return _spelt_at(tokens, at, flat)
    glued = at > 0 and tokens[at - 1].end == token.start and tokens[at - 1].text[-1].isalpha()
    if glued and tokens[at - 1].text not in CURRENCIES:
        return None, at + 1
    after, joined = spaced_digits(tokens, at, flat)
    plain = plain_readings(joined, point)
    if not plain:
        return None, at + 1
    amount, end = _with_unit(tokens, (at, after), plain, flat)
    if after > at + 1 and " " in flat[token.start : tokens[after - 1].end]:
        groups = tuple(
            _with_unit(tokens, (one, one + 1), plain_readings(tokens[one].text), flat)[0]
            for one in range(at, after)
        )
        amount = replace(amount, groups=groups)
    if len(plain) > 1:
        amount = replace(amount, sign="," if "," in joined else ".")
    return amount, end


def _spelt_at(tokens: Sequence[Token], at: int, flat: str) -> tuple[Amount | None, int]:
    if fraction := spelt_fraction(tokens, at):
        value, after = fraction
        span = tokens[at].start, tokens[after - 1].end
        hedge = hedge_before(tokens, at)
        step = _FRACTION_STEP * (3 if hedge else 1)
        return Amount(*span, (Reading(value, step, "%"),), hedge), after
    if not (spelt := spelt_number(tokens, at)):
        return None, at + 1
    value, after = spelt
    return _with_unit(tokens, (at, after), ((value, 1.0),), flat)


def _with_unit(
    tokens: Sequence[Token], span: tuple[int, int], plain: Sequence[tuple[float, float]], flat: str
) -> tuple[Amount, int]:
    """The amount at tokens `span`, with the sign before it and the scale and unit after it."""
    at, after = span
    money, start = _money_before(tokens, at)
    scale, after = _scale(tokens, after, bool(money))
    kind, factor, after = _unit(tokens, after, money)
    readings = [times(one, scale * factor, kind) for one in plain]
    letter = tokens[after - 1].text
    if (
        letter == "m"
        and scale == 1
        and kind == "m"
        and tokens[after - 1].start == tokens[after - 2].end
    ):
        readings += [times(one, 1e6, "") for one in plain]  # "5m" of people
    text = tokens[at].text
    amount = Amount(
        start=start,
        end=tokens[after - 1].end,
        readings=tuple(readings),
        hedge=hedge_before(tokens, at - (start < tokens[at].start)),
        is_negative=_is_negative(tokens, at, flat),
        is_year=not kind and scale == 1 and _reads_as_year(text),
        factor=scale * factor,
    )
    return amount, after


def _reads_as_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and 1700 <= int(text) <= 2100


def _money_before(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """The currency that stands before the number, and where it starts."""
    start = tokens[at].start
    back = at - 1
    if back >= 0 and tokens[back].text in "-−–" and tokens[back].end == start:
        back -= 1
    if back < 0 or start - tokens[back].end > 2 or tokens[back].text not in CURRENCIES:
        return "", start
    sign = tokens[back]
    if (
        back
        and tokens[back - 1].end == sign.start
        and tokens[back - 1].text + sign.text in CURRENCIES
    ):
        return CURRENCIES[tokens[back - 1].text + sign.text], tokens[back - 1].start
    is_sign = len(sign.text) == 1 or len(sign.text) == 3
    return (CURRENCIES[sign.text], sign.start) if is_sign else ("", start)


def _scale(tokens: Sequence[Token], after: int, is_money: bool) -> tuple[float, int]:
    """The factor that the words after a number mean, and the token after them."""
    factor, first, end = 1.0, after, tokens[after - 1].end
    while after < min(len(tokens), first + 4) and tokens[after].start - end <= 2:
        word, glued = tokens[after].text, tokens[after].start == end
        if scale_at(tokens, after) and not (word == "mm" and not is_money):
            factor *= SCALES[word]
        elif word in GLUED_SCALES and after == first and (is_money or (glued and word in "bk")):
            factor = GLUED_SCALES[word]
        elif not (word == "-" and after == first and glued):
            break
        end, after = tokens[after].end, after + 1
    return (factor, after) if factor != 1 else (1.0, first)


def _unit(tokens: Sequence[Token], after: int, money: str) -> tuple[str, float, int]:
    """The kind, its factor and the token after the unit; `money` is what stood before."""
    at = after
    if at < len(tokens) and tokens[at].text in ("of", "de", "-"):
        at += 1
    unit = unit_of([token.text for token in tokens[at : at + 3]])
    if unit is None or (money and not is_currency(unit[0])):
        return money, 1.0, after
    kind, factor, count = unit
    return kind, factor, at + count


def _is_negative(tokens: Sequence[Token], at: int, flat: str) -> bool:
    start = tokens[at].start
    if start and flat[start - 1] in "-−–":
        return start == 1 or not flat[start - 2].isalnum()
    return start > 0 and flat[start - 1] == "(" and flat[tokens[at].end : tokens[at].end + 1] == ")"
