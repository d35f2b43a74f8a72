"""Which passages an answer showed, for the audit log."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from citewire.services.access.audit.schema import Resource
from citewire.services.citations.model import Source


def shown_passages(sources: Sequence[Source]) -> list[Resource]:
    """The passages of sources, with those that were shown around them; each once."""
    return _each_once(
        passage_resource(passage_id, source.doc_id, page)
        for source in sources
        for passage_id, page in [
            (source.passage_id, source.page_start),
            *((beside.passage_id, beside.page) for beside in source.context),
        ]
    )


def told_passages(sources: Sequence[Mapping[str, Any]]) -> list[Resource]:
    """The same of sources as they were told."""
    return _each_once(
        passage_resource(passage_id, source["doc_id"], page)
        for source in sources
        for passage_id, page in [
            (source["passage_id"], source["page_start"]),
            *((beside["passage_id"], beside["page"]) for beside in source.get("context", ())),
        ]
    )


def passage_resource(passage_id: str, doc_id: str, page: int) -> Resource:
    """A passage with the page on which it stands."""
    return Resource("passage", passage_id, {"document": doc_id, "page": page})


def _each_once(found: Iterable[Resource]) -> list[Resource]:
    return list({one.uid: one for one in found}.values())
