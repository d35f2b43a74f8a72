"""Words before a number that loosen it: about, over, at most."""

from collections.abc import Sequence

from citewire.services.citations.verdicts.tokens import Token

_THAN = frozenset({"than", "de", "to", "least", "most", "menos"})
_MORE = frozenset("more greater higher larger mas at_least al excess".split())
_LESS = frozenset("less fewer lower smaller menos up".split())
_OVER = frozenset("over exceeding exceeded above surpassed superior supero".split())
_UNDER = frozenset("nearly almost under below casi".split())
_ABOUT = frozenset(
    """about around approximately roughly some circa ~ ≈ approx unos unas close
alrededor aproximadamente cerca""".split()
)


def hedge_before(tokens: Sequence[Token], at: int) -> str:
    """How the words before a number loosen it."""
    before = [token.text for token in tokens[max(0, at - 3) : at]]
    if not before:
        return ""
    last, earlier = before[-1], before[-2] if len(before) > 1 else ""
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
