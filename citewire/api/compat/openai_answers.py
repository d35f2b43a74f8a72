"""An answer of ours in the words of OpenAI's Chat Completions: chunks of a stream, or one piece."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import orjson

from citewire.api.compat.openai_errors import failed_chunk
from citewire.api.compat.told import STOPPED, Json, annotations_of, extras_of, tokens_of
from citewire.services.runs.log import ToldBatch

FINISHES: Final = {
    "length": "length",
    "content_filter": "content_filter",
    "blocked": "content_filter",
}
"""OpenAI's word for each of our reasons to end; all others are `stop`."""


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
        return [
            {"type": "url_citation", "url_citation": one}
            for one in annotations_of(done, self.base_url)
        ]

    def _event(self, kind: str, **more: object) -> bytes:
        return b"data: %b\n\n" % orjson.dumps({**self._named(kind), **more})

    def _named(self, kind: str) -> Json:
        return {
            "id": f"chatcmpl-{self.run_id}",
            "object": kind,
            "created": self.created,
            "model": self.model,
        }


def usage_of(usage: Mapping[str, int]) -> Json:
    """Tokens as OpenAI counts them."""
    asked, said, both = tokens_of(usage)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": both}


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
