"""Owning one run: whoever leaves the block has stopped it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
from llama_index.core.workflow import StartEvent

from citewire.tracing.spans import NOBODYS, TraceSpan
from citewire.workflows.lean_runtime import LeanRun, LeanWorkflow

logger = logging.getLogger(__name__)

CANCEL_DEADLINE_S = 2.0

T = TypeVar("T")


async def finish(call: Coroutine[Any, Any, T], *, deadline_s: float) -> T:
    """Await `call` to its end, also in a task that is being cancelled.

    It runs in a task of its own: before Python 3.11.3 `asyncio.timeout`, which redis-py relies on,
    does not work in a task that has been cancelled, shield or not.

    Args:
        call: what must be finished.
        deadline_s: after so many seconds it is cancelled.

    Raises:
        TimeoutError: the deadline was reached.
    """
    task = asyncio.ensure_future(call)
    with anyio.CancelScope(shield=True):
        done, _ = await asyncio.wait({task}, timeout=deadline_s)
        if not done:
            task.cancel()
            await asyncio.wait({task}, timeout=deadline_s)
            raise TimeoutError
    return task.result()


@asynccontextmanager
async def running(
    workflow: LeanWorkflow, start: StartEvent, trace: TraceSpan = NOBODYS
) -> AsyncGenerator[LeanRun, None]:
    """Run `workflow`; when the block is left, the run is over, whatever the reason.

    The spans of its steps stand under `trace`.

    The cancellation is shielded: inside a cancelled task an ordinary await is cancelled again, and
    `cancel_run` swallows that, so that the unshielded form looks right and does nothing (ADR 0003).
    """
    with trace.within():
        run = workflow.start_run(start)
    try:
        yield run
    finally:
        if not run.is_done():
            with anyio.CancelScope(shield=True):
                await run.cancel_run(within_s=CANCEL_DEADLINE_S)
            if not run.is_done():
                logger.error("a run did not stop within %s s", CANCEL_DEADLINE_S)
