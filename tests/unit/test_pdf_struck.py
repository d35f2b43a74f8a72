"""Words of a PDF that a line goes through are left out and told; other lines strike nothing."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

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
