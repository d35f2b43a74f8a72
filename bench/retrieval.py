"""What finding passages costs: by meaning alone and with words, by size of the index and by chats.

    python bench/retrieval.py [--sizes 1000 5000 10000 100000] [--questions 300] [--chats 1 32 128]
                              [--json FILE]

Passages are made up: words with the frequencies of a language, vectors around some hundred topics.
They are written into an embedded Redis as ingestion writes them, and asked as the service asks.
For each size: a question's time (p50, p99) with one asked after another, the CPU that Redis and
this process spend on it, and the share of the nearest passages by exact search that are found. For
the first size from 5,000 passages on: CPU per question with so many chats that ask at once.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from llama_index.core.vector_stores.types import VectorStoreQuery
from numpy.typing import NDArray

from citewire.errors import CitewireError
from citewire.services.assembly.library import Library, open_library
from citewire.settings import Settings, load_settings
from citewire.storage.keys import DEFAULT_OWNER, EMBEDDED_AS, Fields, owner_tag
from citewire.storage.library.passage_record import embedded_fields
from citewire.text.words import search_terms
from citewire.workflows.retriever import PassageFilter, sought_words
from citewire.workflows.vocabulary.widening import shipped_vocabulary

SEED = 7
PER_DOCUMENT = 100
WORDS = 150
LEXICON = 30_000
TOPICS = 300
SPREAD = 0.9
"""How far a passage lies from its topic; a question lies half as far from its passage."""
TOP_K = 6
NEAREST = (10, 50)
CHATS_FROM = 5000
ASKED_OF = "net sales, total assets, capital expenditure, gross margin, quick ratio".split(", ")
SYLLABLES = "ba co di fu ga he ji ko lu ma ne or pi qua ri so tu ve xi zo".split()

Vectors = NDArray[np.float32]
Row = dict[str, Any]
Ask = Callable[[int], Awaitable[object]]


@dataclass(slots=True)
class Reports:
    """Made-up passages, the same for every run.

    Args:
        dims: of the vectors.
        vectors: of all passages so far.
        texts: their words.
    """

    dims: int
    vectors: Vectors
    texts: list[str]

    def grow(self, count: int, chance: np.random.Generator) -> None:
        """Make passages until there are `count`."""
        more = count - len(self.texts)
        topics = _units(np.random.default_rng(SEED).normal(size=(TOPICS, self.dims)))
        of = chance.integers(TOPICS, size=more)
        made = _units(topics[of] + SPREAD * _units(chance.normal(size=(more, self.dims))))
        self.vectors = np.concatenate([self.vectors, made])
        # A word's frequency is as its rank: few stand everywhere, most hardly anywhere.
        ranks = np.minimum(chance.zipf(1.15, size=(more, WORDS)), LEXICON) - 1
        self.texts += [" ".join(map(_word, row)) for row in ranks]

    def fields(self, place: int) -> Fields:
        """A passage as ingestion writes it, without its vector."""
        document, page = divmod(place, PER_DOCUMENT)
        text, name = self.texts[place], _name(document)
        return {
            "id": f"{document:032x}-{page + 1}-0-{len(text)}",
            "doc_id": f"{document:032x}",
            "owner_id": owner_tag(DEFAULT_OWNER),
            "folder_id": "0" * 32,
            **{"folder": "bench", "file_name": f"{name}.pdf", "title": f"{name} report"},
            **{"page": page + 1, "page_label": str(page + 1), "start": 0, "end": len(text)},
            **{"language": "en", "kind": "text", "section": "", "text": text},
            "terms": " ".join(search_terms(text)),
            "about": " ".join(search_terms(f"{name} report {2000 + document % 25}")),
        }

    def question(self, number: int) -> tuple[str, Vectors]:
        """A question about one of the passages: its words, and its vector."""
        chance = np.random.default_rng(number)
        place = int(chance.integers(len(self.texts)))
        words = " ".join(chance.choice(self.texts[place].split(), 5))
        name = _name(place // PER_DOCUMENT).capitalize()
        of = ASKED_OF[number % len(ASKED_OF)]
        noise = _units(chance.normal(size=(1, self.dims)))[0]
        vector = _units((self.vectors[place] + SPREAD / 2 * noise)[None])[0]
        return f"What was the {of} of {name} in 2021, as to {words}?", vector


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    arguments = build_parser().parse_args()
    try:
        with TemporaryDirectory(prefix="citewire-bench-", ignore_cleanup_errors=True) as scratch:
            settings = load_settings(
                namespace="bench", data_dir=Path(scratch), embeddings="local", answers="extractive"
            )
            results = asyncio.run(
                run(settings, sorted(set(arguments.sizes)), arguments.questions, arguments.chats)
            )
    except (CitewireError, OSError) as error:
        print(f"retrieval: {error}", file=sys.stderr)
        return 1
    print_results(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), "utf-8")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    sizes = [1000, 5000, 10_000, 100_000]
    parser.add_argument("--sizes", nargs="+", type=int, default=sizes, metavar="PASSAGES")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--chats", nargs="+", type=int, default=[1, 32, 128])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser


async def run(
    settings: Settings, sizes: Sequence[int], questions: int, chats: Sequence[int]
) -> dict[str, list[Row]]:
    """Write passages up to each size, and measure there."""
    rows: dict[str, list[Row]] = {"sizes": [], "chats": []}
    chance = np.random.default_rng(SEED)
    async with open_library(settings) as library:
        dims = library.store.vectors.dims
        reports = Reports(dims, np.empty((0, dims), np.float32), [])
        for size in sizes:
            written = len(reports.texts)
            reports.grow(size, chance)
            await write(library, reports, written)
            hybrid, meaning = asking(library, reports, True), asking(library, reports, False)
            for how, ask in (("with words", hybrid), ("by meaning", meaning)):
                row = await timed(library, ask, questions)
                rows["sizes"].append({"passages": size, "how": how, **row})
            rows["sizes"][-1] |= await nearest_found(library, reports, questions)
            if size >= CHATS_FROM and not rows["chats"]:
                rows["chats"] = [
                    {"passages": size, "how": how, **await at_once(library, ask, questions, many)}
                    for many in chats
                    for how, ask in (("with words", hybrid), ("by meaning", meaning))
                ]
    return rows


async def write(library: Library, reports: Reports, begin: int) -> None:
    """Write the passages from `begin` on."""
    for start in range(begin, len(reports.texts), PER_DOCUMENT):
        passages: dict[str, Fields] = {}
        for place in range(start, min(start + PER_DOCUMENT, len(reports.texts))):
            fields = reports.fields(place)
            vector = reports.vectors[place].tolist()
            fields[EMBEDDED_AS] = f"{place:032x}"
            passages[str(fields["id"])] = embedded_fields(library.store.vectors, fields, vector)
        await library.store.passages.write(f"{start // PER_DOCUMENT:032x}", passages)


def asking(library: Library, reports: Reports, by_words: bool) -> Ask:
    """A function that asks the n-th question."""
    filters = PassageFilter(DEFAULT_OWNER).to_metadata_filters()
    asked = [reports.question(number) for number in range(1000)]

    async def ask(number: int) -> object:
        question, vector = asked[number % len(asked)]
        query = VectorStoreQuery(
            query_embedding=vector.tolist(), similarity_top_k=TOP_K, filters=filters
        )
        words = sought_words(question, shipped_vocabulary()) if by_words else None
        return await library.store.aquery(query, words=words)

    return ask


async def timed(library: Library, ask: Ask, questions: int) -> Row:
    """Time and CPU of questions, one after another."""
    for number in range(20):
        await ask(number)
    times: list[float] = []
    own, redis = time.process_time(), await redis_cpu_s(library)
    for number in range(questions):
        begun = time.perf_counter()
        await ask(number)
        times.append((time.perf_counter() - begun) * 1000)
    own, redis = time.process_time() - own, await redis_cpu_s(library) - redis
    return {
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p99_ms": round(float(np.percentile(times, 99)), 2),
        "redis_cpu_ms": round(redis / questions * 1000, 2),
        "own_cpu_ms": round(own / questions * 1000, 2),
    }


async def at_once(library: Library, ask: Ask, questions: int, chats: int) -> Row:
    """CPU per question, and the time of one, while so many chats ask one after another each."""
    each = max(questions // chats, 2)
    times: list[float] = []

    async def chat(first: int) -> None:
        for number in range(first, first + each):
            begun = time.perf_counter()
            await ask(number)
            times.append((time.perf_counter() - begun) * 1000)

    own, redis = time.process_time(), await redis_cpu_s(library)
    await asyncio.gather(*(chat(number * each) for number in range(chats)))
    own, redis = time.process_time() - own, await redis_cpu_s(library) - redis
    return {
        "chats": chats,
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "redis_cpu_ms": round(redis / len(times) * 1000, 2),
        "own_cpu_ms": round(own / len(times) * 1000, 2),
    }


async def nearest_found(library: Library, reports: Reports, questions: int) -> Row:
    """The share of the nearest passages by exact search that the index finds."""
    filters = PassageFilter(DEFAULT_OWNER).to_metadata_filters()
    found = dict.fromkeys(NEAREST, 0)
    for number in range(questions):
        _, vector = reports.question(number)
        exact = np.argsort(-(reports.vectors @ vector))
        for k in NEAREST:
            query = VectorStoreQuery(
                query_embedding=vector.tolist(), similarity_top_k=k, filters=filters
            )
            ids = set((await library.store.aquery(query)).ids or [])
            found[k] += len(ids & {str(reports.fields(int(one))["id"]) for one in exact[:k]})
    return {f"recall_{k}": round(found[k] / questions / k, 4) for k in NEAREST}


async def redis_cpu_s(library: Library) -> float:
    """CPU seconds that Redis has used."""
    told = await library.documents.client.info("cpu")
    return float(told["used_cpu_user"] + told["used_cpu_sys"])


def print_results(results: dict[str, list[Row]]) -> None:
    """Print both tables."""
    heads = ("passages", "how", "p50_ms", "p99_ms", "redis_cpu_ms", "own_cpu_ms")
    _print_table((*heads, *(f"recall_{k}" for k in NEAREST)), results["sizes"])
    if results["chats"]:
        print()
        _print_table(("passages", "how", "chats", *heads[2:3], *heads[4:]), results["chats"])


def _print_table(names: Sequence[str], rows: Sequence[Row]) -> None:
    print("".join(f"{name:>14}" for name in names))
    for row in rows:
        print("".join(f"{row.get(name, '')!s:>14}" for name in names))


def _units(vectors: NDArray[Any]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


def _word(rank: int) -> str:
    word = ""
    rank = int(rank) + len(SYLLABLES)
    while rank:
        rank, place = divmod(rank, len(SYLLABLES))
        word += SYLLABLES[place]
    return word


def _name(document: int) -> str:
    return f"{_word(document * 7919 % LEXICON)}corp"


if __name__ == "__main__":
    sys.exit(main())
