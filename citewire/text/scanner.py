r"""The marker scanner: finds source markers in streaming text, however it is cut.

What a marker looks like stands in `markers`. Left alone are code (fenced and inline), mathematics
(`$$`, `\(…\)`, `\[…\]`, and `$…$` that is closed soon after), links (`[1](…)`, `[text][1]`), link
definitions (`[1]: …` at the start of a line), footnotes (`[^1]`), indices (`array[1]`) and
bracketed numbers that cannot be sources. Text is held back only while it may still become a
marker; whoever feeds the scanner says with `release` when that took too long.
"""

import re
from dataclasses import dataclass

from citewire.text.markers import (
    CLOSERS,
    LEFTOVERS,
    MAX_LIST,
    MAX_MARKER,
    ROUND,
    closing,
    is_index,
    may_grow,
    numbers_in,
)
from citewire.text.verbatim import (
    Verbatim,
    fence_head,
    inline_code,
    mathematics,
    starts_line,
)

MAX_DOLLARS = 80
"""Longest mathematics between single dollar signs, in characters."""
MAX_RUN = 32
"""Longest run of backticks or tildes, in characters, that is held back."""
CONTEXT = 64
"""How much of the text before a bracket is looked at, in characters."""

_SPECIAL = re.compile(r"[\[【［(（`~$\\]")
_RUN = re.compile(r"`+|~+")
_MATH = {"$$": "$$", "\\(": "\\)", "\\[": "\\]"}
_DOLLAR = re.compile(r"\n|(?<=[^\s$])\$(?:(?![\w$])|\Z)")


@dataclass(frozen=True, slots=True)
class Marker:
    """A reference to source `n`."""

    n: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A marker whose number is no source of this answer."""

    n: int


Scanned = str | Marker | Dropped
Step = tuple[list[Scanned], int] | None
"""What was settled and where to go on; None: what is at hand must wait for more."""


class MarkerScanner:
    """Splits a stream of text into plain text, markers and dropped markers.

    The result does not depend on how the text is cut into pieces.

    Args:
        known: how many sources the answer has; markers from 1 to `known` are kept.
    """

    __slots__ = ("_before", "_chained", "_dollar", "_held", "_inside", "_known")

    def __init__(self, known: int) -> None:
        self._known = known
        self._held = ""
        self._before = "\n"  # the end of what was settled
        self._inside: Verbatim | None = None
        self._dollar = 0  # until where in the text at hand an open `$` may be closed
        self._chained = False  # whether the last bracket was text that a further one may follow

    def feed(self, text: str) -> list[Scanned]:
        """Take the next piece; give all that is settled."""
        if not (self._held or self._inside or self._dollar or _SPECIAL.search(text)):
            before = self._before + text
            self._before = before[-CONTEXT:] if len(before) > 4 * CONTEXT else before
            return [text]
        return self._scan(self._held + text, final=False)

    def release(self) -> list[Scanned]:
        """Give what is held back as if the text ended here; more may be fed afterwards."""
        return self._scan(self._held, final=True) if self._held else []

    def _scan(self, text: str, *, final: bool) -> list[Scanned]:
        out: list[Scanned] = []
        at = 0
        while at < len(text):
            step = self._step(text, at, final)
            if step is None:
                break
            found, at = step
            out.extend(found)
        self._held = text[at:]
        self._before = self._context(text, at)
        self._dollar = max(0, self._dollar - at)
        return _joined(out)

    def _context(self, text: str, at: int) -> str:
        """The end of the text before `at`."""
        near = text[max(0, at - CONTEXT) : at]
        return near if len(near) == CONTEXT else (self._before + near)[-CONTEXT:]

    def _step(self, text: str, at: int, final: bool) -> Step:
        if self._inside is not None:
            passed = self._inside(text, at, final)
            stays = passed.then is self._inside
            self._inside = passed.then
            if stays and passed.to == at and not final:
                return None
            to = passed.to if passed.to > at or not (stays and final) else len(text)
            return [text[at:to]], to
        special = _SPECIAL.search(text, at)
        start = special.start() if special else len(text)
        if start > at:
            if self._dollar and "\n" in text[at:start]:
                self._dollar = 0
            return [text[at:start]], start
        char = text[at]
        if char in CLOSERS:
            return self._bracket(text, at, final)
        if char in "`~":
            return self._run(text, at, final)
        return self._sign(text, at, final)

    def _run(self, text: str, at: int, final: bool) -> Step:
        """Backticks or tildes: they may open code."""
        run = _RUN.match(text, at)
        assert run is not None
        if run.end() == len(text) and not final and len(run[0]) <= MAX_RUN:
            return None
        if len(run[0]) >= 3 and starts_line(self._context(text, at)):
            self._inside = fence_head(run[0])
        elif run[0][0] == "`":
            self._inside = inline_code(run[0])
        return [run[0]], run.end()

    def _sign(self, text: str, at: int, final: bool) -> Step:
        """A dollar or a backslash: they may open mathematics, or escape what follows."""
        pair = text[at : at + 2]
        if len(pair) < 2 and not final:
            return None
        if pair in _MATH:
            self._inside, self._dollar = mathematics(_MATH[pair]), 0
            return [pair], at + 2
        if pair[0] == "\\":
            return [pair], at + len(pair)
        before = self._context(text, at)[-1:]
        if at < self._dollar and not before.isspace() and not pair[1:].isalnum():
            self._dollar = 0
        elif not before.isalnum() and pair[1:].strip() and not pair[1:].isdigit():
            self._dollar = at + MAX_DOLLARS
        return ["$"], at + 1

    def _bracket(self, text: str, at: int, final: bool) -> Step:
        doubled = text.startswith("[[", at)
        inner = at + 1 + doubled
        end = closing(text, inner, CLOSERS[text[at]])
        if end < 0:
            return None if not final and _grows(text, at, inner) else self._let_go(text, at)
        if text[at] == "[" and text[inner:end] in LEFTOVERS:
            return [], end + 1
        numbers = numbers_in(text[at], text[inner:end])
        end += 1
        if numbers is None:
            return self._let_go(text, at)
        if doubled:
            if end == len(text) and not final:
                return None
            if text[end : end + 1] != "]":
                return self._let_go(text, at)
            end += 1
        return self._marker(text, at, end, numbers, final)

    def _marker(self, text: str, at: int, end: int, numbers: list[int], final: bool) -> Step:
        """What looks like a marker from `at` to `end`: by its surroundings, is it one?"""
        if text[at] in "[［":
            if end == len(text) and not final:
                return None  # "[1]" may go on as the link "[1](…)"
            if self._belongs_to_text(text, at, end):
                return [text[at:end]], end
        if at < self._dollar:
            sign = _DOLLAR.search(text, end, self._dollar)
            if not final and len(text) < self._dollar and _may_change(sign, text):
                return None
            self._dollar = 0
            if sign and sign[0] == "$":
                return [text[at : sign.end()]], sign.end()
        self._chained = False
        known = range(1, self._known + 1)
        return [Marker(n) if n in known else Dropped(n) for n in numbers], end

    def _belongs_to_text(self, text: str, at: int, end: int) -> bool:
        """Whether it is a link, the definition of one, or an index."""
        before, after = self._context(text, at), text[end : end + 1]
        chained = self._chained and before.endswith("]")
        self._chained = chained or is_index(before)
        if text[at] == "[" and after == ":" and not before.rpartition("\n")[2].strip():
            return "\n" in before
        return after == "(" or self._chained

    def _let_go(self, text: str, at: int) -> Step:
        self._chained = text[at] == "[" and text[at + 1 : at + 2].isalpha()
        return [text[at]], at + 1


def _grows(text: str, at: int, inner: int) -> bool:
    """Whether the bracket at `at`, whose body begins at `inner`, may still become a marker."""
    longest = MAX_MARKER if text[at] in ROUND else MAX_LIST
    return len(text) - at < longest and may_grow(text[at], text[inner : at + longest])


def _may_change(closing: re.Match[str] | None, text: str) -> bool:
    """Whether more text may still close a `$`, or show that a `$` at the end closes nothing."""
    return closing is None or (closing[0] == "$" and closing.end() == len(text))


def _joined(parts: list[Scanned]) -> list[Scanned]:
    """Neighbouring pieces of plain text as one."""
    out: list[Scanned] = []
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            if part:
                texts.append(part)
            continue
        if texts:
            out.append("".join(texts))
            texts = []
        out.append(part)
    if texts:
        out.append("".join(texts))
    return out
