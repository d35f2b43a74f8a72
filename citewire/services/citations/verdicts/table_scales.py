"""The scales that a table's heads, caption and unit line state for its figures."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

_FACTORS = {
    **dict.fromkeys(("thousand", "thousands", "miles", "tausend", "milliers"), 1e3),
    **dict.fromkeys(("million", "millions", "millones", "millionen", "mio", "mn", "mm"), 1e6),
    **dict.fromkeys(("billion", "billions", "bn"), 1e9),
    **dict.fromkeys(("milliarden", "mrd", "milliards", "md", "mds"), 1e9),
    **dict.fromkeys(("m", "mil"), 1e6),
    **dict.fromkeys(("k", "t", "000", "000s", "tsd"), 1e3),
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
    r"|(?:^|[(\s])(?P<d>000s?|mio|mrd|tsd)\b(?![.,]\d)"
    r"|(?<![\w.,])(?<!\d\s)(?P<e>mds?|[kmt])\s?(?:€|eur\b)"
)
_IN = re.compile(
    rf"\b(?:in|en)\s(?:[a-z.]{{1,12}}\s|[$€£¥]\s?){{0,3}}(?P<a>{_LONG}|miles)\b"
    r"|\b(?:in|en)\s(?P<d>mio|mrd|tsd|mds?|[kmt])\.?\s?(?:€|eur\b)"
    r"|['’($](?P<b>000)(?:['’]?s)?(?![\w,.])|\bin\s(?P<c>000)['’]?s\b"
)


_SHARES = re.compile(
    r"(?<!per\s)\b(?:shares?|units|acciones|aktien|actions)\s?[(,]?\s?(?:in|en)?\s?[($]?$"
)
"""Before a scale that is that of shares alone."""


class Scales(NamedTuple):
    """The scales in which figures are told: in general, and those of numbers of shares."""

    plain: tuple[float, ...] = ()
    of_shares: tuple[float, ...] = ()

    def of(self, *, shares: bool) -> tuple[float, ...]:
        """Those that hold for a number of shares, or for anything else."""
        return self.of_shares if shares and self.of_shares else self.plain


@lru_cache(maxsize=512)
def scales_of_heads(flat: str) -> Scales:
    """The scales in heads, a caption or a unit line: `(in millions)`, `$m`, `EUR '000`."""
    return _scales([*_STATED.finditer(flat), *_IN.finditer(flat)], flat)


@lru_cache(maxsize=512)
def scales_of_text(flat: str) -> Scales:
    """The scales in which a text says that figures are told: `amounts in thousands`."""
    return _scales(list(_IN.finditer(flat)), flat)


def joined_scales(several: Iterable[Scales]) -> Scales:
    """All of several scales."""
    own = list(several)
    return Scales(
        tuple(dict.fromkeys(scale for one in own for scale in one.plain)),
        tuple(dict.fromkeys(scale for one in own for scale in one.of_shares)),
    )


def _scales(matches: Sequence[re.Match[str]], flat: str) -> Scales:
    found: tuple[dict[float, None], dict[float, None]] = {}, {}
    for match in matches:
        of_shares = bool(_SHARES.search(flat[max(0, match.start() - 20) : match.start()]))
        found[of_shares][_factor(match)] = None
    return Scales(tuple(found[0]), tuple(found[1]))


def _factor(match: re.Match[str]) -> float:
    return _FACTORS[next(filter(None, match.groups()))]
