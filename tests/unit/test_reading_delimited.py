"""Tables of values in text files: what stands between columns, quotes, heads, names of cells."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citewire.content.table import rows_of
from citewire.services.reading.read import read_report
from citewire.services.reading.sheets.delimited import DELIMITERS
from citewire.services.reading.withholding import withhold


def rows(path: Path, content: str | bytes) -> list[list[str]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    ((table, text),) = (
        (block.table, page.text)
        for page in read_report(path).pages
        for block in page.blocks
        if block.table is not None
    )
    return list(rows_of(table, text))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Port,Ships\nOslo,7\n", [["Port", "Ships"], ["Oslo", "7"]]),
        ("Port;Ships\r\nOslo;7,5\r\n", [["Port", "Ships"], ["Oslo", "7,5"]]),
        ("Port\tShips\rOslo\t7\r", [["Port", "Ships"], ["Oslo", "7"]]),
        ("Port|Ships\nOslo|7\n", [["Port", "Ships"], ["Oslo", "7"]]),
        ("sep=;\nPort;Ships, all\nOslo;7\n", [["Port", "Ships, all"], ["Oslo", "7"]]),
        ("\ufeffPort,Ships\nOslo,7", [["Port", "Ships"], ["Oslo", "7"]]),
        (
            'Port,Note\n"Oslo, the\nold ""one""",x\n',
            [["Port", "Note"], ['Oslo, the old "one"', "x"]],
        ),
        ("a,b,c\n1,2\n1,2,3,4\n", [["a", "b", "c", ""], ["1", "2", "", ""], ["1", "2", "3", "4"]]),
        ("Industry\nSteel\nGlass\n", [["Industry"], ["Steel"], ["Glass"]]),
        ("x;1,5;2,5\ny;3,5;4,5\n", [["x", "1,5", "2,5"], ["y", "3,5", "4,5"]]),
    ],
)
def test_columns_are_found(tmp_path: Path, content: str, expected: list[list[str]]) -> None:
    assert rows(tmp_path / "a.csv", content) == expected


def test_encodings_are_told_apart(tmp_path: Path) -> None:
    words = "Región;Toneladas de mineral según el año\nEspaña;7\n"
    expected = [["Región", "Toneladas de mineral según el año"], ["España", "7"]]

    for encoding in ("utf-8", "utf-16", "cp1252"):
        assert rows(tmp_path / "a.csv", words.encode(encoding)) == expected


def test_a_cell_has_its_name_and_the_first_row_is_its_head(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("All orders,,\n\nRegion,2023,2024\nNorth,5,6\n")
    ((table, text),) = (
        (block.table, page.text)
        for page in read_report(path).pages
        for block in page.blocks
        if block.table is not None
    )

    assert table.header_rows == 1
    assert table.caption is not None
    assert text[slice(*table.caption)] == "All orders"
    assert table.address(table.cells[-1]) == "orders!C4"


@pytest.mark.parametrize(
    ("above", "title", "caption"),
    [
        ("Sales by region\n", "Sales by region", "Sales by region"),
        ("Sales by region,,\n\n", "Sales by region", "Sales by region"),
        ("# Sales by region\n", "Sales by region", "# Sales by region"),
        ("Acme\nSales by region\n(in millions)\n", "Acme Sales by region", None),
        ("This file was made by a program.\n", "t1", "This file was made by a program."),
        ("Made: 2024-01-05\n", "t1", "Made: 2024-01-05"),
        ("", "t1", ""),
    ],
)
def test_a_line_above_the_table_is_its_caption_and_the_title(
    tmp_path: Path, above: str, title: str, caption: str | None
) -> None:
    path = tmp_path / "t1.csv"
    path.write_text(f"{above}Region,2023,2024\nNorth,5,6\nSouth,7,8\n")
    report = withhold(read_report(path), path.name)
    (page,) = report.pages
    (table,) = [block.table for block in page.blocks if block.table is not None]

    assert report.title == title
    assert next(iter(rows_of(table, page.text))) == ["Region", "2023", "2024"]
    if caption is not None:
        assert (page.text[slice(*table.caption)] if table.caption else "") == caption


def test_names_and_values_above_the_table_are_no_rows_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Fund,Harbour\nDate,2024-05-01\n\nRegion,2023,2024\nNorth,5,6\nSouth,7,8\n")
    (page,) = read_report(path).pages
    *lines, block = page.blocks

    assert [page.text[line.start : line.end] for line in lines] == [
        "Fund | Harbour",
        "Date | 2024-05-01",
    ]
    assert block.table is not None
    assert (block.table.header_rows, block.table.rows) == (1, 3)
    assert block.table.address(block.table.cells[0]) == "a!A4"


@pytest.mark.parametrize("between", ["\n", "\nSales by region, after\n".replace(",", " –")])
def test_a_second_table_below_an_empty_row_has_its_own_heads(tmp_path: Path, between: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        f"Region,2023\nNorth,5\nSouth,7\n{between}Region,2024\nNorth,6\nSouth,8\n\nWest,9\n"
    )
    (page,) = read_report(path).pages
    tables = [block.table for block in page.blocks if block.table is not None]

    assert [list(rows_of(table, page.text)) for table in tables] == [
        [["Region", "2023"], ["North", "5"], ["South", "7"]],
        [["Region", "2024"], ["North", "6"], ["South", "8"], ["West", "9"]],
    ]
    assert [table.header_rows for table in tables] == [1, 1]
    assert (tables[1].caption is not None) == ("Sales" in between)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('"say \\"hi\\", ok"', 'say "hi", ok'),
        ('"\\"all\\""', '"all"'),
        ('"C:\\dir\\"', "C:\\dir\\"),
        ('"5\\6"', "5\\6"),
    ],
)
def test_quotes_behind_backslashes_are_told_from_paths(
    tmp_path: Path, field: str, expected: str
) -> None:
    content = f"a,b,c\n1,{field},2\n3,{field},4\n5,x,6\n"

    assert rows(tmp_path / "a.csv", content)[1] == ["1", expected, "2"]


def test_figures_over_words_are_heads(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2,3\na,b,c\nd,e,f\n")
    (block,) = read_report(path).pages[0].blocks

    assert block.table is not None
    assert block.table.header_rows == 1


@pytest.mark.parametrize(
    ("content", "expected", "line"),
    [
        # To the end of the file.
        ('a,b\n"x,1\ny,2\nz,3\n', [["a", "b"], ['"x', "1"], ["y", "2"], ["z", "3"]], 2),
        ('a,b\r\nx,"1\r\ny,2\r\n', [["a", "b"], ["x", '"1'], ["y", "2"]], 2),
        # To the next field in quotes, which opens where it would close.
        (
            'a,b\nx,"1\ny,2\n"z, the old",3\nq,4\n',
            [["a", "b"], ["x", '"1'], ["y", "2"], ["z, the old", "3"], ["q", "4"]],
            2,
        ),
        # To a quote that would close it well; the lines between are rows.
        (
            'a,b,c\nx,"1,2\ny,3,4\nz,5,6\nv,7,8\npipe,9 inch",1\n',
            [
                ["a", "b", "c"],
                ["x", '"1', "2"],
                ["y", "3", "4"],
                ["z", "5", "6"],
                ["v", "7", "8"],
                ["pipe", '9 inch"', "1"],
            ],
            2,
        ),
    ],
)
def test_a_quote_that_is_never_closed_takes_no_rows_with_it_and_is_told(
    tmp_path: Path, content: str, expected: list[list[str]], line: int
) -> None:
    path = tmp_path / "a.csv"

    assert rows(path, content) == expected
    assert read_report(path).notes == (
        f"a quotation mark in line {line} is not closed: read as an ordinary sign",
    )


def test_many_open_quotes_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + '"x,1\n' * 7)

    assert read_report(path).notes == (
        "7 quotation marks are not closed (lines 2, 3, 4, 5, 6 …): read as ordinary signs",
    )


def test_a_long_table_is_read_past_an_open_quote(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Port,Ships\n"Oslo,7\n' + "Rome,9\n" * 2000)

    assert (
        sum(
            block.table.rows
            for page in read_report(path).pages
            for block in page.blocks
            if block.table is not None
        )
        == 2002
    )


@pytest.mark.parametrize(
    "field",
    ['"two\nlines, with a comma"', '"two\n\n""quoted""\nlines"', '"one, line" ', '"a\nb\nc\nd\ne"'],
)
def test_a_field_of_several_lines_stays_one(tmp_path: Path, field: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"a,b,c\n1,{field},2\n3,x,4\n")

    assert len(rows(path, path.read_bytes())) == 3
    assert read_report(path).notes == ()


FIELDS = (
    st.text("ab ,;\t|\n\"'é1", max_size=8).map(str.strip).filter(lambda text: text not in ("", '"'))
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_table_is_the_same_after_a_round_trip(tmp_path: Path, data: st.DataObject) -> None:
    delimiter = data.draw(st.sampled_from(DELIMITERS))
    width = data.draw(st.integers(2, 5))
    table = data.draw(
        st.lists(st.lists(FIELDS, min_size=width, max_size=width), min_size=3, max_size=6)
    )
    written = io.StringIO()
    # The line that says what stands between columns, since letters alone may leave it open.
    written.write(f"sep={delimiter}\n")
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(table)

    assert rows(tmp_path / "a.csv", written.getvalue()) == [
        [" ".join(field.split()) for field in row] for row in table
    ]


@pytest.mark.parametrize(
    "content", ["," * 300_000 + "x\n", "\n" * 300_000 + "x,1\n", '"' * 300_001]
)
def test_hostile_files_are_read_in_no_time(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)

    assert len(read_report(path).pages) < 200
