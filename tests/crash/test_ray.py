"""`--engine ray`: files are read on a Ray cluster, and the index is the same."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import ray
from redis.asyncio import Redis

from tests.doubles.ingest_fixtures import SHIPS, TRAINS, Ingest, keys_of, statuses
from tests.doubles.small_pdfs import write_pdf

pytestmark = [
    pytest.mark.timeout(240),  # starting a cluster takes its time
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(
            num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
        )
        yield
        ray.shutdown()


@pytest.fixture
def reports(ships: Path) -> Path:
    write_pdf(ships / "ships.pdf", [SHIPS, TRAINS], title="Ships")
    write_pdf(ships / "trains.pdf", [TRAINS], title="Trains")
    (ships / "notes.md").write_text(f"# Notes\n\n{SHIPS}\n\n{TRAINS}\n")
    return ships


@contextmanager
def emptied(folder: Path) -> Iterator[None]:
    """Nothing is in the folder inside the block."""
    away = folder.rename(folder.with_name("away"))
    folder.mkdir()
    yield
    folder.rmdir()
    away.rename(folder)


async def dump(client: Any, namespace: str) -> dict[str, Any]:
    """All hashes of a namespace's passages and layouts."""
    keys = [key for key in await keys_of(client, namespace) if await client.type(key) == b"hash"]
    return {key: await client.hgetall(key) for key in keys}


async def test_two_ray_workers_give_the_identical_index(
    cluster: None, ingest: Ingest, reports: Path, redis_client: Redis, namespace: str
) -> None:
    await ingest(reports)
    here = await dump(redis_client, namespace)
    with emptied(reports):
        await ingest(reports, prune=True, prune_empty=True)
    gone = await dump(redis_client, namespace)

    await ingest(reports, engine="ray")

    assert len(here) > 3
    assert not gone
    assert await dump(redis_client, namespace) == here


async def test_a_file_that_ray_cannot_read_fails_alone(
    cluster: None, ingest: Ingest, reports: Path
) -> None:
    (reports / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")

    summary = await ingest(reports, engine="ray")

    assert statuses(summary) == {
        "broken.pdf": "failed",
        "notes.md": "new",
        "ships.pdf": "new",
        "trains.pdf": "new",
    }
