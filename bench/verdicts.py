"""Verdicts on labelled claims: how often do the rules agree with people?

    python bench/verdicts.py FILE [--no-similarity] [--seed 7] [--json FILE]

FILE is JSON lines, gzipped or not, of one of two forms:
- a claim per line: `claim`, `references` (a list of texts, all cited) and `label`, `attributable`
  or `not attributable`; `src_dataset` is reported by if present;
- an answer per line with `claims`: each has `claim`, `evidence` (a list of texts) and
  `support`, of which `Complete` counts as attributable; claims without either, or with
  nothing but addresses as evidence, are left out.

`supported` counts as attributable, `partial` and `unsupported` do not. Similarity is the cosine of
the local embeddings of the claim and the nearest 180 words of its references. The lines are cut at
random into two halves: the best threshold of the first is printed beside the fixed one, and all
figures are of the second.
"""

import argparse
import gzip
import io
import json
import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citewire.services.citations.verdicts import Judgement, judge
from citewire.services.models.local.embedding import LocalEmbedding
from citewire.services.models.local.minilm import build_minilm

WINDOW, STEP = 180, 120
FEWEST_WORDS = 10
"""Evidence with fewer words, apart from addresses, is a link whose page is not in the file."""

_ADDRESS = re.compile(r"\[\d+\]\s?https?://\S+|https?://\S+")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, what it cites, and whether people say that this supports it."""

    claim: str
    references: tuple[str, ...]
    is_supported: bool
    source: str


@dataclass(frozen=True, slots=True)
class Judged:
    pair: Pair
    judgement: Judgement


def main() -> None:
    arguments = _arguments()
    pairs = list(read_pairs(arguments.file))
    random.Random(arguments.seed).shuffle(pairs)
    similarities: Sequence[float | None] = [None] * len(pairs)
    if not arguments.no_similarity:
        with build_minilm() as model:
            similarities = [similarity(pair, model) for pair in pairs]
    results: dict[str, Any] = {"file": arguments.file.name, "pairs": len(pairs)}
    for name, given in (("words", [None] * len(pairs)), ("similarity", similarities)):
        if name == "similarity" and arguments.no_similarity:
            continue
        started = time.perf_counter()
        judged = [
            Judged(pair, judge(pair.claim, pair.references, similarity=value))
            for pair, value in zip(pairs, given, strict=True)
        ]
        results[name] = figures(judged)
        results[name]["ms_each"] = 1000 * (time.perf_counter() - started) / len(pairs)
        print_figures(name, results[name])
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2))


def read_pairs(path: Path) -> Iterator[Pair]:
    """The labelled pairs of a file in either form."""
    read = gzip.decompress if path.suffix == ".gz" else bytes
    with io.BytesIO(read(path.read_bytes())) as lines:
        for line in lines:
            row = json.loads(line)
            if "claims" in row:
                yield from _of_answer(row)
            else:
                label = row["label"] == "attributable"
                source = row.get("src_dataset", "")
                yield Pair(row["claim"], tuple(row["references"]), label, source)


def _of_answer(row: dict[str, Any]) -> Iterator[Pair]:
    for claim in row["claims"]:
        texts = (_ADDRESS.sub("", text) for text in claim.get("evidence") or ())
        evidence = tuple(text for text in texts if len(text.split()) >= FEWEST_WORDS)
        if evidence and claim.get("support"):
            supported = claim["support"] == "Complete"
            yield Pair(claim["claim"], evidence, supported, row.get("system", ""))


def similarity(pair: Pair, model: LocalEmbedding) -> float:
    """The cosine of the claim and the nearest window of its references."""
    windows = [window for text in pair.references for window in _windows(text)][:60]
    vectors = model.embed([pair.claim, *windows])
    return float(np.max(vectors[1:] @ vectors[0])) if windows else 0.0


def _windows(text: str) -> Iterator[str]:
    words = text.split()
    for start in range(0, max(1, len(words) - (WINDOW - STEP)), STEP):
        yield " ".join(words[start : start + WINDOW])


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Agreement on the second half; the best threshold is of the first."""
    tuning, held = judged[: len(judged) // 2], judged[len(judged) // 2 :]
    best = max(
        np.arange(0.05, 0.95, 0.01),
        key=lambda at: macro_f1(
            (one.judgement.score >= at, one.pair.is_supported) for one in tuning
        ),
    )
    said = [(one.judgement.status == "supported", one.pair.is_supported) for one in held]
    return {
        "held": len(held),
        "attributable": label_figures(said, label=True),
        "not attributable": label_figures(said, label=False),
        "macro_f1": macro_f1(said),
        "best_threshold": float(best),
        "macro_f1_at_best": _f1_at(held, best),
        "auroc": auroc(held),
        "by_source": {
            source: [len(part), macro_f1(part)]
            for source in sorted({one.pair.source for one in held})
            if (part := [said[at] for at, one in enumerate(held) if one.pair.source == source])
        },
        "by_method": _by_method(held),
    }


def _by_method(held: Sequence[Judged]) -> dict[str, list[int]]:
    """Per method and status: how many, and how many of them people call attributable."""
    counts: dict[str, list[int]] = {}
    for one in held:
        entry = counts.setdefault(f"{one.judgement.method} {one.judgement.status}", [0, 0])
        entry[0] += 1
        entry[1] += one.pair.is_supported
    return dict(sorted(counts.items()))


def label_figures(said: Iterable[tuple[bool, bool]], *, label: bool) -> dict[str, float]:
    """Precision, recall and F1 of one label, of (said, true) pairs."""
    pairs = list(said)
    hits = sum(mine == label and true == label for mine, true in pairs)
    given = sum(mine == label for mine, _ in pairs)
    there = sum(true == label for _, true in pairs)
    precision, recall = hits / max(1, given), hits / max(1, there)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def macro_f1(said: Iterable[tuple[Any, bool]]) -> float:
    """The mean F1 of both labels."""
    pairs = [(bool(mine), true) for mine, true in said]
    return sum(label_figures(pairs, label=label)["f1"] for label in (True, False)) / 2


def _f1_at(judged: Sequence[Judged], threshold: float) -> float:
    return macro_f1((one.judgement.score >= threshold, one.pair.is_supported) for one in judged)


def auroc(judged: Sequence[Judged]) -> float:
    """How often an attributable claim scores above one that is not."""
    yes = np.array([one.judgement.score for one in judged if one.pair.is_supported])
    no = np.array([one.judgement.score for one in judged if not one.pair.is_supported])
    if not len(yes) or not len(no):
        return float("nan")
    above = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    return float(above)


def print_figures(name: str, got: dict[str, Any]) -> None:
    print(f"{name}: macro-F1 {got['macro_f1']:.3f}, AUROC {got['auroc']:.3f} (n = {got['held']})")
    for label in ("attributable", "not attributable"):
        one = got[label]
        print(f"  {label:17} P {one['precision']:.3f}  R {one['recall']:.3f}  F1 {one['f1']:.3f}")
    print(f"  at the first half's best threshold {got['best_threshold']:.2f}:", end=" ")
    print(f"macro-F1 {got['macro_f1_at_best']:.3f}; {got['ms_each']:.2f} ms each")
    for source, (count, f1) in got["by_source"].items():
        print(f"  {source:20} n {count:4}  macro-F1 {f1:.3f}")
    for method, (count, yes) in got["by_method"].items():
        print(f"  {method:24} n {count:4}  attributable {yes / count:.2f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--no-similarity", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
