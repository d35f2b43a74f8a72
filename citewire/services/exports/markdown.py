"""A chat with its proof as Markdown: citations are footnotes, and no text can forge one.

Where it is read as Markdown, what is not code can hold neither a footnote nor markup nor a picture
that would be fetched, except those that are written here.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from citewire.services.exports.labels import EN, Labels
from citewire.services.exports.proof import MARK, Note, Proven, ProvenChat

DOUBTS: Final = {"unsupported": " ✗", "partial": " (?)"}
"""Behind the number of a footnote whose check did not bear out what is said."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>!#|~&])")
_FORGED = re.compile(r"\[(?=\^)|!(?=\[)|<(?!(?:https?|mailto):)(?=[A-Za-z/!?])")
"""What begins a footnote, a picture or markup."""
_TICKS = re.compile("`+")


def to_markdown(chat: ProvenChat, *, labels: Labels = EN, prefix: str = "") -> str:
    """The exchanges one below the other, each with its footnotes.

    `prefix` begins the name of each footnote, where several chats come into one file.
    """
    parts = [f"# {_escape(chat.title)}", f"*{_escape(chat.begun_at)}*"]
    for exchange in chat.exchanges:
        parts += _exchange(exchange, labels, prefix)
    return "\n\n".join(part for part in parts if part) + "\n"


def answer_markdown(exchange: Proven, *, labels: Labels = EN) -> str:
    """An answer alone, as it is copied."""
    said = _answer(exchange, labels, "")
    return "\n\n".join(part for part in said if part) + "\n"


def _exchange(exchange: Proven, labels: Labels, prefix: str) -> list[str]:
    asked = exchange.question.split("\n")
    parts = ["\n".join(f"> {_escape(line)}".rstrip() for line in asked)]
    parts.append(f"*{_escape(exchange.asked_at)}*" if exchange.asked_at else "")
    if exchange.sub_questions:
        listed = [f"- {_escape(question)}" for question in exchange.sub_questions]
        parts.append("\n".join([f"*{labels.searched_for}*\n", *listed]))
    return [*parts, *_answer(exchange, labels, prefix)]


def _answer(exchange: Proven, labels: Labels, prefix: str) -> list[str]:
    signs = {note.number: DOUBTS.get(note.sign, "") for note in exchange.notes}
    text = MARK.sub(
        lambda mark: f"[^{prefix}{mark[1]}]{signs.get(int(mark[1]), '')}", _tamed(exchange.text)
    )
    parts = [text, f"*({_escape(exchange.end)})*" if exchange.end else ""]
    parts.append(
        "\n".join(f"- \\[{one.number}\\] {_note(one, labels)}" for one in exchange.sources)
    )
    parts.append("\n".join(f"- ⚠ {_escape(warning)}" for warning in exchange.warnings))
    facts = "; ".join(map(_escape, exchange.facts))
    parts.append(f"*{facts}*" if facts else "")
    parts += [f"[^{prefix}{note.number}]: {_note(note, labels)}" for note in exchange.notes]
    return parts


def _note(note: Note, labels: Labels) -> str:
    words = f': "{_escape(note.quote)}"' if note.quote else ""
    verdict = _escape(note.verdict)
    verdict = f"**{verdict}**" if note.sign in DOUBTS else verdict
    checked = "; ".join(map(_escape, note.checked))
    told = (
        f"{_escape(note.place)}{words}",
        note.withheld,
        f"{verdict}: {checked}" if verdict and checked else verdict or checked,
        f"[{labels.open_passage}]({_address(note.link)})" if note.link else "",
    )
    return "; ".join(part for part in told if part)


def _tamed(text: str) -> str:
    """A text in Markdown that keeps its looks, and does nothing to what is around it."""
    lines = text.split("\n")
    is_done = [False] * len(lines)
    tokens = MarkdownIt("commonmark", {"html": False}).parse(text)
    for token in tokens:
        if token.map is None:
            continue
        start, end = token.map
        if token.type in ("fence", "code_block"):
            is_done[start:end] = [True] * (end - start)
        elif token.type == "inline":
            # Ticks pair within a block alone.
            lines[start:end] = _escaped_around_code("\n".join(lines[start:end])).split("\n")
            is_done[start:end] = [True] * (end - start)
    pairs = zip(lines, is_done, strict=True)
    tamed = "\n".join(line if is_done else _escaped(line) for line, is_done in pairs)
    if tokens and not _is_closed(tokens[-1], text):
        tamed += f"\n{tokens[-1].markup}"  # an answer that was cut would take in all below it
    return tamed.strip("\n")


def _is_closed(token: Token, text: str) -> bool:
    """Whether the last token of a text is no fence that was left open."""
    if token.type != "fence" or token.map is None:
        return True
    first, fence = token.map[0], token.markup
    last = text.rstrip().split("\n")
    ends = last[-1].strip()
    return len(last) > first + 1 and len(ends) >= len(fence) and set(ends) == {fence[0]}


def _escaped_around_code(text: str) -> str:
    """A block with what would be a footnote or markup escaped, except between ticks."""
    runs = list(_TICKS.finditer(text))
    later: dict[int, list[int]] = {}
    for place in range(len(runs) - 1, -1, -1):
        later.setdefault(len(runs[place][0]), []).append(place)
    parts, at, place = [], 0, 0
    while place < len(runs):
        run = runs[place]
        same = later.get(len(run[0]) - _is_escaped(text, run), [])
        while same and same[-1] <= place:
            same.pop()
        if not same:
            place += 1
            continue
        closing = runs[same[-1]]
        parts += [_escaped(text[at : run.start()]), text[run.start() : closing.end()]]
        at, place = closing.end(), same[-1] + 1
    return "".join([*parts, _escaped(text[at:])])


def _is_escaped(text: str, run: re.Match[str]) -> bool:
    """Whether the first tick is a letter: an odd number of backslashes stands before it."""
    start = run.start()
    while start and text[start - 1] == "\\":
        start -= 1
    return (run.start() - start) % 2 == 1


def _escaped(text: str) -> str:
    return _FORGED.sub(r"\\\g<0>", text)


def _address(link: str) -> str:
    return link.translate({ord(sign): f"%{ord(sign):02X}" for sign in "()<> \\\"'\n"})


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
