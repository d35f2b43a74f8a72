"""Tables close below each other, and columns close beside each other, stay what they are."""

from pathlib import Path

import pytest
from reportlab.lib.colors import black
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate
from reportlab.platypus import Table as DrawnTable

from citewire.content.table import rows_of
from citewire.services.reading.heads import is_figure, is_period
from citewire.services.reading.read import read_report
from tests.doubles.small_pdfs import draw_pdf

Rows = list[list[str]]

TONNES = [["Sales (tonnes)", "2024", "2023"], ["Zinc", "5", "6"], ["Lead", "7", "8"]]


def drawn(
    path: Path, *tables: Rows, gap: float = 0, rights: tuple[int, ...] = (250, 310, 370)
) -> Path:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        y = 800.0
        for rows in tables:
            for label, *cells in rows:
                canvas.drawString(50, y, label)
                for right, text in zip(rights, cells, strict=False):
                    canvas.drawRightString(right, y, text)
                y -= 12
            y -= gap

    return draw_pdf(path, draw)


def read(path: Path) -> list[tuple[Rows, str]]:
    """Rows and unit of each table of a file."""
    return [
        (list(rows_of(block.table, page.text)), page.text[slice(*(block.table.unit or (0, 0)))])
        for page in read_report(path, ocr="off").pages
        for block in page.blocks
        if block.table
    ]


@pytest.mark.parametrize("gap", [0, 20])
def test_the_unit_in_a_corner_is_not_put_on_the_table_below(tmp_path: Path, gap: float) -> None:
    dollars = [["Sales (USD m)", "2024", "2023"], ["Zinc", "50", "60"], ["Lead", "70", "80"]]
    path = drawn(tmp_path / "a.pdf", TONNES, dollars, gap=gap)
    assert read(path) == [(TONNES, "tonnes"), (dollars, "USD m")]


@pytest.mark.parametrize("head", ["Sales (carats)", "Sales", "Prices (USD per tonne)"])
def test_a_corner_of_another_name_inherits_no_unit(tmp_path: Path, head: str) -> None:
    other = [[head, "2024", "2023"], ["Zinc", "50", "60"], ["Lead", "70", "80"]]
    assert read(drawn(tmp_path / "a.pdf", TONNES, other, gap=20))[1] == (other, "")


def test_figures_with_commas_of_close_columns_are_two_cells(tmp_path: Path) -> None:
    rows = [["Year", "Revenue", "Costs", "Profit"]]
    rows += [[str(year), f"{year % 7 + 1},850", "4,820", "102"] for year in range(2018, 2024)]
    style = [("LINEBELOW", (0, 0), (-1, 0), 0.5, black), ("ALIGN", (1, 0), (-1, -1), "RIGHT")]
    path = tmp_path / "a.pdf"
    SimpleDocTemplate(str(path)).build([DrawnTable(rows, style=style)])
    assert read(path) == [(rows, "")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            [["USD m", "2024", "2023"], ["Sales", "12", "13"], ["Costs", "5", "6"]],
            [["Emissions", "Unit", "2024"], ["Scope 1", "kt", "12.1"], ["Water", "ML", "450"]],
        ),
        (
            [["", "Tonnes", "USD"], ["Zinc", "500", "600"], ["Lead", "700", "800"]],
            [["", "Litres", "EUR"], ["Milk", "50", "60"], ["Oil", "70", "80"]],
        ),
        (
            [["Scope", "FY2023", "FY2024"], ["One", "1,200", "1,100"], ["Two", "800", "(750)"]],
            [
                ["", "Note", "2024 £000", "2023 £000"],
                ["Turnover", "2", "10,500", "9,500"],
                ["Gross profit", "3", "4,500", "4,000"],
            ],
        ),
    ],
)
@pytest.mark.parametrize("gap", [0, 10])
def test_a_row_of_heads_after_figures_begins_another_table(
    tmp_path: Path, first: Rows, second: Rows, gap: float
) -> None:
    path = drawn(tmp_path / "a.pdf", first, second, gap=gap)
    assert [rows for rows, _ in read(path)] == [first, second]


def test_a_wide_label_right_below_heads_is_none_of_them(tmp_path: Path) -> None:
    rows = [
        ["Description", "Unit", "2024"],
        ["Emissions from own operations and vehicles"],
        ["(scope 1)", "kt", "12.1"],
        ["Water", "ML", "450"],
    ]
    (found, _), *others = read(drawn(tmp_path / "a.pdf", rows, rights=(250, 310)))
    assert not others
    assert [row[0] for row in found][:2] == [
        "Description",
        "Emissions from own operations and vehicles",
    ]


def test_thousands_of_a_currency_are_a_head_and_no_figure() -> None:
    assert is_period("2024 £000")
    assert not is_figure("£000")
    assert is_figure("£1,000")
