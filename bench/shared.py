"""What a shared collection costs whoever has a few private reports, with and without membership.

    python bench/shared.py [--shared 10000] [--private 300] [--questions 200] [--json FILE]

Passages are made up as in `retrieval.py`, and asked for with words. In one run: the private owner
alone in the index; the same beside a collection that the owner is no member of; as a member; and a
member's questions to the collection. The first is 1; what counts are the ratios to it.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from llama_index.core.vector_stores.types import VectorStoreQuery
from retrieval import PER_DOCUMENT, SEED, TOP_K, Ask, Reports, Row, timed

from citewire.errors import CitewireError
from citewire.services.assembly.library import Library, open_library
from citewire.settings import Settings, load_settings
from citewire.storage.keys import Fields, Libraries, library_of, owner_tag
from citewire.storage.library.passage_record import embedded_fields
from citewire.workflows.retriever import PassageFilter, sought_words
from citewire.workflows.vocabulary.widening import shipped_vocabulary

OWNER, COLLECTION = "ann", library_of("0" * 12)
FIGURES = ("p50_ms", "redis_cpu_ms", "own_cpu_ms")
ROUNDS = 3


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shared", type=int, default=10_000, metavar="PASSAGES")
    parser.add_argument("--private", type=int, default=300, metavar="PASSAGES")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    arguments = parser.parse_args()
    sizes = arguments.private, arguments.shared
    try:
        with TemporaryDirectory(prefix="citewire-bench-", ignore_cleanup_errors=True) as scratch:
            settings = load_settings(
                namespace="bench",
                data_dir=Path(scratch),
                embeddings="local",
                answers="extractive",
                require_key=True,
            )
            rows = asyncio.run(run(settings, sizes, arguments.questions))
    except (CitewireError, OSError) as error:
        print(f"shared: {error}", file=sys.stderr)
        return 1
    print_rows(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


async def run(settings: Settings, sizes: tuple[int, int], questions: int) -> list[Row]:
    """Write the private passages, measure, write the shared ones, and measure again."""
    private, shared = sizes
    chance = np.random.default_rng(SEED)
    async with open_library(settings) as library:
        dims = library.store.vectors.dims
        reports = Reports(dims, np.empty((0, dims), np.float32), [])
        reports.grow(private, chance)
        await write(library, reports, 0, OWNER)
        of_private = [reports.question(number) for number in range(500)]
        alone = asking(library, of_private, (OWNER,))
        rows = [{"who": "private owner, alone", **await timed(library, alone, questions)}]
        reports.grow(private + shared, chance)
        await write(library, reports, private, COLLECTION)
        of_all = [reports.question(number) for number in range(500)]
        asked = {
            "private owner, no member": alone,
            "private owner, member": asking(library, of_private, (OWNER, COLLECTION)),
            "member, of the collection": asking(library, of_all, (OWNER, COLLECTION)),
        }
        # In turns: what else runs on the machine meets all of them.
        found = [
            {who: await timed(library, ask, questions) for who, ask in asked.items()}
            for _ in range(ROUNDS)
        ]
    for who in asked:
        median = {name: float(np.median([one[who][name] for one in found])) for name in FIGURES}
        rows.append({"who": who, **median})
    return rows


async def write(library: Library, reports: Reports, begin: int, owner: str) -> None:
    """Write the passages from `begin` on as a library's."""
    for start in range(begin, len(reports.texts), PER_DOCUMENT):
        passages: dict[str, Fields] = {}
        for place in range(start, min(start + PER_DOCUMENT, len(reports.texts))):
            fields = {**reports.fields(place), "owner_id": owner_tag(owner)}
            vector = reports.vectors[place].tolist()
            passages[str(fields["id"])] = embedded_fields(library.store.vectors, fields, vector)
        await library.store.passages.write(f"{start // PER_DOCUMENT:032x}", passages)


def asking(library: Library, asked: Sequence[tuple[str, Any]], libraries: Libraries) -> Ask:
    """A function that asks the n-th question of some libraries."""
    filters = PassageFilter(OWNER, searched=libraries).to_metadata_filters()

    async def ask(number: int) -> object:
        question, vector = asked[number % len(asked)]
        query = VectorStoreQuery(
            query_embedding=vector.tolist(), similarity_top_k=TOP_K, filters=filters
        )
        words = sought_words(question, shipped_vocabulary())
        return await library.store.aquery(query, words=words)

    return ask


def print_rows(rows: Sequence[Row]) -> None:
    """Print the figures, each with its ratio to that of the first row."""
    print("".join(f"{name:>28}" if name == "who" else f"{name:>20}" for name in ("who", *FIGURES)))
    for row in rows:
        told = [f"{row[name]:.2f} ({row[name] / rows[0][name]:.2f})" for name in FIGURES]
        print(f"{row['who']:>28}" + "".join(f"{one:>20}" for one in told))


if __name__ == "__main__":
    sys.exit(main())
