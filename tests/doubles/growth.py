"""What work costs, as parts and ratios, so that no test depends on how fast a machine is."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Input = TypeVar("Input")

NOT_QUADRATIC = 10.0
"""What a growth stays below: it is 4 for work that is linear, 16 for work that is quadratic."""


def growth(work: Callable[[Input], object], small: Input, fourfold: Input) -> float:
    """How many times the CPU time for `small` the work takes for four times as much."""

    def cost(given: Input) -> float:
        started = time.process_time()
        work(given)
        return time.process_time() - started

    work(small)  # what is loaded and cached once is no part of it
    # In turn, so that a busy moment of the machine does not fall on one of the two alone.
    costs = [(cost(small), cost(fourfold)) for _ in range(3)]
    return min(large for _, large in costs) / min(little for little, _ in costs)


FREE = 0.5
"""What the longest pause stays below while the loop is free; held up, it is nearly 1."""


async def longest_pause(work: Awaitable[object]) -> float:
    """The longest time in which the event loop did nothing else, as a part of the whole."""

    async def waits() -> list[float]:
        paused, last = [0.0], time.monotonic()
        while not done.is_set():
            await asyncio.sleep(0.001)
            now = time.monotonic()
            paused, last = [*paused, now - last], now
        return paused

    done = asyncio.Event()
    waiting = asyncio.create_task(waits())
    try:
        await work
    finally:
        done.set()
    paused = await waiting
    return max(paused) / sum(paused)
