"""Text across a page stands apart from what it crosses: it is no title and parts no paragraph."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from citewire.content.report import Report
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import draw_pdf

LINES = [
    f"Line {number} of a paragraph about the mill that goes on for a while"
    for number in range(1, 13)
]


def draw_text(canvas: Canvas) -> None:
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(60, 760, "Annual review of the mill")
    canvas.setFont("Helvetica", 10)
    for number, line in enumerate(LINES):
        canvas.drawString(60, 720 - 20 * number, line)


def watermark(
    canvas: Canvas, text: str, *, angle: float, size: float, at: tuple[float, float]
) -> None:
    canvas.saveState()
    canvas.setFillGray(0.85)
    canvas.translate(*at)
    canvas.rotate(angle)
    canvas.setFont("Helvetica-Bold", size)
    canvas.drawString(0, 0, text)
    canvas.restoreState()


def read(path: Path, text: str, *, angle: float, size: float, first: bool) -> Report:
    def draw(canvas: Canvas) -> None:
        if first:
            watermark(canvas, text, angle=angle, size=size, at=(90, 520))
        draw_text(canvas)
        if not first:
            watermark(canvas, text, angle=angle, size=size, at=(90, 520))

    return read_pdf(draw_pdf(path, draw))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("angle", [45, 30, -55, 0])
@pytest.mark.parametrize("text", ["DRAFT", "CONFIDENTIAL"])
def test_a_watermark_stands_apart(tmp_path: Path, text: str, angle: float, *, first: bool) -> None:
    report = read(tmp_path / "a.pdf", text, angle=angle, size=64, first=first)

    page = report.pages[0]
    assert report.title == "Annual review of the mill"
    assert "\n".join(LINES) in page.text
    assert page.text.endswith(text)
    assert not any(text in page.text[block.start : block.end] for block in page.blocks)


def test_a_spaced_watermark_stands_apart(tmp_path: Path) -> None:
    report = read(tmp_path / "a.pdf", "D R A F T", angle=0, size=90, first=True)

    assert "\n".join(LINES) in report.pages[0].text


def test_a_small_label_aslant_is_read(tmp_path: Path) -> None:
    report = read(tmp_path / "a.pdf", "January", angle=45, size=9, first=False)

    page = report.pages[0]
    assert "\n".join(LINES) in page.text
    assert [page.text[block.start : block.end] for block in page.blocks][-1] == "January"


def test_a_large_initial_stays_in_its_paragraph(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 36)
        canvas.drawString(60, 700, "T")
        canvas.setFont("Helvetica", 10)
        for number, line in enumerate(LINES):
            canvas.drawString(90 if number < 3 else 60, 720 - 12 * number, line)

    page = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0]

    assert any("T" in page.text[block.start : block.end] for block in page.blocks)


def test_a_heading_over_close_lines_is_no_watermark(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 32)
        canvas.drawString(60, 734, "Ships and Grain")
        canvas.setFont("Helvetica", 10)
        for number, line in enumerate(LINES):
            canvas.drawString(60, 722 - 12 * number, line)

    assert read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).title == "Ships and Grain"


@pytest.mark.parametrize("number", ["62", "- 7 -", "Page 3 of 10"])
def test_a_page_number_alone_at_the_border_is_no_text(tmp_path: Path, number: str) -> None:
    def draw(canvas: Canvas) -> None:
        draw_text(canvas)
        canvas.drawCentredString(297, 40, number)

    page = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0]

    assert page.text.endswith(number)
    assert not any(number in page.text[block.start : block.end] for block in page.blocks)


def test_a_figure_in_the_text_is_no_page_number(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_text(canvas)
        canvas.drawString(60, 60, "Orders of the year")
        canvas.drawString(60, 48, "412")

    page = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0]

    assert any("412" in page.text[block.start : block.end] for block in page.blocks)
