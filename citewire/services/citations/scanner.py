r"""The marker scanner: finds source markers in streaming text and gives them one canonical form.

Accepted are `[1]`, `[1][2]`, `[1, 2]`, `[1-3]`, `[Source 1]`, `【1】` and `［１］`. Left alone are
code (fenced and inline), mathematics between `$$`, `\(…\)` or `\[…\]`, links (`[1](…)`),
footnotes (`[^1]`) and bracketed numbers that cannot be sources (`[2024]`).
Text is held back only while it may still become a marker.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_MARKER = 40
"""Longest text, in characters, that is held back as a possible marker."""

MAX_SOURCE = 99
"""A bracketed number above this cannot be a source and is ordinary text, such as a year."""

_SPECIAL = re.compile(r"[\[【［`\\$]")
_CLOSER = {"[": "]", "【": "】", "［": "］"}
_INSIDE = re.compile(
    r"(?:sources?\s*)?\d{1,4}(?:\s*(?:[,;&]|-|–|and|y)\s*(?:sources?\s*)?\d{1,4})*", re.IGNORECASE
)
_PREFIX = re.compile(r"[\dsourceandy\s,;&–-]*", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<first>\d{1,4})(?:\s*[-–]\s*(?P<last>\d{1,4}))?")
_MATH = {"$$": "$$", "\\(": "\\)", "\\[": "\\]"}


@dataclass(frozen=True, slots=True)
class Marker:
    """A reference to source `n`, in its canonical form."""

    n: int

    @property
    def text(self) -> str:
        """What the client sees."""
        return f"[{self.n}]"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A marker whose number is no source of this answer."""

    n: int


Scanned = str | Marker | Dropped


class MarkerScanner:
    """Splits a stream of text into plain text, markers and dropped markers.

    The result does not depend on how the text is cut into pieces.

    Args:
        known: how many sources the answer has; markers from 1 to `known` are kept.
    """

    def __init__(self, known: int) -> None:
        self._known = known
        self._held = ""
        self._until: str | None = None

    def feed(self, text: str) -> list[Scanned]:
        """Take the next piece; give all that is settled."""
        if not self._held and self._until is None and not _SPECIAL.search(text):
            return [text]
        return self._scan(self._held + text, final=False)

    def flush(self) -> list[Scanned]:
        """Give what was held back, at the end of the text."""
        return self._scan(self._held, final=True)

    def _scan(self, text: str, *, final: bool) -> list[Scanned]:
        out: list[Scanned] = []
        at = 0
        while at < len(text):
            step = self._inside(text, at, final) if self._until else self._outside(text, at, final)
            if step is None:
                break
            found, at = step
            out.extend(found)
        self._held = text[at:]
        return _joined(out)

    def _inside(self, text: str, at: int, final: bool) -> tuple[list[Scanned], int] | None:
        """Pass over code or mathematics up to its end."""
        assert self._until is not None
        end = text.find(self._until, at)
        blank = -1 if self._until.startswith("```") else text.find("\n\n", at)
        if blank >= 0 and not 0 <= end < blank:
            # It was no code: neither it nor mathematics goes on past a blank line.
            self._until = None
            return [text[at:blank]], blank
        if end >= 0:
            end += len(self._until)
            if self._until[0] == "`" and end == len(text) and not final:
                return None  # a longer run of backticks does not close this one
            if self._until[0] == "`" and text[end : end + 1] == "`":
                run = end
                while run < len(text) and text[run] == "`":
                    run += 1
                return ([text[at:run]], run) if run < len(text) or final else None
            self._until = None
            return [text[at:end]], end
        keep = 0 if final else min(max(len(self._until) - 1, 1), len(text) - at)
        stop = len(text) - keep
        return ([text[at:stop]], stop) if stop > at else None

    def _outside(self, text: str, at: int, final: bool) -> tuple[list[Scanned], int] | None:
        special = _SPECIAL.search(text, at)
        if special is None:
            return [text[at:]], len(text)
        start = special.start()
        if start > at:
            return [text[at:start]], start
        char = text[at]
        if char in _CLOSER:
            return self._bracket(text, at, final)
        if char == "`":
            return self._code(text, at, final)
        return self._mathematics(text, at, final)

    def _code(self, text: str, at: int, final: bool) -> tuple[list[Scanned], int] | None:
        end = at
        while end < len(text) and text[end] == "`":
            end += 1
        if end == len(text) and not final:
            return None
        self._until = "`" * (end - at)
        return [text[at:end]], end

    def _mathematics(self, text: str, at: int, final: bool) -> tuple[list[Scanned], int] | None:
        opener = text[at : at + 2]
        if len(opener) < 2 and not final:
            return None
        self._until = _MATH.get(opener)
        return ([opener], at + 2) if self._until else ([text[at]], at + 1)

    def _bracket(self, text: str, at: int, final: bool) -> tuple[list[Scanned], int] | None:
        end = text.find(_CLOSER[text[at]], at + 1, at + MAX_MARKER)
        if end < 0:
            body = unicodedata.normalize("NFKC", text[at + 1 : at + MAX_MARKER])
            may_grow = not final and len(text) - at < MAX_MARKER
            if may_grow and _PREFIX.fullmatch(body):
                return None
            return [text[at]], at + 1
        body = unicodedata.normalize("NFKC", text[at + 1 : end]).strip()
        if not _INSIDE.fullmatch(body):
            return [text[at]], at + 1
        if end + 1 == len(text) and not final:
            return None  # "[1]" may go on as the link "[1](…)"
        if text[end + 1 : end + 2] == "(":
            return [text[at : end + 1]], end + 1
        return self._markers(text[at : end + 1], body), end + 1

    def _markers(self, raw: str, body: str) -> list[Scanned]:
        numbers: list[int] = []
        for match in _NUMBER.finditer(body):
            first = int(match["first"])
            last = int(match["last"] or first)
            if max(first, last) > MAX_SOURCE or last < first:
                return [raw]
            numbers.extend(range(first, last + 1))
        return [Marker(n) if 1 <= n <= self._known else Dropped(n) for n in numbers]


def _joined(parts: list[Scanned]) -> list[Scanned]:
    """Neighbouring pieces of plain text as one."""
    out: list[Scanned] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        elif part != "":
            out.append(part)
    return out
