"""Files that hang, kill or starve their reader are reported, and the others go on."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from citewire.errors import UnreadableDocument
from citewire.services.ingest.readers import extraction
from citewire.services.ingest.readers import processes as parsing
from citewire.services.ingest.readers.exchange import Answer, ReadTask
from citewire.services.ingest.readers.processes import Limits, ReadingProcesses, open_readers
from tests.doubles.ingest_fixtures import SHIPS
from tests.doubles.small_pdfs import write_pdf

real_answers = extraction.answers


def hostile_answers(task: ReadTask, on_ocr: Callable[[], None]) -> Iterator[Answer]:
    """What a hostile file makes its reader do, as its name says."""
    if task.file_name.startswith("hang"):
        time.sleep(60)
    if task.file_name.startswith("die"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if task.file_name.startswith("eat"):
        _ = bytearray(8 * 2**30)
    if task.file_name.startswith("raise"):
        raise ZeroDivisionError("by a font of size 0")
    if task.file_name.startswith("scan"):
        for _ in range(4):
            time.sleep(0.8)
            on_ocr()
    yield from real_answers(task, on_ocr)
    if task.file_name.startswith("late"):
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(autouse=True)
def _hostile_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    # Forked from this process, which has the hostile reader; otherwise all is as it is.
    monkeypatch.setattr(parsing, "_METHOD", "fork")
    monkeypatch.setattr(extraction, "answers", hostile_answers)


def task(path: Path) -> ReadTask:
    write_pdf(path, [SHIPS] * 3)
    status = path.stat()
    return ReadTask(
        path=path,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        doc_id="d" * 32,
        folder="ships",
        file_name=path.name,
        max_tokens=100,
        overlap=0,
    )


async def read(
    readers: ReadingProcesses, asked: ReadTask, on_ocr: Callable[[], None] = lambda: None
) -> int:
    async with readers.reading(asked, on_ocr) as reading:
        return sum([len(part.passages) async for part in reading.parts()])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hang.pdf", r"given up after 2 s"),
        ("die.pdf", r"killed its reader \(SIGSEGV\)"),
        ("eat.pdf", "needs more than 4096 MB of memory"),
        ("raise.pdf", r"its reader failed \(ZeroDivisionError: by a font of size 0\)"),
        ("late.pdf", r"killed its reader \(SIGKILL\)"),
    ],
)
async def test_a_hostile_file_is_reported_and_the_next_is_read(
    tmp_path: Path, name: str, reason: str
) -> None:
    limits = Limits(seconds=2 if name == "hang.pdf" else 20, megabytes=4096)
    async with open_readers(1, limits) as readers:
        with pytest.raises(UnreadableDocument, match=reason):
            await read(readers, task(tmp_path / name))
        assert await read(readers, task(tmp_path / "good.pdf")) == 3


async def test_a_long_scan_is_read_while_its_pages_come(tmp_path: Path) -> None:
    pages: list[None] = []
    async with open_readers(1, Limits(seconds=2.5, megabytes=4096)) as readers:
        asked = task(tmp_path / "scan.pdf")
        assert await read(readers, asked, on_ocr=lambda: pages.append(None)) == 3
    assert len(pages) == 4


async def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    asked = task(tmp_path / "a.pdf")
    os.utime(asked.path, ns=(1, 1))
    async with open_readers(1, Limits(20, 4096)) as readers:
        with pytest.raises(UnreadableDocument, match="changed while it was being ingested"):
            await read(readers, asked)


async def test_a_process_is_used_again(tmp_path: Path) -> None:
    async with open_readers(1, Limits(20, 4096)) as readers:
        for number in range(5):
            await read(readers, task(tmp_path / f"{number}.pdf"))

        assert len(readers._all) == 1


async def test_who_leaves_early_gets_a_new_process_next_time(tmp_path: Path) -> None:
    async with open_readers(1, Limits(20, 4096)) as readers:
        async with readers.reading(task(tmp_path / "a.pdf")) as reading:
            assert reading.head.passages == 3
        assert await read(readers, task(tmp_path / "b.pdf")) == 3
