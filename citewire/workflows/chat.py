"""The chat workflow: one step today, which answers."""

from contextlib import aclosing
from typing import Any

from llama_index.core.workflow import Context, Workflow, step

from citewire.workflows.engine import AnsweringResponse, Engines
from citewire.workflows.events import AnsweredEvent, AskEvent, DeltaEvent
from citewire.workflows.prompts import NO_EVIDENCE
from citewire.workflows.synthesis import generation_of


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
            announce(DeltaEvent(parts=(NO_EVIDENCE,)))
            return AnsweredEvent(finish_reason="no_evidence")
        stream = response.answer.response_gen
        async with aclosing(stream):
            async for text in stream:
                parts = getattr(text, "parts", (text,))
                ask.generation.completion_tokens += len(parts)
                announce(DeltaEvent(parts=parts))
        generation = generation_of(response.answer)
        ask.generation.prompt_tokens = generation.prompt_tokens
        ask.generation.completion_tokens = generation.completion_tokens
        return AnsweredEvent(finish_reason=generation.finish_reason)
