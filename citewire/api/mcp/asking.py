"""Asking: a run whose client is another model, told as an answer with its citations."""

import hashlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

import orjson

from citewire.api.compat.cited import CitedClaim, cited_claims
from citewire.api.compat.told import STOPPED
from citewire.api.dependencies import answerable_from, check_length
from citewire.api.mcp.calls import McpCall
from citewire.api.mcp.passages import uri_of
from citewire.api.mcp.schemas import AnswerSource, AnswerWarning, AskArguments, AskResult
from citewire.services.exports.links import passage_link
from citewire.services.reading.title import name_for_models
from citewire.services.runs.log import ToldBatch
from citewire.services.runs.runs import Once

STAGES: Final[Mapping[str, str]] = {
    "screen": "looking at the question",
    "condense": "reading the question",
    "retrieve": "searching the reports",
    "look": "searching again in other words",
    "generate": "writing the answer",
    "think": "thinking",
}
"""What is told of each stage of a run."""
VERDICTS: Final[Mapping[str, str]] = {
    "supported": "supported by its source",
    "partial": "only partly supported by its source",
    "unsupported": "NOT supported by its source",
    "unchecked": "not checked",
}
"""What is told of each verdict."""
QUOTED = "quoted from its source"
"""What is told instead of words that are the source's own: there is nothing to check."""
EVIDENCE: Final[Mapping[str | None, str]] = {
    "weak": "The evidence for this is weak.",
    "none": "The reports do not answer this.",
}


class RunNotDone(Exception):
    """A run ended without an answer.

    Args:
        message: why, for whoever asked.
        code: for programs.
        retryable: whether asking again may help.
    """

    def __init__(self, message: str, *, code: str, retryable: bool) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


async def ask(call: McpCall, given: AskArguments) -> AskResult:
    """Answer a question; nothing is kept. Cancelling it stops the run.

    Raises:
        RunNotDone: the run failed or was stopped.
        CitewireError: the question is not let in.
    """
    services, caller = call.services, call.caller
    check_length(services, given.question, "question")
    passages, collections = await answerable_from(services, caller, given)
    once = _once(call.name, given) if call.name else None
    async with services.chat.admitted(
        given.question,
        owner=caller.owner,
        chat_id=None,
        filter=passages,
        turns=(),
        once=once,
        caller=caller,
        collections=collections,
    ) as run:
        # Not what outlives its client: no other one could follow it.
        return _result(await _heard(call, services.chat.stream(run)), call.base_url)


def _once(name: str, given: AskArguments) -> Once:
    return Once(name, hashlib.sha256(given.model_dump_json().encode()).hexdigest())


async def _heard(call: McpCall, told: AsyncGenerator[ToldBatch, None]) -> Mapping[str, Any]:
    """The data of `done`, once the run is over; what it does meanwhile is told as progress."""
    last: ToldBatch = ()
    steps = 0
    async with aclosing(told) as batches:
        async for batch in batches:
            last = batch
            for step in _steps(batch):
                steps += 1
                await call.progress(steps, None, step)
    [(_, name, data)] = last[-1:]
    end: dict[str, Any] = orjson.loads(data)
    match name:
        case "done":
            return end
        case "error":
            raise RunNotDone(end["message"], code=end["code"], retryable=end["retryable"])
    why = STOPPED.get(end["by"], "the answer was stopped")
    raise RunNotDone(why, code="stopped", retryable=end["by"] != "user")


def _steps(batch: ToldBatch) -> list[str]:
    told = []
    for _, name, data in batch:
        match name:
            case "status":
                told.append(STAGES.get(orjson.loads(data)["stage"], "working"))
            case "sources":
                told.append(f"{len(orjson.loads(data)['sources'])} passages found")
    return told


def _result(done: Mapping[str, Any], base_url: str) -> AskResult:
    return AskResult(
        answer=done["answer"],
        finish_reason=done["finish_reason"],
        evidence=done["evidence"],
        citations=[
            replace(one, file_name=name_for_models(one.file_name))
            for one in cited_claims(done, base_url)
        ],
        sources=[_source(one, base_url) for one in done["sources"]],
        warnings=[AnswerWarning(code=w["code"], message=w["message"]) for w in done["warnings"]],
        model=done["model"],
        run_id=done["run_id"],
    )


def _source(source: Mapping[str, Any], base_url: str) -> AnswerSource:
    same = ("n", "passage_id", "doc_id", "title", "page_label", "section", "cited")
    return AnswerSource(
        **{name: source[name] for name in same},
        file_name=name_for_models(source["file_name"]),
        page=source["page_start"],
        uri=uri_of(source["passage_id"]),
        url=passage_link(base_url, source["passage_id"]),
    )


def as_text(result: AskResult) -> str:
    """An answer for models and people: its text, then what each claim rests on."""
    parts = [result.answer]
    if told := EVIDENCE.get(result.evidence):
        parts.append(told)
    parts += [f"Warning: {one.message}" for one in result.warnings]
    if result.citations:
        lines = ["What each claim rests on:", *map(_line, result.citations)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _line(cited: CitedClaim) -> str:
    told = ", ".join(filter(None, (cited.file_name, cited.address)))
    where = f"{cited.title} ({told})" if told else cited.title
    words = " ".join(cited.quote.split())
    said = f"[{cited.label}] {where}: “{words}”" if words else f"[{cited.label}] {where}"
    verdict = QUOTED if cited.verdict_method == "quoted" else VERDICTS[cited.verdict]
    reason = f", {cited.verdict_reason}" if cited.verdict_reason else ""
    return f"{said} - {verdict}{reason}. {cited.url}"
