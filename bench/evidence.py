"""Calibration of the evidence score: how often is it right to answer, and to decline?

    python bench/evidence.py FOLDER [--top-k 6] [--fit] [--json FILE]

FOLDER is as for `bench/recall.py`. Each question is asked twice: of all documents, and again with
the document that answers it taken out, which makes it unanswerable by construction; questions that
are marked as unanswerable count as such. Printed are the calibration (what was predicted against
what was so), the risk-coverage curve (of the questions that are answered when the strongest share
is, how many have no answer) and what the words strong, weak and none mean. `--fit` fits the weights
anew and shows them with their figures on questions that they were not fitted to (five folds).
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from llama_index.core.schema import NodeWithScore
from numpy.typing import NDArray
from recall import ingest, settings_for

from citewire.errors import CitewireError
from citewire.scripts.logs import configure_logging
from citewire.services.assembly.library import Library, open_library
from citewire.storage.keys import DEFAULT_OWNER
from citewire.workflows.catalogue.names_kept import KeptNames
from citewire.workflows.evidence import (
    STRONG,
    Features,
    Weights,
    features,
    probability,
    weights_for,
)
from citewire.workflows.retriever import PassageFilter, PassageRetriever

MANY = 2000
"""Passages asked for: enough to leave some when a whole document is taken out."""
FOLDS = 5
Floats = NDArray[np.float64]
Fitted = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its passages, and whether they can answer it.

    Args:
        group: number of the question, whose two cases belong to the same fold.
        measured: the features.
        likely: the probability with the weights in use.
        answerable: whether the documents searched answer it.
        found: whether an evidence page is among the passages.
    """

    group: int
    measured: Features
    likely: float
    answerable: bool
    found: bool


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="with pdfs/ and qa.jsonl")
    parser.add_argument("--namespace", default="evidence", help="what it is ingested into")
    parser.add_argument("--top-k", type=int, default=6, help="passages per question")
    parser.add_argument("--fit", action="store_true", help="fit the weights anew")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    arguments = parser.parse_args()
    try:
        with TemporaryDirectory(prefix="citewire-evidence-", ignore_cleanup_errors=True) as scratch:
            settings = settings_for(Path(scratch), arguments.namespace)
            configure_logging("warning")
            weights, cases = asyncio.run(measure(settings, arguments.folder, arguments.top_k))
    except (CitewireError, OSError) as error:
        print(f"evidence: {error}", file=sys.stderr)
        return 1
    results = figures(cases, np.array([case.likely for case in cases]), weights.none)
    print_figures(f"as it is in use, {len(cases)} cases", results)
    if arguments.fit:
        held_out, fitted = cross_fit(cases)
        print_figures(f"fitted anew, {FOLDS} folds", figures(cases, held_out, weights.none))
        print("weights on all:", {name: round(value, 2) for name, value in fitted.items()})
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), "utf-8")
    return 0


async def measure(settings: Any, folder: Path, top_k: int) -> tuple[Weights, list[Case]]:
    """Ingest `folder` and ask its questions, of all and without the document that answers."""
    cases: list[Case] = []
    async with open_library(settings) as library:
        await ingest(library, folder / "pdfs")
        weights = weights_for(library.models.embeddings.name)
        for group, line in enumerate((folder / "qa.jsonl").read_text("utf-8").splitlines()):
            asked = json.loads(line)
            nodes = await _retrieve(library, asked["question"])
            others = [one for one in nodes if one.node.metadata["file_name"] != asked["doc"]]
            pages = {(asked["doc"], page) for page in asked["evidence_pages"] or ()}
            for some, answerable in ((nodes, asked["answerable"]), (others, False)):
                given = some[:top_k]
                cases.append(
                    Case(
                        group,
                        features(asked["question"], given),
                        probability(asked["question"], given, weights),
                        answerable,
                        answerable and any(_page(one) in pages for one in given),
                    )
                )
    return weights, cases


async def _retrieve(library: Library, question: str) -> list[NodeWithScore]:
    model = library.models.embeddings.model
    retriever = PassageRetriever(
        library.store,
        model,
        top_k=MANY,
        filter=PassageFilter(DEFAULT_OWNER),
        names=KeptNames(library.documents),
    )
    return await retriever.aretrieve(question)


def _page(found: NodeWithScore) -> tuple[str, int]:
    return found.node.metadata["file_name"], found.node.metadata["page"]


def figures(cases: Sequence[Case], likely: Floats, none: float) -> dict[str, Any]:
    """Calibration, risk-coverage curve and what the words mean, for these probabilities."""
    can = np.array([case.answerable for case in cases])
    found = np.array([case.found for case in cases])
    order = np.argsort(-likely, kind="stable")
    risk = np.cumsum(~can[order]) / np.arange(1, len(can) + 1)
    bins = [
        (low, low + 0.2, (likely >= low) & (likely < low + 0.2)) for low in np.arange(0, 1, 0.2)
    ]
    words = {"strong": likely >= STRONG, "none": likely < none}
    words["weak"] = ~words["strong"] & ~words["none"]
    return {
        "auroc": auroc(likely, can),
        "brier": float(np.mean((likely - can) ** 2)),
        "calibration": [
            {
                "from": round(float(low), 1),
                "to": round(float(high), 1),
                "cases": int(inside.sum()),
                "predicted": _mean(likely[inside]),
                "answerable": _mean(can[inside]),
            }
            for low, high, inside in bins
        ],
        "risk_coverage": [
            {"coverage": share / 10, "risk": float(risk[max(0, len(can) * share // 10 - 1)])}
            for share in range(1, 11)
        ],
        "words": {
            word: {
                "answerable": int((inside & can).sum()),
                "of them with an evidence page": int((inside & found).sum()),
                "unanswerable": int((inside & ~can).sum()),
            }
            for word, inside in sorted(words.items())
        },
    }


def auroc(likely: Floats, can: NDArray[np.bool_]) -> float:
    """The chance that an answerable case scores higher than one that is not; ties count half."""
    above = likely[can][:, None] - likely[~can][None]
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def cross_fit(cases: Sequence[Case]) -> tuple[Floats, dict[str, float]]:
    """Probabilities by weights fitted to the other folds, and the weights fitted to all."""
    measured = np.array([[getattr(c.measured, n) for n in Features.__slots__] for c in cases])
    can = np.array([case.answerable for case in cases], dtype=np.float64)
    fold = np.array([case.group % FOLDS for case in cases])
    held_out = np.zeros(len(cases))
    for number in range(FOLDS):
        model, _ = fit(measured[fold != number], can[fold != number])
        held_out[fold == number] = model(measured[fold == number])
    return held_out, fit(measured, can)[1]


def fit(measured: Floats, can: Floats) -> tuple[Fitted, dict[str, float]]:
    """Logistic regression with a unit ridge on standardised features, by Newton's method."""
    mean, spread = measured.mean(0), measured.std(0) + 1e-9
    known = np.c_[(measured - mean) / spread, np.ones(len(measured))]
    weights = np.zeros(known.shape[1])
    ridge = np.r_[np.ones(len(weights) - 1), 1e-6]
    for _ in range(100):
        said = 1 / (1 + np.exp(-known @ weights))
        slope = known.T @ (said - can) + ridge * weights
        weights -= np.linalg.solve(
            (known * (said * (1 - said))[:, None]).T @ known + np.diag(ridge), slope
        )
    plain = weights[:-1] / spread
    intercept = float(weights[-1] - (plain * mean).sum())
    named = dict(zip(Features.__slots__, map(float, plain), strict=True))
    return lambda some: 1 / (1 + np.exp(-(some @ plain + intercept))), {
        **named,
        "intercept": intercept,
    }


def _mean(some: NDArray[Any]) -> float | None:
    return round(float(some.mean()), 3) if len(some) else None


def print_figures(name: str, results: dict[str, Any]) -> None:
    """Print the figures as tables."""
    print(f"\n{name}: AUROC {results['auroc']:.3f}, Brier score {results['brier']:.3f}")
    print(f"{'probability':<14}{'cases':>6}{'predicted':>11}{'answerable':>12}")
    for one in results["calibration"]:
        told = f"{one['from']:.1f} to {one['to']:.1f}"
        print(f"{told:<14}{one['cases']:>6}{one['predicted'] or 0:>11}{one['answerable'] or 0:>12}")
    print("coverage  " + "".join(f"{one['coverage']:>7.1f}" for one in results["risk_coverage"]))
    print("risk      " + "".join(f"{one['risk']:>7.3f}" for one in results["risk_coverage"]))
    for word, counts in results["words"].items():
        print(f"{word:<8}" + ", ".join(f"{what}: {count}" for what, count in counts.items()))


if __name__ == "__main__":
    sys.exit(main())
