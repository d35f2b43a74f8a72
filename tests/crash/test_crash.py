"""Random histories of a folder, with runs that are killed: what is found is what the folder says.

A reader polls all the time. In each run, documents that stay must be there in full at every
moment, and of a report and its new version exactly one. `PROPERTY_RUNS` sets how many histories
are tried (default 2), `PROPERTY_SEED` where to begin.
"""

import asyncio
import os
import random
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.vector_store import build_vector_store
from tests.doubles.crash_fixtures import (
    DIMS,
    MODEL,
    Citewire,
    Reader,
    assert_settled,
    doc_id_of,
    forked_citewire,
    recorded,
    state_of,
)
from tests.doubles.guillotine import Guillotine, open_guillotine
from tests.doubles.ingest_fixtures import keys_of
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.standin_fixtures import Standin

RUNS = int(os.environ.get("PROPERTY_RUNS", "2"))
FIRST = int(os.environ.get("PROPERTY_SEED", "1"))
STEPS = 8


@dataclass
class Folder:
    """A folder that somebody works on."""

    root: Path
    chance: random.Random
    pages: dict[str, int]
    written: int = 0

    def work(self) -> list[str]:
        """A few random changes; tells which."""
        done = []
        for _ in range(self.chance.randint(1, 4)):
            files = sorted(self.root.rglob("*.pdf"))
            names = ["add", "add"] + ["change", "rename", "copy", "delete"] * bool(files)
            name = self.chance.choice(names)
            done.append(name)
            file = self.chance.choice(files) if files else self.root
            other = self._path()
            if name == "add":
                self._write(other)
            elif name == "change":
                self._write(file)
            elif name == "rename":
                file.rename(other)
            elif name == "copy" and file != other:
                shutil.copy(file, other)
            elif name == "delete":
                file.unlink()
        return done

    def _path(self) -> Path:
        sub = self.chance.choice(["", "sub"])
        (self.root / sub).mkdir(exist_ok=True)
        return self.root / sub / f"{self.chance.randint(1, 6)}.pdf"

    def _write(self, path: Path) -> None:
        self.written += 1
        pages = self.chance.randint(1, 12)
        write_pdf(path, [f"Report {self.written} says {page} ships." for page in range(pages)])
        self.pages[doc_id_of(path)] = pages


async def follow(
    citewire: Citewire,
    guillotine: Guillotine,
    *,
    folder: Folder,
    reader: Reader,
    documents: DocumentStore,
) -> int:
    """One history; gives how many runs were killed."""
    killed = 0
    took_s = 0.6
    for step in range(STEPS):
        folder.work()
        reader.expect(await reader.look(), await recorded(documents), state_of(folder.root))
        crash = folder.chance.random() < 0.6 and step < STEPS - 1
        if crash:
            delay = folder.chance.uniform(0, took_s)
            status = await citewire.run(
                "ingest", str(folder.root), "--prune-empty", kill_after_s=delay
            )
            killed += status == -signal.SIGKILL
            # What it sent with its last breath is no part of what the next run changes.
            await guillotine.settle()
        else:
            began = asyncio.get_running_loop().time()
            status = await citewire.run("ingest", str(folder.root), "--prune-empty")
            took_s = asyncio.get_running_loop().time() - began
            assert status == 0, citewire.told
            await assert_settled(documents, reader, folder.root)
    return killed


@pytest.mark.timeout(60 + 60 * RUNS)
async def test_after_any_history_what_is_found_is_what_the_folder_says(
    crash_env: dict[str, str], redis_client: Redis, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=0.02)
    namespace = crash_env["CITEWIRE_NAMESPACE"]
    killed = polls = 0
    async with (
        open_guillotine(crash_env["CITEWIRE_REDIS_URL"]) as (guillotine, url),
        forked_citewire({**crash_env, "CITEWIRE_REDIS_URL": url}, tmp_path / "out") as citewire,
    ):
        for seed in range(FIRST, FIRST + RUNS):
            schema = build_schema(namespace=namespace, dims=DIMS, algorithm="flat")
            await ensure_index(redis_client, schema, embedding=MODEL)
            pages: dict[str, int] = {}
            reader = Reader(build_vector_store(redis_client, schema), pages)
            documents = DocumentStore(redis_client, namespace)
            folder = Folder(tmp_path / f"folder {seed}", random.Random(seed), pages)
            folder.root.mkdir()
            polling = asyncio.create_task(reader.poll())
            try:
                killed += await follow(
                    citewire, guillotine, folder=folder, reader=reader, documents=documents
                )
            finally:
                polling.cancel()
                await asyncio.wait([polling])
            assert reader.faults == [], f"seed {seed}"
            polls += reader.polls
            assert await citewire.run("remove", str(folder.root)) == 0 or not state_of(folder.root)
            assert await keys_of(redis_client, namespace) == []
    print(f"{RUNS} histories of {STEPS} runs, {killed} killed, {polls} looks")
