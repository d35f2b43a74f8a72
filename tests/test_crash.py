"""Random histories of a folder, with runs that are killed: what is found is what the folder says.

A reader polls all the time. In each run, documents that stay must be there in full at every
moment, and of a report and its new version exactly one. `PROPERTY_RUNS` sets how many histories
are tried (default 2), `PROPERTY_SEED` where to begin.
"""

import asyncio
import hashlib
import json
import os
import random
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from llama_index.core.vector_stores.types import VectorStoreQuery
from redis.asyncio import Redis

from citewire.storage.documents import DocumentStore
from citewire.storage.schema import build_schema, ensure_index
from citewire.storage.vector_store import PassageStore, build_vector_store
from tests.ingest_fixtures import keys_of
from tests.small_pdfs import write_pdf
from tests.standin_fixtures import Standin

RUNS = int(os.environ.get("PROPERTY_RUNS", "2"))
FIRST = int(os.environ.get("PROPERTY_SEED", "1"))
STEPS = 8
DIMS = 64
MODEL = "text-embedding-3-small"


def doc_id_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


@dataclass
class Folder:
    """A folder that somebody works on."""

    root: Path
    chance: random.Random
    pages: dict[str, int]
    written: int = 0

    def state(self) -> dict[str, str]:
        """The document at each path."""
        return {
            str(path.relative_to(self.root)): doc_id_of(path)
            for path in sorted(self.root.rglob("*.pdf"))
        }

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


@dataclass(frozen=True)
class Expected:
    """What was found before a run, what lay where then, and what lies where now."""

    visible: frozenset[str] = frozenset()
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


@dataclass
class Reader:
    """Polls what can be found, and notes what must not be seen."""

    store: PassageStore
    pages: dict[str, int]
    expected: Expected = field(default_factory=Expected)
    faults: list[str] = field(default_factory=list)
    polls: int = 0

    async def look(self) -> frozenset[str]:
        """The documents that are found."""
        query = VectorStoreQuery(query_embedding=[1.0] * DIMS, similarity_top_k=200)
        nodes = (await self.store.aquery(query)).nodes or []
        ids = Counter(node.node_id for node in nodes)
        if ids and max(ids.values()) > 1:
            self.faults.append(f"doubled: {ids}")
        self.polls += 1
        found = Counter(str(node.ref_doc_id) for node in nodes)
        if half := {one: count for one, count in found.items() if count != self.pages[one]}:
            self.faults.append(f"half: {half}")
        return frozenset(found)

    async def poll(self) -> None:
        """Look until cancelled."""
        while True:
            expected = self.expected
            seen = await self.look()
            if expected is self.expected:
                self._check(seen, expected)
            await asyncio.sleep(0.004)

    def expect(
        self, visible: frozenset[str], before: dict[str, str], after: dict[str, str]
    ) -> None:
        """What is to be held against what is seen from now on."""
        self.expected = Expected(visible, before, after)

    def _check(self, seen: frozenset[str], expected: Expected) -> None:
        visible, before, after = expected.visible, expected.before, expected.after
        old, new = set(before.values()), set(after.values())
        if missing := (new & visible) - seen:
            self.faults.append(f"missing: {missing}")
        if strange := seen - old - new - visible:
            self.faults.append(f"not of the folder: {strange}")
        copies = Counter(before.values())
        for path in before.keys() & after.keys():
            one, other = before[path], after[path]
            replaced = one in visible and one not in new and other not in visible
            if replaced and copies[one] == 1 and (one in seen) == (other in seen):
                which = "both" if one in seen else "neither"
                self.faults.append(f"{which} of {path}: {one} {other}, seen {seen}, {expected}")


class Citewire:
    """The command, in processes that are forked for it."""

    def __init__(self, zygote: Process, out: Path) -> None:
        self._zygote = zygote
        self._out = out

    async def run(self, *argv: str, kill_after_s: float | None = None) -> int:
        """Its exit status; minus 9 if it was killed in time."""
        assert self._zygote.stdin is not None
        asked = json.dumps({"argv": argv, "out": str(self._out)})
        self._zygote.stdin.write(f"{asked}\n".encode())
        pid = await self._line()
        if kill_after_s is not None:
            await asyncio.sleep(kill_after_s)
            # It may be gone already.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return await self._line()

    async def _line(self) -> int:
        assert self._zygote.stdout is not None
        async with asyncio.timeout(60):
            return int(await self._zygote.stdout.readline())

    @property
    def told(self) -> str:
        return self._out.read_text("utf-8")


@asynccontextmanager
async def forked_citewire(env: dict[str, str], out: Path) -> AsyncIterator[Citewire]:
    script = Path(__file__).with_name("ingest_zygote.py")
    zygote = await asyncio.create_subprocess_exec(
        sys.executable, str(script), stdin=PIPE, stdout=PIPE, env={**os.environ, **env}
    )
    try:
        assert zygote.stdout is not None
        async with asyncio.timeout(60):
            assert await zygote.stdout.readline() == b"ready\n"
        yield Citewire(zygote, out)
    finally:
        assert zygote.stdin is not None
        zygote.stdin.close()
        try:
            async with asyncio.timeout(5):
                await zygote.wait()
        except TimeoutError:
            zygote.kill()
            await zygote.wait()


@pytest.fixture
def env(
    redis_url: str,
    namespace: str,
    standin: Standin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    return {
        "CITEWIRE_REDIS_URL": redis_url,
        "CITEWIRE_NAMESPACE": namespace,
        "OPENAI_BASE_URL": standin.base_url,
        "OPENAI_API_KEY": "sk-test",
        "CITEWIRE_EMBED_MODEL": MODEL,
        "CITEWIRE_EMBED_DIM": str(DIMS),
        "CITEWIRE_EMBED_BATCH": "2",
        "CITEWIRE_EMBED_CONCURRENCY": "2",
        # Forked side by side, reading processes would hold each other's pipes open.
        "CITEWIRE_PARSE_WORKERS": "1",
        "CITEWIRE_INDEX_ALGORITHM": "flat",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }


async def recorded(documents: DocumentStore) -> dict[str, str]:
    """The document at each path, as it is recorded."""
    records = await documents.list()
    return {place.path: one.doc_id for one in records for place in one.locations}


async def assert_settled(documents: DocumentStore, reader: Reader, folder: Folder) -> None:
    """What is found, recorded and stored is what the folder says, and nothing besides."""
    state = folder.state()
    records = await documents.list()
    assert await recorded(documents) == state
    assert await reader.look() == frozenset(state.values())
    kinds = Counter(
        key.split(":")[1] for key in await keys_of(documents.client, documents.namespace)
    )
    passages = sum(one.passages for one in records)
    documented = {"document": len(records), "passages": len(records), "layout": len(records)}
    wanted = {**documented, "documents": min(1, len(records)), "passage": passages}
    assert dict(kinds) == {kind: count for kind, count in wanted.items() if count}


async def follow(
    citewire: Citewire, folder: Folder, reader: Reader, documents: DocumentStore
) -> int:
    """One history; gives how many runs were killed."""
    killed = 0
    took_s = 0.6
    for step in range(STEPS):
        folder.work()
        reader.expect(await reader.look(), await recorded(documents), folder.state())
        crash = folder.chance.random() < 0.6 and step < STEPS - 1
        if crash:
            delay = folder.chance.uniform(0, took_s)
            status = await citewire.run("ingest", str(folder.root), "--prune", kill_after_s=delay)
            killed += status == -signal.SIGKILL
            # What it sent with its last breath is done when Redis has answered twice.
            for _ in range(2):
                await documents.client.ping()
        else:
            began = asyncio.get_running_loop().time()
            status = await citewire.run("ingest", str(folder.root), "--prune")
            took_s = asyncio.get_running_loop().time() - began
            assert status == 0, citewire.told
            await assert_settled(documents, reader, folder)
    return killed


@pytest.mark.timeout(60 + 60 * RUNS)
async def test_after_any_history_what_is_found_is_what_the_folder_says(
    env: dict[str, str], redis_client: Redis, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=0.02)
    namespace = env["CITEWIRE_NAMESPACE"]
    killed = polls = 0
    async with forked_citewire(env, tmp_path / "out") as citewire:
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
                killed += await follow(citewire, folder, reader, documents)
            finally:
                polling.cancel()
                await asyncio.wait([polling])
            assert reader.faults == [], f"seed {seed}"
            polls += reader.polls
            assert await citewire.run("remove", str(folder.root)) == 0 or not folder.state()
            assert await keys_of(redis_client, namespace) == []
    print(f"{RUNS} histories of {STEPS} runs, {killed} killed, {polls} looks")
