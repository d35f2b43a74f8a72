"""Quotes that nothing closes in tables of values (CSV): a reader would swallow the rows after them.

A quote opens a field where it begins one. It is taken for an ordinary sign instead if the field
goes over several lines and is not closed, or not at the end of a field, or if the lines in it look
like rows of the table. Every line is looked at a few times at most: what a quote that is none would
have swallowed holds only doubled quotes, and these open nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

SIGN = "\ufdd2"
"""Stands for a quote that opens nothing; no text holds this character."""

MAX_LINES_IN_FIELD = 500
"""A field of more lines was not closed."""

LEAST_ROWS = 3
"""So many whole lines in a field that look like rows are rows."""

LONGEST_LINE = 2000
"""Characters before a quote that are looked at for the beginning of its line."""

MOST_NAMED = 5

_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class MendedQuotes:
    """A text with `SIGN` for each quote that opens nothing.

    Args:
        text: itself.
        lines: those of the quotes, from 1.
    """

    text: str
    lines: tuple[int, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """The same for a person."""
        if not self.lines:
            return ()
        named = ", ".join(f"{line:,}" for line in self.lines[:MOST_NAMED])
        if len(self.lines) == 1:
            return (f"a quotation mark in line {named} is not closed: read as an ordinary sign",)
        more = " …" * (len(self.lines) > MOST_NAMED)
        told = f"{len(self.lines):,} quotation marks are not closed (lines {named}{more})"
        return (f"{told}: read as ordinary signs",)


def mended(text: str, delimiter: str) -> MendedQuotes:
    """`text` with the quotes marked that close nowhere, or where no field ends.

    Args:
        text: of the file.
        delimiter: what stands between its columns.
    """
    text = text.replace(SIGN, "\ufffd")
    if '"' not in text:
        return MendedQuotes(text)
    quoted = _quoted(delimiter)
    width = _delimiters(text, delimiter)
    strays: list[int] = []
    at = 0
    while (field := quoted.search(text, at)) is not None:
        if _is_stray(field, text, delimiter, width):
            strays.append(field.start("quote"))
            at = field.end("quote")
        else:
            at = field.end()
    parts = [text[start + 1 : end] for start, end in _between(strays, len(text))]
    return MendedQuotes(SIGN.join(parts), tuple(_lines_of(strays, text)))


@lru_cache(maxsize=16)
def _quoted(delimiter: str) -> re.Pattern[str]:
    """A field in quotes, with what stands between its last quote and its end."""
    end = re.escape(delimiter)
    return re.compile(
        rf'(?:\A|[\r\n{end}]) *+(?P<quote>")(?P<inside>(?:[^"]|"")*+)(?P<close>"?)'
        rf"(?P<rest>[^\r\n{end}]*+)"
    )


def _is_stray(field: re.Match[str], text: str, delimiter: str, width: int) -> bool:
    inside = field["inside"]
    if "\n" not in inside and "\r" not in inside:
        # The last line alone is not lost by it, and what follows a quote in it is told.
        return False
    if not field["close"] or field["rest"].strip(" "):
        return True
    lines = _LINE_END.split(inside)
    if len(lines) > MAX_LINES_IN_FIELD:
        return True
    if not width or len(lines) < LEAST_ROWS + 2:
        return False
    quote = field.start("quote")
    before = max(quote - LONGEST_LINE, 0)
    start = max(before, *(text.rfind(end, before, quote) + 1 for end in "\r\n"))
    first = text[start:quote] + lines[0]
    return all(line.count(delimiter) == width for line in (first, *lines[1:-1]))


def _delimiters(text: str, delimiter: str) -> int:
    """How many of them stand in the first line that has any."""
    at = text.find(delimiter)
    if at < 0:
        return 0
    start = max(text.rfind(end, 0, at) for end in "\r\n") + 1
    end = _LINE_END.search(text, at)
    return text.count(delimiter, start, end.start() if end else len(text))


def _between(places: Sequence[int], end: int) -> list[tuple[int, int]]:
    return list(zip([-1, *places], [*places, end], strict=True))


def _lines_of(places: Sequence[int], text: str) -> list[int]:
    """The lines, from 1, in which places (in order) stand."""
    found: list[int] = []
    line, start = 1, 0
    for place in places:
        line += len(_LINE_END.findall(text, start, place))
        start = place
        found.append(line)
    return found
