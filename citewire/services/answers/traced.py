"""What a trace says of an answer: how its run ended, what it took, which verdicts it has."""

import json
from collections import Counter
from collections.abc import Sequence

from citewire.services.answers.answer import Answer
from citewire.services.answers.events import Done, EndEvent, Failed, Stopped
from citewire.services.citations.model import Citation
from citewire.tracing import names
from citewire.tracing.spans import TraceSpan, captures_content
from citewire.workflows.run_context import Generation

_FAULTS = ("timeout",)
"""Who stops a run because something is wrong; others do because somebody wants it."""


def note_verdicts(traced: TraceSpan, citations: Sequence[Citation]) -> None:
    """Tell each verdict, without what it is about."""
    if traced.is_recorded:
        for citation in citations:
            verdict = citation.verification
            facts = {names.VERDICT_NAME: "citation", names.VERDICT_LABEL: verdict.status}
            traced.event(names.VERDICT, {**facts, names.METHOD: verdict.method})


def note_end(traced: TraceSpan, answer: Answer, generation: Generation, end: EndEvent) -> None:
    """Tell how a run ended; ends its span."""
    if traced.is_recorded:
        _note(traced, answer, generation, end)
    traced.end()


def _note(traced: TraceSpan, answer: Answer, generation: Generation, end: EndEvent) -> None:
    traced.note(names.END, end.name)
    traced.note(names.ROUTE, answer.route)
    traced.note(names.EVIDENCE, answer.evidence)
    traced.note(names.INPUT_TOKENS, generation.prompt_tokens)
    traced.note(names.OUTPUT_TOKENS, generation.completion_tokens)
    if (first_ms := answer.timings.first_token_ms) is not None:
        traced.note(names.FIRST_CHUNK, first_ms / 1000)
    traced.note(names.SOURCES, len(answer.sources))
    traced.note(names.CITATIONS, len(answer.citations))
    statuses = Counter(citation.verification.status for citation in answer.citations)
    for status, count in statuses.items():
        traced.note(f"{names.VERDICTS}{status}", count)
    if captures_content():
        traced.note(names.INPUT, _said("user", answer.question))
        traced.note(names.OUTPUT, _said("assistant", answer.text))
    match end:
        case Done():
            traced.note(names.FINISH_REASONS, [end.finish_reason])
        case Stopped():
            traced.note(names.STOPPED_BY, end.by)
            if end.by in _FAULTS:
                traced.fail(end.by)
        case Failed():
            traced.fail(end.code)


def _said(role: str, text: str) -> str:
    # Not orjson, which refuses half a character.
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])
