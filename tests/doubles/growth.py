"""What work costs, as parts and ratios, so that no test depends on how fast a machine is."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Input = TypeVar("Input")

NOT_QUADRATIC = 10.0
"""What a growth stays below: it is 4 for work that is linear, 16 for work that is quadratic."""

PLAINLY_LINEAR = 6.0
"""A growth that needs no second look."""


def growth(work: Callable[[Input], object], small: Input, fourfold: Input) -> float:
    """How many times the CPU time for `small` the work takes for four times as much."""

    def cost(given: Input) -> float:
        started = time.process_time()
        work(given)
        return time.process_time() - started

    work(small)  # what is loaded and cached once is no part of it
    costs, found = [], 0.0
    for _ in range(3):
        # In turn, so that a busy moment of the machine does not fall on one of the two alone.
        costs.append((cost(small), cost(fourfold)))
        found = min(large for _, large in costs) / min(little for little, _ in costs)
        if found < PLAINLY_LINEAR:
            break
    return found


LINEAR = 2.5
"""What the time for twice as much stays below, against 2 for work that is linear."""

ABOVE_S = 0.005
"""Seconds of CPU time from which a growth is measured: what costs less is noise."""

LONGEST = 2_000_000
"""Characters; what takes less than `ABOVE_S` for so many is quick enough."""


def worst_doubling(work: Callable[[str], object], text_of: Callable[[int], str]) -> float:
    """How many times the CPU time twice the text takes, doubled until it takes long enough.

    Args:
        work: what is measured.
        text_of: a text of about so many characters.
    """
    size = 1000
    while cost_of(work, text_of(size)) < ABOVE_S:
        if (size := 2 * size) > LONGEST:
            return 0.0
    growth = 0.0
    for _ in range(3):
        growth = _doubling(work, text_of(size), text_of(2 * size))
        if growth <= LINEAR:
            break
        size *= 2  # where a cache or a heap ends a step may be higher, but not the next one too
    return growth


def _doubling(work: Callable[[str], object], text: str, twice: str) -> float:
    """The best of five each, in turn: a busy machine only ever makes them longer."""
    costs = [(cost_of(work, text), cost_of(work, twice)) for _ in range(5)]
    return min(double for _, double in costs) / min(single for single, _ in costs)


def cost_of(work: Callable[[str], object], text: str) -> float:
    """The CPU time of this thread that the work takes once, in seconds."""
    gc.collect(0)
    gc.disable()  # it looks at all that there is, every now and then
    try:
        started = time.thread_time()
        work(text)
        return time.thread_time() - started
    finally:
        gc.enable()


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
