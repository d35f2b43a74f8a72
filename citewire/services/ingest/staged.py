"""A document that is being read: its passages so far, and its record once they are all there."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from citewire.errors import ModelError
from citewire.services.ingest.plan import Compared, Work
from citewire.services.ingest.readers.exchange import Head, ReadPassage
from citewire.storage.keys import Fields
from citewire.storage.library.documents import (
    Correction,
    DocumentRecord,
    Location,
)


class StagedDocument:
    """A document that is being written: its passages so far, and why some could not be.

    Args:
        work: what it is.
        corrections: what people corrected of it.
    """

    def __init__(self, work: Work, corrections: Mapping[str, Correction]) -> None:
        self.work = work
        self._corrections = corrections
        self.passage_ids: list[str] = []
        self.failure: ModelError | None = None
        self._tags: dict[str, str] = {}

    def tell(self, head: Head) -> None:
        """Take what its reader found of it, before its first passage."""
        self._tags = record_of(self.work, head, self._corrections).tags

    def fields(self, passage: ReadPassage) -> Fields:
        """The fields of a passage, with what all passages of its document tell of it."""
        return {**passage.fields, **self._tags}


def is_as_it_was(place: Compared) -> bool:
    """Whether a file still is where its hash was taken, with the same size and time; blocks."""
    try:
        return place.file.location(os.stat(place.file.path)) == place.location
    except OSError:
        return False


def _locations(work: Work) -> tuple[Location, ...]:
    return tuple(place.location for place in work.places if place.location is not None)


def record_of(work: Work, head: Head, corrections: Mapping[str, Correction]) -> DocumentRecord:
    """The document as it stands once it is shown, with what people corrected of it."""
    record = DocumentRecord(
        doc_id=work.doc_id,
        title=head.title,
        language=head.language,
        pages=head.pages,
        passages=head.passages,
        locations=_locations(work),
        ingested_at=datetime.now(UTC).isoformat(),
        date=head.date,
        notes=head.notes,
    )
    record = record.with_identity(head.identity).with_corrections(corrections)
    return replace(record, tagged=record.tags)
