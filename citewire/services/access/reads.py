"""What is being sent of shared collections by this worker, so that it can be cut off."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from citewire.services.access.caller import Caller
from citewire.storage.keys import collection_in

Cut = Callable[[], None]
"""Ends what is being sent at once."""


class Reads:
    """Files under way: who is sent one, and of which collection."""

    def __init__(self) -> None:
        self._under_way: defaultdict[Caller, list[tuple[str, Cut]]] = defaultdict(list)

    @contextmanager
    def sending(self, caller: Caller, library: str, cut: Cut) -> Iterator[None]:
        """Have `cut` called if the caller may read a shared collection no more inside the block."""
        if collection_in(library) is None:  # what is one's own is not taken away
            yield
            return
        entry = library, cut
        self._under_way[caller].append(entry)
        try:
            yield
        finally:
            entries = self._under_way[caller]
            entries.remove(entry)
            if not entries:
                del self._under_way[caller]

    @property
    def callers(self) -> list[Caller]:
        """Who is sent something."""
        return list(self._under_way)

    def cut(self, caller: Caller, readable: Collection[str]) -> None:
        """Cut off what a caller is sent of libraries that are not among the readable ones."""
        for library, cut in list(self._under_way.get(caller, ())):
            if library not in readable:
                cut()
