"""A first look at the files that a run would read: those that cannot be are told before it."""

from collections.abc import Sequence
from dataclasses import replace

from citewire.errors import UnreadableDocument
from citewire.services.ingest.catalog import Place
from citewire.services.ingest.plan import Compared, IngestPlan
from citewire.services.reading.told_format import format_of


def looked_at(plan: IngestPlan) -> IngestPlan:
    """`plan` with the files that are none of a format that is read as `failed`; blocks.

    Only their first bytes are read, and what an archive says that it holds: whether all of a file
    can be read is found when it is.
    """
    failed: dict[Place, Compared] = {}
    for work in plan.works:
        reasons = [_why_not(place) for place in work.places]
        if all(reasons):  # a document is read from the first of its places that can be
            failed |= _failed(work.places, reasons)
    works = tuple(work for work in plan.works if work.places[0].file.place not in failed)
    files = tuple(failed.get(entry.file.place, entry) for entry in plan.files)
    return replace(plan, files=files, works=works)


def _failed(places: Sequence[Compared], reasons: Sequence[str]) -> dict[Place, Compared]:
    return {
        place.file.place: replace(place, status="failed", reason=why)
        for place, why in zip(places, reasons, strict=True)
    }


def _why_not(place: Compared) -> str:
    try:
        format_of(place.file.path)
    except UnreadableDocument as error:
        return str(error)
    return ""
