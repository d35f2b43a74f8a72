"""Places in a text as JavaScript counts them: in UTF-16 code units."""


def utf16_length(text: str) -> int:
    """The length of `text` in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_place(text: str, units: int) -> int:
    """The place in `text` that lies so many UTF-16 code units after its start; at most its end."""
    if text.isascii():
        return min(units, len(text))
    before = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(before.decode("utf-16-le", "replace")) if units else 0
