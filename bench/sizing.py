"""What passages take of Redis' memory, by their number and by the size of their vectors.

    python bench/sizing.py [--passages 2000 10000] [--dims 384 1536]
    python bench/sizing.py --kept FOLDER [--namespace NAME]

Made-up passages of 150 words are written into an embedded Redis as ingestion writes them; what
Redis says that it uses (`used_memory`) is compared with what it used without any. They have no
rectangles on pages, which real ones have: `--kept` asks an index that was really ingested into a
data folder (of which it should be a copy).
"""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from retrieval import SEED, Reports, write

from citewire.errors import CitewireError
from citewire.services.assembly.library import Library, open_library
from citewire.settings import Settings, load_settings


def main() -> int:
    """Read the arguments and print a line for each figure; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--passages", nargs="+", type=int, default=[2000, 10_000])
    parser.add_argument("--dims", nargs="+", type=int, default=[384, 1536])
    parser.add_argument("--kept", type=Path, metavar="FOLDER")
    parser.add_argument("--namespace", default="citewire")
    arguments = parser.parse_args()
    try:
        if arguments.kept:
            asyncio.run(_say_kept(_settings(arguments.kept, 384, arguments.namespace)))
            return 0
        for dims in arguments.dims:
            with TemporaryDirectory(prefix="citewire-bench-") as scratch:
                asyncio.run(
                    _say_made_up(_settings(Path(scratch), dims, "bench"), arguments.passages)
                )
    except (CitewireError, OSError) as error:
        print(f"sizing: {error}", file=sys.stderr)
        return 1
    return 0


def _settings(folder: Path, dims: int, namespace: str) -> Settings:
    chosen: dict[str, object] = {"data_dir": folder, "namespace": namespace}
    if dims == 384:
        return load_settings(embeddings="local", answers="extractive", **chosen)
    # Nobody is asked: the vectors are made up, too.
    key = {"openai_api_key": "sk-none", "openai_base_url": "http://127.0.0.1:9/v1"}
    return load_settings(
        embeddings="openai", embed_model="made-up", embed_dim=dims, **key, **chosen
    )


async def _say_made_up(settings: Settings, sizes: list[int]) -> None:
    chance = np.random.default_rng(SEED)
    async with open_library(settings) as library:
        dims = library.store.vectors.dims
        empty = await _used(library)
        reports = Reports(dims, np.empty((0, dims), np.float32), [])
        for size in sorted(sizes):
            written = len(reports.texts)
            reports.grow(size, chance)
            await write(library, reports, written)
            used = await _used(library) - empty
            print(
                f"{dims} dimensions, {size} passages: {used / size / 1000:.1f} kB each", flush=True
            )


async def _say_kept(settings: Settings) -> None:
    async with open_library(settings) as library:
        counting = ("FT.SEARCH", library.store.schema.index.name, "*", "LIMIT", 0, 0)
        ask: Any = library.documents.client.execute_command
        count = int((await ask(*counting))[0])
        used = await _used(library)
        print(f"{count} ingested passages: {used / count / 1000:.1f} kB each, all that is stored")


async def _used(library: Library) -> int:
    """The memory that Redis uses, in bytes, once it has written its graph."""
    return int((await library.documents.client.info("memory"))["used_memory"])


if __name__ == "__main__":
    sys.exit(main())
