"""Taking out what was ingested: a folder, a document or one place of a document."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from citewire.errors import CitewireError, ConfigurationError
from citewire.services.ingest.catalog import Catalog, Known, retag
from citewire.services.reading.files import printable
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.suggested import SuggestedStore
from citewire.storage.library.versions import Versions, changing_documents


@dataclass(frozen=True, slots=True)
class Removed:
    """The paths that were taken out, and the ids of documents that now lie nowhere."""

    locations: tuple[str, ...]
    doc_ids: tuple[str, ...]

    @property
    def documents(self) -> int:
        """How many documents now lie nowhere."""
        return len(self.doc_ids)


async def remove(
    target: str,
    *,
    documents: DocumentStore,
    uploads: Path | None = None,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Removed:
    """Take out what `target` names, with its passages unless they lie elsewhere, too.

    Args:
        target: a document id, the path of a folder or file, the name of an ingested folder, or
            what lies in it as `folder/path`; looked for in this order. The path need not exist any
            more, but what lies above the ingested folders names none of them.
        documents: of the namespace and the owner.
        uploads: where uploaded files lie: these are deleted, others are not ours to delete.
        on_wait: told once if another process is being waited for.

    Raises:
        ConfigurationError: it is blank, or only lies above the folders that were ingested.
        CitewireError: nothing of that name is known.
        LibraryBusy: another process is changing the documents.
        StorageError: Redis does not answer.
    """
    if not target.strip():
        raise ConfigurationError("name what is to be removed: a folder, a document or a file")
    async with changing_documents(documents, on_wait=on_wait) as versions:
        catalog = Catalog(await documents.list())
        staged = await versions.staged()
        gone = _matching(catalog, target)
        unfinished = [
            one
            for one, at in staged.items()
            if at.owner == documents.owner and _names(target, one, at.root)
        ]
        if not gone and not unfinished:
            _refuse_above(catalog, target)
            raise CitewireError(f"there is no folder, document or file {printable(target)}")
        retired = await _take_out(versions, catalog, gone, uploads)
        for doc_id in unfinished:
            await versions.discard(doc_id)
    await SuggestedStore(documents.client, documents.namespace).forget(documents.owner)
    return Removed(tuple(known.location.full_path for known in gone), (*retired, *unfinished))


async def remove_document(
    doc_id: str, *, documents: DocumentStore, uploads: Path, wait_s: float
) -> None:
    """Take out one document wherever it lies, as `remove` does.

    Args:
        doc_id: its id, which here never names anything else.
        documents: of the namespace and the owner.
        uploads: where uploaded files lie.
        wait_s: how long to wait in seconds for others who change the documents.

    Raises:
        DocumentNotFound: there is none of that id.
        LibraryBusy: others still change the documents.
        StorageError: Redis does not answer.
    """
    await documents.known(doc_id)
    async with changing_documents(documents, wait_s=wait_s) as versions:
        catalog = Catalog(await documents.list())
        record = catalog.get(doc_id)
        if record is not None:  # nobody else was faster
            places = [Known(record, location) for location in record.locations]
            await _take_out(versions, catalog, places, uploads)


async def remove_everything(
    documents: DocumentStore, *, uploads: Path, on_wait: Callable[[str], None] = lambda _: None
) -> Removed:
    """Take out all documents of an owner or a collection, also those that were not finished.

    Corrections of their titles and dates go, too, and what was suggested to ask of them.

    Args:
        documents: of the namespace and the owner.
        uploads: where uploaded files lie; files in other folders are left alone.
        on_wait: told once if another process is being waited for.

    Raises:
        LibraryBusy: another process is changing the documents.
        StorageError: Redis does not answer.
    """
    async with changing_documents(documents, on_wait=on_wait) as versions:
        catalog = Catalog(await documents.list())
        gone = _all_known(catalog)
        await versions.forget_corrections([known.record.doc_id for known in gone])
        retired = await _take_out(versions, catalog, gone, uploads)
        unfinished = await versions.hidden()
        for doc_id in unfinished:
            await versions.discard(doc_id)
    await SuggestedStore(documents.client, documents.namespace).forget(documents.owner)
    return Removed(tuple(known.location.full_path for known in gone), (*retired, *unfinished))


async def _take_out(
    versions: Versions, catalog: Catalog, gone: list[Known], uploads: Path | None
) -> tuple[str, ...]:
    # First the files, or the next upload to their folder would bring back what is out.
    if uploads is not None:
        await asyncio.to_thread(_delete_uploaded, gone, uploads)
    change = catalog.place((), gone)
    await versions.apply(change)
    await retag(versions, catalog, change.moved)
    for doc_id in change.retire:
        await versions.discard(doc_id)
    return change.retire


def _delete_uploaded(gone: list[Known], uploads: Path) -> None:
    inside = f"{printable(str(uploads))}/"
    for known in gone:
        location = known.location
        if location.root.startswith(inside) and ".." not in PurePosixPath(location.path).parts:
            Path(location.root, location.path).unlink(missing_ok=True)


def _matching(catalog: Catalog, target: str) -> list[Known]:
    all_known = _all_known(catalog)
    for matches in (
        [known for known in all_known if known.record.doc_id == target],
        *([known for known in all_known if _is_within(known, path)] for path in _paths(target)),
        [known for known in all_known if _is_named(known, printable(target))],
    ):
        if matches:
            return matches
    return []


def _refuse_above(catalog: Catalog, target: str) -> None:
    """Whoever names `/` would take out everything without having named any of it."""
    roots = {known.location.root for known in _all_known(catalog)}
    below = sorted({root for path in _paths(target) for root in roots if _is_at(root, path)})
    if below:
        raise ConfigurationError(
            f"{printable(target)} was not ingested, but lies above what was: remove these by "
            f"their own names: {', '.join(below)}"
        )


def _all_known(catalog: Catalog) -> list[Known]:
    return [Known(record, place) for record in catalog.records for place in record.locations]


def _paths(target: str) -> list[str]:
    # Not by `Path`, which refuses unknown homes and links in a circle: these are just not there.
    path = os.path.expanduser(target)
    return [printable(str(Path(path).absolute())), printable(os.path.realpath(path))]


def _is_within(known: Known, path: str) -> bool:
    """Whether it lies at or below `path`, which is its ingested folder or something in it."""
    return _is_at(path, known.location.root) and _is_at(known.location.full_path, path)


def _is_named(known: Known, name: str) -> bool:
    return _is_at(f"{known.location.folder}/{known.location.path}", name)


def _is_at(place: str, path: str) -> bool:
    return place == path or place.startswith(f"{path.rstrip('/')}/")


def _names(target: str, doc_id: str, root: str) -> bool:
    """Whether `target` names a document that was not finished, or the root that it is in."""
    folder = root.rstrip("/").rpartition("/")[2]
    return target == doc_id or root in _paths(target) or printable(target) == folder
