"""A runtime for workflows whose steps only hand events on: it runs them and keeps nothing.

The library's own makes every run one that can be replayed and resumed: a copy of the state for each
event, a span and a summary in words around each step, a task for each event that is streamed. That
takes 1.5 ms of a run; here a run is one task that goes from step to step. Steps may send further
events, and any failure ends the run: nothing collects events, waits for them or tries again.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import copy_context
from functools import partial
from inspect import signature
from typing import Any

from workflows.context.serializers import BaseSerializer
from workflows.errors import WorkflowCancelledByUser, WorkflowRuntimeError, WorkflowTimeoutError
from workflows.events import Event, StartEvent, StopEvent
from workflows.plugins.basic import BasicRuntime
from workflows.runtime.types.internal_state import BrokerConfig, BrokerState
from workflows.runtime.types.plugin import ExternalRunAdapter
from workflows.runtime.types.ticks import WorkflowTick
from workflows.utils import get_steps_from_instance
from workflows.workflow import Workflow

from citewire.tracing.names import STEP
from citewire.tracing.spans import span

STOP_S = 0.5
"""How long the end of a run waits for steps that are cancelled, in seconds; as the library."""

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
        self, write_event_to_stream: Callable[[Event], None], send_event: Callable[[Event], None]
    ) -> None:
        self.write_event_to_stream = write_event_to_stream
        self.send_event = send_event


class LeanRuntime(BasicRuntime):
    """Runs one workflow."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: Steps = {}

    def run_workflow(  # noqa: PLR0917 - the library's signature
        self,
        run_id: str,
        workflow: Workflow,
        init_state: BrokerState,
        start_event: StartEvent | None = None,
        serialized_state: dict[str, Any] | None = None,
        serializer: BaseSerializer | None = None,
    ) -> ExternalRunAdapter:
        """Begin a run; one that begins in its midst is refused."""
        if start_event is None:
            raise WorkflowRuntimeError("a run begins with an event: nothing is resumed")
        config = init_state.config
        self._steps = self._steps or _steps_of(workflow, config)
        return _Run(run_id, self._steps, start_event, timeout_s=config.timeout)


class _Run(ExternalRunAdapter):
    """One run, which the library's handler streams, awaits and cancels."""

    def __init__(
        self, run_id: str, steps: Steps, start: StartEvent, *, timeout_s: float | None
    ) -> None:
        loop = asyncio.get_running_loop()
        self._run_id = run_id
        self._steps = steps
        self._context = copy_context()
        self._stream: asyncio.Queue[Event] = asyncio.Queue()
        self._working: set[asyncio.Task[Event | None]] = set()
        self._end: asyncio.Future[Event] = loop.create_future()
        late = WorkflowTimeoutError(f"the run took longer than {timeout_s} s")
        self._timer = loop.call_later(timeout_s, self._fail, late) if timeout_s else None
        self._begin(start)

    @property
    def run_id(self) -> str:
        """The name of the run."""
        return self._run_id

    async def send_event(self, tick: WorkflowTick) -> None:
        """Refused: events come from steps."""
        raise WorkflowRuntimeError("no events are taken from outside")

    async def cancel(self) -> None:
        """Cancel all steps; the run ends as cancelled when they have ended."""
        self._fail(WorkflowCancelledByUser())

    async def get_result(self) -> StopEvent:
        """What the run ends with; its stream ends as well. The handler awaits this once."""
        end = StopEvent()
        try:
            last = await self._end
            assert isinstance(last, StopEvent)
            end = last
        finally:
            if self._timer is not None:
                self._timer.cancel()
            await self._cease()
            self._stream.put_nowait(end)
        return end

    async def stream_published_events(self) -> AsyncGenerator[Event, None]:
        """The events that steps show, then what the run ends with."""
        while True:
            event = await self._stream.get()
            yield event
            if isinstance(event, StopEvent):
                return

    def _begin(self, event: Event) -> None:
        # Not in that of the step that sends it: it may end sooner.
        task = asyncio.create_task(self._work(event), context=self._context.copy())
        self._working.add(task)
        task.add_done_callback(self._worked)

    async def _work(self, event: Event | None) -> Event | None:
        """From step to step until nothing is handed on."""
        context = StepContext(self._stream.put_nowait, self._begin)
        while event is not None and not isinstance(event, StopEvent):
            name, step = self._steps[type(event)]
            with span(name):
                event = await step(context, event)
        return event

    def _worked(self, task: asyncio.Task[Event | None]) -> None:
        self._working.discard(task)
        if task.cancelled():
            self._fail(WorkflowRuntimeError("a step was cancelled"))
        elif (error := task.exception()) is not None:
            self._fail(error)
        elif (event := task.result()) is not None and not self._end.done():
            self._end.set_result(event)
        elif not self._working:
            self._fail(WorkflowRuntimeError("the steps ended without an end of the run"))

    def _fail(self, error: BaseException) -> None:
        if not self._end.done():
            self._end.set_exception(error)

    async def _cease(self) -> None:
        for task in self._working:
            task.cancel()
        if self._working:
            await asyncio.wait(self._working, timeout=STOP_S)


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
