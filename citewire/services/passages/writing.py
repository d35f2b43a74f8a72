"""The text of a passage, put together of pieces of pages, and where in it each piece stands."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from citewire.content.report import LineBox, Page
from citewire.content.table import Span
from citewire.content.withheld import Spans
from citewire.services.passages.layout import line_of_piece
from citewire.services.reading.withholding import within


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Characters `start` up to `end` of the text of a page, at `place` in that of the passage."""

    page: Page
    start: int
    end: int
    place: int

    def placed(self, span: Span) -> Span:
        """Where a part of the piece, given by its place on the page, stands in the passage."""
        by = self.place - self.start
        return max(span[0], self.start) + by, min(span[1], self.end) + by


@dataclass(slots=True)
class PassageWriter:
    """Puts a passage together."""

    pieces: list[TextPiece] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _since: str = ""
    """What was written after the last piece."""

    @property
    def text(self) -> str:
        """What was written so far."""
        return "".join(self._parts)

    @property
    def length(self) -> int:
        """How many characters that are."""
        return self._length

    def add(self, page: Page, start: int, end: int) -> Span:
        """Write characters `start` up to `end` of a page; gives their place in the passage."""
        written = page.text[start:end]
        if written:
            last = self.pieces[-1] if self.pieces else None
            is_same = last is not None and page is last.page
            # It may go on as it does on the page.
            if last is not None and is_same and page.text[last.end : start] == self._since:
                self.pieces[-1] = TextPiece(page, last.start, end, last.place)
            else:
                self.pieces.append(TextPiece(page, start, end, self._length))
            self._since = ""
        self._write(written)
        return self._length - len(written), self._length

    def separate(self, separator: str) -> None:
        """Write what stands between two pieces."""
        self._since += separator
        self._write(separator)

    def find(self, page: Page, span: Span) -> Span | None:
        """Where something that stands on a page is in the passage; None if it is not there."""
        for piece in self.pieces:
            if piece.page is page and piece.start <= span[0] and span[1] <= piece.end:
                return piece.placed(span)
        return None

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


class PageLines:
    """The lines of pages, found by where they stand in the text."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[list[int], list[LineBox]]] = {}

    def of(self, pieces: Sequence[TextPiece], page: Page) -> tuple[LineBox, ...]:
        """The lines on `page` that a passage holds, as far as it does, by their places in it."""
        return tuple(
            line_of_piece(line, page.text, piece.start, piece.end, piece.place)
            for piece in pieces
            # What is repeated from another page has no place on this one.
            if piece.page is page
            for line in self._between(page, piece.start, piece.end)
        )

    def _between(self, page: Page, start: int, end: int) -> list[LineBox]:
        if page.number not in self._lines:
            boxes = [line for block in page.blocks for line in block.lines]
            self._lines[page.number] = [line.start for line in boxes], boxes
        starts, boxes = self._lines[page.number]
        first = max(bisect_right(starts, start) - 1, 0)
        return [box for box in boxes[first : bisect_left(starts, end)] if box.end > start]


def withheld_of(pieces: Sequence[TextPiece]) -> Spans:
    """What of a passage is withheld, by its places in it."""
    return list(_withheld(pieces))


def _withheld(pieces: Sequence[TextPiece]) -> Iterator[tuple[int, int, str]]:
    for piece in pieces:
        for start, end, reason in within(piece.page.withheld, piece.start, piece.end):
            yield piece.place + start, piece.place + end, reason
