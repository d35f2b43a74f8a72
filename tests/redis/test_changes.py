"""What changed in a folder, and that only new bytes are read and embedded."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from redis.asyncio import Redis

from citewire.errors import ModelUnavailable
from citewire.services.ingest.correction import correct_document
from citewire.services.ingest.removal import remove
from citewire.storage.keys import folder_id
from citewire.storage.library.documents import DocumentRecord, DocumentStore
from citewire.storage.library.passages import PassageKeys
from citewire.storage.library.vector_store import PassageStore
from citewire.storage.library.versions import changing_documents
from tests.doubles.ingest_fixtures import (
    SHIPS,
    TRAINS,
    HashingEmbedding,
    Ingest,
    count_passages,
    keys_of,
    search,
    statuses,
)
from tests.doubles.small_pdfs import write_pdf

NOBODY = 65534


async def paths(documents: DocumentStore) -> list[list[str]]:
    return sorted([place.path for place in one.locations] for one in await documents.list())


async def test_a_changed_file_takes_the_place_of_its_old_version(
    ingest: Ingest, store: PassageStore, documents: DocumentStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, SHIPS + " Again."])
    await ingest(ships)
    write_pdf(ships / "a.pdf", [TRAINS])
    summary = await ingest(ships)

    assert statuses(summary) == {"a.pdf": "changed"}
    assert [one["text"] for one in await search(store, SHIPS)] == [TRAINS]
    assert await count_passages(store) == 1
    assert len(await documents.list()) == 1


async def test_a_change_to_an_unreadable_file_keeps_the_old_version(
    ingest: Ingest, store: PassageStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    (ships / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    summary = await ingest(ships, prune=True)

    assert statuses(summary) == {"a.pdf": "failed"}
    assert len(await search(store, SHIPS)) == 1


async def test_a_renamed_file_is_moved_and_not_embedded(
    ingest: Ingest, documents: DocumentStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    (ships / "a.pdf").rename(ships / "b.pdf")
    summary = await ingest(ships)

    assert statuses(summary) == {"b.pdf": "moved"}
    assert await paths(documents) == [["b.pdf"]]
    assert len(embed_model.texts) == 1


async def test_a_copy_is_a_second_location(
    ingest: Ingest, documents: DocumentStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    shutil.copy(ships / "a.pdf", ships / "b.pdf")
    summary = await ingest(ships)

    assert statuses(summary) == {"a.pdf": "unchanged", "b.pdf": "copied"}
    assert await paths(documents) == [["a.pdf", "b.pdf"]]
    assert len(embed_model.texts) == 1


async def test_deleting_one_copy_keeps_the_passages(
    ingest: Ingest, store: PassageStore, documents: DocumentStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    shutil.copy(ships / "a.pdf", ships / "b.pdf")
    await ingest(ships)
    (ships / "a.pdf").unlink()
    summary = await ingest(ships, prune=True)

    assert statuses(summary) == {"a.pdf": "removed", "b.pdf": "unchanged"}
    assert await paths(documents) == [["b.pdf"]]
    assert len(await search(store, SHIPS)) == 1


async def test_what_is_gone_stays_without_prune(
    ingest: Ingest, store: PassageStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    (ships / "a.pdf").unlink()
    summary = await ingest(ships)

    assert statuses(summary) == {}
    assert len(await search(store, SHIPS)) == 1


async def test_prune_removes_from_its_folder_only(
    ingest: Ingest, store: PassageStore, ships: Path, tmp_path: Path
) -> None:
    (tmp_path / "other" / "ships").mkdir(parents=True)  # of the same name, too
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(tmp_path / "other" / "ships" / "b.pdf", [TRAINS])
    await ingest(ships, tmp_path / "other" / "ships")
    (ships / "a.pdf").unlink()
    (tmp_path / "other" / "ships" / "b.pdf").unlink()
    summary = await ingest(ships, prune=True, prune_empty=True)

    assert statuses(summary) == {"a.pdf": "removed"}
    assert [one["text"] for one in await search(store, SHIPS)] == [TRAINS]


async def test_prune_takes_out_nothing_of_a_folder_that_is_suddenly_empty(
    ingest: Ingest, store: PassageStore, documents: DocumentStore, ships: Path, tmp_path: Path
) -> None:
    (tmp_path / "trains").mkdir()
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(tmp_path / "trains" / "b.pdf", [TRAINS])
    write_pdf(tmp_path / "trains" / "c.pdf", [TRAINS + TRAINS])
    await ingest(ships, tmp_path / "trains")
    (ships / "a.pdf").unlink()
    (tmp_path / "trains" / "b.pdf").unlink()
    planned = await ingest(ships, tmp_path / "trains", prune=True, dry_run=True)
    summary = await ingest(ships, tmp_path / "trains", prune=True)
    there = await paths(documents)
    told = await ingest(ships, prune=True, prune_empty=True)

    assert statuses(planned) == statuses(summary)
    assert statuses(summary) == {"b.pdf": "removed", "c.pdf": "unchanged"}
    [(folder, reason)] = summary.folders
    assert folder == str(ships)
    assert "no report in it any more, but 1 known: nothing was removed" in reason
    assert planned.folders == summary.folders
    assert there == [["a.pdf"], ["c.pdf"]]
    assert statuses(told) == {"a.pdf": "removed"}


async def test_a_folder_whose_reports_all_moved_elsewhere_may_be_empty(
    ingest: Ingest, documents: DocumentStore, ships: Path, tmp_path: Path
) -> None:
    (tmp_path / "anchors").mkdir()
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    (ships / "a.pdf").rename(tmp_path / "anchors" / "a.pdf")
    summary = await ingest(ships, tmp_path / "anchors", prune=True)

    assert statuses(summary) == {"a.pdf": "moved"}
    assert [place.folder for one in await documents.list() for place in one.locations] == [
        "anchors"
    ]


async def test_content_is_compared_where_size_and_time_lie(
    ingest: Ingest, store: PassageStore, ships: Path
) -> None:
    path = ships / "a.txt"
    path.write_text("The harbour counted 412 ships.")
    await ingest(ships)
    status = path.stat()
    path.write_text("The harbour counted 912 ships.")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    trusting = await ingest(ships)
    checking = await ingest(ships, check_content=True)
    again = await ingest(ships, check_content=True)

    assert statuses(trusting) == {"a.txt": "unchanged"}
    assert statuses(checking) == {"a.txt": "changed"}
    assert statuses(again) == {"a.txt": "unchanged"}


async def corrected(documents: DocumentStore, **changes: str | None) -> DocumentRecord:
    [record] = await documents.list()
    return await correct_document(record.doc_id, changes, documents=documents, wait_s=1)


async def test_a_corrected_title_is_told_and_kept_when_the_file_is_ingested_again(
    ingest: Ingest,
    store: PassageStore,
    documents: DocumentStore,
    embed_model: HashingEmbedding,
    ships: Path,
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    [read] = await documents.list()
    record = await corrected(documents, title="Ships of 1911", date="1911")
    told = [one["title"] for one in await search(store, SHIPS)]
    await remove("ships", documents=documents)
    await ingest(ships)
    [again] = await documents.list()

    assert (record.title, record.date, record.corrected) == (
        "Ships of 1911",
        "1911",
        ["date", "title"],
    )
    assert told == ["Ships of 1911"]
    assert (again.title, again.date, again.as_read) == (
        "Ships of 1911",
        "1911",
        {"title": read.title, "date": read.date},
    )
    assert [one["title"] for one in await search(store, SHIPS)] == ["Ships of 1911"]
    assert embed_model.texts[-1].startswith("Ships of 1911\n")


async def test_a_correction_that_is_taken_back_leaves_what_was_read(
    ingest: Ingest, store: PassageStore, documents: DocumentStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    [read] = await documents.list()
    await corrected(documents, title="Ships of 1911")
    await corrected(documents, date="1911-05")
    await corrected(documents, title=None)
    [half] = await documents.list()
    await corrected(documents, date=None)
    [back] = await documents.list()

    assert (half.title, half.date, half.corrected) == (read.title, "1911-05", ["date"])
    assert back == read
    assert [one["title"] for one in await search(store, SHIPS)] == [read.title]


async def test_a_correction_that_was_cut_short_is_made_good_by_the_next_run(
    ingest: Ingest,
    store: PassageStore,
    documents: DocumentStore,
    ships: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(PassageKeys, "set_fields", killed)
        with pytest.raises(KeyboardInterrupt):
            await corrected(documents, title="Ships of 1911")
    before = [one["title"] for one in await search(store, SHIPS)]
    await ingest(ships)

    assert before != ["Ships of 1911"]
    assert [one["title"] for one in await search(store, SHIPS)] == ["Ships of 1911"]


def make_folders(root: Path, *names: str) -> None:
    """Folders in `root`, which everybody may enter."""
    root.chmod(0o755)
    for name in names:
        (root / name).mkdir()


@contextmanager
def unlistable(folder: Path) -> Iterator[None]:
    """A folder that may not be listed, in the block."""
    folder.chmod(0)
    is_root = os.geteuid() == 0  # who may list everything
    if is_root:
        os.seteuid(NOBODY)
    try:
        with pytest.raises(PermissionError):
            os.scandir(folder)
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)


async def test_prune_spares_a_folder_that_cannot_be_listed(
    ingest: Ingest, store: PassageStore
) -> None:
    # Not below `tmp_path`, which is closed to everybody else.
    with TemporaryDirectory() as name:
        root = Path(name)
        make_folders(root, "closed", "open")
        write_pdf(root / "closed" / "a.pdf", [SHIPS])
        write_pdf(root / "open" / "b.pdf", [TRAINS])
        await ingest(root)
        (root / "open" / "b.pdf").unlink()
        with unlistable(root / "closed"):
            summary = await ingest(root, prune=True)
        found = [one["text"] for one in await search(store, SHIPS)]
        (root / "closed" / "a.pdf").unlink()
        later = await ingest(root, prune=True, prune_empty=True)

    assert statuses(summary) == {"b.pdf": "removed"}
    [(folder, reason)] = summary.folders
    assert folder == str(root / "closed")
    assert "cannot be listed" in reason
    assert found == [SHIPS]
    assert statuses(later) == {"a.pdf": "removed"}


async def test_two_files_may_change_places(
    ingest: Ingest, documents: DocumentStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(ships / "b.pdf", [TRAINS])
    await ingest(ships)
    (ships / "a.pdf").rename(ships / "x")
    (ships / "b.pdf").rename(ships / "a.pdf")
    (ships / "x").rename(ships / "b.pdf")
    await ingest(ships, prune=True)
    by_path = {one.locations[0].path: one.doc_id for one in await documents.list()}
    summary = await ingest(ships)

    assert set(by_path) == {"a.pdf", "b.pdf"}
    assert set(statuses(summary).values()) == {"unchanged"}
    assert len(embed_model.texts) == 2


async def test_a_new_time_alone_is_unchanged(
    ingest: Ingest, documents: DocumentStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    path = write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    os.utime(path, ns=(1, 10**18))
    summary = await ingest(ships)
    [record] = await documents.list()

    assert statuses(summary) == {"a.pdf": "unchanged"}
    assert record.locations[0].mtime_ns == 10**18
    assert len(embed_model.texts) == 1


async def test_a_change_right_after_a_run_is_seen(ingest: Ingest, ships: Path) -> None:
    write_pdf(ships / "a.pdf", [SHIPS], title="One")
    await ingest(ships)
    write_pdf(ships / "a.pdf", [SHIPS], title="Two")  # as many bytes
    summary = await ingest(ships)

    assert statuses(summary) == {"a.pdf": "changed"}


async def test_the_folders_of_passages_follow_the_file(
    ingest: Ingest, store: PassageStore, ships: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    (ships / "a.pdf").rename(tmp_path / "other" / "a.pdf")
    await ingest(ships, tmp_path / "other")

    assert len(await search(store, SHIPS, "ships")) == 0
    assert len(await search(store, SHIPS, "other")) == 1


async def told(store: PassageStore) -> list[tuple[str, str]]:
    """Folder and file name of each source, as a search gives them."""
    found = await search(store, SHIPS)
    assert all("folder_id" not in one for one in found)
    return sorted((one["folder"], one["file_name"]) for one in found)


async def test_sources_tell_the_new_name_of_a_renamed_file(
    ingest: Ingest, store: PassageStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, TRAINS])
    await ingest(ships)
    (ships / "a.pdf").rename(ships / "b, c.pdf")
    await ingest(ships)

    assert await told(store) == [("ships", "b, c.pdf")] * 2
    assert len(embed_model.texts) == 2


@pytest.mark.parametrize("prune", [True, False])
async def test_sources_tell_the_copy_that_is_left(
    ingest: Ingest,
    *,
    documents: DocumentStore,
    store: PassageStore,
    embed_model: HashingEmbedding,
    ships: Path,
    tmp_path: Path,
    prune: bool,
) -> None:
    (tmp_path / "anchors").mkdir()
    write_pdf(tmp_path / "anchors" / "a.pdf", [SHIPS])
    await ingest(tmp_path / "anchors")
    shutil.copy(tmp_path / "anchors" / "a.pdf", ships / "b.pdf")
    await ingest(ships)
    both = await told(store)
    filtered = [await search(store, SHIPS, folder) for folder in ("anchors", "ships")]
    (tmp_path / "anchors" / "a.pdf").unlink()
    if prune:
        await ingest(tmp_path / "anchors", prune=True, prune_empty=True)
    else:
        await remove(str(tmp_path / "anchors"), documents=documents)

    assert both == [("anchors", "a.pdf")]
    assert [len(found) for found in filtered] == [1, 1]
    assert await told(store) == [("ships", "b.pdf")]
    assert await search(store, SHIPS, "anchors") == []
    assert len(embed_model.texts) == 1


async def test_sources_tell_the_copy_that_did_not_change(
    ingest: Ingest, store: PassageStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    shutil.copy(ships / "a.pdf", ships / "b.pdf")
    await ingest(ships)
    write_pdf(ships / "a.pdf", [TRAINS])
    await ingest(ships)
    names = {one["text"]: one["file_name"] for one in await search(store, SHIPS)}

    assert names == {SHIPS: "b.pdf", TRAINS: "a.pdf"}


async def test_a_dry_run_tells_and_changes_nothing(
    ingest: Ingest, redis_client: Redis, namespace: str, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    before = await keys_of(redis_client, namespace)
    (ships / "a.pdf").rename(ships / "b.pdf")
    write_pdf(ships / "c.pdf", [TRAINS])
    summary = await ingest(ships, dry_run=True, prune=True)

    assert statuses(summary) == {"b.pdf": "moved", "c.pdf": "new"}
    assert summary.is_plan
    assert before == await keys_of(redis_client, namespace)


async def test_what_is_embedded_is_not_embedded_again_after_a_failure(
    ingest: Ingest, store: PassageStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [f"{SHIPS} {page}" for page in range(150)] + [TRAINS])
    embed_model.failing(ModelUnavailable("down"), where=TRAINS)
    await ingest(ships)
    paid = len(embed_model.texts)
    assert await search(store, SHIPS) == []
    embed_model.failing(ModelUnavailable("down"), where="nowhere")
    await ingest(ships)

    assert paid > 64
    # But for what was in the request that failed.
    assert len(embed_model.texts) - 151 < 4
    assert len(set(embed_model.texts)) == 151
    assert await count_passages(store) == 151


async def test_a_staged_document_that_is_gone_is_cleaned_up(
    ingest: Ingest,
    redis_client: Redis,
    namespace: str,
    embed_model: HashingEmbedding,
    ships: Path,
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS] * 70 + [TRAINS])
    embed_model.failing(ModelUnavailable("down"), where=TRAINS)
    await ingest(ships)
    assert await keys_of(redis_client, namespace) != []
    (ships / "a.pdf").unlink()
    await ingest(ships)

    assert await keys_of(redis_client, namespace) == []


async def test_a_staged_document_of_another_folder_is_left_for_its_own_run(
    ingest: Ingest, documents: DocumentStore, ships: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    async with changing_documents(documents) as versions:
        await versions.stage("d" * 32, str(tmp_path / "other"))
    await ingest(ships)
    async with changing_documents(documents) as versions:
        assert set(await versions.hidden()) == {"d" * 32}

    await ingest(tmp_path / "other")
    async with changing_documents(documents) as versions:
        assert await versions.hidden() == {}


@pytest.mark.parametrize(
    "tagged",
    [lambda fields: fields, lambda _: ["ships"]],
    ids=["this version", "one that tagged folders only"],
)
async def test_folders_that_a_killed_run_did_not_tag_are_tagged_by_the_next(
    ingest: Ingest,
    *,
    documents: DocumentStore,
    store: PassageStore,
    redis_client: Redis,
    ships: Path,
    tagged: Callable[[dict[str, str]], Any],
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    [record] = await documents.list()
    elsewhere = {**record.tags, "folder_id": folder_id("elsewhere"), "file_name": "x.pdf"}
    await store.passages.set_fields(record.doc_id, elsewhere)
    key = f"{documents.namespace}:document:{record.doc_id}"
    command: Any = redis_client.execute_command
    await command("JSON.SET", key, "$.tagged", json.dumps(tagged(elsewhere)))
    await ingest(ships)

    assert len(await search(store, SHIPS, "ships")) == 1
    assert await told(store) == [("ships", "a.pdf")]


async def test_removing_a_file_a_document_and_a_folder(
    ingest: Ingest,
    documents: DocumentStore,
    redis_client: Redis,
    namespace: str,
    ships: Path,
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    shutil.copy(ships / "a.pdf", ships / "b.pdf")
    write_pdf(ships / "c.pdf", [TRAINS])
    write_pdf(ships / "d.pdf", [TRAINS + SHIPS])
    await ingest(ships)

    one = await remove(str(ships / "a.pdf"), documents=documents)
    assert (one.locations, one.documents) == ((str(ships / "a.pdf"),), 0)
    [doc_id] = [r.doc_id for r in await documents.list() if r.locations[0].path == "c.pdf"]
    two = await remove(doc_id, documents=documents)
    assert (len(two.locations), two.documents) == (1, 1)
    assert await paths(documents) == [["b.pdf"], ["d.pdf"]]
    await remove("ships", documents=documents)
    assert await keys_of(redis_client, namespace) == []
