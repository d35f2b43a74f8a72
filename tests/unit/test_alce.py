"""Citation recall and precision on examples computed by hand from ALCE's definitions."""

from collections.abc import Sequence

import pytest

from citewire.services.citations.verdicts import Digest
from citewire.services.evaluation.alce import (
    CitationScore,
    Statement,
    mean_score,
    score_answer,
    score_statement,
)

Facts = dict[str, str]


def _says_all(claim: str, passages: Sequence[str | Digest]) -> bool:
    """Entailment for the examples: every letter of the claim is in one of the passages."""
    held = set("".join(str(passage) for passage in passages))
    return set(claim) <= held


@pytest.mark.parametrize(
    ("claim", "passages", "recall", "precise"),
    [
        ("a", ("a",), True, (True,)),
        ("a", ("b",), False, (False,)),
        ("a", (), False, ()),
        # neither alone, and neither can be left out
        ("ab", ("a", "b"), True, (True, True)),
        # the second adds nothing and says nothing of it
        ("a", ("a", "b"), True, (True, False)),
        # each says it alone: one too many is not irrelevant
        ("a", ("a", "a"), True, (True, True)),
        # c is irrelevant, a and b are needed
        ("ab", ("a", "b", "c"), True, (True, True, False)),
        # ab alone is enough; a does not entail and may be left out
        ("ab", ("ab", "a"), True, (True, False)),
        # not entailed together: nothing is precise, not even the half that is right
        ("abz", ("a", "b"), False, (False, False)),
    ],
)
def test_a_statement_scores_as_the_paper_defines_it(
    claim: str, passages: tuple[str, ...], recall: bool, precise: tuple[bool, ...]
) -> None:
    score = score_statement(Statement(claim, passages), _says_all)

    assert (score.recall, score.precise) == (recall, precise)


def test_an_answer_means_recall_over_statements_and_precision_over_citations() -> None:
    answer = [Statement("a", ("a", "b")), Statement("b", ()), Statement("c", ("c",))]

    score = score_answer(answer, _says_all)

    assert (score.recall, score.precision) == pytest.approx((2 / 3, 2 / 3))


def test_an_answer_without_citations_scores_zero() -> None:
    assert score_answer([Statement("a", ())], _says_all) == CitationScore(0.0, 0.0)
    assert score_answer([], _says_all) == CitationScore(0.0, 0.0)


def test_a_file_means_over_its_answers_however_long_they_are() -> None:
    assert mean_score([CitationScore(1.0, 0.5), CitationScore(0.0, 0.0)]) == CitationScore(
        0.5, 0.25
    )
    assert mean_score([]) == CitationScore(0.0, 0.0)


def test_the_verdict_stands_in_for_entailment() -> None:
    passages = ("Norvia's revenue rose to €1.2 billion in 2023.", "The pier was repainted.")
    right = Statement("Norvia's revenue was €1.2 billion in 2023.", passages)
    wrong = Statement("Norvia's revenue was €1.4 billion in 2023.", passages)

    assert score_statement(right).precise == (True, False)
    assert score_statement(wrong).recall is False
