"""Copies of cited pages: made in the background, needed ones only, bounded."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pypdfium2
import pytest

from citewire.services.pages.copies import PageCopies
from citewire.services.pages.extract import PageFiles
from citewire.services.pages.folder import PageFolder
from citewire.storage.library.documents import DocumentStore
from tests.doubles.chat_client import until
from tests.doubles.citing_fixtures import REPORT, Archive
from tests.doubles.ingest_fixtures import SHIPS, TRAINS
from tests.doubles.small_pdfs import write_pdf

Open = Callable[..., PageCopies]
MAX_BYTES = 10_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pages"


@pytest.fixture
def copies(archive: Archive, folder: Path) -> Open:
    def build(max_bytes: int = MAX_BYTES) -> PageCopies:
        documents = DocumentStore(archive.client, archive.namespace)
        return PageCopies(
            PageFolder(folder, max_bytes=max_bytes),
            documents=documents,
            snapshots=archive.snapshots,
            page_files=PageFiles(),
        )

    return build


@asynccontextmanager
async def running(copies: PageCopies) -> AsyncIterator[PageCopies]:
    task = asyncio.create_task(copies.run())
    try:
        yield copies
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def text_of(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        assert len(document) == 1
        return str(document[0].get_textpage().get_text_bounded())


def place(passage_id: str) -> tuple[str, int]:
    doc_id, page, _, _ = passage_id.split("-")
    return doc_id, int(page)


def copy_of(folder: Path, passage_id: str) -> Path:
    doc_id, page = place(passage_id)
    return folder / doc_id / f"{page}.pdf"


async def copied(folder: Path, passage_id: str) -> Path:
    path = copy_of(folder, passage_id)

    async def there() -> bool:
        return path in await asyncio.to_thread(_files, folder)

    await until(there)
    return path


async def test_a_cited_page_is_copied_and_the_others_are_not(
    archive: Archive, copies: Open, folder: Path
) -> None:
    await archive.put(TRAINS, SHIPS)
    passage_id = await archive.passage(SHIPS)
    await archive.cite(passage_id)
    doc_id, page = place(passage_id)
    async with running(copies()) as made:
        made.ask([(doc_id, page), (doc_id, 1), (doc_id, 7)])
        path = await copied(folder, passage_id)

    assert text_of(path) == SHIPS
    assert await _only(folder, path)


async def test_a_copy_is_deleted_with_the_last_chat_also_after_a_restart(
    archive: Archive, copies: Open, folder: Path
) -> None:
    passage_id = await archive.cited(SHIPS)
    async with running(copies()) as made:
        made.ask([place(passage_id)])
        path = await copied(folder, passage_id)
    path.with_name("0123.part").write_bytes(b"of a process that was killed")
    async with running(copies()):
        await until(lambda: _only(folder, path))
    await archive.forget("chat")
    async with running(copies()):
        await until(lambda: _only(folder))


async def test_a_deleted_chat_takes_its_copies_with_it(
    archive: Archive, copies: Open, folder: Path
) -> None:
    passage_id = await archive.cited(SHIPS)
    async with running(copies()) as made:
        made.ask([place(passage_id)])
        await copied(folder, passage_id)
        dropped = await archive.forget("chat")
        made.tidy(dropped)
        await until(lambda: _only(folder))


async def test_what_was_put_in_the_place_of_a_report_is_never_copied(
    archive: Archive, copies: Open, folder: Path
) -> None:
    first, second = await archive.cited(SHIPS), await _cited_elsewhere(archive)
    write_pdf(archive.folder / REPORT, ["What nobody has ingested yet."])
    async with running(copies()) as made:
        made.ask([place(first), place(second)])
        await copied(folder, second)

    assert await _only(folder, copy_of(folder, second))


async def test_over_the_limit_the_oldest_copies_are_deleted(
    archive: Archive, copies: Open, folder: Path
) -> None:
    first, second = await archive.cited(SHIPS), await _cited_elsewhere(archive)
    async with running(copies()) as made:
        made.ask([place(first)])
        size = (await copied(folder, first)).stat().st_size
        os.utime(await copied(folder, first), ns=(0, 0))
    async with running(copies(max_bytes=size * 3 // 2)) as made:
        made.ask([place(second)])
        await until(lambda: _only(folder, copy_of(folder, second)))


async def test_zero_megabytes_mean_no_copies(archive: Archive, copies: Open, folder: Path) -> None:
    passage_id = await archive.cited(SHIPS)
    async with running(copies(max_bytes=0)) as made:
        made.ask([place(passage_id)])
        await asyncio.sleep(0.1)

    assert await _only(folder)


async def _cited_elsewhere(archive: Archive) -> str:
    await archive.put(TRAINS, name="other.pdf")
    passage_id = await archive.passage(TRAINS)
    await archive.cite(passage_id, chat_id="other")
    return passage_id


async def _only(folder: Path, *paths: Path) -> bool:
    return await asyncio.to_thread(_files, folder) == set(paths)


def _files(folder: Path) -> set[Path]:
    return {one for one in folder.rglob("*") if one.is_file()}
