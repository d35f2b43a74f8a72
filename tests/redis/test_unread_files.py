"""A file that was ingested and then cannot be read: its old text stays, and everything says so."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citewire.content.outdated import Outdated
from citewire.errors import ModelUnavailable, StorageUnavailable
from citewire.services.ingest import plan
from citewire.services.ingest.removal import remove
from citewire.storage.library.documents import DocumentRecord, DocumentStore
from citewire.storage.library.vector_store import PassageStore
from citewire.storage.library.versions import Versions
from tests.doubles.ingest_fixtures import SHIPS, TRAINS, HashingEmbedding, Ingest, search, statuses
from tests.doubles.small_pdfs import write_pdf

CHANGED_AT = "2024-05-01T12:00:00+00:00"
WEB_PAGE = b"<html><body>Please sign in</body></html>"


def changed(path: Path, content: bytes) -> Path:
    """Another file in place of the one at `path`, last modified at `CHANGED_AT`."""
    path.write_bytes(content)
    at = int(datetime.fromisoformat(CHANGED_AT).timestamp())
    os.utime(path, (at, at))
    return path


async def only(documents: DocumentStore) -> DocumentRecord:
    [record] = await documents.list()
    return record


async def told_of_passages(store: PassageStore) -> set[str]:
    return {str(found.get("outdated", "")) for found in await search(store, SHIPS)}


@pytest.mark.parametrize("content", [WEB_PAGE, b"", b"%PDF-1.4 nothing"])
async def test_a_document_tells_that_its_file_changed_and_could_not_be_read(
    ingest: Ingest, documents: DocumentStore, store: PassageStore, ships: Path, content: bytes
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    read_at = (await only(documents)).ingested_at
    changed(path, content)
    summary = await ingest(ships)

    [failed] = summary.files
    assert failed.status == "failed"
    assert failed.reason is not None
    assert failed.reason.endswith(f"answers come from the version read on {read_at[:10]}")
    record = await only(documents)
    assert record.outdated == Outdated(read_at, CHANGED_AT)
    [place] = record.locations
    assert place.unread
    assert place.unread in failed.reason
    assert await told_of_passages(store) == {f"{read_at} {CHANGED_AT}"}


async def test_a_dry_run_says_so_and_notes_nothing(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    changed(path, b"")
    [planned] = (await ingest(ships, dry_run=True)).files

    assert planned.reason is not None
    assert "answers come from the version read on" in planned.reason
    assert (await only(documents)).outdated is None


async def test_a_file_that_was_never_read_fails_without_more(ingest: Ingest, ships: Path) -> None:
    changed(ships / "a.pdf", WEB_PAGE)
    [failed] = (await ingest(ships)).files

    assert failed.reason is not None
    assert "answers come" not in failed.reason


async def test_a_good_file_ends_it(
    ingest: Ingest, documents: DocumentStore, store: PassageStore, ships: Path
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    changed(path, WEB_PAGE)
    await ingest(ships)
    write_pdf(path, [TRAINS])
    summary = await ingest(ships)

    assert statuses(summary) == {"a.pdf": "changed"}
    assert (await only(documents)).outdated is None
    assert await told_of_passages(store) == {""}


@pytest.mark.parametrize("put_back", [shutil.copy2, shutil.copyfile])
async def test_the_old_file_put_back_ends_it(
    ingest: Ingest,
    documents: DocumentStore,
    store: PassageStore,
    ships: Path,
    put_back: Callable[[Path, Path], object],
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    kept = ships / "kept"
    shutil.copy2(path, kept)
    await ingest(ships)
    changed(path, WEB_PAGE)
    await ingest(ships)
    put_back(kept, path)
    summary = await ingest(ships)

    assert statuses(summary) == {"a.pdf": "unchanged"}
    assert (await only(documents)).outdated is None
    assert await told_of_passages(store) == {""}


async def test_taking_the_file_out_ends_it(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    shutil.copy(path, ships / "copy.pdf")
    await ingest(ships)
    changed(path, WEB_PAGE)
    await ingest(ships)
    assert (await only(documents)).outdated is not None
    await remove(str(path), documents=documents)

    assert (await only(documents)).outdated is None


async def test_pruning_a_file_that_went_ends_it(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    shutil.copy(path, ships / "copy.pdf")
    await ingest(ships)
    changed(path, WEB_PAGE)
    await ingest(ships)
    path.unlink()
    await ingest(ships)
    assert (await only(documents)).outdated is not None
    await ingest(ships, prune=True)

    assert (await only(documents)).outdated is None


async def test_what_could_not_be_embedded_is_told_as_well(
    ingest: Ingest, documents: DocumentStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    write_pdf(path, [TRAINS])
    embed_model.failing(ModelUnavailable("the model is away"), TRAINS)
    await ingest(ships)

    [place] = (await only(documents)).locations
    assert "the model is away" in place.unread


async def test_a_second_run_that_fails_alike_changes_nothing(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    changed(path, WEB_PAGE)
    await ingest(ships)
    before = await documents.changes()
    await ingest(ships)

    assert await documents.changes() == before


async def test_a_run_that_ends_before_its_passages_tell_is_made_good(
    ingest: Ingest,
    documents: DocumentStore,
    store: PassageStore,
    ships: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    changed(path, WEB_PAGE)

    async def lost(*_: object) -> None:
        raise StorageUnavailable("Redis does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(Versions, "retag", lost)
        with pytest.raises(StorageUnavailable):
            await ingest(ships)
    assert await told_of_passages(store) == {""}
    await ingest(ships)

    assert await told_of_passages(store) == {(await only(documents)).tags["outdated"]}


async def test_a_file_that_went_while_it_was_looked_at_is_gone_not_unreadable(
    ingest: Ingest, documents: DocumentStore, ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    write_pdf(path, [TRAINS])

    def gone(*_: object) -> None:
        path.unlink(missing_ok=True)
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(plan, "identify", gone)
    await ingest(ships)

    assert (await only(documents)).outdated is None


def test_the_time_of_a_file_is_told_in_utc() -> None:
    at = datetime(2024, 5, 1, 12, tzinfo=UTC)
    told = Outdated("2024-04-01T00:00:00+00:00", at.isoformat())
    assert told.sentence("a.pdf", "it is empty") == (
        "a.pdf changed on 2024-05-01 and could not be read (it is empty): "
        "answers come from the version read on 2024-04-01"
    )
    assert Outdated.from_text(told.to_text()) == told
    assert Outdated.from_text(Outdated("2024-04-01").to_text()) == Outdated("2024-04-01")
