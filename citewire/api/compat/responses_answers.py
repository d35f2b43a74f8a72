"""An answer of ours in the words of OpenAI's Responses: the events of a stream, or one piece.

A response is a search of files, unless nothing was searched, and a message. Its citations come
once all verdicts are known.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from citewire.api.compat.told import (
    STOPPED,
    Json,
    annotations_of,
    extras_of,
    readable_text,
    tokens_of,
)
from citewire.services.exports.links import passage_link
from citewire.services.runs.log import ToldBatch
from citewire.storage.runs.log import EncodedEvent

CUT: Final = {
    "length": "max_output_tokens",
    "content_filter": "content_filter",
}
"""OpenAI's word for each of our ends that leave an answer incomplete."""

_FIXED: Final[Mapping[str, Any]] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "parallel_tool_calls": False,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}


class ResponseTelling:
    """Tells one run as a response: feed it all events, in their order.

    Args:
        run_id: of the run.
        asked: what the response repeats of its request.
        base_url: of the web client, for links.
        with_results: whether the passages that were found are wanted.
    """

    def __init__(
        self, run_id: str, asked: Mapping[str, Any], base_url: str, *, with_results: bool
    ) -> None:
        self._run_id = run_id
        self._base_url = base_url
        self._with_results = with_results
        self._number = 0
        self._search: Json | None = None
        self._message: Json | None = None
        self._text: list[str] = []
        self._results: list[Json] = []
        self.response: Json = {
            "id": f"resp_{run_id}",
            "object": "response",
            "created_at": int(time.time()),
            "completed_at": None,
            "status": "in_progress",
            "error": None,
            "incomplete_details": None,
            "output": [],
            "usage": None,
            **_FIXED,
            **asked,
        }
        self._by_name: dict[str, Callable[[Json], list[bytes]]] = {
            "start": self._began,
            "status": self._status,
            "query": self._sought,
            "sources": self._found,
            "delta": self._said,
            "done": self._done,
            "error": self._failed,
            "stopped": self._stopped,
        }

    def take(self, batch: ToldBatch) -> bytes:
        """The events of the stream for events of the run."""
        return b"".join(block for event in batch for block in self._told(event))

    def _told(self, event: EncodedEvent) -> list[bytes]:
        _, name, data = event
        tell = self._by_name.get(name)
        return [] if tell is None else tell(orjson.loads(data))

    def _began(self, start: Json) -> list[bytes]:
        whole = {"response": self.response}
        return [self._event("created", **whole), self._event("in_progress", **whole)]

    def _status(self, status: Json) -> list[bytes]:
        # A comment, which clients pass over: it keeps the connection in use.
        return [b": %b\n\n" % status["stage"].encode()]

    def _sought(self, query: Json) -> list[bytes]:
        queries = query["sub_questions"] or [query["standalone"]]
        if self._search is not None:
            self._search["queries"] = queries
            return []
        self._search = {
            "id": f"fs_{self._run_id}",
            "type": "file_search_call",
            "status": "in_progress",
            "queries": queries,
            "results": None,
        }
        added = self._add(self._search)
        self._search["status"] = "searching"
        return [
            added,
            self._of_item("file_search_call.in_progress", self._search),
            self._of_item("file_search_call.searching", self._search),
        ]

    def _found(self, sources: Json) -> list[bytes]:
        if self._search is None:
            return []
        self._search["status"] = "completed"
        if self._with_results:
            self._search["results"] = [self._result(one) for one in sources["sources"]]
        completed = self._of_item("file_search_call.completed", self._search)
        return [completed, self._item_done(self._search)]

    def _result(self, source: Json) -> Json:
        named = ("passage_id", "n", "title", "folder", "section", "collection", "page_label")
        attributes = {name: source[name] for name in named}
        attributes |= {
            "page": source["page_start"],
            "url": passage_link(self._base_url, source["passage_id"]),
        }
        return {
            "file_id": source["doc_id"],
            "filename": source["file_name"],
            "score": source["score"],
            "text": readable_text(source),
            "attributes": attributes,
        }

    def _said(self, delta: Json) -> list[bytes]:
        self._text.append(delta["text"])
        opened = self._open()
        return [*opened, self._of_part("output_text.delta", delta=delta["text"], logprobs=[])]

    def _open(self) -> list[bytes]:
        if self._message is not None:
            return []
        self._message = {
            "id": f"msg_{self._run_id}",
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
        }
        added = self._add(self._message)
        part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        self._message["content"].append(part)
        return [added, self._of_part("content_part.added", part=part)]

    def _done(self, done: Json) -> list[bytes]:
        events = self._open()
        if not self._text and done["answer"]:
            events += self._said({"text": done["answer"]})
        part = self._part
        part["text"], part["annotations"] = done["answer"], self._annotations(done)
        for index, annotation in enumerate(part["annotations"]):
            told = {"annotation": annotation, "annotation_index": index}
            events.append(self._of_part("output_text.annotation.added", **told))
        cut = CUT.get(done["finish_reason"])
        events += self._close("completed" if cut is None else "incomplete")
        self.response |= {"usage": _usage(done["usage"]), "citewire": extras_of(done)}
        return [*events, *self._end("completed" if cut is None else "incomplete", cut=cut)]

    def _close(self, status: str) -> list[bytes]:
        """What is told of a message that is over."""
        if self._message is None:
            return []
        self._message["status"] = status
        return [
            self._of_part("output_text.done", text=self._part["text"], logprobs=[]),
            self._of_part("content_part.done", part=self._part),
            self._item_done(self._message),
        ]

    @property
    def _part(self) -> Json:
        part: Json = (self._message or {})["content"][0]
        return part

    def _annotations(self, done: Json) -> list[Json]:
        """Two of each citation: where it leads to, and which file that is."""
        annotations: list[Json] = []
        for told in annotations_of(done, self._base_url):
            file = {"file_id": told["doc_id"], "filename": told["file_name"]}
            annotations += [
                {"type": "url_citation", **told},
                {"type": "file_citation", "index": told["start_index"], **file, **told},
            ]
        return annotations

    def _failed(self, error: Json) -> list[bytes]:
        return self._broken(error["message"], error["code"])

    def _stopped(self, stopped: Json) -> list[bytes]:
        self.response["usage"] = _usage(stopped["usage"])
        if reason := STOPPED.get(stopped["by"]):
            return self._broken(reason, "stopped")
        events: list[bytes] = []
        if self._message is not None:
            self._part["text"] = stopped["answer"]
            events = self._close("incomplete")
        return [*events, *self._end("incomplete", cut=None)]

    def _broken(self, message: str, code: str) -> list[bytes]:
        for item in self.response["output"]:
            item["status"] = item["status"] if item["status"] == "completed" else "incomplete"
        kind = "rate_limit_exceeded" if code == "model_busy" else "server_error"
        # Its codes are OpenAI's alone; ours stands beside it.
        self.response["error"] = {"code": kind, "message": message, "citewire_code": code}
        return self._end("failed", cut=None)

    def _end(self, status: str, *, cut: str | None) -> list[bytes]:
        self.response["status"] = status
        if status == "completed":
            self.response["completed_at"] = int(time.time())
        if status == "incomplete":
            self.response["incomplete_details"] = {"reason": cut}
        return [self._event(status, response=self.response), b"data: [DONE]\n\n"]

    def _add(self, item: Json) -> bytes:
        self.response["output"].append(item)
        return self._event("output_item.added", output_index=self._index(item), item=item)

    def _item_done(self, item: Json) -> bytes:
        return self._event("output_item.done", output_index=self._index(item), item=item)

    def _index(self, item: Json) -> int:
        return next(n for n, one in enumerate(self.response["output"]) if one is item)

    def _of_item(self, name: str, item: Json, **more: object) -> bytes:
        return self._event(name, item_id=item["id"], output_index=self._index(item), **more)

    def _of_part(self, name: str, **more: object) -> bytes:
        assert self._message is not None
        return self._of_item(name, self._message, content_index=0, **more)

    def _event(self, name: str, **more: object) -> bytes:
        kind = f"response.{name}"
        data = {"type": kind, "sequence_number": self._number, **more}
        self._number += 1
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(data))


def _usage(usage: Mapping[str, int]) -> Json:
    asked, said, both = tokens_of(usage)
    return {
        "input_tokens": asked,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": both,
    }
