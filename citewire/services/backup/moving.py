"""What is stored, when it comes to lie elsewhere: under another name, in another folder."""

from dataclasses import dataclass, replace
from typing import Any

import orjson

from citewire.storage.backup.entries import KeyEntry
from citewire.storage.library.documents import Location


@dataclass(frozen=True, slots=True)
class Moved:
    """A move of a namespace from where it was to where it is going to be.

    Args:
        from_namespace, to_namespace: its names.
        from_uploads, to_uploads: where uploaded files lay and will lie, as documents name it.
    """

    from_namespace: str
    to_namespace: str
    from_uploads: str
    to_uploads: str

    def entry(self, entry: KeyEntry) -> KeyEntry:
        """A key with what it says of places as it is going to be."""
        kind = entry.name.partition(":")[0]
        if self.from_uploads != self.to_uploads:
            if kind == "document" and entry.kind == "json":
                return replace(entry, value=self._document(entry.value))
            if entry.name == "staging" and entry.kind == "hash":
                return replace(entry, value=self._staging(entry.value))
        if self.from_namespace != self.to_namespace and kind == "run" and entry.kind == "hash":
            return replace(entry, value=self._run(entry.value))
        return entry

    def _document(self, value: Any) -> bytes:
        record = orjson.loads(value)
        places = {}
        for key, place in record["locations"].items():
            if self._is_uploaded(place["root"]):
                place["root"] = self._root(place["root"])
                names = {name: place[name] for name in Location.__slots__ if name in place}
                places[Location(**names).key] = place
            else:
                places[key] = place
        return orjson.dumps({**record, "locations": places})

    def _staging(self, value: Any) -> list[bytes]:
        moved = []
        for name, stored in zip(value[::2], value[1::2], strict=True):
            owner, _, path = stored.decode().partition("/")
            root = f"/{path}"
            if self._is_uploaded(root):
                root = self._root(root)
            moved += [name, f"{owner}{root}".encode()]
        return moved

    def _run(self, value: Any) -> list[bytes]:
        # A run bears the whole key by which it is found when the same is asked again.
        before, after = (f"{one}:".encode() for one in (self.from_namespace, self.to_namespace))
        return [
            after + stored.removeprefix(before) if name == b"asked" else stored
            for name, stored in zip([b"", *value], value, strict=False)
        ]

    def _is_uploaded(self, root: str) -> bool:
        return root.startswith(f"{self.from_uploads}/")

    def _root(self, root: str) -> str:
        return self.to_uploads + root.removeprefix(self.from_uploads)
