"""Passages for other people's models: without what is withheld from our own."""

from typing import Any

from citewire.client.wire import Source
from citewire.text.offsets import blanked


def readable_text(source: Source) -> str:
    """The text of a source with blanks for what is withheld, every place unchanged."""
    return blanked(source.text, ((one.start, one.end) for one in source.withheld))


def facts_of(source: Source) -> dict[str, Any]:
    """Where a source stands, as plain values."""
    return {
        "passage_id": source.passage_id,
        "doc_id": source.doc_id,
        "title": source.title,
        "file_name": source.file_name,
        "folder": source.folder,
        "page": source.page_start,
        "page_label": source.page_label,
        "section": source.section,
        "kind": source.kind,
        "organisation": source.organisation,
        "periods": source.periods,
        "url": source.url,
    }
