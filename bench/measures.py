"""The measurements: each asks one server in one way and gives its figures by name."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from corpus import questions
from load import Answer, Ask, BenchError, call, open_chats, put, put_all
from servers import Server, run_on_all_cores

Figures = dict[str, float]

CHATS = (1, 32, 128)
FIRST_DELAY_S, INTER_DELAY_S = 0.2, 0.02
VERDICT_S = {"early": FIRST_DELAY_S / 2, "late": 2 * FIRST_DELAY_S}
"""What a verdict takes, and whatever else is asked of a model before the answer, in seconds."""
LENGTHS = (20, 200, 1000, 4000)
FITTED = LENGTHS[:3]
SPEED_TOKENS, SPEED_CHATS = 200, 32
STREAMS = (100, 250)  # a Citewire with its defaults holds 256
LEAVERS, LEAVE_AFTER = 20, 5
CROWD = 512
WARMING = 96
"""So many short answers fill the pools of a service before its memory is read."""
SETTLE_S = 4.0
INGEST = Path(__file__).parent / "ingest.py"

_runs = count(1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is asked; the answers of `lengths` are per length in tokens."""

    first_token_answers: dict[int, int] = field(default_factory=lambda: {1: 8, 32: 32, 128: 128})
    direct_answers: int = 2048
    lengths: tuple[int, ...] = (192, 192, 64, 24)
    recipe_lengths: tuple[int, ...] = (64, 64, 32, 4)
    reports: int = 80

    @classmethod
    def quick(cls) -> "Plan":
        """A third of it, for a first look."""
        return cls({1: 3, 32: 32, 128: 128}, 512, (64, 64, 24, 8), (32, 32, 8, 2), 40)

    def answers(self, server: Server) -> dict[int, int]:
        """How many answers of each length `server` is asked for at full speed."""
        if server.name == "direct":
            return {SPEED_TOKENS: self.direct_answers}
        asked = self.recipe_lengths if server.name == "recipe" else self.lengths
        return dict(zip(LENGTHS, asked, strict=True))


@dataclass(frozen=True, slots=True)
class Bench:
    """One server under measurement, and the stand-in behind it."""

    server: Server
    standin: Server
    plan: Plan

    async def configure(self, **knobs: Any) -> None:
        """Put the stand-in's counts back and set its knobs."""
        await call(self.standin.port, "POST", "/reset")
        await call(self.standin.port, "POST", "/config", knobs)

    async def stats(self) -> dict[str, Any]:
        """The stand-in's counts and its times per question."""
        found: dict[str, Any] = await call(self.standin.port, "GET", "/stats?times=1")
        return found

    async def put_all(
        self, asks: Sequence[Ask], *, chats: int, leave_after: int = 0
    ) -> list[Answer]:
        """Ask the server."""
        return await put_all(
            self.server.dialect, self.server.port, asks, chats=chats, leave_after=leave_after
        )

    async def opened(self, answers: int) -> list[Ask]:
        """Questions that have their chats already."""
        asks = fresh(answers)
        await open_chats(self.server.dialect, self.server.port, asks)
        return asks

    async def settled(self, within_s: float) -> dict[str, Any]:
        """The stand-in's counts once no stream is open, or after `within_s` seconds."""
        deadline = time.monotonic() + within_s
        while True:
            seen = await self.stats()
            if not seen["open"] or time.monotonic() > deadline:
                return seen
            await asyncio.sleep(0.05)


def fresh(answers: int) -> list[Ask]:
    """Questions that nothing has seen."""
    return questions(answers, run=f"{next(_runs):03x}")


def require_whole(answers: Sequence[Answer], *, tokens: int) -> None:
    """Every answer must have come whole; the figures would mean nothing otherwise."""
    for answer in answers:
        if answer.status != 200 or not answer.ended or answer.tokens < tokens:
            raise BenchError(
                f"an answer broke: status {answer.status}, {answer.tokens} of {tokens} tokens, "
                f"{'ended' if answer.ended else 'no end'}: {b''.join(answer.body)[:300]!r}"
            )


async def warm_up(bench: Bench) -> None:
    """A few answers, so that what is built on first use is there."""
    await bench.configure(tokens=20)
    require_whole(await bench.put_all(fresh(8), chats=4), tokens=20)


async def measure_first_token(bench: Bench) -> Figures:
    """Time to first token at 1, 32 and 128 chats that all ask at the same moment."""
    figures: Figures = {}
    for chats in CHATS:
        tokens = 100 if chats > 1 else 20  # with one chat only the first counts
        await bench.configure(first_delay=FIRST_DELAY_S, inter_delay=INTER_DELAY_S, tokens=tokens)
        asks = await bench.opened(bench.plan.first_token_answers[chats])
        answers = await bench.put_all(asks, chats=chats)
        require_whole(answers, tokens=tokens)
        firsts = [answer.first_token_s * 1000 for answer in answers]
        figures[f"first_token_p50_{chats}_ms"] = float(np.percentile(firsts, 50))
        figures[f"first_token_p99_{chats}_ms"] = float(np.percentile(firsts, 99))
    return figures


async def measure_helpers(bench: Bench) -> Figures:
    """Round trips to the provider before the first token, in the first turn and in the next."""
    if bench.server.name == "direct":
        return {}
    await bench.configure(tokens=20)
    figures: Figures = {}
    chat_id = ""
    before = {"embeds": 0, "aux": 0}
    for turn in (1, 2):
        [ask] = fresh(1)
        ask.chat_id = chat_id
        require_whole([await put(bench.server.dialect, bench.server.port, ask)], tokens=20)
        chat_id = ask.chat_id
        seen = await bench.stats()
        for kind, known in before.items():
            figures[f"{kind}_turn_{turn}"] = seen[kind] - known
            before[kind] = seen[kind]
    return figures


async def measure_speed(bench: Bench) -> Figures:
    """Full speed with answers of several lengths: tokens per second, CPU per request and token."""
    figures: Figures = {}
    for tokens, answers in bench.plan.answers(bench.server).items():
        figures |= await _full_speed(bench, tokens, answers)
    if bench.server.name != "direct":
        figures |= _costs(figures)
    return figures


async def _full_speed(bench: Bench, tokens: int, answers: int) -> Figures:
    await bench.configure(tokens=tokens)
    asks = fresh(answers)
    cpu, begun = bench.server.cpu_s(), time.monotonic()
    got = await bench.put_all(asks, chats=SPEED_CHATS)
    wall, cpu = time.monotonic() - begun, bench.server.cpu_s() - cpu
    require_whole(got, tokens=tokens)
    figures = {f"cpu_ms_{tokens}": cpu / answers * 1000}
    if tokens == SPEED_TOKENS:
        figures["tokens_per_s"] = answers * tokens / wall
        figures["tokens_per_cpu_s"] = answers * tokens / max(cpu, 0.01)
    return figures


def _costs(figures: Figures) -> Figures:
    slope, intercept = np.polyfit(FITTED, [figures[f"cpu_ms_{n}"] for n in FITTED], 1)
    costs = {"cpu_request_ms": float(intercept), "cpu_token_us": float(slope) * 1000}
    for shorter, longer in pairwise(LENGTHS):
        more = figures[f"cpu_ms_{longer}"] - figures[f"cpu_ms_{shorter}"]
        costs[f"token_us_to_{longer}"] = more / (longer - shorter) * 1000
    costs["token_growth"] = costs["token_us_to_4000"] / costs["token_us_to_1000"]
    return costs


async def measure_memory(bench: Bench) -> Figures:
    """Growth of the service's memory with slow streams open; asked of a fresh service.

    Its pools are filled before: connections to the provider, threads, and what Python and the
    system's allocator keep once a burst has been there are taken once, and by no stream.
    """
    if bench.server.name == "direct":
        return {}
    idle_cold = bench.server.rss_mb()
    await bench.configure(tokens=20)
    require_whole(await bench.put_all(fresh(WARMING), chats=SPEED_CHATS), tokens=20)
    idle = bench.server.rss_mb()
    figures = {"rss_idle_mb": idle, "rss_warming_mb": idle - idle_cold}
    await bench.configure(inter_delay=0.5, tokens=60)
    asks = await bench.opened(STREAMS[-1])
    async with asyncio.TaskGroup() as group:
        reading: list[asyncio.Task[list[Answer]]] = []
        for streams in STREAMS:
            more = asks[len(reading) : streams]
            reading += [group.create_task(bench.put_all([ask], chats=1)) for ask in more]
            await _until_streaming(bench, streams)
            figures[f"memory_{streams}_mb"] = (bench.server.rss_mb() - idle) / streams * 100
        await call(bench.standin.port, "POST", "/config", {"inter_delay": 0})
    require_whole([answer for task in reading for answer in task.result()], tokens=60)
    return figures


async def _until_streaming(bench: Bench, streams: int) -> None:
    async with asyncio.timeout(60):
        while True:
            seen = await bench.stats()
            # Two tokens each, so that the stream is well under way.
            if sum(times.get("sent", 0) >= 2 for times in seen["times"].values()) >= streams:
                return
            await asyncio.sleep(0.1)


async def measure_cancel(bench: Bench) -> Figures:
    """Clients leave in mid-answer: whether and when the provider's streams are closed."""
    await bench.configure(first_delay=FIRST_DELAY_S, inter_delay=INTER_DELAY_S, tokens=100)
    asks = await bench.opened(LEAVERS)
    answers = await bench.put_all(asks, chats=LEAVERS, leave_after=LEAVE_AFTER)
    seen = await bench.settled(SETTLE_S)
    lags, late = [], []
    for answer in answers:
        times = seen["times"][answer.tag]
        late.append(times["sent"] - answer.tokens)
        if "abort" in times:
            lags.append((times["abort"] - answer.ended_at) * 1000)
    figures = {"closed": float(seen["aborted"]), "tokens_after_max": float(max(late))}
    if lags:
        figures["close_lag_p50_ms"] = float(np.median(lags))
        figures["close_lag_max_ms"] = max(lags)
    return figures


async def measure_overload(bench: Bench) -> Figures:
    """More chats at once than a service should take: how many it refuses, and how soon."""
    if bench.server.name != "citewire":
        return {}
    await bench.configure(first_delay=FIRST_DELAY_S, inter_delay=INTER_DELAY_S, tokens=100)
    answers = await bench.put_all(await bench.opened(CROWD), chats=CROWD)
    refused = [answer for answer in answers if answer.status == 429]
    admitted = [answer for answer in answers if answer.status != 429]
    require_whole(admitted, tokens=100)
    firsts = [answer.first_token_s * 1000 for answer in admitted]
    figures = {
        "refused": float(len(refused)),
        "refused_with_retry_after": float(sum(answer.retry_after for answer in refused)),
        "admitted_first_token_p50_ms": float(np.percentile(firsts, 50)),
        "admitted_first_token_max_ms": max(firsts),
    }
    if refused:
        waits = [(answer.ended_at - answer.sent_at) * 1000 for answer in refused]
        figures["refusal_p50_ms"] = float(np.percentile(waits, 50))
    return figures


async def measure_verdicts(bench: Bench) -> Figures:
    """First token and gaps between tokens of answers with a marker in every twenty tokens."""
    if bench.server.name != "citewire":
        return {}
    figures: Figures = {}
    for chats in CHATS[1:]:
        await bench.configure(first_delay=FIRST_DELAY_S, inter_delay=INTER_DELAY_S, tokens=200)
        asks = await bench.opened(bench.plan.first_token_answers[chats])
        answers = await bench.put_all(asks, chats=chats)
        require_whole(answers, tokens=200)
        firsts = [answer.first_token_s * 1000 for answer in answers]
        gaps = [gap * 1000 for answer in answers for gap in answer.gaps_s]
        for percentile in (50, 99):
            named = f"p{percentile}_{chats}_ms"
            figures[f"verdicts_first_{named}"] = float(np.percentile(firsts, percentile))
            figures[f"verdicts_gap_{named}"] = float(np.percentile(gaps, percentile))
    return figures


async def measure_screening(bench: Bench) -> Figures:
    """First token where a model's verdict, if one is asked for, is there before it or after it.

    Also in a second turn, in which a model condenses as well; and what was asked of models.
    """
    figures: Figures = {}
    for name, verdict_s in VERDICT_S.items():
        for chats in CHATS[:2]:
            await bench.configure(
                first_delay=FIRST_DELAY_S,
                aux_delay=verdict_s,
                inter_delay=INTER_DELAY_S,
                tokens=20,
            )
            asks = await bench.opened(bench.plan.first_token_answers[chats])
            for turn in (1, 2):
                figures |= await _screened(bench, asks, chats, f"screening_{name}_{turn}")
                asks = [Ask(ask.tag, "And its index?", ask.chat_id) for ask in asks]
    return figures


async def _screened(bench: Bench, asks: Sequence[Ask], chats: int, name: str) -> Figures:
    before = await bench.stats()
    answers = await bench.put_all(asks, chats=chats)
    require_whole(answers, tokens=20)
    firsts = [answer.first_token_s * 1000 for answer in answers]
    asked = (await bench.stats())["aux"] - before["aux"]
    figures = {
        f"{name}_p{percentile}_{chats}_ms": float(np.percentile(firsts, percentile))
        for percentile in (50, 99)
    }
    return {**figures, f"{name}_asked_{chats}": asked / len(asks)}


async def measure_ready(bench: Bench) -> Figures:
    """How long the service took from its start until it said that it was ready."""
    return {"ready_s": bench.server.ready_s} if bench.server.ready_s else {}


async def measure_ingest(bench: Bench) -> Figures:
    """Ingestion beside its parts, by a process of its own."""
    if bench.server.name != "citewire":
        return {}
    said = await run_on_all_cores(INGEST, "--reports", str(bench.plan.reports))
    figures: Figures = json.loads(said.splitlines()[-1])
    return figures


Measure = Callable[[Bench], Awaitable[Figures]]
# In this order: memory is asked of a service that has done nothing yet.
MEASURES: dict[str, Measure] = {
    "ready": measure_ready,
    "memory": measure_memory,
    "first-token": measure_first_token,
    "helpers": measure_helpers,
    "verdicts": measure_verdicts,
    "screening": measure_screening,
    "speed": measure_speed,
    "cancel": measure_cancel,
    "overload": measure_overload,
    "ingest": measure_ingest,
}
