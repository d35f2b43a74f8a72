"""Layout of PDF pages: reading order, tables, furniture, headings, and where the lines stand."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from citewire.content.report import Page
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.growth import NOT_QUADRATIC, growth
from tests.doubles.small_pdfs import draw_lines, draw_pdf, prose

DARK = 128
SQUARE = (700.0, 700.0)


def blocks(page: Page, kind: str) -> list[str]:
    return [page.text[block.start : block.end] for block in page.blocks if block.kind == kind]


def body(page: Page) -> str:
    return "\n".join(page.text[block.start : block.end] for block in page.blocks)


def positions(text: str, words: list[str]) -> list[int]:
    return [text.index(word) for word in words]


def line_texts(page: Page) -> list[str]:
    return [page.text[line.start : line.end] for block in page.blocks for line in block.lines]


def test_the_left_column_is_read_before_the_right_one(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        # Line by line across, as some programs write columns.
        for n, (left, right) in enumerate(zip(prose(9, "Left"), prose(9, "Right"), strict=True)):
            draw_lines(canvas, 60, 700 - 14 * n, [left])
            draw_lines(canvas, 320, 700 - 14 * n, [right])

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert prose(9, "Left") + prose(9, "Right") == line_texts(page)


def test_three_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for column, word in enumerate(["Alpha", "Beta", "Gamma"]):
            draw_lines(canvas, 40 + 180 * column, 700, prose(8, word), size=8)

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert prose(8, "Alpha") + prose(8, "Beta") + prose(8, "Gamma") == line_texts(page)


def test_a_heading_across_columns_parts_them(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 760, prose(5, "One"))
        draw_lines(canvas, 320, 760, prose(5, "Two"))
        draw_lines(canvas, 60, 650, ["A long heading that runs across both columns"], size=20)
        draw_lines(canvas, 60, 600, prose(5, "Three"))
        draw_lines(canvas, 320, 600, prose(5, "Four"))

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages
    found = positions(page.text, ["One", "Two", "A long heading", "Three", "Four"])

    assert sorted(found) == found


def test_remarks_beside_running_text_do_not_cut_its_lines(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 220, 700, prose(20, "Text"))
        draw_lines(canvas, 40, 644, ["more jobs", "than before", "the year"])

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert "\n".join(prose(20, "Text")) in page.text


TABLE = [
    ("Years ended", "2024", "2023"),
    ("Revenue from ships", "41,396", "33,103"),
    ("Revenue from grain", "10,383", "9,325"),
    ("Costs", "(5,050)", "(4,976)"),
]


def draw_table(canvas: Canvas, y: float = 600) -> None:
    for row, cells in enumerate(TABLE):
        for column, cell in enumerate(cells):
            draw_lines(canvas, 60 + 180 * column, y - 16 * row, [cell])


def test_a_table_is_kept_row_by_row(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 700, prose(4, "Before"))
        draw_table(canvas)
        draw_lines(canvas, 60, 500, prose(4, "After"))

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert ["\n".join(" | ".join(row) for row in TABLE)] == blocks(page, "table")


def test_a_table_drawn_column_by_column_is_kept_row_by_row(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for column in range(3):
            draw_lines(canvas, 60 + 180 * column, 600, [row[column] for row in TABLE], leading=16)

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert " | ".join(TABLE[1]) in page.text


def test_a_heading_parts_two_tables(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_table(canvas, 600)
        draw_lines(canvas, 60, 530, ["Costs of the Year"], size=16)
        draw_table(canvas, 508)

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert [block.kind for block in page.blocks] == ["table", "heading", "table"]


def test_currency_signs_belong_to_their_number(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(4):
            for x, cell in ((60, f"Row {row}"), (200, "$"), (230, "12"), (300, "$"), (330, "7")):
                draw_lines(canvas, x, 600 - 16 * row, [cell])

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert line_texts(page)[0] == "Row 0 | $ 12 | $ 7"


def test_list_items_are_no_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row, line in enumerate(prose(6, "Item")):
            draw_lines(canvas, 60, 600 - 16 * row, ["•"])
            draw_lines(canvas, 90, 600 - 16 * row, [line])

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert blocks(page, "table") == []
    assert line_texts(page)[0] == f"• {prose(1, 'Item')[0]}"


def furnished(number: int) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 810, ["Harbour Authority Annual Report"], size=9)
        draw_lines(canvas, 60, 700, prose(6, f"Page{number}"))
        draw_lines(canvas, 280, 30, [f"Page {number + 10} of 90"], size=9)

    return draw


def test_headers_and_footers_that_repeat_are_in_no_block(tmp_path: Path) -> None:
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", *map(furnished, range(6))))
    text = "\n".join(map(body, report.pages))

    assert "Harbour Authority" not in text
    assert "of 90" not in text
    assert "Page3 line 5" in text


def test_headers_that_repeat_stay_in_the_text_of_the_page(tmp_path: Path) -> None:
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", *map(furnished, range(6))))

    assert report.pages[2].text.startswith("Harbour Authority Annual Report\n\nPage2")


def test_two_pages_tell_what_stands_at_the_same_place_of_both(tmp_path: Path) -> None:
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", *map(furnished, range(2))))
    text = "\n".join(map(body, report.pages))

    assert "Harbour Authority" not in text
    assert "of 90" not in text
    assert [page.label for page in report.pages] == ["10", "11"]


def test_years_at_the_top_of_two_pages_are_no_page_numbers(tmp_path: Path) -> None:
    def page(year: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            draw_lines(canvas, 60, 810, [f"Earnings of {year}"])
            draw_lines(canvas, 60, 700, prose(6, f"Year{year}"))

        return draw

    pages = read_pdf(draw_pdf(tmp_path / "a.pdf", page(2022), page(2023))).pages

    assert [page.label for page in pages] == ["1", "2"]
    assert "Earnings of 2023" in body(pages[1])


def test_printed_page_numbers_become_labels(tmp_path: Path) -> None:
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", *map(furnished, range(6))))

    assert [page.label for page in report.pages] == ["10", "11", "12", "13", "14", "15"]


def test_what_stands_at_the_top_of_one_page_only_is_kept(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 810, ["The only page with this line"])

    report = read_pdf(draw_pdf(tmp_path / "a.pdf", draw, *map(furnished, range(6))))

    assert body(report.pages[0]) == "The only page with this line"


def test_headings_are_found_by_size_and_weight(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 780, ["Large Heading"], size=18)
        draw_lines(canvas, 60, 740, prose(6, "First"))
        draw_lines(canvas, 60, 630, ["Bold Heading"], bold=True)
        draw_lines(canvas, 60, 600, prose(6, "Second"))

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert blocks(page, "heading") == ["Large Heading", "Bold Heading"]


def test_divided_words_are_mended_and_keep_both_lines(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 700, ["The harbour gives infor-", "mation on ships.", "Last line."])

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert page.text.startswith("The harbour gives information on ships.")
    assert line_texts(page)[:2] == ["The harbour gives infor", "mation on ships."]


def test_a_word_divided_between_columns_is_mended(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 700, [*prose(6, "Left"), "and so on for the naviga-"])
        draw_lines(canvas, 320, 700, ["tion of large ships in the port", *prose(6, "Right")])

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages

    assert "for the navigation of large ships" in page.text


@pytest.mark.parametrize("crop", [None, (50, 300, 550, 690)])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_lines_stand_where_the_displayed_page_shows_them(
    tmp_path: Path, rotation: int, crop: tuple[int, int, int, int] | None
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(rotation)
        if crop:
            canvas.setCropBox(crop)
        draw_lines(canvas, 80, 600, ["EVERY LETTER OF THIS LINE IS INSIDE"])

    path = draw_pdf(tmp_path / "a.pdf", draw, size=SQUARE)
    [page] = read_pdf(path).pages
    [line] = [line for block in page.blocks for line in block.lines]
    left, top, right, bottom = ink(path)

    assert line.x0 == pytest.approx(left, abs=0.01)
    assert line.x1 == pytest.approx(right, abs=0.01)
    # The box is as high as the font's letters may be, capitals are a little less.
    assert line.y0 - 0.01 <= top <= bottom <= line.y1 + 0.01
    assert (line.y1 - line.y0) * (line.x1 - line.x0) < 2.2 * (bottom - top) * (right - left)


def ink(path: Path) -> tuple[float, float, float, float]:
    """Left, upper, right, lower edge of what is dark on the first page, as shares of it."""
    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        dark = page.render(scale=3, grayscale=True).to_numpy() < DARK
        page.close()
    dark = dark.reshape(dark.shape[:2])
    rows, columns = dark.any(axis=1).nonzero()[0], dark.any(axis=0).nonzero()[0]
    height, width = dark.shape
    return (
        columns[0] / width,
        rows[0] / height,
        (columns[-1] + 1) / width,
        (rows[-1] + 1) / height,
    )


def test_the_size_is_that_of_the_displayed_page(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.setCropBox((0, 0, 300, 700))
        draw_lines(canvas, 80, 600, ["Some text"])

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw, size=SQUARE)).pages

    assert page.size == pytest.approx((700, 300))


def test_text_off_the_visible_page_is_left_out_and_said(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setCropBox((0, 300, 595, 842))
        draw_lines(canvas, 80, 600, ["Visible text"])
        draw_lines(canvas, 80, 100, ["Text that nobody sees"])

    report = read_pdf(draw_pdf(tmp_path / "a.pdf", draw))

    assert report.pages[0].text == "Visible text"
    assert report.notes == ("page 1 has text off the visible page, left out",)


def test_sideways_text_is_read_in_its_own_direction(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rotate(90)
        draw_lines(canvas, 100, -200, prose(5, "Sideways"))

    path = draw_pdf(tmp_path / "a.pdf", draw)
    [page] = read_pdf(path).pages
    boxes = [line for block in page.blocks for line in block.lines]
    left, top, right, bottom = ink(path)

    assert line_texts(page) == prose(5, "Sideways")
    assert min(box.x0 for box in boxes) <= left + 0.01
    assert max(box.x1 for box in boxes) >= right - 0.01
    assert min(box.y0 for box in boxes) == pytest.approx(top, abs=0.01)
    assert max(box.y1 for box in boxes) == pytest.approx(bottom, abs=0.01)


def test_offsets_of_lines_grow_and_stay_inside_the_text(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas, 60, 700, prose(9, "Left"))
        draw_lines(canvas, 320, 700, prose(9, "Right"))
        draw_table(canvas, 400)

    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", draw)).pages
    places = [(line.start, line.end) for block in page.blocks for line in block.lines]

    assert sorted(places) == places
    assert places[-1][1] == len(page.text)


@pytest.mark.parametrize(
    ("piece", "last"), [("xx", ""), ("x-", ""), ("xx", " 1-"), (".)", ""), ("1 ", "")]
)
def test_time_grows_with_the_length_of_a_line_only(tmp_path: Path, piece: str, last: str) -> None:
    def line_of(pieces: int) -> Path:
        def draw(canvas: Canvas) -> None:
            draw_lines(canvas, 10, 700, [piece * pieces + last, "end"], size=0.01)

        return draw_pdf(tmp_path / f"{pieces}.pdf", draw)

    assert growth(read_pdf, line_of(2000), line_of(8000)) < NOT_QUADRATIC


def test_time_grows_with_the_number_of_scattered_labels_only(tmp_path: Path) -> None:
    def page_of(labels: int) -> Path:
        def draw(canvas: Canvas) -> None:
            for n in range(labels):
                draw_lines(canvas, n * 37 % 580, n * 101 % 830, [str(n)], size=3)

        return draw_pdf(tmp_path / f"{labels}.pdf", draw)

    assert growth(read_pdf, page_of(1250), page_of(5000)) < NOT_QUADRATIC
