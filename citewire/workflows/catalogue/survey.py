"""A look through all documents that may be asked, however many there are."""

from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from citewire.storage.keys import folder_id
from citewire.storage.library.documents import DocumentReader, DocumentRecord
from citewire.storage.library.labels import identity_fields
from citewire.text.words import fold
from citewire.workflows.catalogue.matching import weight_held, weight_of
from citewire.workflows.retriever import PassageFilter

SHOWN = 20
"""So many documents are listed at most."""


@dataclass(slots=True)
class Survey:
    """What was seen.

    Args:
        total: how many documents may be asked.
        matching: how many of them are called by all words.
        shown: the first of these by their titles.
        nearest: the first of those that are called by most words, if none is by all.
        held: how much the words count by which these are called.
        folders: how many of those that match lie in each folder.
    """

    total: int = 0
    matching: int = 0
    shown: list[DocumentRecord] = field(default_factory=list)
    nearest: list[DocumentRecord] = field(default_factory=list)
    held: int = 0
    folders: Counter[str] = field(default_factory=Counter)


async def survey(
    documents: DocumentReader, filter: PassageFilter, words: Sequence[str] = ()
) -> Survey:
    """Count the documents within a filter and pick those that are called by `words`.

    They are read a few at a time, so that ten thousand hold up nobody.

    Args:
        documents: of the libraries that are asked.
        filter: what may be asked.
        words: folded; without any, all documents match.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    seen = Survey()
    async with aclosing(documents.batches(filter.doc_ids)) as batches:
        async for batch in batches:
            _take(seen, [record for record in batch if is_within(record, filter)], words)
    return seen


def _take(seen: Survey, records: Sequence[DocumentRecord], words: Sequence[str]) -> None:
    seen.total += len(records)
    held = [(record, weight_held(record, words)) for record in records]
    whole = weight_of(words)
    found = [record for record, weight in held if weight == whole]
    seen.matching += len(found)
    seen.shown = _first([*seen.shown, *found])
    seen.folders.update(place.folder for record in found for place in record.locations[:1])
    best = max((weight for _, weight in held), default=0)
    if best and best >= seen.held:
        before = seen.nearest if best == seen.held else []
        near = [record for record, weight in held if weight == best]
        seen.nearest, seen.held = _first([*before, *near]), best


def _first(records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    return sorted(records, key=lambda record: (fold(record.title), record.doc_id))[:SHOWN]


def is_within(record: DocumentRecord, filter: PassageFilter) -> bool:
    """Say whether a document lies in the folders of a filter, and bears its labels."""
    if filter.folder_ids:
        lies_in = {folder_id(place.folder, place.owner) for place in record.locations}
        if lies_in.isdisjoint(filter.folder_ids):
            return False
    if not filter.labels:
        return True
    borne = frozenset(identity_fields(record.identity)["labels"].split(","))
    return not any(borne.isdisjoint(some) for some in filter.labels)
