"""Reading PDFs: text per page, labels, title, language, and why a file cannot be read."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import clean
from citewire.services.reading.dates import iso_date
from citewire.services.reading.pdf.read import read_pdf
from citewire.services.reading.title import TitleLine, title_of
from tests.doubles.growth import NOT_QUADRATIC, growth
from tests.doubles.small_pdfs import draw_lines, draw_pdf, write_pdf


def draw_picture(canvas: Canvas) -> None:
    canvas.rect(100, 100, 300, 300, fill=1)


BODY = "The harbour authority counted four hundred ships last year.\nMost of them carried grain."
SPANISH = (
    "La autoridad portuaria registró cuatrocientos barcos durante el año pasado.\n"
    "La mayoría de ellos transportaba trigo y aceite de oliva."
)


def test_the_text_is_kept_by_page(tmp_path: Path) -> None:
    report = read_pdf(write_pdf(tmp_path / "a.pdf", [BODY, "Second page text.", "Third."]))

    assert [page.text.strip() for page in report.pages] == [BODY, "Second page text.", "Third."]


def test_pages_are_numbered_from_one(tmp_path: Path) -> None:
    report = read_pdf(write_pdf(tmp_path / "a.pdf", [BODY, BODY]))

    assert [page.number for page in report.pages] == [1, 2]


def test_a_page_without_text_keeps_its_number(tmp_path: Path) -> None:
    report = read_pdf(write_pdf(tmp_path / "a.pdf", ["", "Only here."]))

    assert (report.pages[1].number, report.pages[1].text.strip()) == (2, "Only here.")


def test_a_page_without_a_printed_label_is_called_by_its_number(tmp_path: Path) -> None:
    report = read_pdf(write_pdf(tmp_path / "a.pdf", [BODY, BODY]))

    assert [page.label for page in report.pages] == ["1", "2"]


def test_printed_labels_are_read(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [BODY, BODY, BODY])
    labels = b"/PageLabels << /Nums [0 << /S /r >> 2 << /S /D >>] >> /Type /Catalog"
    path.write_bytes(path.read_bytes().replace(b"/Type /Catalog", labels))

    assert [page.label for page in read_pdf(path).pages] == ["i", "ii", "1"]


def test_the_language_of_the_text_is_told(tmp_path: Path) -> None:
    assert read_pdf(write_pdf(tmp_path / "a.pdf", [SPANISH])).language == "es"


def test_too_little_text_has_no_language(tmp_path: Path) -> None:
    assert read_pdf(write_pdf(tmp_path / "a.pdf", ["12 34 kg"])).language == "und"


def test_the_title_of_the_metadata_is_taken(tmp_path: Path) -> None:
    report = read_pdf(write_pdf(tmp_path / "a.pdf", [BODY], title="Harbour Report 2024"))

    assert report.title == "Harbour Report 2024"


def test_a_title_left_by_a_program_gives_way_to_the_heading(tmp_path: Path) -> None:
    path = write_pdf(
        tmp_path / "a.pdf", [BODY], title="Microsoft Word - x.doc", heading="Ships and Grain"
    )

    assert read_pdf(path).title == "Ships and Grain"


@pytest.mark.parametrize(
    "metadata", ["", "untitled", "Untitled 3", "report.docx", "0000004962-23-000006", "R-7"]
)
def test_a_title_that_says_nothing_gives_way_to_the_file_name(metadata: str) -> None:
    assert title_of(Path("harbour report.pdf"), metadata, []) == "harbour report"


def test_a_title_over_two_lines_is_joined() -> None:
    lines = [
        TitleLine("2024 Environmental", 30.0),
        TitleLine("and Social Report", 29.5),
        TitleLine("May", 9.0),
    ]

    assert title_of(Path("x.pdf"), "", lines) == "2024 Environmental and Social Report"


def test_a_section_heading_is_no_title() -> None:
    lines = [TitleLine("Introduction", 40.0), *[TitleLine("Some text of the page", 10.0)] * 9]

    assert title_of(Path("Harbour Outlook 2024.pdf"), "", lines) == "Harbour Outlook 2024"


def test_a_file_that_needs_a_password_is_called_encrypted(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [BODY], password="secret")

    with pytest.raises(UnreadableDocument, match="password"):
        read_pdf(path)


def test_a_broken_file_after_an_encrypted_one_is_called_broken(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument):
        read_pdf(write_pdf(tmp_path / "a.pdf", [BODY], password="secret"))
    # With its end, for without one it is called cut off.
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<< garbage >>\nendobj\n%%EOF\n")

    with pytest.raises(UnreadableDocument, match="broken"):
        read_pdf(tmp_path / "b.pdf")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"Dear colleagues, this is a letter.", "not a PDF"),
        (b"%PDF-1.4\n2 0 obj\n<< /Count 0 /Kids [ ] /Type /Pages >>\nendobj", "no pages"),
    ],
)
def test_the_reason_says_what_is_wrong(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.pdf").write_bytes(content)

    with pytest.raises(UnreadableDocument, match=reason):
        read_pdf(tmp_path / "a.pdf")


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="cannot be opened"):
        read_pdf(tmp_path / "a.pdf")


def test_a_report_without_text_is_called_scanned(tmp_path: Path) -> None:
    path = draw_pdf(tmp_path / "a.pdf", draw_picture, draw_picture)

    with pytest.raises(UnreadableDocument, match="any of its 2 pages: it seems to be scanned"):
        read_pdf(path, ocr="off")


def test_a_report_of_empty_pages_is_called_blank(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="blank"):
        read_pdf(write_pdf(tmp_path / "a.pdf", ["", ""]))


def test_scanned_pages_are_named(tmp_path: Path) -> None:
    def draw_text(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 700, [BODY])

    pages = [draw_text, draw_picture, draw_picture, draw_text, draw_picture]
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", *pages), ocr="off")

    assert report.notes == ("pages 2-3, 5 have no text (scanned, or a picture): use --ocr auto",)


def test_the_date_of_the_metadata_is_taken(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [BODY])
    path.write_bytes(path.read_bytes().replace(b"D:20000101000000", b"D:20240331120000"))

    assert read_pdf(path).date == "2024-03-31"


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("D:20240331120000+02'00'", "2024-03-31"),
        ("2024-03-31T10:00:00Z", "2024-03-31"),
        ("D:2024", "2024-01-01"),
        ("D:20241331", None),
        ("D:29990101", None),
        ("D:19040101", None),
        ("March 2024", None),
        ("", None),
    ],
)
def test_dates_that_make_sense_are_told(written: str, date: str | None) -> None:
    assert iso_date(written) == date


def test_a_pdf_without_a_trailer_is_repaired(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [BODY])
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"trailer")].replace(b"xref", b"xxxx"))

    assert read_pdf(path).pages[0].text == BODY


def test_time_grows_with_the_number_of_pages_only(tmp_path: Path) -> None:
    page = "\n".join(BODY for _ in range(20))

    def report_of(pages: int) -> Path:
        return write_pdf(tmp_path / f"{pages}.pdf", [f"{page}\n{n}" for n in range(pages)])

    assert growth(read_pdf, report_of(20), report_of(80)) < NOT_QUADRATIC


def test_threads_read_one_after_the_other(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [BODY] * 20)
    lengths: list[int] = []
    threads = [
        threading.Thread(target=lambda: lengths.append(len(read_pdf(path).pages))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lengths == [20] * 8


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_can_be_stored(text: str) -> None:
    assert "\x00" not in clean(text).encode().decode()


def test_ligatures_and_line_ends_are_made_plain() -> None:
    assert clean("\ufb01rst\r\n\ufb01le\x00") == "first\nfile"
