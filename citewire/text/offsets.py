"""Places in a text as JavaScript counts them: in UTF-16 code units."""

from collections.abc import Iterable


def utf16_length(text: str) -> int:
    """The length of `text` in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_place(text: str, units: int) -> int:
    """The place in `text` that lies so many UTF-16 code units after its start; at most its end."""
    if text.isascii():
        return min(units, len(text))
    before = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(before.decode("utf-16-le", "replace")) if units else 0


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with blanks from each start up to its end, every place unchanged."""
    units = bytearray(text.encode("utf-16-le", "surrogatepass"))
    for start, end in spans:
        units[2 * start : 2 * end] = " ".encode("utf-16-le") * (end - start)
    return units.decode("utf-16-le", "replace")
