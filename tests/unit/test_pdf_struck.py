"""Words of a PDF that a line goes through are left out and told; other lines strike nothing."""

from pathlib import Path

import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from citewire.content.report import Report
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import draw_pdf

BEFORE, STRUCK, AFTER = "The harbour took ", "4,120 tonnes", " 4,310 tonnes of grain."
SIZE = 11.0
NOTE = "page 1 has text that is struck out, left out"


def read(path: Path, *lines: tuple[float, float, float], box: bool = False) -> Report:
    """Read a sentence with lines (from, to, height over the base of its letters)."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", SIZE)
        canvas.drawString(60, 700, BEFORE + STRUCK + AFTER)
        canvas.drawString(60, 680, "Another line of the same page.")
        for x0, x1, height in lines:
            if box:
                canvas.rect(x0, 700 + height - 0.4, x1 - x0, 0.8, stroke=0, fill=1)
            else:
                canvas.line(x0, 700 + height, x1, 700 + height)

    return read_pdf(draw_pdf(path / "a.pdf", draw), ocr="off")


def place() -> tuple[float, float]:
    """Where the struck words begin and end."""
    width = Canvas("").stringWidth
    start = 60 + width(BEFORE, "Helvetica", SIZE)
    return start, start + width(STRUCK, "Helvetica", SIZE)


def test_words_that_a_line_goes_through_are_left_out_and_told(tmp_path: Path) -> None:
    for box in (False, True):
        report = read(tmp_path, (*place(), 0.3 * SIZE), box=box)

        assert report.pages[0].text.startswith("The harbour took 4,310 tonnes of grain.")
        assert report.notes == (NOTE,)


def test_a_whole_line_may_be_struck_out(tmp_path: Path) -> None:
    end = 60 + Canvas("").stringWidth(BEFORE + STRUCK + AFTER, "Helvetica", SIZE)

    report = read(tmp_path, (60, end, 0.3 * SIZE))

    assert report.pages[0].text == "Another line of the same page."
    assert report.notes == (NOTE,)


def test_lines_under_words_and_those_that_cross_them_strike_nothing(tmp_path: Path) -> None:
    start, end = place()
    for line in ((start, end, -1.5), (start, end, 10.0), (20.0, 560.0, 3.3), (start, 560.0, 3.3)):
        report = read(tmp_path, line)

        assert BEFORE + STRUCK + AFTER in report.pages[0].text
        assert not report.notes


@pytest.mark.parametrize("struck", ["99", "7", "no", "1,234"])
def test_a_short_word_may_be_struck_out(tmp_path: Path, struck: str) -> None:
    styles = getSampleStyleSheet()
    said = f"The revenue was <strike>{struck}</strike> 98 million, of which <u>45</u> abroad."
    path = tmp_path / "a.pdf"
    SimpleDocTemplate(str(path)).build([Paragraph(said, styles["Normal"])])

    report = read_pdf(path, ocr="off")

    assert report.pages[0].text == "The revenue was 98 million, of which 45 abroad."
    assert report.notes == (NOTE,)


@pytest.mark.parametrize("mark", ["1", "12", "(a)"])
def test_a_line_under_a_raised_mark_strikes_nothing(tmp_path: Path, mark: str) -> None:
    def draw(canvas: Canvas) -> None:
        width = canvas.stringWidth
        canvas.setFont("Helvetica", SIZE)
        canvas.drawString(60, 700, BEFORE)
        x = 60 + width(BEFORE.rstrip(), "Helvetica", SIZE)
        canvas.setFont("Helvetica", 6.5)
        canvas.drawString(x, 704.5, mark)
        canvas.setLineWidth(0.5)
        for height in (703.3, 704):
            canvas.line(x, height, x + width(mark, "Helvetica", 6.5), height)

    report = read_pdf(draw_pdf(tmp_path / "a.pdf", draw), ocr="off")

    assert mark.strip("()") in report.pages[0].text
    assert not report.notes
