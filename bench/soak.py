"""A soak: workers at full load for long, with leavers, faults and restarts; what grows is told.

`python bench/soak.py [--minutes 20] [--workers 4] [--chats 48] [--json FILE]`. Chats are made,
asked a few times and deleted, again and again; one answer in eight is left. Now and then the
provider fails for a while, Redis cuts all connections, or the youngest worker is killed: the
oldest, which was never killed, is weighed. What is told is the growth of memory, latency and keys
per 10,000 answers, as a line through the samples of the second half, beside the noise around it.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path

import numpy as np
import psutil
import uvloop
from corpus import NAMESPACE, passages, write_for_citewire
from load import Answer, Ask, BenchError, call, put
from measures import fresh
from redis.asyncio import Redis
from servers import Cores, Server, open_site

from citewire.storage.chats.store import ChatStore

TURNS, TOKENS = 3, 60
LEAVES_EVERY, LEAVES_AFTER = 8, 5
SAMPLE_S, FAULT_EVERY_S, FAULT_S = 10.0, 20.0, 3.0
SETTLED = 0.5
"""The part of the samples that is not looked at: a deleted chat can be restored for ten minutes."""
PER = 10_000
WORKER_BYTES = 100 * 2**20


@dataclass(slots=True)
class Sample:
    """What was seen at one moment; memory in MB, times in ms."""

    answers: int
    oldest_mb: float
    redis_mb: float
    lasting_keys: int
    first_p50_ms: float
    first_p99_ms: float


@dataclass(slots=True)
class Soak:
    """A service under load, and what came of it."""

    server: Server
    standin: Server
    redis: Redis
    answers: int = 0
    firsts_s: list[float] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)

    async def talk(self, asks: Iterator[Ask]) -> None:
        """Ask in one chat after the other until cancelled, each deleted in the end."""
        for ask in asks:
            for turn in range(TURNS):
                leaves = (self.answers + turn) % LEAVES_EVERY == 0
                await self._ask(ask, LEAVES_AFTER if leaves else 0)
            with suppress(BenchError, OSError):
                await call(self.server.port, "DELETE", f"/chats/{ask.chat_id}")

    async def _ask(self, ask: Ask, leave_after: int) -> None:
        try:
            dialect, port = self.server.dialect, self.server.port
            answer = await put(dialect, port, ask, leave_after=leave_after)
        except (BenchError, OSError) as error:
            self.ends[type(error).__name__] += 1
            await asyncio.sleep(0.2)
            return
        self.answers += 1
        self.ends["left" if leave_after else _end_of(answer)] += 1
        if answer.first_at:
            self.firsts_s.append(answer.first_token_s)

    async def fail(self) -> None:
        """One fault after the other, until cancelled."""
        for fault in cycle((self._provider_fails, self._redis_hangs_up, self._worker_dies)):
            await asyncio.sleep(FAULT_EVERY_S)
            # What the fault itself meets is no failure of the soak.
            with suppress(BenchError, OSError, psutil.Error):
                await fault()
            self.faults[fault.__name__.strip("_")] += 1

    async def _provider_fails(self) -> None:
        knobs = {"fail": "500", "fail_kind": "any", "fail_rate": 0.3}
        await call(self.standin.port, "POST", "/config", knobs)
        await asyncio.sleep(FAULT_S)
        await call(self.standin.port, "POST", "/config", {"fail": ""})

    async def _redis_hangs_up(self) -> None:
        await self.redis.client_kill_filter(_type="normal", skipme=True)

    async def _worker_dies(self) -> None:
        if len(workers := self._workers()) > 1:
            workers[-1].kill()

    async def sample(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(SAMPLE_S)
            # As a worker does it each hour.
            await ChatStore(self.redis, NAMESPACE).sweep()
            firsts, self.firsts_s = self.firsts_s or [float("nan")], []
            memory, keys = await self.redis.info("memory"), await self.redis.info("keyspace")
            lasting = sum(found["keys"] - found["expires"] for found in keys.values())
            oldest = self._workers()[0].memory_info().rss / 2**20
            p50, p99 = (float(np.percentile(firsts, p)) * 1000 for p in (50, 99))
            used = memory["used_memory"] / 2**20
            self.samples.append(Sample(self.answers, oldest, used, lasting, p50, p99))
            said = f"{self.answers:>7} answers, {oldest:,.0f} MB, Redis {used:,.0f} MB"
            print(f"{said}, {lasting} keys, first token {p50:,.0f} ms", file=sys.stderr, flush=True)

    def _workers(self) -> list[psutil.Process]:
        """The processes that answer, oldest first."""
        # What they are started by, and what starts the readers of files, is small or older.
        below = self.server.process.children(recursive=True)
        large = [process for process in below if process.memory_info().rss > WORKER_BYTES]
        return sorted(large or [self.server.process], key=lambda process: process.create_time())


def _end_of(answer: Answer) -> str:
    if answer.status == 200 and answer.ended and answer.tokens >= TOKENS:
        return "whole"
    return "told of a fault" if answer.status != 200 or answer.tail else "broken"


async def run(minutes: float, workers: int, chats: int) -> Soak:
    """The whole soak."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with open_site(Cores(None, None)) as site, Redis.from_url(site.redis_url) as redis:
        await write_for_citewire(site.redis_url, await asyncio.to_thread(passages))
        settings = {"CITEWIRE_WORKERS": str(workers), "CITEWIRE_MAX_RUNS_PER_OWNER": str(2 * chats)}
        settings["CITEWIRE_RUN_LOG_TTL_S"] = "60"
        async with site.open_citewire(**settings) as server:
            knobs = {"tokens": TOKENS, "first_delay": 0.05, "inter_delay": 0.002}
            await call(site.standin.port, "POST", "/config", knobs)
            soak = Soak(server, site.standin, redis)
            asks = _questions()
            try:
                async with asyncio.timeout(minutes * 60), asyncio.TaskGroup() as group:
                    group.create_task(soak.fail())
                    group.create_task(soak.sample())
                    for _ in range(chats):
                        group.create_task(soak.talk(asks))
            except TimeoutError:
                return soak
    raise BenchError("the soak ended by itself")


def _questions() -> Iterator[Ask]:
    """Questions without end, each for a chat of its own."""
    while True:
        yield from fresh(1000)


def print_growth(soak: Soak) -> None:
    """Say what grows per 10,000 answers, and whether it is more than noise."""
    kept = soak.samples[int(len(soak.samples) * SETTLED) :]
    print(f"{soak.answers:,} answers: {dict(soak.ends)}; faults: {dict(soak.faults)}")
    if len(kept) < 4:
        print("too short to tell what grows")
        return
    answers = np.array([sample.answers for sample in kept], dtype=float)
    print(f"{'per 10,000 answers':<24}{'at first':>12}{'growth':>12}{'noise':>12}")
    for name in list(asdict(kept[0]))[1:]:
        values = np.array([getattr(sample, name) for sample in kept], dtype=float)
        known = ~np.isnan(values)
        slope, start = np.polyfit(answers[known], values[known], 1)
        line = slope * answers[known] + start
        spread = float(np.std(values[known] - line))
        grown = slope * (answers[-1] - answers[0])
        verdict = "grows" if grown > 2 * spread else "nothing beyond noise"
        cells = f"{line[0]:>12,.1f}{slope * PER:>12,.2f}{spread:>12,.2f}"
        print(f"{name:<24}{cells}  {verdict}")


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--chats", type=int, default=48, help="that are asked at once")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples there, too")
    arguments, begun = parser.parse_args(), time.monotonic()
    try:
        soak = uvloop.run(run(arguments.minutes, arguments.workers, arguments.chats))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped", file=sys.stderr)
        return 130
    print_growth(soak)
    print(f"in {time.monotonic() - begun:.0f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in soak.samples], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
