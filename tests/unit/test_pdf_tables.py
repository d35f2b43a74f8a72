"""Tables of PDFs are read as the grids that they show, each cell with its words and rectangle."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from citewire.content.report import Block, Page
from citewire.content.table import Grid, GridCell, Table, grid_of, rows_of
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.growth import NOT_QUADRATIC, growth
from tests.doubles.pdf_tables import draw_aligned, draw_ruled
from tests.doubles.small_pdfs import draw_lines, draw_pdf, prose
from tests.grids import grids, rows_of_grid, shape

WIDE = (1200.0, 842.0)
FEW = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def tables(page: Page) -> list[Block]:
    return [block for block in page.blocks if block.table is not None]


def read_table(path: Path, *draw: Callable[[Canvas], None]) -> tuple[Page, Table]:
    [page] = read_pdf(draw_pdf(path, *draw, size=WIDE), ocr="off").pages
    [block] = tables(page)
    assert block.table is not None
    return page, block.table


def drawn_rows(path: Path, *draw: Callable[[Canvas], None]) -> list[list[str]]:
    page, table = read_table(path, *draw)
    return list(rows_of(table, page.text))


@FEW
@given(grid=grids())
def test_a_drawn_grid_is_read_as_it_is(tmp_path: Path, grid: Grid) -> None:
    page, table = read_table(tmp_path / "a.pdf", lambda canvas: draw_ruled(canvas, grid, 800))

    assert rows_of_grid(grid) == list(rows_of(table, page.text))
    assert shape(grid) == shape(table)
    assert (grid.header_rows, grid.header_columns) == (table.header_rows, table.header_columns)


def test_grids_without_lines_are_read_by_how_their_cells_stand(tmp_path: Path) -> None:
    scores: list[float] = []

    @FEW
    @given(grid=grids(max_rows=9))
    def read(grid: Grid) -> None:
        path = draw_pdf(tmp_path / "a.pdf", lambda canvas: draw_aligned(canvas, grid, 800, gap=22))
        [page] = read_pdf(path, ocr="off").pages
        found = [
            f1(merged_down(grid), list(rows_of(block.table, page.text)))
            for block in tables(page)
            if block.table is not None
        ]
        scores.append(max(found, default=0.0))

    read()

    assert mean(scores) >= 0.95


def merged_down(grid: Grid) -> list[list[str]]:
    """The rows without what only lines can show: that a label is that of the next row too."""
    rows = rows_of_grid(grid)
    for cell in grid.cells:
        if cell.row >= grid.header_rows:
            for row in range(cell.row + 1, cell.row + cell.cell.rows):
                rows[row][cell.column] = ""
    return rows


def f1(right: list[list[str]], read: list[list[str]]) -> float:
    one, other = (
        Counter((r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row))
        for rows in (right, read)
    )
    return 2 * (one & other).total() / (one.total() + other.total())


def test_each_cell_has_its_rectangle_and_its_words_have_theirs(tmp_path: Path) -> None:
    grid = grid_of(
        [
            ["Unit", GridCell("2023", columns=2)],
            ["Steel of ships and grain", "1,234", "(56)"],
            ["Glass", "", "7%"],
        ]
    )
    page, table = read_table(tmp_path / "a.pdf", lambda canvas: draw_ruled(canvas, grid, 800))
    places = {(cell.row, cell.column): cell for cell in table.cells}

    for cell in table.cells:
        assert cell.box is not None
        lines = [
            line
            for start, end in cell.spans
            for line in tables(page)[0].lines
            if start <= line.start < line.end <= end
        ]
        for line in lines:
            assert cell.box[0] <= line.x0 <= line.x1 <= cell.box[2]
            assert cell.box[1] <= line.y0 + 0.002
            assert line.words
    head, first = places[0, 1].box, places[1, 1].box
    assert head is not None
    assert first is not None
    assert head[0] == pytest.approx(first[0], abs=0.002)
    assert head[2] > first[2]
    assert head[3] == pytest.approx(first[1], abs=0.002)


def test_lines_of_a_cell_are_one_text_and_divided_words_are_mended(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.grid([50, 150, 250], [800, 760, 720])
        draw_lines(
            canvas, 55, 785, ["The harbour for infor-", "mation on ships"], size=8, leading=10
        )
        draw_lines(canvas, 155, 785, ["12"], size=8)
        draw_lines(canvas, 55, 745, ["information"], size=8)
        draw_lines(canvas, 155, 745, ["13"], size=8)

    assert drawn_rows(tmp_path / "a.pdf", draw)[0] == ["The harbour for information on ships", "12"]


def test_rows_of_figures_between_two_lines_are_rows(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.grid([50, 150, 250, 350], [800, 780, 720])
        for x, cells in ((55, "ABC"), (155, "123"), (255, "456")):
            draw_lines(canvas, x, 785, [f"Head {cells}"], size=9)
            draw_lines(canvas, x, 765, list(cells), size=9, leading=16)

    assert drawn_rows(tmp_path / "a.pdf", draw)[1:] == [
        ["A", "1", "4"],
        ["B", "2", "5"],
        ["C", "3", "6"],
    ]


def test_cells_close_to_each_other_are_apart_where_other_rows_show_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for x, head in (
            (60, "Region"),
            (300, "Orders 2023"),
            (371, "Orders 2024"),
            (440, "Change"),
        ):
            draw_lines(canvas, x, 700, [head])
        for row in range(4):
            for x, text in ((60, f"District {row}"), (300, "1007"), (371, "1109"), (440, "1 %")):
                draw_lines(canvas, x, 680 - 16 * row, [text])

    [heads, first, *_] = drawn_rows(tmp_path / "a.pdf", draw)
    assert heads == ["Region", "Orders 2023", "Orders 2024", "Change"]
    assert first == ["District 0", "1007", "1109", "1 %"]


def test_signs_and_dashes_make_no_columns(tmp_path: Path) -> None:
    rows = [
        ("Sales", "$", "1,200", "$", "(900)"),
        ("Costs", "", "30", "", "-"),
        ("Net", "$", "-", "$", "7"),
    ]

    def draw(canvas: Canvas) -> None:
        for x, head in ((240, "2024"), (340, "2023")):
            draw_lines(canvas, x, 716, [head])
        for number, row in enumerate(rows):
            y = 700 - 16 * number
            canvas.setFont("Helvetica", 11)
            canvas.drawString(60, y, row[0])
            for column, right in ((1, 265), (3, 365)):
                canvas.drawString(right - 70, y, row[column])
                bracket = 4 if row[column + 1].endswith((")", "-")) else 0
                canvas.drawRightString(right + bracket, y, row[column + 1])

    assert drawn_rows(tmp_path / "a.pdf", draw) == [
        ["", "2024", "2023"],
        ["Sales", "$ 1,200", "$ (900)"],
        ["Costs", "30", "-"],
        ["Net", "$ -", "$ 7"],
    ]


def test_a_sign_close_to_the_figure_before_it_goes_with_the_one_after(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row, sign in enumerate(["$", "", "", "$"]):
            y = 700 - 16 * row
            for right, text in ((200, "1,007"), (260, "9 %"), (268, sign), (340, "1,109")):
                canvas.drawRightString(right, y, text)
            canvas.drawString(60, y, f"Sales {row}")

    rows = drawn_rows(tmp_path / "a.pdf", draw)
    assert rows[0] == ["Sales 0", "1,007", "9 %", "$ 1,109"]
    assert rows[1] == ["Sales 1", "1,007", "9 %", "1,109"]


def draw_rows(
    canvas: Canvas, rows: list[list[str]], rights: list[float], *, top: float = 700, step: float
) -> None:
    """Draw labels at the left and figures at the right of their columns."""
    canvas.setFont("Helvetica", 9)
    for number, (label, *figures) in enumerate(rows):
        canvas.drawString(60, top - step * number, label)
        for right, figure in zip(rights, figures, strict=False):
            canvas.drawRightString(right, top - step * number, figure)


LOSSES = [
    ["", "2022", "2021"],
    ["OPERATING ACTIVITIES:"],
    ["Net loss", "$ (8,470)", "$ (9,351)"],
    ["Depreciation", "13,489", "11,072"],
    ["Rate", "(2.5)%", "(1.5)%"],
]


def test_a_loss_with_its_sign_is_a_figure_and_no_line_of_the_heads(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, LOSSES, [340, 440], step=12)

    rows = drawn_rows(tmp_path / "a.pdf", draw)

    assert rows == [[*row, "", ""][:3] for row in LOSSES]


def test_figures_that_stand_close_to_each_other_are_cells_of_their_own(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        draw_rows(
            canvas,
            [
                ["", "2023", "2022", "2021"],
                ["Shares", "1 007", "12", "9"],
                ["Stores", "4", "3", "2"],
            ],
            [340, 382, 424],
            step=16,
        )
        draw_rows(canvas, [["Sales", "", "", "$ 3,226.8 $ 2,729.4 $ 2,198.7"]], [340, 382, 424],
                  top=652, step=16)  # fmt: skip

    [*_, shares, _, sales] = drawn_rows(tmp_path / "a.pdf", draw)

    assert shares == ["Shares", "1 007", "12", "9"]
    assert sales == ["Sales", "$ 3,226.8", "$ 2,729.4", "$ 2,198.7"]


def test_two_figures_of_a_row_are_never_in_one_column(tmp_path: Path) -> None:
    words = [[f"A long label of what is told about harbour {n} and its ships", "x"] for n in "abc"]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["Grain", "360", "236", "8"], ["Ore", "532", "343", "7"]],
                  [200, 260, 420], step=16)  # fmt: skip
        draw_rows(canvas, words, [420], top=668, step=16)

    rows = drawn_rows(tmp_path / "a.pdf", draw)

    assert [[cell for cell in row if cell] for row in rows[:2]] == [
        ["Grain", "360", "236", "8"],
        ["Ore", "532", "343", "7"],
    ]


def test_a_label_of_two_lines_after_a_long_row_is_no_part_of_it(tmp_path: Path) -> None:
    rows = [
        ["", "2023", "2022"],
        ["Balance as of December 31, 2021 told", "$ 6,121", "$ 5,864"],
        ["  Net income of all that are common"],
        ["  shareholders", "709", "621"],
        ["Dividends", "(400)", "(389)"],
    ]

    read = drawn_rows(
        tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [340, 440], step=10)
    )

    assert read[1:3] == [rows[1], ["Net income of all that are common shareholders", "709", "621"]]


def test_items_under_a_long_subhead_are_no_part_of_it(tmp_path: Path) -> None:
    rows = [
        ["", "2022", "2021"],
        ["Current tax of all the companies"],
        ["    Federal", "(58)", "(89)"],
        ["    Abroad", "142", "147"],
        ["Total tax of all the companies", "84", "58"],
    ]

    read = drawn_rows(
        tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [340, 440], step=13)
    )

    assert read[1:3] == [[rows[1][0], "", ""], ["Federal", "(58)", "(89)"]]


def test_a_sum_without_a_label_is_a_row_of_its_table(tmp_path: Path) -> None:
    rows = [["", "Total"], ["2023", "$3,084"], ["2024", "2,608"], ["2025", "381"], ["", "$6,073"]]

    read = drawn_rows(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [340], step=13))

    assert read == rows


def test_a_row_of_years_after_a_line_of_text_begins_another_table(tmp_path: Path) -> None:
    first = [["Years", "2022", "2021"], ["U.S.", "(5,457)", "(5,475)"], ["Total", "(5,022)", "9"]]
    second = [["Years", "2022", "2021"], ["Federal", "142", "147"], ["Sum", "31", "(743)"]]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, first, [340, 440], step=13)
        draw_rows(canvas, [["Income tax consisted of the following:"]], [], top=652, step=13)
        draw_rows(canvas, second, [340, 440], top=635, step=13)

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw, size=WIDE), ocr="off").pages

    read = [list(rows_of(block.table, page.text)) for block in tables(page) if block.table]
    assert read == [first, second]


def axes(canvas: Canvas) -> None:
    for n in range(6):
        draw_lines(canvas, 60, 700 - 20 * n, [str(50 - 10 * n)])
        draw_lines(canvas, 320, 700 - 20 * n, [f"{2.5 - 0.5 * n:.1f}"])
    for x in (120, 180, 240):
        draw_lines(canvas, x, 580, [str(2020 + x // 60)])
    draw_lines(canvas, 150, 660, ["31.4"])


def weeks(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 9)
    canvas.drawCentredString(390, 724, "13 Weeks Ended")
    for x, day in ((330, "January 28,"), (450, "January 29,")):
        canvas.drawCentredString(x, 712, day)
        canvas.drawCentredString(x, 700, "(Unaudited)")
    rows = [[f"Line {n}", f"{n},226", "62.4%", f"{n},729", "61.0%"] for n in range(1, 5)]
    draw_rows(canvas, rows, [320, 370, 440, 490], top=686, step=12)


def allocations(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 9)
    for x, head in ((330, "Actual Allocations"), (470, "Target Allocations")):
        canvas.drawString(x - 40, 712, head)
    heads = ["Asset Class", "2022", "2021", "2022", "2021"]
    rows = [[f"Class {n}", f"{n}1%", f"{n}2%", f"{n}3%", f"{n}4%"] for n in range(1, 5)]
    draw_rows(canvas, [heads, *rows], [330, 410, 470, 550], step=12)


def wrapped_head(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 9)
    for x, lines in (
        (250, ["", "Total feet"]), (340, ["Gross feet for", "stores opened"]), (430, ["", "In all"])
    ):  # fmt: skip
        for n, line in enumerate(lines):
            canvas.drawCentredString(x, 712 - 11 * n, line)
    rows = [[f"Quarter {n}", f"{n},770", f"{n}0,905", f"{n},861"] for n in range(1, 5)]
    draw_rows(canvas, rows, [262, 355, 442], top=686, step=14)


def head_of_words(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 9)
    for x, head in ((75, "Disposal"), (285, "Property"), (480, "Price")):
        canvas.drawCentredString(x, 712, head)
    names = ["Butler Square", "Walnut Hill", "Columbia Station",
             "Berkley Shopping Center and Berkley Land Parcel"]  # fmt: skip
    draw_rows(canvas, [[f"May {n}, 2022", "", f"{n},986"] for n in range(1, 5)], [0, 500], step=12)
    for n, name in enumerate(names):
        canvas.drawString(180, 700 - 12 * n, name)


@pytest.mark.parametrize(
    ("draw", "heads"),
    [
        (
            weeks,
            [
                ["", *["13 Weeks Ended"] * 4],
                ["", *["January 28, (Unaudited)"] * 2, *["January 29, (Unaudited)"] * 2],
            ],
        ),
        (
            allocations,
            [
                ["Asset Class", *["Actual Allocations"] * 2, *["Target Allocations"] * 2],
                ["Asset Class", "2022", "2021", "2022", "2021"],
            ],
        ),
        (wrapped_head, [["", "Total feet", "Gross feet for stores opened", "In all"]]),
        (head_of_words, [["Disposal", "Property", "Price"]]),
    ],
)
def test_heads_stand_over_their_own_columns(
    tmp_path: Path, draw: Callable[[Canvas], None], heads: list[list[str]]
) -> None:
    page, table = read_table(tmp_path / "a.pdf", draw)

    assert list(rows_of(table, page.text))[: table.header_rows] == heads


LONG = [[f"District {n}", str(1000 + n), f"{n}.5 %"] for n in range(60)]


@pytest.mark.parametrize("repeat", [True, False])
def test_a_table_over_two_pages_goes_on(tmp_path: Path, *, repeat: bool) -> None:
    heads = ["Region", "Orders", "Change"]

    def page(rows: list[list[str]]) -> Callable[[Canvas], None]:
        return lambda canvas: draw_ruled(canvas, grid_of(rows), 820)

    parts = [[heads, *LONG[:35]], [heads, *LONG[35:]] if repeat else LONG[35:]]
    path = draw_pdf(tmp_path / "a.pdf", *map(page, parts), size=A4)
    first, second = (tables(page)[0].table for page in read_pdf(path, ocr="off").pages)

    assert first is not None
    assert second is not None
    assert (first.continues, second.continues) == (False, True)
    assert (first.header_rows, second.header_rows) == (1, int(repeat))


def test_another_table_on_the_next_page_does_not_go_on(tmp_path: Path) -> None:
    def page(*columns: float) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            for row in range(5):
                for x in columns:
                    draw_lines(canvas, x, 800 - 16 * row, [str(1000 * row + 7)])

        return draw

    path = draw_pdf(tmp_path / "a.pdf", page(60, 200, 300), page(60, 300, 400, 500))
    pages = read_pdf(path, ocr="off").pages

    assert [block.table.continues for page in pages for block in tables(page) if block.table] == [
        False,
        False,
    ]


def contents(canvas: Canvas) -> None:
    for row, title in enumerate(["Ships", "Grain and oil", "Steel", "Staff", "Notes"]):
        draw_lines(canvas, 60, 700 - 16 * row, [title])
        draw_lines(canvas, 400, 700 - 16 * row, [str(3 + 7 * row)])


def references(canvas: Canvas) -> None:
    for row, author in enumerate(
        ["Abel, A. (2020), Ships", "Bode, B. (2021), Grain", "Cole, C.", "Dahl, D."]
    ):
        draw_lines(canvas, 60, 700 - 16 * row, [author])
        draw_lines(canvas, 400, 700 - 16 * row, [f"[{9 * row % 7}]"])


def labels_of_a_chart(canvas: Canvas) -> None:
    for n in range(12):
        draw_lines(canvas, 60 + 47 * (n * 5 % 9), 700 - 17 * (n // 2), [f"Label {n}"], size=7)


@pytest.mark.parametrize("draw", [contents, references, labels_of_a_chart, axes])
def test_what_stands_in_columns_and_is_none_is_no_table(
    tmp_path: Path, draw: Callable[[Canvas], None]
) -> None:
    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw), ocr="off").pages

    assert tables(page) == []


def test_a_frame_around_a_text_is_no_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 600, 400, 120)
        canvas.line(50, 700, 450, 700)
        draw_lines(canvas, 60, 705, ["Box 1. What ships carry"])
        draw_lines(canvas, 60, 680, prose(5, "Box"))

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw), ocr="off").pages

    assert tables(page) == []


def test_time_grows_with_the_number_of_lines_drawn_only(tmp_path: Path) -> None:
    def page_of(cells: int) -> Path:
        def draw(canvas: Canvas) -> None:
            for row in range(cells // 20):
                for column in range(20):
                    canvas.rect(20 + 28 * column, 20 + 800 / (cells // 20) * row, 28, 5)
            for row in range(40):
                for column in range(20):
                    draw_lines(canvas, 22 + 28 * column, 22 + 20 * row, ["1"], size=4)

        return draw_pdf(tmp_path / f"{cells}.pdf", draw)

    assert growth(read_pdf, page_of(800), page_of(3200)) < NOT_QUADRATIC
