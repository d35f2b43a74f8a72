"""Only the answer of a run again, from the passages and the prompt of then, and what differs."""

import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from llama_index.core.base.response.schema import AsyncStreamingResponse

from citewire.errors import CannotRepeat
from citewire.services.answers.answer import Answer
from citewire.services.answers.closing import settle
from citewire.services.citations.checking import Checker
from citewire.services.citations.model import Citation
from citewire.services.models.build import Answering
from citewire.services.replay.recall import PastRun
from citewire.workflows.events import AnsweredEvent, DeltaEvent, SourcesEvent
from citewire.workflows.model_calls import ModelCall
from citewire.workflows.run_context import RunContext
from citewire.workflows.shown import readable

_WORD = re.compile(r"(?:\[\d+\]|\d[\d.,]*\d|\w+|[^\w\s])\s*|\s+")


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """A part of one or both texts."""

    kind: Literal["same", "then", "now"]
    text: str


@dataclass(frozen=True, slots=True)
class CitedThen:
    """A passage with the verdicts of its citations then and now; empty where it is not cited."""

    passage_id: str
    then: Sequence[str]
    now: Sequence[str]


@dataclass(frozen=True, slots=True)
class GenerationDiff:
    """An answer given again.

    Args:
        answer: as it is said now.
        finish_reason: how it ended.
        citations: of it.
        words: both answers, word by word.
        cited: the passages that one of them cites.
        parameters: what else is different: of the request, or who answers; then and now.
        is_same_prompt: whether the prompt was the same, byte by byte; None where none was sent,
            or where it cannot be known: the random id of the one of then is not kept.
    """

    answer: str
    finish_reason: str
    citations: Sequence[Citation]
    words: Sequence[DiffSpan]
    cited: Sequence[CitedThen]
    parameters: dict[str, tuple[Any, Any]]
    is_same_prompt: bool | None


async def generate_again(
    run: PastRun, answering: Answering, checker: Checker, *, withhold: bool
) -> GenerationDiff:
    """Answer from the passages of then with the model and the settings of today.

    Raises:
        CannotRepeat: the run came to no answer from passages.
        ModelError: the model does not answer.
    """
    evidence = run.answered["evidence"]
    if evidence in (None, "none") or not run.sources:
        raise CannotRepeat("this run gave no model any passages")
    answer = Answer(run.record.ids, run.question, checker)
    answer.take(SourcesEvent(nodes=run.nodes, evidence=evidence))
    calls: list[ModelCall] = []
    again = RunContext(calls)
    with again.asking("answer"):
        await _stream(run, answering, answer, again, withhold=withhold)
    await settle(answer)
    answer.finish()
    then = next((call for call in run.record.calls if call.purpose == "answer"), None)
    now = calls[0] if calls else None
    return GenerationDiff(
        answer=answer.text,
        finish_reason=answer.finish_reason,
        citations=answer.citations,
        words=word_diff(run.answer, answer.text),
        cited=_cited(run.citations, answer.citations),
        parameters=_changes(run, then, answering.name, now),
        is_same_prompt=_is_same(then, now) if run.record.has_text else None,
    )


async def _stream(
    run: PastRun, answering: Answering, answer: Answer, again: RunContext, *, withhold: bool
) -> None:
    nodes = [readable(node) for node in run.nodes] if withhold else run.nodes
    nonces = [call.nonce for call in run.record.calls if call.purpose == "answer"]
    response = await answering.synthesiser.asynthesize(
        run.query, nodes, run=again, nonce="".join(nonces[:1])
    )
    assert isinstance(response, AsyncStreamingResponse)
    stream: Any = response.response_gen
    async with aclosing(stream):
        async for text in stream:
            parts = again.generation.take() or (text,)
            told = again.generation
            answer.take(DeltaEvent(parts=parts, quoted=told.quotes, extracted=told.extracted))
    answer.take(AnsweredEvent(finish_reason=again.generation.finish_reason))


def word_diff(then: str, now: str) -> list[DiffSpan]:
    """Both texts, word by word, in the order in which they are read.

    Spaces make no difference: where the words are the same, they are those of `now`.
    """
    before, after = _WORD.findall(then), _WORD.findall(now)
    pieces = []
    words, words_now = [one.strip() for one in before], [one.strip() for one in after]
    matcher = SequenceMatcher(None, words, words_now, autojunk=False)
    for kind, start, end, start_now, end_now in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(DiffSpan("same", "".join(after[start_now:end_now])))
            continue
        if end > start:
            pieces.append(DiffSpan("then", "".join(before[start:end])))
        if end_now > start_now:
            pieces.append(DiffSpan("now", "".join(after[start_now:end_now])))
    return pieces


def _cited(then: Sequence[Citation], now: Sequence[Citation]) -> list[CitedThen]:
    ids = dict.fromkeys(one.passage_id for one in (*then, *now))
    return [CitedThen(one, _verdicts(then, one), _verdicts(now, one)) for one in ids]


def _verdicts(citations: Sequence[Citation], passage_id: str) -> list[str]:
    return [
        citation.verification.status for citation in citations if citation.passage_id == passage_id
    ]


def _is_same(then: ModelCall | None, now: ModelCall | None) -> bool | None:
    return then.prompt_sha256 == now.prompt_sha256 if then and now else None


def _changes(
    run: PastRun, then: ModelCall | None, model: str, now: ModelCall | None
) -> dict[str, tuple[Any, Any]]:
    before = {"answers": run.record.setup.model, **(then.parameters if then else {})}
    after = {"answers": model, **(now.parameters if now else {})}
    names = dict.fromkeys((*before, *after))
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
