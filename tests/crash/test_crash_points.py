"""A run that is killed before each of its commands that change Redis, one after the other.

The run does all there is to do at once: a report is changed, one renamed, one removed, one added.
The process is killed before its first change, the next one before its second, and so on until one
comes to its end. After each, a reader looks, and the next run must make all of it good without
embedding again what was written.
"""

from pathlib import Path
from typing import Any

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
from tests.doubles.guillotine import open_guillotine
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.standin_fixtures import Standin

PAGES = 5


def work_on(root: Path, turn: int) -> dict[str, int]:
    """Change a report, rename one, remove one and add one; gives the pages of what is new."""
    if turn:
        (root / f"removed {turn - 1}.pdf").unlink()
        (root / f"renamed {turn - 1}.pdf").rename(root / f"renamed {turn}.pdf")
    else:
        write_pdf(
            root / "renamed 0.pdf", [f"It stays on page {page} for ever." for page in range(3)]
        )
    new = [root / "changed.pdf", root / f"removed {turn}.pdf"]
    for path in new:
        write_pdf(path, [f"{path.stem} says {turn} and {page}." for page in range(PAGES)])
    return {doc_id_of(path): PAGES for path in new}


async def written(client: Any, namespace: str, doc_ids: dict[str, int]) -> int:
    """How many passages of some documents are in Redis, with their embeddings."""
    keys = [key async for key in client.scan_iter(f"{namespace}:passage:*")]
    return sum(key.decode().split(":")[2].partition("-")[0] in doc_ids for key in keys)


async def told_names(client: Any, namespace: str) -> set[str]:
    """The file names that passages tell."""
    keys = [key async for key in client.scan_iter(f"{namespace}:passage:*")]
    return {(await client.hget(key, "file_name")).decode() for key in keys}


async def embedded(standin: Standin) -> int:
    return int((await standin.stats())["embed_inputs"])


@pytest.mark.timeout(600)
async def test_killed_before_any_of_its_changes_a_run_leaves_nothing_half_done(
    crash_env: dict[str, str],
    *,
    redis_url: str,
    redis_client: Redis,
    namespace: str,
    standin: Standin,
    tmp_path: Path,
) -> None:
    root = tmp_path / "reports"
    root.mkdir()
    schema = build_schema(namespace=namespace, dims=DIMS, algorithm="flat")
    await ensure_index(redis_client, schema, embedding=MODEL)
    reader = Reader(build_vector_store(redis_client, schema), pages=work_on(root, 0))
    reader.pages[doc_id_of(root / "renamed 0.pdf")] = 3
    documents = DocumentStore(redis_client, namespace)
    one_by_one = {"CITEWIRE_EMBED_CONCURRENCY": "1", "CITEWIRE_EMBED_BATCH": "2"}
    async with open_guillotine(redis_url) as (guillotine, url):
        env = {**crash_env, **one_by_one, "CITEWIRE_REDIS_URL": url}
        async with forked_citewire(env, tmp_path / "out") as citewire:
            await make_good(citewire, root)
            turn, killed = 0, True
            while killed:
                turn += 1
                new = work_on(root, turn)
                reader.pages |= new
                reader.expect(await reader.look(), await recorded(documents), state_of(root))
                guillotine.set_to(turn)
                await citewire.run(
                    "ingest", str(root), "--prune-empty", on_start=guillotine.under_it
                )
                killed = guillotine.is_down
                await guillotine.settle()
                reader.check(await reader.look(), reader.expected)
                assert reader.faults == [], f"killed before change {turn}"

                paid = await written(redis_client, namespace, new)
                before = await embedded(standin)
                guillotine.set_to(0)
                await make_good(citewire, root)
                assert await embedded(standin) - before == 2 * PAGES - paid, f"change {turn}"
                await assert_settled(documents, reader, root)
                assert await told_names(redis_client, namespace) == {p.name for p in root.iterdir()}
    assert turn > 15
    print(f"killed before each of {turn - 1} changes")


async def make_good(citewire: Citewire, root: Path) -> None:
    """A run that nobody kills."""
    assert await citewire.run("ingest", str(root), "--prune-empty") == 0, citewire.told
