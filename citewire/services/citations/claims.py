"""Claims: the sentence or clause of an answer that a marker closes, found as the answer grows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from citewire.text.offsets import utf16_length
from citewire.text.sentences import SENTENCE_END, ends_sentence

MAX_CLAIM = 1500
"""How far back from its marker, in characters, a claim may begin."""

_SIGN = r"(?:[-*+•–—]|\(?\d{1,3}[.)])"
_BULLET = rf"{_SIGN}[ \t]+"
_BORDER = re.compile(
    rf"\n[ \t]*\n|\n(?=[ \t]*(?:{_BULLET}|[#>|]))|(?<=:)\n|(?:(?<=\n)|(?<=\A))#[^\n]*\n"
)
_LEAD = re.compile(
    rf"(?:[*_]++(?=[\s.,;:!?。，]))?[\s>#|.,;:!?)\]…。，、；：！？]*(?:{_BULLET})?\s*"
)
_SPACE = re.compile(r"\s*")
_BARE_BULLET = re.compile(rf"\s*+{_SIGN}[ \t][\W_]*+\Z")
_JOINS = re.compile(
    r"[\W_]*+(?:(?:and|or|y|o|e|et|ou|und|oder|和|与|與|及|或)[\W_]*+)?", re.IGNORECASE
)

_LISTS_SOURCES = re.compile(
    r"(?:\A|\n)[ \t>#*_]{0,12}(?:references|sources(?: used| cited)?|citations|works cited"
    r"|bibliography|referencias|fuentes|bibliografía|quellen|quellenverzeichnis|literatur"
    r"|références|fonti|bronnen|参考文献|参考资料|參考資料|来源|來源|出典)[*_]{0,3}"
    rf"(?:[ \t]?[:：][*_]{{0,3}}[ \t]*|[ \t]*\n)(?:[\s*_>]|{_SIGN}[ \t])*+\Z",
    re.IGNORECASE,
)
"""The heading of a list of sources, up to the marker of its first entry."""
_ENTRY = re.compile(rf"[ \t>]*+(?:{_BULLET})?[*_]*+\Z")
"""What stands before the marker of a further entry, on a line of its own."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with its place in the answer, in UTF-16 code units.

    Between the `pieces` of a table's row, given by where they begin in `text` and in the answer,
    stand markers, which are no part of the text.
    """

    text: str
    start: int
    end: int
    pieces: tuple[tuple[int, int], ...] = ()

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` up to `end` of the text stand in the answer."""
        first, offset = 0, self.start
        for begins, at in self.pieces:
            if begins <= start:
                first, offset = begins, at
        offset += utf16_length(self.text[first:start])
        return offset, offset + utf16_length(self.text[start:end])


class Claims:
    """Finds the claims of one answer, marker by marker.

    Only the text since the last marker is looked at, so that all of an answer is read once; of a
    table's row the beginning is kept.
    """

    __slots__ = ("_last", "_lists", "_pieces", "_row", "_row_start")

    def __init__(self) -> None:
        self._last: Claim | None = None
        self._lists = False  # whether sources are listed, at the end as a rule
        self._row = ""
        self._row_start = 0
        self._pieces: tuple[tuple[int, int], ...] = ()

    def close(self, text: str, start: int) -> Claim:
        """The claim of a marker.

        A further marker behind nothing but punctuation shares the claim of the one before. A
        marker that has nothing before it, at the start of a list's item say, closes an empty one,
        and so does each in a list of the sources.

        Args:
            text: what was said between the last marker (or the start) and this one.
            start: where that text begins in the answer.
        """
        if self._last is not None and _JOINS.fullmatch(text) and not _BARE_BULLET.match(text):
            return self._last
        line = text.rpartition("\n")[2]
        self._lists = bool(_LISTS_SOURCES.search(text)) or (
            self._lists and ("\n" not in text or bool(_ENTRY.match(line)))
        )
        if self._lists:
            end = start + utf16_length(text)
            return self._remember(Claim("", end, end))
        if "\n" in text or self._last is None or len(self._row) + len(line) > MAX_CLAIM:
            self._row = ""
        if len(line) > MAX_CLAIM:
            return self._remember(_claim(text, start))
        if not self._row and line.lstrip().startswith("|") and ("\n" in text or start == 0):
            self._row_start = start + utf16_length(text[: len(text) - len(line)])
            self._pieces = ()
        elif not self._row:
            return self._remember(_claim(text, start))
        else:
            self._pieces += ((len(self._row), start),)
        self._row += line
        lead = _LEAD.match(self._row)
        begin = lead.end() if lead else 0
        said = self._row[begin:].rstrip(" \t|")
        begins = self._row_start + utf16_length(self._row[:begin])
        ends = start + utf16_length(text.rstrip(" \t|"))
        pieces = tuple((at - begin, offset) for at, offset in self._pieces)
        return self._remember(Claim(said, min(begins, ends), ends, pieces))

    def _remember(self, claim: Claim) -> Claim:
        self._last = claim
        return claim


def _claim(text: str, start: int) -> Claim:
    """The last sentence of `text`, in its last block that says anything."""
    cut = max(0, len(text) - MAX_CLAIM)
    blocks = list(_blocks(text, cut))
    if _BARE_BULLET.match(text, blocks[-1][0]):
        blocks = []
    for first, last in reversed(blocks):
        *_, found = _sentences(text, first, last)
        if found[0] < found[1]:
            offset = start + utf16_length(text[: found[0]])
            said = text[slice(*found)]
            return Claim(said, offset, offset + utf16_length(said))
    end = start + utf16_length(text)
    return Claim("", end, end)


def sentences_of(text: str) -> list[Claim]:
    """All sentences of a whole answer, with their places."""
    found: list[Claim] = []
    at = offset = 0
    for first, last in _blocks(text, 0):
        for start, end in _sentences(text, first, last):
            if start < end:
                begins = offset + utf16_length(text[at:start])
                at, offset = end, begins + utf16_length(text[start:end])
                found.append(Claim(text[start:end], begins, offset))
    return found


def _blocks(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Paragraphs, items, rows and headings from `start` on."""
    for border in _BORDER.finditer(text, start):
        yield start, border.end()
        start = border.end()
    yield start, len(text)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of a block, without what surrounds them; at least one, which may be empty."""
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    block = text[start:end].rstrip()
    begin = 0
    for stop in SENTENCE_END.finditer(block):
        if stop.end() < len(block) and ends_sentence(block, begin, stop):
            yield start + begin, start + stop.end()
            space = _SPACE.match(block, stop.end())
            begin = space.end() if space else stop.end()
    yield start + begin, start + len(block)
