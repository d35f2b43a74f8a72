"""A sheet as it was read: the cells that it shows, what it hides, and what lies on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from citewire.content.table import column_letters
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.notes import unread_note

MAX_CELLS = 1_200_000
"""Cells of a workbook that are read; a sheet has at most 1,048,576 rows."""

MAX_CHARS = 60_000_000
"""Characters of a workbook: a text that is kept once may stand in any number of cells."""

MAX_DIGITS = 10
"""Of the name of a cell; it takes three letters and seven digits."""

MAX_HIDDEN = 200_000
"""Cells of a workbook that it hides; of more, none is told."""


class SheetCell(NamedTuple):
    """A cell with its text as it is shown, and its place in the sheet, from 0."""

    row: int
    column: int
    text: str
    is_bold: bool = False


class Area(NamedTuple):
    """Cells from the first row and column to the last ones, both inclusive, from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """What is on a sheet, in no order.

    Args:
        name: on its tab.
        is_hidden: whether the workbook does not show it.
        cells: that have something in them and are shown.
        hidden: texts of cells that are not.
        hidden_rows: that are left out of `cells`.
        hidden_columns: likewise.
        merged: cells shown as one.
        tables: areas that the workbook calls tables, each with how many of its rows are heads.
        frozen: how many rows stay when the sheet is scrolled.
        parts: charts, boxes of text and pictures that lie on it.
        comments: on cells, with their place.
        unreckoned: how many formulas have no result in the file.
        is_struck: whether text in it is crossed out, and left out.
        pictures: how many lie on it, which are not read.
        left_out_from: the first row that was not read, because there was too much before.
    """

    name: str
    is_hidden: bool = False
    cells: list[SheetCell] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    tables: list[tuple[Area, int]] = field(default_factory=list)
    frozen: int = 0
    parts: list[FlowBlock] = field(default_factory=list)
    comments: list[tuple[int, int, str]] = field(default_factory=list)
    unreckoned: int = 0
    is_struck: bool = False
    pictures: int = 0
    left_out_from: int | None = None

    def note_struck(self) -> None:
        """Remember that text in it is crossed out."""
        self.is_struck = True

    def notes(self) -> Iterator[str]:
        """What of it could not be read, for a person."""
        if self.is_struck:
            yield f"sheet “{self.name}”: text that is struck out is left out"
        for note in unread_note(self.pictures, "a picture", "pictures"):
            yield f"sheet “{self.name}”: {note}"
        if self.left_out_from is not None:
            yield (
                f"sheet “{self.name}”: rows from {self.left_out_from + 1} on are left out: "
                f"of a workbook {MAX_CELLS:,} cells and {MAX_CHARS:,} characters are read"
            )
        if self.unreckoned:
            formulas = "a formula has" if self.unreckoned == 1 else "formulas have"
            count = "" if self.unreckoned == 1 else f"{self.unreckoned:,} "
            yield (
                f"sheet “{self.name}”: {count}{formulas} no result in the file: "
                "open it in a spreadsheet program and save it"
            )


@dataclass(slots=True)
class Room:
    """How much more of a workbook is read."""

    cells: int = MAX_CELLS
    chars: int = MAX_CHARS
    hidden: int = MAX_HIDDEN

    def takes(self, text: str) -> bool:
        """Whether a cell with `text` has room, which it then takes."""
        self.cells -= 1
        self.chars -= len(text)
        return self.cells >= 0 and self.chars >= 0

    def hides(self, text: str) -> bool:
        """The same for a cell that is hidden."""
        self.hidden -= 1
        self.chars -= len(text)
        return self.hidden >= 0 and self.chars >= 0


def cell_name(row: int, column: int) -> str:
    """What a workbook calls the cell at a row and column from 0 (`B7`)."""
    return f"{column_letters(column)}{row + 1}"


def place_of(name: str) -> tuple[int, int] | None:
    """Row and column, from 0, of a cell by its name (`B7`, `$B$7`); None if it is no name."""
    letters = name.rstrip("0123456789")
    digits = name[len(letters) :]
    if not 0 < len(digits) < MAX_DIGITS or len(letters) > MAX_DIGITS:
        return None
    column = _column(letters.replace("$", ""))
    return (int(digits) - 1, column) if column >= 0 and digits[0] != "0" else None


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    """A column, from 0, by its letters; less than 0 if they are none."""
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            return -1
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def area_of(name: str) -> Area | None:
    """The cells of a name like `A1:C7`; None if it is none."""
    first, _, last = name.partition(":")
    start, end = place_of(first), place_of(last or first)
    if start is None or end is None:
        return None
    (top, left), (bottom, right) = start, end
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
