"""Heads of tables as reports set them: close to each other, of several lines, over rules."""

from collections.abc import Callable
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from citewire.content.table import rows_of
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import draw_pdf

SIZE = 9.0


def read_tables(path: Path, draw: Callable[[Canvas], None]) -> list[list[list[str]]]:
    [page] = read_pdf(draw_pdf(path, draw), ocr="off").pages
    return [list(rows_of(block.table, page.text)) for block in page.blocks if block.table]


def draw_rows(canvas: Canvas, rows: list[list[str]], rights: list[float], top: float) -> None:
    canvas.setFont("Helvetica", SIZE)
    for n, (label, *figures) in enumerate(rows):
        canvas.drawString(60, top - 12 * n, label)
        for right, figure in zip(rights, figures, strict=True):
            canvas.drawRightString(right, top - 12 * n, figure)


def test_a_head_that_touches_the_next_one_ends_where_its_other_lines_end(tmp_path: Path) -> None:
    rows = [[f"Line {n}", f"{n}25", f"{n}7", f"{n}42", f"{n}9"] for n in range(1, 5)]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", SIZE)
        for n, line in enumerate(["% CHANGE", "EXCLUDING", "CURRENCY"]):
            canvas.drawRightString(330, 736 - 9 * n, line)
        width = canvas.stringWidth(" CHANGES", "Helvetica", SIZE)
        canvas.drawString(330 - width, 709, " CHANGES SALES 2019")
        for x, head in ((260, "SALES 2021"), (460, "% CHANGE")):
            canvas.drawRightString(x, 709, head)
        draw_rows(canvas, rows, [260, 330, 390, 460], 690)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read == [
        ["", "SALES 2021", "% CHANGE EXCLUDING CURRENCY CHANGES", "SALES 2019", "% CHANGE"],
        *rows,
    ]


def test_a_sign_written_with_the_percent_sign_before_it_is_of_the_next_figure(
    tmp_path: Path,
) -> None:
    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["", "Change", "2019"]], [300, 390], 712)
        for n in range(1, 5):
            draw_rows(canvas, [[f"Line {n}", f"-{n}7", f"1,{n}42"]], [300, 390], 700 - 12 * n)
            canvas.drawString(312, 700 - 12 * n, "% $")

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read[1:] == [[f"Line {n}", f"-{n}7 %", f"$ 1,{n}42"] for n in range(1, 5)]


def test_a_head_at_one_column_of_a_line_over_all_stands_over_none_of_the_others(
    tmp_path: Path,
) -> None:
    rights = [200.0 + 40 * n for n in range(8)]
    heads = ["", "2022", "2021", "2020", "2019", "Sum", "Total", "Volume", "Prices"]
    rows = [[f"Line {n}", *(f"{n}{m}.3" for m in range(1, 9))] for n in range(1, 5)]

    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, [["", *[""] * 6, "Percent", ""]], rights, 724)
        canvas.line(165, 721, 482, 721)
        draw_rows(canvas, [heads], rights, 712)
        canvas.line(58, 709, 482, 709)
        draw_rows(canvas, rows, rights, 698)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert "Percent" not in read[0][1:6]
    assert read[1] == heads


def test_words_over_a_row_of_heads_are_no_columns_of_text(tmp_path: Path) -> None:
    rows = [
        [f"March {n}, 2025", f"1,{n}00", "2.40 %", "Semi-Annually", f"{n}95", f"{n}94"]
        for n in range(1, 9)
    ]
    rights = [250.0, 320, 430, 490, 535]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", SIZE)
        for n, line in enumerate(["The first note of the debt of the company", "Long-term debt"]):
            canvas.drawString(60, 780 - 20 * n, line)
        canvas.drawRightString(250, 721, "ORIGINAL")
        for n, line in enumerate(["BOOK VALUE", "OUTSTANDING", "AS OF MAY"]):
            canvas.drawCentredString(504, 748 - 9 * n, line)
        canvas.line(460, 727, 537, 727)
        canvas.drawString(60, 712, "Scheduled maturity (in millions)")
        canvas.drawRightString(250, 712, "PRINCIPAL")
        canvas.drawRightString(445, 712, "INTEREST RATE   INTEREST PAYMENTS")
        canvas.drawRightString(490, 712, "2021")
        canvas.drawRightString(535, 712, "2020")
        draw_rows(canvas, rows, rights, 698)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    label, value = "Scheduled maturity (in millions)", "BOOK VALUE OUTSTANDING AS OF MAY"
    rate = ["INTEREST RATE", "INTEREST PAYMENTS"]
    assert read[:2] == [
        [label, "ORIGINAL", *rate, value, value],
        [label, "PRINCIPAL", *rate, "2021", "2020"],
    ]
    assert read[2:] == rows


def test_a_first_row_of_signs_and_dashes_is_no_line_of_the_heads(tmp_path: Path) -> None:
    rows = [["Balance in January", "$ -", "$ -"], ["Charges", "145", "5"], ["Paid", "(38)", "-"]]

    [read] = read_tables(
        tmp_path / "a.pdf",
        lambda canvas: draw_rows(canvas, [["", "Domestic", "Foreign"], *rows], [300, 400], 700),
    )

    assert read == [["", "Domestic", "Foreign"], *rows]


def test_lines_of_a_head_reach_over_as_many_columns_as_the_last_of_them(tmp_path: Path) -> None:
    rows = [[f"Line {n}", *(f"{n}{m}7" for m in range(6))] for n in range(1, 5)]
    rights = [220.0, 285, 350, 415, 480, 545]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", SIZE)
        for x, months in ((276, "three"), (471, "six")):
            canvas.drawCentredString(x, 730, f"As of or for the {months} months")
            canvas.drawCentredString(x, 721, "ended June 30,")
        canvas.line(200, 717, 547, 717)
        heads = ["", *["2022", "2021", "Change"] * 2]
        draw_rows(canvas, [heads, *rows], rights, 706)

    [read] = read_tables(tmp_path / "a.pdf", draw)

    assert read[0] == [
        "",
        *["As of or for the three months ended June 30,"] * 3,
        *["As of or for the six months ended June 30,"] * 3,
    ]
