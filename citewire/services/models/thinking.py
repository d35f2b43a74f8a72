"""Taking what a model thinks out of what it says, however the text was cut.

Servers that do not part the two send thinking as text: between tags, in harmony's channels, or
with a closing tag alone, where the model's template has opened it already. What was shown cannot
be unsaid, so text whose beginning may be thinking is held until the closing tag: where the
settings or the model's name say so, where the same model did so before, or where the answer begins
as thinking does. Whoever is surprised all the same ends the answer with an error, and knows next
time. Tags behind a backtick are text.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

ThinkingMode = Literal["auto", "tags", "open"]

_PAIRS = {
    "<think>": "</think>",
    "<seed:think>": "</seed:think>",
    "◁think▷": "◁/think▷",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "[think]": "[/think]",
    "<|channel>thought": "<channel|>",
}
_ANYWHERE = ("<think>", "<seed:think>", "◁think▷")
_STRAY = tuple(_PAIRS[tag] for tag in _ANYWHERE)
_HEADS = ("<|channel|>", "<|start|>")
_ENDS = ("<|end|>", "<|return|>", "<|call|>")
_MESSAGE = "<|message|>"
_HARMONY = (*_HEADS, *_ENDS, _MESSAGE)
_AT_START = (*_PAIRS, *_STRAY, *_HARMONY)
_LATER = (*_ANYWHERE, *_STRAY, *_HARMONY)
_SIGNS = ("okay,", "okay so", "alright,", "hmm", "嗯", "好的，")
"""How thinking begins, and an answer from reports hardly ever."""
_LONGEST_HEAD = 200
LONGEST_PIECE = 4000
"""Characters that are looked at together: what is longer could hold tags without end."""
_NAMES = re.compile(r"\br1\b|qwq|think|reason(?:er|ing)", re.IGNORECASE)


def thinks_by_name(model: str) -> bool:
    """Whether a model's name says that it thinks first."""
    return _NAMES.search(model) is not None


@lru_cache
def _finder(tokens: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, tokens)), re.IGNORECASE)


_TOKEN = {True: _finder(_AT_START), False: _finder(_LATER)}


class Thinking:
    """Parts one answer from what was thought for it.

    `is_seen` tells that there was thinking, `opened_itself` that it had no beginning, `was_shown`
    that some of that got out, and `held_in_vain` that what was held was text.

    Args:
        holds: hold what may be thinking without a beginning, whatever it looks like.
        guesses: hold it where it looks like that.
    """

    __slots__ = (
        "_closing",
        "_guesses",
        "_head",
        "_holds",
        "_is_plain",
        "_kept",
        "_last",
        "_pending",
        "_strips",
        "_undecided",
        "held_in_vain",
        "is_seen",
        "opened_itself",
        "said",
        "was_shown",
    )

    def __init__(self, *, holds: bool, guesses: bool) -> None:
        self._holds = holds
        self._guesses = guesses
        self._undecided = True
        self._is_plain = False  # in the middle of text, with nothing held
        self._pending = ""  # what may become a tag
        self._closing: tuple[str, ...] = ()  # while the model thinks
        self._kept: list[str] | None = None  # what is thinking if the closing tag comes
        self._head: str | None = None  # harmony's, from its channel to its message
        self._strips = False
        self._last = ""
        self.said = False  # to be set when what was given is out and cannot be taken back
        self.is_seen = False
        self.opened_itself = False
        self.was_shown = False
        self.held_in_vain = False

    def feed(self, text: str, parts: list[str]) -> None:
        """Add to `parts` what is said in `text`; drop from them what turns out to be thought."""
        if self._is_plain and "<" not in text and "◁" not in text:  # nearly every token
            parts.append(text)
            self._last = text[-1:]
            return
        if len(text) > LONGEST_PIECE and ("<" in text or "◁" in text):
            for start in range(0, len(text), LONGEST_PIECE):
                self.feed(text[start : start + LONGEST_PIECE], parts)
            return
        text, self._pending = self._pending + text, ""
        while text:
            if self._undecided:
                text = self._decided(text)
            elif self._closing:
                text = self._thought(text)
            elif self._head is not None:
                text = self._headed(text)
            else:
                text = self._spoken(text, parts)
        self._is_plain = not (
            self._pending
            or self._closing
            or self._strips
            or self._undecided
            or self._head is not None
        )

    def part_otherwise(self, parts: list[str]) -> None:
        """The server parts thinking from text itself: what is held is text."""
        self.is_seen = True
        self._undecided = False
        if self._kept is not None:
            self._release(parts)

    def end(self, parts: list[str], *, is_complete: bool) -> None:
        """The answer is over; what is held is said if it was not cut short in the midst of it."""
        if self._kept is not None and is_complete:
            self._release(parts)
        elif not self._closing and self._head is None:
            self._show(self._pending, parts)
        self._pending = ""

    def _release(self, parts: list[str]) -> None:
        self._show("".join(self._kept or ()) + self._pending, parts)
        self._kept, self._closing, self._pending = None, (), ""
        self.held_in_vain = True

    def _decided(self, text: str) -> str:
        """Whether what begins is thinking; nothing as long as it cannot be known."""
        head = text.lstrip().lower()[:20]
        signs = _SIGNS if self._guesses else ()
        is_tag = bool(head) and head.startswith(_AT_START)
        may_be = len(text) < _LONGEST_HEAD and not is_tag
        if may_be and any(word.startswith(head) for word in (*_AT_START, *signs)):
            self._pending = text
            return ""
        self._undecided = False
        if not is_tag and (self._holds or (signs and head.startswith(signs))):
            self._closing, self._kept = _STRAY, []
            self.is_seen = self._holds
        return text

    def _thought(self, text: str) -> str:
        found = _finder(self._closing).search(text)
        if found is None:
            cut = self._tag_begins(text, self._closing)
            if self._kept is not None:
                self._kept.append(text[:cut])
            self._pending = text[cut:]
            return ""
        self.opened_itself |= self._kept is not None
        self._closing, self._kept = (), None
        self.is_seen = self._strips = True
        self._head = "" if found[0].lower() in _HEADS else None
        return text[found.end() :]

    def _headed(self, text: str) -> str:
        head = (self._head or "") + text
        name, message, rest = head.partition(_MESSAGE)
        if not message:
            # Nothing of harmony has so long a head: what follows is text.
            self._head = head if len(head) < _LONGEST_HEAD else None
            return ""
        self._head = None
        channel = name.rpartition("<|channel|>")[2].strip().lower()
        if channel and not channel.startswith(("final", "assistant")):
            self._closing = (*_ENDS, *_HEADS)
            self.is_seen = True
        self._strips = True
        return rest

    def _spoken(self, text: str, parts: list[str]) -> str:
        if self._strips:
            text = text.lstrip()
            self._strips = not text
        at_start = not self._last
        for found in _TOKEN[at_start].finditer(text):
            before = text[: found.start()]
            if (before or self._last).endswith("`"):
                continue
            token = found[0].lower()
            if token not in _LATER and before.strip():
                continue
            if self._last or before.strip():
                self._show(before, parts)
            self._turn(token, parts)
            return text[found.end() :]
        cut = self._tag_begins(text, _AT_START if at_start and not text.strip() else _LATER)
        self._show(text[:cut], parts)
        self._pending = text[cut:]
        return ""

    def _turn(self, token: str, parts: list[str]) -> None:
        if token in _PAIRS:
            self._closing = (_PAIRS[token],)
            self.is_seen = True
        elif token in _HEADS:
            self._head = ""
        elif token in _STRAY:
            self._strips = True
            if not self.is_seen:
                self.is_seen = self.opened_itself = True
                self.was_shown = self.said
                parts.clear()

    def _show(self, text: str, parts: list[str]) -> None:
        if text:
            parts.append(text)
            if self._last or not text.isspace():
                self._last = text[-1]

    def _tag_begins(self, text: str, tokens: Sequence[str]) -> int:
        """Where at the end of `text` one of `tokens` may begin; its length if none does."""
        start = max(text.rfind("<"), text.rfind("◁"), text.rfind("["))
        tail = text[start:].lower() if start >= 0 else ""
        quoted = (text[:start] or self._last).endswith("`") and not self._closing
        may_be = bool(tail) and not quoted and any(token.startswith(tail) for token in tokens)
        return start if may_be else len(text)


def without_thinking(text: str, *, holds: bool, is_complete: bool) -> tuple[str, Thinking]:
    """What is said in a whole answer, and what was seen of its thinking."""
    thinking, parts = Thinking(holds=holds, guesses=False), list[str]()
    thinking.feed(text, parts)
    thinking.end(parts, is_complete=is_complete)
    return "".join(parts), thinking
