"""Tables drawn on pages of PDFs: with lines around the cells, or by their places alone."""

from itertools import accumulate

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from citewire.content.table import Grid, PlacedCell
from tests.grids import broken

FONT, SIZE, LEADING = "Helvetica", 9, 11
PAD = 4
LETTERS = 16
LEFT = 50


def draw_ruled(canvas: Canvas, grid: Grid, top: float) -> None:
    """Draw `grid` with lines around its cells, from `top` down, their texts on several lines."""
    lines = {id(cell): broken(cell.cell.text, LETTERS) for cell in grid.cells}
    xs = _edges(grid.columns, [_need(grid, n, lines) for n in range(grid.columns)], LEFT)
    heights = [0.0] * grid.rows
    for cell in grid.cells:
        need = (len(lines[id(cell)]) * LEADING + 2 * PAD) / cell.cell.rows
        for row in range(cell.row, cell.row + cell.cell.rows):
            heights[row] = max(heights[row], need)
    ys = [top - below for below in accumulate([0.0, *heights])]
    canvas.setFont(FONT, SIZE)
    for cell in grid.cells:
        x0, x1 = xs[cell.column], xs[cell.column + cell.cell.columns]
        y1, y0 = ys[cell.row], ys[cell.row + cell.cell.rows]
        canvas.rect(x0, y0, x1 - x0, y1 - y0)
        for number, line in enumerate(lines[id(cell)]):
            canvas.drawString(x0 + PAD, y1 - PAD - SIZE - number * LEADING + 2, line)


def draw_aligned(canvas: Canvas, grid: Grid, top: float, *, gap: float) -> None:
    """Draw `grid` without lines: labels at the left, figures at the right, wide heads centred.

    Args:
        canvas: of the page.
        grid: whose cells are on one line each.
        top: where it begins, counted from the bottom of the page.
        gap: points between columns.
    """
    lines = {id(cell): [cell.cell.text] for cell in grid.cells}
    widths = [_need(grid, n, lines) - 2 * PAD + gap for n in range(grid.columns)]
    xs = _edges(grid.columns, widths, LEFT)
    canvas.setFont(FONT, SIZE)
    for cell in grid.cells:
        x0, x1 = xs[cell.column], xs[cell.column + cell.cell.columns] - gap
        y = top - 16 * (cell.row + cell.cell.rows - 1 if cell.row < grid.header_rows else cell.row)
        if cell.cell.columns > 1:
            canvas.drawCentredString((x0 + x1) / 2, y, cell.cell.text)
        elif cell.column < grid.header_columns:
            canvas.drawString(x0, y, cell.cell.text)
        else:
            canvas.drawRightString(x1, y, cell.cell.text)


def _need(grid: Grid, column: int, lines: dict[int, list[str]]) -> float:
    """The width of a column, as its own cells need it and its part of the wider ones."""
    return max(
        max((stringWidth(line, FONT, SIZE) for line in lines[id(cell)]), default=0)
        / cell.cell.columns
        + 2 * PAD
        for cell in grid.cells
        if _covers(cell, column)
    )


def _covers(cell: PlacedCell, column: int) -> bool:
    return cell.column <= column < cell.column + cell.cell.columns


def _edges(columns: int, widths: list[float], left: float) -> list[float]:
    assert len(widths) == columns
    return list(accumulate([left, *widths]))
