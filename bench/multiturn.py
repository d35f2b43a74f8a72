"""Retrieval in the middle of a conversation: what condensing is worth, without a model.

    python bench/multiturn.py FOLDER --cache FOLDER [--domains NAME...] [--k 5] [--json FILE]

FOLDER is of the form of MTRAG: `common/corpus/<domain>.jsonl.gz` (`_id`, `text`),
`dev/conversations.jsonl` (`conversation_id`, `messages` with `role` and `content`) and
`dev/retrieval/<domain>/{lastturn,rewrite}.jsonl` and `qrels.tsv`. A query `<conversation>::n` is
the n-th question of its conversation. Each is searched for as it was asked, as our rules condense
it, as both fused, and as a person rewrote it. Embeddings are the local ones and the search is
exact; the vectors of a corpus take minutes, so they are kept in the cache.
"""

import argparse
import gzip
import hashlib
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from numpy.typing import NDArray

from citewire.services.models.local.embedding import LocalEmbedding
from citewire.services.models.local.minilm import build_minilm
from citewire.workflows.routing.condense import condense

DOMAINS = ("clapnq", "fiqa", "cloud")
CHUNK = 1024
"""Passages embedded before the vectors are written down."""

Vectors = NDArray[np.float32]
Judged = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a conversation, in all its forms."""

    name: str
    last_turn: str
    condensed: str
    human: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """The passages of one domain."""

    ids: list[str]
    vectors: Vectors


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    arguments = build_parser().parse_args()
    with build_minilm() as model:
        rows = [
            row
            for domain in arguments.domains
            for row in measure(arguments.folder, domain, model, arguments.cache, arguments.k)
        ]
    rows += mean_of(rows)
    print_rows(rows, arguments.k)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the form of MTRAG")
    parser.add_argument("--cache", type=Path, required=True, help="where vectors are kept")
    parser.add_argument("--domains", nargs="+", default=list(DOMAINS), metavar="NAME")
    parser.add_argument("--k", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser


def measure(
    folder: Path, domain: str, model: LocalEmbedding, cache: Path, k: int
) -> list[dict[str, Any]]:
    """The figures of one domain: a row for each form of the questions."""
    corpus = read_corpus(folder / "common" / "corpus" / f"{domain}.jsonl.gz", model, cache)
    asked = read_asked(folder / "dev", domain)
    judged = read_judged(folder / "dev" / "retrieval" / domain / "qrels.tsv")
    as_asked = search(corpus, model, [one.last_turn for one in asked], k)
    by_rule = search(corpus, model, [one.condensed for one in asked], k)
    by_hand = search(corpus, model, [one.human for one in asked], k)
    both = [fuse(pair, k) for pair in zip(by_rule, as_asked, strict=True)]
    runs = {"last turn": as_asked, "condensed": by_rule, "both, fused": both, "human": by_hand}
    return [
        {"domain": domain, "question": form, **score(asked, ranked, judged, k)}
        for form, ranked in runs.items()
    ]


def read_corpus(path: Path, model: LocalEmbedding, cache: Path) -> Corpus:
    """The passages with their vectors, from the cache as far as they are there."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        passages = [json.loads(line) for line in lines]
    texts = [passage["text"] for passage in passages]
    stamp = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    kept = cache / f"{path.name.partition('.')[0]}-{stamp}.npy"
    vectors = np.load(kept) if kept.is_file() else np.empty((0, 384), np.float32)
    while len(vectors) < len(texts):
        more = model.embed(texts[len(vectors) : len(vectors) + CHUNK])
        vectors = np.concatenate([vectors, more])
        cache.mkdir(parents=True, exist_ok=True)
        np.save(kept, vectors)
        print(f"{kept.name}: {len(vectors)} of {len(texts)}", file=sys.stderr, flush=True)
    return Corpus([passage["_id"] for passage in passages], vectors)


def read_asked(folder: Path, domain: str) -> list[Asked]:
    """The questions of a domain; ours are condensed from all that was said before."""
    conversations = {
        one["conversation_id"]: one["messages"]
        for one in read_lines(folder / "conversations.jsonl")
    }
    forms = folder / "retrieval" / domain
    human = {one["_id"]: one["text"] for one in read_lines(forms / "rewrite.jsonl")}
    asked = []
    for one in read_lines(forms / "lastturn.jsonl"):
        conversation, _, turn = one["_id"].rpartition("<::>")
        history = before(conversations[conversation], int(turn))
        condensed = condense(one["text"], history)
        asked.append(Asked(one["_id"], one["text"], condensed, human[one["_id"]]))
    return asked


def before(messages: Sequence[dict[str, Any]], turn: int) -> list[ChatMessage]:
    """What was said before the `turn`-th question, counted from 1."""
    history: list[ChatMessage] = []
    for message in messages:
        turn -= message["role"] == "user"
        if not turn:
            break
        role = MessageRole.USER if message["role"] == "user" else MessageRole.ASSISTANT
        history.append(ChatMessage(role=role, content=message["content"]))
    return history


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read_judged(path: Path) -> Judged:
    """Which passages answer which question, and how well."""
    judged: Judged = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        name, passage, gain = line.split("\t")
        judged.setdefault(name, {})[passage] = int(gain)
    return judged


def search(
    corpus: Corpus, model: LocalEmbedding, questions: Sequence[str], k: int
) -> list[list[str]]:
    """The ids of the `k` nearest passages of each question, best first."""
    near = model.embed(questions) @ corpus.vectors.T
    return [[corpus.ids[at] for at in row] for row in np.argsort(-near, axis=1)[:, :k]]


def fuse(rankings: Sequence[Sequence[str]], k: int) -> list[str]:
    """By reciprocal rank, as `citewire.workflows.fusion` does it."""
    gains: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, start=1):
            gains[name] = gains.get(name, 0.0) + 1 / (60 + rank)
    return sorted(gains, key=lambda name: -gains[name])[:k]


def score(
    asked: Sequence[Asked], ranked: Sequence[Sequence[str]], judged: Judged, k: int
) -> dict[str, float]:
    """Mean nDCG and recall at `k` with the definitions of trec_eval, and of how many questions."""
    found = {one.name: ranking for one, ranking in zip(asked, ranked, strict=True)}

    def mean(measure_one: Callable[[dict[str, int], Sequence[str], int], float]) -> float:
        told = [measure_one(gains, found.get(name, ()), k) for name, gains in judged.items()]
        return sum(told) / len(told)

    return {"count": len(judged), "ndcg": mean(ndcg), "recall": mean(recall)}


def ndcg(gains: dict[str, int], ranking: Sequence[str], k: int) -> float:
    """Linear gain, discounted by the logarithm of the rank."""
    ideal = discounted(sorted(gains.values(), reverse=True)[:k])
    return discounted([gains.get(name, 0) for name in ranking[:k]]) / ideal if ideal else 0.0


def discounted(gains: Sequence[int]) -> float:
    """The sum of the gains, each divided by the binary logarithm of its rank plus one."""
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def recall(gains: dict[str, int], ranking: Sequence[str], k: int) -> float:
    """Share of the passages that answer which are among the first `k`."""
    wanted = {name for name, gain in gains.items() if gain > 0}
    return len(wanted & {*ranking[:k]}) / len(wanted) if wanted else 0.0


def mean_of(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each form over all domains, each question counting the same."""
    means = []
    for form in dict.fromkeys(row["question"] for row in rows):
        some = [row for row in rows if row["question"] == form]
        count = sum(row["count"] for row in some)
        sums = {m: sum(row[m] * row["count"] for row in some) / count for m in ("ndcg", "recall")}
        means.append({"domain": "all", "question": form, "count": count, **sums})
    return means


def print_rows(rows: Sequence[dict[str, Any]], k: int) -> None:
    """Print the figures as a table."""
    print(f"{'domain':<10}{'question':<14}{'count':>6}{f'nDCG@{k}':>9}{f'recall@{k}':>10}")
    for row in rows:
        print(
            f"{row['domain']:<10}{row['question']:<14}{row['count']:>6}"
            f"{row['ndcg']:>9.3f}{row['recall']:>10.3f}"
        )


if __name__ == "__main__":
    sys.exit(main())
