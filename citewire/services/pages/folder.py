"""A folder of single pages, `<folder>/<doc_id>/<page>.pdf`, of bounded size.

A page is written once, for a document is its bytes. All methods block.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


class PageFolder:
    """The pages in a folder, which is made when it is needed.

    Args:
        folder: takes them.
        max_bytes: of all pages; beyond it the oldest are deleted.
    """

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._bytes = 0
        self.max_bytes = max_bytes

    def missing(self, doc_id: str, pages: Sequence[int]) -> list[int]:
        """Those of `pages` that are not there; the others count as asked for just now."""
        missing = []
        for page in pages:
            try:
                os.utime(self.path(doc_id, page))  # cited again: not among the oldest
            except OSError:
                missing.append(page)
        return missing

    def keep(self, doc_id: str, page: int, content: bytes) -> None:
        """Write a page, if there is room for it; the oldest make room. Raises OSError."""
        if len(content) <= self.max_bytes:
            _write(self.path(doc_id, page), content)
            self._bytes += len(content)
        if self._bytes > self.max_bytes:
            self._make_room()

    def drop(self, doc_id: str, needed: set[int]) -> int:
        """Delete all that is there of a document but the pages `needed`; gives how many files."""
        folder = self._folder / doc_id
        names = {f"{page}.pdf" for page in needed}
        dropped = [path for path in _entries(folder) if path.name not in names]
        for path in dropped:
            _unlink(path)
        with suppress(OSError):  # not empty, or not there
            folder.rmdir()
        return len(dropped)

    def _make_room(self) -> None:
        """Delete the oldest copies, down to nine tenths of the limit."""
        # Looked at anew: other processes write and delete, too.
        found = sorted(self._all())
        self._bytes = sum(size for _, size, _ in found)
        for _, size, path in found:
            if self._bytes <= self.max_bytes * 0.9:
                break
            _unlink(path)
            self._bytes -= size

    def survey(self) -> list[str]:
        """The documents of which there are copies."""
        self._bytes = sum(size for _, size, _ in self._all())
        return [folder.name for folder in _entries(self._folder)]

    def _all(self) -> Iterator[tuple[int, int, Path]]:
        """When each copy was asked for last, its size in bytes, and where it is."""
        for folder in _entries(self._folder):
            for path in _entries(folder):
                with suppress(OSError):
                    status = path.stat()
                    yield status.st_mtime_ns, status.st_size, path

    def path(self, doc_id: str, page: int) -> Path:
        """Where the page is, if it is there."""
        return self._folder / doc_id / f"{page}.pdf"


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Under a name that is no page's: what a killed process leaves is deleted with the next tidying.
    draft = path.with_name(f"{uuid4().hex}.part")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        _unlink(draft)
        raise


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
