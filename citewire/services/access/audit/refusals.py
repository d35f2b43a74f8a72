"""Refusals, of which anybody can cause as many as there is room on the disk: counted together."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

PER_SECOND: Final = 20
"""So many are told one by one in a second."""
MAX_KINDS: Final = 1000
"""So many that differ are counted apart; of others only the problem is told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: the code of its problem, what was asked, by whom, and from where."""

    problem: str
    operation: str
    name: str | None
    address: str | None


class RefusalCount:
    """What is told of refusals, and when."""

    def __init__(self) -> None:
        self._second = 0
        self._told = 0
        self._held: Counter[Refusal] = Counter()

    def take(self, refusal: Refusal) -> bool:
        """Whether one more is to be told now; if not, it is held."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._told = second, 0
        self._told += 1
        if self._told <= PER_SECOND:
            return True
        if len(self._held) >= MAX_KINDS and refusal not in self._held:
            refusal = Refusal(refusal.problem, "", None, None)
        self._held[refusal] += 1
        return False

    def held(self) -> list[tuple[Refusal, int]]:
        """What was held, and how many of each; it is to be told now."""
        held, self._held = self._held, Counter()
        return list(held.items())
