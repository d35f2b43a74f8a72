"""The first bytes of a file, which tell its format."""

from pathlib import Path

from citewire.errors import UnreadableDocument

HEAD_BYTES = 1024
"""`%PDF-` must stand within so many bytes, as in other readers."""


def read_head(path: Path) -> bytes:
    """The first `HEAD_BYTES` bytes of the file, or all if it has fewer.

    Raises:
        UnreadableDocument: it cannot be opened or is empty.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise UnreadableDocument(f"cannot be opened: {error.strerror}") from error
    if not head:
        raise UnreadableDocument("the file is empty")
    return head
