"""Rectangles cover the quoted words and nothing else: by ink on the page, and by text in them.

The quoted words are drawn in red, all others in black. At least `COVERED` of the red ink lies in
the rectangles, and of black ink there is less in them than `FOREIGN` of the red.
"""

import ctypes
import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from reportlab.lib.colors import black, red
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from citewire.content.edges import decode, encode
from citewire.content.report import LineBox
from citewire.services.citations.quotes import locate
from citewire.services.citations.rectangles import Rectangle, rectangles
from citewire.services.passages.layout import PassageLayout
from citewire.services.passages.splitting import build_passages
from citewire.services.reading.ocr.laid import lay_out_seen
from citewire.services.reading.ocr.seen import Seen, SeenLines
from citewire.services.reading.ocr.tesseract import parse_tsv
from citewire.services.reading.pdf.drawn import Drawing
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import draw_lines, draw_pdf, prose

COVERED = 0.99
FOREIGN = 0.01
SCALE = 4
SQUARE = (700.0, 700.0)
Draw = Callable[[Canvas], None]


@dataclass(frozen=True, slots=True)
class Placed:
    """A quote on a page."""

    path: Path
    quote: str
    rectangles: list[Rectangle]


def place(path: Path, quote: str) -> Placed:
    """Read a PDF of one page, store and load its layout, and place a quote."""
    report = read_pdf(path, ocr="off")
    built = build_passages(
        report, doc_id="d" * 32, folder="f", file_name="a.pdf", max_tokens=220, overlap=0
    )
    for one in built:
        text = one.node.text
        found = locate(quote, text)
        if found.match != "none":
            stored = PassageLayout.from_json(one.layout.to_json())
            placed = rectangles(stored.lines, text=text, start=found.start, end=found.end)
            return Placed(path, quote, placed)
    pytest.fail(f"{quote!r} is not in {[one.node.text for one in built]}")


def draw_marked(
    canvas: Canvas, x: float, y: float, lines: list[str], *, font: str = "Helvetica"
) -> None:
    """Draw lines from (x, y) down; what stands between asterisks is red."""
    for number, line in enumerate(lines):
        text = canvas.beginText(x, y - 14 * number)
        text.setFont(font, 11)
        for index, piece in enumerate(line.split("*")):
            text.setFillColor(red if index % 2 else black)
            text.textOut(piece)
        canvas.drawText(text)
    canvas.setFillColor(black)


@contextmanager
def opened(path: Path) -> Iterator[pypdfium2.PdfPage]:
    with pypdfium2.PdfDocument(path) as document, closing(document[0]) as page:
        yield page


def inside(placed: Placed, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Which pixels of the page are in the rectangles."""
    height, width = shape
    covered = np.zeros(shape, np.bool_)
    for box in placed.rectangles:
        rows = slice(int(box.y0 * height), int(np.ceil(box.y1 * height)))
        covered[rows, int(box.x0 * width) : int(np.ceil(box.x1 * width))] = True
    return covered


def assert_true_by_ink(placed: Placed) -> None:
    with opened(placed.path) as page:
        pixels = page.render(scale=SCALE, rev_byteorder=True).to_numpy()[..., :3].astype(int)
    r, g = pixels[..., 0], pixels[..., 1]
    quoted, other = (r > 128) & (g < 128), (r < 128) & (g < 128)
    covered = inside(placed, r.shape)
    ink = quoted.sum()

    assert ink > 100
    assert (quoted & covered).sum() >= COVERED * ink
    assert (other & covered).sum() <= FOREIGN * ink


def letters(text: str) -> str:
    plain = text.replace("\ufb01", "fi").replace("\ufb02", "fl")
    return "".join(character for character in plain.casefold() if character.isalnum())


def text_inside(placed: Placed) -> str:
    """What pdfium finds in the rectangles; it takes all letters that they touch, so from inside."""
    with opened(placed.path) as page, closing(page.get_textpage()) as text_page:
        return "".join(
            text_page.get_text_bounded(*_on_page(page, box)) for box in placed.rectangles
        )


def _on_page(page: pypdfium2.PdfPage, box: Rectangle) -> tuple[float, float, float, float]:
    """The inner part of a rectangle as left, bottom, right, top in the page's own points."""
    size = 100_000
    across, down = min(0.001, (box.x1 - box.x0) / 4), min(0.004, (box.y1 - box.y0) / 4)
    corners = []
    for x, y in ((box.x0 + across, box.y0 + down), (box.x1 - across, box.y1 - down)):
        left, top = ctypes.c_double(), ctypes.c_double()
        place = round(x * size), round(y * size)
        pdfium.FPDF_DeviceToPage(page, 0, 0, size, size, 0, *place, left, top)
        corners.append((left.value, top.value))
    (a, b), (c, d) = corners
    return min(a, c), min(b, d), max(a, c), max(b, d)


def one_column(canvas: Canvas) -> None:
    draw_marked(canvas, 60, 700, ["Ships *carried much grain* to the harbour.", *prose(6, "More")])


def two_columns(canvas: Canvas) -> None:
    left, right = prose(9, "Left"), prose(9, "Right")
    right[4] = "The *right column told* of oil tankers"
    for n, (one, other) in enumerate(zip(left, right, strict=True)):
        draw_marked(canvas, 60, 700 - 14 * n, [one])
        draw_marked(canvas, 320, 700 - 14 * n, [other])


def three_lines(canvas: Canvas) -> None:
    wrapped = [
        "In the year *before last the harbour",
        "*counted four hundred ships that*",
        "*carried grain*, and some oil besides.",
    ]
    wrapped[0] += "*"
    draw_marked(canvas, 60, 700, [*prose(3, "Before"), *wrapped, *prose(3, "After")])


def divided_word(canvas: Canvas) -> None:
    draw_marked(canvas, 60, 700, ["The harbour gives *infor-*", "*mation on* ships.", "Last line."])


def punctuated(canvas: Canvas) -> None:
    draw_marked(canvas, 60, 700, ["Ships (*the big ones*) came.", *prose(4, "After")])


def table(canvas: Canvas) -> None:
    rows = [("Years", "2024", "2023"), ("Grain", "*41,396*", "33,103"), ("Oil", "7,050", "4,976")]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            draw_marked(canvas, 60 + 180 * column, 600 - 16 * row, [cell])


def uneven_table(canvas: Canvas) -> None:
    for row in range(5):
        draw_marked(canvas, 60, 600 - 14 * row, [f"Label {row} of the row"])
        cell = "*Value four*" if row == 4 else f"Value {row}"
        draw_marked(canvas, 300, 600 - 14 * row - 5, [cell])
        draw_marked(canvas, 400, 600 - 14 * row, [f"{row},{row}23"])


def turned_up(canvas: Canvas) -> None:
    draw_lines(canvas, 300, 700, prose(8, "Upright"))
    canvas.rotate(90)
    draw_marked(canvas, 100, -200, ["Sideways *ships carried grain* upwards", *prose(4, "Below")])


def turned_down(canvas: Canvas) -> None:
    canvas.rotate(-90)
    draw_marked(canvas, -600, 200, ["Sideways *ships carried grain* downwards", *prose(4, "Below")])


def upside_down(canvas: Canvas) -> None:
    canvas.rotate(180)
    draw_marked(canvas, -500, -400, ["Inverted *ships carried grain* yonder", *prose(4, "Below")])


@pytest.mark.parametrize(
    ("draw", "quote", "count"),
    [
        (one_column, "carried much grain", 1),
        (two_columns, "right column told", 1),
        (
            three_lines,
            "before last the harbour counted four hundred ships that carried grain",
            3,
        ),
        (divided_word, "information on", 2),
        (punctuated, "the big ones", 1),
        (table, "41,396", 1),
        (uneven_table, "Value four", 1),
        (turned_up, "ships carried grain", 1),
        (turned_down, "ships carried grain", 1),
        (upside_down, "ships carried grain", 1),
    ],
)
def test_rectangles_cover_the_quoted_words_and_nothing_else(
    tmp_path: Path, draw: Draw, quote: str, count: int
) -> None:
    placed = place(draw_pdf(tmp_path / "a.pdf", draw), quote)

    assert len(placed.rectangles) == count
    assert_true_by_ink(placed)
    assert letters(text_inside(placed)) == letters(quote)


@pytest.mark.parametrize("crop", [None, (50, 300, 550, 690)])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_rectangles_stand_where_the_displayed_page_shows_the_words(
    tmp_path: Path, rotation: int, crop: tuple[int, int, int, int] | None
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(rotation)
        if crop:
            canvas.setCropBox(crop)
        draw_marked(canvas, 80, 600, ["Ships *carried much*", "*grain* to the harbour."])

    placed = place(draw_pdf(tmp_path / "a.pdf", draw, size=SQUARE), "carried much grain")

    assert_true_by_ink(placed)
    assert letters(text_inside(placed)) == "carriedmuchgrain"


def test_a_ligature_is_covered_whole(tmp_path: Path) -> None:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))

    def draw(canvas: Canvas) -> None:
        line = "The *\ufb01rst of\ufb01cial \ufb02ow* of ships"
        draw_marked(canvas, 60, 700, [line, *prose(3, "After")], font="Vera")

    placed = place(draw_pdf(tmp_path / "a.pdf", draw), "first official flow")

    assert_true_by_ink(placed)
    assert letters(text_inside(placed)) == "firstofficialflow"


def test_what_repeats_above_the_text_moves_no_rectangle(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 810, ["Harbour Authority Annual Report"], size=9)
        one_column(canvas)

    pages = [
        draw,
        *[lambda canvas: draw_lines(canvas, 60, 810, ["Harbour Authority Annual Report"], size=9)]
        * 5,
    ]
    placed = place(draw_pdf(tmp_path / "a.pdf", *pages), "carried much grain")

    assert_true_by_ink(placed)


def test_any_run_of_words_is_covered(tmp_path: Path) -> None:
    lines = [f"{line} of many sorts, and ({n}) of few" for n, line in enumerate(prose(12, "Any"))]
    path = draw_pdf(tmp_path / "a.pdf", lambda canvas: draw_lines(canvas, 60, 700, lines))
    words = " ".join(lines).split()
    choice = random.Random(7)
    for _ in range(40):
        first = choice.randrange(len(words) - 25)
        quote = " ".join(words[first : first + choice.randrange(5, 25)])
        assert letters(text_inside(place(path, quote))) == letters(quote)


def test_lines_whose_words_are_unknown_are_cut_by_characters() -> None:
    lines = [LineBox(0, 20, 0.1, 0.2, 0.9, 0.25), LineBox(21, 31, 0.1, 0.3, 0.5, 0.35)]
    text = "x" * 20 + "\n" + "x" * 10
    found = rectangles(lines, text=text, start=5, end=26)

    assert found == [Rectangle(0.3, 0.2, 0.9, 0.25), Rectangle(0.1, 0.3, 0.3, 0.35)]


def test_a_passage_that_begins_within_a_line_knows_its_own_words(tmp_path: Path) -> None:
    sentences = "First one is here. Second *one follows it*. Third one ends it."
    path = draw_pdf(tmp_path / "a.pdf", lambda canvas: draw_marked(canvas, 60, 700, [sentences]))
    report = read_pdf(path, ocr="off")
    built = build_passages(
        report, doc_id="d", folder="f", file_name="a.pdf", max_tokens=6, overlap=0
    )
    [one] = [one for one in built if "Second" in one.node.text]
    text = one.node.text
    start = text.index("one")
    end = start + len("one follows it")
    found = rectangles(one.layout.lines, text=text, start=start, end=end)

    assert text == "Second one follows it."
    assert_true_by_ink(Placed(path, "one follows it", found))


def test_words_read_from_an_image_have_their_boxes() -> None:
    head = "level page_num block_num par_num line_num word_num left top width height conf text"
    rows = [(100, 50, "Ships"), (160, 100, "carry"), (300, 100, "grain")]
    table = [f"5\t1\t1\t1\t1\t{n}\t{x}\t40\t{w}\t20\t90\t{t}" for n, (x, w, t) in enumerate(rows)]
    nothing = np.zeros((0, 4), np.float32)
    lines = list(parse_tsv("\n".join([head.replace(" ", "\t"), *table])))
    [block] = lay_out_seen(
        Seen([SeenLines(0, 0.0, lines)]), 2.0, Drawing(nothing, nothing, 300, 100)
    )
    [line] = block.lines

    assert line.text == "Ships carry grain"
    edges = [edge for word in decode(line.words) for edge in word]
    assert edges == pytest.approx([0, 1 / 6, 0.2, 8 / 15, 2 / 3, 1], abs=0.001)


@given(st.lists(st.floats(-50, 700), max_size=20), st.floats(0, 300), st.floats(0, 400))
def test_edges_come_back_within_a_step(edges: list[float], low: float, length: float) -> None:
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    words = encode([edge for pair in pairs for edge in pair], low, low + length)

    if low + length - low < 1e-6:
        assert words == ""
    else:
        shares = [tuple(min(max((e - low) / length, 0), 1) for e in pair) for pair in pairs]
        for share, found in zip(shares, decode(words), strict=True):
            assert found == pytest.approx(share, abs=1 / 8000)


@given(st.text(alphabet="ab \n|", max_size=40), st.integers(0, 45), st.integers(0, 45))
def test_rectangles_stay_in_their_lines(text: str, start: int, end: int) -> None:
    lines = [LineBox(0, 13, 0.1, 0.1, 0.9, 0.2, turn=3), LineBox(14, 60, 0.2, 0.3, 0.8, 0.4)]
    found = rectangles(lines, text=text, start=start, end=min(end, len(text)))

    assert len(found) <= len(lines)
    for box in found:
        assert 0.1 <= box.x0 <= box.x1 <= 0.9
        assert 0.1 <= box.y0 <= box.y1 <= 0.4
