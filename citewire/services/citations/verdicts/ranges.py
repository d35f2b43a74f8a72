"""Ranges such as `10-12 %`, whose first number shares the second one's unit."""

import re
from dataclasses import replace

from citewire.services.citations.verdicts.amounts import Amount, times

_BETWEEN = re.compile(r"\s?(?:-|–|—|to|and|or|a|y|o|hasta|bis|and from)\s?")


def share_units(amounts: list[Amount], flat: str) -> list[Amount]:
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
    more = tuple(times((one.value, one.step), right.factor, kind) for one in left.readings)
    readings = more if right.factor == 1 else left.readings + more
    return replace(left, readings=readings)
