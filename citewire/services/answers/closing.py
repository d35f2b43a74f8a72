"""The end of an answer: sources of what was left unmarked, and the last verdicts."""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import anyio
from llama_index.core.llms import LLM

from citewire.services.answers.answer import Answer
from citewire.services.answers.events import RunEvent
from citewire.services.citations.model import Verification
from citewire.services.citations.model_verdicts import ask_model

logger = logging.getLogger(__name__)

SETTLE_S = 2.0
"""How long the end of an answer may wait for what is still being checked, in seconds."""


async def ask_for_verdicts(answer: Answer, llm: LLM) -> list[RunEvent]:
    """What a model says of the citations of a settled answer, in one call."""
    asked = await anyio.to_thread.run_sync(answer.citing.doubtful)
    verdicts = await ask_model(llm, list(asked.values()))
    places = list(asked)
    events: list[RunEvent] = []
    for number, status in sorted(verdicts.items()):
        at = places[number]
        beside = answer.citations[at].verification.beside
        verification = Verification(status, None, "model", beside=beside)
        events.extend(answer.citing.verify(at, verification))
    return events


async def settle(answer: Answer, *, within_s: float = SETTLE_S) -> list[RunEvent]:
    """What is still to be told of a complete answer's citations, before it is done.

    Args:
        answer: all of which was said.
        within_s: what is not found by then stays unchecked.
    """
    deadline = time.monotonic() + within_s
    events: list[RunEvent] = []
    if answer.may_be_inferred:
        events.extend(await _inferred(answer, deadline))
    answer.citing.submit()
    await _wait(answer.citing.outstanding, deadline)
    return [*events, *answer.citing.take_in()]


async def _inferred(answer: Answer, deadline: float) -> Sequence[RunEvent]:
    aligning = answer.citing.align(answer.text)
    await _wait([aligning], deadline)
    if not aligning.done():
        aligning.cancel()
    elif failure := aligning.exception():
        logger.error("an answer could not be aligned with its sources", exc_info=failure)
    elif found := aligning.result():
        return answer.citing.infer(found)
    return (answer.warn("no_citation", "the answer does not say which source it comes from"),)


async def _wait(futures: Sequence[Future[Any]], deadline: float) -> None:
    """Wait for work in the checking thread; neither failures nor the deadline are raised."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def wake(_: Future[Any]) -> None:
        with suppress(RuntimeError):  # the loop may be closed by then
            loop.call_soon_threadsafe(changed.set)

    for future in futures:
        future.add_done_callback(wake)
    while not all(future.done() for future in futures):
        changed.clear()
        with anyio.move_on_after(deadline - time.monotonic()) as scope:
            await changed.wait()
        if scope.cancelled_caught:
            return
