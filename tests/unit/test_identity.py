"""Which report a file is: organisation, periods and kind from its first pages, title and name."""

import pytest

from citewire.content.identity import Identity
from citewire.content.report import Page, Report, WithheldText
from citewire.services.reading.identity.first_pages import FirstPages
from citewire.services.reading.identity.identify import identify, with_identity
from citewire.storage.library.labels import identity_fields, kind_labels, organisation_labels
from citewire.text.organisations import normal_name
from citewire.text.report_kinds import kind_of_head, kind_of_title, kinds_in
from citewire.text.report_periods import periods_in

FILING = """UNITED STATES
SECURITIES AND EXCHANGE COMMISSION
FORM 10-K
ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934
For the fiscal year ended {ended}
Commission file number 1-0000
{name}
(Exact name of registrant as specified in its charter)
Delaware | (State of incorporation)
Common Stock | ZRNH | New York Stock Exchange
"""


def told(*pages: str, name: str = "scan0001.pdf", title: str = "", date: str = "") -> Identity:
    return identify(FirstPages(title, name, pages, date=date or None))


@pytest.mark.parametrize(
    ("found", "organisation", "periods", "kind"),
    [
        (
            told(FILING.format(ended="January 28, 2023", name="ZARNHOLM SHIPS CO., INC.")),
            "ZARNHOLM SHIPS CO., INC.",
            ("2023",),
            "10-K",
        ),
        (
            told("Zarnholm Ships Announces Third Quarter Fiscal 2022 Results\nSAN JOSE -- Zarnholm "
                 "Ships, Inc. (NASDAQ: ZRNH) today announced", title="Third Quarter Fiscal 2022"),
            "Zarnholm Ships, Inc.",
            ("2022-Q3",),
            "earnings release",
        ),
        (
            told("Puertos del Norte, S.A.\nInforme anual 2021\nEjercicio anual terminado el 31 de "
                 "diciembre de 2021"),
            "Puertos del Norte, S.A.",
            ("2021",),
            "annual report",
        ),
        (
            told("Norddeutsche Werften AG\nGeschäftsbericht 2022/23\nFür das Geschäftsjahr vom "
                 "1. Oktober 2022 bis 30. September 2023"),
            "Norddeutsche Werften AG",
            ("2022", "2023"),
            "annual report",
        ),
        (
            told("Ports de l’Ouest S.A.\nRapport financier semestriel\nPremier semestre 2023"),
            "Ports de l’Ouest S.A.",
            ("2023-H1",),
            "interim report",
        ),
        (
            told("Recommended citation: Harbour Research Center, March, 2019, “Ships”",
                 date="2019-03"),
            "Harbour Research Center",
            ("2019",),
            "",
        ),
        (
            told("What Deloq sees coming\nWe asked. In this year’s edition, Deloq again asks.",
                 name="Deloq Tech Trends 2024.pdf"),
            "Deloq",
            ("2024",),
            "",
        ),
        (
            told("Sailing by Learning\nAnn Lee, University of Porto\nAbstract\nWe learn to sail.",
                 date="2023-05-01"),
            "",
            ("2023",),
            "research paper",
        ),
        (told("Notes on ships."), "", (), ""),
        (
            told("Zarnholm SA consolidated income | | \nin USD thousands | 2024 | 2023",
                 name="income.xlsx"),
            "Zarnholm SA",
            (),
            "",
        ),
        (told("Zarnholm SA sailed with Deloq.", name="notes.txt"), "", (), ""),
    ],
)  # fmt: skip
def test_first_pages_tell_the_report(
    found: Identity, organisation: str, periods: tuple[str, ...], kind: str
) -> None:
    assert (found.organisation, found.periods, found.kind) == (organisation, periods, kind)


def test_a_name_in_capitals_is_written_as_the_text_does() -> None:
    cover = FILING.format(ended="May 31, 2021", name="ZARNHOLM SHIPS, INC.")
    found = told(cover, "In this report Zarnholm Ships, Inc. is called the Company.")
    assert found.organisation == "Zarnholm Ships, Inc."
    assert found.aliases == ("ZRNH",)


def test_the_file_and_the_business_year_may_be_called_by_other_numbers() -> None:
    cover = FILING.format(ended="January 28, 2023", name="Zarnholm, Inc.")
    assert told(cover, name="ZARNHOLM_2022_10K.pdf").periods == ("2022", "2023")
    # The year in which it was sent in says nothing of its period.
    assert told(cover, name="zarnholm sent 2029.pdf").periods == ("2023",)


def test_a_cover_that_was_read_as_a_table_tells_the_same() -> None:
    rows = [
        "EXCHANGE ACT OF 1934 | ",
        " | For the fiscal year ended August 29, 2021 or",
        "☐ EXCHANGE ACT OF 1934 | TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d)",
        " | Commission file number 0-2035 Zarnholm Wholesale Corporation (Exact name of registrant",
    ]
    cover = "\n".join(["UNITED STATES", "SECURITIES AND EXCHANGE COMMISSION", "FORM 10-K", *rows])

    found = told(cover)
    assert (found.organisation, found.periods) == ("Zarnholm Wholesale Corporation", ("2021",))


def test_withheld_text_names_nobody() -> None:
    hidden = "Mallory Frauds, Inc."
    page = Page(1, "1", f"{hidden}\nNotes on ships.", withheld=(
        WithheldText(0, len(hidden), "invisible"),
    ))  # fmt: skip
    report = with_identity(Report("Notes", "en", (page,)), "notes.pdf")
    assert report.identity.organisation == ""


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("Q2 of FY2024 and FY2023", ("2024-Q2", "2023")),
        ("4Q22, 2022 Q3", ("2022-Q3", "2022-Q4")),
        ("ZARNHOLM_2024Q2_10Q", ("2024-Q2",)),
        ("Annual Report 2015-16", ("2015", "2016")),
        ("FY15", ("2015",)),
        ("segundo trimestre de 2024", ("2024-Q2",)),
        ("zweites Quartal 2023 und 1. Halbjahr 2022", ("2022-H1", "2023-Q2")),
        ("deuxième trimestre 2024", ("2024-Q2",)),
        ("the first half of 30 firms, 1,999 of them", ()),
    ],
)
def test_periods_are_written_one_way(text: str, periods: tuple[str, ...]) -> None:
    assert periods_in(text) == periods


def test_kinds_in_questions_and_titles() -> None:
    assert kinds_in("the key agenda of the 8k filing, and of the Geschäftsbericht") == (
        "8-K",
        "annual report",
    )
    assert kinds_in("What were the adjusted earnings? How is ESG run?") == ()
    assert kind_of_title("ZARNHOLM_2022Q4_EARNINGS".replace("_", " ")) == "earnings release"


def test_names_are_compared_without_their_legal_form() -> None:
    assert normal_name("BEST BUY CO., INC.") == normal_name("The Best Buy Company") == "best buy"
    assert normal_name("Telefónica, S.A.") == "telefonica"
    assert normal_name("The Company") == "the company"


def test_a_filing_is_an_annual_report_too() -> None:
    labels = identity_fields(Identity("Zarnholm, Inc.", ("2022-Q3",), "10-K", ("ZRNH",)))["labels"]
    wanted = {*kind_labels(("10-k", "annual report")), *organisation_labels(("zrnh", "Zarnholm"))}
    assert wanted < {*labels.split(",")}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("line.txt", "Line 1\nLine 2\nLine 3"),
        ("balance.csv", "Balance | Amount\nOpening | 5\n\nBalance | 7"),
        ("orders.pptx", "Orders by region\n\nOrders in thousand units"),
        ("precinct_table.pdf", "Precinct 1 | 5\nPrecinct 2 | 7\nvotes in Precinct 3 were few"),
        ("paperless.pdf", "This file was made for the Paperless project to test it."),
        ("ANNUAL REPORT 2022.pdf", "Some words."),
        ("FINAL annual report.pdf", "Some words."),
        ("scan.pdf", "the copyright in accepting membership end enclosing their check"),
    ],
)
def test_words_that_begin_lines_are_no_organisation(name: str, text: str) -> None:
    assert told(text, name=name, title=name.partition(".")[0]).organisation == ""


def test_a_name_of_the_file_that_sentences_use_is_one() -> None:
    text = "This survey by Quillmere shows what ships carry."
    assert told(text, name="Quillmere Trends 2024.pdf").organisation == "Quillmere"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Annual Report 2023", "annual report"),
        ("Puertos del Norte Informe anual 2021", "annual report"),
        ("Slides | Presentation", ""),
        ("See the presentation for all that was said of it", ""),
        ("More is told in the annual report.", ""),
        ("Region | Earnings | Cost", ""),
    ],
)
def test_a_kind_in_a_head_is_all_of_it(line: str, kind: str) -> None:
    assert kind_of_head(line) == kind


@pytest.mark.parametrize(
    ("size", "count", "name", "kind"),
    [
        ((960.0, 540.0), 8, "a.pdf", "presentation"),
        ((842.0, 595.0), 8, "a.pdf", ""),  # paper on its side
        ((960.0, 540.0), 1, "a.pdf", ""),
        ((960.0, 540.0), 8, "a.tiff", ""),
        (None, 1, "a.pptx", "presentation"),
    ],
)
def test_scans_are_no_presentation(
    size: tuple[float, float] | None, count: int, name: str, kind: str
) -> None:
    pages = tuple(Page(number, "", "Some words.", size) for number in range(1, count + 1))
    assert with_identity(Report("A scan", "en", pages), name).identity.kind == kind
