"""What changed in folders: found from sizes and times first, from the bytes where these differ."""

import asyncio
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from citewire.services.ingest.catalog import Catalog, Known, Place
from citewire.services.ingest.folders import Listing
from citewire.services.ingest.outcome import FileOutcome, Status
from citewire.services.ingest.skipped import SkippedFiles
from citewire.services.reading.files import FoundFile, identify
from citewire.storage.library.documents import Location

HASHED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """A file compared with what is known.

    Args:
        file: the file.
        status: what it is.
        doc_id: hash of its bytes, empty if it cannot be read.
        location: where it lies now, None if it cannot be read.
        reason: why it cannot.
        is_touched: unchanged, but its size or time in the record is not that of the file.
    """

    file: FoundFile
    status: Status
    doc_id: str = ""
    location: Location | None = None
    reason: str | None = None
    is_touched: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A document to be read: its first place and all of them; it is read from one of them."""

    doc_id: str
    location: Location
    places: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class IngestPlan:
    """What a run will do.

    Args:
        roots: of the folders.
        files: every file that was found.
        gone: places of which the file is gone and that are taken away: all of them to prune,
            otherwise those whose bytes now lie elsewhere.
        pruned: those of `gone` that lie nowhere else now.
        works: documents to be read.
        skipped: files of no format that is read.
    """

    roots: frozenset[str]
    files: tuple[Compared, ...]
    gone: tuple[Known, ...]
    pruned: tuple[Known, ...]
    works: tuple[Work, ...]
    skipped: SkippedFiles

    def outcomes(self, catalog: Catalog) -> dict[Place, FileOutcome]:
        """What becomes of the files if all goes well; before anything is changed."""
        outcomes = {}
        for file in self.files:
            known = catalog.get(file.doc_id)
            pages, passages = (known.pages, known.passages) if known else (0, 0)
            outcomes[file.file.place] = FileOutcome(
                file.file.name, file.status, file.reason, pages, passages
            )
        for lost in self.pruned:
            at = lost.location
            outcomes[at.root, at.path] = FileOutcome(
                at.full_path,
                "removed",
                None,
                lost.record.pages,
                lost.record.passages,
            )
        return outcomes

    @property
    def moved(self) -> list[tuple[str, Location]]:
        """The known documents that lie at other places, or with another size or time."""
        reading = {work.doc_id for work in self.works}
        return [
            (file.doc_id, file.location)
            for file in self.files
            if file.location is not None
            and file.doc_id not in reading
            and (file.is_touched or file.status == "moved")
        ]


async def make_plan(
    listing: Listing,
    catalog: Catalog,
    *,
    prune: bool,
    prune_empty: bool,
    check_content: bool,
    on_compared: Callable[[int], None],
) -> IngestPlan:
    """Compare files with the documents that are known.

    Args:
        listing: the files.
        catalog: the documents; not changed.
        prune: whether to remove what is no longer there, in the roots of `listing` only.
        prune_empty: whether to remove all of a root in which there is no report any more.
        check_content: whether to compare bytes also where size and time are as they were.
        on_compared: told how many files are compared.
    """
    room = asyncio.Semaphore(HASHED_AT_ONCE)
    first = await asyncio.to_thread(
        lambda: [_by_status(f, catalog, check_content) for f in listing.files]
    )
    done = sum(one is not None for one in first)
    on_compared(done)

    async def hashed(file: FoundFile) -> Compared:
        nonlocal done
        async with room:
            found = await asyncio.to_thread(_by_bytes, file, catalog)
        done += 1
        on_compared(done)
        return found

    rest = iter(
        await asyncio.gather(
            *(hashed(f) for f, one in zip(listing.files, first, strict=True) if one is None)
        )
    )
    compared = [one if one is not None else next(rest) for one in first]
    compared = _copies_of_news(compared, catalog)
    compared += [Compared(folder, "failed", reason=why) for folder, why in listing.unlisted]
    gone, pruned = _gone(listing, catalog, compared, prune=prune)
    if not prune_empty and (emptied := _emptied(listing, pruned)):
        compared += [Compared(root, "failed", reason=why) for root, why in emptied.items()]
        spared = {root.root_name for root in emptied}
        kept = [known for known in pruned if known.location.root in spared]
        gone = tuple(known for known in gone if known not in kept)
        pruned = tuple(known for known in pruned if known not in kept)
    roots = frozenset(FoundFile(root, root).root_name for root in listing.roots)
    works = _works(compared, catalog)
    return IngestPlan(roots, tuple(compared), gone, pruned, works, listing.skipped)


def _by_status(file: FoundFile, catalog: Catalog, check_content: bool) -> Compared | None:
    """What the file system's word on a file is enough for: unchanged, or not to be read."""
    try:
        status = os.stat(file.path)
    except OSError as error:
        return _unreadable(file, error)
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe waits for its writer, reading a device may never end.
        return Compared(file, "failed", reason="cannot be read: it is not a regular file")
    known = catalog.at(file.place)
    location = file.location(status)
    if known is None or known.location != location or check_content:
        return None
    return Compared(file, "unchanged", known.record.doc_id, location)


def _by_bytes(file: FoundFile, catalog: Catalog) -> Compared:
    try:
        doc_id, location = identify(file)
    except OSError as error:
        return _unreadable(file, error)
    known = catalog.at(file.place)
    if known is not None and known.record.doc_id == doc_id:
        is_touched = known.location != location
        return Compared(file, "unchanged", doc_id, location, is_touched=is_touched)
    if catalog.get(doc_id) is not None:
        return Compared(file, "moved", doc_id, location)
    return Compared(file, "new" if known is None else "changed", doc_id, location)


def _unreadable(file: FoundFile, error: OSError) -> Compared:
    return Compared(file, "failed", reason=f"cannot be read: {error.strerror}")


def _copies_of_news(compared: Iterable[Compared], catalog: Catalog) -> list[Compared]:
    """The second and further files of the same new bytes are copies, not news."""
    seen: set[str] = set()
    result = []
    for entry in compared:
        is_copy = entry.status == "new" and entry.doc_id in seen
        result.append(replace(entry, status="moved") if is_copy else entry)
        seen.add(entry.doc_id)
    return result


def _works(compared: Iterable[Compared], catalog: Catalog) -> tuple[Work, ...]:
    places: dict[str, list[Compared]] = {}
    for entry in compared:
        if entry.location is not None and catalog.get(entry.doc_id) is None:
            places.setdefault(entry.doc_id, []).append(entry)
    works = []
    for doc_id, found in places.items():
        first = found[0]
        assert first.location is not None
        works.append(Work(doc_id, first.location, tuple(found)))
    return tuple(works)


def _emptied(listing: Listing, pruned: Iterable[Known]) -> dict[FoundFile, str]:
    """Roots without any report of which all is to go, and why nothing is removed.

    A disk that is not mounted leaves an empty folder behind.
    """
    roots = {FoundFile(root, root) for root in listing.roots}
    there = [*listing.files, *(folder for folder, _ in listing.unlisted)]
    roots -= {FoundFile(file.root, file.root) for file in there}
    counts = Counter(known.location.root for known in pruned)
    return {
        root: f"there is no report in it any more, but {count} known: nothing was removed. Is a "
        "disk missing? If they are to go, add --prune-empty, or use citewire remove"
        for root in roots
        if (count := counts[root.root_name])
    }


def _gone(
    listing: Listing,
    catalog: Catalog,
    compared: Iterable[Compared],
    *,
    prune: bool,
) -> tuple[tuple[Known, ...], tuple[Known, ...]]:
    there = {entry.file.place for entry in compared}
    closed = [(folder.root_name, f"{folder.relative}/") for folder, _ in listing.unlisted]
    missing = [
        known
        for root in listing.roots
        for known in catalog.within(FoundFile(root, root).root_name)
        if (known.location.root, known.location.path) not in there
        # What lies in a folder that cannot be listed may well be there.
        and not any(
            known.location.root == root_name and known.location.path.startswith(path)
            for root_name, path in closed
        )
    ]
    elsewhere = {entry.doc_id for entry in compared if entry.status in ("moved", "changed")}
    renamed = [known for known in missing if known.record.doc_id in elsewhere]
    if not prune:
        return tuple(renamed), ()
    return tuple(missing), tuple(known for known in missing if known not in renamed)
