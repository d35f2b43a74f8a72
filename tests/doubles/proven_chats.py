"""Chats with citations, as they are stored, for what is exported of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from citewire.storage.chats.record import Chat
from citewire.text.offsets import utf16_length

Json = dict[str, Any]
VERDICTS: Mapping[str, Json] = {
    "supported": {"status": "supported", "method": "overlap", "reason": ""},
    "partial": {"status": "partial", "method": "overlap", "reason": "“soon” is not said"},
    "unsupported": {"status": "unsupported", "method": "figures", "reason": "“11” is in none"},
    "unchecked": {"status": "unchecked", "method": "none", "reason": ""},
    "quoted": {"status": "supported", "method": "quoted", "reason": ""},
}


def source_of(n: int, **more: Any) -> Json:
    """Source `n`, of which passage `p<n>` is page 12, the 14th of its file."""
    return {
        "n": n,
        "passage_id": f"p{n}",
        "title": f"Harbour report {n}",
        "organisation": "Port of Quillmere",
        "periods": ["2022"],
        "file_name": f"report_{n}.pdf",
        "page_label": "12",
        "page_start": 14,
        "withheld": [],
        "cited": True,
        **more,
    }


def answer_of(
    text: str, sources: Sequence[Json], verdicts: Sequence[str] = ("supported",), **more: Any
) -> Json:
    """An answer; each `[n]` of its text cites source n, with the verdicts in turn."""
    citations = []
    for at, mark in enumerate(re.finditer(r"\[([1-9])\]", text)):
        start = utf16_length(text[: mark.start()])
        told = VERDICTS[verdicts[at % len(verdicts)]]
        n = int(mark[1])
        quote = {"text": f"Quote {at} of\nsource {n}.", "page": 14, "match": "exact", "address": ""}
        citations.append(
            {
                "citation_id": f"c{at}",
                "n": n,
                "label": n,
                "passage_id": f"p{n}",
                "claim_span": {"start": 0, "end": start},
                "marker_span": {"start": start, "end": start + 3},
                "quote": quote,
                "verification": {"score": 1.0, "calculations": [], **told},
            }
        )
    return {
        "role": "assistant",
        "text": text,
        "status": "complete",
        "created_at": "2026-03-04T05:06:09+00:00",
        "sources": list(sources),
        "citations": citations,
        "warnings": [],
        "model": "a_model",
        "evidence": "strong",
        "finish_reason": "stop",
        **more,
    }


def chat_of_turns(*turns: tuple[str, Json], title: str = "Ships of the harbour") -> Chat:
    """A chat of questions with their answers."""
    messages: list[Json] = []
    for number, (question, answer) in enumerate(turns):
        parent = messages[-1]["message_id"] if messages else None
        asked: Json = {"role": "user", "text": question, "status": "complete", "sources": []}
        asked |= {"message_id": f"q{number}", "parent_id": parent}
        asked |= {"created_at": "2026-03-04T05:06:07+00:00", "citations": []}
        messages += [asked, {**answer, "message_id": f"a{number}", "parent_id": f"q{number}"}]
    leaf = messages[-1]["message_id"]
    begun = "2026-03-04T05:06:00+00:00"
    return Chat("chat0123", title, begun, begun, leaf, len(messages), None, messages, {})
