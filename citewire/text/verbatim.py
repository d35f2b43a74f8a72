"""Where code and mathematics end in streaming text: what stands in them is never a marker.

Each kind says how far the text at hand is surely inside, whether its end was found, and leaves
from there on what the next piece may complete.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

MAX_LINE_START = 24
"""Longest indentation, in characters, that is looked through at the start of a line."""

_BLOCK = "\n#>|-*+0123456789"
"""What begins a line that is no continuation of the paragraph before it (or may be none)."""

_FENCE_TAIL = re.compile(r"\n[ \t>]{0,24}(?:`*|~*)[ \t\r]{0,24}\Z")
_FENCE_OPENS = re.compile(r"\n[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?\Z")


@dataclass(frozen=True, slots=True)
class Passed:
    """Text up to `to` is verbatim.

    `then` is what is entered at `to`: None for plain text, the kind itself if it goes on.
    """

    to: int
    then: "Verbatim | None"


Verbatim = Callable[[str, int, bool], Passed]
"""(text, from where, whether the text ends there) -> how far it goes."""


def starts_line(before: str) -> bool:
    """Whether a code fence may begin right after `before`."""
    return _FENCE_OPENS.search(before, max(0, len(before) - MAX_LINE_START)) is not None


@lru_cache(maxsize=64)
def inline_code(run: str) -> Verbatim:
    """Code between runs of backticks of one length; ends with its paragraph at the latest."""
    found = re.compile(r"\n[ \t]{0,24}|`+")

    def passing(text: str, at: int, final: bool) -> Passed:
        while (match := found.search(text, at)) is not None:
            open_end = match.end() == len(text) and not final
            if open_end and len(match[0]) <= max(len(run), MAX_LINE_START):
                return Passed(match.start(), passing)
            at = match.end()
            if match[0] == run:
                return Passed(at, None)
            if match[0][0] == "\n" and text[at : at + 1] in _BLOCK:
                return Passed(match.start(), None)  # it was no code: nothing closed it
        return Passed(len(text), passing)

    return passing


@lru_cache(maxsize=64)
def mathematics(closer: str) -> Verbatim:
    """Mathematics up to `closer`; ends with its paragraph at the latest."""
    found = re.compile(rf"\n[ \t]{{0,24}}|{re.escape(closer)}|{re.escape(closer[0])}\Z")

    def passing(text: str, at: int, final: bool) -> Passed:
        while (match := found.search(text, at)) is not None:
            if match[0] == closer:
                return Passed(match.end(), None)
            if match.end() == len(text) and not final:
                return Passed(match.start(), passing)
            at = match.end()
            if match[0][0] == "\n" and text[at : at + 1] in ("\n", ""):
                return Passed(match.start(), None)
        return Passed(len(text), passing)

    return passing


@lru_cache(maxsize=64)
def fence_head(run: str) -> Verbatim:
    """The line that opens a fence; a further backtick on it says that it was inline code."""
    found = re.compile(r"[\n`]" if run[0] == "`" else r"\n")
    body, inline = fence(run), inline_code(run)

    def passing(text: str, at: int, final: bool) -> Passed:
        match = found.search(text, at)
        if match is None:
            return Passed(len(text), passing)
        return Passed(match.start(), body if match[0] == "\n" else inline)

    return passing


@lru_cache(maxsize=64)
def fence(run: str) -> Verbatim:
    """Lines of code up to a line with a fence at least as long as `run`, or to the end."""
    closing = re.compile(rf"\n[ \t>]{{0,24}}{run[0]}{{{len(run)},}}[ \t\r]{{0,24}}(?=\n)")
    closing_at_end = re.compile(closing.pattern.removesuffix(r"(?=\n)") + r"\Z")

    def passing(text: str, at: int, final: bool) -> Passed:
        match = closing.search(text, at) or (closing_at_end.search(text, at) if final else None)
        if match is not None:
            return Passed(match.end(), None)
        tail = None if final else _FENCE_TAIL.search(text, max(at, len(text) - 4 * MAX_LINE_START))
        return Passed(tail.start() if tail else len(text), passing)

    return passing
