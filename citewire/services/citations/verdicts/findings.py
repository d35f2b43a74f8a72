"""What counts against a claim: untraced amounts, opposite sense, names that are not there."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from citewire.services.citations.verdicts.claim import ClaimReading
from citewire.services.citations.verdicts.clauses import Clause
from citewire.services.citations.verdicts.digest import Digest
from citewire.services.citations.verdicts.offered import has_name
from citewire.services.citations.verdicts.polarity import contradiction
from citewire.services.citations.verdicts.quantities import Trace, trace_amount, trace_date

Method = Literal["numbers", "negation", "entities", "similarity", "words"]
Span = tuple[int, int]

UNTRACED, OPPOSITE, OTHER_NAME, LOOSE_NUMBER, NO_NAME = 0.1, 0.15, 0.2, 0.4, 0.4
"""The most that a claim's score can be after each finding."""

MOST_CLAUSES = 24
"""So many clauses of a claim are held against those of the passages, each against each."""

_SAME = 0.6
"""The part of a clause's words that another one has when both speak of the same."""

_ALIKE = 0.4
"""The part of a claim's words in a clause that may say the same of another name."""


class Finding(NamedTuple):
    """What one rule found: the most that the score may be after it, and why."""

    most: float
    method: Method
    reason: str
    span: Span | None = None


def numbers(claim: ClaimReading, passages: Sequence[Digest]) -> tuple[list[Finding], int]:
    """Findings on the claim's amounts and dates, and how many of them the passages hold."""
    findings: list[Finding] = []
    spans = {(date.start, date.end): trace_date(date, passages) for date in claim.dates}
    for amount in claim.amounts:
        spans[amount.start, amount.end] = trace_amount(amount, passages, claim.sides)
    for span, trace in spans.items():
        said = f"“{claim.text[slice(*span)]}”"
        if trace is Trace.MISSING:
            findings.append(Finding(UNTRACED, "numbers", f"{said} is in no cited passage", span))
        elif trace is Trace.WEAK:
            reason = f"{said} is there, but not with its scale, unit, sign or precision"
            findings.append(Finding(LOOSE_NUMBER, "numbers", reason))
    return findings, len(spans) - len(findings)


def opposites(claim: ClaimReading, passages: Sequence[Digest]) -> Iterator[Finding]:
    """Clauses that the passages say the other way round, and nowhere as the claim does."""
    for clause in claim.clauses[:MOST_CLAUSES]:
        against = [contradiction(clause.polarity, clause.words, near.polarity, near.words)
                   for near in _nearest(clause, passages)]  # fmt: skip
        if against and all(against):
            yield Finding(OPPOSITE, "negation", str(against[0]))


def _nearest(part: Clause, passages: Sequence[Digest]) -> list[Clause]:
    """The clauses that speak of the same as a clause does, if any."""
    words = part.words - {"<up>", "<down>"}
    least = max(1, _SAME * len(words))
    found: list[Clause] = []
    for passage in passages:
        said = words & passage.stems
        if len(said) < least:
            continue
        for clause in passage.clauses:
            same = len(said & clause.words)
            if same >= least:
                if same > least:
                    found = [clause for clause in found if len(words & clause.words) >= same]
                found.append(clause)
                least = same
    return found


def names(claim: ClaimReading, passages: Sequence[Digest]) -> list[Finding]:
    """Names that no passage has; worse where none of the claim's names is there."""
    has_other_name = cache(lambda: _has_other_name(claim, passages))
    missing = [
        name
        for name in claim.names
        if not any(has_name(name, passage.names) for passage in passages)
        and (not name.is_doubtful or has_other_name())
    ]
    is_none = len(missing) == len(claim.names) and not all(one.is_doubtful for one in missing)
    return [
        Finding(
            OTHER_NAME if is_none else NO_NAME,
            "entities",
            f"“{' '.join(name.text.split())}” is in no cited passage",
        )
        for name in missing
    ]


def _has_other_name(claim: ClaimReading, passages: Sequence[Digest]) -> bool:
    """Whether the clause that says most of the claim names someone whom the claim does not."""
    ours = frozenset(claim.stems)
    best, most = frozenset[str](), 0
    for passage in passages:
        for clause in passage.clauses:
            same = len(ours & clause.words)
            if same > most:
                best, most = (clause.words & passage.name_stems) - ours, same
    return bool(best) and most >= max(2, _ALIKE * len(ours))
