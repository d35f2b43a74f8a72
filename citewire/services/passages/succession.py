"""What became of passages that chats cite: current, superseded by which passage, or gone.

Where a passage is now is looked for in the document that took the place of its own: among the
passages nearest by vector (by words, if another model made the vectors meanwhile), then on their
whole pages, for a word more at the top of a page moves where all its passages begin and end.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citewire.services.passages.change import Change, PassageNow, as_it_was, compare
from citewire.storage.connection.fingerprint import Fingerprint
from citewire.storage.keys import Libraries
from citewire.storage.library.lineage import Lineage, State
from citewire.storage.library.search import (
    PassageSearch,
    Query,
    like_vector,
    on_page,
    with_words,
)
from citewire.storage.library.snapshots import Snapshot, SnapshotStore

CANDIDATES = 5
GONE = "The report was removed and nothing replaced it."
NOT_KEPT = "The report was replaced or removed."
"""All that is known of a passage that no chat cites."""
DROPPED = "The report was replaced, and the passage is not in the new version."

_NOTES: dict[Change, str] = {
    "same": "The report was replaced; the passage is the same in the new version.",
    "moved": "The report was replaced; the passage is on another page of the new version.",
    "changed": "The report was replaced, and the passage was changed.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a passage; `note` says it in words unless it is current.

    `now` is None unless it is superseded, and if the new version does not have the passage.
    """

    state: State
    now: PassageNow | None = None
    note: str | None = None


class Succession:
    """Tells what became of passages.

    Args:
        snapshots: the passages that chats cite.
        search: of the same namespace.
    """

    def __init__(self, snapshots: SnapshotStore, search: PassageSearch) -> None:
        self._snapshots = snapshots
        self._search = search

    async def standings(
        self, passage_ids: Sequence[str], libraries: Libraries
    ) -> dict[str, Standing]:
        """What became of each passage of some libraries; any that is not known counts as gone.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        lineages = await self._snapshots.lineages(passage_ids, libraries)
        superseded = [
            passage_id for passage_id in passage_ids if lineages[passage_id].state == "superseded"
        ]
        now = await self._found(superseded, lineages) if superseded else {}
        return {
            passage_id: _standing(lineages[passage_id], now.get(passage_id))
            for passage_id in passage_ids
        }

    async def _found(
        self, passage_ids: Sequence[str], lineages: Mapping[str, Lineage]
    ) -> dict[str, PassageNow | None]:
        snapshots = await self._snapshots.read(passage_ids)
        index = await self._search.fingerprint()
        queries = [
            _query(snapshot, lineages[one].heir, index) for one, snapshot in snapshots.items()
        ]
        near = dict(zip(snapshots, await self._search.search(queries), strict=True))
        # Once for all that are on one page; most are found as they were.
        pages = sorted(
            {
                (one.doc_id, one.page)
                for passage_id, found in near.items()
                if not as_it_was(snapshots[passage_id], found)
                for one in found
            }
        )
        on_pages = await self._search.search([on_page(*page) for page in pages])
        texts = dict(zip(pages, on_pages, strict=True))
        return await asyncio.to_thread(compare, snapshots, near, texts)


def _query(snapshot: Snapshot, heir: str, index: Fingerprint | None) -> Query:
    if index is not None and index.fits(snapshot.embedding, snapshot.vector):
        return like_vector(heir, snapshot.vector, CANDIDATES)
    # Its heir is of the same language, or was of none.
    language = snapshot.fields.get("language", "")
    return with_words(heir, snapshot.fields["text"], CANDIDATES, language)


def _standing(lineage: Lineage, now: PassageNow | None) -> Standing:
    if lineage.state == "current":
        return Standing("current")
    if lineage.state == "gone":
        return Standing("gone", note=GONE if lineage.doc_id else NOT_KEPT)
    return Standing("superseded", now, _NOTES[now.change] if now else DROPPED)
