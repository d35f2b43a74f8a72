"""Fiscal years that end in January: called by the year in which they begin, or by the next."""

import pytest

from citewire.services.citations.verdicts import digest, judge
from tests.doubles.cited_tables import cited

BUYBACKS = [
    ["(In thousands)", "January 28, 2023", "January 29, 2022"],
    ["Repurchase of common shares", "(900,033)", "(1,521,925)"],
    ["Capital expenditures", "(312,126)", "(172,187)"],
    ["Stock options exercised", "43,417", "41,033"],
]
FIRST_DAYS = [[BUYBACKS[0][0], "January 1, 2023", "January 2, 2022"], *BUYBACKS[1:]]
BY_FIRST, BY_LAST = "Fourth Quarter Fiscal 2022 Results", "Fourth Quarter Fiscal 2023 Results"
TOLD = "The firm made capital expenditures of $312.1 million in fiscal {}."
SWAPPED = "The firm made capital expenditures of $172.2 million in fiscal {}."


def _status(claim: str, rows: list[list[str]], about: str) -> str:
    found = [digest(one.text, one.table, about) for one in cited(rows)]
    return judge(claim, found).status


@pytest.mark.parametrize(
    ("rows", "title", "year"),
    [
        (BUYBACKS, BY_FIRST, 2022),
        (BUYBACKS, BY_LAST, 2023),
        (BUYBACKS, "", 2023),
        (FIRST_DAYS, "", 2022),
    ],
)
def test_a_fiscal_year_is_the_one_that_the_title_calls_so(
    rows: list[list[str]], title: str, year: int
) -> None:
    assert _status(TOLD.format(year), rows, title) == "supported"
    assert _status(SWAPPED.format(year), rows, title) == "unsupported"


def test_the_year_before_is_called_alike() -> None:
    claim = (
        "Capital expenditures were $312.1 million in fiscal 2022 and $172.2 million in fiscal 2021."
    )
    assert _status(claim, BUYBACKS, BY_FIRST) == "supported"
    turned = (
        "Capital expenditures were $172.2 million in fiscal 2022 and $312.1 million in fiscal 2021."
    )
    assert _status(turned, BUYBACKS, BY_FIRST) == "unsupported"


def test_a_year_of_which_nothing_tells_how_it_is_called_is_left_open() -> None:
    assert _status(TOLD.format(2022), BUYBACKS, "") == "unchecked"


def test_a_calendar_day_stays_the_day_that_it_is() -> None:
    claim = "Capital expenditures were $312.1 million in the year ended January 28, 2023."
    assert _status(claim, BUYBACKS, BY_FIRST) == "supported"


def test_revenues_of_a_segment_name_the_segment() -> None:
    text = "Defense had revenues of $23,162 million in 2022."
    claim = "Revenues of Defense were $23,162 million in 2022."
    assert judge(claim, [digest(text)]).status == "supported"
