"""How far the cells of a binary workbook (XLSB) are apart.

The library that reads them keeps a place for each cell between the first and the last one, and
takes the process with it where there is no memory for that.
"""

from pathlib import Path
from typing import IO

from citewire.services.reading.package import OfficePackage

MAX_PLACES = 20_000_000
"""Of a sheet, with something in them or not."""

_ROW = 0
_CELLS = range(1, 12)
_CHUNK = 1 << 16


def is_packed(path: Path) -> bool:
    """Whether no sheet of the workbook at `path` is too large to be read.

    Raises:
        UnreadableDocument: it cannot be unpacked.
    """
    with OfficePackage.open(path) as package:
        for relation in package.relations(package.main).values():
            is_sheet = relation.is_there and relation.kind.lower().endswith("sheet")
            with package.stream(relation.target if is_sheet else "") as part:
                try:
                    if part is not None and _places(part) > MAX_PLACES:
                        return False
                except package.unreadable:
                    continue
    return True


def _places(part: IO[bytes]) -> int:
    """Rows times columns between the first and the last cells of a sheet."""
    rows, columns, row = _Reach(), _Reach(), 0
    while True:
        kind, size = _number(part, 2), _number(part, 4)
        if kind is None or size is None:
            return rows.length * columns.length
        content = part.read(min(size, 4))
        left = size - len(content)
        while left > 0 and (skipped := len(part.read(min(left, _CHUNK)))):
            left -= skipped
        if kind == _ROW:
            row = int.from_bytes(content, "little")
        elif kind in _CELLS:
            rows.meet(row)
            columns.meet(int.from_bytes(content, "little"))


def _number(part: IO[bytes], most: int) -> int | None:
    """A number of one byte or more, seven bits in each; None at the end."""
    number = 0
    for at in range(most):
        byte = part.read(1)
        if not byte:
            return None
        number |= (byte[0] & 0x7F) << 7 * at
        if byte[0] < 0x80:
            break
    return number


class _Reach:
    """From where to where numbers reach."""

    def __init__(self) -> None:
        self._first = self._last = -1

    def meet(self, number: int) -> None:
        self._first = number if self._first < 0 else min(self._first, number)
        self._last = max(self._last, number)

    @property
    def length(self) -> int:
        return self._last - self._first + 1
