"""Claims with labels: how often the checker's verdict on each is the right one."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_args

from citewire.content.table_record import TABLE, table_from_json
from citewire.errors import ConfigurationError
from citewire.services.citations.judging import SourceText, check
from citewire.services.citations.model import VerificationStatus
from citewire.services.evaluation.questions import lines_of
from citewire.services.passages.splitting import build_passages
from citewire.services.reading.flow import FlowBlock, flow_report, table_part

MAX_TOKENS, OVERLAP = 220, 30
"""Of a passage, as they are cut unless the settings say otherwise."""

STATUSES: tuple[VerificationStatus, ...] = get_args(VerificationStatus)


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A claim, the passages that it cites, and what sort of claim it is (`right stated`)."""

    claim: str
    kind: str
    sources: tuple[SourceText, ...]


def read_labelled_claims(path: Path) -> Iterator[LabelledClaim]:
    """The claims in `path`, one after the other.

    A line is an object with `claim`, `label` and `kind`, and either `passages` (texts) or `table`
    (rows of cells) and `paragraphs` (texts), which are read and cut as those of a document.

    Raises:
        ConfigurationError: the file cannot be read, or a line is no such object; it names which.
    """
    for number, line in enumerate(lines_of(path), 1):
        if line.strip():
            yield _labelled(path, number, line)


def _labelled(path: Path, number: int, line: str) -> LabelledClaim:
    try:
        told: dict[str, Any] = json.loads(line)
        kind = " ".join(str(told[name]) for name in ("label", "kind") if told.get(name))
        if "passages" in told:
            sources = [SourceText(str(text)) for text in told["passages"]]
        else:
            paragraphs = list(map(str, told.get("paragraphs") or ()))
            sources = _sources(told.get("table") or (), paragraphs)
        if not sources or not kind:
            raise ValueError("neither passages nor a table, or no label")
        return LabelledClaim(str(told["claim"]), kind, tuple(sources))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{path}, line {number}: not a claim with its passages ({error!r})"
        ) from error


def _sources(rows: Sequence[Sequence[object]], paragraphs: Sequence[str]) -> list[SourceText]:
    """A table and the paragraphs around it, as the passages of a document that holds them."""
    if not rows and not any(paragraphs):
        return []
    parts = [FlowBlock("text", text) for text in paragraphs]
    if rows:
        parts.insert(0, table_part([[str(cell) for cell in row] for row in rows]))
    report = flow_report(Path("claims.txt"), parts, title="claims", top=())
    built = build_passages(
        report,
        doc_id="claims",
        folder="claims",
        file_name="claims",
        max_tokens=MAX_TOKENS,
        overlap=OVERLAP,
    )
    return [
        SourceText(one.node.text, table_from_json(stored) if stored else None)
        for one in built
        for stored in [one.node.metadata.get(TABLE)]
    ]


def verdict_on(claim: LabelledClaim) -> VerificationStatus:
    """The verdict on a claim by all of its passages together."""
    return check(claim.claim, claim.sources, None).together.status


class Agreement(NamedTuple):
    """How the verdicts on one kind of claim agree with its labels; None where nothing is counted.

    Right claims are to be supported, wrong ones partial or unsupported. `recall` is how many of
    the kind are, `precision` how many of the claims with such a verdict are of this kind and not
    of the other label.
    """

    precision: float | None
    recall: float


def agreements(kinds: Mapping[str, Mapping[str, int]]) -> dict[str, Agreement]:
    """How verdicts agree with labels, by kind of claim; of kinds that begin with no label none."""
    wanted = {"right": ("supported",), "wrong": ("partial", "unsupported")}
    labels = {kind: kind.split()[0] for kind in kinds if kind.split()[0] in wanted}
    found: dict[str, Agreement] = {}
    for kind, label in labels.items():
        so = wanted[label]
        hits = sum(kinds[kind][status] for status in so)
        others = (kinds[other] for other, one in labels.items() if one != label)
        all_so = hits + sum(other[status] for other in others for status in so)
        found[kind] = Agreement(hits / all_so if all_so else None, hits / sum(kinds[kind].values()))
    return found


def count_verdicts(
    verdicts: Iterable[tuple[str, VerificationStatus]],
) -> dict[str, dict[str, int]]:
    """How many verdicts of each status there are, by the kind of the claims."""
    counts: dict[str, Counter[str]] = {}
    for kind, status in verdicts:
        counts.setdefault(kind, Counter())[status] += 1
    return {kind: {status: of[status] for status in STATUSES} for kind, of in counts.items()}
