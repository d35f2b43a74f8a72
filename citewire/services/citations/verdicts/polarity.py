"""Which way a clause points: its negated words, and its words of direction with their opposites."""

from collections.abc import Sequence
from typing import NamedTuple

from citewire.services.citations.verdicts.reasons import Reason
from citewire.services.citations.verdicts.sides import OPPOSITES, SIDES

_NEGATIONS = frozenset(
    """no not never without none nor neither cannot nobody nothing hardly barely
lacks lack lacked lacking nunca sin jamas ningun ninguna ninguno tampoco nada nadie carece unable
nicht kein keine keinen keiner nie niemals aucun aucune jamais
failed fails fail refused denied denies""".split()
)
_DECLINABLE = frozenset(
    """accept answer appear approve attend comment consider cooperate disclose endorse extend give
grant join name offer participate pay provide publish ratify recommend release renew reply respond
say sell share sign speak support take""".split()
)
"""What one declines to do; what declines to a number or a low falls."""

_ENDS = frozenset(
    """but although though because while whereas however except pero sino aunque
mientras porque yet than , ; : . ! ? | ( )""".split()
)
_UNTIL = frozenset("until till hasta".split())
"""`Not built until 1990` is built."""
_REACH = 3
"""Content words after a negation that it may be about."""


class Polarity(NamedTuple):
    """The negated stems of a clause, and the sides it takes."""

    negated: frozenset[str]
    sides: frozenset[str]


def polarity(texts: Sequence[str], stems: Sequence[str]) -> Polarity:
    """Which words of a clause are negated, and which sides its other words take.

    Args:
        texts: the tokens of the clause.
        stems: their stems, empty where they say nothing alone.
    """
    negated: set[str] = set()
    plain: set[str] = set()
    sides: set[str] = set()
    reach = 0
    for index, (text, stem) in enumerate(zip(texts, stems, strict=True)):
        if text in _ENDS:
            reach = 0
        elif text in _UNTIL:
            reach = 0
            negated.clear()
        elif _negates(texts, index):
            reach = _REACH
        elif stem:
            if reach:
                reach -= 1
                negated.add(stem)
                continue
            plain.add(stem)
            if text in SIDES:
                sides.add(SIDES[text])
    # "A movement, not a dramatic movement" is one.
    return Polarity(frozenset(negated - plain), frozenset(sides))


def _negates(texts: Sequence[str], at: int) -> bool:
    text = texts[at]
    if text in ("declined", "declines"):
        return texts[at + 1 : at + 2] == ["to"] and not _DECLINABLE.isdisjoint(
            texts[at + 2 : at + 3]
        )
    return text in _NEGATIONS or text.endswith("n't")


def contradiction(
    one: Polarity, its: frozenset[str], other: Polarity, their: frozenset[str]
) -> Reason | None:
    """Why two clauses that speak of the same say the opposite, if they do.

    Args:
        one: the polarity of the claim's clause.
        its: its stems.
        other: the polarity of the passage's clause.
        their: its stems.
    """
    for side in sorted(one.sides):
        against = OPPOSITES[side]
        if against in other.sides and side not in other.sides and against not in one.sides:
            return Reason("opposite", (against, side))
    if bool(one.negated) == bool(other.negated):
        return None
    denied = sorted((one.negated & their) | (other.negated & its))
    return Reason("one_denies", (denied[0],)) if denied else None
