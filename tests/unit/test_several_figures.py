"""Sentences as models write them: several figures in one, each of its own row and period."""

from pathlib import Path

import pytest

from citewire.content.table_record import TABLE, table_from_json
from citewire.services.citations.judging import SourceText, check
from citewire.services.citations.verdicts import judge
from citewire.services.passages.splitting import build_passages
from citewire.services.reading.flow import flow_report, table_part

INCOME = [
    ["(in millions, except per share)", "2023", "2022", "2021"],
    ["Net sales", "$46,298", "$51,761", "$47,262"],
    ["Cost of sales", "36,386", "40,121", "36,689"],
    ["Gross profit", "9,912", "11,640", "10,573"],
    ["Gross profit as a % of net sales", "21.4%", "22.5%", "22.4%"],
    ["Selling, general and administrative expenses", "7,970", "8,635", "7,928"],
    ["Net loss", "(5,053)", "(4,290)", "(1,941)"],
    ["Net earnings", "$1,419", "$2,454", "$1,798"],
    ["Diluted earnings per share", "$6.29", "$9.84", "$6.84"],
    ["Total cost of shares repurchased", "1,001", "3,504", "318"],
    ["Cash dividends paid", "789", "688", "568"],
]


@pytest.mark.parametrize(
    "claim",
    [
        "Net earnings for 2023 totaled $1,419 million, or $6.29 per diluted share.",
        "Cost of sales was $36.4 billion, and general and administrative expenses $8.0 billion.",
        "Net sales and net earnings were $46,298 million and $1,419 million in 2023.",
        "It had $46,298 million of net sales and the gross profit was $9,912 million in 2023.",
        "The gross profit rate was 21.4% in 2023 versus 22.5% in 2022.",
        "Diluted earnings per share were $6.29, compared with $9.84 in 2022.",
        "The net loss widened by 17.8% compared with 2022.",
        "It returned $1.8 billion in 2023: $1,001 million for shares repurchased and $789 million"
        " of dividends.",
        "It paid $1,001 million for shares repurchased and $789 million of dividends in 2023.",
    ],
)
def test_each_figure_is_of_the_row_that_is_named_beside_it(claim: str) -> None:
    assert judge(claim, [_source().digest]).status == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "Net earnings for 2023 totaled $6.29 million, or $1,419 per diluted share.",
        "Cost of sales was $8.0 billion, and SG&A expenses were $36.4 billion in 2023.",
        "It had $9,912 million of net sales and the gross profit was $46,298 million in 2023.",
        "Diluted earnings per share were $6.29 in 2022, compared with $9.84 in 2023.",
        "The net loss narrowed by 17.8% compared with 2022.",
    ],
)
def test_figures_of_each_other_s_rows_are_not(claim: str) -> None:
    assert judge(claim, [_source().digest]).status != "supported"


def test_what_is_included_is_not_what_is_left_out() -> None:
    rows = [
        ["($ in millions)", "2023", "2022"],
        ["Total long-term debt", "1,176", "1,229"],
        ["Total long-term debt, less current portion", "1,160", "1,216"],
    ]
    claims = [
        f"Long-term debt, {word} the current portion, was $1,176 million in 2023."
        for word in ("including", "excluding")
    ]
    statuses = [judge(claim, [_source(rows).digest]).status for claim in claims]

    assert statuses == ["supported", "unsupported"]


def test_money_whose_scale_is_told_on_another_page_is_not_called_missing() -> None:
    passage = "In 2021, we spent $3,588 on capital expenditures."
    judged = judge("In 2021, it spent $3,588 million on capital expenditures.", [passage])

    assert judged.status == "partial"
    assert "not with its scale" in str(judged.against)


def _source(rows: list[list[str]] = INCOME) -> SourceText:
    report = flow_report(Path("report.txt"), [table_part(rows)], top=())
    (built,) = build_passages(
        report, doc_id="d", folder="f", file_name="n", max_tokens=500, overlap=0
    )
    return SourceText(built.node.text, table_from_json(built.node.metadata[TABLE]), "p")


def test_groups_of_three_digits_are_thousands_where_all_numbers_have_them() -> None:
    passage = "(in millions)\nSales 30,739 24,563\nFees 1,637 1,556\nCosts 12,658 9,033"

    assert judge("Fees were $1.6 million.", [passage]).status != "supported"


def test_a_year_of_long_ago_does_not_hide_that_of_the_document() -> None:
    about = "Annual report 2022"
    passage = "Founded in 1990, the chain operates 1,355 stores in 50 states."
    source = SourceText(passage, None, "p", about)
    checked = check("It operated 1,355 stores at the end of 2022.", [source], None)

    assert checked.together.status == "supported"
