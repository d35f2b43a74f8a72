"""Tables as financial reports and surveys set them, and what looks like them and is none."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib.colors import lightblue
from reportlab.pdfgen.canvas import Canvas

from citewire.content.report import Page
from citewire.content.table import rows_of
from citewire.services.reading.pdf.aligned import RowPiece
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.lookalikes import is_chart
from citewire.services.reading.pdf.prose import lines_of, prose_of
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import draw_lines, draw_pdf, prose

WIDE = (1200.0, 842.0)


def read_page(path: Path, draw: Callable[[Canvas], None]) -> Page:
    [page] = read_pdf(draw_pdf(path, draw, size=WIDE), ocr="off").pages
    return page


def read_tables(path: Path, draw: Callable[[Canvas], None]) -> list[list[list[str]]]:
    page = read_page(path, draw)
    return [list(rows_of(block.table, page.text)) for block in page.blocks if block.table]


def draw_rows(
    canvas: Canvas,
    rows: list[list[str]],
    rights: list[float],
    *,
    top: float = 700,
    step: float = 12,
    size: float = 9,
) -> None:
    """Draw labels at the left and figures at the right of their columns."""
    canvas.setFont("Helvetica", size)
    for number, (label, *figures) in enumerate(rows):
        canvas.drawString(60, top - step * number, label)
        for right, figure in zip(rights, figures, strict=False):
            canvas.drawRightString(right, top - step * number, figure)


BALANCES = [
    ["Balance in January", "(444)", "(129)", "(17)", "(802)"],
    ["Changes in estimates", "(24)", "(11)", "(1)", "(89)"],
    ["Write-offs", "77", "49", "", "143"],
    ["Recoveries", "1", "", "", "1"],
    ["Balance in December", "(390)", "(91)", "(18)", "(747)"],
]


def test_a_grid_around_some_cells_of_a_larger_table_does_not_cut_it(tmp_path: Path) -> None:
    rights = [250.0, 320.0, 390.0, 460.0]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["", "Accounts", "Bills", "Other", "Total"], *BALANCES], rights)
        # Rules under cells touch the edges of grounds in the last columns alone.
        for y in (696, 684, 648, 636):
            canvas.line(58, y, 180, y)
            for right in rights:
                canvas.line(right - 60, y, right, y)
        for x in (330, 390, 460):
            canvas.line(x, 696, x, 636)

    [rows] = read_tables(tmp_path / "a.pdf", draw)

    assert rows[1:] == BALANCES


def test_small_heads_stand_over_a_table_whose_first_row_is_a_subhead(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["", "2023", "2022"]], [300, 400], top=715, size=7)
        rows = [["Hedging instruments:"], ["Options", "34", "16"], ["Swaps", "13", "19"]]
        draw_rows(canvas, rows, [300, 400], size=10, step=14)

    [rows] = read_tables(tmp_path / "a.pdf", draw)

    assert rows[:2] == [["", "2023", "2022"], ["Hedging instruments:", "", ""]]


def test_subheads_below_the_heads_do_not_part_them_from_the_figures(tmp_path: Path) -> None:
    rows = [
        ["", "2023", "2022"],
        ["", "(Unaudited)"],
        ["Assets"],
        ["Current assets:"],
        ["Cash", "737", "431"],
        ["Receivables", "199", "233"],
        ["Inventories", "603", "499"],
    ]

    [read] = read_tables(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [300, 400]))

    assert read == [
        ["", "2023 (Unaudited)", "2022"],
        *([*row, "", ""][:3] for row in rows[2:]),
    ]


def test_a_figure_after_a_dash_is_a_cell_of_its_own(tmp_path: Path) -> None:
    rows = [[f"Gain {n}", "$ 36,511", "$ —", "$ 39,825", "$ —", "$ 41,993"] for n in range(1, 4)]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows, [200, 232, 274, 306, 348])

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read == rows


def test_a_label_set_a_little_higher_than_its_figures_is_of_their_row(tmp_path: Path) -> None:
    quarters = ["Fourth quarter", "Third quarter", "Second quarter", "First quarter"]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["", "High", "Low"]], [300, 400], top=724)
        for n, quarter in enumerate(quarters):
            draw_rows(canvas, [[quarter]], [], top=706 - 22 * n)
            draw_rows(canvas, [["", f"{n}7.48", f"{n}4.75"]], [300, 400], top=700 - 22 * n)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read[1:] == [[quarter, f"{n}7.48", f"{n}4.75"] for n, quarter in enumerate(quarters)]


def test_a_head_of_more_lines_than_the_others_stands_over_its_own_column(tmp_path: Path) -> None:
    heads = [["", "United States"], ["", "Canadian"], ["Other", "International"], ["", "Total"]]
    rows = [[f"Line {n}", f"{n},398", f"{n},298", f"{n},233", f"{n},929"] for n in range(1, 5)]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 8)
        for x, lines in zip((280, 360, 440, 520), heads, strict=True):
            for n, line in enumerate(lines):
                canvas.drawCentredString(x, 720 - 7.5 * n, line)
        draw_rows(canvas, rows, [295, 375, 455, 535])

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read[0] == ["", "United States", "Canadian", "Other International", "Total"]


def test_lines_of_heads_reach_further_than_the_line_below_them(tmp_path: Path) -> None:
    rows = [[f"Line {n}", *(f"{n},{m}91" for m in range(1, 6))] for n in range(1, 5)]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 8)
        for n, (x, head) in enumerate([(420, "Year Ended December 31, 2023"), (353, "Guarantor")]):
            canvas.drawCentredString(x, 731 - 10 * n, head)
        for n, head in enumerate(["Parent", "Companies", "Trust", "Other", "Total"]):
            canvas.drawCentredString(285 + 68 * n, 713, head)
        draw_rows(canvas, rows, [300, 368, 436, 504, 572])

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read[0] == ["", *["Year Ended December 31, 2023"] * 5]
    assert read[-4:] == rows


def test_names_beside_paragraphs_are_read_with_them(tmp_path: Path) -> None:
    names = ["Michael Dillon", "Bryan Lamkin", "Ann Lewnes", "Donna Morris"]

    def draw(canvas: Canvas) -> None:
        for n, name in enumerate(names):
            y = 760 - 120 * n
            draw_lines(canvas, 60, y, [name])
            draw_lines(canvas, 170, y, [f"5{n}"])
            draw_lines(canvas, 210, y, [f"Vice President of the harbour {n}"])
            draw_lines(canvas, 210, y - 20, prose(6, f"Of {name.split()[0]}"))

    text = read_page(tmp_path / "a.pdf", draw).text

    for n, name in enumerate(names):
        assert f"{name} 5{n} Vice President of the harbour {n}" in text.replace(" | ", " ")


def test_a_list_of_names_and_places_is_one_table(tmp_path: Path) -> None:
    rows = [["Subsidiaries of the company", "Place of incorporation", "Name of its business"]]
    rows += [
        [f"Wholesale {name}, Inc.", place, f"Wholesale {name}, Inc."]
        for name, place in (
            ("Membership", "California"),
            ("Canada", "Canadian Federal"),
            ("Insurance", "Washington"),
            ("International", "Nevada"),
            ("Korea", "Republic of Korea"),
            ("United Kingdom", "United Kingdom"),
        )
    ]

    def draw(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            for x, text in zip((60, 330, 560), row, strict=True):
                draw_lines(canvas, x, 700 - 14 * number, [text], size=9)

    assert read_tables(tmp_path / "a.pdf", draw) == [rows]


def bars(canvas: Canvas) -> None:
    """Two panels of labels and bars with their values in them."""
    for x, values in ((160, [36, 23, 20, 15, 13, 12]), (400, [60, 42, 15, 12, 7, 3])):
        for n, value in enumerate(values):
            y = 700 - 25 * n
            canvas.setFillColor(lightblue)
            canvas.rect(x, y - 6, 3 * value, 20, stroke=0, fill=1)
            canvas.setFillColor("black")
            canvas.setFont("Helvetica", 9)
            canvas.drawRightString(x - 5, y, f"Country {n}")
            canvas.drawString(x + 3 * value + 3, y, str(value))


def outlined_parts(canvas: Canvas) -> None:
    """Bars of three parts each, outlined, with their values in the middle."""
    canvas.setFont("Helvetica", 9)
    for n, parts in enumerate(
        [(41, 42, 14), (56, 31, 9), (53, 33, 11), (44, 38, 13), (28, 47, 21)]
    ):
        y, x = 700 - 19 * n, 200.0
        canvas.drawRightString(x - 5, y, f"Group {n}")
        for value in parts:
            canvas.rect(x, y - 4, 3 * value, 12)
            canvas.drawCentredString(x + 1.5 * value, y, str(value))
            x += 3 * value


def axis_below(canvas: Canvas) -> None:
    """Names of countries with bars that no value stands beside, over axes."""
    canvas.setFont("Helvetica", 8)
    for x in (100, 300):
        for n in range(8):
            canvas.drawRightString(x, 700 - 10 * n, f"C{(n * 5 + x) % 17:02}")
            canvas.drawString(x + 12 + 7 * n, 700 - 10 * n, f"A. Part {n}" if n == 3 else "")
        for n in range(5):
            canvas.drawCentredString(x + 5 + 35 * n, 610, str(25 * n))


def axes_below(canvas: Canvas) -> None:
    """Names with values that stand nowhere, over two axes from below 0, with their unit."""
    names = ["Any interactions", "Goods and services", "Social networking", "Job hunting"]
    canvas.setFont("Helvetica", 8)
    for x, title in ((160, "A. Share with a degree"), (430, "B. Share with some skills")):
        canvas.drawString(x + 10, 726, title)
        for n, name in enumerate([*names, "Education", "Banking", "Video calls"]):
            canvas.drawRightString(x, 712 - 12 * n, name)
        for n in range(8):
            canvas.drawCentredString(x + 10 + 26 * n, 618, f"{0.5 * n - 1.5:.1f}")
        canvas.drawString(x + 140, 608, "Percentage points")


@pytest.mark.parametrize("draw", [bars, outlined_parts, axis_below, axes_below])
def test_labels_and_values_of_a_chart_are_no_table(
    tmp_path: Path, draw: Callable[[Canvas], None]
) -> None:
    assert read_tables(tmp_path / "a.pdf", draw) == []


def test_values_at_the_sides_of_two_charts_are_no_rows() -> None:
    rows = [
        {0: "20", 3: "2,000", 4: "20"},
        {2: "16.8", 3: "1,817.8"},
        {0: "15", 4: "15"},
        {1: "1,118.4", 2: "16.8"},
        {0: "10", 2: "1,004.3", 3: "1,000", 4: "10"},
        {1: "8.7", 5: "643.2"},
        {4: "5.8", 5: "579.2", 6: "5.8"},
        {0: "5", 4: "5"},
    ]
    placed = [
        [
            RowPiece(column, 1, [fragment_at(text, 60.0 * column, 60.0 * column + 30, 12.0 * n)])
            for column, text in row.items()
        ]
        for n, row in enumerate(rows)
    ]

    assert is_chart(placed, 7)


def test_a_table_of_the_same_grades_twice_is_no_chart(tmp_path: Path) -> None:
    rows = [
        ["Reached", "Of 2023", "Of 2024"],
        ["Most", "150%", "150%"],
        ["Aim", "100%", "100%"],
        ["Least", "50%", "50%"],
    ]

    assert read_tables(tmp_path / "a.pdf", lambda c: draw_rows(c, rows, [300, 400])) == [rows]


def test_a_list_with_letters_for_bullets_is_no_table(tmp_path: Path) -> None:
    items = [
        "If the member leaves before the date, the sum is paid at",
        "Payments begin on the first of March and are made until",
        "The end of the service does not change what is due and",
        "Nothing is paid twice, whatever the member has chosen for",
    ]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for n, item in enumerate(items):
            canvas.drawString(60, 700 - 14 * n, "o")
            canvas.drawString(84, 700 - 14 * n, item)

    page = read_page(tmp_path / "a.pdf", draw)

    assert not [block for block in page.blocks if block.table]
    assert f"o {items[0]}\no {items[1]}" in page.text


def test_values_of_a_chart_stay_with_their_labels(tmp_path: Path) -> None:
    text = read_page(tmp_path / "a.pdf", bars).text

    assert "Country 0 36 Country 0 60" in " ".join(text.split())


def test_a_table_on_grounds_of_several_widths_is_no_chart(tmp_path: Path) -> None:
    rows = [[f"Line {n}", f"{n},398", f"{n},298"] for n in range(1, 9)]

    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(lightblue)
        for n in range(0, 8, 2):
            y = 697 - 12 * n
            canvas.rect(58, y, 180, 12, stroke=0, fill=1)
            canvas.rect(238, y, 70, 12, stroke=0, fill=1)
            canvas.rect(308, y, 6 if n else 70, 12, stroke=0, fill=1)
        canvas.setFillColor("black")
        draw_rows(canvas, rows, [300, 370])

    assert read_tables(tmp_path / "a.pdf", draw) == [rows]


def test_leaders_and_the_sign_after_them_do_not_hide_a_figure(tmp_path: Path) -> None:
    rows = [
        ["Revenue ...................................... $", "4,795", "$ 4,147"],
        ["Shares used for basic net income .... 498", "", "497"],
        ["Cost .................................... ", "744", "622"],
        ["Tax ..................................... ", "96", "98"],
    ]

    [read] = read_tables(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [300, 400]))

    assert [row[1:] for row in read] == [
        ["$ 4,795", "$ 4,147"],
        ["498", "497"],
        ["744", "622"],
        ["96", "98"],
    ]


def test_cells_of_many_lines_belong_to_the_row_that_they_begin_in(tmp_path: Path) -> None:
    rows = [
        ("Cloud revenue of the year", prose(5, "Cloud"), "8-K"),
        ("Seats of business users", prose(4, "Seats"), "10-K"),
        ("Devices", prose(6, "Devices"), "8-K"),
    ]

    def draw(canvas: Canvas) -> None:
        y = 780.0
        for label, lines, form in [("Metric", ["Definition"], "Form"), *rows]:
            draw_lines(canvas, 60, y, [label], size=9)
            draw_lines(canvas, 220, y, lines, size=9, leading=11)
            draw_lines(canvas, 700, y, [form], size=9)
            y -= 11 * len(lines) + 5

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read == [
        ["Metric", "Definition", "Form"],
        *([label, " ".join(lines), form] for label, lines, form in rows),
    ]


def test_numbered_paragraphs_are_no_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        y = 780.0
        for number in range(1, 6):
            draw_lines(canvas, 60, y, [f"{number}.{number}"])
            draw_lines(canvas, 110, y, prose(4, f"Part {number}"))
            y -= 80

    assert read_tables(tmp_path / "a.pdf", draw) == []


@pytest.mark.parametrize(
    ("titles", "goes_on"),
    [
        (("Earnings", "Comprehensive income"), False),
        (("Earnings", "Earnings (continued)"), True),
        (("Earnings", ""), True),
    ],
)
def test_a_table_with_the_same_years_goes_on_only_under_the_same_title(
    tmp_path: Path, titles: tuple[str, str], *, goes_on: bool
) -> None:
    def page(title: str, word: str) -> Callable[[Canvas], None]:
        rows = [["Years ended", "2023", "2022"]]
        rows += [[f"{word} {n}", f"{n},398", f"{n},298"] for n in range(1, 9)]

        def draw(canvas: Canvas) -> None:
            draw_lines(canvas, 60, 730, [title], size=11)
            draw_rows(canvas, rows, [300, 400])

        return draw

    drawn = page(titles[0], "Sales"), page(titles[1], "Gains")
    pages = read_pdf(draw_pdf(tmp_path / "a.pdf", *drawn, size=WIDE), ocr="off").pages
    [_, table] = [block.table for page in pages for block in page.blocks if block.table]

    assert table.continues is goes_on


def test_labels_on_grounds_of_their_own_are_no_bars(tmp_path: Path) -> None:
    labels = ["Net income", "Total assets of the company", "Shares", "Cost of what was sold"]
    rows = [[label, f"{n},398", f"{n},298"] for n, label in enumerate(labels, start=1)]

    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(lightblue)
        for n, label in enumerate(labels):
            canvas.rect(60, 698 - 14 * n, canvas.stringWidth(label, "Helvetica", 9), 9, 0, 1)
            canvas.rect(230, 696 - 14 * n, 72, 13, 0, 1)
            canvas.rect(330, 696 - 14 * n, 72, 13, 0, 1)
        canvas.setFillColor("black")
        draw_rows(canvas, rows, [300, 400], step=14)

    assert read_tables(tmp_path / "a.pdf", draw) == [rows]


def test_a_sentence_before_the_heads_of_another_table_parts_two(tmp_path: Path) -> None:
    first = [["", "2023", "2022"], ["Operating", "781", "814"], ["Finance", "16", "14"]]
    second = [["", "Leased", "Owned"], ["2024", "707", "16"], ["2025", "605", "13"]]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, first, [400, 470], step=13)
        words = "Payments under all of our leases in January were as follows (in millions):"
        draw_rows(canvas, [[words]], [], top=658)
        draw_rows(canvas, second, [400, 470], top=641, step=13)

    assert read_tables(tmp_path / "a.pdf", draw) == [first, second]


def test_links_that_are_underlined_part_no_rows(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        y = 700.0
        for n in range(1, 5):
            canvas.drawString(60, y, f"Exhibit {n}")
            for line in prose(3, f"Consent {n}"):
                canvas.drawString(160, y, line)
                end = 160 + canvas.stringWidth(line, "Helvetica", 9)
                canvas.line(160, y - 1, end, y - 1)
                y -= 11
            y -= 5

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert [row[0] for row in read] == [f"Exhibit {n}" for n in range(1, 5)]


def test_a_grid_of_figures_alone_is_a_table_with_the_labels_beside_it(tmp_path: Path) -> None:
    rows = [[f"Line {n}", f"{n},398", f"{n},298", f"8{n}.2"] for n in range(1, 9)]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["", "2023", "2022", "2021"], *rows], [300, 370, 440])
        for n, figure in enumerate(rows):
            # The sign stands apart, behind the edge of its column.
            canvas.drawString(450, 688 - 12 * n, "%" if figure[3] == "81.2" else "")
        for x in (240, 305, 375, 447, 462):
            canvas.line(x, 697, x, 601)
        for y in (697, 649, 601):
            canvas.line(240, y, 462, y)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    rows[0][3] = "81.2 %"
    assert read == [["", "2023", "2022", "2021"], *rows]


def test_labels_on_several_lines_each_are_no_column_of_text_beside_figures(tmp_path: Path) -> None:
    labels = [
        ["Other comprehensive income of the year", "before what was reclassified in all of it"],
        ["Amounts reclassified from what was put by", "in comprehensive income to all expense"],
        ["Other income of the company and its parts", "for others than those who own all of it"],
    ] * 3
    figures = [[f"({n}3,188)", f"(1,{n}21)", f"(4{n},311)"] for n in range(1, 10)]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["", "Currency", "Hedges", "Total"]], [400, 480, 560], top=716)
        for n, (lines, row) in enumerate(zip(labels, figures, strict=True)):
            y = 700 - 22 * n
            draw_lines(canvas, 60, y, lines, size=9, leading=11)
            draw_rows(canvas, [["", *row]], [400, 480, 560], top=y - 11)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read[1:] == [[" ".join(lines), *row] for lines, row in zip(labels, figures, strict=True)]


def test_grounds_of_words_are_no_bars(tmp_path: Path) -> None:
    heads = [
        ["Costs"],
        ["Selling,", "general"],
        ["Impaired", "of all", "assets"],
        ["All", "charges"],
    ]
    rows = [[f"Line {n}", *(f"{n}{m}6" for m in range(4))] for n in range(1, 6)]
    rights = [260.0, 360, 480, 580]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 9)
        for right, head in zip(rights, heads, strict=True):
            for n, line in enumerate(reversed(head)):
                width = canvas.stringWidth(line, "Helvetica", 9)
                canvas.setFillColor(lightblue)
                canvas.rect(right - 20 - width / 2, 698 + 10 * n, width, 9, stroke=0, fill=1)
                canvas.setFillColor("black")
                canvas.drawCentredString(right - 20, 700 + 10 * n, line)
        draw_rows(canvas, rows, rights, top=686)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read == [["", *map(" ".join, heads)], *rows]


def test_cells_of_many_lines_do_not_make_a_table_look_scattered(tmp_path: Path) -> None:
    words = ("which the Company", "made with all of", "its officers*")
    names = [(f"10.{n} Form of the agreement", f"of plan {n}", *words) for n in range(8)]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["Exhibit", "Form", "Filed", "File"]], [300, 370, 450], top=726)
        for n, lines in enumerate(names):
            y = 700 - 70 * n
            draw_rows(canvas, [[lines[0], "10-Q", "10/7/04", "000-15"]], [300, 370, 450], top=y)
            draw_rows(canvas, [[line] for line in lines[1:]], [], top=y - 11, step=11)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read[1:] == [[" ".join(lines), "10-Q", "10/7/04", "000-15"] for lines in names]


def test_the_same_mark_beside_every_name_is_a_column(tmp_path: Path) -> None:
    names = ["AC Holding Corp.", "Arena Ventures, LLC", "Beau Rivage", "Destron", "Grand Detroit"]
    rows = [["Name of the company", "Status"], *([name, "(1)"] for name in names)]

    assert read_tables(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [400])) == [rows]


def test_marks_of_notes_behind_the_longest_figures_belong_to_the_shorter_ones(
    tmp_path: Path,
) -> None:
    rows = [
        ["", "Loans", "Other"],
        ["Deposits", "47", "93"],
        ["Borrowings", "(283)", "71"],
        ["Liabilities", "—", "9"],
    ]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows, [300, 400])
        canvas.setFont("Helvetica", 5.5)
        for line, right, mark in (
            (1, 303, "(c)(f)"),
            (2, 303, "(c)"),
            (3, 305, "(d)"),
            (1, 403, "(2)"),
        ):
            canvas.drawString(right + 3, 704 - 12 * line, mark)

    [found] = read_tables(tmp_path / "a.pdf", draw)

    assert found == [
        ["", "Loans", "Other"],
        ["Deposits", "47 [c,f]", "93 [2]"],
        ["Borrowings", "(283) [c]", "71"],
        ["Liabilities", "— [d]", "9"],
    ]


def test_a_mark_that_reaches_to_the_next_column_stays_with_its_figure(tmp_path: Path) -> None:
    rows = [
        ["", "2018", "2017", "2016"],
        ["Granted", "1,206", "671", "709"],
        ["Awarded", "1,053", "1,342", "(1,417,000)"],
        ["Achieved", "1,373", "(1,387,000)", "50"],
    ]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows, [300, 358, 430])
        canvas.setFont("Helvetica", 5.5)
        canvas.drawString(311, 704 - 12, "(b)")

    [found] = read_tables(tmp_path / "a.pdf", draw)

    assert found[1] == ["Granted", "1,206 [b]", "671", "709"]


def test_figures_in_small_type_beside_others_are_no_marks(tmp_path: Path) -> None:
    rows = [["", "Made", "Sold"], ["2022", "387", "480"], ["2021", "263", "340"]]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows, [300, 400])
        canvas.setFont("Helvetica", 6)
        for line, figure in enumerate(("(13)", "(16)"), start=1):
            canvas.drawString(309, 701.2 - 12 * line, figure)

    [found] = read_tables(tmp_path / "a.pdf", draw)

    assert found[1:] == [["2022", "387", "(13)", "480"], ["2021", "263", "(16)", "340"]]


def test_heads_with_a_corner_hold_for_figures_below_subheads_of_subheads(tmp_path: Path) -> None:
    rows = [
        ["In millions", "Value", "Level 1", "Level 2"],
        ["Assets"],
        ["Trading assets:"],
        ["Debt instruments:"],
        ["Securities backed by"],
        ["mortgages:"],
        ["Residential", "397", "33", "8"],
        ["Commercial", "32", "—", "21"],
    ]

    [found] = read_tables(
        tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [300, 380, 460])
    )

    assert found[0] == rows[0]
    assert found[-2:] == rows[-2:]


def test_periods_over_one_row_of_figures_are_a_table(tmp_path: Path) -> None:
    rows = [
        ["", "2025", "2026", "2027", "After 2027"],
        ["Scheduled payments", "$3,195", "$816", "$567", "$779"],
    ]

    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 730, ["The payments that fall due are:"])
        draw_rows(canvas, rows, [300, 380, 460, 540])
        draw_lines(canvas, 60, 660, ["They are set down in the agreement."])

    assert read_tables(tmp_path / "a.pdf", draw) == [rows]


def test_periods_over_figures_without_a_label_are_no_table(tmp_path: Path) -> None:
    rows = [["", "2023", "2024", "2025"], ["", "43%", "45%", "44%"]]

    assert read_tables(tmp_path / "a.pdf", lambda c: draw_rows(c, rows, [300, 380, 460])) == []


def test_marks_in_place_of_figures_are_cells(tmp_path: Path) -> None:
    rows = [
        ["", "2024", "2023", "2022"],
        ["Interest", "33.9", "7.3", "4.9"],
        ["Share of revenue", "**", "**", "**"],
        ["Expense", "(64.2)", "(59.7)", "(67.5)"],
        ["Gains", "1.0", "1.1", "(4.0)"],
    ]

    [found] = read_tables(
        tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [300, 380, 460])
    )

    assert found == rows


def test_heads_of_columns_on_several_lines_are_no_running_text() -> None:
    places = [(190.0, 245.0), (257.0, 298.0), (316.0, 360.0)]
    heads = [
        ["", "Assets", "nonconsolidated"],
        ["", "held in", "securitization"],
        ["Total assets held", "consolidated", "trusts with"],
        ["by securitization", "securitization", "continuing"],
        ["trusts", "trusts", "involvement"],
        ["", "and others", "of the bank"],
    ]
    fragments = [
        fragment_at(text, *place, 100.0 + 9 * number)
        for number, line in enumerate(heads)
        for text, place in zip(line, places, strict=True)
        if text
    ]
    columns = [
        fragment_at(f"tells of the ships and the grain of {number}", *place, 100.0 + 9 * number)
        for number in range(6)
        for place in ((50.0, 200.0), (240.0, 390.0))
    ]

    assert list(prose_of(lines_of(fragments))) == []
    assert list(prose_of(lines_of(columns))) == [(0, 6)]


def fragment_at(text: str, x0: float, x1: float, y0: float) -> Fragment:
    return Fragment(text, x0, y0, x1, y0 + 9, y0 + 4.5, 9.0, bold=False, edges=[])


def test_rows_whose_figures_stand_below_others_belong_to_them_after_more_space(
    tmp_path: Path,
) -> None:
    rows = [
        ["", "2018", "Share", "2017"],
        ["Sales", "83,204", "100.0", "84,399"],
        ["Costs", "(68,365)", "(82.2)", "(72,713)"],
        ["Net earnings", "14,839", "17.8", "11,686"],
    ]
    last = [["Basic earnings per share", "13.60", "", "7.70"]]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows, [300, 380, 460])
        draw_rows(canvas, last, [300, 380, 460], top=700 - 12 * 3 - 38)

    assert read_tables(tmp_path / "a.pdf", draw) == [rows + last]


def test_a_date_above_one_column_of_figures_is_its_head_after_an_empty_line(
    tmp_path: Path,
) -> None:
    rows = [["Cost of leases", "3,669"], ["Interest", "695"], ["Total cost", "4,364"]]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["", "December 31, 2019"]], [400], top=700 + 30)
        draw_rows(canvas, rows, [400])

    assert read_tables(tmp_path / "a.pdf", draw) == [[["", "December 31, 2019"], *rows]]


def test_grades_below_each_other_are_not_one_word(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for y in (712, 697, 662):
            canvas.line(58, y, 400, y)
        for x in (58, 200, 400):
            canvas.line(x, 662, x, 712)
        draw_lines(canvas, 60, 701, ["Company"], size=9)
        draw_lines(canvas, 210, 701, ["Rating"], size=9)
        draw_lines(canvas, 60, 686, ["The bank"], size=9)
        draw_lines(canvas, 210, 686, ["A-", "A-2"], size=9, leading=12)

    assert read_tables(tmp_path / "a.pdf", draw)[0][1] == ["The bank", "A- A-2"]


def test_a_mark_behind_a_figure_moves_it_to_no_other_column(tmp_path: Path) -> None:
    rows = [
        ["", "United States", "State", "Total"],
        ["Current", "$ 1,234,567", "$ 25", "$ 1,259"],
        ["Deferred", "(83 )", "14", "(69 )"],
        ["Other", "838", "91", "929"],
    ]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows, [300, 360, 430])
        canvas.setFont("Helvetica", 5.5)
        canvas.drawString(307, 704 - 24, "(a)(b)")
        canvas.drawString(307, 704 - 36, "(b)")

    [found] = read_tables(tmp_path / "a.pdf", draw)

    assert found[2:] == [
        ["Deferred", "(83 ) [a,b]", "14", "(69 )"],
        ["Other", "838 [b]", "91", "929"],
    ]


def test_what_stands_in_the_middle_of_several_columns_holds_for_all(tmp_path: Path) -> None:
    rows = [
        ["", "(1)", "(2)", "(3)", "(4)", "(5)"],
        ["Year", "4.85", "5.06", "4.34", "2.14", "1.27"],
        ["Share", "0.91", "0.86", "0.83", "0.95", "0.91"],
    ]
    edges = [58, 160, 220, 280, 340, 400]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows, [195, 255, 315, 375, 435], step=20)
        for line in (1, 2):
            for left, right in pairwise([*edges, 460]):
                canvas.rect(left, 694 - 20 * line, right - left, 20)
        for line in (0, 3):
            for left, right in ((58, 340), (340, 460)):
                canvas.rect(left, 694 - 20 * line, right - left, 20)
        canvas.drawString(60, 700 - 60, "Countries")
        canvas.drawCentredString((160 + 340) / 2, 700 - 60, "19")
        canvas.drawCentredString((340 + 460) / 2, 700 - 60, "20")

    [found] = read_tables(tmp_path / "a.pdf", draw)

    assert found == [*rows, ["Countries", "19", "19", "19", "20", "20"]]


def test_the_head_of_one_column_of_figures_stands_over_a_subhead(tmp_path: Path) -> None:
    rows = [
        ["", "Program of shares"],
        ["Number of units:"],
        ["At the beginning", "383,401"],
        ["Forfeited", "(10,647)"],
        ["At the end", "372,754"],
    ]

    [found] = read_tables(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [400]))

    assert found == [rows[0], ["Number of units:", ""], *rows[2:]]


def test_dates_over_one_row_of_figures_are_a_table(tmp_path: Path) -> None:
    rows = [["", "January 28, 2023", "January 29, 2022"], ["Cash", "$ 1,874", "$ 2,936"]]

    found = read_tables(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [300, 420]))

    assert found == [rows]


def test_rows_under_a_grid_of_figures_belong_to_it(tmp_path: Path) -> None:
    rows = [
        ["", "Sites", "Let", "Space"],
        ["Retail", "365", "99.3%", "25,594"],
        ["Industrial", "4", "100%", "4,205"],
        ["Total", "369", "", "29,799"],
    ]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows, [205, 265, 325], step=16)
        for line in (0, 1):
            for left, right in pairwise([58, 160, 220, 280, 340]):
                canvas.rect(left, 696 - 16 * line, right - left, 16)
        draw_lines(canvas, 60, 600, ["All are held for long."])

    assert read_tables(tmp_path / "a.pdf", draw) == [rows]


def test_a_long_label_below_dates_does_not_cut_them_from_their_figures(tmp_path: Path) -> None:
    rows = [
        ["", "2022", "2021"],
        ["Capital:"],
        ["Common stock (par value of one cent; 500,000,000 shares authorized; 187,200,539 and"],
        ["issued, respectively)", "$ 2", "$ 2"],
        ["Paid in", "6,824", "6,781"],
        ["Earnings", "1,267", "925"],
    ]

    [found] = read_tables(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [500, 560]))

    assert found[0] == rows[0]
    assert found[-2:] == rows[-2:]


def test_subheads_between_figures_of_the_same_columns_part_no_table(tmp_path: Path) -> None:
    rows = [
        ["", "2018", "Effect", "2017"],
        ["Net earnings", "8,197", "261", "8,458"],
        ["Adjustments of the earnings to the"],
        ["cash provided by operations:"],
        ["Without cash"],
        ["Plans expense", "202", "", "202"],
        ["Depreciation", "2,069", "(22)", "2,047"],
        ["Impairment", "113", "", "113"],
    ]

    [found] = read_tables(
        tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [300, 380, 460])
    )

    assert found[0] == rows[0]
    assert found[-3:] == rows[-3:]


def test_heads_with_a_corner_stand_further_above_their_figures(tmp_path: Path) -> None:
    heads = [["Segment", "2022", "2021", "Change"]]
    rows = [["SOLUTIONS"], ["US", "603", "483", "24.9%"], ["Other", "495", "536", "-7.6%"]]
    rights = [300.0, 380.0, 460.0]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, heads, rights, top=700 + 40)
        draw_rows(canvas, rows, rights)

    [found] = read_tables(tmp_path / "a.pdf", draw)

    assert found[0] == heads[0]
    assert found[-2:] == rows[1:]


def test_periods_over_ranges_are_heads(tmp_path: Path) -> None:
    rows = [
        ["", "", "Fiscal years", ""],
        ["", "2015", "2014", "2013"],
        ["Expected life", "0.5 - 2.0", "0.5 - 2.0", "0.5 - 2.0"],
        ["Volatility", "26 - 30%", "26 - 28%", "26 - 30%"],
    ]

    page = read_page(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows, [300, 380, 460]))

    [table] = [block.table for block in page.blocks if block.table]
    assert (table.header_rows, list(rows_of(table, page.text))) == (2, rows)
