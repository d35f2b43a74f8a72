"""Building what runs need: the registry, the log and its readers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import anyio

from citewire.services.access.audit.log import AuditLog
from citewire.services.assembly.library import Library
from citewire.services.runs.following import Following
from citewire.services.runs.log import RunLog
from citewire.services.runs.orphans import LostRuns
from citewire.services.runs.record import Recorder
from citewire.services.runs.runs import Runs
from citewire.services.telemetry.metrics import Metrics
from citewire.storage.runs.log import RunLogs, open_run_logs
from citewire.storage.runs.registry import RunStore


@dataclass(frozen=True, slots=True)
class OpenRuns:
    """The runs of this worker, and those who read runs of any."""

    runs: Runs
    logs: RunLogs
    following: Following


@asynccontextmanager
async def open_runs(
    library: Library,
    recorder: Recorder | None,
    audit: AuditLog | None,
    metrics: Metrics | None = None,
) -> AsyncGenerator[OpenRuns, None]:
    """Open what runs need on an open library, and keep this worker alive in the registry."""
    settings, client = library.settings, library.documents.client
    grace_s = settings.runs.disconnect_grace_s
    async with open_run_logs(client, settings.storage.namespace, grace_s=grace_s) as logs:
        store = RunStore(
            client,
            settings.storage.namespace,
            worker=uuid4().hex,
            lease_s=settings.runs.run_lease_s,
            running_s=settings.runs.run_timeout_s,
            kept_s=settings.runs.run_log_ttl_s,
            per_owner=settings.runs_per_owner,
        )
        is_on = settings.runs.run_log
        log = RunLog(store, is_on=is_on, max_bytes=settings.runs.run_log_max_bytes)
        lost = LostRuns(
            store,
            logs,
            library.chats,
            logged=is_on,
            recorder=recorder,
            audit=audit,
            metrics=metrics,
        )
        runs = Runs(
            settings.server.max_runs,
            store,
            log,
            lost,
            lease_s=settings.runs.run_lease_s,
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runs.keep)
            yield OpenRuns(runs, logs, Following(logs, settings.readers_per_owner))
            tasks.cancel_scope.cancel()
