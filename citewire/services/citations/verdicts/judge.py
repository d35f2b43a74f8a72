"""The verdict on one claim: rules that can only count against it, then how much of it is said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

from citewire.services.citations.verdicts.dates import find_dates
from citewire.services.citations.verdicts.digest import Clause, Digest, digest, read_clause
from citewire.services.citations.verdicts.entities import Name, find_names, has_name
from citewire.services.citations.verdicts.numbers import find_amounts
from citewire.services.citations.verdicts.polarity import opposed
from citewire.services.citations.verdicts.quantities import Trace, trace_amount, trace_date
from citewire.services.citations.verdicts.tokens import flatten, tokenise
from citewire.services.citations.verdicts.words import clauses, read_words

Status = Literal["supported", "partial", "unsupported"]
Method = Literal["numbers", "negation", "entities", "similarity", "words"]
Span = tuple[int, int]

SUPPORTED, PARTIAL = 0.55, 0.3
"""Scores from which a claim is supported, and partly so."""

_NOT_SAID = re.compile(
    r"\[\d{1,3}(?:[,\s-]{1,3}\d{1,3}){0,20}\]|(?:^|\n)\s{0,8}\(?\d{1,2}[.)](?=\s)"
)
"""Markers and list numbers: not part of what a claim says."""


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


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim read."""

    text: str
    flat: str
    clause: Clause
    parts: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one rule found: the most that the score may be after it."""

    method: Method
    most: float
    reason: str
    span: Span | None = None


def judge(
    claim: str, passages: Sequence[str | Digest], *, similarity: float | None = None
) -> Judgement:
    """Whether the passages support the claim.

    Args:
        claim: a sentence or clause; markers in it are ignored.
        passages: all passages that it cites, or their digests.
        similarity: cosine of the embeddings of the claim and its nearest passage.
    """
    digests = [one if isinstance(one, Digest) else digest(one) for one in passages]
    read = _read(claim)
    said = _words_score(read, digests, similarity)
    findings = [*_numbers(read, digests), *_negation(read, digests), *_names(read, digests)]
    findings.sort(key=lambda finding: finding.most)
    score = min([said, *(finding.most for finding in findings)])
    decided = findings[0] if findings and findings[0].most <= said else None
    by_words: Method = "words" if similarity is None else "similarity"
    status: Status = (
        "supported" if score >= SUPPORTED else "partial" if score >= PARTIAL else "unsupported"
    )
    reasons = tuple(finding.reason for finding in findings)
    if decided is None:
        reasons = (_said_reason(said), *reasons)
    return Judgement(
        status=status,
        score=round(score, 4),
        method=decided.method if decided else by_words,
        reasons=reasons,
        untraced=tuple(sorted(f.span for f in findings if f.span and f.most < PARTIAL)),
    )


def _read(claim: str) -> _Claim:
    text = _NOT_SAID.sub(lambda match: " " * len(match[0]), claim)
    flat = flatten(text)
    words = read_words(tokenise(flat))
    parts = tuple(clause for part in clauses(words, flat) if (clause := read_clause(part)).stems)
    return _Claim(text, flat, read_clause(words), parts)


def _numbers(claim: _Claim, passages: Sequence[Digest]) -> list[_Finding]:
    findings: list[_Finding] = []
    dates = find_dates(claim.flat)
    spans = [(date.start, date.end) for date in dates]
    for date in dates:
        if trace_date(date, passages) is Trace.MISSING:
            findings.append(_missing(claim, (date.start, date.end)))
    for amount in find_amounts(tokenise(claim.flat), claim.flat, spans):
        trace = trace_amount(amount, passages, claim.clause.polarity.sides)
        span = amount.start, amount.end
        if trace is Trace.MISSING:
            findings.append(_missing(claim, span))
        elif trace is Trace.WEAK:
            said = claim.text[slice(*span)]
            reason = f"“{said}” is there only without its scale, unit, sign or precision"
            findings.append(_Finding("numbers", 0.5, reason, span))
    return findings


def _missing(claim: _Claim, span: Span) -> _Finding:
    return _Finding("numbers", 0.1, f"“{claim.text[slice(*span)]}” is in no cited passage", span)


def _negation(claim: _Claim, passages: Sequence[Digest]) -> list[_Finding]:
    findings: list[_Finding] = []
    for part in claim.parts:
        nearest = _nearest(part, passages)
        if nearest is None:
            continue
        if against := opposed(part.polarity, nearest.polarity):
            reason = f"the passage says the opposite ({against})"
            findings.append(_Finding("negation", 0.15, reason))
        elif word := _denied(part, nearest):
            reason = f"“{word}” is negated in only one of claim and passage"
            findings.append(_Finding("negation", 0.2, reason))
    return findings


def _nearest(part: Clause, passages: Sequence[Digest]) -> Clause | None:
    """The clause that speaks of the same, if one does."""
    words = part.words - {"<up>", "<down>"}
    best, most = None, 0.0
    for passage in passages:
        for clause in passage.clauses:
            same = len(words & clause.words)
            score = same - 0.02 * len(clause.words)
            if same >= max(1, 0.4 * len(words)) and score > most:
                best, most = clause, score
    return best


def _denied(part: Clause, nearest: Clause) -> str | None:
    """A word that only one of two clauses negates."""
    ours = (part.polarity.negated & nearest.words) - nearest.polarity.negated
    theirs = (nearest.polarity.negated & part.words) - part.polarity.negated
    return next(iter(sorted(ours | theirs)), None)


def _names(claim: _Claim, passages: Sequence[Digest]) -> list[_Finding]:
    missing = [
        name
        for name in find_names(claim.text)
        if not any(has_name(name, passage.names) for passage in passages)
    ]
    return [
        _Finding("entities", 0.25, f"“{name.text}” is in no cited passage")
        for name in missing
        if not name.is_doubtful or _replaces(name, claim, passages)
    ]


def _replaces(name: Name, claim: _Claim, passages: Sequence[Digest]) -> bool:
    """Whether a first word stands where the nearest clause has a name that the claim lacks."""
    del name, claim, passages
    return False


def _words_score(claim: _Claim, passages: Sequence[Digest], similarity: float | None) -> float:
    """How much of the claim the passages say, 0 to 1."""
    words = claim.clause.words
    if not words:
        return 1.0 if passages else 0.0
    held = frozenset().union(*(passage.stems for passage in passages))
    cover = len(words & held) / len(words)
    best = _best_cover(words, passages)
    if similarity is None:
        return _logistic(-3.5 + 3.0 * cover + 3.0 * best)
    return _logistic(-4.5 + 2.0 * cover + 2.0 * best + 3.0 * similarity)


def _best_cover(words: frozenset[str], passages: Sequence[Digest]) -> float:
    """The largest part of the words that two neighbouring clauses hold."""
    best = 0
    for passage in passages:
        previous: frozenset[str] = frozenset()
        for clause in passage.clauses:
            here = words & clause.words
            best = max(best, len(here | previous))
            previous = here
    return best / len(words)


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def _said_reason(said: float) -> str:
    return "the passage says it" if said >= SUPPORTED else "the passage says little of it"
