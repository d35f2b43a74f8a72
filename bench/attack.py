"""Neighbours: chats beside attackers of every kind, and the same chats without them.

`python bench/attack.py [--workers 4] [--chats 200] [--rounds 3] [--only NAME...] [--each]`. Each
phase has a service, a Redis and an archive of its own; phases without attackers alternate with
those that have them all at once (`--each`: one kind after the other, once). It is not pinned:
workers, attackers and all else share the cores.
"""

import argparse
import asyncio
import json
import math
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median

import numpy as np
import psutil
import uvloop
from attackers import ATTACKERS, FOLDER, REPORT, Target, odd_scripts, upload_request
from corpus import passages, write_for_citewire
from load import Answer, Ask, BenchError, call, open_chats, put
from measures import Bench, Plan, fresh, require_whole
from servers import Cores, Server, Site, open_site, run_on_all_cores

from citewire.storage.keys import DEFAULT_OWNER

SECONDS = 15.0
FIRST_DELAY_S, INTER_DELAY_S, TOKENS = 0.2, 0.05, 100
POLL_S, WATCH_S, PREPARE_S = 0.02, 0.5, 60.0
WITHIN = 3.0
VICTIM_KEY, ATTACKER_KEY = "victims-key", "attackers-key"
KEYS = f"{DEFAULT_OWNER}:{VICTIM_KEY},attacker:{ATTACKER_KEY}"
SCRIPT = Path(__file__).parent / "attackers.py"


@dataclass(slots=True)
class Phase:
    """What was seen in a phase; times in ms, memory in MB."""

    attackers: Sequence[str]
    answers: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    first_p50: float = math.nan
    first_max: float = math.nan
    health_p50: float = math.nan
    health_p99: float = math.nan
    health_max: float = math.nan
    health_failed: int = 0
    memory: float = 0.0
    largest: float = 0.0
    cores: float = 0.0  # that the workers kept busy
    late_p99: float = math.nan  # of what watches: the machine is busy with other things
    told: dict[str, dict[str, int]] = field(default_factory=dict)

    def line(self, name: str) -> str:
        """It as a line of the table."""
        times = (self.health_p50, self.health_p99, self.health_max, self.first_p50, self.first_max)
        rest = (self.memory, self.largest, self.late_p99)
        cells = "".join(f"{value:>9,.0f}" for value in (*times, *rest)) + f"{self.cores:>9.2f}"
        failed = f"{sum(self.failed.values())}/{self.answers}"
        return f"{name:<14}{failed:>9}{self.health_failed:>8}{cells}"


HEAD = (
    f"{'':<14}{'failed':>9}{'health':>8}{'health':>9}{'health':>9}{'health':>9}"
    f"{'first':>9}{'first':>9}{'memory':>9}{'largest':>9}{'bench':>9}{'cores':>9}\n"
    f"{'':<14}{'answers':>9}{'failed':>8}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}"
    f"{'p50 ms':>9}{'max ms':>9}{'all MB':>9}{'MB':>9}{'late p99':>9}{'in use':>9}"
)


@dataclass(slots=True)
class Watch:
    """What is looked at all the time: /healthz on new connections, and memory."""

    server: Server
    health_s: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    failed: int = 0
    memory: float = 0.0
    largest: float = 0.0

    async def watch(self) -> None:
        """Watch until cancelled; each poll is sent when it is due, answered or not."""
        loop = asyncio.get_running_loop()
        begun, polls = loop.time(), 0
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._poll())
                if polls % (WATCH_S // POLL_S) == 0:
                    self._weigh()
                polls += 1
                due = begun + polls * POLL_S
                await asyncio.sleep(max(0.0, due - loop.time()))
                self.late_s.append(loop.time() - due)

    async def _poll(self) -> None:
        begun = time.monotonic()
        try:
            await call(self.server.port, "GET", "/healthz")
        except (BenchError, OSError):
            self.failed += 1
        finally:
            # That of a poll which is cut off at the end counts as it is by then.
            self.health_s.append(time.monotonic() - begun)

    def _weigh(self) -> None:
        sizes = []
        for process in _processes(self.server):
            with suppress(psutil.Error):  # it is over
                sizes.append(process.memory_info().rss / 2**20)
        self.memory = max(self.memory, sum(sizes))
        self.largest = max(self.largest, *sizes, 0.0)


async def run(arguments: argparse.Namespace) -> list[Phase]:
    """All phases, in turns."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    kinds = arguments.only or list(ATTACKERS)
    rows: list[tuple[str, Sequence[str]]] = [("without", ())]
    if arguments.each:
        rows += [(kind, (kind,)) for kind in kinds]
    else:
        rows = [*rows, ("attacked", kinds)] * arguments.rounds
    nodes = await asyncio.to_thread(passages)
    print(HEAD, flush=True)
    phases = []
    for name, attackers in rows:
        async with open_site(Cores(None, None)) as site:
            await write_for_citewire(site.redis_url, nodes)
            async with _serving(site, arguments.workers) as server:
                bench = Bench(server, site.standin, Plan.quick())
                phase = await _phase(bench, arguments.chats, arguments.seconds, attackers)
        print(phase.line(name), flush=True)
        for reason, times in phase.failed.most_common():
            print(f"    {times} answers: {reason}")
        for kind, told in phase.told.items():
            print(f"    {kind} was told: {_counts(told)}", flush=True)
        phases.append(phase)
    return phases


@asynccontextmanager
async def _serving(site: Site, workers: int) -> AsyncIterator[Server]:
    """A service with an owner for the chats and one for the attackers, who has a report."""
    settings = {
        "CITEWIRE_WORKERS": str(workers),
        "CITEWIRE_API_KEYS": KEYS,
        # All chats are of one owner here.
        "CITEWIRE_MAX_RUNS_PER_OWNER": "256",
    }
    async with site.open_citewire(**settings) as opened:
        server = replace(opened, dialect=replace(opened.dialect, key=VICTIM_KEY))
        await _give_report(server)
        processes = _processes(server)
        try:
            yield server
        finally:
            processes = list({*processes, *_processes(server)})
    # One that an attack holds does not see that it should end.
    for process in processes:
        with suppress(psutil.Error):
            process.kill()


async def _give_report(server: Server) -> None:
    target = Target(server.port, ATTACKER_KEY, time.monotonic() + PREPARE_S)
    created = await target.send(upload_request(target, FOLDER, {"harbour.txt": REPORT}))
    found = re.search(rb'"job_id":"(\w+)"', created)
    if found is None:
        raise BenchError(f"the attackers' report was not taken: {created[:300]!r}")
    async with asyncio.timeout(PREPARE_S):
        path = f"/jobs/{found[1].decode()}"
        while not await _is_done(server, path):  # noqa: ASYNC110 (another process says so)
            await asyncio.sleep(0.1)


async def _is_done(server: Server, path: str) -> bool:
    return bool((await call(server.port, "GET", path, key=ATTACKER_KEY))["status"] == "done")


async def _phase(bench: Bench, chats: int, seconds: float, attackers: Sequence[str]) -> Phase:
    await bench.configure(tokens=20)
    require_whole(await bench.put_all(fresh(32), chats=16), tokens=20)
    await bench.configure(first_delay=FIRST_DELAY_S, inter_delay=INTER_DELAY_S, tokens=TOKENS)
    if "provider" in attackers:
        try:
            await call(bench.standin.port, "POST", "/config", {"scripts": odd_scripts()})
        except BenchError:
            print("    provider: this stand-in has no oddities for single questions: skipped")
            attackers = [kind for kind in attackers if kind != "provider"]
    asks = fresh(chats)
    await open_chats(bench.server.dialect, bench.server.port, asks)
    watch, phase = Watch(bench.server), Phase(attackers)
    # Those that read files come later: it is the workers that answer.
    workers, begun = _processes(bench.server), time.monotonic()
    until, cpu_s = begun + seconds, _cpu_s(workers)
    async with asyncio.TaskGroup() as group:
        attacking = group.create_task(_attack(bench.server.port, seconds, attackers))
        watching = group.create_task(watch.watch())
        talking = [group.create_task(_talk(bench, ask, until)) for ask in asks]
        answered = await asyncio.gather(*talking)
        phase.told = await attacking
        watching.cancel()
    phase.cores = (_cpu_s(workers) - cpu_s) / (time.monotonic() - begun)
    _note(phase, [answer for answers in answered for answer in answers], watch)
    return phase


async def _attack(port: int, seconds: float, kinds: Sequence[str]) -> dict[str, dict[str, int]]:
    if not kinds:
        return {}
    options = ["--port", str(port), "--key", ATTACKER_KEY, "--seconds", str(seconds)]
    said = await run_on_all_cores(SCRIPT, *options, "--kinds", *kinds)
    told: dict[str, dict[str, int]] = json.loads(said.splitlines()[-1])
    return told


async def _talk(bench: Bench, ask: Ask, until: float) -> list[Answer]:
    """Ask in one chat, again and again, each answer followed to its end."""
    answers = []
    while time.monotonic() < until:
        try:
            answers.append(await put(bench.server.dialect, bench.server.port, ask))
        except (BenchError, OSError) as error:
            answers.append(Answer(ask.tag, tail=type(error).__name__.encode()))
        if not _is_whole(answers[-1]):
            await asyncio.sleep(1.0)  # as a person would wait
    return answers


def _is_whole(answer: Answer) -> bool:
    return answer.status == 200 and answer.ended and answer.tokens >= TOKENS


def _note(phase: Phase, answers: Sequence[Answer], watch: Watch) -> None:
    whole = [answer for answer in answers if _is_whole(answer)]
    phase.answers = len(answers)
    phase.failed = Counter(_reason(answer) for answer in answers if not _is_whole(answer))
    firsts = [answer.first_token_s * 1000 for answer in whole]
    if firsts:
        phase.first_p50, phase.first_max = float(np.median(firsts)), max(firsts)
    health = np.array(watch.health_s) * 1000
    phase.health_p50, phase.health_p99 = (float(np.percentile(health, p)) for p in (50, 99))
    phase.health_max = float(health.max())
    phase.health_failed = watch.failed
    phase.late_p99 = float(np.percentile(watch.late_s, 99)) * 1000
    phase.memory, phase.largest = watch.memory, watch.largest


def _reason(answer: Answer) -> str:
    said = b"".join(answer.body) or answer.tail
    code = re.search(rb'"code":"(\w+)"', said)
    return f"status {answer.status}, {code[1].decode() if code else said[-60:]!r}"


def _processes(server: Server) -> list[psutil.Process]:
    try:
        return [server.process, *server.process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu_s(processes: Sequence[psutil.Process]) -> float:
    used = 0.0
    for process in processes:
        with suppress(psutil.Error):
            used += sum(process.cpu_times()[:2])
    return used


def _counts(told: dict[str, int]) -> str:
    return ", ".join(f"{answer} × {times}" for answer, times in sorted(told.items())) or "nothing"


def print_summary(phases: Sequence[Phase]) -> None:
    """Compare the phases with attackers to those without, round by round."""
    calm = phases[0]
    health, first = [], []
    for phase in phases:
        if not phase.attackers:
            calm = phase
            continue
        health.append(phase.health_p99 / calm.health_p99)
        first.append(phase.first_max / calm.first_max)
    failed = sum(sum(phase.failed.values()) for phase in phases if phase.attackers)
    verdict = "reached" if median(health) <= WITHIN and not failed else "missed"
    ratios = ", ".join(f"{ratio:.2f}" for ratio in health)
    print(f"\n/healthz p99 over that without attackers: {ratios}; median {median(health):.2f}")
    print(f"slowest first token over that without: {', '.join(f'{ratio:.2f}' for ratio in first)}")
    print(f"failed answers of others: {failed}")
    print(f"no failed answer, and /healthz p99 within {WITHIN:g} times: {verdict}")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each phase")
    parser.add_argument("--only", nargs="+", choices=ATTACKERS, metavar="NAME", help=_names())
    parser.add_argument("--each", action="store_true", help="one kind of attacker after the other")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    return parser


def _names() -> str:
    return f"only these attackers: {', '.join(ATTACKERS)}"


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    arguments, begun = build_parser().parse_args(), time.monotonic()
    try:
        phases = uvloop.run(run(arguments))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped", file=sys.stderr)
        return 130
    print_summary(phases)
    print(f"{len(phases)} phases, in {time.monotonic() - begun:.0f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(phase) for phase in phases], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
