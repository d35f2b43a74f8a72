"""An answer of ours as a UI message stream of the AI SDK, of which `useChat` makes a message.

Places count UTF-16 code units, as ours do and as JavaScript does. What is sent again with the same
id replaces what was sent before: a verdict that changes is the same part.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, Final

import orjson

from citewire.api.compat.cited import placed_source
from citewire.api.compat.told import (
    STOPPED,
    Json,
    early_claim,
    is_only_document,
    tokens_of,
)
from citewire.services.exports.links import passage_link
from citewire.services.reading.formats import media_type
from citewire.services.runs.log import ToldBatch
from citewire.storage.runs.log import EncodedEvent

HEADERS: Final = {"x-vercel-ai-ui-message-stream": "v1"}
"""What says that a stream is one of UI messages."""
FINISHES: Final = {
    "length": "length",
    "content_filter": "content-filter",
    "blocked": "content-filter",
}
"""The SDK's word for each of our reasons to end; all others are `stop`."""

TEXT: Final = "answer"
"""The id of the one text."""
_IDS: Final = ("run_id", "chat_id", "user_message_id", "assistant_message_id")


class UiTelling:
    """Tells one run as parts of a message: feed it all events, in their order.

    Args:
        base_url: of the web client, for links.
        is_kept: whether the chat that the run names is stored.
    """

    def __init__(self, base_url: str, *, is_kept: bool) -> None:
        self._base_url = base_url
        self._is_kept = is_kept
        self._began = False
        self._sources: dict[int, Json] | None = None
        self._has_text = False
        self._sent: dict[tuple[str, str], Any] = {}
        self._by_name: dict[str, Callable[[Json], list[bytes]]] = {
            "start": self._start,
            "status": self._status,
            "query": self._query,
            "sources": self._source_parts,
            "delta": self._delta,
            "citation": self._citation,
            "verdict": self._verdict,
            "warning": self._warning,
            "done": self._done,
            "error": self._failed,
            "stopped": self._stopped,
        }

    def take(self, batch: ToldBatch) -> bytes:
        """The parts of the stream for events of the run."""
        return b"".join(part for event in batch for part in self._told(event))

    def _told(self, event: EncodedEvent) -> list[bytes]:
        _, name, data = event
        tell = self._by_name.get(name)
        return [] if tell is None else tell(orjson.loads(data))

    def _start(self, ids: Json) -> list[bytes]:
        if self._began:
            return []
        self._began = True
        named = {name: ids[name] for name in _IDS}
        if not self._is_kept:  # there is no such chat
            named["chat_id"] = None
        message = {"messageId": ids["assistant_message_id"], "messageMetadata": named}
        return [_part("start", **message), _part("start-step")]

    def _status(self, status: Json) -> list[bytes]:
        return [_part("data-status", data=status, transient=True)]

    def _query(self, query: Json) -> list[bytes]:
        return self._data("query", "query", query)

    def _source_parts(self, told: Json) -> list[bytes]:
        if self._sources is not None:
            return []
        self._sources = {source["n"]: source for source in told["sources"]}
        return [self._source(source) for source in told["sources"]]

    def _source(self, source: Json) -> bytes:
        named = ("n", "passage_id", "doc_id", "folder", "page_label", "section", "kind", "score")
        told = {name: source[name] for name in named}
        told |= {
            "page": source["page_start"],
            "url": passage_link(self._base_url, source["passage_id"]),
            "file_url": source["url"],
            "collection": source["collection"],
            "collection_name": source["collection_name"],
        }
        return _part(
            "source-document",
            sourceId=source["passage_id"],
            mediaType=media_type(PurePath(source["file_name"])),
            title=placed_source(source),
            filename=source["file_name"],
            providerMetadata={"citewire": told},
        )

    def _delta(self, delta: Json) -> list[bytes]:
        opened = [] if self._has_text else [_part("text-start", id=TEXT)]
        self._has_text = True
        return [*opened, _part("text-delta", id=TEXT, delta=delta["text"])]

    def _citation(self, citation: Json) -> list[bytes]:
        source = (self._sources or {})[citation["n"]]
        told = early_claim(citation, source, self._base_url)
        told = {name: value for name, value in told.items() if not name.startswith("verdict")}
        told["only_document"] = is_only_document((self._sources or {}).values())
        spans = ("citation_id", "n", "origin", "marker_span", "claim_span")
        told |= {name: citation[name] for name in spans}
        parts = self._data("citation", citation["citation_id"], told)
        if citation["verification"]["status"] == "unchecked":
            return parts  # nothing is known of it yet
        return [*parts, *self._verdict(citation)]

    def _verdict(self, told: Json) -> list[bytes]:
        named = told["citation_id"]
        verification = told["verification"]
        return self._data("verdict", named, {"citation_id": named, **verification})

    def _warning(self, warning: Json) -> list[bytes]:
        count = sum(kind == "warning" for kind, _ in self._sent)
        return self._data("warning", f"warning-{count + 1}", warning)

    def _data(self, kind: str, named: str, data: Json) -> list[bytes]:
        """A part of data with an id, unless it was sent as it is."""
        if self._sent.get((kind, named)) == data:
            return []
        self._sent[kind, named] = data
        return [_part(f"data-{kind}", id=named, data=data)]

    def _done(self, done: Json) -> list[bytes]:
        parts = [*self._start(done), *self._source_parts(done)]
        if not self._has_text and done["answer"]:
            parts += self._delta({"text": done["answer"]})
        parts += self._text_end()
        for citation in done["citations"]:
            parts += [*self._citation(citation), *self._verdict(citation)]
        metadata = {
            **{name: done[name] for name in ("finish_reason", "evidence", "model")},
            "usage": _usage(done["usage"]),
        }
        finish = FINISHES.get(done["finish_reason"], "stop")
        return [*parts, _part("finish-step"), *_finished(finish, metadata)]

    def _text_end(self) -> list[bytes]:
        return [_part("text-end", id=TEXT)] if self._has_text else []

    def _failed(self, error: Json) -> list[bytes]:
        return self._broken(error, error["message"], error["code"], error["retryable"])

    def _stopped(self, stopped: Json) -> list[bytes]:
        if reason := STOPPED.get(stopped["by"]):
            return self._broken(stopped, reason, "stopped", retryable=stopped["by"] != "access")
        parts = [*self._start(stopped), *self._text_end()]
        metadata = {"finish_reason": "stopped", "usage": _usage(stopped["usage"])}
        told = [_part("message-metadata", messageMetadata=metadata), _part("abort")]
        return [*parts, *told, b"data: [DONE]\n\n"]

    def _broken(self, end: Json, message: str, code: str, retryable: bool) -> list[bytes]:
        """Close what is open, and say which error it is before the one that the SDK throws."""
        parts = [*self._start(end), *self._text_end()]
        error = {"code": code, "message": message, "retryable": retryable}
        parts.append(_part("message-metadata", messageMetadata={"error": error}))
        return [*parts, _part("error", errorText=message), *_finished("error", None)]


def failed_part(message: str) -> bytes:
    """What a stream that has begun ends with when it is broken off."""
    return b"".join((_part("error", errorText=message), *_finished("error", None)))


def _finished(reason: str, metadata: Mapping[str, Any] | None) -> list[bytes]:
    more = {} if metadata is None else {"messageMetadata": metadata}
    return [_part("finish", finishReason=reason, **more), b"data: [DONE]\n\n"]


def _part(kind: str, **more: object) -> bytes:
    return b"data: %b\n\n" % orjson.dumps({"type": kind, **more})


def _usage(usage: Mapping[str, int]) -> Json:
    asked, said, both = tokens_of(usage)
    return {"inputTokens": asked, "outputTokens": said, "totalTokens": both}
