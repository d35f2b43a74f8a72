"""A run as a test case: what `citewire eval citations` reads, to be put right by a person."""

from collections.abc import Sequence
from typing import Any

import orjson

from citewire.services.replay.recall import PastRun
from citewire.storage.chats.record import Message


def to_case(run: PastRun) -> bytes:
    """The run's question with the pages that it cites, after those that it follows up.

    A line of JSON for each. `answer` and `cited` are what was said: the evaluation leaves them
    alone, and whoever complains knows what is wrong with them.
    """
    turns = [*zip(run.before[::2], run.before[1::2], strict=True), (run.asked, run.answered)]
    lines, before = list[bytes](), None
    for asked, answered in turns:
        line = _line(asked, answered, before)
        before = line["id"]
        lines.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    return b"".join(lines)


def _line(asked: Message, answered: Message, before: str | None) -> dict[str, Any]:
    cited = [source for source in answered["sources"] if source["cited"]]
    line = {
        "id": answered.get("run_id") or answered["message_id"],
        "question": asked["text"],
        "answerable": answered["finish_reason"] not in ("no_evidence", "blocked"),
        "evidence_places": _pages(cited),
        "answer": answered["text"],
        "cited": [{"passage_id": source["passage_id"], "text": source["text"]} for source in cited],
    }
    return {**line, "follow_up": before} if before else line


def _pages(cited: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    pages = dict.fromkeys((source["file_name"], source["page_start"]) for source in cited)
    return [{"doc": file_name, "page": page} for file_name, page in pages]
