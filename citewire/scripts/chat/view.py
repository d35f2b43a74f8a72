"""What `citewire chat` shows of answers, sources and chats, as plain text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from citewire.services.answers.reducer import ToldAnswer
from citewire.text.places import place_of

Json = dict[str, Any]

STAGES = {
    "screen": "looking at the question …",
    "condense": "reading the conversation …",
    "retrieve": "searching the reports …",
    "look": "looking once more …",
    "generate": "writing …",
    "think": "the model is thinking …",
}
DOUBTS = {
    "partial": "partly supported",
    "unsupported": "not supported by its source",
    "unchecked": "not checked",
}
STOPPED = {
    "user": "Stopped.",
    "disconnect": "Stopped: the connection was lost.",
    "shutdown": "Stopped: the server is shutting down.",
    "timeout": "Stopped: it took too long.",
    "access": "Stopped: a collection that was asked may no longer be read.",
}
NO_EVIDENCE = "No evidence: the reports do not answer this."
FINISHED = {
    "length": "The answer was cut short: it reached the maximum length.",
    "content_filter": "The model's provider cut the answer (content filter).",
    "no_evidence": NO_EVIDENCE,
    "blocked": "Blocked: this question is not answered.",
}
EVIDENCE = {"weak": ["Weak evidence: the reports may not answer this."], "none": [NO_EVIDENCE]}
SILENT = ("dropped_marker", "truncated")
"""Warnings of what cannot be seen, or is said by how the answer ended."""

FIRST_WORDS = 72
ENDINGS = ("!", "?", "…")


def line_of(text: str, width: int | None = None) -> str:
    """The text on one line, cut to `width` characters."""
    line = " ".join(text.split())
    return line if width is None or len(line) <= width else f"{line[: width - 1].rstrip()}…"


def page_of(source: Json) -> str:
    """The page as printed, or its number in the file; a slide, a sheet; empty of a plain text."""
    label = line_of(str(source["page_label"])) or str(source["page_start"])
    section = line_of(str(source.get("section") or ""))
    return place_of(str(source.get("file_name") or ""), label, section=section)


def footnotes(answer: ToldAnswer) -> list[str]:
    """What the markers of the answer point at: title, page, quote, and doubts if there are."""
    notes = []
    for label, source in answer.numbered():
        for citation in answer.cited(source["n"]):
            quote = line_of(citation["quote"]["text"])
            told = f": “{quote}”" if quote else ""
            doubts = [_doubt_of(citation["verification"])]
            doubts += ["found afterwards, not cited"] if citation["origin"] == "inferred" else []
            doubt = "; ".join(filter(None, doubts))
            address = line_of(citation["quote"].get("address", ""))
            parts = line_of(source["title"]), page_of(source), address
            place = ", ".join(filter(None, parts))
            note = f"[{label}] {place}{told}"
            notes.append(f"{note} ({doubt})" if doubt else note)
    return list(dict.fromkeys(notes))


def _doubt_of(verification: Json) -> str:
    """What is to be doubted of a claim; a quotation claims nothing, and is shown as one."""
    return "" if verification["method"] == "quoted" else DOUBTS.get(verification["status"], "")


def remarks(answer: ToldAnswer) -> list[str]:
    """What else there is to say of an answer, of its end above all."""
    said = [
        line_of(warning["message"]) for warning in answer.warnings if warning["code"] not in SILENT
    ]
    if answer.finish_reason != "no_evidence" and answer.sources:
        said += EVIDENCE.get(answer.evidence or "", [])
    if answer.end == "error":
        said.append(f"Error: {_ended(line_of(answer.error).rstrip('.') or 'the answer failed')}")
    elif answer.end == "stopped":
        said.append(STOPPED.get(answer.stopped_by, "Stopped."))
    elif answer.end == "":
        said.append("Cancelled: the answer was left before its end.")
    elif answer.finish_reason in FINISHED:
        said.append(FINISHED[answer.finish_reason])
    return said


def _ended(text: str) -> str:
    """The text as a sentence, which has one end."""
    return text if text.endswith(ENDINGS) else f"{text}."


def source_lines(answer: ToldAnswer, fates: Mapping[str, Json]) -> list[str]:
    """The sources of an answer, two lines for each, and one more if it is not there any more.

    Args:
        answer: has them.
        fates: what became of their passages, by their ids, as far as it is known.
    """
    lines = []
    for number, source in answer.numbered():
        cited = "" if answer.cited(source["n"]) else " (not cited)"
        place = ", ".join(filter(None, (page_of(source), f"in {line_of(source['folder'])}")))
        lines.append(f"[{number}] {line_of(source['title'])}, {place}{cited}")
        lines.append(f"    {line_of(source['text'], FIRST_WORDS)}")
        note = fates.get(source["passage_id"], {}).get("note")
        lines += [f"    {line_of(note)}"] if note else []
    return lines


def quoted_parts(answer: ToldAnswer, source: Json) -> Iterator[tuple[str, bool]]:
    """The text of a source in pieces, each with whether the answer cites it."""
    quotes = {citation["quote"]["text"] for citation in answer.cited(source["n"])} - {""}
    if not quotes:
        yield source["text"], False
        return
    longest_first = sorted(quotes, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(quote) for quote in longest_first))
    at = 0
    for found in pattern.finditer(source["text"]):
        if found.start() > at:
            yield source["text"][at : found.start()], False
        yield found[0], True
        at = found.end()
    yield source["text"][at:], False


def chat_lines(chats: Sequence[Json]) -> list[str]:
    """A numbered list of chats."""
    lines = []
    for number, chat in enumerate(chats, start=1):
        title = line_of(chat["title"], FIRST_WORDS) or "Untitled chat"
        when = chat["updated_at"][:16].replace("T", " ")
        lines.append(f"{number:>3}  {when}  {title} ({chat['message_count']} messages)")
    return lines
