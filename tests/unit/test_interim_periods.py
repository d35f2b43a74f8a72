"""Periods that end on the same day are told apart by how long they are."""

import pytest

from citewire.services.citations.verdicts.periods import Period, find_periods
from citewire.services.citations.verdicts.tokens import flatten
from tests.doubles.cited_tables import judged

INTERIM = [
    ["", *["Three months ended June 30,"] * 2, *["Six months ended June 30,"] * 2],
    ["(in millions)", "2024", "2023", "2024", "2023"],
    ["Revenue", "$1,204", "$1,110", "$2,377", "$2,201"],
    ["Operating income", "201", "188", "397", "352"],
    ["Net income", "151", "140", "299", "260"],
]


@pytest.mark.parametrize(
    "claim",
    [
        "Revenue for the second quarter of 2024 was $1,204 million.",
        "Revenue for the six months ended June 30, 2024 was $2,377 million.",
        "In the first half of 2024, revenue was $2,377 million.",
        "In the first six months of 2023, net income was $260 million.",
        "Revenue grew 8.5% in the three months ended June 30, 2024.",
        "Revenue grew 8.0% in the six months ended June 30, 2024.",
        "Revenue was $1,204 million in the three months and $2,377 million in the six months ended"
        " June 30, 2024.",
    ],
)
def test_a_figure_of_its_own_length_is_supported(claim: str) -> None:
    assert judged(claim, INTERIM).status == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "Revenue for the second quarter of 2024 was $2,377 million.",
        "Revenue for the six months ended June 30, 2024 was $1,204 million.",
        "Revenue for the three months ended June 30, 2024 was $2,377 million.",
        "In the first half of 2024, revenue was $1,204 million.",
        "Revenue grew 8.5% in the six months ended June 30, 2024.",
        "Net income for the six months ended June 30, 2023 was $140 million.",
    ],
)
def test_the_figure_of_another_length_is_not(claim: str) -> None:
    assert judged(claim, INTERIM).status == "unsupported"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Three Months Ended June 30,\n2024", Period(2024, 6, 30, None, 3)),
        ("Years ended December 31, 2023", Period(2023, 12, 31, None, 12)),
        ("Thirteen weeks ended May 4, 2024", Period(2024, 5, 4, None, 3)),
        ("the first nine months of 2024", Period(2024, months=9)),
        ("six months ended", Period(None, months=6)),
    ],
)
def test_how_long_a_period_is_is_read(text: str, period: Period) -> None:
    assert [one.period for one in find_periods(flatten(text))] == [period]


def test_a_span_of_time_that_ends_nowhere_is_no_period() -> None:
    assert not find_periods("a three-month extension of the 12-month loan")
