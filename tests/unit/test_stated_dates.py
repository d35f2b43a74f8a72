"""The date of a report is what it says of itself, not when its file was made."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from citewire.content.report import Page, Report
from citewire.services.reading.read import read_report
from citewire.services.reading.stated_dates import stated_date, with_stated_date
from citewire.services.reading.title import TitleLine, title_of
from tests.doubles.growth import NOT_QUADRATIC, growth


def pages_of(texts: Sequence[str]) -> tuple[Page, ...]:
    return tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1))


def stated(*texts: str, title: str = "") -> str | None:
    return stated_date(pages_of(texts), title)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Harbour report\n31 December 2023", "2023-12-31"),
        ("Harbour report\nMarch 2024", "2024-03"),
        ("Hafenbericht\nMärz 2024", "2024-03"),
        ("Informe del puerto\n3 de abril de 2024", "2024-04-03"),
        ("Rapport du port\n1er août 2023", "2023-08-01"),
        ("2023 Annual Report", "2023"),
        ("Annual Report 2015-16", "2016"),
        ("Geschäftsbericht 2022", "2022"),
        ("For the fiscal year ended January 28, 2024", "2024-01-28"),
        (
            "For the quarterly period ended Commission file\nJune 30, 2022 number 1-5805",
            "2022-06-30",
        ),
        ("FOR RELEASE MARCH 9, 2020", "2020-03-09"),
        ("Date of Report (Date of earliest event reported): July 1, 2022", "2022-07-01"),
        ("VIGO, Spain, February 8, 2023 – The harbour today reported", "2023-02-08"),
        ("Published on 2024-03-31", "2024-03-31"),
        ("Stand: 3. 4. 2024", "2024-04-03"),
        ("報告書\n2024年3月31日", "2024-03-31"),
        ("© 2021 Harbour Authority", "2021"),
        ("The mill burnt on 3 May 1998 and was built again by men of the town.", None),
        ("under the Securities Exchange Act of 1934", None),
        ("The trends that stood out in 2023 were two", None),
        ("Vision 2050 report", None),
        ("31 December 1850", None),
        ("31 February 2023", None),
    ],
)
def test_dates_are_told_as_exactly_as_they_are_written(text: str, date: str | None) -> None:
    assert stated(text) == date


def test_a_date_of_publication_wins_over_the_period() -> None:
    text = "Annual report\nFor the year ended 31 December 2022\nPublished 14 March 2023"

    assert stated(text) == "2023-03-14"


def test_a_date_on_the_cover_wins_over_the_period_within() -> None:
    assert (
        stated("Annual report\n14 March 2023", "For the year ended 31 December 2022")
        == "2023-03-14"
    )


def test_the_period_wins_over_the_year_in_the_title() -> None:
    text = "2023 Annual Report\nFor the fiscal year ended January 28, 2024"

    assert stated(text, title="2023 Annual Report") == "2024-01-28"


def test_only_the_first_pages_are_looked_at() -> None:
    assert stated(*["Text"] * 9, "31 December 2023") is None


def test_a_file_made_long_after_its_text_says_nothing() -> None:
    pages = pages_of(["Orders of 1996, of 1997 and of 1998 by district"])

    assert with_stated_date(Report("Orders", "en", pages, "2023-01-08")).date is None
    assert with_stated_date(Report("Orders", "en", pages, "1999-01-08")).date == "1999-01-08"


def test_the_date_that_a_page_of_the_web_states_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<html><head><meta name="date" content="2024-05-01"></head><body><p>For the year ended '
        "31 December 2023, the harbour counted four hundred ships.</p></body></html>"
    )

    assert read_report(tmp_path / "a.html").date == "2024-05-01"


def test_the_date_of_a_text_is_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Harbour report\n\nMarch 2024\n\nFour hundred ships came.")

    assert read_report(tmp_path / "a.txt").date == "2024-03"


def test_time_grows_with_the_text_only() -> None:
    def look(size: int) -> None:
        stated("January 1, " * size, "published on " * size, "year ended " * size)

    assert growth(look, 100, 400) < NOT_QUADRATIC


@pytest.mark.parametrize(
    "metadata",
    [
        "Microsoft Word - final_v3.docx",
        "Microsoft Word - final_v3",
        "(anonymous)",
        "PowerPoint Presentation",
        "Presentation1",
        "final_v3",
        "DRAFT",
        "CONFIDENTIAL",
        "Contents",
        "1. Introduction",
        "Part I",
        "Exhibit 99.1",
        "Chapter 3",
    ],
)
def test_what_programs_stamps_and_sections_are_called_is_no_title(metadata: str) -> None:
    lines = [TitleLine(metadata, 30.0), TitleLine("Harbour Report", 24.0)]

    assert title_of(Path("harbour report.pdf"), metadata, lines[1:]) == "Harbour Report"


@pytest.mark.parametrize(
    "title", ["Part of the Harbour", "Draft Resolutions of 2024", "Anonymity at Sea"]
)
def test_titles_that_begin_like_such_are_titles(title: str) -> None:
    assert title_of(Path("x.pdf"), title, []) == title


def test_the_lines_around_a_filing_are_no_title() -> None:
    lines = [
        TitleLine("UNITED STATES SECURITIES AND EXCHANGE COMMISSION", 16.0),
        TitleLine("Washington, D.C. 20549", 16.0),
        TitleLine("Harbour Corporation", 15.0),
        *[TitleLine("Some words of the form", 9.0)] * 9,
    ]

    assert title_of(Path("10k.pdf"), "", lines) == "Harbour Corporation"
