"""Workbooks: what their sheets show, as tables whose cells know their names."""

import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from PIL import Image

from citewire.content.report import Report
from citewire.content.table import Grid, Table, rows_of
from citewire.errors import UnreadableDocument
from citewire.services.reading.identity.identify import with_identity
from citewire.services.reading.read import read_report
from citewire.services.reading.withholding import withhold
from tests.doubles.small_sheets import (
    cell,
    inline,
    write_ods,
    write_ole,
    write_xls,
    write_xlsb,
    write_xlsx,
)
from tests.grids import grids, marked, rows_of_grid, shape


def write(path: Path, fill: Callable[[Any, Any], object]) -> Path:
    """A workbook with the sheet `Data`, which `fill` gets after the workbook."""
    workbook = xlsxwriter.Workbook(str(path))
    fill(workbook, workbook.add_worksheet("Data"))
    workbook.close()
    return path


def tables_of(report: Report) -> list[tuple[Table, str]]:
    return [
        (block.table, page.text)
        for page in report.pages
        for block in page.blocks
        if block.table is not None
    ]


def rows(report: Report) -> list[list[list[str]]]:
    return [list(rows_of(table, text)) for table, text in tables_of(report)]


def names(report: Report) -> dict[str, str]:
    """What stands in each cell with words, by its name."""
    return {
        table.address(cell): text[slice(*cell.spans[0])]
        for table, text in tables_of(report)
        for cell in table.cells
        if text[slice(*cell.spans[0])]
    }


def others(report: Report) -> list[tuple[str, str]]:
    """Kind and text of all blocks but tables."""
    return [
        (block.kind, page.text[block.start : block.end])
        for page in report.pages
        for block in page.blocks
        if block.table is None
    ]


def hidden(report: Report) -> str:
    return "\n".join(
        page.text[stretch.start : stretch.end]
        for page in report.pages
        for stretch in page.withheld
        if stretch.reason == "hidden"
    )


def test_a_sheet_is_a_page_with_its_name_and_a_cell_knows_its_own(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        for row, values in enumerate([["Region", "Orders"], ["North", 410], ["South", 275]], 5):
            sheet.write_row(row, 1, values)
        workbook.add_worksheet("Q2 2024").write_row(0, 0, ["Port", "Ships"])
        workbook.worksheets()[1].write_row(1, 0, ["Oslo", 7])

    report = read_report(write(tmp_path / "orders by region.xlsx", fill))

    assert [page.label for page in report.pages] == ["Data", "Q2 2024"]
    assert report.title == "orders by region"
    assert others(report) == [("heading", "Data"), ("heading", "Q2 2024")]
    assert names(report) == {
        "Data!B6": "Region", "Data!C6": "Orders", "Data!B7": "North", "Data!C7": "410",
        "Data!B8": "South", "Data!C8": "275",
        "Q2 2024!A1": "Port", "Q2 2024!B1": "Ships", "Q2 2024!A2": "Oslo", "Q2 2024!B2": "7",
    }  # fmt: skip
    assert [table.header_rows for table, _ in tables_of(report)] == [1, 1]


def test_values_are_told_as_the_sheet_shows_them(tmp_path: Path) -> None:
    shown = [
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (0.1234, "0.0%", "12.3%"),
        (-45, "#,##0;(#,##0)", "(45)"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (0.1 + 0.2, "General", "0.3"),
        (datetime(2024, 3, 31), "dd/mm/yyyy", "31/03/2024"),
        (1500000, '0.0,,"M"', "1.5M"),
        (True, "General", "TRUE"),
    ]

    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["What", "Value"])
        for row, (value, code, _) in enumerate(shown, 1):
            sheet.write(row, 0, f"row {row}")
            sheet.write(row, 1, value, workbook.add_format({"num_format": code}))

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert [row[1] for row in rows(report)[0][1:]] == [text for _, _, text in shown]


def test_formulas_are_told_by_their_results_and_their_lack_is_noted(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Port", "Ships"])
        sheet.write_formula(1, 1, "=SUM(B5:B9)", None, 12)
        sheet.write(1, 0, "Oslo")
        sheet.write_formula(2, 1, "=#REF!", None, "#REF!")
        sheet.write(2, 0, "Rome")

    report = read_report(write(tmp_path / "a.xlsx", fill))
    assert rows(report) == [[["Port", "Ships"], ["Oslo", "12"], ["Rome", "#REF!"]]]
    assert report.notes == ()

    sheet = f'<sheetData><row r="1">{inline("A1", "Sum")}<c r="B1"><f>1+1</f></c></row></sheetData>'
    report = read_report(write_xlsx(tmp_path / "b.xlsx", sheet))
    assert report.notes == (
        "sheet “Data”: a formula has no result in the file: "
        "open it in a spreadsheet program and save it",
    )


def test_what_is_hidden_is_withheld_and_names_stay_right(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        for row in range(4):
            sheet.write_row(row, 0, [f"{column}{row + 1}" for column in "ABCD"])
        sheet.set_column(1, 1, None, None, {"hidden": True})
        sheet.set_row(2, None, None, {"hidden": True})
        secret = workbook.add_worksheet("Secret")
        secret.write_row(0, 0, ["payroll", 99])
        secret.hide()
        white = workbook.add_format({"font_color": "#FFFFFF"})
        sheet.write(5, 0, "white on nothing", white)

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert names(report) == {
        f"Data!{column}{row}": f"{column}{row}" for row in (1, 2, 4) for column in "ACD"
    }
    assert set("B1 B2 A3 D3 B4".split()) <= set(hidden(report).split())
    assert "white on nothing" in hidden(report)
    assert "payroll | 99" in hidden(report)
    assert [page.label for page in report.pages] == ["Data", "Secret"]
    assert "payroll" not in " ".join(
        text for page in withhold(report, "q3.xlsx").pages for text in rows_without_withheld(page)
    )


def rows_without_withheld(page: Any) -> Iterator[str]:
    position = 0
    for stretch in page.withheld:
        yield page.text[position : stretch.start]
        position = stretch.end
    yield page.text[position:]


def test_merged_cells_stand_over_all_that_they_cover(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.merge_range("B1:C1", "2023")
        sheet.merge_range("D1:E1", "2024")
        sheet.write_row(1, 0, ["Unit", "Plan", "Actual", "Plan", "Actual"])
        sheet.merge_range("A3:A4", "Spain")
        sheet.write_row(2, 1, [1, 2, 3, 4])
        sheet.write_row(3, 1, [5, 6, 7, 8])

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert rows(report)[0] == [
        ["", "2023", "2023", "2024", "2024"],
        ["Unit", "Plan", "Actual", "Plan", "Actual"],
        ["Spain", "1", "2", "3", "4"],
        ["Spain", "5", "6", "7", "8"],
    ]
    ((table, _),) = tables_of(report)
    assert table.header_rows == 2
    assert [(c.rows, c.columns) for c in table.cells if c.rows * c.columns > 1] == [
        (1, 2), (1, 2), (2, 1),
    ]  # fmt: skip


def test_a_sheet_holds_several_tables_with_lines_above_and_below(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write("A1", "Orders by region")
        sheet.write("A2", "in EUR million")
        sheet.write_row("A4", ["Region", "2023", "2024"])
        sheet.write_row("A5", ["North", 5, 6])
        sheet.write_row("A6", ["South", 7, 8])
        sheet.write("A7", "Source: the registry of orders")
        sheet.write_row("F4", ["Port", "Ships"])
        sheet.write_row("F5", ["Oslo", 1])
        sheet.write(
            "A12", "A remark of some length that stands for itself and belongs to no table."
        )
        sheet.write("A16", "Staff", workbook.add_format({"bold": True}))
        sheet.write_row("A20", ["Year", "People"])
        sheet.write_row("A21", ["2024", 12])

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert rows(report) == [
        [["Region", "2023", "2024"], ["North", "5", "6"], ["South", "7", "8"]],
        [["Port", "Ships"], ["Oslo", "1"]],
        [["Year", "People"], ["2024", "12"]],
    ]
    (first, text), *_ = tables_of(report)
    assert first.caption is not None
    assert text[slice(*first.caption)] == "Orders by region\nin EUR million"
    assert others(report) == [
        ("heading", "Data"),
        ("text", "Source: the registry of orders"),
        ("text", "A remark of some length that stands for itself and belongs to no table."),
        ("heading", "Staff"),
    ]


def test_a_table_goes_on_behind_empty_rows_and_columns_of_its_own(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row("A1", ["EUR million", "", "2024", "", "2023"])
        table: dict[int, list[Any]] = {
            2: ["Revenue", "", 500, "", 450],
            3: ["Costs", "", 300, "", 280],
            5: ["Assets"],
            7: ["Cash", "", 20, "", 10],
            8: ["Ships", "", 80, "", 90],
        }
        for row, values in table.items():
            for column, value in enumerate(values):
                if value != "":
                    sheet.write(row - 1, column, value)

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert rows(report) == [
        [
            ["EUR million", "2024", "2023"],
            ["Revenue", "500", "450"],
            ["Costs", "300", "280"],
            ["Assets", "", ""],
            ["Cash", "20", "10"],
            ["Ships", "80", "90"],
        ]
    ]
    assert names(report)["Data!E8"] == "90"
    assert names(report)["Data!A5"] == "Assets"


def test_a_statement_with_a_table_beside_it_is_one_table(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row("C1", ["2024", "2023"])
        table: dict[int, list[Any]] = {
            2: ["Revenue", "", 500, 450],
            3: ["Costs", "", 300, 280],
            5: ["Expenses"],
            6: ["Selling", "", 20, 10],
            7: ["Other", "", 80, 90],
            8: ["Note: unaudited."],
        }
        for row, values in table.items():
            for column, value in enumerate(values):
                if value != "":
                    sheet.write(row - 1, column, value)
        sheet.write("G1", "Assumptions")
        sheet.write_row("G2", ["Tax rate", 0.25])
        sheet.write_row("G3", ["Growth", 0.03])

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert rows(report) == [
        [
            ["", "2024", "2023"],
            ["Revenue", "500", "450"],
            ["Costs", "300", "280"],
            ["Expenses", "", ""],
            ["Selling", "20", "10"],
            ["Other", "80", "90"],
        ],
        [["Tax rate", "0.25"], ["Growth", "0.03"]],
    ]
    assert ("text", "Note: unaudited.") in others(report)


def test_heads_are_those_that_the_workbook_tells(tmp_path: Path) -> None:
    def listed(_: Any, sheet: Any) -> None:
        sheet.add_table("B2:C4", {"data": [[1, 2], [3, 4]], "columns": [
            {"header": "10"}, {"header": "20"},
        ]})  # fmt: skip

    def frozen(_: Any, sheet: Any) -> None:
        for row in range(4):
            sheet.write_row(row, 0, [row, row + 1])
        sheet.freeze_panes(2, 0)

    def bold(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, [1, 2], workbook.add_format({"bold": True}))
        sheet.write_row(1, 0, [3, 4])

    found = [
        tables_of(read_report(write(tmp_path / f"{n}.xlsx", fill)))[0][0].header_rows
        for n, fill in enumerate([listed, frozen, bold])
    ]

    assert found == [1, 2, 1]


def with_top(sheet: Any, *, is_merged: bool) -> None:
    if is_merged:
        sheet.merge_range("A1:C1", "Sales by region")
    else:
        sheet.write(0, 0, "Sales by region")
    for row, values in enumerate([["Region", 2023, 2024], ["North", 5, 6], ["South", 7, 8]], 1):
        sheet.write_row(row, 0, values)


@pytest.mark.parametrize("is_merged", [False, True])
def test_a_row_above_the_table_is_its_caption_and_the_title(
    tmp_path: Path, is_merged: bool
) -> None:
    path = write(tmp_path / "q3.xlsx", lambda _, sheet: with_top(sheet, is_merged=is_merged))
    report = withhold(read_report(path), path.name)
    ((table, text),) = tables_of(report)

    assert table.caption is not None
    assert text[slice(*table.caption)] == report.title == "Sales by region"


def test_a_workbook_with_nothing_but_names_of_sheets_cannot_be_read(tmp_path: Path) -> None:
    Image.new("RGB", (80, 40)).save(tmp_path / "a.png")

    with pytest.raises(UnreadableDocument, match=r"the file has no text$"):
        read_report(write(tmp_path / "a.xlsx", lambda *_: None))
    with pytest.raises(UnreadableDocument, match="no text: sheet “Data”: a picture was not read"):
        read_report(
            write(tmp_path / "b.xlsx", lambda _, s: s.insert_image(0, 0, tmp_path / "a.png"))
        )


def test_of_several_sheets_the_first_caption_is_no_title(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        with_top(sheet, is_merged=True)
        workbook.add_worksheet("Costs").write_row(0, 0, ["Costs", 7])

    assert withhold(read_report(write(tmp_path / "q3.xlsx", fill)), "q3.xlsx").title == "q3"


def test_the_first_of_several_sheets_may_be_a_cover(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write(1, 1, "Harbours of the North")
        with_top(workbook.add_worksheet("Sales"), is_merged=True)

    assert read_report(write(tmp_path / "q3.xlsx", fill)).title == "Harbours of the North"


def test_a_merged_row_above_an_open_document_table_is_its_caption(tmp_path: Path) -> None:
    def row(*cells: str, span: int = 1) -> str:
        told = "".join(
            f'<table:table-cell table:number-columns-spanned="{span}" '
            f'table:number-rows-spanned="1"><text:p>{cell}</text:p></table:table-cell>'
            for cell in cells
        )
        return (
            f"<table:table-row>{told}{'<table:covered-table-cell/>' * (span - 1)}</table:table-row>"
        )

    table = row("Sales by region", span=3) + row("Region", "2023", "2024") + row("North", "5", "6")
    path = write_ods(tmp_path / "q3.ods", f'<table:table table:name="T">{table}</table:table>')
    report = read_report(path)
    ((found, text),) = tables_of(report)

    assert found.caption is not None
    assert text[slice(*found.caption)] == report.title == "Sales by region"


def test_figures_that_their_format_gives_words_are_no_heads_of_rows(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        euros, times = (
            workbook.add_format({"num_format": code}) for code in ('#,##0 "EUR"', '0.0"x"')
        )
        sheet.write_row(0, 0, ["Port", "Fee", "Cover"])
        for row, port in enumerate(("Oslo", "Rome", "Riga"), 1):
            sheet.write(row, 0, port)
            sheet.write(row, 1, 1234.4 * row, euros)
            sheet.write(row, 2, 1.25 * row, times)

    ((table, text),) = tables_of(read_report(write(tmp_path / "a.xlsx", fill)))

    assert list(rows_of(table, text))[1] == ["Oslo", "1,234 EUR", "1.3x"]
    assert (table.header_rows, table.header_columns) == (1, 1)


def test_marks_stand_apart_and_struck_words_are_left_out(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    raised, struck = InlineFont(vertAlign="superscript"), InlineFont(strike=True)
    sheet.append(["Item", "Value"])
    sheet["A2"] = CellRichText("Revenue ", TextBlock(struck, "old "), "in total")
    sheet["B2"] = CellRichText("12.5", TextBlock(raised, "1"))
    sheet["A3"], sheet["B3"] = "gone", 7
    sheet["B3"].font = openpyxl.styles.Font(strike=True)
    workbook.save(tmp_path / "a.xlsx")

    report = read_report(tmp_path / "a.xlsx")

    assert rows(report)[0][1:] == [["Revenue in total", "12.5 [1]"], ["gone", ""]]
    assert "sheet “Sheet”: text that is struck out is left out" in report.notes


def test_comments_and_charts_stand_behind_the_cells(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Port", "Ships"])
        sheet.write_row(1, 0, ["Oslo", 7])
        sheet.write_row(2, 0, ["Rome", 9])
        sheet.write_comment("B2", "Counted by hand", {"author": "Ann"})
        sheet.insert_textbox("F2", "Preliminary figures")
        chart = workbook.add_chart({"type": "column"})
        chart.add_series(
            {"name": "Ships", "values": "=Data!$B$2:$B$3", "categories": "=Data!$A$2:$A$3"}
        )
        chart.set_title({"name": "Ships by port"})
        workbook.add_chartsheet("Chart").set_chart(chart)

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert ("text", "Preliminary figures") in others(report)
    assert ("text", "Comment at B2: Counted by hand") in others(report)
    assert [page.label for page in report.pages] == ["Data", "Chart"]
    assert rows(report)[1] == [["", "Ships"], ["Oslo", "7"], ["Rome", "9"]]


def test_a_chart_without_values_of_its_own_is_told_by_its_title(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Port", "Ships"])
    sheet.append(["Oslo", 7])
    sheet["A2"].comment = Comment("near the quay", "Ann")
    chart = BarChart()
    chart.title = "Ships by port"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    sheet.add_chart(chart, "E2")
    workbook.save(tmp_path / "a.xlsx")

    said = others(read_report(tmp_path / "a.xlsx"))
    assert ("text", "Ships by port") in said
    assert ("text", "Comment at A2: near the quay") in said


def test_a_long_sheet_goes_on_over_pages_with_its_names(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Number", "Square"])
        for number in range(1, 2001):
            sheet.write_row(number, 0, [number, number * number])

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert [page.label for page in report.pages[:3]] == ["Data", "Data (2)", "Data (3)"]
    assert names(report)["Data!B1501"] == str(1500 * 1500)
    assert {table.continues for table, _ in tables_of(report)[1:]} == {True}


def test_a_date_and_a_title_are_those_of_the_properties(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        workbook.set_properties({"title": "Orders of the year", "created": datetime(2024, 3, 31)})
        sheet.write(0, 0, "words")

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert (report.title, report.date) == ("Orders of the year", "2024-03-31")


def test_the_company_of_the_properties_tells_whose_report_it_is(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        workbook.set_properties({"company": "Zarnholm Shipping, Inc.", "subject": "Orders"})
        sheet.write(0, 0, "words")

    report = read_report(write(tmp_path / "a.xlsx", fill))

    assert report.properties == ("Orders", "Zarnholm Shipping, Inc.")
    assert with_identity(report, "a.xlsx").identity.organisation == "Zarnholm Shipping, Inc."


@pytest.mark.parametrize("seed", range(20))
def test_no_cell_is_lost_wherever_it_stands(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    places = {(dice.randrange(14), dice.randrange(9)) for _ in range(dice.randrange(1, 60))}

    def fill(_: Any, sheet: Any) -> None:
        for row, column in places:
            sheet.write(
                row, column, f"w{row}x{column}" if dice.random() < 0.5 else row * 100 + column
            )

    report = read_report(write(tmp_path / "a.xlsx", fill))
    said = "\n".join(page.text for page in report.pages).replace("|", " ").split()

    for row, column in places:
        assert f"w{row}x{column}" in said or str(row * 100 + column) in said
    for name, text in names(report).items():
        _, row_text = name[5:6], name[6:]
        row, column = int(row_text) - 1, ord(name[5]) - ord("A")
        assert text in (f"w{row}x{column}", str(row * 100 + column))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(grids())
def test_any_table_is_the_same_after_a_round_trip(tmp_path: Path, grid: Grid) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    raised = InlineFont(vertAlign="superscript")
    for placed in grid.cells:
        row, column = placed.row + 3, placed.column + 2
        text, mark = marked(placed.cell.text)
        if text:
            value = CellRichText(text, TextBlock(raised, mark)) if mark else text
            sheet.cell(row, column).value = value
        if placed.cell.rows > 1 or placed.cell.columns > 1:
            sheet.merge_cells(
                start_row=row, start_column=column,
                end_row=row + placed.cell.rows - 1, end_column=column + placed.cell.columns - 1,
            )  # fmt: skip
    workbook.save(tmp_path / "a.xlsx")

    found = tables_of(read_report(tmp_path / "a.xlsx"))

    assert len(found) == 1
    ((table, text),) = found
    assert list(rows_of(table, text)) == rows_of_grid(grid)
    assert shape(table) == shape(grid)
    assert table.origin == (2, 1)


def test_an_open_document_sheet_is_told_as_it_shows_itself(tmp_path: Path) -> None:
    def text(words: str, attributes: str = "") -> str:
        return f"<table:table-cell {attributes}><text:p>{words}</text:p></table:table-cell>"

    table = (
        '<table:table table:name="Orders"><table:table-column/>'
        '<table:table-column table:visibility="collapse"/><table:table-column/>'
        f"<table:table-row>{text('Region')}{text('secret')}{text('Share')}</table:table-row>"
        f"<table:table-row>{text('North')}{text('x')}"
        + text("12.3%", 'office:value-type="percentage" office:value="0.1234"')
        + '</table:table-row><table:table-row table:number-rows-repeated="2">'
        + text("same", 'table:number-columns-repeated="3"')
        + '</table:table-row><table:table-row table:visibility="filter">'
        + text("filtered")
        + '</table:table-row><table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
        '<table:table table:name="Off" table:style-name="off"><table:table-row>'
        f"{text('payroll')}</table:table-row></table:table>"
    )
    styles = (
        '<style:style style:name="off" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )

    report = read_report(write_ods(tmp_path / "a.ods", table, styles))

    assert names(report) == {
        "Orders!A1": "Region", "Orders!C1": "Share", "Orders!A2": "North", "Orders!C2": "12.3%",
        "Orders!A3": "same", "Orders!C3": "same", "Orders!A4": "same", "Orders!C4": "same",
    }  # fmt: skip
    assert {"secret", "filtered", "payroll"} <= set(hidden(report).split())


def test_marks_comments_and_merged_cells_of_an_open_document_sheet(tmp_path: Path) -> None:
    table = (
        '<table:table table:name="T"><table:table-row><table:table-cell '
        'table:number-columns-spanned="2" table:number-rows-spanned="1"><office:annotation>'
        "<text:p>by hand</text:p></office:annotation><text:p>Both</text:p></table:table-cell>"
        "<table:covered-table-cell/></table:table-row><table:table-row><table:table-cell>"
        '<text:p>12.5<text:span text:style-name="up">1</text:span></text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="7"/></table:table-row>'
        "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    up = (
        '<style:style style:name="up"><style:text-properties style:text-position="super 58%"/>'
        "</style:style>"
    )

    report = read_report(write_ods(tmp_path / "a.ods", table, up))

    assert rows(report) == [[["12.5 [1]", "7"], ["a", "b"]]]
    assert "Both" in report.pages[0].text
    assert ("text", "Comment at A1: by hand") in others(report)


def test_an_encrypted_open_document_sheet_says_so(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", "", manifest="<encryption-data/>")

    with pytest.raises(UnreadableDocument, match="needs a password"):
        read_report(path)


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    values: dict[tuple[int, int], str | float] = {
        (1, 1): "Port", (1, 2): "Ships", (2, 1): "Oslo", (2, 2): 7.0, (3, 1): "Rome", (3, 2): 0.125,
    }  # fmt: skip

    report = read_report(write_xls(tmp_path / "a.xls", "Old", values))

    assert names(report) == {
        "Old!B2": "Port", "Old!C2": "Ships", "Old!B3": "Oslo", "Old!C3": "7",
        "Old!B4": "Rome", "Old!C4": "0.125",
    }  # fmt: skip


def test_a_binary_workbook_is_read_unless_its_cells_are_too_far_apart(tmp_path: Path) -> None:
    values: dict[tuple[int, int], str | float] = {
        (1, 1): "Port", (1, 2): "Ships", (2, 1): "Oslo", (2, 2): 7.0,
    }  # fmt: skip
    report = read_report(write_xlsb(tmp_path / "a.xlsb", "Bin", values))
    assert names(report) == {
        "Bin!B2": "Port", "Bin!C2": "Ships", "Bin!B3": "Oslo", "Bin!C3": "7",
    }  # fmt: skip

    far = write_xlsb(tmp_path / "b.xlsb", "Bin", values | {(1048575, 16383): "far"})
    with pytest.raises(UnreadableDocument, match=r"save it as \.xlsx"):
        read_report(far)


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        ("WordDocument", r"save it as \.docx"),
        ("PowerPoint Document", r"save it as \.pptx"),
        ("EncryptedPackage", "encrypted: it needs a password"),
        ("Other", "in an old format of Office"),
        ("Workbook", "broken"),
    ],
)
def test_old_office_files_say_what_to_do(tmp_path: Path, stream: str, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        read_report(write_ole(tmp_path / "a.xls", stream, b"nothing"))


def test_what_only_bears_the_name_of_an_old_workbook_is_read_as_what_it_is(tmp_path: Path) -> None:
    table = tmp_path / "a.xls"
    table.write_text("Port\tShips\nOslo\t7\n")
    assert rows(read_report(table)) == [[["Port", "Ships"], ["Oslo", "7"]]]

    page = tmp_path / "b.xls"
    page.write_text("<html><table><tr><th>Port<th>Ships<tr><td>Oslo<td>7</table></html>")
    assert rows(read_report(page)) == [[["Port", "Ships"], ["Oslo", "7"]]]

    old = tmp_path / "c.xls"
    old.write_text(
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    )
    with pytest.raises(UnreadableDocument, match=r"save it as \.xlsx"):
        read_report(old)


def test_a_damaged_or_missing_sheet_is_told(tmp_path: Path) -> None:
    whole = write_xlsx(
        tmp_path / "a.xlsx", f'<sheetData><row r="1">{inline("A1", "good")}</row><row r="2">'
    )
    report = read_report(whole)
    assert "good" in report.pages[0].text
    assert report.notes == ("sheet “Data” is damaged and not read to its end",)

    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            if "sheet1" not in name:
                new.writestr(name, old.read(name))
    with pytest.raises(UnreadableDocument, match="no text: sheet “Data” is missing in the file"):
        read_report(tmp_path / "b.xlsx")


def sheet_of(*row_texts: str) -> str:
    return f"<sheetData>{''.join(row_texts)}</sheetData>"


ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 100}">' for n in range(20))

HOSTILE = {
    "cells at both ends": sheet_of(
        f'<row r="1">{inline("A1", "first")}</row>',
        f'<row r="1048576">{inline("XFD1048576", "last")}</row>',
    ),
    "merged over everything": sheet_of(
        f'<row r="1">{inline("A1", "first")}</row>', f'<row r="9000">{cell("ZZ9000", "7")}</row>'
    )
    + "<mergeCells>"
    + '<mergeCell ref="A1:XFD1048576"/>' * 5000
    + "</mergeCells>",
    "an edge along all rows and columns": sheet_of(
        '<row r="1">' + "<c t='inlineStr'><is><t>x</t></is></c>" * 16384 + "</row>",
        *(f'<row r="{n}">{cell(f"A{n}", "7")}</row>' for n in range(2, 5000)),
    ),
    "a cell far down each column": sheet_of(
        *(f'<row r="{n}"><c r="{chr(65 + n % 26)}{n}"><v>1</v></c></row>' for n in range(1, 5000))
    ),
    "all columns hidden again and again": "<cols>"
    + '<col min="1" max="16384" hidden="1"/>' * 200
    + "</cols>"
    + sheet_of(f'<row r="1">{inline("A1", "unseen")}</row>'),
    "names that are none": sheet_of(
        f'<row r="x">{inline("A99999999999999999999", "a")}{inline("ABCDEFGHIJKLMN1", "b")}'
        f'{inline("1", "c")}{inline("A0", "d")}<c r="E1" t="s"><v>99</v></c></row>'
    ),
}


@pytest.mark.parametrize("sort", HOSTILE)
def test_a_hostile_sheet_is_read_in_no_time(tmp_path: Path, sort: str) -> None:
    report = read_report(write_xlsx(tmp_path / "a.xlsx", HOSTILE[sort]))

    assert sum(len(page.text) for page in report.pages) < 1_000_000
    if sort == "cells at both ends":
        assert "first" in report.pages[0].text
        assert "last" in report.pages[0].text


def test_a_text_that_is_kept_once_does_not_fill_the_memory(tmp_path: Path) -> None:
    row = "<row>" + '<c t="s"><v>0</v></c>' * 50 + "</row>"
    words = "<si><t>" + "words " * 5000 + "</t></si>"

    report = read_report(write_xlsx(tmp_path / "a.xlsx", sheet_of(row * 100), strings=words))

    assert sum(len(page.text) for page in report.pages) < 70_000_000
    assert "are left out" in report.notes[0]


def test_entities_do_not_grow(tmp_path: Path) -> None:
    head = f'<!DOCTYPE worksheet [<!ENTITY a "words">{ENTITIES}]>'
    cells = f'<row r="1">{inline("A1", "good")}<c t="inlineStr"><is><t>&u;</t></is></c></row>'

    report = read_report(write_xlsx(tmp_path / "a.xlsx", sheet_of(cells), head=head))

    assert len(report.pages[0].text) < 1000


def test_repeated_cells_of_an_open_document_sheet_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "citewire.services.reading.sheets.model.Room.__init__.__defaults__", (9000, 10**6, 100)
    )
    table = (
        '<table:table table:name="T"><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )

    report = read_report(write_ods(tmp_path / "a.ods", table))

    assert "rows from 1 on are left out" in report.notes[0]
