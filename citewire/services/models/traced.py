"""Spans of calls to models, by OpenTelemetry's conventions for generative AI.

What people and models wrote is noted only if content is to be captured, each text up to a length.
No `traceparent` is sent to a provider: whoever runs it would learn which calls belong together.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from citewire.services.models.replies import count_of, meaning_of, reason_of, text_of
from citewire.tracing import names
from citewire.tracing.spans import TraceSpan, captures_content, lone_span
from citewire.workflows.run_context import current_run

HERE: Final = "citewire"
"""The provider of models of this machine."""
LONGEST_CAPTURED: Final = 32_000
"""Characters of each message that is captured."""
_LONGEST_NAME = 200

_PROVIDERS: Final = {
    "openai.azure.com": "azure.ai.openai",
    "api.deepseek.com": "deepseek",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.perplexity.ai": "perplexity",
    "api.x.ai": "x_ai",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "api.anthropic.com": "anthropic",
    "api.cohere.com": "cohere",
    "api.cohere.ai": "cohere",
}
"""By the ends of their hosts; any other speaks as OpenAI does, and is told as that."""


class CallSpan:
    """The span of one call to a provider, retries included; entered as a block.

    Args:
        traced: the span; nothing is noted in nobody's.
    """

    __slots__ = ("_asked", "_spoken", "traced")

    def __init__(self, traced: TraceSpan) -> None:
        self.traced = traced
        self._asked = time.perf_counter()
        self._spoken: list[str] | None = [] if captures_content() else None

    def first(self) -> None:
        """Note that the first text is there."""
        self.traced.note(names.FIRST_CHUNK, round(time.perf_counter() - self._asked, 6))

    def heard(self, cuts: Sequence[str]) -> None:
        """Keep what was said, if content is captured."""
        if self._spoken is not None:
            self._spoken += cuts

    def ended(self, reason: str | None, usage: Mapping[str, Any] | None) -> None:
        """Note how a stream came to its end."""
        if not self.traced.is_recorded:
            return
        self.traced.note(names.FINISH_REASONS, [reason] if reason else None)
        self._count(usage)
        if self._spoken is not None:
            self._say("".join(self._spoken), reason)

    def answered(self, answer: Mapping[str, Any]) -> None:
        """Note what came in one piece."""
        if not self.traced.is_recorded:
            return
        self._count(answer.get("usage"))
        self.traced.note(names.RESPONSE_MODEL, _name(answer.get("model") or "") or None)
        choices = answer.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        if isinstance(first, dict):
            reason = meaning_of(reason_of(first)) or _name(reason_of(first))
            self.traced.note(names.FINISH_REASONS, [reason] if reason else None)
            if captures_content():
                self._say(text_of(first.get("message")), reason)

    def _count(self, usage: Any) -> None:
        if isinstance(usage, Mapping):
            self.traced.note(names.INPUT_TOKENS, count_of(usage, "prompt_tokens"))
            if "completion_tokens" in usage:
                self.traced.note(names.OUTPUT_TOKENS, count_of(usage, "completion_tokens"))

    def _say(self, text: str, reason: str | None) -> None:
        said = {**_message("assistant", text), "finish_reason": reason or ""}
        self.traced.note(names.OUTPUT, json.dumps([said]))


def call_span(base_url: str, path: str, payload: Mapping[str, Any]) -> CallSpan:
    """The span of a request that is about to be sent to a provider.

    It is nobody's parent: what is streamed is read in the task of whoever listens.
    """
    is_chat = path.endswith("completions")
    model = _name(payload.get("model"))
    traced = lone_span(f"{names.CHAT if is_chat else names.EMBEDDINGS}{model}", "client")
    if traced.is_recorded:
        _note_request(traced, base_url, model, payload, is_chat=is_chat)
    return CallSpan(traced)


def local_span(model: str, texts: Sequence[str]) -> TraceSpan:
    """The span of embedding with a model of this machine."""
    traced = lone_span(f"{names.EMBEDDINGS}{model}")
    traced.note(names.OPERATION, "embeddings")
    traced.note(names.PROVIDER, HERE)
    traced.note(names.SYSTEM, HERE)
    traced.note(names.REQUEST_MODEL, model)
    traced.note(names.TEXTS, len(texts))
    return traced


def _note_request(
    traced: TraceSpan, base_url: str, model: str, payload: Mapping[str, Any], *, is_chat: bool
) -> None:
    url = urlsplit(base_url)
    host = url.hostname or ""
    provider = next((name for end, name in _PROVIDERS.items() if host.endswith(end)), "openai")
    traced.note(names.OPERATION, "chat" if is_chat else "embeddings")
    traced.note(names.PROVIDER, provider)
    traced.note(names.SYSTEM, provider)
    traced.note(names.REQUEST_MODEL, model)
    traced.note(names.SERVER, host)
    traced.note(names.PORT, url.port or (443 if url.scheme == "https" else 80))
    if not is_chat:
        traced.note(names.TEXTS, len(payload.get("input") or ()))
        return
    traced.note(names.PURPOSE, current_run().purpose)
    traced.note(names.IS_STREAM, bool(payload.get("stream")))
    traced.note(names.TEMPERATURE, payload.get("temperature"))
    longest = payload.get("max_completion_tokens") or payload.get("max_tokens")
    traced.note(names.MAX_TOKENS, longest)
    if captures_content():
        asked = [_message(one["role"], str(one["content"])) for one in payload["messages"]]
        traced.note(names.INPUT, json.dumps(asked))


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text[:LONGEST_CAPTURED]}]}


def _name(value: object) -> str:
    """What somebody calls something, as it may be sent on: half a character would spoil a batch."""
    return str(value)[:_LONGEST_NAME].encode("ascii", "replace").decode()
