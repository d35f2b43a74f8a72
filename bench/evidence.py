"""Calibration of the evidence score: how often is it right to answer, and to decline?

    python bench/evidence.py FOLDER... [--data DATA...] [--top-k 6] [--fit] [--json FILE]

FOLDER is as for `bench/recall.py`; each is a library of its own. `--data` gives, for each in turn,
where its index is kept, as `PATH` or `PATH:NAMESPACE`. Each question is asked twice: of all
documents, and again with the document that answers it taken out, which makes it unanswerable by
construction; questions that are marked as unanswerable count as such. Printed are AUROC and
calibration (what was predicted against what was so), the risk-coverage curve (of the questions
that are answered when the strongest share is, how many have no answer) and what the words strong,
weak and none mean; a report with many questions counts no more than one with few. `--fit` fits
the weights anew, on all libraries, and shows their figures on reports that they were not fitted to
(five folds); beside it those in use with their odds scaled, which keeps their order. The first half
minute after Redis was started does not count: it still sorts itself.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from llama_index.core.schema import NodeWithScore
from numpy.typing import NDArray
from recall import ingest, retriever_of, settings_for

from citewire.errors import CitewireError
from citewire.scripts.logs import configure_logging
from citewire.services.assembly.library import open_library
from citewire.settings import Settings
from citewire.workflows.evidence import (
    STRONG,
    WORDS_ONLY,
    Features,
    Weights,
    features,
    probability,
    weights_for,
)

FOLDS = 5
SETTLED_S = 35
NAMES = Features.__slots__
Floats = NDArray[np.float64]
Fitted = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its passages, and whether they can answer it.

    Args:
        report: of its question; all cases of a report belong to the same fold.
        measured: the features.
        likely: the probability with the weights in use.
        answerable: whether the documents searched answer it.
        found: whether an evidence page is among the passages.
    """

    report: str
    measured: Features
    likely: float
    answerable: bool
    found: bool


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "folders", type=Path, nargs="+", metavar="FOLDER", help="with pdfs/ and qa.jsonl"
    )
    parser.add_argument("--data", nargs="+", default=[], help="where their indexes are kept")
    parser.add_argument("--top-k", type=int, default=6, help="passages per question")
    parser.add_argument("--fit", action="store_true", help="fit the weights anew")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    arguments = parser.parse_args()
    configure_logging("warning")
    cases: list[Case] = []
    weights = WORDS_ONLY
    try:
        with TemporaryDirectory(prefix="citewire-evidence-", ignore_cleanup_errors=True) as scratch:
            for number, folder in enumerate(arguments.folders):
                kept = arguments.data[number] if number < len(arguments.data) else scratch
                path, _, namespace = kept.partition(":")
                settings = settings_for(Path(path), namespace or f"evidence{number}")
                weights, some = asyncio.run(measure(settings, folder, arguments.top_k))
                cases += some
    except (CitewireError, OSError) as error:
        print(f"evidence: {error}", file=sys.stderr)
        return 1
    likely = np.array([case.likely for case in cases])
    results = {"in use": show("as it is in use", cases, likely, weights.none)}
    if arguments.fit:
        measured = np.array([[getattr(case.measured, name) for name in NAMES] for case in cases])
        for name, names, values in (
            ("in use, scaled", ("odds",), odds_by(weights, measured)),
            ("in use by words alone, scaled", ("odds",), odds_by(WORDS_ONLY, measured)),
            ("fitted anew, with similarity", NAMES, measured),
            ("fitted anew, by words alone", NAMES[1:], measured[:, 1:]),
        ):
            held_out, fitted = cross_fit(cases, names, values)
            results[name] = show(name, cases, held_out, weights.none)
            print("weights on all:", {one: round(value, 2) for one, value in fitted.items()})
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), "utf-8")
    return 0


def show(name: str, cases: Sequence[Case], likely: Floats, none: float) -> dict[str, Any]:
    """Print the figures of probabilities, of all cases and of each library; gives those of all."""
    results = figures(cases, likely, none)
    print_figures(f"{name}, {len(cases)} cases", results)
    for library in dict.fromkeys(case.report.partition("\0")[0] for case in cases):
        within = np.array([case.report.startswith(f"{library}\0") for case in cases])
        some = figures(
            [case for case in cases if case.report.startswith(f"{library}\0")], likely[within], none
        )
        print(
            f"  {library}: AUROC {some['auroc']:.3f}, strong {some['strong']}, none {some['none']}"
        )
    return results


async def measure(settings: Settings, folder: Path, top_k: int) -> tuple[Weights, list[Case]]:
    """Ask the questions of `folder` of its reports, all and without the one that answers."""
    cases: list[Case] = []
    async with open_library(settings) as library:
        await ingest(library, folder / "pdfs")
        await asyncio.sleep(SETTLED_S)
        documents = await library.documents.list()
        names = {one.doc_id: one.locations[0].path.rpartition("/")[2] for one in documents}
        weights = weights_for(library.models.embeddings.name)
        for line in (folder / "qa.jsonl").read_text("utf-8").splitlines():
            asked = json.loads(line)
            others = tuple(doc_id for doc_id, name in names.items() if name != asked["doc"])
            pages = {(asked["doc"], page) for page in asked["evidence_pages"] or ()}
            for doc_ids, answerable in (((), asked["answerable"]), (others, False)):
                retriever = retriever_of(library, top_k, doc_ids)
                given = await retriever.aretrieve(asked["question"])
                cases.append(
                    Case(
                        f"{folder}\0{asked['doc']}",
                        features(asked["question"], given),
                        probability(asked["question"], given, weights),
                        answerable,
                        answerable and any(_page(one) in pages for one in given),
                    )
                )
    return weights, cases


def _page(found: NodeWithScore) -> tuple[str, int]:
    return found.node.metadata["file_name"], found.node.metadata["page"]


def figures(cases: Sequence[Case], likely: Floats, none: float) -> dict[str, Any]:
    """AUROC, calibration, risk-coverage curve and what the words mean, for these probabilities."""
    can = np.array([case.answerable for case in cases])
    found = np.array([case.found for case in cases])
    weight = weight_of(cases)
    order = np.argsort(-likely, kind="stable")
    covered = np.cumsum(weight[order]) / weight.sum()
    risk = np.cumsum((weight * ~can)[order]) / np.cumsum(weight[order])
    bins = [
        (low, low + 0.2, (likely >= low) & (likely < low + 0.2)) for low in np.arange(0, 1, 0.2)
    ]
    strong, nothing = likely >= STRONG, likely < none

    def shares(inside: NDArray[np.bool_]) -> dict[str, float]:
        kinds = {"answerable": can, "with an evidence page": found, "unanswerable": ~can}
        return {name: _mean(inside[kind], weight[kind]) for name, kind in kinds.items()}

    return {
        "auroc": auroc(likely, can, weight),
        "auroc_by_question": auroc(likely, can, np.ones(len(can))),
        "brier": float(np.average((likely - can) ** 2, weights=weight)),
        "calibration": [
            {
                "from": round(float(low), 1),
                "to": round(float(high), 1),
                "cases": int(inside.sum()),
                "predicted": _mean(likely[inside], weight[inside]),
                "answerable": _mean(can[inside], weight[inside]),
            }
            for low, high, inside in bins
        ],
        "risk_coverage": [
            {"coverage": share / 10, "risk": float(risk[covered <= share / 10 + 1e-9][-1])}
            for share in range(1, 11)
            if (covered <= share / 10 + 1e-9).any()
        ],
        "strong": shares(strong),
        "weak": shares(~strong & ~nothing),
        "none": shares(nothing),
    }


def weight_of(cases: Sequence[Case]) -> Floats:
    """So much each case counts that all reports count the same."""
    count = Counter(case.report for case in cases)
    return np.array([1 / count[case.report] for case in cases])


def auroc(likely: Floats, can: NDArray[np.bool_], weight: Floats) -> float:
    """The chance that an answerable case scores higher than one that is not; ties count half."""
    above = likely[can][:, None] - likely[~can][None]
    pairs = weight[can][:, None] * weight[~can][None]
    return float((pairs * ((above > 0) + 0.5 * (above == 0))).sum() / pairs.sum())


def odds_by(weights: Weights, measured: Floats) -> Floats:
    """The logarithm of the odds by some weights, as the one feature of each case."""
    total = measured @ [getattr(weights, name) for name in NAMES] + weights.intercept
    return np.asarray(total[:, None], np.float64)


def cross_fit(
    cases: Sequence[Case], names: Sequence[str], measured: Floats
) -> tuple[Floats, dict[str, float]]:
    """Probabilities by weights fitted to other reports, and the weights fitted to all."""
    can = np.array([case.answerable for case in cases], dtype=np.float64)
    reports = {report: number for number, report in enumerate(sorted({c.report for c in cases}))}
    fold = np.array([reports[case.report] % FOLDS for case in cases])
    weight = weight_of(cases)
    weight *= len(weight) / weight.sum()
    held_out = np.zeros(len(cases))
    for number in range(FOLDS):
        rest = fold != number
        model, _ = fit(measured[rest], can[rest], weight[rest], names)
        held_out[~rest] = model(measured[~rest])
    return held_out, fit(measured, can, weight, names)[1]


def fit(
    measured: Floats, can: Floats, weight: Floats, names: Sequence[str]
) -> tuple[Fitted, dict[str, float]]:
    """Logistic regression with a unit ridge on standardised features, by Newton's method."""
    mean, spread = measured.mean(0), measured.std(0) + 1e-9
    known = np.c_[(measured - mean) / spread, np.ones(len(measured))]
    weights = np.zeros(known.shape[1])
    ridge = np.r_[np.ones(len(weights) - 1), 1e-6]
    for _ in range(100):
        said = 1 / (1 + np.exp(-known @ weights))
        slope = known.T @ (weight * (said - can)) + ridge * weights
        curve = (known * (weight * said * (1 - said))[:, None]).T @ known + np.diag(ridge)
        weights -= np.linalg.solve(curve, slope)
    plain = weights[:-1] / spread
    intercept = float(weights[-1] - (plain * mean).sum())
    named = dict(zip(names, map(float, plain), strict=True))
    return lambda some: 1 / (1 + np.exp(-(some @ plain + intercept))), {
        **named,
        "intercept": intercept,
    }


def _mean(some: NDArray[Any], weight: Floats) -> float:
    return round(float(np.average(some, weights=weight)), 3) if len(some) else 0.0


def print_figures(name: str, results: dict[str, Any]) -> None:
    """Print the figures as tables."""
    told = "{}: AUROC {:.3f} by report, {:.3f} by question, Brier score {:.3f}"
    print(
        "\n" + told.format(name, *(results[key] for key in ("auroc", "auroc_by_question", "brier")))
    )
    print(f"{'probability':<14}{'cases':>6}{'predicted':>11}{'answerable':>12}")
    for one in results["calibration"]:
        told = f"{one['from']:.1f} to {one['to']:.1f}"
        print(f"{told:<14}{one['cases']:>6}{one['predicted'] or 0:>11}{one['answerable'] or 0:>12}")
    print("coverage  " + "".join(f"{one['coverage']:>7.1f}" for one in results["risk_coverage"]))
    print("risk      " + "".join(f"{one['risk']:>7.3f}" for one in results["risk_coverage"]))
    for word in ("strong", "weak", "none"):
        print(
            f"{word:<8}" + ", ".join(f"{share} of {kind}" for kind, share in results[word].items())
        )


if __name__ == "__main__":
    sys.exit(main())
