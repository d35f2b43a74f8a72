"""What is learned of keys while they pass by: how many there are, which files they speak of."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from citewire.storage.backup.entries import KeyEntry


@dataclass(frozen=True, slots=True)
class UploadedPlace:
    """What a document says of a file that was uploaded: where it lies, its size and time.

    `path` is below the folder of uploads.
    """

    path: str
    size: int
    mtime_ns: int


@dataclass(slots=True)
class Tally:
    """Counts documents, passages and chats, and notes uploaded files.

    Args:
        uploads: where uploaded files lie, as documents name it.
    """

    uploads: str
    keys: int = 0
    _sizes: dict[str, int] = field(default_factory=dict)
    _places: dict[str, list[UploadedPlace]] = field(default_factory=dict)
    _jobs: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def note(self, entries: Iterable[KeyEntry]) -> None:
        """Take keys into account; a later entry of a key stands for all before it."""
        for entry in entries:
            self.keys += 1
            kind, _, rest = entry.name.partition(":")
            match kind:
                case "documents":
                    self._sizes[entry.name] = len(entry.value) // 2
                case "passages":
                    self._sizes[entry.name] = len(entry.value)
                case "chats" if rest.startswith("of:"):
                    self._sizes[entry.name] = len(entry.value)
                case "document":
                    self._places[rest] = self._uploaded(entry)
                case "job":
                    self._jobs[rest] = _awaited(entry)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of what people know."""
        kinds = ("documents", "passages", "chats")
        return {kind: sum(self._of(kind)) for kind in kinds}

    @property
    def places(self) -> list[UploadedPlace]:
        """Where documents lie that were uploaded."""
        return [place for places in self._places.values() for place in places]

    @property
    def awaited(self) -> set[tuple[str, str]]:
        """The folder and name of each file that a job has yet to read."""
        return {file for files in self._jobs.values() for file in files}

    def _of(self, kind: str) -> Iterable[int]:
        return (n for name, n in self._sizes.items() if name.partition(":")[0] == kind)

    def _uploaded(self, entry: KeyEntry) -> list[UploadedPlace]:
        if entry.kind != "json":
            return []
        inside, found = f"{self.uploads}/", []
        for place in orjson.loads(_bytes(entry))["locations"].values():
            if place["root"].startswith(inside) and not place.get("unread"):
                folder = place["root"].removeprefix(inside)
                path = f"{folder}/{place['path']}"
                found.append(UploadedPlace(path, place["size"], place["mtime_ns"]))
        return found


def _awaited(entry: KeyEntry) -> set[tuple[str, str]]:
    if entry.kind != "string":
        return set()
    job = orjson.loads(_bytes(entry))
    if job["status"] in ("done", "failed", "stopped"):
        return set()
    return {(job["folder"], file["path"]) for file in job.get("uploaded", ())}


def _bytes(entry: KeyEntry) -> bytes:
    assert isinstance(entry.value, bytes)
    return entry.value
