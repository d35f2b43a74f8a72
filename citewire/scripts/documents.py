"""`citewire documents` and `citewire remove`: what is indexed, and taking it out."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from citewire.content.outdated import Outdated
from citewire.scripts.plain_text import PIPED_WIDTH, harmless_name
from citewire.services.access.audit.log import Who
from citewire.services.access.audit.schema import Resource
from citewire.services.assembly.audit import open_audit
from citewire.services.assembly.documents import open_documents
from citewire.services.ingest.removal import Removed, remove
from citewire.services.uploads.receiving import uploads_root
from citewire.settings import Settings
from citewire.storage.keys import DEFAULT_OWNER, collection_in
from citewire.storage.library.documents import DocumentRecord


def list_documents(settings: Settings, *, owner: str, as_json: bool) -> int:
    """Print all documents of an owner with where they lie: a table, or exactly one JSON array.

    Files that changed and could not be read are told below the table.
    """
    records = asyncio.run(_records(settings, owner))
    if as_json:
        print(json.dumps([_to_json(record) for record in records], ensure_ascii=False, indent=2))
    elif not records:
        print(_none(settings.storage.namespace, owner))
    else:
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = PIPED_WIDTH
        console.print(_table(records))
        for line in _outdated(records):
            console.print(Text(harmless_name(line), style="yellow"), soft_wrap=True)
    return 0


def remove_documents(settings: Settings, target: str, *, owner: str) -> int:
    """Take out an owner's folder, a document or a location, and print what went."""
    removed = asyncio.run(_remove(settings, target, owner))
    for place in removed.locations:
        print(f"removed: {harmless_name(place)}")
    locations = _counted(len(removed.locations), "location")
    print(f"removed {locations}, {_counted(removed.documents, 'document')}")
    return 0


def _none(namespace: str, owner: str) -> str:
    shared = collection_in(owner)
    whose = "" if owner == DEFAULT_OWNER else f" for the owner {owner}"
    whose = whose if shared is None else f" in the collection {shared}"
    return (
        f"none yet in the namespace {namespace}{whose}: run `citewire ingest FOLDER`, "
        "or set CITEWIRE_NAMESPACE to another"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


async def _records(settings: Settings, owner: str) -> list[DocumentRecord]:
    async with open_documents(settings, owner) as documents:
        return await documents.list()


async def _remove(settings: Settings, target: str, owner: str) -> Removed:
    console = Console(stderr=True, highlight=False)
    async with (
        open_documents(settings, owner) as documents,
        open_audit(settings, documents) as audit,
    ):
        await audit.know(owner)
        removed = await remove(
            target,
            documents=documents,
            uploads=uploads_root(settings.storage),
            on_wait=console.print,
        )
        found = [Resource("document", doc_id) for doc_id in removed.doc_ids]
        await audit.acted(Who(command="citewire remove"), "Delete", found, owner=owner)
        return removed


def _to_json(record: DocumentRecord) -> dict[str, Any]:
    told = asdict(record)
    del told["tagged"]
    return told


def _outdated(records: list[DocumentRecord]) -> list[str]:
    return [
        Outdated(record.ingested_at, place.changed_at).sentence(place.full_path, place.unread)
        for record in records
        for place in record.locations
        if place.unread
    ]


def _table(records: list[DocumentRecord]) -> Table:
    table = Table(header_style="bold")
    for name in ("document", "title", "date", "language", "pages", "passages", "locations"):
        table.add_column(
            name,
            justify="right" if name in ("pages", "passages") else "left",
            no_wrap=name == "document",
        )
    for record in records:
        places = "\n".join(
            harmless_name(f"{location.folder}/{location.path}") for location in record.locations
        )
        table.add_row(
            record.doc_id,
            Text(harmless_name(record.title)),
            Text(harmless_name(record.date or "")),
            record.language,
            str(record.pages),
            str(record.passages),
            Text(places),
        )
    return table
