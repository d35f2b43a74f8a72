"""PowerPoint files: what slides show, in the order in which it is read out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Emu, Inches

from citewire.content.report import Report
from citewire.content.table import Grid, Table, rows_of
from citewire.errors import UnreadableDocument
from citewire.services.reading.read import read_report
from tests.grids import grids, marked, rows_of_grid, shape

ONE = Inches(1)
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
MATH = (
    '<a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main">'
    '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
    "<m:r><m:t>r=0.15</m:t></m:r></m:oMath></a14:m>"
)


def slides(path: Path, *fills: Callable[[Any], object]) -> Report:
    """What is read of a file in which each of `fills` got an empty slide."""
    presentation = Presentation()
    for fill in fills:
        fill(presentation.slides.add_slide(presentation.slide_layouts[6]))
    presentation.save(str(path))
    return read_report(path)


def blocks(report: Report, page: int = 1) -> list[tuple[str, str]]:
    found = report.pages[page - 1]
    return [(block.kind, found.text[block.start : block.end]) for block in found.blocks]


def box(slide: Any, text: str = "", left: Any = ONE) -> Any:
    shape = slide.shapes.add_textbox(left, ONE, ONE, ONE)
    shape.text_frame.text = text
    return shape


def paragraph(slide: Any, inner: str) -> None:
    shape = box(slide)
    body = shape.text_frame._txBody
    body.remove(body.p_lst[0])
    body.append(etree.fromstring(f"<a:p {A} {MC}>{inner}</a:p>"))


def run(text: str, look: str = "") -> str:
    return f"<a:r><a:rPr {look}/><a:t>{text}</a:t></a:r>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (
            run("Profit 12.5") + run("1", 'baseline="30000"') + run(" million"),
            "Profit 12.5 [1] million",
        ),
        (run("10") + run("6", 'baseline="30000"') + run(" ships"), "10^6 ships"),
        (run("CO") + run("2", 'baseline="-25000"'), "CO2"),
        (run("now ") + run("40", 'strike="sngStrike"') + run("55"), "now 55"),
        (run("one") + "<a:br/>" + run("two"), "one\ntwo"),
        (run("one_x000B_two"), "one\ntwo"),
        (run("page ") + '<a:fld type="slidenum" id="x"><a:t>7</a:t></a:fld>', "page"),
        (
            run("The rate is ")
            + f'<mc:AlternateContent><mc:Choice Requires="a14">{MATH}</mc:Choice>'
            f"<mc:Fallback>{run('picture')}</mc:Fallback></mc:AlternateContent>"
            + run(" per year."),
            "The rate is r = 0.15 per year.",
        ),
    ],
)
def test_a_paragraph_is_told_as_it_is_meant(tmp_path: Path, inner: str, expected: str) -> None:
    ((_, text),) = blocks(slides(tmp_path / "a.pptx", lambda slide: paragraph(slide, inner)))

    assert [" ".join(line.split()) for line in text.split("\n")] == expected.split("\n")


def test_struck_text_is_told(tmp_path: Path) -> None:
    def fill(slide: Any) -> None:
        paragraph(slide, run("now ") + run("40", 'strike="sngStrike"') + run("55"))

    assert slides(tmp_path / "a.pptx", fill).notes == (
        "text that is struck out, or was deleted by a tracked change, is left out",
    )


def test_pictures_are_told_since_their_words_are_not_read(tmp_path: Path) -> None:
    Image.new("RGB", (80, 40)).save(tmp_path / "a.png")

    def fill(slide: Any) -> None:
        slide.shapes.add_picture(str(tmp_path / "a.png"), ONE, ONE)

    report = slides(tmp_path / "a.pptx", lambda slide: box(slide, "Words"), fill, fill)

    assert report.notes == ("slides 2-3 have pictures, which are not read",)
    with pytest.raises(UnreadableDocument, match="no text: slide 1 has pictures"):
        slides(tmp_path / "b.pptx", fill)


def test_a_choice_between_forms_is_read_once(tmp_path: Path) -> None:
    def fill(slide: Any) -> None:
        form = etree.tostring(box(slide, "the new form")._element).decode()
        slide.shapes._spTree.remove(slide.shapes[0]._element)
        slide.shapes._spTree.append(
            etree.fromstring(
                f'<mc:AlternateContent {MC}><mc:Choice Requires="p14">{form}</mc:Choice>'
                f"<mc:Fallback>{form.replace('new', 'old')}</mc:Fallback></mc:AlternateContent>"
            )
        )

    assert blocks(slides(tmp_path / "a.pptx", fill)) == [("text", "the new form")]


def test_charts_tables_pictures_and_groups_are_read_in_order(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    Image.new("RGB", (9, 9)).save(picture)

    def fill(slide: Any) -> None:
        group = slide.shapes.add_group_shape()
        box(group, "in a group")
        data: Any = CategoryChartData(number_format="#,##0")  # type: ignore[no-untyped-call]
        data.categories = ["North", "South"]
        data.add_series("2024", (1410, 275))
        chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, ONE, ONE, ONE, ONE, data)
        chart.chart.has_title = True
        chart.chart.chart_title.text_frame.text = "Orders"
        for words in ("The mill is closed since 2021", "Picture 3", "a.png"):
            shown = slide.shapes.add_picture(str(picture), ONE, ONE)
            shown._element.nvPicPr.cNvPr.set("descr", words)

    assert blocks(slides(tmp_path / "a.pptx", fill)) == [
        ("text", "in a group"),
        ("table", "Orders\n | 2024\nNorth | 1,410\nSouth | 275"),
        ("figure", "The mill is closed since 2021"),
    ]


def test_what_stands_beside_its_slide_or_on_a_hidden_one_is_withheld(tmp_path: Path) -> None:
    def beside(slide: Any) -> None:
        box(slide, "seen")
        box(slide, "beside", left=Emu(-9_000_000))

    def unseen(slide: Any) -> None:
        slide._element.set("show", "0")
        box(slide, "unseen")

    report = slides(tmp_path / "a.pptx", beside, unseen)

    assert [[page.text[one.start : one.end] for one in page.withheld] for page in report.pages] == [
        ["beside"],
        ["unseen"],
    ]


def test_the_number_of_a_slide_is_not_its_text(tmp_path: Path) -> None:
    def fill(slide: Any) -> None:
        shape = box(slide, "7")
        place = etree.SubElement(shape._element.nvSpPr.nvPr, f"{{{P[9:-1]}}}ph")
        place.set("type", "sldNum")
        box(slide, "words")

    assert blocks(slides(tmp_path / "a.pptx", fill)) == [("text", "words")]


def tables_of(report: Report) -> list[tuple[Table, str]]:
    return [
        (block.table, page.text)
        for page in report.pages
        for block in page.blocks
        if block.table is not None
    ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(grids())
def test_any_table_is_the_same_after_a_round_trip(tmp_path: Path, grid: Grid) -> None:
    def fill(slide: Any) -> None:
        table = slide.shapes.add_table(grid.rows, grid.columns, ONE, ONE, ONE, ONE).table
        for placed in grid.cells:
            first = table.cell(placed.row, placed.column)
            height, width = placed.cell.rows, placed.cell.columns
            if height > 1 or width > 1:
                first.merge(table.cell(placed.row + height - 1, placed.column + width - 1))
            text, mark = marked(placed.cell.text)
            first.text_frame.paragraphs[0].add_run().text = text
            if mark:
                raised = first.text_frame.paragraphs[0].add_run()
                raised.text = mark
                raised.font._element.set("baseline", "30000")

    ((table, text),) = tables_of(slides(tmp_path / "a.pptx", fill))

    assert list(rows_of(table, text)) == rows_of_grid(grid)
    assert shape(table) == shape(grid)
    assert table.header_rows == grid.header_rows


def test_cells_that_are_said_to_be_covered_by_none_are_empty(tmp_path: Path) -> None:
    def fill(slide: Any) -> None:
        table = slide.shapes.add_table(3, 3, ONE, ONE, ONE, ONE).table
        for row in range(3):
            for column in range(3):
                table.cell(row, column).text = f"{row}{column}"
        table.cell(1, 1)._tc.set("hMerge", "1")
        table.cell(2, 0)._tc.set("gridSpan", "9")
        table.cell(2, 0)._tc.set("rowSpan", "9")

    ((table, text),) = tables_of(slides(tmp_path / "a.pptx", fill))

    assert list(rows_of(table, text)) == [
        ["00", "01", "02"],
        ["10", "", "12"],
        ["20", "20", "20"],
    ]
