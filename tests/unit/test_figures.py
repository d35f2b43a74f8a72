"""Figures: the caption and the words inside are one block with the rectangle of the figure."""

import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from citewire.content.report import Block, Page
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import draw_pdf

ABOVE = [
    "Buyers of board are found in all parts of the country, and a few abroad,",
    "but the largest of them takes a third of the output and",
]
BELOW = [
    "pays late, as the owners of the mill found out in the year of the fire.",
    "Prices have moved with those of fuel.",
]


def draw_text(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 10)
    for number, line in enumerate(ABOVE):
        canvas.drawString(60, 760 - 13 * number, line)
    for number, line in enumerate(BELOW):
        canvas.drawString(60, 420 - 13 * number, line)


def draw_chart(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 8)
    for number in range(6):
        canvas.rect(90 + 40 * number, 500, 25, 40 + 20 * number, fill=1)
        canvas.setFillGray(0.1)
        canvas.drawString(92 + 40 * number, 490, str(2018 + number))
        canvas.drawString(92 + 40 * number, 545 + 20 * number, str(40 + 20 * number))


def draw_picture(canvas: Canvas) -> None:
    content = io.BytesIO()
    Image.new("RGB", (50, 50), (200, 220, 200)).save(content, "PNG")
    canvas.drawImage(ImageReader(content), 90, 490, 250, 200)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(120, 600, "River")
    canvas.drawString(220, 560, "Mill")


def figures_of(page: Page) -> list[Block]:
    return [block for block in page.blocks if block.kind == "figure"]


@pytest.mark.parametrize(
    "caption",
    [
        "Figure 3: Orders by year",
        "Chart 2. Orders",
        "Gráfico 4: Pedidos",
        "Abbildung 1: Auftrag",
        "Exhibit 4 Orders",
    ],
)
def test_a_chart_with_its_caption_is_a_figure(tmp_path: Path, caption: str) -> None:
    def draw(canvas: Canvas) -> None:
        draw_text(canvas)
        draw_chart(canvas)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(90, 470, caption)

    page = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0]

    [figure] = figures_of(page)
    assert page.text[figure.start : figure.end].startswith(caption)
    assert "2018 2019 2020 2021 2022 2023" in page.text[figure.start : figure.end]
    assert figure.box is not None
    assert figure.box == pytest.approx(
        (90 / 595, 1 - 640 / 842, 315 / 595, 1 - 500 / 842), abs=0.02
    )


def test_a_paragraph_goes_on_past_a_figure(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_text(canvas)
        draw_picture(canvas)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(90, 475, "Figure 7-2. Where the mill stands.")

    page = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0]

    assert "\n".join([*ABOVE, *BELOW]) in page.text
    [figure] = figures_of(page)
    assert page.text[figure.start : figure.end].split("\n")[1:] == ["River", "Mill"]


def test_a_picture_without_a_caption_is_none(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_text(canvas)
        draw_picture(canvas)

    page = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0]

    assert not figures_of(page)
    assert "River" in page.text


def test_a_sentence_about_a_figure_is_no_caption(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_text(canvas)
        draw_chart(canvas)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(90, 470, "Figure 3 shows the orders of six years.")

    assert not figures_of(read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0])


def test_a_table_on_drawn_boxes_is_no_figure(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_text(canvas)
        canvas.setFont("Helvetica", 9)
        for row in range(6):
            for column in range(4):
                canvas.rect(90 + 70 * column, 500 + 20 * row, 70, 20)
                canvas.drawString(94 + 70 * column, 506 + 20 * row, str(100 * row + column))
        canvas.drawString(90, 475, "Exhibit 4: Orders")

    page = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0]

    assert not figures_of(page)
    assert "500 | 501 | 502 | 503" in page.text
