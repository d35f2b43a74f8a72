"""The bytes of a file, or why there are none: it cannot be opened, is empty or too large."""

from pathlib import Path

from citewire.errors import UnreadableDocument

HEAD_BYTES = 1024
"""`%PDF-` must stand within so many bytes, as in other readers."""

MAX_BYTES = 50_000_000

EMPTY = "the file is empty"


def read_head(path: Path, size: int = HEAD_BYTES) -> bytes:
    """The first `size` bytes of the file, or all if it has fewer.

    Raises:
        UnreadableDocument: it cannot be opened or is empty.
    """
    try:
        with path.open("rb") as file:
            head = file.read(size)
    except OSError as error:
        raise UnreadableDocument(f"cannot be opened: {error.strerror}") from error
    if not head:
        raise UnreadableDocument(EMPTY)
    return head


def read_bytes(path: Path) -> bytes:
    """The bytes of the file at `path`.

    Raises:
        UnreadableDocument: it cannot be opened, is empty or larger than 50 MB.
    """
    content = read_head(path, MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(f"too large: a text of more than {MAX_BYTES // 1_000_000} MB")
    return content
