"""Chats as files: JSON with everything, Markdown with citations as footnotes."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import orjson

from citewire.errors import ChatNotFound
from citewire.services.answers.titles import plain_line
from citewire.storage.chats.store import Chat, ChatStore, Message

_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_SIGNS = {"unsupported": " ✗", "partial": " (?)"}
"""Behind the marker of a citation that its check did not bear out."""
UNTITLED = "Untitled chat"
CUT = {
    "length": "cut: it reached the greatest length",
    "content_filter": "cut by the model's provider: content filter",
}

DOUBTS = {
    "unsupported": "**not supported by this source**",
    "partial": "**only partly supported by this source**",
}
"""What a reader is told of a citation that its check did not bear out."""

Chats = AsyncGenerator[Chat, None]
Notes = dict[tuple[str, ...], tuple[int, str]]
"""Numbers and texts of footnotes, by passage, quote and what the check said."""


async def all_chats(store: ChatStore, owner: str) -> Chats:
    """All chats of an owner with all branches, newest first, each as it is when it is read.

    Raises StorageError as the store does.
    """
    for chat_id in await store.all_ids(owner):
        try:
            yield await store.read(chat_id, owner, whole=True)
        except ChatNotFound:
            continue  # deleted meanwhile


async def json_file(chats: Chats) -> AsyncGenerator[bytes, None]:
    """One JSON object with all `chats`, in pieces."""
    yield b'{"chats":['
    between = b"\n"
    async with aclosing(chats):
        async for chat in chats:
            yield between + to_json(chat)
            between = b",\n"
    yield b"\n]}\n"


async def markdown_file(chats: Chats) -> AsyncGenerator[bytes, None]:
    """All chats one below the other, in pieces."""
    async with aclosing(chats):
        async for chat in chats:
            # Footnotes are numbered anew in each chat: its name keeps them apart.
            yield f"{to_markdown(chat, prefix=f'{chat.chat_id[:8]}-')}\n---\n\n".encode()


FILES = {"json": json_file, "md": markdown_file}


def to_json(chat: Chat) -> bytes:
    """A chat with all its branches; `leaf_id` and the `parent_id`s say which one was active."""
    messages = [
        {**message, "siblings": chat.siblings.get(message["message_id"], [])}
        for message in chat.messages
    ]
    facts = {
        "chat_id": chat.chat_id,
        "title": chat.title,
        "created_at": chat.created_at,
        "updated_at": chat.updated_at,
        "leaf_id": chat.leaf_id,
        "messages": messages,
    }
    return orjson.dumps(facts)


def to_markdown(chat: Chat, *, prefix: str = "") -> str:
    """The active path, with title, file, page and quote of what is cited as footnotes.

    `prefix` begins the name of each footnote, where several chats come into one file.
    """
    notes: Notes = {}
    parts = [f"# {_escape(plain_line(chat.title)) or UNTITLED}", f"*{chat.created_at}*"]
    for message in active_path(chat):
        if message["role"] == "user":
            asked = message["text"].splitlines() or [""]
            parts.append("\n".join(f"> {line}".rstrip() for line in asked))
        else:
            said = _answer(message, notes, prefix)
            parts += [part for part in (_sub_questions(message), *said) if part]
    noted = [f"[^{prefix}{n}]: {note}" for n, note in notes.values()]
    return "\n\n".join([*parts, *noted]) + "\n"


def active_path(chat: Chat) -> list[Message]:
    """The messages from the first question to the leaf."""
    by_id = {message["message_id"]: message for message in chat.messages}
    path, at = [], chat.leaf_id
    while at in by_id:
        path.append(by_id[at])
        at = by_id[at]["parent_id"]
    return path[::-1]


def _answer(message: Message, notes: Notes, prefix: str) -> tuple[str, ...]:
    sources = {source["passage_id"]: source for source in message["sources"]}
    text = message["text"].encode("utf-16-le")
    marks = []
    for citation in message["citations"]:
        quote = citation["quote"]["text"]
        checked = _checked(citation.get("verification") or {})
        key = (citation["passage_id"], quote, checked)
        source = sources.get(citation["passage_id"], {})
        if key not in notes:
            note = "; ".join(filter(None, (_note(source, citation["quote"]), checked)))
            notes[key] = len(notes) + 1, note
        number = notes[key][0]
        span = citation["marker_span"]
        sign = _SIGNS.get((citation.get("verification") or {}).get("status", ""), "")
        marks.append((span["start"], span["end"], f"[^{prefix}{number}]{sign}"))
    parts, at = [], 0
    for start, end, mark in sorted(marks):
        parts += [text[at * 2 : start * 2], mark.encode("utf-16-le")]
        at = end
    said = b"".join([*parts, text[at * 2 :]]).decode("utf-16-le")
    return said, _end(message), "" if marks else _cited(message), _told_of(message)


def _checked(verification: Mapping[str, Any]) -> str:
    """What the check of a citation found, if it is more than that the source says it."""
    said = DOUBTS.get(verification.get("status", ""), "")
    reason = _escape(plain_line(verification.get("reason") or "")) if said else ""
    worked = [
        f"`{plain_line(one['formula']).replace('`', '')}`"
        for one in verification.get("calculations") or ()
    ]
    calculated = f"calculated: {', '.join(worked)}" if worked else ""
    return "; ".join(filter(None, (f"{said}: {reason}" if reason else said, calculated)))


def _told_of(message: Message) -> str:
    """Who answered and on what evidence, and what the run warned of."""
    lines = [f"- ⚠ {_escape(plain_line(one['message']))}" for one in message.get("warnings") or ()]
    facts = [_escape(plain_line(message.get("model") or ""))]
    facts += [f"evidence: {message['evidence']}"] if message.get("evidence") else []
    told = "; ".join(filter(None, facts))
    return "\n\n".join(filter(None, ("\n".join(lines), f"*{told}*" if told else "")))


def _sub_questions(message: Message) -> str:
    """What the question was taken apart into."""
    asked = [f"- {_escape(plain_line(question))}" for question in message.get("sub_questions", ())]
    return "\n".join(["*Searched for:*\n", *asked]) if asked else ""


def _cited(message: Message) -> str:
    """The sources of an answer whose citations were not kept."""
    cited = [source for source in message["sources"] if source["cited"]]
    return "\n".join(f"- \\[{source['n']}\\] {_note(source, {})}" for source in cited)


def _note(source: Mapping[str, Any], quote: Mapping[str, Any]) -> str:
    place = [_escape(plain_line(str(source.get(name) or ""))) for name in ("title", "file_name")]
    place += [_page(source, quote), _escape(plain_line(quote.get("address", "")))]
    told = ", ".join(part for part in place if part)
    words = _escape(plain_line(quote.get("text", "")))
    return f'{told}: "{words}"' if words else told


def _page(source: Mapping[str, Any], quote: Mapping[str, Any]) -> str:
    """The page as it is printed, and its number in the file where that is another."""
    label = _escape(plain_line(str(source.get("page_label") or "")))
    number = str(quote.get("page") or source.get("page_start") or "")
    if label and number and label != number:
        return f"p. {label} ({number} of the file)"
    page = label or number
    return f"p. {page}" if page else ""


def _end(message: Message) -> str:
    """How an answer ended, unless it is whole."""
    if message["status"] == "error":
        why = _escape(plain_line(message.get("error") or ""))
        return f"*(error{f': {why}' if why else ''})*"
    if message["status"] != "complete":
        return f"*({message['status']})*"
    told = CUT.get(message.get("finish_reason") or "")
    return f"*({told})*" if told else ""


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
