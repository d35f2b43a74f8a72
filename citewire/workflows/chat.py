"""The chat workflow: one step today, which answers."""

from contextlib import aclosing
from typing import Any, TypeVar, cast

from llama_index.core.workflow import Context, Workflow, step
from llama_index_instrumentation.dispatcher import Dispatcher

from citewire.workflows.engine import AnsweringResponse, Engines
from citewire.workflows.events import AnsweredEvent, AskEvent, DeltaEvent
from citewire.workflows.silence import noticing_silence
from citewire.workflows.synthesis import generation_of

Step = TypeVar("Step")


class NoSpans:
    """In place of the library's dispatcher: a span around a step costs 0.1 ms and 10 kB a run."""

    @staticmethod
    def span(step: Step) -> Step:
        """The step as it is."""
        return step


class ChatWorkflow(Workflow):
    """Answers a question from the reports.

    Args:
        engines: what the engines of a run are made from.
        timeout_s: longest run, in seconds; the library's own default of 45 s would cut long
            answers off while the model goes on.
    """

    _found_steps: dict[str, Any] | None = None

    def __init__(self, engines: Engines, *, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        self._engines = engines
        self._dispatcher = cast(Dispatcher, NoSpans())

    def _get_steps(self) -> dict[str, Any]:
        # The library inspects all members of the workflow several times in each run.
        if self._found_steps is None:
            self._found_steps = super()._get_steps()
        return self._found_steps

    @step
    async def answer(self, ctx: Context, ask: AskEvent) -> AnsweredEvent:
        """Condense, retrieve, synthesise; everything that is started here ends here."""
        announce = ctx.write_event_to_stream
        engine = self._engines.for_run(history=ask.history, filter=ask.filter, announce=announce)
        response = await engine.astream_chat(ask.question)
        if not isinstance(response, AnsweringResponse) or response.answer is None:
            announce(DeltaEvent(parts=(response.response,)))
            return AnsweredEvent(finish_reason="no_evidence")
        stream, generation = response.answer.response_gen, generation_of(response.answer)
        del engine, response  # all that was retrieved would be kept as long as the answer streams
        async with aclosing(stream):
            with noticing_silence(announce) as heard:
                async for text in stream:
                    parts = getattr(text, "parts", (text,))
                    ask.generation.completion_tokens += len(parts)
                    announce(DeltaEvent(parts=parts))
                    heard()
        ask.generation.prompt_tokens = generation.prompt_tokens
        ask.generation.completion_tokens = generation.completion_tokens
        return AnsweredEvent(finish_reason=generation.finish_reason)
