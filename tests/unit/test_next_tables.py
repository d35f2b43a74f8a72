"""Tables directly below each other are read as two, each with its own heads, caption and unit."""

from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from reportlab.lib.colors import black
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate
from reportlab.platypus import Table as DrawnTable

from citewire.content.table import rows_of
from citewire.services.passages.splitting import build_passages
from citewire.services.reading.next_tables import RowWords, find_starts
from citewire.services.reading.read import read_report
from tests.doubles.growth import NOT_QUADRATIC, growth
from tests.doubles.small_pdfs import draw_pdf

CAPTION = "Table 1: Results (in millions)"
RESULTS = [
    ["", "2023", "2022"],
    ["Sales", "1,234", "1,111"],
    ["Cost of sales", "(800)", "(700)"],
    ["Gross profit", "434", "411"],
]
STAFF = [["Employees", "4,021", "3,987"], ["Stores", "312", "301"], ["Plants", "7", "6"]]
STARTS: dict[str, tuple[list[list[str]], str, str, int]] = {
    # Name: lines between the two, then caption, unit line and rows of heads of the second one.
    "a caption": ([["Table 2: Staff"]], "Table 2: Staff", "", 0),
    "a caption and a unit": (
        [["Table 2: Staff"], ["(in thousands)"], ["", "2023", "2022"]],
        "Table 2: Staff",
        "in thousands",
        1,
    ),
    "a unit line": ([["(in thousands)"], ["", "2023", "2022"]], "", "in thousands", 1),
    "a unit line alone": ([["(in thousands)"]], "", "in thousands", 0),
    "heads": ([["", "2023", "2022"]], "", "", 1),
    "other periods": ([["", "2021", "2020"]], "", "", 1),
    "dates": ([["", "March 31, 2024", "March 31, 2023"]], "", "", 1),
    "heads with a label": ([["Number of", "2023", "2022"]], "", "", 1),
    "heads beside a unit": ([["(in thousands)", "2023", "2022"]], "", "in thousands", 1),
    "a title over heads": ([["Staff"], ["", "Women", "Men"]], "", "", 1),
    "a sentence": ([["The staff was as follows:"], ["Kind", "Number", "Before"]], "", "", 1),
}

Read = list[tuple[list[list[str]], str, str, int]]


def tables(path: Path) -> Read:
    """Rows, caption, unit and number of header rows of each table of a file."""
    found: Read = []
    for page in read_report(path, ocr="off").pages:
        for table in (block.table for block in page.blocks if block.table):
            caption, unit = (
                page.text[slice(*span)] if span else "" for span in (table.caption, table.unit)
            )
            found.append((list(rows_of(table, page.text)), caption, unit, table.header_rows))
    return found


def unruled(
    path: Path,
    between: list[list[str]],
    *,
    rights: tuple[int, ...] = (340, 440),
    after: list[list[str]] = STAFF,
) -> Path:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        y = 700.0
        first = [[CAPTION], *RESULTS]
        for number, (label, *cells) in enumerate([*first, *between, *after]):
            canvas.drawString(60, y, label)
            ends = (340, 440) if number < len(first) else rights
            for right, text in zip(ends, cells, strict=False):
                canvas.drawRightString(right, y, text)
            y -= 13

    return draw_pdf(path / "a.pdf", draw)


def ruled(path: Path, between: list[list[str]]) -> Path:
    rows = [[CAPTION], *RESULTS, *between, *STAFF]
    spans = [("SPAN", (0, n), (-1, n)) for n, row in enumerate(rows) if len(row) == 1]
    drawn = DrawnTable(
        [[*row, "", ""][:3] for row in rows],
        style=[("GRID", (0, 0), (-1, -1), 0.5, black), *spans],
        colWidths=[200, 90, 90],
    )
    SimpleDocTemplate(str(path / "a.pdf")).build([drawn])
    return path / "a.pdf"


def html(path: Path, between: list[list[str]]) -> Path:
    def row(cells: list[str]) -> str:
        if len(cells) == 1:
            return f"<tr><td colspan=3>{cells[0]}</td></tr>"
        return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"

    body = "".join(map(row, [*RESULTS, *between, *STAFF]))
    (path / "a.html").write_text(f"<html><p>{CAPTION}</p><table>{body}</table></html>")
    return path / "a.html"


def docx(path: Path, between: list[list[str]]) -> Path:
    document = Document()
    document.add_paragraph(CAPTION)
    rows = [*RESULTS, *between, *STAFF]
    table = document.add_table(len(rows), 3)
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
        if len(row) == 1:
            table.cell(number, 0).merge(table.cell(number, 2))
    document.save(str(path / "a.docx"))
    return path / "a.docx"


def xlsx(path: Path, between: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [[CAPTION], *RESULTS, *between, *STAFF]:
        book.active.append(row)
    book.save(path / "a.xlsx")
    return path / "a.xlsx"


@pytest.mark.parametrize("write", [unruled, ruled, html, docx, xlsx])
@pytest.mark.parametrize("start", STARTS)
def test_the_second_of_two_tables_has_its_own_heads_caption_and_unit(
    tmp_path: Path, write: type, start: str
) -> None:
    between, caption, unit, heads = STARTS[start]

    first, second = tables(write(tmp_path, between))

    assert first == (RESULTS, CAPTION, "in millions", 1)
    assert second[0][-len(STAFF) :] == STAFF
    assert second[2].strip("()") == unit
    assert second[3] == heads
    assert caption in second[1]
    assert "Table 1" not in second[1]


@pytest.mark.parametrize("heads", [True, False])
def test_figures_at_other_places_are_of_another_table(tmp_path: Path, *, heads: bool) -> None:
    between = [["", "2023", "2022"]] if heads else []

    first, second = tables(unruled(tmp_path, between, rights=(290, 390)))

    assert first[0] == RESULTS
    assert second[0] == [*between, *STAFF]


def test_more_columns_begin_another_table(tmp_path: Path) -> None:
    first, second = tables(
        unruled(tmp_path, [["", "2023", "2022", "2021"]], rights=(300, 370, 440))
    )

    assert first[0] == RESULTS
    assert second[0][0] == ["", "2023", "2022", "2021"]


def test_a_table_of_the_same_for_another_year_has_the_unit_above(tmp_path: Path) -> None:
    path = unruled(tmp_path, [["", "2021", "2020"]], after=RESULTS[1:])

    (_, _, unit, _), (_, caption, same, _) = tables(path)

    assert (unit, same, caption) == ("in millions", "in millions", "")


ONE = [
    [["Other figures:"]],
    [["Percent of sales:"]],
    [["Loan due in 2027", "", ""]],
    [["Table 1 (continued)"]],
    [["Maturity", "2027", "2031"]],
    [["Shares outstanding of the company, basic"], ["(in thousands)"]],
    [["(1) Without those who left in 2022"]],
]


@pytest.mark.parametrize("between", ONE, ids=str)
def test_subheads_labels_and_years_among_figures_begin_no_table(
    tmp_path: Path, between: list[list[str]]
) -> None:
    assert len(tables(html(tmp_path, between))) == 1
    assert len(tables(unruled(tmp_path, between))) == 1


def test_a_list_of_tables_is_not_cut() -> None:
    rows = [RowWords(f"Table {n}: what it tells", (f"{n}2",)) for n in range(1, 5)]

    assert not list(find_starts([*rows, RowWords("Table 5: a long one"), *rows]))


def test_there_are_figures_before_and_after_where_a_table_begins() -> None:
    rows = [RowWords(row[0], tuple(row[1:])) for row in RESULTS] * 40

    starts = [start for start, _ in find_starts(rows)]

    assert all(
        any(row.has_figures for row in rows[start:end])
        for start, end in pairwise([0, *starts, len(rows)])
    )
    assert len(starts) == 39


def test_a_passage_of_figures_in_another_unit_repeats_heads_but_no_other_unit(
    tmp_path: Path,
) -> None:
    report = read_report(unruled(tmp_path, [["(in thousands)"]]), ocr="off")

    _, passage = (
        built.node.text
        for built in build_passages(
            report, doc_id="a" * 32, folder="f", file_name="a.pdf", max_tokens=220, overlap=30
        )
    )

    assert passage.splitlines()[:3] == [
        "(in thousands)",
        " | 2023 | 2022",
        "Employees | 4,021 | 3,987",
    ]


def test_heads_that_tell_a_unit_do_not_hold_for_figures_in_another(tmp_path: Path) -> None:
    corner = [["(in millions)", *RESULTS[0][1:]], *RESULTS[1:], ["(in thousands)"], *STAFF]
    page = read_report(html(tmp_path, [["(in thousands)"]]), ocr="off").pages[0]
    told = [block.table.continues for block in page.blocks if block.table]
    starts = find_starts([RowWords(row[0], tuple(row[1:]), is_parted=True) for row in corner])

    assert told == [False, True]
    assert list(starts) == [(4, False)]


def test_rows_without_a_value_are_no_heads_again() -> None:
    nothing = ["n/a", "n/a"]
    rows = [["", "2023", "2022"], ["Rent", *nothing], *RESULTS[1:], ["Other", *nothing], *STAFF]

    assert not list(find_starts([RowWords(row[0], tuple(row[1:])) for row in rows]))


@pytest.mark.parametrize(
    "row", [RowWords("", ("2023", "2022")), RowWords("Sales", ("1", "2")), RowWords("Table 1")]
)
def test_time_grows_with_the_rows_only(row: RowWords) -> None:
    some = [RowWords("Cost", ("1", "2")), RowWords("", ("Women", "Men"), is_parted=True), row]

    assert growth(lambda count: list(find_starts(some * count)), 500, 2000) < NOT_QUADRATIC
