"""Ingesting folders: what is new, what is known, and failures that stay with their file."""

import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from citewire.errors import (
    CitewireError,
    ModelKeyRefused,
    ModelUnavailable,
    StorageUnavailable,
)
from citewire.services.ingest.indexing import Indexing
from citewire.services.ingest.outcome import Progress
from citewire.services.ingest.pipeline import ingest_folders
from citewire.settings import Settings
from citewire.storage.index.schema import check_index
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.vector_store import PassageStore
from citewire.storage.library.versions import Change, Versions
from tests.doubles.growth import FREE, longest_pause
from tests.doubles.ingest_fixtures import (
    MODEL,
    SHIPS,
    TRAINS,
    HashingEmbedding,
    Ingest,
    count_passages,
    search,
    statuses,
)
from tests.doubles.small_pdfs import write_pdf


@asynccontextmanager
async def never_opened() -> AsyncIterator[Indexing]:
    raise AssertionError("there is nothing to embed")
    yield


async def lost_unless_empty(self: Versions, change: object, *_: object) -> None:
    if not (change == Change()):
        raise StorageUnavailable("Redis does not answer")


async def test_a_passage_is_found_with_its_page(
    ingest: Ingest, store: PassageStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, TRAINS], title="Harbour Report")
    await ingest(ships)
    best = (await search(store, TRAINS))[0]

    assert (
        best["text"],
        best["page"],
        best["title"],
        best["file_name"],
        best["folder"],
    ) == (TRAINS, 2, "Harbour Report", "a.pdf", "ships")


async def test_the_title_is_embedded_with_the_passage_but_not_stored_in_its_text(
    ingest: Ingest, store: PassageStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS], title="Harbour Report")
    await ingest(ships)

    assert embed_model.texts == [f"Harbour Report\n{SHIPS}"]
    assert [found["text"] for found in await search(store, SHIPS)] == [SHIPS]


async def test_the_summary_counts_files_pages_and_passages(ingest: Ingest, ships: Path) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, TRAINS])
    (ships / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    summary = await ingest(ships)

    assert (summary.count("new"), summary.count("unchanged"), summary.count("failed")) == (1, 0, 1)
    assert (summary.pages, summary.passages) == (2, 2)


async def test_the_document_is_recorded_with_its_location(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    (ships / "2024").mkdir()
    path = write_pdf(ships / "2024" / "a.pdf", [SHIPS, TRAINS], title="Harbour Report")
    await ingest(ships)
    [record] = await documents.list()

    assert hashlib.sha256(path.read_bytes()).hexdigest()[:32] == record.doc_id
    assert (
        record.title,
        record.language,
        record.pages,
        record.passages,
    ) == ("Harbour Report", "en", 2, 2)
    [location] = record.locations
    assert ("ships", str(ships), "2024/a.pdf", path.stat().st_size) == (
        location.folder,
        location.root,
        location.path,
        location.size,
    )


async def test_a_second_run_writes_nothing(
    ingest: Ingest, redis_client: Redis, embed_model: HashingEmbedding, ships: Path
) -> None:
    async def writes() -> dict[str, int]:
        stats = await redis_client.info("commandstats")
        return {
            name: stats.get(f"cmdstat_{name}", {}).get("calls", 0)
            for name in ("hset", "json.set", "json.merge", "zadd", "sadd", "unlink")
        }

    write_pdf(ships / "a.pdf", [SHIPS, TRAINS])
    await ingest(ships)
    embedded, before = len(embed_model.texts), await writes()
    summary = await ingest(ships)

    assert [file.status for file in summary.files] == ["unchanged"]
    assert embedded == len(embed_model.texts)
    assert before == await writes()


async def test_the_same_bytes_twice_are_one_document_in_two_places(
    ingest: Ingest, documents: DocumentStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(ships / "copy of a.pdf", [SHIPS])
    summary = await ingest(ships)
    [record] = await documents.list()

    assert [file.status for file in summary.files] == ["new", "copied"]
    assert [place.path for place in record.locations] == ["a.pdf", "copy of a.pdf"]
    assert len(embed_model.texts) == 1


async def test_a_document_in_two_folders_is_found_by_both(
    ingest: Ingest, store: PassageStore, ships: Path, tmp_path: Path
) -> None:
    (tmp_path / "b | c, d").mkdir()
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(tmp_path / "b | c, d" / "a.pdf", [SHIPS])
    await ingest(ships, tmp_path / "b | c, d")

    assert len(await search(store, SHIPS, "ships")) == 1
    assert len(await search(store, SHIPS, "b | c, d")) == 1
    assert len(await search(store, SHIPS, "b")) == 0


async def test_one_folder_leaves_the_others_alone(
    ingest: Ingest, documents: DocumentStore, ships: Path, tmp_path: Path
) -> None:
    (tmp_path / "trains").mkdir()
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(tmp_path / "trains" / "b.pdf", [TRAINS])
    await ingest(ships)
    await ingest(tmp_path / "trains")

    assert len(await documents.list()) == 2


async def test_one_bad_file_does_not_stop_the_rest(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS], password="secret")
    (ships / "b.pdf").write_bytes(b"")
    (ships / "c.pdf").symlink_to(ships / "gone.pdf")
    write_pdf(ships / "d.pdf", [TRAINS])
    summary = await ingest(ships)

    assert [file.status for file in summary.files] == ["failed", "failed", "failed", "new"]
    assert [file.reason for file in summary.files] == [
        "encrypted: it needs a password to be opened",
        "the file is empty",
        "cannot be read: No such file or directory",
        None,
    ]
    assert len(await documents.list()) == 1


async def test_a_known_link_that_leads_nowhere_is_missing_and_pruned(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    target = write_pdf(ships / "target.bin", [TRAINS])
    (ships / "b.pdf").symlink_to(target)
    await ingest(ships)
    target.unlink()

    summary = await ingest(ships)
    assert [path for path, _ in summary.missing] == [str(ships / "b.pdf")]
    assert not summary.count("failed")
    assert len(await documents.list()) == 2

    summary = await ingest(ships, prune=True)
    assert summary.count("removed") == 1
    assert len(await documents.list()) == 1


async def test_a_failed_embedding_leaves_no_half_document(
    ingest: Ingest,
    documents: DocumentStore,
    store: PassageStore,
    embed_model: HashingEmbedding,
    ships: Path,
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS] * 9 + [TRAINS])
    embed_model.failing(ModelUnavailable("the provider failed"), where=TRAINS)
    summary = await ingest(ships)

    assert [(f.status, f.reason) for f in summary.files] == [("failed", "the provider failed")]
    assert await search(store, SHIPS) == []
    assert await documents.list() == []


async def test_the_next_run_makes_good_what_failed(
    ingest: Ingest, store: PassageStore, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, TRAINS])
    embed_model.failing(ModelUnavailable("the provider failed"), where=TRAINS)
    await ingest(ships)
    embed_model.failing(ModelUnavailable("again"), where="something else")
    summary = await ingest(ships)

    assert [file.status for file in summary.files] == ["new"]
    assert await count_passages(store) == 2


async def test_a_refused_key_stops_the_run(
    ingest: Ingest, embed_model: HashingEmbedding, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    embed_model.failing(ModelKeyRefused("the key is wrong"))

    with pytest.raises(ModelKeyRefused):
        await ingest(ships)


async def test_redis_gone_stops_the_run(settings: Settings, ships: Path, namespace: str) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    async with Redis(port=1) as client:
        with pytest.raises(StorageUnavailable):
            await ingest_folders(
                [ships],
                documents=DocumentStore(client, namespace),
                open_indexing=never_opened,
                settings=settings,
                on_progress=lambda _: None,
            )


@pytest.mark.parametrize("step", ["stage", "write", "apply"])
async def test_a_run_that_ended_half_way_is_completed_by_the_next(
    ingest: Ingest, store: PassageStore, ships: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, TRAINS])
    with monkeypatch.context() as patched:
        # The first change of a run, of what was moved, is empty.
        patched.setattr(Versions, step, lost_unless_empty)
        with pytest.raises(StorageUnavailable):
            await ingest(ships)
    assert await search(store, SHIPS) == []
    summary = await ingest(ships)

    assert [file.status for file in summary.files] == ["new"]
    assert await count_passages(store) == 2


async def test_a_folder_that_does_not_exist_is_named(ingest: Ingest, tmp_path: Path) -> None:
    with pytest.raises(CitewireError, match=r"there is no folder .*nowhere"):
        await ingest(tmp_path / "nowhere")


async def test_a_file_in_place_of_a_folder_is_named(ingest: Ingest, ships: Path) -> None:
    with pytest.raises(CitewireError, match=r"a\.pdf is not a folder"):
        await ingest(write_pdf(ships / "a.pdf", [SHIPS]))


async def test_progress_ends_with_every_file_done(ingest: Ingest, ships: Path) -> None:
    write_pdf(ships / "a.pdf", [SHIPS] * 6)
    write_pdf(ships / "b.pdf", [TRAINS])
    seen: list[Progress] = []
    await ingest(ships, on_progress=lambda progress: seen.append(replace(progress)))
    last = seen[-1]

    assert (last.files, last.compared, last.to_read, last.read, last.finished) == (2, 2, 2, 2, 2)
    assert (last.pages, last.passages, last.embedded, last.written) == (7, 7, 7, 7)
    assert sorted(one.last.path[-5:] for one in seen if one.last) == ["a.pdf", "b.pdf"]


async def test_the_event_loop_stays_free_while_a_report_is_read(
    ingest: Ingest, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS] * 200)

    assert await longest_pause(ingest(ships)) < FREE


async def test_odd_names_are_found_by_their_folder(
    ingest: Ingest, documents: DocumentStore, store: PassageStore, tmp_path: Path
) -> None:
    folder = tmp_path / 'Q1, 2024 | "a" [b] `c` 🚢 '
    folder.mkdir()
    write_pdf(folder / " what? (final) [v2], é.PDF", [SHIPS])
    await ingest(folder)
    [record] = await documents.list()

    assert record.locations[0].path == " what? (final) [v2], é.PDF"
    assert len(await search(store, SHIPS, folder.name)) == 1


async def test_a_name_that_is_not_utf8_is_ingested(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    made = write_pdf(ships / "a.pdf", [SHIPS])
    made.rename(os.fsdecode(os.fsencode(ships) + b"/caf\xe9.pdf"))
    summary = await ingest(ships)

    assert [file.status for file in summary.files] == ["new"]
    assert (await documents.list())[0].locations[0].path == "caf\\udce9.pdf"


async def test_the_index_is_sound_after_ingesting(
    ingest: Ingest, redis_client: Redis, store: PassageStore, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS, TRAINS])
    await ingest(ships)

    await check_index(redis_client, store.schema, embedding=MODEL)


async def test_what_is_no_regular_file_fails_and_holds_up_no_other(
    ingest: Ingest, ships: Path
) -> None:
    os.mkfifo(ships / "pipe.txt")
    write_pdf(ships / "a.pdf", [SHIPS])
    summary = await ingest(ships)

    assert statuses(summary) == {"a.pdf": "new", "pipe.txt": "failed"}
    assert {one.reason for one in summary.files if one.status == "failed"} == {
        "cannot be read: it is not a regular file"
    }


async def test_a_dry_run_tells_what_would_fail_by_its_first_bytes(
    ingest: Ingest, ships: Path
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    (ships / "b.xlsx").write_text(TRAINS, "utf-8")
    for name in ("c.txt", "d.txt"):
        (ships / name).write_bytes(b"")
    planned = await ingest(ships, dry_run=True)
    done = await ingest(ships)

    assert statuses(planned) == statuses(done)
    assert {Path(one.path).name: one.reason for one in planned.files if one.reason} == {
        "b.xlsx": "not an Excel file: it does not begin like one",
        "c.txt": "the file is empty",
        "d.txt": "the file is empty",
    }
    assert [one.reason for one in planned.files] == [one.reason for one in done.files]


async def test_of_a_moved_file_and_its_copy_one_is_moved(ingest: Ingest, ships: Path) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    await ingest(ships)
    (ships / "a.pdf").rename(ships / "b.pdf")
    shutil.copy(ships / "b.pdf", ships / "c.pdf")
    summary = await ingest(ships)

    assert statuses(summary) == {"b.pdf": "moved", "c.pdf": "copied"}


async def test_a_wrong_name_does_not_spoil_the_right_one(
    ingest: Ingest, store: PassageStore, documents: DocumentStore, ships: Path
) -> None:
    for name in ("a.pdf", "b.html", "c.pdf"):
        (ships / name).write_text(f"<!doctype html><p>{SHIPS}</p>", "utf-8")
    for name in ("y.docx", "z.txt"):
        (ships / name).write_text(TRAINS, "utf-8")
    summary = await ingest(ships)

    assert statuses(summary) == {
        "a.pdf": "new",
        "b.html": "copied",
        "c.pdf": "copied",
        "y.docx": "new",
        "z.txt": "copied",
    }
    assert {one["text"] for one in await search(store, SHIPS)} == {SHIPS, TRAINS}
    places = sorted([one.path for one in document.locations] for document in await documents.list())
    assert places == [["a.pdf", "b.html", "c.pdf"], ["y.docx", "z.txt"]]


async def test_names_that_all_do_not_fit_fail_for_their_own_reasons(
    ingest: Ingest, ships: Path
) -> None:
    for name in ("a.pdf", "b.docx"):
        (ships / name).write_text(TRAINS, "utf-8")
    summary = await ingest(ships)

    reasons = [str(one.reason) for one in summary.files]
    assert [one.status for one in summary.files] == ["failed", "failed"]
    assert "PDF" in reasons[0]
    assert "Word" in reasons[1]


async def test_a_copy_is_read_when_the_first_file_went_away(ingest: Ingest, ships: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (ships / name).write_text(SHIPS, "utf-8")

    def follow(progress: Progress) -> None:
        # Compared, and not yet read.
        if progress.compared == 2:
            (ships / "a.txt").unlink(missing_ok=True)

    summary = await ingest(ships, on_progress=follow)

    assert summary.count("failed") == 0
    assert summary.passages == 1


async def test_folders_in_each_other_tell_of_each_place(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    (ships / "sub").mkdir()
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(ships / "sub" / "b.pdf", [TRAINS])
    planned = await ingest(ships, ships / "sub", dry_run=True)
    done = await ingest(ships, ships / "sub")

    assert [one.status for one in planned.files] == ["new", "new", "copied"]
    assert [one.status for one in done.files] == ["new", "new", "copied"]
    assert sorted(len(one.locations) for one in await documents.list()) == [1, 2]


async def test_the_count_of_what_is_done_ends_at_its_total(ingest: Ingest, ships: Path) -> None:
    for name, text in (("a.pdf", SHIPS), ("b.pdf", TRAINS)):
        write_pdf(ships / name, [text])
    await ingest(ships)
    (ships / "b.pdf").unlink()
    told: list[tuple[int, int]] = []
    await ingest(
        ships, prune=True, on_progress=lambda one: told.append((one.finished, one.to_finish))
    )

    assert told[-1] == (2, 2)
