"""Who asked first is answered first: few runs work towards their first token at once.

The event loop gives every run the next turn in a circle, so that of a hundred that ask at the same
moment all get their first token when all the work is done, and what each found is alive in all of
them until then. In the order in which they asked, half of them have it in half the time, and only a
few hold what they found. A run steps aside while a model is asked, and for good with its first
token: whoever waits for somebody else holds nobody up.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from time import thread_time

AT_ONCE = 8
"""So many runs work towards their first token at once."""
HELD_S = 0.05
"""After so long, in seconds, others no longer wait for a run, if there is little to do meanwhile:
Redis is what it waits for."""
BUSY = 0.2
"""From this share of its time on the loop has much to do; of a busy machine it gets no more."""
BUSY_TIMES = 10
"""So many times longer is a run waited for where there is much to do."""


class Precedence:
    """The order of the runs of a worker before their first token.

    Args:
        at_once: so many go on at once.
        held_s: how long others wait for one of them where there is little to do, in seconds.
    """

    def __init__(self, at_once: int = AT_ONCE, held_s: float = HELD_S) -> None:
        self._at_once = at_once
        self._held_s = held_s
        self._count = 0
        self._turns: dict[Place, float] = {}
        self._waiting: list[tuple[int, asyncio.Future[None], Place]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._watched = (0.0, 0.0)  # since when, by the clock of the loop and by its CPU

    def place(self) -> "Place":
        """The place of a run that was asked now, behind all that were asked before."""
        self._count += 1
        return Place(self, self._count)

    async def enter(self, place: "Place") -> None:
        """Wait until it is a place's turn."""
        loop = asyncio.get_running_loop()
        if len(self._turns) < self._at_once:
            self._turns[place] = loop.time()
            return
        turn: asyncio.Future[None] = loop.create_future()
        heappush(self._waiting, (place.number, turn, place))
        self._watch()
        try:
            await turn
        except BaseException:
            self.leave(place)  # if it was given its turn in this very moment
            raise

    def leave(self, place: "Place") -> bool:
        """Let the next one go on; gives whether it was the place's turn."""
        if self._turns.pop(place, None) is None:
            return False
        while self._waiting:
            _, turn, following = heappop(self._waiting)
            if not turn.done():  # else it was cancelled
                self._turns[following] = turn.get_loop().time()
                turn.set_result(None)
                break
        return True

    def _watch(self) -> None:
        """See to it that nobody waits long for a run that does not come on."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._watched = loop.time(), thread_time()
            self._timer = loop.call_later(self._held_s, self._pass_by)

    def _pass_by(self) -> None:
        self._timer = None
        now, (since_s, cpu_s) = asyncio.get_running_loop().time(), self._watched
        is_busy = thread_time() - cpu_s >= BUSY * (now - since_s)
        late = now - self._held_s * (BUSY_TIMES if is_busy else 1)
        for place in [place for place, since in self._turns.items() if since <= late]:
            self.leave(place)
        if self._waiting:
            self._watch()


class Place:
    """The place of one run among those before their first token.

    Args:
        order: of all.
        number: its own; lower ones were asked before.
    """

    __slots__ = ("_order", "number")

    def __init__(self, order: Precedence, number: int) -> None:
        self._order = order
        self.number = number

    async def enter(self) -> None:
        """Wait for its turn."""
        await self._order.enter(self)

    def leave(self) -> bool:
        """Let others go on; gives whether it was its turn."""
        return self._order.leave(self)

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Let others go on within the block; where that fails, the run needs no turn any more."""
        was_its_turn = self.leave()
        yield
        if was_its_turn:
            await self.enter()
