"""Comparisons of two things: `Spain has 418 more employees than France`, and which has more."""

import re
from dataclasses import dataclass

from citewire.services.citations.verdicts.trade_words import placed_stems

Stems = frozenset[str]

LONGEST = 240
"""Characters before and behind a comparison that say what is compared."""

_THAN = re.compile(
    r"\b(?:more|higher|greater|larger|bigger|(?P<less>less|fewer|lower|smaller))\b"
    r"[^.;:]{0,60}?\bthan\b(?!\s?[^\w\s]?\d)"
    r"(?!\s(?:in|at|on|for|during|before|(?:was |were )?(?:expected|planned|forecast)|a year"
    r"|one year|last|the (?:prior|previous|preceding|year|same))\b)"
)
"""Not `more than 418`, which is no comparison, nor one of times."""
_ENDS = re.compile(r"[.;:!?]\s")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a claim says before `more than` and behind it, and whether it says `less`."""

    left: Stems
    right: Stems
    is_less: bool

    def order(self, one: Stems, other: Stems) -> int:
        """1 if the claim says that one thing has more or less than another, -1 the reverse.

        0 if that is not clear. `one` and `other` are the words that name each.
        """
        ours, theirs = one - other, other - one
        ahead = bool(ours & self.left or theirs & self.right)
        back = bool(ours & self.right or theirs & self.left)
        return ahead - back


def comparison_in(flat: str) -> Comparison | None:
    """The first comparison of a flat text, if there is one; linear in it."""
    match = _THAN.search(flat)
    if match is None:
        return None
    before = _ENDS.split(flat[max(0, match.start() - LONGEST) : match.end()])[-1]
    behind = _ENDS.split(flat[match.end() : match.end() + LONGEST])[0]
    left, right = (frozenset(one.stem for one in placed_stems(text)) for text in (before, behind))
    return Comparison(left, right, bool(match["less"]))
