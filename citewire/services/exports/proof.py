"""An exchange as it is exported: the answer with the places of its footnotes, and what they say.

The same is written to every format, so that none of them proves less than another.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from citewire.errors import MessageNotFound
from citewire.services.answers.kept_quotes import ACCESS
from citewire.services.answers.titles import plain_line
from citewire.services.citations.verdicts.reasons import ALONE, OPPOSITE
from citewire.services.exports.labels import EN, Labels
from citewire.storage.chats.record import Chat, Message
from citewire.text.places import form_of, place_of

OPEN, CLOSE = "\ue000", "\ue001"
"""Around the number of a footnote in the text of an answer."""
MARK: Final = re.compile(f"{OPEN}([0-9]{{1,9}}){CLOSE}")

_UNPRINTABLE = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff{OPEN}{CLOSE}]"
)
"""What no XML may hold, and our own two signs."""
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of all that follows."""

LinkTo = Callable[[str, str], str]
"""The address at which the client shows a passage with some of its words; empty: it has none."""


def no_link(passage_id: str, words: str) -> str:
    """Where it is not known how the client is reached."""
    return ""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote.

    Args:
        number: as it stands in the text; in a chat they go on from answer to answer.
        place: title, organisation, period, file, page and cells.
        quote: the words of the source, on one line; empty where there are none or they may not be
            read any more.
        withheld: why they are not there, if they are taken away.
        sign: the verdict: a key of `Labels.verdicts`, or empty where it was not kept.
        verdict: the same in words.
        checked: why, how a figure is calculated, and what stands beside.
        link: where the client shows the passage; may be empty.
    """

    number: int
    place: str
    quote: str
    withheld: str
    sign: str
    verdict: str
    checked: tuple[str, ...]
    link: str

    @property
    def text(self) -> str:
        """All of it but the link."""
        words = f": “{self.quote}”" if self.quote else ""
        why = f": {'; '.join(self.checked)}" if self.checked else ""
        parts = (f"{self.place}{words}", self.withheld, f"{self.verdict}{why}")
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Proven:
    """A question with its answer and all that proves it.

    Args:
        question: as it was asked.
        asked_at: when, to the minute, in UTC.
        sub_questions: what it was taken apart into.
        text: the answer in Markdown, with the numbers of footnotes between `OPEN` and `CLOSE`.
        notes: the footnotes in their order.
        sources: of an answer whose citations were not kept: what it cites, by its own numbers.
        end: how it ended, if it is not whole.
        warnings: what one should know besides.
        facts: which model answered, and on what evidence.
    """

    question: str
    asked_at: str
    sub_questions: tuple[str, ...]
    text: str
    notes: tuple[Note, ...]
    sources: tuple[Note, ...]
    end: str
    warnings: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvenChat:
    """A chat, or a part of it, with its proof."""

    title: str
    begun_at: str
    exchanges: tuple[Proven, ...]

    @property
    def size(self) -> int:
        """How many characters are written."""
        return sum(
            len(one.text) + len(one.question) + sum(len(note.text) for note in one.notes)
            for one in self.exchanges
        )


def proven(chat: Chat, *, labels: Labels = EN, link: LinkTo = no_link) -> ProvenChat:
    """The active path of a chat with the proof of each answer.

    Args:
        chat: with the messages of its active path at least.
        labels: in which language.
        link: where the client shows a passage.
    """
    exchanges: list[Proven] = []
    number, asked = 1, None
    for message in active_path(chat):
        if message["role"] == "user":
            asked = message
            continue
        exchanges.append(_proven(message, asked or {}, number, labels, link))
        number += len(exchanges[-1].notes)
        asked = None
    if asked is not None:
        exchanges.append(_proven({}, asked, number, labels, link))
    title = _line(chat.title) or labels.untitled
    return ProvenChat(title, _minute(chat.created_at), tuple(exchanges))


def answer_alone(chat: Chat, message_id: str) -> Chat:
    """One answer of a chat with its question.

    Raises:
        MessageNotFound: the chat has no such answer.
    """
    by_id = {message["message_id"]: message for message in chat.messages}
    answer = by_id.get(message_id)
    if answer is None or answer["role"] != "assistant":
        raise MessageNotFound("the chat has no such answer")
    asked = by_id.get(answer["parent_id"] or "")
    question = [{**asked, "parent_id": None}] if asked else []
    return replace(chat, leaf_id=message_id, messages=[*question, answer])


def active_path(chat: Chat) -> list[Message]:
    """The messages from the first question to the leaf."""
    by_id = {message["message_id"]: message for message in chat.messages}
    path, at = [], chat.leaf_id
    while at in by_id:
        path.append(by_id[at])
        at = by_id[at]["parent_id"]
    return path[::-1]


def _proven(message: Message, asked: Message, number: int, labels: Labels, link: LinkTo) -> Proven:
    text, notes = _marked(message, number, labels, link)
    cited = [] if notes else [one for one in message.get("sources", ()) if one["cited"]]
    sources = (
        _note(int(one["n"]), {"passage_id": one["passage_id"]}, one, labels, link) for one in cited
    )
    return Proven(
        question=_printable(asked.get("text", "")),
        asked_at=_minute(asked.get("created_at") or message.get("created_at") or ""),
        sub_questions=tuple(map(_line, message.get("sub_questions") or ())),
        text=text,
        notes=tuple(notes),
        sources=tuple(sources),
        end=_end(message, labels),
        warnings=tuple(_warnings(message, labels)),
        facts=tuple(_facts(message, labels)),
    )


def _marked(
    message: Message, number: int, labels: Labels, link: LinkTo
) -> tuple[str, Sequence[Note]]:
    """The text with the numbers of its footnotes; what is cited twice alike has one."""
    sources = {source["passage_id"]: source for source in message.get("sources") or ()}
    units = message.get("text", "").encode("utf-16-le", "surrogatepass")
    notes: dict[Note, int] = {}
    parts, seen = [], 0
    citations = message.get("citations") or ()
    for citation in sorted(citations, key=lambda one: int(one["marker_span"]["start"])):
        source = sources.get(citation["passage_id"])
        note = _note(0, citation, source, labels, link)
        at = notes.setdefault(note, number + len(notes))
        start, end = citation["marker_span"]["start"], citation["marker_span"]["end"]
        parts.append(_printable(_decoded(units[2 * seen : 2 * start])) if start > seen else "")
        parts.append(f"{OPEN}{at}{CLOSE}")
        seen = max(seen, end)
    parts.append(_printable(_decoded(units[2 * seen :])))
    return "".join(parts), [replace(note, number=at) for note, at in notes.items()]


def _decoded(units: bytes) -> str:
    return units.decode("utf-16-le", "replace")


def _note(
    number: int,
    citation: Mapping[str, Any],
    source: Mapping[str, Any] | None,
    labels: Labels,
    link: LinkTo,
) -> Note:
    quote, verification = citation.get("quote") or {}, citation.get("verification") or {}
    is_shut = source is None or any(
        one.get("reason") == ACCESS for one in source.get("withheld") or ()
    )
    words = "" if is_shut else _line(quote.get("text") or "")
    sign = "quoted" if verification.get("method") == "quoted" else verification.get("status") or ""
    return Note(
        number=number,
        place=_place(source or {}, quote, labels) or _line(citation["passage_id"]),
        quote=words,
        withheld=labels.withheld if is_shut else "",
        sign=sign,
        verdict=labels.verdicts.get(sign, ""),
        checked=() if is_shut else tuple(_checked(verification, labels)),
        link="" if is_shut else link(citation["passage_id"], words),
    )


def _place(source: Mapping[str, Any], quote: Mapping[str, Any], labels: Labels) -> str:
    periods = ", ".join(source.get("periods") or ())
    told = [source.get("title"), source.get("organisation"), periods, source.get("file_name")]
    told += [_page(source, quote, labels), quote.get("address")]
    return ", ".join(part for one in told if (part := _line(str(one or ""))))


def _page(source: Mapping[str, Any], quote: Mapping[str, Any], labels: Labels) -> str:
    """The page as it is printed, and its number in the file where that is another.

    Slides and sheets go by what they are called; text without pages has no such place.
    """
    file_name, section = (str(source.get(name) or "") for name in ("file_name", "section"))
    label = _line(str(source.get("page_label") or ""))
    number = str(quote.get("page") or source.get("page_start") or "")
    if form_of(file_name) == "pages" and label and number and label != number:
        return labels.page_of_file.format(label, number)
    return place_of(file_name, label or number, section=section, words=labels.place)


def _checked(verification: Mapping[str, Any], labels: Labels) -> list[str]:
    """What else the check of a citation said than its verdict."""
    told = [_line(_reason(verification, labels))]
    worked = [_line(one["formula"]) for one in verification.get("calculations") or ()]
    told += [labels.calculated.format(", ".join(worked))] if worked else []
    beside = ((verification.get("beside") or {}).get("quote") or {}).get("text")
    told += [labels.beside.format(_line(beside))] if beside else []
    return [one for one in told if one]


def _reason(verification: Mapping[str, Any], labels: Labels) -> str:
    """Why a citation has its verdict, in the language of the export where its code is known."""
    code, facts = str(verification.get("code") or ""), verification.get("facts") or ()
    said = labels.reasons.get(code.removeprefix(ALONE))
    if said is None:
        return str(verification.get("reason") or "")
    if code.removeprefix(ALONE) == OPPOSITE:
        facts = [labels.sides.get(fact, fact) for fact in facts]
    told = said.format(*facts)
    return labels.alone.format(told) if code.startswith(ALONE) else told


def _warnings(message: Message, labels: Labels) -> list[str]:
    """What the run warned of, unless further sources made it good meanwhile."""
    citations = message.get("citations") or ()
    return list(
        dict.fromkeys(
            _warning(one, message.get("text", ""), labels)
            for one in message.get("warnings") or ()
            if one["code"] != "unsupported_number" or not _made_good(one.get("span"), citations)
        )
    )


def _warning(warned: Mapping[str, Any], text: str, labels: Labels) -> str:
    """A warning in the language of the export, with the words of the answer that it is about."""
    said = labels.warnings.get(warned["code"])
    if said is None:
        return _line(warned["message"])
    span = warned.get("span")
    if span is None:
        return said
    units = text.encode("utf-16-le", "surrogatepass")[2 * span["start"] : 2 * span["end"]]
    return f"{said}: {_line(_decoded(units))}"


def _made_good(span: Mapping[str, int] | None, citations: Sequence[Mapping[str, Any]]) -> bool:
    if span is None:
        return False
    over = [
        (one.get("verification") or {}).get("status")
        for one in citations
        if one["claim_span"]["start"] <= span["start"] and span["end"] <= one["claim_span"]["end"]
    ]
    return bool(over) and all(status == "supported" for status in over)


def _facts(message: Message, labels: Labels) -> list[str]:
    model, evidence = _line(message.get("model") or ""), message.get("evidence")
    told = [labels.answered_by.format(model)] if model else []
    if evidence:
        told.append(labels.evidence.format(labels.strengths.get(evidence, evidence)))
    return told


def _end(message: Message, labels: Labels) -> str:
    """How an answer ended, unless it is whole."""
    status = message.get("status", "complete")
    if status == "error":
        why = _line(message.get("error") or "")
        return f"{labels.ends['error']}: {why}" if why else labels.ends["error"]
    if status != "complete":
        return labels.ends.get(status, status)
    finish = message.get("finish_reason") or ""
    return labels.ends[finish] if finish in ("length", "content_filter") else ""


def _printable(text: str) -> str:
    """A text of several lines, without what no file may hold."""
    return _UNPRINTABLE.sub(
        "\ufffd", _TURNS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    )


def _line(text: str) -> str:
    return plain_line(_printable(text))


def _minute(moment: str) -> str:
    try:
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except ValueError:
        return _line(moment)
    return f"{at:%Y-%m-%d %H:%M} UTC"
