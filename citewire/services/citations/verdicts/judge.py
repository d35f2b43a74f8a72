"""The verdict on one claim: how much of it the passages say, capped by what counts against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from typing import Literal

from citewire.services.citations.verdicts import findings as rules
from citewire.services.citations.verdicts.calculations import Calculated
from citewire.services.citations.verdicts.claim import ClaimReading, read_claim
from citewire.services.citations.verdicts.digest import Digest, digest
from citewire.services.citations.verdicts.findings import Method, Span
from citewire.services.citations.verdicts.left_open import speaks_of_before
from citewire.services.citations.verdicts.reasons import NO_REASON, Reason

Status = Literal["supported", "partial", "unsupported", "unchecked"]

TOLD = 0.8
"""The score of a claim of which cells hold all figures, in the rows and columns that it names."""

SUPPORTED, PARTIAL = 0.42, 0.3
"""Scores from which a claim is supported, and partly so."""

UNTOLD = 0.35
"""The most of a claim that calculates a figure without saying of which others."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a claim and the passages that it cites."""

    status: Status
    score: float
    """0 to 1; orders claims by how likely they are supported."""
    method: Method
    """What decided."""
    reasons: tuple[str, ...]
    """For a person, the deciding one first."""
    untraced: tuple[Span, ...]
    """Code point spans in the claim of the numbers that no passage holds."""
    against: Reason = NO_REASON
    """What decided, if it counts against the claim."""
    messages: tuple[Reason, ...] = ()
    """Of each of `untraced`, in their order, what is wrong with it."""
    calculations: tuple[Calculated, ...] = ()
    """Of numbers that the passages do not state, but give."""


def judge(
    claim: str, passages: Sequence[str | Digest], *, similarity: float | None = None
) -> Judgement:
    """Whether the passages support the claim.

    Args:
        claim: a sentence or clause; markers in it are ignored.
        passages: all passages that it cites, or their digests.
        similarity: cosine of the embeddings of the claim and its nearest passage.
    """
    read = read_claim(claim)
    digests = [passage if isinstance(passage, Digest) else digest(passage) for passage in passages]
    numbers = rules.numbers(read, digests)
    opposites = [] if numbers.is_told else rules.opposites(read, digests)
    against = sorted(
        [*numbers.findings, *opposites, *rules.turned(read), *rules.names(read, digests)],
        key=lambda finding: finding.most,
    )
    said = _said(features(read, digests, numbers.traced), similarity)
    method: Method = "words" if similarity is None else "similarity"
    if numbers.is_told and said < TOLD:
        said, method = TOLD, "cell"
    # What counts against a claim caps its score; below the cap what is said still orders.
    score = min([said, *(finding.most * (0.5 + said / 2) for finding in against)])
    reasons = [str(finding.reason) for finding in against]
    if against and score < said:
        method = against[0].method
    else:
        reasons.insert(0, f"the passage says {'it' if said >= SUPPORTED else 'little of it'}")
        if numbers.calculations:
            method = "calculated"
            reasons[:0] = [one.calculation.formula for one in numbers.calculations]
    told = against[0].reason if against and score < said else NO_REASON
    status: Status = _status(score)
    # Names of what a sum takes in may stand in the sources of the sentence before it.
    is_of_before = speaks_of_before(read)
    weighing = any(one.method != "entities" for one in against) if is_of_before else bool(against)
    if numbers.untold and not (weighing and status == "unsupported"):
        status, score, method = "unchecked", min(said, UNTOLD), "calculated"
        told = numbers.untold[0].reason
        reasons.insert(0, str(told))
    if not told and status != "supported":
        told = rules.unsaid(read, digests)
    untraced = sorted((finding.span, finding.reason) for finding in against if finding.span)
    return Judgement(
        status,
        round(score, 4),
        method,
        tuple(reasons),
        tuple(span for span, _ in untraced),
        told,
        tuple(reason for _, reason in untraced),
        numbers.calculations,
    )


def _status(score: float) -> Literal["supported", "partial", "unsupported"]:
    if score >= SUPPORTED:
        return "supported"
    return "partial" if score >= PARTIAL else "unsupported"


def features(claim: ClaimReading, passages: Sequence[Digest], traced: int) -> tuple[float, ...]:
    """How much of the claim is said: anywhere, within two neighbouring clauses, in its order.

    An amount or a date that was traced counts as a word.
    """
    words = frozenset(claim.stems)
    whole = len(words) + traced
    if not whole or not passages:
        return 0.0, 0.0, 0.0
    said = [words & passage.stems for passage in passages]
    above = frozenset[str]().union(*(words & passage.document_stems for passage in passages))
    best = max(map(_best, said, passages), key=len)
    pairs = frozenset(pairwise(claim.stems))
    in_order = frozenset[tuple[str, str]]().union(*(pairs & passage.pairs for passage in passages))
    return (
        (len(above.union(*said)) + traced) / whole,
        (len(best | above) + traced) / whole,
        (len(in_order) + traced) / (len(pairs) + traced) if pairs or traced else 0.0,
    )


def _best(words: frozenset[str], passage: Digest) -> frozenset[str]:
    """Those of the words, as many as there are, that two neighbouring clauses hold."""
    best, previous = frozenset[str](), frozenset[str]()
    for clause in passage.clauses:
        here = words & clause.words
        if here:
            both = here | previous if previous else here
            if len(both) > len(best):
                best = both
        previous = here
    return best


def _said(found: tuple[float, ...], similarity: float | None) -> float:
    """How likely the claim is supported, by what is said of it.

    The weights are a logistic regression's on half of AttributionBench's development pairs.
    """
    anywhere, together, in_order = found
    if similarity is None:
        return _logistic(-2.2 + 1.8 * anywhere + 0.9 * together + 1.6 * in_order)
    return _logistic(-3.2 + 1.4 * anywhere + 0.7 * together + 1.4 * in_order + 2.2 * similarity)


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x))
