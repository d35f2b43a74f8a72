"""What changed in folders: found from sizes and times first, from the bytes where these differ."""

import asyncio
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from citewire.content.outdated import Outdated
from citewire.services.ingest.catalog import Catalog, Known, Place
from citewire.services.ingest.folders import Listing
from citewire.services.ingest.outcome import FileOutcome, Status
from citewire.services.ingest.skipped import SkippedFiles
from citewire.services.ingest.unread import failed
from citewire.services.reading.files import FoundFile, identify
from citewire.services.reading.raw import EMPTY
from citewire.storage.library.documents import Location

HASHED_AT_ONCE = 4

ELSEWHERE: tuple[Status, ...] = ("moved", "copied")
"""What bytes are that were known from another place."""


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
        folders: those in which something is not done, by their full paths, and why.
        left: places of which the file is gone, and what lay there stays.
    """

    roots: frozenset[str]
    files: tuple[Compared, ...]
    gone: tuple[Known, ...]
    pruned: tuple[Known, ...]
    works: tuple[Work, ...]
    skipped: SkippedFiles
    folders: tuple[tuple[str, str], ...] = ()
    left: tuple[Known, ...] = ()

    def outcomes(self, catalog: Catalog) -> dict[Place, FileOutcome]:
        """What becomes of the files if all goes well; before anything is changed."""
        outcomes = {}
        for file in self.files:
            if file.status == "failed":
                outcomes[file.file.place] = failed(file.file, file.reason or "", catalog)
                continue
            known = catalog.get(file.doc_id)
            pages, passages = (known.pages, known.passages) if known else (0, 0)
            outcomes[file.file.place] = FileOutcome(
                file.file.name, file.status, None, pages, passages
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
    def missing(self) -> tuple[tuple[str, str], ...]:
        """Files that are gone and whose documents stay, by their full paths, and what of that."""
        return tuple(
            (known.location.full_path, Outdated(known.record.ingested_at).kept)
            for known in self.left
        )

    @property
    def moved(self) -> list[tuple[str, Location]]:
        """The known documents that lie at other places, or with another size or time."""
        reading = {work.doc_id for work in self.works}
        return [
            (file.doc_id, file.location)
            for file in self.files
            if file.location is not None
            and file.doc_id not in reading
            and (file.is_touched or file.status in ELSEWHERE)
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
    listing = await asyncio.to_thread(_without_lost_links, listing, catalog)
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
    compared = _copies_of_news(compared)
    missing = _missing(listing, catalog, compared)
    compared = _moved_or_copied(compared, catalog, missing)
    gone, pruned = _gone(missing, compared, prune=prune)
    folders = list(listing.unlisted)
    if not prune_empty and (emptied := _emptied(listing, pruned)):
        folders += emptied.items()
        spared = {root.root_name for root in emptied}
        kept = [known for known in pruned if known.location.root in spared]
        gone = tuple(known for known in gone if known not in kept)
        pruned = tuple(known for known in pruned if known not in kept)
        missing = [known for known in missing if known.location.root not in spared]
    left = tuple(known for known in missing if known not in gone)
    roots = frozenset(FoundFile(root, root).root_name for root in listing.roots)
    works = _works(compared, catalog)
    told = tuple((folder.name, why) for folder, why in folders)
    return IngestPlan(roots, tuple(compared), gone, pruned, works, listing.skipped, told, left)


def _without_lost_links(listing: Listing, catalog: Catalog) -> Listing:
    """`listing` without known links that lead nowhere any more: their files are gone."""
    files = [file for file in listing.files if catalog.at(file.place) is None or not _is_gone(file)]
    return replace(listing, files=tuple(files))


def _is_gone(file: FoundFile) -> bool:
    try:
        os.stat(file.path)
    except FileNotFoundError:
        return True
    except OSError:
        # It may well be there.
        return False
    return False


def _by_status(file: FoundFile, catalog: Catalog, check_content: bool) -> Compared | None:
    """What the file system's word on a file is enough for: unchanged, or not to be read."""
    try:
        status = os.stat(file.path)
    except OSError as error:
        return _unreadable(file, error)
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe waits for its writer, reading a device may never end.
        return Compared(file, "failed", reason="cannot be read: it is not a regular file")
    if not status.st_size:
        # All empty files have the same bytes, which makes none of them a copy of another.
        return Compared(file, "failed", reason=EMPTY)
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


def _copies_of_news(compared: Iterable[Compared]) -> list[Compared]:
    """The second and further files of the same new bytes are copies, not news."""
    seen: set[str] = set()
    result = []
    for entry in compared:
        is_copy = entry.status == "new" and entry.doc_id in seen
        result.append(replace(entry, status="copied") if is_copy else entry)
        seen.add(entry.doc_id)
    return result


def _moved_or_copied(
    compared: Iterable[Compared], catalog: Catalog, missing: Iterable[Known]
) -> list[Compared]:
    """What is known from other places was moved from those that are left, else it is a copy."""
    left = Counter(known.record.doc_id for known in missing)
    entries = list(compared)
    for entry in entries:
        known = catalog.at(entry.file.place)
        if known is not None and entry.doc_id and entry.doc_id != known.record.doc_id:
            left[known.record.doc_id] += 1
    result = []
    for entry in entries:
        left[entry.doc_id] -= entry.status == "moved"
        is_copy = entry.status == "moved" and left[entry.doc_id] < 0
        result.append(replace(entry, status="copied") if is_copy else entry)
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


def _missing(listing: Listing, catalog: Catalog, compared: Iterable[Compared]) -> list[Known]:
    """What was in the folders and lies no more where it lay."""
    there = {entry.file.place for entry in compared}
    closed = [(folder.root_name, f"{folder.relative}/") for folder, _ in listing.unlisted]
    return [
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


def _gone(
    missing: Sequence[Known], compared: Iterable[Compared], *, prune: bool
) -> tuple[tuple[Known, ...], tuple[Known, ...]]:
    elsewhere = {e.doc_id for e in compared if e.status in (*ELSEWHERE, "changed")}
    renamed = [known for known in missing if known.record.doc_id in elsewhere]
    if not prune:
        return tuple(renamed), ()
    return tuple(missing), tuple(known for known in missing if known not in renamed)
