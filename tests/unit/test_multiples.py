"""What doubled, tripled or halved did so by the figures that it went between."""

import pytest

from citewire.services.citations.verdicts import judge
from tests.doubles.cited_tables import judged

INCOME = "Operating income increased to $446.3 million compared to $334.5 million."
AIR = "Emissions fell from 9,840 tonnes to 8,310 tonnes."
YEARS = [
    ["", "2023", "2022", "2021"],
    ["Revenue", "410", "200", "190"],
    ["Profit", "40", "21", "5"],
]


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("Revenue doubled to 410 in 2023.", "supported"),
        ("Revenue more than doubled to 410 in 2023.", "supported"),
        ("Revenue doubled from 200 to 410.", "supported"),
        ("Profit nearly doubled to 40 in 2023.", "supported"),
        ("Profit quadrupled to 21 in 2022.", "supported"),
        ("Revenue tripled to 410 in 2023.", "unsupported"),
        ("Revenue nearly tripled to 410 in 2023.", "unsupported"),
        ("Profit tripled to 40 in 2023.", "unsupported"),
    ],
)
def test_a_multiple_is_of_the_row_of_its_figure(claim: str, status: str) -> None:
    assert judged(claim, YEARS).status == status


@pytest.mark.parametrize(
    ("passage", "claim", "status"),
    [
        (INCOME, "Operating income rose to $446.3 million.", "supported"),
        (INCOME, "Operating income doubled to $446.3 million.", "unsupported"),
        (AIR, "Emissions halved to 8,310 tonnes.", "unsupported"),
        (AIR, "Emissions halved from 9,840 to 8,310 tonnes.", "unsupported"),
        ("Staff doubled to 410, compared to 380 at a rival.", "Staff doubled to 410.", "supported"),
    ],
)
def test_a_multiple_is_of_what_a_sentence_compares(passage: str, claim: str, status: str) -> None:
    assert judge(claim, [passage]).status == status


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("Revenue rose to 410 in 2023.", "supported"),
        ("Revenue fell to 410 in 2023.", "unsupported"),
        ("The net loss widened to 53 in 2023.", "supported"),
        ("The net loss narrowed to 53 in 2023.", "unsupported"),
        ("Profit rose to 40.", "supported"),
    ],
)
def test_what_a_figure_rose_or_fell_to_was_less_or_more_before(claim: str, status: str) -> None:
    rows = [*YEARS, ["Net loss", "(53)", "(43)", "(19)"]]
    assert judged(claim, rows).status == status


def test_what_a_sentence_compares_says_which_way_it_went() -> None:
    passage = "La deuda neta se situó en 27.349 millones de euros, frente a 26.687 millones."
    assert (
        judge("La deuda neta aumentó a 27.349 millones de euros.", [passage]).status == "supported"
    )
    assert (
        judge("La deuda neta disminuyó a 27.349 millones de euros.", [passage]).status
        != "supported"
    )
