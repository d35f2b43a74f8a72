"""An answer of ours in the words of OpenAI's Chat Completions: chunks of a stream, or one piece."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from citewire.api.compat.cited import CitedClaim, cited_claims
from citewire.api.compat.openai_errors import failed_chunk
from citewire.services.runs.log import ToldBatch

FINISHES: Final = {
    "length": "length",
    "content_filter": "content_filter",
    "blocked": "content_filter",
}
"""OpenAI's word for each of our reasons to end; all others are `stop`."""
STOPPED: Final = {
    "timeout": "the answer took too long",
    "shutdown": "the server is shutting down",
    "access": "access to what it is made from was taken away",
}

Json = dict[str, Any]


@dataclass(slots=True)
class Completion:
    """What one completion is called in all of its chunks.

    Args:
        run_id: of the run that answers.
        model: that was asked for.
        base_url: of the web client, for links.
        created: seconds since 1970.
    """

    run_id: str
    model: str
    base_url: str
    created: int = field(default_factory=lambda: int(time.time()))

    def chunk(self, delta: Json, finish: str | None = None, **more: object) -> bytes:
        """One chunk of the stream."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._event("chat.completion.chunk", choices=[choice], **more)

    def usage_chunk(self, usage: Mapping[str, int]) -> bytes:
        """The chunk that tells the tokens, after the last choice."""
        return self._event("chat.completion.chunk", choices=[], usage=usage_of(usage))

    def whole(self, done: Json) -> Json:
        """The answer in one piece."""
        message = {
            "role": "assistant",
            "content": done["answer"],
            "refusal": None,
            "annotations": self.annotations(done),
        }
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": FINISHES.get(done["finish_reason"], "stop"),
        }
        return {
            **self._named("chat.completion"),
            "choices": [choice],
            "usage": usage_of(done["usage"]),
            "citewire": extras_of(done),
        }

    def annotations(self, done: Json) -> list[Json]:
        """The citations of an answer, each with its page, words and verdict."""
        is_only = len({source["doc_id"] for source in done["sources"]}) == 1
        return [_annotation(one, is_only=is_only) for one in cited_claims(done, self.base_url)]

    def _event(self, kind: str, **more: object) -> bytes:
        return b"data: %b\n\n" % orjson.dumps({**self._named(kind), **more})

    def _named(self, kind: str) -> Json:
        return {
            "id": f"chatcmpl-{self.run_id}",
            "object": kind,
            "created": self.created,
            "model": self.model,
        }


def _annotation(cited: CitedClaim, *, is_only: bool) -> Json:
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": cited.start,
            "end_index": cited.end,
            "title": cited.title,
            "url": cited.url,
            "claim_start_index": cited.claim_start,
            "claim_end_index": cited.claim_end,
            "label": cited.label,
            "passage_id": cited.passage_id,
            "doc_id": cited.doc_id,
            "only_document": is_only,
            "file_name": cited.file_name,
            "page": cited.page,
            "page_label": cited.page_label,
            "quote": cited.quote,
            "address": cited.address,
            "verdict": cited.verdict,
            "verdict_method": cited.verdict_method,
            "verdict_reason": cited.verdict_reason,
        },
    }


def usage_of(usage: Mapping[str, int]) -> Json:
    """Tokens as OpenAI counts them."""
    asked, said = usage["prompt_tokens"], usage["completion_tokens"]
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def extras_of(done: Json) -> Json:
    """What of an answer OpenAI has no words for."""
    shown = ("n", "passage_id", "doc_id", "title", "file_name", "page_start", "page_label", "cited")
    return {
        **{name: done[name] for name in ("run_id", "finish_reason", "evidence", "warnings")},
        "sources": [{name: source[name] for name in shown} for source in done["sources"]],
    }


async def chunks(
    completion: Completion, told: AsyncGenerator[ToldBatch, None], *, with_usage: bool
) -> AsyncGenerator[bytes, None]:
    """The chunks of a run, those together that became known together.

    The citations come with the last one, once all verdicts are known.
    """
    async with aclosing(told) as batches:
        async for batch in batches:
            if block := b"".join(_block(completion, batch, with_usage)):
                yield block


def _block(completion: Completion, batch: ToldBatch, with_usage: bool) -> Sequence[bytes]:
    block: list[bytes] = []
    for _, name, data in batch:
        match name:
            case "start":
                block.append(completion.chunk({"role": "assistant", "content": ""}))
            case "delta":
                block.append(completion.chunk({"content": orjson.loads(data)["text"]}))
            case "status":
                # A comment, which clients pass over: it keeps the connection in use.
                block.append(b": %b\n\n" % orjson.loads(data)["stage"].encode())
            case "done":
                block += _end(completion, orjson.loads(data), with_usage)
            case "error":
                told = orjson.loads(data)
                block.append(failed_chunk(told["code"], told["message"]))
            case "stopped":
                block.append(_stopped(completion, orjson.loads(data)))
    return block


def _end(completion: Completion, done: Json, with_usage: bool) -> list[bytes]:
    finish = FINISHES.get(done["finish_reason"], "stop")
    annotated = {"annotations": completion.annotations(done)}
    block = [completion.chunk(annotated, finish, citewire=extras_of(done))]
    if with_usage:
        block.append(completion.usage_chunk(done["usage"]))
    return [*block, b"data: [DONE]\n\n"]


def _stopped(completion: Completion, stopped: Json) -> bytes:
    if reason := STOPPED.get(stopped["by"]):
        return failed_chunk("stopped", reason)
    return completion.chunk({}, "stop") + b"data: [DONE]\n\n"
