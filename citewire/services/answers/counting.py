"""What is counted of a run, once, when it is over: its end, and what was said and how it holds."""

from citewire.services.answers.answer import Answer
from citewire.services.answers.events import Done, EndEvent, Failed, Stopped
from citewire.services.telemetry.metrics import Metrics
from citewire.workflows.run_context import Generation

WORDS = "words"
"""The way of finding that makes a search hybrid: `found_by` of a source has it."""


def count_run(metrics: Metrics, answer: Answer, generation: Generation, end: EndEvent) -> None:
    """Count a run that ended.

    Args:
        metrics: to count in.
        answer: what was said, its citations and its times.
        generation: how many tokens it took.
        end: as it was told.
    """
    metrics.runs.labels(end.name, answer.route, _reason(end)).inc()
    if (total_ms := answer.timings.total_ms) is not None:
        metrics.run_s.labels(end.name).observe(total_ms / 1000)
    if (first_ms := answer.timings.first_token_ms) is not None:
        metrics.first_token_s.observe(first_ms / 1000)
    metrics.tokens.labels("prompt").inc(generation.prompt_tokens)
    metrics.tokens.labels("completion").inc(generation.completion_tokens)
    if isinstance(end, Stopped):
        metrics.tokens.labels("after_stop").inc(end.usage.tokens_after_stop)
    _count_retrieval(metrics, answer)
    for citation in answer.citations:
        verification = citation.verification
        metrics.verdicts.labels(verification.status, verification.method).inc()
    for warned in answer.warnings:
        metrics.warnings.labels(warned.code).inc()
        if warned.code == "unsupported_number":
            metrics.untraced_numbers.inc()


def count_lost(metrics: Metrics, code: str) -> None:
    """Count a run whose worker died: what it said and took died with it."""
    metrics.runs.labels(Failed.name, "answer", code).inc()


def _count_retrieval(metrics: Metrics, answer: Answer) -> None:
    if answer.evidence is not None:
        metrics.evidence.labels(answer.evidence).inc()
    began = next((at for stage, at in answer.stages if stage == "retrieve"), None)
    found_ms = answer.timings.retrieve_ms
    if began is None or found_ms is None:
        return
    how = "nothing"
    if answer.sources:
        by_words = any(WORDS in source.found_by for source in answer.sources)
        how = "hybrid" if by_words else "dense"
    second_look = "yes" if any(stage == "look" for stage, _ in answer.stages) else "no"
    metrics.retrieval_s.labels(how, second_look).observe((found_ms - began) / 1000)


def _reason(end: EndEvent) -> str:
    if isinstance(end, Done):
        return end.finish_reason
    return end.by if isinstance(end, Stopped) else end.code
