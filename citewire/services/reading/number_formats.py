"""Figures as a sheet shows them: the number formats of workbooks and charts.

A format is one to four sections (`#,##0;(#,##0);"-";@`) of places for digits, signs between them
and letters for parts of a date. Names of months and days are told in English.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from citewire.services.reading.number_dates import dated

MAX_CODE = 255
"""Characters, as in the programs that write them."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>General)|(?P<half>AM/PM|A/P)|(?P<exponent>E[+-])"
    r"|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|e+|b+|g+)|(?P<place>[0#?])|(?P<sign>[.,%/@])|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_SIGNS = ("-", "−", "(")
_DIGITS_AFTER = 15
_EXACT = Context(prec=700)
"""The greatest numbers have 309 digits before the point, and formats some after it."""

Token = tuple[str, str]
"""Its kind and what it stands for."""


@dataclass(frozen=True, slots=True)
class _FormatSection:
    """One of the forms of a format.

    Args:
        tokens: from left to right.
        condition: sign and figure that say which numbers take it; None if its place does.
        is_date: whether it shows a number as a moment.
    """

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None
    is_date: bool

    def has(self, kind: str) -> bool:
        return any(token[0] == kind for token in self.tokens)


def shown(value: str, code: str, *, from_1904: bool = False) -> str:
    """A figure as it is shown with the number format `code`.

    Args:
        value: as files keep it, with a point; what is no number is text.
        code: of the format; empty for the general one.
        from_1904: whether days are counted from 1904 on instead of 1900.
    """
    try:
        number = float(value)
    except ValueError:
        return _shown_text(value, code)
    if not math.isfinite(number):
        return value
    if code in ("", "General") or len(code) > MAX_CODE:
        return general(number)
    sections = _sections(code)
    section, magnitude = _chosen(sections, number)
    if section is None:
        return general(number)
    if section.is_date:
        return dated(number, section.tokens, from_1904=from_1904) or general(number)
    written = _written(magnitude, section.tokens).strip()
    # A section may hide a number on purpose, but a format of one section that shows nothing fails.
    return written or (general(number) if len(sections) == 1 else "")


def general(number: float) -> str:
    """A number with all digits that it was given, and none that reckoning left."""
    text = f"{number:.15g}"
    if "e" in text:
        plain = f"{Decimal(text):f}"
        text = plain if len(plain) <= 2 + _DIGITS_AFTER else text.upper()
    return "0" if text == "-0" else text


def _shown_text(value: str, code: str) -> str:
    if "@" not in code or code == "@" or len(code) > MAX_CODE:
        return value
    sections = _sections(code)
    last = sections[-1]
    if not last.has("@") or (len(sections) < 4 and len(sections) > 1):
        return value
    return "".join(value if kind == "@" else text for kind, text in last.tokens).strip()


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[_FormatSection, ...]:
    sections: list[_FormatSection] = []
    tokens: list[Token] = []
    condition: tuple[str, Decimal] | None = None
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "plain" and text == ";":
            sections.append(_section(tokens, condition))
            tokens, condition = [], None
        elif kind == "bracket":
            limit = _CONDITION.fullmatch(text.strip())
            if limit:
                condition = limit[1], Decimal(limit[2])
            elif text.startswith("$"):
                tokens.append(("literal", text[1:].partition("-")[0]))
            elif _ELAPSED.fullmatch(text):
                tokens.append(("elapsed", text.lower()))
        elif kind in ("quoted", "escaped", "plain"):
            tokens.append(("literal", text))
        elif kind == "sign":
            tokens.append((text, text))
        elif kind:
            tokens.append((kind, text))
    sections.append(_section(tokens, condition))
    return tuple(sections[:4])


def _section(tokens: list[Token], condition: tuple[str, Decimal] | None) -> _FormatSection:
    is_date = any(kind in ("date", "elapsed") for kind, _ in tokens)
    return _FormatSection(tuple(tokens), condition, is_date)


def _chosen(
    sections: Sequence[_FormatSection], number: float
) -> tuple[_FormatSection | None, float]:
    """The section that shows `number`, and the number without a sign that the section tells."""
    own = [one for one in sections if not one.has("@")] or list(sections)
    if any(one.condition for one in own):
        for one in own:
            if one.condition is None or _holds(one.condition, number):
                has_sign = any(kind == "literal" and text in _SIGNS for kind, text in one.tokens)
                return one, abs(number) if has_sign else number
        return None, number
    if number < 0 and len(own) > 1:
        return own[1], -number
    if number == 0 and len(own) > 2:
        return own[2], number
    return own[0], number


def _holds(condition: tuple[str, Decimal], number: float) -> bool:
    sign, limit = condition[0], float(condition[1])
    return {
        "<": number < limit,
        ">": number > limit,
        "<=": number <= limit,
        ">=": number >= limit,
        "=": number == limit,
        "<>": number != limit,
    }[sign]


def _written(number: float, tokens: Sequence[Token]) -> str:
    kinds = [kind for kind, _ in tokens]
    if "general" in kinds or "@" in kinds:
        told = general(number)
        return "".join(told if kind in ("general", "@") else text for kind, text in tokens)
    if "place" not in kinds:
        sign = "-" if number < 0 else ""
        return sign + "".join(text for kind, text in tokens if kind in ("literal", "%"))
    if "/" in kinds:
        return _fraction(number, tokens)
    if "exponent" in kinds:
        return _scientific(number, tokens)
    return _decimal(Decimal(repr(number)), tokens)


def _decimal(number: Decimal, tokens: Sequence[Token]) -> str:
    """A number in the places of `tokens`: per cent, thousands, so many decimals."""
    kinds = [kind for kind, _ in tokens]
    places = [n for n, kind in enumerate(kinds) if kind == "place"]
    point = kinds.index(".") if "." in kinds else len(kinds)
    before = [n for n in places if n < point]
    after = [n for n in places if n > point]
    last_before = before[-1] if before else -1
    # Commas behind the last place of the integer, or of all, stand for thousands left out.
    ends = {last_before, places[-1]}
    scaling = sum(_commas_after(kinds, end) for end in ends)
    grouped = any(kinds[n] == "," for n in range(before[0] if before else 0, max(last_before, 0)))
    scaled = number.scaleb(2 * kinds.count("%") - 3 * scaling)
    rounded = abs(scaled).quantize(Decimal(1).scaleb(-len(after)), ROUND_HALF_UP, _EXACT)
    whole, _, rest = f"{rounded:f}".partition(".")
    integer = _placed(whole.lstrip("0"), [tokens[n][1] for n in before], grouped=grouped)
    filled = dict(zip(before, integer, strict=True))
    filled |= dict(zip(after, _trimmed(rest, [tokens[n][1] for n in after]), strict=True))
    if not before:
        filled[point] = whole.lstrip("0") + "."
    written = "".join(
        filled.get(n, "" if kind == "," else text) for n, (kind, text) in enumerate(tokens)
    )
    return f"-{written.strip()}" if number < 0 else written


def _commas_after(kinds: Sequence[str], place: int) -> int:
    count = 0
    while place + 1 + count < len(kinds) and kinds[place + 1 + count] == ",":
        count += 1
    return count


def _placed(digits: str, places: Sequence[str], *, grouped: bool) -> list[str]:
    """What each place of an integer shows; the first one takes all digits that are left."""
    texts: list[str] = []
    count = 0
    for number in range(len(places) - 1, -1, -1):
        taken = digits if number == 0 else digits[-1:]
        digits = digits[: len(digits) - len(taken)]
        taken = taken or ("0" if places[number] == "0" else "")
        text = ""
        for digit in reversed(taken):
            text = digit + ("," if grouped and count and count % 3 == 0 else "") + text
            count += 1
        texts.append(text)
    return texts[::-1]


def _trimmed(digits: str, places: Sequence[str]) -> list[str]:
    """What each place of decimals shows: no zeros at the end where the format asks for none."""
    texts = list(digits)
    for number in range(len(places) - 1, -1, -1):
        if places[number] == "0" or texts[number] != "0":
            break
        texts[number] = ""
    return texts


def _scientific(number: float, tokens: Sequence[Token]) -> str:
    at = next(n for n, (kind, _) in enumerate(tokens) if kind == "exponent")
    mantissa, exponent = tokens[:at], tokens[at + 1 :]
    value = Decimal(repr(number))
    power = value.adjusted() if value else 0
    decimals = sum(kind == "place" for kind, _ in mantissa[_find(mantissa, ".") :])
    scaled = value.scaleb(-power)
    if abs(scaled).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT) >= 10:
        power += 1
        scaled = value.scaleb(-power)
    width = sum(kind == "place" for kind, _ in exponent)
    sign = "-" if power < 0 else "+" if tokens[at][1].endswith("+") else ""
    rest = "".join(text for kind, text in exponent if kind in ("literal", "%"))
    return f"{_decimal(scaled, mantissa)}E{sign}{abs(power):0{max(width, 1)}d}{rest}"


def _find(tokens: Sequence[Token], kind: str) -> int:
    return next((n for n, token in enumerate(tokens) if token[0] == kind), len(tokens))


def _fraction(number: float, tokens: Sequence[Token]) -> str:
    at = _find(tokens, "/")
    below = "".join(text for _, text in tokens[at + 1 :]).strip()
    value = Fraction(Decimal(repr(abs(number))))
    if below.isdecimal() and int(below):
        top, bottom = round(value * int(below)), int(below)
    else:
        limited = value.limit_denominator(10 ** min(max(len(below), 1), 4) - 1)
        top, bottom = limited.numerator, limited.denominator
    whole, top = divmod(top, bottom) if tokens[0][0] == "place" and _has_whole(tokens) else (0, top)
    parts = [str(whole)] if whole or not top else []
    parts += [f"{top}/{bottom}"] if top else []
    return ("-" if number < 0 else "") + " ".join(parts)


def _has_whole(tokens: Sequence[Token]) -> bool:
    """Whether there are places for a whole number, apart from those above the bar."""
    text = "".join(text for _, text in tokens[: _find(tokens, "/")])
    return len(text.split()) > 1
