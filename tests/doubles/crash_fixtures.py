"""Runs of `citewire ingest` that are killed, and a reader who looks meanwhile."""

import asyncio
import hashlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from llama_index.core.vector_stores.types import VectorStoreQuery

from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.vector_store import PassageStore
from tests.doubles.ingest_fixtures import keys_of
from tests.doubles.standin_fixtures import Standin

DIMS = 64
MODEL = "text-embedding-3-small"


def doc_id_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def state_of(root: Path) -> dict[str, str]:
    """The document at each path of a folder."""
    return {str(path.relative_to(root)): doc_id_of(path) for path in sorted(root.rglob("*.pdf"))}


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
                self.check(seen, expected)
            await asyncio.sleep(0.004)

    def expect(
        self, visible: frozenset[str], before: dict[str, str], after: dict[str, str]
    ) -> None:
        """What is to be held against what is seen from now on."""
        self.expected = Expected(visible, before, after)

    def check(self, seen: frozenset[str], expected: Expected) -> None:
        """Note what is not as it must be."""
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

    async def run(
        self,
        *argv: str,
        kill_after_s: float | None = None,
        on_start: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Its exit status; minus 9 if it was killed in time. `on_start` is given its id."""
        assert self._zygote.stdin is not None
        asked = json.dumps({"argv": argv, "out": str(self._out)})
        self._zygote.stdin.write(f"{asked}\n".encode())
        pid = await self._line()
        on_start(pid)
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
def crash_env(
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
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


async def recorded(documents: DocumentStore) -> dict[str, str]:
    """The document at each path, as it is recorded."""
    records = await documents.list()
    return {place.path: one.doc_id for one in records for place in one.locations}


async def assert_settled(documents: DocumentStore, reader: Reader, root: Path) -> None:
    """What is found, recorded and stored is what the folder says, and nothing besides."""
    state = state_of(root)
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
