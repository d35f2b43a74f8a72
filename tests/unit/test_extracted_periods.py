"""Extracts from tables: the fiscal year, the length and the bounds that a question names."""

from collections.abc import Sequence

import pytest

from citewire.content.table import grid_of
from citewire.services.models.extractive.bounds import Bounds, bounds_in
from citewire.services.models.extractive.fiscal_columns import months_of
from citewire.services.models.extractive.passages import Passage
from citewire.services.models.extractive.question import read_question
from citewire.services.models.extractive.rows import rows_that_answer
from citewire.services.models.extractive.telling import row_told

QUARTER = (("", "13 Weeks Ended", "13 Weeks Ended"), ("", "January 28, 2023", "January 29, 2022"))
YEAR = (("", "52 Weeks Ended", "52 Weeks Ended"), ("", "January 28, 2023", "January 29, 2022"))
INCOME = (*QUARTER, ("Net income", "$ 340", "$ 289"))
INCOME_OF_YEAR = (*YEAR, ("Net income", "$ 1,242", "$ 985"))
AGES = (
    ("", "Go online", "Broadband"),
    ("Seniors aged 65-69", "74", "65"),
    ("Seniors aged 70-74", "68", "55"),
    ("Seniors aged 80+", "37", "21"),
)


def _table(
    rows: Sequence[Sequence[str]], *, heads: int = 2, number: int = 1, title: str = "Acme"
) -> Passage:
    text, table = grid_of(rows, header_rows=heads, header_columns=1).written(0)
    return Passage(number, text, title=title, table=table, document="acme")


def _told(question: str, *passages: Passage) -> list[str]:
    rows = rows_that_answer(read_question(question), passages, [], [["acme"]])
    return [row_told(row, spanish=False) for row in rows]


def test_fiscal_2022_is_the_year_that_the_title_calls_so() -> None:
    begins = _table(INCOME_OF_YEAR, title="Acme Fourth Quarter Fiscal 2022 Results")
    ends = _table(INCOME_OF_YEAR, title="Acme Fourth Quarter Fiscal 2023 Results")
    question = "What was net income in fiscal 2022?"
    assert _told(question, begins) == ["Net income, 52 Weeks Ended January 28, 2023: $1,242"]
    assert _told(question, ends) == ["Net income, 52 Weeks Ended January 29, 2022: $985"]


def test_a_sentence_tells_how_a_report_calls_its_years() -> None:
    text = Passage(2, "Fiscal 2022 was the 52 weeks ended January 28, 2023.", document="acme")
    told = _told("What was net income in fiscal 2022?", _table(INCOME_OF_YEAR), text)
    assert told == ["Net income, 52 Weeks Ended January 28, 2023: $1,242"]


def test_where_nothing_tells_which_year_is_meant_both_are_told_with_their_heads() -> None:
    (told,) = _told("What was net income in fiscal 2022?", _table(INCOME_OF_YEAR))
    assert "January 28, 2023: $1,242" in told
    assert "January 29, 2022: $985" in told


def test_a_day_that_is_named_is_that_day() -> None:
    titled = _table(INCOME_OF_YEAR, title="Acme Fiscal 2022 Results")
    told = _told("What was net income for the 52 weeks ended January 29, 2022?", titled)
    assert told == ["Net income, 52 Weeks Ended January 29, 2022: $985"]


def test_the_title_of_a_third_quarter_tells_it_too() -> None:
    heads = ("", "October 29, 2022", "January 29, 2022")
    balance = _table(
        (heads, ("Total assets", "5,370", "4,764")),
        heads=1,
        title="Acme Third Quarter Fiscal 2022 Results",
    )
    told = _told("What were total assets at the end of fiscal 2021?", balance)
    assert told == ["Total assets, January 29, 2022: 4,764"]


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("What was net income in the fourth quarter of fiscal 2022?", "$340"),
        ("What was net income for the thirteen weeks ended January 28, 2023?", "$340"),
        ("What was net income in fiscal 2022?", "$1,242"),
        ("What was net income for the 52 weeks ended January 28, 2023?", "$1,242"),
    ],
)
def test_a_column_of_the_length_that_is_asked_is_told(question: str, figure: str) -> None:
    title = "Acme Fourth Quarter Fiscal 2022 Results"
    tables = _table(INCOME, title=title), _table(INCOME_OF_YEAR, number=2, title=title)
    (told,) = _told(question, *tables)
    assert told.endswith(f": {figure}")


def test_the_row_of_another_range_is_not_told() -> None:
    told = _told("What share of seniors aged 70-74 go online?", _table(AGES, heads=1))
    assert told == ["Seniors aged 70-74, Go online: 68"]
    assert not _told("What share of seniors aged 75-79 go online?", _table(AGES, heads=1))


def test_an_outlook_is_told_where_it_is_asked_and_only_there() -> None:
    outlook = _table((("", "FY23 Outlook"), ("Net income", "$ 1,300")), heads=1, number=2)
    tables = _table(INCOME_OF_YEAR, title="Acme Fiscal 2022 Results"), outlook
    assert _told("What net income does Acme expect for fiscal 2023?", *tables) == [
        "Net income, FY23 Outlook: $1,300"
    ]
    (told,) = _told("What was net income in fiscal 2022?", *tables)
    assert told.endswith(": $1,242")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("aged 70-74", {Bounds(70, 74)}),
        ("$30,000-$49,999", {Bounds(30_000, 49_999)}),
        ("80+", {Bounds(80, None)}),
        ("an income of $75,000 or more", {Bounds(75_000, None)}),
        ("those 80 years of age or older", {Bounds(80, None)}),
        ("<$30,000", {Bounds(None, 30_000)}),
        ("less than $30,000", {Bounds(None, 30_000)}),
        ("in 2022-2023 and in 2022-23", set()),
        ("an increase of 3-4%", set()),
    ],
)
def test_bounds_are_read(text: str, found: set[Bounds]) -> None:
    assert bounds_in(text) == found


@pytest.mark.parametrize(
    ("head", "months"),
    [
        ("13 Weeks Ended January 28, 2023", 3),
        ("Six Months Ended June 30, 2022", 6),
        ("39 weeks", 9),
        ("Year ended December 31", 12),
        ("4th Quarter", 3),
        ("December 31, 2022", None),
        ("Three and twelve months: 3 months, 12 months", None),
    ],
)
def test_heads_tell_how_long_their_periods_are(head: str, months: int | None) -> None:
    assert months_of(head) == months
