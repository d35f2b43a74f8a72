"""Columns that hold tables, code or figures: each is read whole, and tables across stay whole."""

from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from citewire.content.report import Page
from citewire.services.reading.pdf.read import read_pdf

MILL = """The mill at the river was built in the last
year of the old law and has been in use
ever since. Its owners changed four times
and the present one bought it for a small
sum after a fire had left only the walls.
In the first year the new machine made
paper of a plain kind, which was sold to
printers in the two nearest towns. Later
the owners added a second machine and
began to make board for the fruit trade,
which took all that they could deliver.""".splitlines()

TRADE = """Buyers of board are found in all parts of
the country, and a few abroad. The largest
takes a third of the output and pays late.
Prices have moved with those of fuel and
are now at the level of ten years ago.""".splitlines()

TABLE = [
    ("Year", "Orders", "Staff"),
    *((str(2010 + n), str(400 + 13 * n), str(90 + n)) for n in range(5)),
]

CODE = ["def run(a):", "    b = a", "    if b:", "        c = 1", "    return c"]

LEFT, RIGHT, STEP = 60, 310, 14

Row = str | Sequence[str]


def page_of(path: Path, *columns: tuple[float, float, Sequence[Row]]) -> Page:
    """A page with columns, each from its left edge and its first line's height downwards."""
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica", 10)
    for x, y, rows in columns:
        for number, row in enumerate(rows):
            cells = [row] if isinstance(row, str) else row
            for column, cell in enumerate(cells):
                canvas.drawString(x + 55 * column, y - STEP * number, cell)
    canvas.save()
    return read_pdf(path).pages[0]


def flowed(page: Page) -> str:
    return " ".join(page.text.split())


def test_a_table_in_a_column_stays_in_it(tmp_path: Path) -> None:
    right = [*TRADE[:3], *TABLE, *TRADE[3:]]
    page = page_of(tmp_path / "a.pdf", (LEFT, 750, MILL), (RIGHT, 750, right))

    text = flowed(page)
    assert " ".join(MILL) in text
    assert text.index(MILL[-1]) < text.index(TRADE[0]) < text.index("Orders") < text.index(TRADE[3])
    assert any(block.kind == "table" for block in page.blocks)


def test_code_in_a_column_stays_in_it(tmp_path: Path) -> None:
    right = [*TRADE[:3], *CODE, *TRADE[3:]]
    page = page_of(tmp_path / "a.pdf", (LEFT, 750, MILL), (RIGHT, 750, right))

    assert " ".join(MILL) in flowed(page)
    assert "|" not in page.text


def test_a_table_in_the_left_column_stays_in_it(tmp_path: Path) -> None:
    page = page_of(tmp_path / "a.pdf", (LEFT, 750, TABLE), (RIGHT, 750, MILL))

    assert " ".join(MILL) in flowed(page)
    assert page.text.index("2014 | 452 | 94") < page.text.index(MILL[0])


def test_a_table_over_columns_stays_whole(tmp_path: Path) -> None:
    names = ["Orders of board", "Orders of paper", "Other", "Sum of all"]
    figures = [
        ("1,250", "1,310", "1,405"),
        ("880", "902", "899"),
        ("12", "9", "15"),
        ("2,142", "2,221", "2,319"),
    ]
    page = page_of(
        tmp_path / "a.pdf",
        (LEFT, 750, names),
        (RIGHT, 750, figures),
        (LEFT, 750 - 5 * STEP, MILL),
        (RIGHT, 750 - 5 * STEP, [*TRADE, *TRADE]),
    )

    assert "Orders of paper | 880 | 902 | 899" in page.text
    assert "Sum of all | 2,142 | 2,221 | 2,319" in page.text
    assert f"{' '.join(MILL)} {TRADE[0]}" in flowed(page)


def test_columns_may_stand_elsewhere_further_down(tmp_path: Path) -> None:
    below = 750 - 13 * STEP
    page = page_of(
        tmp_path / "a.pdf",
        (LEFT, 750, MILL),
        (RIGHT, 750, [*TRADE, *TRADE]),
        (LEFT, below, [f"{number}. place in the list" for number in range(1, 8)]),
        (LEFT + 150, below, MILL),
        (LEFT + 370, below, [line[:30] for line in MILL]),
    )

    assert flowed(page).count(" ".join(MILL)) == 2


def test_numbers_of_notes_stay_with_them(tmp_path: Path) -> None:
    notes = [*MILL[:3], TRADE[0], *TRADE[1:3], *TRADE[3:], *MILL[5:8]]
    numbers = {0: "1.", 3: "2.", 6: "3.", 8: "4."}
    rows = [numbers.get(line, "") for line in range(len(notes))]
    page = page_of(tmp_path / "a.pdf", (LEFT, 750, rows), (LEFT + 30, 750, notes))

    assert f"2. {TRADE[0]}" in flowed(page)
    assert f"4. {MILL[5]}" in flowed(page)


def test_heads_of_columns_over_several_lines_are_no_running_text(tmp_path: Path) -> None:
    heads = [
        "Number of shares",
        "to be issued when",
        "options are used",
        "at the year's end",
        "(a)",
    ]
    others = [
        "Number of shares",
        "that remain to be",
        "issued under plans",
        "of all the kinds",
        "(b)",
    ]
    page = page_of(
        tmp_path / "a.pdf",
        (LEFT, 750, [*[""] * 5, "Stock options", "Other units", "Total"]),
        (LEFT + 160, 750, [*heads, "1,390", "11,870", "13,260"]),
        (LEFT + 330, 750, [*others, "178", "3,918", "4,096"]),
    )

    assert "Other units | 11,870 | 3,918" in page.text
