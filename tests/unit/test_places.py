"""Places in reports are named by the kind of the file: pages, slides, sheets, or not at all."""

from itertools import chain

import pytest

from citewire.content.report import Page, Report, WithheldText
from citewire.services.reading.formats import FORMATS, PDF, PICTURE
from citewire.services.reading.withholding import withhold
from citewire.text.places import PlaceWords, form_of, place_of, placed

SPANISH = PlaceWords("pág. {}", "diapositiva {}", "hoja {}")


@pytest.mark.parametrize(
    ("file_name", "label", "named"),
    [
        ("a.pdf", "12", "p. 12"),
        ("a.PDF", "F-12", "p. F-12"),
        ("scan.tiff", "2", "p. 2"),
        ("a.pptx", "3", "slide 3"),
        ("a.xlsx", "Orders", "Orders"),
        ("a.xlsx", "2024", "sheet 2024"),
        ("a.docx", "2", ""),
        ("a.md", "2", ""),
        ("a.csv", "1", ""),
        ("a.pdf", "", ""),
        ("pdf", "2", ""),
    ],
)
def test_a_place_is_named_by_the_kind_of_the_file(file_name: str, label: str, named: str) -> None:
    assert place_of(file_name, label) == named


def test_a_part_of_a_long_sheet_is_named_by_the_sheet() -> None:
    assert place_of("a.xlsx", "2024 (3)", section="2024", words=SPANISH) == "hoja 2024"
    assert place_of("a.xlsx", "Orders (2)", section="Orders (2)") == "Orders (2)"


def test_a_report_without_places_is_named_by_its_title_alone() -> None:
    assert placed("Annual letter", "letter.txt", "1") == "Annual letter"
    assert placed("Deck", "deck.pptx", "4") == "Deck, slide 4"


def test_every_format_has_the_places_that_its_reader_makes() -> None:
    forms = {row.label: {form_of(f"a{suffix}") for suffix in row.media_types} for row in FORMATS}
    assert all(len(some) == 1 for some in forms.values())
    assert forms[PDF.label] == forms[PICTURE.label] == {"pages"}
    assert forms["PowerPoint"] == {"slides"}
    sheets = {"Excel", "binary Excel", "old Excel", "OpenDocument sheet"}
    assert {label for label, some in forms.items() if some == {"sheets"}} == sheets
    assert set(chain(*forms.values())) == {"pages", "slides", "sheets", "text"}


def _page(number: int, label: str, text: str, *, hidden: bool) -> Page:
    held = (WithheldText(0, len(text), "hidden"),) if hidden else ()
    return Page(number, label, text, withheld=held)


HOLDING = [
    ("a.pdf", "pages 2-3 hold"),
    ("a.pptx", "slides 2-3 hold"),
    ("a.xlsx", "sheet “Board” holds"),
    ("a.html", "it holds"),
]


@pytest.mark.parametrize(("file_name", "told"), HOLDING)
def test_a_note_names_where_something_is_hidden_as_people_do(file_name: str, told: str) -> None:
    pages = (
        _page(1, "Orders", "Orders\n\nRegion | Sales", hidden=False),
        _page(2, "Board", "Board\n\nBonus | 99", hidden=True),
        _page(3, "Board (2)", "Bonus | 98", hidden=True),
    )
    report = withhold(Report(title="t", language="en", pages=pages), file_name)
    assert report.notes == (f"{told} hidden text, which is kept out of answers",)
