"""Caption and unit line of tables: found where they stand, and never taken from another table."""

from pathlib import Path

import pytest

from citewire.content.report import Block, Kind, Page, Report
from citewire.content.table import Table, grid_of
from citewire.services.reading.heads import is_figure, with_heads
from citewire.services.reading.read import read_report
from citewire.services.reading.table_heads import is_caption, is_unit_line, with_table_heads
from tests.doubles.growth import NOT_QUADRATIC, growth

ROWS = [["", "2024", "2023"], ["Grain", "712", "698"]]
SIZE = (600.0, 800.0)
Part = tuple[Kind, str] | list[list[str]]


def page_of(*parts: Part, header: str = "", size: tuple[float, float] | None = None) -> Page:
    """A page of blocks, those of rows being tables."""
    text, blocks = header, []
    for part in parts:
        text += "\n\n" if text else ""
        start = len(text)
        if isinstance(part, list):
            written, table = grid_of(part, header_rows=1, header_columns=1).written(start)
            text += written
            blocks.append(Block("table", start, len(text), table=table))
        else:
            text += part[1]
            blocks.append(Block(part[0], start, len(text)))
    return Page(1, "1", text, size, tuple(blocks))


def heads_of(page: Page) -> list[tuple[str, str]]:
    """Caption and unit of each table."""
    [told] = with_table_heads(Report("Harbours", "en", (page,))).pages
    return [_heads(block.table, told.text) for block in told.blocks if block.table]


def _heads(table: Table, text: str) -> tuple[str, str]:
    caption, unit = (text[slice(*span)] if span else "" for span in (table.caption, table.unit))
    return caption, unit


@pytest.mark.parametrize(
    "line",
    [
        "Table 3: Grain by harbour", "Table 3 Net sales", "TABLE A.1 – Ships", "Tabelle 2 – Umsatz",
        "Cuadro 3. Ventas", "Tableau 5 : Bilan", "Exhibit 4", "Schedule II", "表1 売上",
    ],
)  # fmt: skip
def test_what_begins_like_a_caption_is_one(line: str) -> None:
    assert is_caption(line)


@pytest.mark.parametrize(
    "figures",
    [
        ("$5m", "$7.5m"), ("12 EUR", "1,300 EUR"), ("EUR 12", "CHF 3.5m"), ("5.2x", "11x"),
        ("3 pts", "-0.5 pts"), ("€ 5,0 Mio.", "12,5 Mio. €"), ("5 million", "$1.2 billion"),
        ("40 bps", "2 pp"), ("1,234 kr", "77 kr"), ("12 per cent", "3 percentage points"),
        ("k€ 5", "7 k€"),
    ],
)  # fmt: skip
def test_figures_with_words_in_them_are_no_heads_of_rows(figures: tuple[str, str]) -> None:
    first, second = figures
    rows = [["Port", "Fee", "Note"], ["Oslo", first, "paid"], ["Rome", second, "due"]]
    grid = with_heads(grid_of(rows))

    assert (grid.header_rows, grid.header_columns) == (1, 1)


@pytest.mark.parametrize(
    "head",
    [
        "2023 EUR",
        "2024 €",
        "12 months",
        "10 mg",
        "Form 10K",
        "3D",
        "1st",
        "A4",
        "Q1 2024 $m",
        "12A",
    ],
)
def test_heads_with_figures_in_them_are_no_figures(head: str) -> None:
    assert not is_figure(head)


@pytest.mark.parametrize(
    "line",
    ["Table 3 shows that ships came.", "Table of contents", "Tables", "table 4 of the report",
     "Schedule of investments", "Grain by harbour", "Table 3: " + "word " * 60],
)  # fmt: skip
def test_prose_about_a_table_is_no_caption(line: str) -> None:
    assert not is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "in millions", "($ in millions)", "$ in thousands, except per share amounts",
        "(In millions, except per share data)", "in Mio. EUR", "en millones de euros", "(%)",
        "Unit: tonnes", "All amounts in thousands of euros unless otherwise stated", "EUR million",
        "€m", "US$ million", "(£'000)", "In T€", "en milliers d'euros", "R$ mil", "(单位：百万元)",
        "(in € millions)", "(% of GDP)", "Thousands of tonnes", "in GWh",
        "Cifras en miles de pesos",
    ],
)  # fmt: skip
def test_a_unit_line_is_known(line: str) -> None:
    assert is_unit_line(line)


@pytest.mark.parametrize(
    "line",
    ["", "Revenue rose to 5 in millions", "We sold grain in thousands of ships", "Grain", "Years",
     "In 2024 we sold 3 million euros of grain.", "Employees", "Units sold"],
)  # fmt: skip
def test_prose_with_a_scale_is_no_unit_line(line: str) -> None:
    assert not is_unit_line(line)


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([("text", "Table 3: Grain"), ROWS], ("Table 3: Grain", "")),
        ([("text", "Table 3: Grain"), ("text", "(in thousands)"), ROWS],
         ("Table 3: Grain", "(in thousands)")),
        ([("text", "In 2024 much came.\nTable 3: Grain (in tonnes)"), ROWS],
         ("Table 3: Grain (in tonnes)", "in tonnes")),
        ([("text", "Table 3: Grain by\nharbour and year"), ROWS],
         ("Table 3: Grain by\nharbour and year", "")),
        ([ROWS, ("text", "Table 3: Grain")], ("Table 3: Grain", "")),
        ([("text", "As of May 31, in millions"), ROWS], ("", "in millions")),
        ([[["$ in thousands", "2024", "2023"], ROWS[1]]], ("", "$ in thousands")),
        ([[["", "Change (%)", "2023"], ROWS[1]]], ("", "")),
        ([("text", "We sold grain in millions."), ROWS], ("", "")),
        ([("heading", "Grain by harbour"), ROWS], ("", "")),
    ],
)  # fmt: skip
def test_caption_and_unit_are_found_around_a_table(
    parts: list[Part], found: tuple[str, str]
) -> None:
    assert heads_of(page_of(*parts)) == [found]


def test_a_heading_just_above_is_the_caption_where_there_is_a_layout() -> None:
    parts: list[Part] = [("heading", "Grain by harbour"), ("text", "(in thousands)"), ROWS]

    assert heads_of(page_of(*parts, size=SIZE)) == [("Grain by harbour", "(in thousands)")]


def test_a_unit_line_of_the_page_is_that_of_all_its_tables() -> None:
    said: Part = ("text", "Grain came from all over the world.")
    page = page_of(said, ROWS, said, ROWS, header="All figures in millions of euros")

    assert [unit for _, unit in heads_of(page)] == ["All figures in millions of euros"] * 2


def test_what_stands_over_one_table_is_not_taken_for_another() -> None:
    page = page_of(("text", "Table 1: Grain"), ("text", "(in thousands)"), ROWS, ROWS)

    assert heads_of(page) == [("Table 1: Grain", "(in thousands)"), ("", "")]


def test_a_caption_between_two_tables_is_that_of_the_lower_one() -> None:
    assert heads_of(page_of(ROWS, ("text", "Table 2: Oil"), ROWS)) == [
        ("", ""),
        ("Table 2: Oil", ""),
    ]


def test_a_file_with_a_unit_line_is_read_with_it(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<p>Table 3: Grain</p><p>(in thousands of tonnes)</p>"
        "<table><tr><th>Harbour<th>2024<tr><td>Zarnholm<td>712</table>"
    )
    [page] = read_report(path).pages
    [table] = [block.table for block in page.blocks if block.table]

    assert _heads(table, page.text) == ("Table 3: Grain", "(in thousands of tonnes)")


@pytest.mark.parametrize("parts", [[ROWS], [("text", "Table 3: Grain"), ROWS], [("text", "in %")]])
def test_time_grows_with_the_blocks_only(parts: list[Part]) -> None:
    def find(count: int) -> None:
        heads_of(page_of(("text", "in %\n" * count), *parts * count, ROWS))

    assert growth(find, 300, 1200) < NOT_QUADRATIC


MIXED = [
    ["Plant", "2023", "2024", "Change"],
    ["Hydro", "1,234.6", "1,300", "5.3%"],
    ["Commissioned", "04/03/2021", "2022-05-06 13:30", ""],
    ["Code", "00007", "", ""],
    ["Open?", "TRUE", "", ""],
    ["Ratio", "1/2", "#DIV/0!", ""],
    ["Time", "36:00", "", ""],
    ["Share", "1.23E-05", "", ""],
]
LEDGER = [
    ["Date", "Account", "Text", "Debit", "Credit"],
    ["2024-01-05", "A-4000", "Sale", "", "120.00"],
    ["2024-01-05", "A-1200", "", "120.00", ""],
    ["2024-01-09", "A-6100", "Rent", "80.00", ""],
]
SPARSE = [
    ["Item", "Remark", "2023"],
    *([f"Item {n}", "revised" if n == 1 else "", f"{n}5"] for n in range(5)),
]
GROUPED = [
    ["Region", "Port", "2023"],
    ["North", "Tarn", "12"],
    ["", "Wells", "14"],
    ["South", "Cromer", "9"],
]


@pytest.mark.parametrize(
    ("rows", "count"), [(MIXED, 1), (LEDGER, 1), (SPARSE, 1), (GROUPED, 2)], ids=str
)
def test_columns_of_names_alone_are_heads_of_rows(rows: list[list[str]], count: int) -> None:
    assert with_heads(grid_of(rows, header_rows=1)).header_columns == count
