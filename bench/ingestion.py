"""Ingestion end to end, and the figures of a run with those of its parts alone."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from corpus import EMBED_MODEL
from load import BenchError, call
from parts import clear, embed_all, read_all, write_all
from redis.asyncio import Redis
from reports import write_reports
from servers import Cores, Site, open_site

from citewire.services.assembly.documents import open_indexing
from citewire.services.ingest.pipeline import ingest_folders
from citewire.settings import Settings, load_settings
from citewire.storage.connection.connection import open_client
from citewire.storage.library.documents import DocumentStore

ROUNDS = 5
EMBED_DELAY_S = 0.1
"""What a request for embeddings takes at the least."""


@dataclass(slots=True)
class Taken:
    """The seconds that something took in each round, and the CPU seconds in all of them."""

    seconds: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    @asynccontextmanager
    async def clock(self, client: Redis) -> AsyncIterator[list[float]]:
        """Add the CPU seconds of the block, which puts the seconds of its round into the list."""
        before = await _cpu_s(client)
        yield self.seconds
        self.cpu_s += await _cpu_s(client) - before


async def run(folder: Path, paths: Sequence[Path]) -> dict[str, float]:
    """All figures of ingesting the PDFs in `folder`."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with open_site(Cores(None, None)) as site, open_client(site.redis_url) as client:
        settings = _settings(site)
        await _warm_up(client, settings)
        await clear(client, settings.storage.namespace)
        documents, _ = await read_all(paths, settings)
        passages = [one for document in documents for part in document.parts for one in part]
        # Once without the clock: the stand-in keeps its vectors, and costs no more of the cores
        # that the run is on than the connection to a provider elsewhere would.
        await embed_all(passages, site.standin.port, settings)
        await call(site.standin.port, "POST", "/config", {"embed_delay": EMBED_DELAY_S})
        vectors, embed_s = await embed_all(passages, site.standin.port, settings)
        hset_s, write_s = await write_all(documents, vectors, client, settings)
        # In turns, and compared round by round: what else runs on the machine for a while then
        # weighs on both alike, or on a round that the median leaves out.
        whole, read = Taken(), Taken()
        for _ in range(ROUNDS):
            async with whole.clock(client) as seconds:
                seconds.append(await ingest(folder, client, settings))
            await clear(client, settings.storage.namespace)
            async with read.clock(client) as seconds:
                seconds.append((await read_all(paths, settings))[1])
    count = len(passages)
    whole_s, read_s = median(whole.seconds), median(read.seconds)
    rates = {"reading": count / read_s, "embedding": count / embed_s, "hset": count / hset_s}
    pairs = zip(whole.seconds, read.seconds, strict=True)
    shares = [max(reading_s, embed_s, hset_s) / all_s for all_s, reading_s in pairs]
    return {
        "ingest_per_s": count / whole_s,
        **{f"ingest_{name}_per_s": rate for name, rate in rates.items()},
        "ingest_write_per_s": count / write_s,
        "ingest_share": median(shares),
        "ingest_write_ratio": write_s / hset_s,
        "ingest_cores": whole.cpu_s / sum(whole.seconds),
        "ingest_reading_cpu": read.cpu_s / whole.cpu_s,
    }


async def _cpu_s(client: Any) -> float:
    """CPU seconds so far of all that takes part: this run, its readers, the endpoint, Redis."""
    ours = psutil.Process()
    processes = [ours, *ours.children(recursive=True)]
    used = [sum(process.cpu_times()[:4]) for process in processes]  # with those that have ended
    told = await client.info("cpu")
    return float(sum(used)) + float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def _settings(site: Site) -> Settings:
    return load_settings(
        redis_url=site.redis_url,
        namespace="bench-ingest",
        data_dir=site.folder / "data",
        openai_base_url=f"http://127.0.0.1:{site.standin.port}/v1",
        openai_api_key="sk-bench",
        embed_model=EMBED_MODEL,
    )


async def _warm_up(client: Redis, settings: Settings) -> None:
    with TemporaryDirectory(prefix="citewire-bench-reports-") as name:
        write_reports(Path(name), reports=2, pages=1)
        await ingest(Path(name), client, settings)


async def ingest(folder: Path, client: Redis, settings: Settings) -> float:
    """Ingest `folder` into an empty namespace; gives the seconds taken."""
    documents = DocumentStore(client, settings.storage.namespace)
    started = time.monotonic()
    summary = await ingest_folders(
        [folder],
        documents=documents,
        open_indexing=lambda: open_indexing(settings, documents),
        settings=settings,
        on_progress=lambda _: None,
    )
    seconds = time.monotonic() - started
    failed = [one for one in summary.files if one.status != "new"]
    if failed or not summary.files:
        raise BenchError(f"not all went in: {failed[:3]}")
    return seconds
