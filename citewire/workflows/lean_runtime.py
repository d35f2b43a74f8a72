"""Runs of workflows whose steps only hand events on: they go from step to step and keep nothing.

The library's own makes every run one that can be replayed and resumed: a copy of the state for each
event, a span and a summary in words around each step, a task for each event that is streamed. That
takes 1.5 ms of a run; here a run is one task that goes from step to step. Steps may send further
events, and any failure ends the run: nothing collects events, waits for them or tries again.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextvars import copy_context
from functools import partial
from inspect import signature
from typing import Any

from workflows.errors import WorkflowCancelledByUser, WorkflowRuntimeError, WorkflowTimeoutError
from workflows.events import Event, StartEvent, StopEvent
from workflows.runtime.types.internal_state import BrokerConfig, BrokerState
from workflows.utils import get_steps_from_instance
from workflows.workflow import Workflow

from citewire.tracing.names import STEP
from citewire.tracing.spans import span

STOP_S = 0.5
"""How long the end of a run waits for steps that are cancelled, in seconds; as the library."""
CANCEL_S = 5.0
"""How long whoever cancels a run waits until it is over, in seconds; as the library."""

Step = Callable[["StepContext", Event], Awaitable[Event | None]]
Steps = dict[type[Event], tuple[str, Step]]
"""By the event that each takes, the name of its span and the step."""


class StepContext:
    """What a step may do with its context.

    Args:
        write_event_to_stream: shows an event to whoever streams the run.
        send_event: lets the step that takes an event work on it, beside the one at hand.
    """

    __slots__ = ("send_event", "write_event_to_stream")

    def __init__(
        self, write_event_to_stream: Callable[[object], None], send_event: Callable[[Event], None]
    ) -> None:
        self.write_event_to_stream = write_event_to_stream
        self.send_event = send_event


class LeanWorkflow(Workflow):
    """A workflow whose runs are begun with `start_run`."""

    _lean_config: BrokerConfig | None = None
    _lean_steps: Steps

    def start_run(self, start: StartEvent) -> "LeanRun":
        """Begin a run; it goes on until it ends, or is cancelled."""
        if self._lean_config is None:
            self._lean_config = BrokerState.from_workflow(self).config
            self._lean_steps = _steps_of(self, self._lean_config)
        return LeanRun(self._lean_steps, start, timeout_s=self._lean_config.timeout)


class LeanRun:
    """One run, which may be streamed once, awaited, and cancelled.

    Args:
        steps: of the workflow.
        start: what it begins with.
        timeout_s: how long it may take, in seconds; None for as long as it likes.
    """

    __slots__ = (
        *("_context", "_end", "_heard", "_over", "_shown", "_steps", "_timer", "_working"),
    )

    def __init__(self, steps: Steps, start: StartEvent, *, timeout_s: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._steps = steps
        self._context = copy_context()
        self._shown: list[object] = []
        self._heard: asyncio.Future[None] | None = None
        self._working: set[asyncio.Task[Event | None]] = set()
        self._end: asyncio.Future[StopEvent] = loop.create_future()
        self._over: asyncio.Future[None] = loop.create_future()
        self._timer = loop.call_later(timeout_s, self._time_out, timeout_s) if timeout_s else None
        self._begin(start)

    def is_done(self) -> bool:
        """Whether it is over, with all of its steps."""
        return self._over.done()

    async def stream_events(self) -> AsyncGenerator[object, None]:
        """What the steps show, then what the run ends with, unless it failed."""
        while True:
            shown, self._shown = self._shown, []
            for event in shown:
                yield event
            if self._shown:
                continue
            if self._over.done():
                break
            self._heard = asyncio.get_running_loop().create_future()
            await self._heard
        if self._end.exception() is None:
            yield self._end.result()

    def __await__(self) -> Generator[Any, None, Any]:
        """Wait until it is over; gives what it ends with, or raises why it failed."""
        return self._result().__await__()

    async def cancel_run(self, *, within_s: float = CANCEL_S) -> None:
        """Cancel all steps, and wait so many seconds until they have ended."""
        self._fail(WorkflowCancelledByUser())
        await asyncio.wait([self._over], timeout=within_s)

    async def _result(self) -> Any:
        if not self._over.done():
            await asyncio.shield(self._over)
        end = self._end.result()
        return end.result if type(end) is StopEvent else end

    def _begin(self, event: Event) -> None:
        # Not in that of the step that sends it: it may end sooner.
        task = asyncio.create_task(self._work(event), context=self._context.copy())
        self._working.add(task)
        task.add_done_callback(self._worked)

    async def _work(self, event: Event | None) -> Event | None:
        """From step to step until nothing is handed on."""
        context = StepContext(self._show, self._begin)
        while event is not None and not isinstance(event, StopEvent):
            name, step = self._steps[type(event)]
            with span(name):
                event = await step(context, event)
        return event

    def _show(self, event: object) -> None:
        self._shown.append(event)
        self._wake()

    def _wake(self) -> None:
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(None)

    def _worked(self, task: asyncio.Task[Event | None]) -> None:
        self._working.discard(task)
        if task.cancelled():
            self._fail(WorkflowRuntimeError("a step was cancelled"))
        elif (error := task.exception()) is not None:
            self._fail(error)
        elif isinstance(end := task.result(), StopEvent):
            if not self._end.done():
                self._end.set_result(end)
                self._cease()
        elif not self._working:
            self._fail(WorkflowRuntimeError("the steps ended without an end of the run"))
        if self._end.done() and not self._working:
            self._finish()

    def _time_out(self, timeout_s: float) -> None:
        self._fail(WorkflowTimeoutError(f"the run took longer than {timeout_s} s"))

    def _fail(self, error: BaseException) -> None:
        if not self._end.done():
            self._end.set_exception(error)
            self._end.exception()  # whoever streams it need not await it
            self._cease()

    def _cease(self) -> None:
        """Cancel what goes on beside the end; the run is over when it has ended, or is given up."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._working:
            task.cancel()
        if self._working:
            self._timer = asyncio.get_running_loop().call_later(STOP_S, self._finish)

    def _finish(self) -> None:
        if not self._over.done():
            if self._timer is not None:
                self._timer.cancel()
            self._over.set_result(None)
            self._wake()


def _steps_of(workflow: Workflow, config: BrokerConfig) -> Steps:
    """Each step by the event that it takes."""
    methods = get_steps_from_instance(workflow)
    steps: Steps = {}
    for step_id, step_config in config.steps.items():
        step = methods[step_id.name]
        takes_context = len(signature(step).parameters) > 1
        for event in step_config.accepted_events:
            called = step if takes_context else partial(_without_context, step)
            steps[event] = f"{STEP}{step_id.name}", called
    return steps


async def _without_context(
    step: Callable[[Event], Awaitable[Event | None]], _: StepContext, event: Event
) -> Event | None:
    return await step(event)
