"""The scales that a table's heads, caption and unit line state for its figures."""

import re
from functools import lru_cache

_FACTORS = {
    **dict.fromkeys(("thousand", "thousands", "miles", "tausend", "milliers"), 1e3),
    **dict.fromkeys(("million", "millions", "millones", "millionen", "mio", "mn", "mm"), 1e6),
    **dict.fromkeys(("billion", "billions", "bn", "milliarden", "mrd", "milliards"), 1e9),
    **dict.fromkeys(("m", "mil"), 1e6),
    **dict.fromkeys(("k", "000", "000s", "tsd"), 1e3),
    **dict.fromkeys(("crore", "crores"), 1e7),
    **dict.fromkeys(("lakh", "lakhs"), 1e5),
}
_LONG = (
    "thousands?|millions?|billions?|crores?|lakhs?|millones|millionen|milliers|milliarden|milliards"
)
_SHORT = "tausend|tsd|miles|mio|mrd|mn|mm|bn|m|k|000s?"
_MONEY = "[$€£¥]|us[$]|usd|eur|gbp|chf|rmb|dollars|euros?"
_STATED = re.compile(
    rf"(?<![\w.])(?P<a>{_LONG})\b"
    rf"|(?:{_MONEY})['’\s]?(?P<b>{_LONG}|{_SHORT})(?![\w]|[.,]\d)"
    r"|(?<!\d)['’](?P<c>000)s?\b"
    r"|[(\s](?P<d>000s?|mio|mrd|tsd)\b(?![.,]\d)"
)
_IN = re.compile(
    rf"\b(?:in|en)\s(?:[a-z.]{{1,12}}\s|[$€£¥]\s?){{0,3}}(?P<a>{_LONG}|miles)\b|['’(](?P<b>000)s?\b"
)


@lru_cache(maxsize=512)
def scales_of_heads(flat: str) -> tuple[float, ...]:
    """The scales in heads, a caption or a unit line: `(in millions)`, `$m`, `EUR '000`."""
    found = [_factor(match) for match in (*_STATED.finditer(flat), *_IN.finditer(flat))]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=512)
def scales_of_text(flat: str) -> tuple[float, ...]:
    """The scales in which a text says that figures are told: `amounts in thousands`."""
    return tuple(dict.fromkeys(_factor(match) for match in _IN.finditer(flat)))


def _factor(match: re.Match[str]) -> float:
    return _FACTORS[next(filter(None, match.groups()))]
