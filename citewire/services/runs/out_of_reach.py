"""Runs and files whose caller may no longer read what they are of: they end in two seconds."""

import logging
from collections import defaultdict

import anyio

from citewire.errors import CitewireError
from citewire.services.access.caller import Caller
from citewire.services.access.reach import Reaching
from citewire.services.access.reads import Reads
from citewire.services.runs.runs import Run, Runs
from citewire.storage.keys import collection_in

logger = logging.getLogger(__name__)

LOOK_S = 0.75
"""How often is looked at who is still a member, in seconds."""


async def end_out_of_reach(runs: Runs, reads: Reads, reaching: Reaching) -> None:
    """End runs and files of this worker that are of what their callers lost, until cancelled."""
    while True:
        await anyio.sleep(LOOK_S)
        under_way = _by_caller(runs.under_way)
        for caller in {*under_way, *reads.callers}:
            try:
                readable = frozenset((await reaching.now(caller)).libraries)
            except CitewireError as error:
                logger.warning("who may read is not known: %s", error)
                continue
            reads.cut(caller, readable)
            for run in under_way.get(caller, ()):
                if not readable.issuperset(run.filter.libraries):
                    await run.stop("access")


def _by_caller(under_way: list[Run]) -> dict[Caller, list[Run]]:
    """The runs that search shared collections, by who asked."""
    found = defaultdict(list)
    for run in under_way:
        if run.caller is not None and any(map(collection_in, run.filter.libraries)):
            found[run.caller].append(run)
    return found
