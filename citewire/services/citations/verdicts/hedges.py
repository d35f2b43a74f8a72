"""Words before a number that loosen it: about, over, at most."""

from collections.abc import Sequence

_THAN = frozenset({"than", "de", "to", "als"})
_MORE = frozenset("more greater higher larger mas mehr plus".split())
_LESS = frozenset("less fewer lower smaller menos up weniger moins".split())
_OVER = frozenset("over exceeding exceeded above surpassed superior supero uber mindestens".split())
_UNDER = frozenset("nearly almost under below casi fast knapp unter hochstens presque".split())
_ABOUT = frozenset(
    """about around approximately roughly some circa ~ ≈ approx unos unas close
alrededor aproximadamente cerca rund etwa ungefahr ca environ pres quelque""".split()
)
_PAIRS = {
    ("at", "least"): "over",
    ("al", "menos"): "over",
    ("au", "moins"): "over",
    ("au", "plus"): "under",
    ("excess", "of"): "over",
    ("at", "most"): "under",
}


def hedge_before(texts: Sequence[str], at: int) -> str:
    """How the words before a number loosen it."""
    if at < 1:
        return ""
    last, earlier = texts[at - 1], texts[at - 2] if at > 1 else ""
    if pair := _PAIRS.get((earlier, last)):
        return pair
    if last in _THAN:
        return (
            "over"
            if earlier in _MORE
            else "under"
            if earlier in _LESS
            else "about"
            if earlier in _ABOUT
            else ""
        )
    if last in _ABOUT:
        return "about"
    return "over" if last in _OVER else "under" if last in _UNDER else ""
