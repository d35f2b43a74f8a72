"""What a paragraph holds, and its text on one line: raised letters never glued to figures."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from citewire.services.reading.marks import MOST_AFTER, MOST_BEFORE, shifted
from citewire.services.reading.word.file import WordNote

PAGE = "\f"
"""Stands in a text where a page begins."""

_APART = 9


@dataclass(slots=True)
class Inline:
    """What a paragraph holds.

    Args:
        pieces: its text, each with how far it is raised.
        hidden: what Word does not show, or shows in white or as dots.
        anchored: pictures, text boxes and charts.
        notes: that it refers to, each with the number of pages that began before.
    """

    pieces: list[tuple[str, int]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    anchored: list[Any] = field(default_factory=list)
    notes: list[tuple[int, WordNote]] = field(default_factory=list)
    pages: int = 0

    def add(self, text: str, shift: int) -> None:
        """Add a stretch of text."""
        if text:
            self.pieces.append((text, shift))

    def add_apart(self, text: str) -> None:
        """Add what stands on the line, but is never glued to a neighbour: an equation, a mark."""
        self.add(text, _APART)

    def begin_page(self) -> None:
        """Begin a page."""
        self.pieces.append((PAGE, 0))
        self.pages += 1

    def text(self) -> str:
        """The text; raised letters never make another figure of the one that they stand at."""
        said: list[str] = []
        tail = ""
        is_mark = False
        merged = list(self._merged())
        for number, (piece, shift) in enumerate(merged):
            if shift == _APART:
                is_glued = bool(tail.strip()) and not tail[-1:].isspace() and _is_letter(piece)
                text = " " * is_glued + piece
            elif shift:
                after = "".join(text[:MOST_AFTER] for text, _ in merged[number + 1 : number + 3])
                text = shifted(tail, piece, after, lowered=shift < 0)
            else:
                text = " " * (is_mark and piece[0].isalnum()) + piece
            is_mark = shift == _APART or (shift > 0 and text.endswith("]"))
            said.append(text)
            tail = (tail + text[-MOST_BEFORE:])[-MOST_BEFORE:]
        return "".join(said)

    def _merged(self) -> Iterator[tuple[str, int]]:
        waiting: list[str] = []
        last = 0
        for piece, shift in self.pieces:
            if waiting and (shift != last or shift == _APART):
                yield "".join(waiting), last
                waiting = []
            waiting.append(piece)
            last = shift
        if waiting:
            yield "".join(waiting), last


def _is_letter(piece: str) -> bool:
    """Whether a piece would be glued to what stands before it."""
    return piece[0].isalnum() or piece[0] == "["
