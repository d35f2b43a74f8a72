"""What a report is called: as its cover states it, never by the small print of a form."""

from pathlib import Path

import pytest

from citewire.services.reading.title import TitleLine, title_of

COVER = [
    "UNITED STATES",
    "SECURITIES AND EXCHANGE COMMISSION",
    "Washington, D.C. 20549",
    "FORM 10-K (Mark One)",
    "☒ ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "For the fiscal year ended March 31, 2024 or",
    "☐ TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d)",
]
EXACT = "(Exact name of registrant as specified in its charter)"
TITLE = "Zarnholm Shipping, Inc., Form 10-K, fiscal year ended March 31, 2024"


def called(*lines: str, name: str = "z.pdf", metadata: str = "") -> str:
    return title_of(Path(name), metadata, [TitleLine(line, 9.0) for line in lines])


@pytest.mark.parametrize(
    "named",
    [
        ["Commission file number 1-1234", "Zarnholm Shipping, Inc.", EXACT],
        ["Commission file number 1-1234 Zarnholm Shipping, Inc.", f"Ohio {EXACT} 12-3456789"],
        ["Commission file number 1-1234 Zarnholm Shipping, Inc. (Exact name of registrant)"],
        ["Commission File No. 001-12345", "-----", "Zarnholm Shipping, Inc.", "OHIO 12-3456789"],
        [f"Ohio (State or other jurisdiction of Zarnholm Shipping, Inc. {EXACT}"],
        ["Zarnholm Shipping, Inc.", EXACT, "Ohio 001-12345 (Commission File Number) 12-34"],
    ],
)
def test_a_filing_is_called_by_company_form_and_period(named: list[str]) -> None:
    assert called(*COVER, *named, metadata="FY24 - FINAL") == TITLE


def test_a_filing_whose_company_is_a_picture_is_called_by_its_file() -> None:
    lines = [*COVER, "Commission File Number 001-02217", EXACT, "Title of each class Common Stock"]

    assert called(*lines, name="Zarnholm 2024.pdf").startswith("Zarnholm 2024, Form 10-K, fiscal")


def test_a_quarter_and_an_event_are_told_with_their_day() -> None:
    head, name = COVER[:3], ["Commission file number 1-1234", "Zarnholm Shipping, Inc.", EXACT]
    quarter = [*head, "FORM 10-Q", "For the quarterly period ended", "June 30, 2024", *name]
    event = [*head, "FORM 8-K", "Date of Report (Date of earliest event): July 1, 2024", *name]

    assert called(*quarter) == "Zarnholm Shipping, Inc., Form 10-Q, quarter ended June 30, 2024"
    assert called(*event) == "Zarnholm Shipping, Inc., Form 8-K, July 1, 2024"


def test_a_form_that_only_is_spoken_of_makes_no_filing() -> None:
    lines = ["Ship News", "Our Form 10-K is filed with the Securities and Exchange Authority"]

    assert called(*lines, name="x.pdf").startswith("Ship News")


def test_the_recommended_citation_names_the_report() -> None:
    lines = ["FOR RELEASE MAY 3, 2024", "RECOMMENDED CITATION", "Harbour Centre, May 2024, “Most"]

    assert (
        called(*lines, "Ships Carry Grain”", name="HC_0503_FINAL.pdf") == "Most Ships Carry Grain"
    )


def test_a_phrase_goes_on_over_lines_of_any_size() -> None:
    lines = [
        TitleLine("THE IMPACT OF TRADE ON", 25.0),
        TitleLine("SMALL HARBOURS", 60.0),
        TitleLine("IN THE NORTH", 26.0),
        TitleLine("A Scientific Assessment", 15.0),
    ]

    assert (
        title_of(Path("x.pdf"), "", lines) == "THE IMPACT OF TRADE ON SMALL HARBOURS IN THE NORTH"
    )


def test_the_head_of_a_section_gives_way_to_the_name_that_the_text_uses() -> None:
    body = [TitleLine("The latest Harbour Trade Outlook names the ports", 12.0)] * 24
    lines = [TitleLine("Insights across ports", 37.0), *body]

    assert (
        title_of(Path("Harbour Trade Outlook 2024.pdf"), "", lines) == "Harbour Trade Outlook 2024"
    )
    assert title_of(Path("Other Name Entirely.pdf"), "", lines) == "Insights across ports"
