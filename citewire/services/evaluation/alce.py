"""Citation recall and precision as ALCE defines them (Gao et al. 2023, section 3).

A statement's recall is 1 if it has citations and all of them together entail it. A citation is
irrelevant if it does not entail the statement alone while the others still do without it; its
precision is 1 if its statement's recall is 1 and it is not irrelevant. An answer's recall is the
mean over its statements and its precision the mean over its citations (0 if it has none); a
file's are the means over its answers.

ALCE asks a language model trained on entailment (TRUE). Where none is configured, `judged` stands
in: the deterministic verdict is `supported`. Figures of the two are not comparable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from citewire.services.citations.verdicts import Digest, judge

Passage = str | Digest
Entails = Callable[[str, Sequence[Passage]], bool]
"""Whether passages, taken together, entail a claim."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer and the passages that it cites, a passage per citation."""

    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class StatementScore:
    """Whether its citations together entail a statement, and which of them are precise."""

    recall: bool
    precise: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class CitationScore:
    """Citation recall and precision, 0 to 1, of an answer or of a file of answers."""

    recall: float
    precision: float


def judged(claim: str, passages: Sequence[Passage]) -> bool:
    """The deterministic stand-in for entailment."""
    return judge(claim, passages).status == "supported"


def score_statement(statement: Statement, entails: Entails = judged) -> StatementScore:
    """The recall of one statement and the precision of each of its citations."""
    passages = statement.passages
    if not passages or not entails(statement.text, passages):
        return StatementScore(recall=False, precise=(False,) * len(passages))
    if len(passages) == 1:
        return StatementScore(recall=True, precise=(True,))
    precise = tuple(
        entails(statement.text, passages[at : at + 1])
        or not entails(statement.text, passages[:at] + passages[at + 1 :])
        for at in range(len(passages))
    )
    return StatementScore(recall=True, precise=precise)


def score_answer(statements: Sequence[Statement], entails: Entails = judged) -> CitationScore:
    """The scores of one answer; zero if it has no statements."""
    scores = [score_statement(statement, entails) for statement in statements]
    citations = [precise for score in scores for precise in score.precise]
    return CitationScore(
        recall=fmean(score.recall for score in scores) if scores else 0.0,
        precision=fmean(citations) if citations else 0.0,
    )


def mean_score(answers: Sequence[CitationScore]) -> CitationScore:
    """The scores of a file of answers; zero if it has none."""
    if not answers:
        return CitationScore(0.0, 0.0)
    return CitationScore(
        recall=fmean(answer.recall for answer in answers),
        precision=fmean(answer.precision for answer in answers),
    )
