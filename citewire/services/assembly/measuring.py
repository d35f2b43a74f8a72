"""What metrics do not hear of by themselves: looked at each second, or when they are scraped."""

import platform
import time
from collections.abc import Callable

import anyio

from citewire import __version__
from citewire.errors import StorageError
from citewire.services.assembly.library import Library
from citewire.services.runs.runs import Runs
from citewire.services.telemetry.exposition import Facts, LabelValues
from citewire.services.telemetry.metrics import PREFIX, Metrics
from citewire.services.uploads.jobs import Jobs
from citewire.storage.index.live import look_at_index

SAMPLE_S = 1.0
LOOK_S = 1.0
"""How long Redis may take to answer a scrape, in seconds."""
_ALONE: LabelValues = ()


class ServerFacts:
    """What is looked up for a scrape.

    Args:
        library: that is served.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    async def read(self) -> Facts:
        """The facts as they are now; without Redis, those that need none."""
        server = self._library.settings.server
        found: dict[str, dict[LabelValues, float]] = {
            f"{PREFIX}build_info": {(__version__, platform.python_version()): 1},
            f"{PREFIX}worker_processes_wanted": {_ALONE: server.workers},
            f"{PREFIX}run_places": {_ALONE: server.max_runs * server.workers},
            f"{PREFIX}redis_up": {_ALONE: 0},
        }
        client, name = self._library.documents.client, self._library.store.schema.index.name
        try:
            with anyio.fail_after(LOOK_S):
                live = await look_at_index(client, name)
        except (StorageError, TimeoutError):
            return Facts(found)
        found[f"{PREFIX}redis_up"] = {_ALONE: 1}
        if live is not None:
            found[f"{PREFIX}passages"] = {_ALONE: live.passages}
            found[f"{PREFIX}index_failures"] = {_ALONE: live.failures}
        return Facts(found)


async def keep_sampled(
    metrics: Metrics, runs: Runs, jobs: Jobs, connections_taken: Callable[[], int]
) -> None:
    """Note each second what this worker is at, until cancelled."""
    metrics.worker_starts.inc()
    metrics.workers.set(1)
    while True:
        metrics.runs_under_way.set(len(runs))
        metrics.ingest_jobs.labels("waiting").set(jobs.count("queued"))
        metrics.ingest_jobs.labels("running").set(jobs.count("running"))
        metrics.redis_connections.set(connections_taken())
        due = time.monotonic() + SAMPLE_S
        await anyio.sleep(SAMPLE_S)
        metrics.lag_s.observe(max(0.0, time.monotonic() - due))
