"""`make bench`: Citewire beside the provider, a bare pass-through and the recipe, in one run.

See bench/README.md for what is measured and how to read it. A missed target is printed, not
punished: the exit code is non-zero only when the benchmark itself broke.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import uvloop
from corpus import passages, write_for_citewire, write_for_recipe
from load import BenchError
from measures import MEASURES, Bench, Figures, Plan, warm_up
from plots import write_plots
from report import Results, print_summary, print_tables
from servers import Cores, Server, Site, on_core, open_site

from citewire.errors import CitewireError

ROUNDS = 3
ONLY_CITEWIRE = {"overload", "ingest", "verdicts"}
SCREENS = {"screen off": "off", "by rules": "rules", "by model": "model"}
BROKEN = (BenchError, CitewireError, OSError, TimeoutError, ExceptionGroup)

Round = dict[str, Figures]
Open = Callable[[], AbstractAsyncContextManager[Server]]


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    arguments = build_parser().parse_args()
    begun, cores = time.monotonic(), Cores.choose()
    print(f"service on core {cores.service}, all else on core {cores.rest}; {_load()}", flush=True)
    try:
        with on_core(cores.rest):
            rounds = uvloop.run(run(arguments.only or list(MEASURES), arguments.quick, cores))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped", file=sys.stderr)
        return 130
    except BROKEN as error:
        print("the benchmark broke:", file=sys.stderr)
        traceback.print_exception(_root_of(error))
        return 1
    results = Results(rounds)
    print_tables(results)
    print_summary(results)
    print(f"\nrounds: {len(rounds)}, in {time.monotonic() - begun:.0f} s; {_load()}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rounds, indent=1))
    if arguments.plots:
        write_plots(results, arguments.plots)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw them there as SVG")
    parser.add_argument("--only", nargs="+", choices=MEASURES, metavar="NAME", help=_names())
    return parser


async def run(names: Sequence[str], quick: bool, cores: Cores) -> list[Round]:
    """All rounds: each starts every service anew and measures `names` on it."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    plan = Plan.quick() if quick else Plan()
    async with open_site(cores) as site:
        nodes = passages()
        await write_for_citewire(site.redis_url, nodes)
        await asyncio.to_thread(write_for_recipe, site.redis_url, nodes)
        return [await _round(site, plan, names, n) for n in range(1 if quick else ROUNDS)]


async def _round(site: Site, plan: Plan, names: Sequence[str], number: int) -> Round:
    usual = [name for name in names if name != "screening"]
    figures: Round = {"direct": await _measured(Bench(site.standin, site.standin, plan), usual)}
    services: list[Open] = [site.open_citewire] if usual else []
    if not set(usual) <= ONLY_CITEWIRE:
        services += [site.open_bare, site.open_recipe]
    for opened in services:
        async with opened() as server:
            figures[server.name] = await _measured(Bench(server, site.standin, plan), usual)
    if "verdicts" in names:
        async with site.open_citewire(CITEWIRE_VERIFY="off") as server:
            figures["off"] = await _measured(Bench(server, site.standin, plan), ["verdicts"])
    # Each is the first in turn: whoever is, is slower.
    screens = list(SCREENS)[number % len(SCREENS) :] + list(SCREENS)[: number % len(SCREENS)]
    for name in screens if "screening" in names else ():
        async with site.open_citewire(CITEWIRE_SCREEN=SCREENS[name]) as server:
            figures[name] = await _measured(Bench(server, site.standin, plan), ["screening"])
    print(f"round {number + 1} done", flush=True)
    return figures


async def _measured(bench: Bench, names: Sequence[str]) -> Figures:
    await warm_up(bench)
    figures: Figures = {}
    for name, measure in MEASURES.items():
        if name in names:
            begun = time.monotonic()
            figures |= await measure(bench)
            took = time.monotonic() - begun
            print(f"  {bench.server.name}: {name} ({took:.1f} s)", file=sys.stderr, flush=True)
    return figures


def _names() -> str:
    return f"measure only these: {', '.join(MEASURES)}"


def _load() -> str:
    return f"load of this machine {os.getloadavg()[0]:.1f}"


def _root_of(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


if __name__ == "__main__":
    sys.exit(main())
