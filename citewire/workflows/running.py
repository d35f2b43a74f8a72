"""Owning one run: whoever leaves the block has stopped it."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from llama_index.core.workflow import StartEvent, Workflow
from workflows.handler import WorkflowHandler

logger = logging.getLogger(__name__)

CANCEL_DEADLINE_S = 2.0


@asynccontextmanager
async def running(workflow: Workflow, start: StartEvent) -> AsyncGenerator[WorkflowHandler, None]:
    """Run `workflow`; when the block is left, the run is over, whatever the reason.

    The cancellation is shielded: inside a cancelled task an ordinary await is cancelled again, and
    `cancel_run` swallows that, so that the unshielded form looks right and does nothing (ADR 0003).
    """
    handler = workflow.run(start_event=start)
    try:
        yield handler
    finally:
        if not handler.is_done():
            with anyio.CancelScope(shield=True):
                await handler.cancel_run(timeout=CANCEL_DEADLINE_S)
            if not handler.is_done():
                logger.error("run %s did not stop within %s s", handler.run_id, CANCEL_DEADLINE_S)
