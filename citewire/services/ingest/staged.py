"""A document that is being read: its passages so far, and its record once they are all there."""

import os
from dataclasses import replace
from datetime import UTC, datetime

from citewire.errors import ModelError
from citewire.services.ingest.plan import Compared, Work
from citewire.services.ingest.readers.exchange import Head, ReadPassage
from citewire.storage.keys import Fields
from citewire.storage.library.documents import DocumentRecord, Location, whereabouts


class StagedDocument:
    """A document that is being written: its passages so far, and why some could not be."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.passage_ids: list[str] = []
        self.failure: ModelError | None = None
        self._whereabouts = whereabouts(_locations(work))

    def fields(self, passage: ReadPassage) -> Fields:
        """The fields of a passage, with where its document lies."""
        return {**passage.fields, **self._whereabouts}


def is_as_it_was(place: Compared) -> bool:
    """Whether a file still is where its hash was taken, with the same size and time; blocks."""
    try:
        return place.file.location(os.stat(place.file.path)) == place.location
    except OSError:
        return False


def _locations(work: Work) -> tuple[Location, ...]:
    return tuple(place.location for place in work.places if place.location is not None)


def record_of(work: Work, head: Head) -> DocumentRecord:
    """The document as it stands once it is shown."""
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
    return replace(record, tagged=record.whereabouts)
