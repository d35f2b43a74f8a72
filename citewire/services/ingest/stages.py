"""How long reading, embedding and writing go on, which they do at the same time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any


class Busy:
    """The seconds in which at least one thing of a kind was under way.

    Args:
        clock: gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._under_way = 0
        self._since = 0.0
        self._before = 0.0

    @contextmanager
    def at_it(self) -> Iterator[None]:
        """Count the time of the block, once where several are open."""
        if not self._under_way:
            self._since = self._clock()
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._before += self._clock() - self._since

    @property
    def seconds(self) -> float:
        """The seconds so far."""
        return self._before + (self._clock() - self._since if self._under_way else 0.0)


@dataclass(frozen=True, slots=True)
class StageSeconds:
    """How long a run was at each stage; together these are more than it took."""

    read: float = 0.0
    embed: float = 0.0
    write: float = 0.0

    @property
    def shares(self) -> dict[str, float]:
        """The share of each stage in the sum of all; nothing where nothing was done."""
        seconds = asdict(self)
        whole = sum(seconds.values())
        return {name: one / whole for name, one in seconds.items()} if whole else {}

    def to_json(self) -> dict[str, Any]:
        """As it stands in the report of a run."""
        shares = self.shares
        return {
            name: {"seconds": round(seconds, 3), "share": round(shares.get(name, 0.0), 3)}
            for name, seconds in asdict(self).items()
        }
