"""A first look at the files that a run would read: those that cannot be are told before it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

from citewire.errors import UnreadableDocument
from citewire.services.ingest.catalog import Place
from citewire.services.ingest.plan import Compared, IngestPlan, Work
from citewire.services.ingest.readers.exchange import LookTask
from citewire.services.ingest.readers.processes import (
    Limits,
    ReadingProcesses,
    cpu_count,
    open_readers,
)
from citewire.services.reading.ocr.choice import OcrMode, ocr_choice
from citewire.settings.groups import IngestionSettings


async def looked_at(
    plan: IngestPlan, settings: IngestionSettings, ocr: OcrMode, on_looked: Callable[[], None]
) -> IngestPlan:
    """`plan` with the files that cannot be read as `failed`, each for the reason of its reader.

    Files are opened by processes, within the limits of a run, and read as far as is needed to know
    that they can be; no OCR is used: a picture in which it finds nothing is told when it is read.

    Args:
        plan: of a run.
        settings: its limits and OCR.
        ocr: whether pictures will be read.
        on_looked: called after each document.
    """
    if not plan.works:
        return plan
    failed: dict[Place, Compared] = {}
    count = min(settings.parse_workers or cpu_count(), len(plan.works))
    limits = Limits(settings.parse_timeout_s, settings.parse_memory_mb)

    async def take(works: Iterator[Work], readers: ReadingProcesses) -> None:
        for work in works:
            reasons = await _why_not(work, readers, settings, ocr)
            failed.update(
                (place.file.place, replace(place, status="failed", reason=reason))
                for place, reason in zip(work.places, reasons, strict=False)
            )
            on_looked()

    async with open_readers(count, limits) as readers, asyncio.TaskGroup() as tasks:
        left = iter(plan.works)
        for _ in range(count):
            tasks.create_task(take(left, readers))
    works = tuple(work for work in plan.works if work.places[0].file.place not in failed)
    files = tuple(failed.get(entry.file.place, entry) for entry in plan.files)
    return replace(plan, files=files, works=works)


async def _why_not(
    work: Work, readers: ReadingProcesses, settings: IngestionSettings, ocr: OcrMode
) -> list[str]:
    """Why none of the places of a document can be read; nothing if one can.

    The endings of names decide how a file is read, as in a run.
    """
    reasons: dict[str, str] = {}
    for place in work.places:
        if place.file.suffix in reasons:
            continue
        task = LookTask(place.file.path, ocr, ocr_choice(settings))
        try:
            await readers.look(task)
        except UnreadableDocument as error:
            reasons[place.file.suffix] = str(error)
        else:
            return []
    return [reasons[place.file.suffix] for place in work.places]
