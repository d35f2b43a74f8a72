"""The runtime of the workflow: how runs go from step to step, and how each of them ends."""

import asyncio
import inspect
from typing import Any

import pytest
from llama_index.core.workflow import (
    Context,
    Event,
    StartEvent,
    StopEvent,
    WorkflowTimeoutError,
    step,
)
from workflows.errors import WorkflowCancelledByUser, WorkflowRuntimeError

from citewire.workflows.lean_runtime import LeanWorkflow


class Beside(Event):
    """Work beside the step that asked for it."""


class Onward(Event):
    """What comes next."""


class Waiting(LeanWorkflow):
    """A step that sends one event and hands on another, a step that never ends, and one more."""

    def __init__(
        self, timeout: float | None = 20, *, fails: bool = False, ends: bool = True
    ) -> None:
        super().__init__(timeout=timeout)
        self.fails = fails
        self.ends = ends
        self.left = asyncio.Event()

    @step
    async def begin(self, ctx: Context, start: StartEvent) -> Onward | Beside | None:
        """Begin."""
        ctx.send_event(Beside())
        await asyncio.sleep(0)
        return Onward()

    @step
    async def wait(self, ctx: Context, beside: Beside) -> StopEvent | None:
        """Wait for ever."""
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()
        return None

    @step
    async def end(self, ctx: Context, onward: Onward) -> StopEvent | None:
        """End as asked."""
        ctx.write_event_to_stream(onward)
        if self.fails:
            raise ValueError("told so")
        return StopEvent(result="over") if self.ends else None


async def test_a_run_ends_with_its_first_end_and_what_goes_on_beside_is_cancelled() -> None:
    workflow = Waiting()
    handler = workflow.start_run(StartEvent())

    streamed = [type(event) async for event in handler.stream_events()]

    assert await handler == "over"
    assert streamed == [Onward, StopEvent]
    assert workflow.left.is_set()


async def test_a_step_that_fails_ends_the_run_and_its_stream() -> None:
    workflow = Waiting(fails=True)
    handler = workflow.start_run(StartEvent())

    streamed = [type(event) async for event in handler.stream_events()]

    with pytest.raises(ValueError, match="told so"):
        await handler
    assert streamed == [Onward]
    assert workflow.left.is_set()


async def test_a_run_has_its_time() -> None:
    workflow = Waiting(timeout=0.05, ends=False)

    with pytest.raises(WorkflowTimeoutError):
        await workflow.start_run(StartEvent())
    assert workflow.left.is_set()


async def test_a_run_that_is_cancelled_is_over_when_its_steps_are() -> None:
    workflow = Waiting(ends=False)
    handler = workflow.start_run(StartEvent())
    async for _ in handler.stream_events():
        break

    await handler.cancel_run()

    assert handler.is_done()
    assert workflow.left.is_set()
    with pytest.raises(WorkflowCancelledByUser):
        await handler


async def test_the_steps_are_looked_for_once_and_not_in_each_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What would break it: a version of the library that inspects the workflow for every run, which
    # takes longer than all of a step that hands on.
    looked = list[object]()
    getmembers = inspect.getmembers

    def counted(*args: Any, **kwargs: Any) -> Any:
        looked.append(args[0])
        return getmembers(*args, **kwargs)

    monkeypatch.setattr(inspect, "getmembers", counted)
    workflow = Waiting()
    await workflow.start_run(StartEvent())
    assert workflow in looked
    looked.clear()

    assert await workflow.start_run(StartEvent()) == "over"
    assert looked == []


class Endless(LeanWorkflow):
    """Steps that hand nothing on."""

    @step
    async def begin(self, start: StartEvent) -> StopEvent | None:
        """Begin, and no more."""
        return None


async def test_steps_that_hand_nothing_on_do_not_leave_the_run_waiting() -> None:
    with pytest.raises(WorkflowRuntimeError, match="without an end"):
        await Endless().start_run(StartEvent())
