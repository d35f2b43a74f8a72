"""Raised and lowered characters: marks of notes apart, exponents kept, nothing else damaged."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from citewire.content.edges import decode
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.growth import NOT_QUADRATIC, growth
from tests.doubles.small_pdfs import draw_pdf

SIZE = 11.0
LEFT = 60.0


def draw_pieces(canvas: Canvas, y: float, *pieces: str) -> None:
    """Draw a line; pieces that begin with ^ are raised, those that begin with _ lowered."""
    x = LEFT
    for piece in pieces:
        rise = {"^": 4.2, "_": -1.8}.get(piece[0], 0.0)
        text, size = (piece[1:], 6.6) if rise else (piece, SIZE)
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y + rise, text)
        x += canvas.stringWidth(text, "Helvetica", size)


def read(tmp_path: Path, *pieces: str) -> str:
    path = draw_pdf(tmp_path / "a.pdf", lambda canvas: draw_pieces(canvas, 700, *pieces))
    return read_pdf(path).pages[0].text


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (("Revenue was 12.5", "^1", " million"), "Revenue was 12.5 [1] million"),
        (("up from $320", "^3", " a year ago"), "up from $320 [3] a year ago"),
        (("in 2022", "^(2)", " and after"), "in 2022 [2] and after"),
        (("as restated", "^1,2", "."), "as restated [1,2]."),
        (("of the year.", "^14"), "of the year. [14]"),
        (("cost", "^(a)(b)", " of sales"), "cost [a,b] of sales"),
        (("it was 47", "^d", " per cent"), "it was 47 [d] per cent"),
        (("it was 87", "^ab", " per cent"), "it was 87 [ab] per cent"),
        (("^1", "Unaudited figures."), "[1] Unaudited figures."),
        (("handles 10", "^6", " units"), "handles 10^6 units"),
        (("that is 10", "^–6", " or less"), "that is 10^–6 or less"),
        (("an area of 40 m", "^2", " and"), "an area of 40 m^2 and"),
        (("1.3 million ft", "^2", " in all"), "1.3 million ft^2 in all"),
        (("tons of CO", "_2", " were"), "tons of CO2 were"),
        (("the base 12", "_2", " is"), "the base 12_2 is"),
        (("the 1", "^st", " quarter"), "the 1st quarter"),
        (("our Brand", "^TM", " sells"), "our Brand™ sells"),
        (("sold N", "^o", " 5"), "sold No 5"),
        (("an area (m", "^2", ")"), "an area (m^2)"),
        (("x", "_max", " is 5"), "x_max is 5"),
        (("our Know", "^ledge", " of it"), "our Knowledge of it"),
        (("it cost 12", "^m", " in all"), "it cost 12m in all"),
        (("grew by 12", "^%", " since"), "grew by 12% since"),
        (("for ", "^$", "320 each"), "for $320 each"),
        (("see this", "^*", " and"), "see this* and"),
        (("about 3", "^1", "/", "_2", " inches"), "about 3 1/2 inches"),
        (("Class A", "^1", " shares"), "Class A [1] shares"),
    ],
)
def test_raised_and_lowered_characters(
    tmp_path: Path, pieces: tuple[str, ...], expected: str
) -> None:
    assert read(tmp_path, *pieces) == expected


def test_a_mark_that_is_raised_by_its_code_stands_apart(tmp_path: Path) -> None:
    assert read(tmp_path, "Revenue was 12.5¹ million") == "Revenue was 12.5 [1] million"


def test_square_metres_by_their_code_stay(tmp_path: Path) -> None:
    assert read(tmp_path, "an area of 40 m² and more") == "an area of 40 m² and more"


def test_small_letters_on_the_line_are_not_raised(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", SIZE)
        canvas.drawString(LEFT, 700, "N")
        canvas.setFont("Helvetica", 7)
        canvas.drawString(LEFT + 8, 700, "ORTH 2")

    assert read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0].text == "NORTH 2"


def test_a_mark_of_a_cell_makes_no_other_figure(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row, label in enumerate(("Sales", "Costs", "Profit", "Tax")):
            y = 700 - 16 * row
            canvas.setFont("Helvetica", SIZE)
            canvas.drawString(LEFT, y, label)
            canvas.drawString(260, y, f"32{row}")
            canvas.drawString(360, y, f"41{row}")
            canvas.setFont("Helvetica", 6.6)
            canvas.drawString(260 + 3 * 0.556 * SIZE, y + 4.2, "3")

    text = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0].text

    assert "Sales | 320 [3] | 410" in text


def test_a_mark_has_edges_of_its_own(tmp_path: Path) -> None:
    path = draw_pdf(
        tmp_path / "a.pdf", lambda canvas: draw_pieces(canvas, 700, "at 12.5", "^1", " million")
    )
    page = read_pdf(path).pages[0]
    line = page.blocks[0].lines[0]
    words = page.text[line.start : line.end].split()
    edges = decode(line.words)
    width = (line.x1 - line.x0) * 595.28

    assert words == ["at", "12.5", "[1]", "million"]
    assert len(edges) == len(words)
    assert edges[1][1] <= edges[2][0] + 0.01
    assert (edges[2][1] - edges[2][0]) * width == pytest.approx(0.556 * 6.6, abs=0.5)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_mark_on_a_turned_page_stands_apart(tmp_path: Path, turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(turn)
        draw_pieces(canvas, 400, "Revenue was 12.5", "^1", " million")

    page = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages[0]

    assert page.text == "Revenue was 12.5 [1] million"
    assert len(decode(page.blocks[0].lines[0].words)) == len(page.text.split())


def test_time_grows_with_the_number_of_marks_only(tmp_path: Path) -> None:
    def page_of(marks: int) -> Path:
        def draw(canvas: Canvas) -> None:
            for n in range(marks):
                x, y = 20 + n * 9 % 550, 20 + n * 9 // 550 * 3
                canvas.setFont("Helvetica", 2.0)
                canvas.drawString(x, y, "ab")
                canvas.setFont("Helvetica", 1.2)
                canvas.drawString(x + 2.3, y + 0.8, "1")

        return draw_pdf(tmp_path / f"{marks}.pdf", draw)

    assert growth(read_pdf, page_of(1000), page_of(4000)) < NOT_QUADRATIC
