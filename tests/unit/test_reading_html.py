"""HTML: what a reader of the page sees is read, once and apart; tables are the grids they show."""

from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citewire.content.markdown import page_markdown
from citewire.content.report import Report
from citewire.content.table import Grid, Table, rows_of
from citewire.errors import UnreadableDocument
from citewire.services.reading.html import read_html
from citewire.services.reading.read import read_report
from citewire.services.reading.withholding import withhold
from tests.grids import grids, marked, rows_of_grid, shape


def read(folder: Path, body: str, head: str = "") -> Report:
    path = folder / "page.html"
    path.write_text(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>", "utf-8")
    return read_html(path)


def blocks(report: Report) -> list[str]:
    return [page.text[block.start : block.end] for page in report.pages for block in page.blocks]


def tables(report: Report) -> list[tuple[Table, list[list[str]]]]:
    return [
        (block.table, list(rows_of(block.table, page.text)))
        for page in report.pages
        for block in page.blocks
        if block.table is not None
    ]


UNSCRIPTED = "what the page shows only where scripts are switched off is left out"
STRUCK = "text that is struck out, or was deleted by a tracked change, is left out"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<p>12.5<sup>1</sup> million, 10<sup>6</sup></p>", "12.5 [1] million, 10^6"),
        ("<p>12.5<sup><a href='#n'>[1]</a></sup>million</p>", "12.5 [1] million"),
        ("<p>rose<a role=doc-noteref href='#n'><sup>3</sup></a> by 4</p>", "rose [3] by 4"),
        ("<p>40<span style='vertical-align: super'>2</span> tonnes</p>", "40 [2] tonnes"),
        ("<p><sup>1</sup>Unaudited.</p>", "[1] Unaudited."),
        ("<p>3<sup>1</sup>/<sub>2</sub> cups, <sup>1</sup>⁄<sub>4</sub></p>", "3 1/2 cups, 1⁄4"),
        ("<p>CO<sub>2</sub>, x<sub>i</sub>, 1011<sub>2</sub></p>", "CO2, x_i, 1011_2"),
        ("<p>Old<del>40</del><ins>55</ins> euros; was <s>19</s> 24</p>", "Old 55 euros; was 24"),
        ("<p>colo<del>u</del>r <strike>no</strike></p>", "color"),
        ("<p>now <span style='text-decoration: line-through'>40</span> 55</p>", "now 55"),
        ("<p><b>W</b>ord and <i>1</i>2.5</p>", "Word and 12.5"),
        ("<p>12<foo>34</foo> Foo<x-chip>Bar</x-chip></p>", "12 34 Foo Bar"),
        ("<p>ta&shy;ble and w<wbr>rap <q>cited</q></p>", "table and wrap “cited”"),
        ("<p><ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>都</p>", "東京都"),
        ("<p><ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby></p>", "漢字"),
        ("<p>a<span style='display:block'>b</span>c</p>", "a\nb\nc"),
        ("<center>Report</center><center>2023</center>", "Report\n2023"),
        ("<fieldset><legend>Total 5</legend>7 units</fieldset>", "Total 5\n7 units"),
        ("<form><h1>Rules</h1><p>90 days.</p></form>", "Rules\n90 days."),
        ("<button><h2>Section</h2></button><p>More</p>", "Section\nMore"),
        ("<button>Go</button><button>On</button>", "Go On"),
        ("<article><p>a</p><footer>By J.</footer></article><footer>Site</footer>", "a\nBy J."),
        ("<blockquote>q<footer>Who</footer></blockquote><nav>Menu</nav>", "q\nWho"),
        ("<footer><table><tr><th>a<td>1<tr><th>b<td>2</table></footer>", "a | 1\nb | 2"),
        ("<details><summary>More</summary>nine days</details>", "More\nnine days"),
        ("<p>a</p><dialog open>yes</dialog>", "a\nyes"),
        ("<div><template shadowrootmode=open><p>yes</p></template></div>", "yes"),
        ("<p>a</p><noscript>no</noscript>", "a"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("<ol start=3><li>a<li value=9>b<li>c</ol>", "3. a\n9. b\n10. c"),
        ("<ol reversed type=A><li>a<li>b</ol>", "B. a\nA. b"),
        ("<ol type=i start=4><li><p>a</p><ul><li>b</ul><li>c</ol>", "iv. a\n• b\nv. c"),
        ("<ol start=99999999999999><li>a</ol>", "1. a"),
        ("<dl><dt>Term<dd>Meaning</dl>", "Term\nMeaning"),
        ("<figure><img alt='A chart'><figcaption>Sales</figcaption></figure>", "A chart\nSales"),
        ("<p>a <img alt='yes'> <img alt='logo.png'></p>", "a yes"),
        ("<svg><title>icon</title><text>Q1</text><text>40</text></svg>", "Q1 40"),
        ("<label>Name <input value=Ann></label><input type=hidden value=no>", "Name Ann"),
        ("<select><option>a<option selected>b</select> <textarea>c d</textarea>", "b c d"),
        ("<input type=checkbox checked>paid <input type=radio>due", "[x] paid [ ] due"),
        ("<pre>a  b\n  c</pre>", "a  b\n  c"),
    ],
)
def test_what_a_reader_sees_is_read(tmp_path: Path, body: str, said: str) -> None:
    assert "\n".join(blocks(read(tmp_path, body))) == said


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>Loss of 5 million</p>",
        "<p style='display: none'>Loss of 5 million</p>",
        "<p>Seen.<span style='visibility:hidden'>Loss of 5 million</span></p>",
        "<template><p>Loss of 5 million</p><script>no()</script></template>",
        "<dialog><p>Loss of</p><p>5 million</p></dialog>",
        "<p aria-hidden=true>Loss of 5 million</p>",
        "<table hidden><tr><td>Loss of<td>5 million<tr><td>c<td>d</table>",
        "<table><tr><td>a<td>b<tr hidden><td>Loss of<td>5 million<tr><td>c<td>d</table>",
        "<table><tr><td>a<td>b<tr><td hidden>Loss of 5 million<td>2<tr><td>c<td>d</table>",
        "<table><tr><td>a<td>b<tr><td style='visibility:hidden'>Loss of 5 million<td>2</table>",
    ],
)
def test_what_is_switched_off_is_withheld_and_told(tmp_path: Path, hidden: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><body><p>Seen first.</p>{hidden}<p>Seen last.</p>", "utf-8")
    report = withhold(read_report(path), path.name)
    (page,) = report.pages
    withheld = [page.text[span.start : span.end] for span in page.withheld]

    assert [text[:17] for text in withheld] == ["Loss of 5 million"]
    assert "Loss" not in page_markdown(page)
    assert "no()" not in page.text
    assert report.notes == ("it holds hidden text, which is kept out of answers",)


@pytest.mark.parametrize(
    "aside",
    [
        "<i class=icon aria-hidden=true>home</i>",
        "<a aria-hidden=true href='#a'>#</a>",
        "<div style='display:none'><ix:header><ix:hidden>12 31</ix:hidden></ix:header></div>",
        "<p hidden></p><script hidden>x = 1</script>",
    ],
)
def test_icons_and_what_is_for_programs_are_left_out(tmp_path: Path, aside: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><body><p>Seen.</p>{aside}", "utf-8")
    report = withhold(read_report(path), path.name)

    assert [page.text for page in report.pages] == ["Seen."]
    assert report.notes == ()


FOOT = "Source: Ministry of Finance. The figures for 2024 are preliminary and may be revised later."


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("<img src=a.png>", "a picture was not read"),
        ("<img src=a.png alt='Sales'><img src=b.png>", "2 pictures were not read"),
        ("<img src=a.png alt=''><img src=b.png width=16><p hidden><img src=c.png></p>", ""),
        ("<img src=a.png role=presentation><img class=mwe-math-fallback src=a.svg alt=x>", ""),
        ("<iframe src=a.html></iframe>", "what a frame shows was not read"),
        (
            "<embed src=a.pdf><object data=b.pdf></object>",
            "2 pages or files that frames show were not read",
        ),
        ("<iframe src=a.html width=1></iframe><iframe></iframe>", ""),
        (f"<footer>{FOOT}</footer>", "the foot of the page, outside of its report, is left out"),
        (f"<footer><a href=a>{FOOT}</a> © Acme</footer>", ""),
        ("<footer>Sales: 48</footer>", "the foot of the page, outside of its report, is left out"),
        ("<footer>© 2024 Acme</footer>", ""),
        ("<noscript>Sales: 48</noscript>", UNSCRIPTED),
        ("<noscript>Please switch on JavaScript.</noscript>", ""),
        ("<noscript><img src=a alt='' width=1></noscript>", ""),
        (f"<article><p>a</p><footer>{FOOT}</footer></article>", ""),
    ],
)
def test_what_is_not_read_of_a_page_is_told(tmp_path: Path, body: str, note: str) -> None:
    assert list(read(tmp_path, f"<p>Seen.</p>{body}").notes) == [note] * bool(note)


def test_a_page_of_frames_alone_says_why_it_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="no text: 2 pages or files that frames show"):
        read(tmp_path, "<iframe src=a.html></iframe><iframe src=b.html></iframe>")


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        ("was <s>19</s> 24", True),
        ("was <del><p><b>19</b></p></del> 24", True),
        ("was <span style='text-decoration:line-through'>19</span> 24", True),
        ("was <s> </s><u>19</u>", False),
    ],
)
def test_struck_text_is_told(tmp_path: Path, body: str, is_told: bool) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<p>{body}</p>", "utf-8")

    assert read_report(path).notes == (STRUCK,) * is_told


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("<math><mi>r</mi><mo>=</mo><mn>0.15</mn></math>", "r = 0.15"),
        ("<math><mo>-</mo><mn>3</mn><mo>-</mo><mn>2</mn></math>", "-3 - 2"),
        (
            "<math><mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac></math>",
            "(a + 1)/b",
        ),
        (
            "<math><msup><mi>x</mi><mn>2</mn></msup><msub><mi>y</mi><mi>i</mi></msub></math>",
            "x^2y_i",
        ),
        ("<math><msqrt><mi>n</mi></msqrt></math>", "√n"),
        (
            "<math><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr></mtable></math>",
            "[1, 0]",
        ),
        (
            "<span class=katex><span class=katex-mathml><math><semantics><mn>480</mn><annotation>"
            "\\480</annotation></semantics></math></span><span class=katex-html aria-hidden=true>"
            "<span>480</span></span></span>",
            "480",
        ),
        ("<span class=katex><span class=katex-html aria-hidden=true>480</span></span>", "480"),
        (
            "<mjx-container><svg aria-hidden=true><text>7</text></svg><mjx-assistive-mml><math>"
            "<mn>7</mn></math></mjx-assistive-mml></mjx-container>",
            "7",
        ),
        (
            "<i style='display: none'><math><mi>x</mi></math></i><img alt=x aria-hidden=true>",
            "x",
        ),
        ("<script type='math/tex'>x^2</script>", "$x^2$"),
    ],
)
def test_a_formula_is_read_once_and_on_one_line(tmp_path: Path, formula: str, said: str) -> None:
    assert blocks(read(tmp_path, f"<p>It is {formula} here.</p>")) == [f"It is {said} here."]


def test_a_formula_in_formulas_without_end_is_read(tmp_path: Path) -> None:
    body = "<p>a</p><math>" + "<mrow>" * 900 + "<mn>5</mn>"

    assert "5" in "".join(blocks(read(tmp_path, body)))


def test_a_picture_with_its_caption_is_a_figure(tmp_path: Path) -> None:
    report = read(
        tmp_path, "<p>a</p><figure><img alt=Chart><figcaption>Sales</figcaption></figure>"
    )

    kinds = [(block.kind, block.end - block.start) for block in report.pages[0].blocks]
    assert kinds[0] == ("text", 1)
    assert {kind for kind, _ in kinds[1:]} == {"figure"}


def test_a_table_is_the_grid_that_a_browser_shows(tmp_path: Path) -> None:
    body = """<table><caption>Output</caption>
    <tfoot><tr><td>Total<td>9<td>8</tfoot>
    <thead><tr><th rowspan=2>Item<th colspan=2>2023<tr><th>Plan<th>Actual</thead>
    <tbody><tr><th rowspan=0>A<td>1<sup>1</sup><td><tr><td>3<br>4<td>5</tbody></table>"""

    [(table, rows)] = tables(read(tmp_path, body))

    assert rows == [
        ["Item", "2023", "2023"],
        ["Item", "Plan", "Actual"],
        ["A", "1 [1]", ""],
        ["A", "3 4", "5"],
        ["Total", "9", "8"],
    ]
    assert (table.header_rows, table.header_columns) == (2, 1)
    assert table.caption == (0, 6)


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (
            "<tr><td>a<td>b<td style='display:none'>x<td>c<tr><td>1<td>2<td>3",
            [["a", "b", "c"], ["1", "2", "3"]],
        ),
        (
            "<tr><td>a<td>b<tr style='display:none'><td>x<td>y<tr><td>1<td>2",
            [["a", "b"], ["1", "2"]],
        ),
        ("<tr><td>a<td>b<tr><td style='visibility:hidden'>x<td>2", [["a", "b"], ["", "2"]]),
        ("<td>a<td>b<tr><td>1<td>2", [["a", "b"], ["1", "2"]]),
        ("<form><tr><td>a<td>b</tr></form><tr><td>1<td>2", [["a", "b"], ["1", "2"]]),
        ("<tr><td>a<td><ul><li>b<li>c</ul><tr><td>1<td>2", [["a", "• b • c"], ["1", "2"]]),
        ("<tr><td rowspan=99999>a<td>b<tr><td>c", [["a", "b"], ["a", "c"]]),
        ("<tr><td>a<td colspan=-2>b<tr><td>1<td>2", [["a", "b"], ["1", "2"]]),
        ("<tr><th>Year<td>2023", [["Year", "2023"]]),
    ],
)
def test_cells_stand_where_they_are_shown(
    tmp_path: Path, table: str, rows: list[list[str]]
) -> None:
    assert [found for _, found in tables(read(tmp_path, f"<table>{table}</table>"))] == [rows]


@pytest.mark.parametrize(
    ("table", "heads"),
    [
        ("<tr><th>Name<th>Ann<tr><td>a<td>b", (1, 1)),
        ("<tr><th>Name<td>Ann<tr><th>City<td>Rome", (0, 1)),
        ("<thead><tr><td>Name<td>City</thead><tr><td>Ann<td>Rome", (1, 1)),
        ("<tr><td><th>2022<th>2023<tr><th>Sales<td>1<td>2", (1, 1)),
        ("<tr><th scope=col>A<th scope=col>B<tr><th scope=row>c<th scope=row>d", (1, 1)),
        ("<tr><th>Year<th>Month<th>Sum<tr><th rowspan=2>2025<tr><td>Jan<td>5", (1, 1)),
        ("<tr><td>Item<td>2023<tr><td>Sales<td>5", (1, 1)),
    ],
)
def test_heads_are_those_that_the_file_tells(
    tmp_path: Path, table: str, heads: tuple[int, int]
) -> None:
    [(found, _)] = tables(read(tmp_path, f"<table>{table}</table>"))

    assert (found.header_rows, found.header_columns) == heads


@pytest.mark.parametrize(
    "table",
    [
        "<div role=table><div role=rowgroup><div role=row><span role=columnheader>a</span>"
        "<span role=columnheader>b</span></div></div><div role=row><span role=rowheader>c</span>"
        "<span role=cell>1</span></div></div>",
        "<div style='display:table'><div style='display: table-row'><p style='display:table-cell'>"
        "a</p><p style='display:table-cell;'>b</p></div><div style='display:table-row'>"
        "<b style='display:table-cell'>c</b><div style='display:table-cell'>1</div></div></div>",
    ],
)
def test_what_is_shown_as_a_table_is_one(tmp_path: Path, table: str) -> None:
    [(found, rows)] = tables(read(tmp_path, table))

    assert rows == [["a", "b"], ["c", "1"]]
    assert (found.header_rows, found.header_columns) == (1, 1)


@pytest.mark.parametrize(
    "table",
    [
        "<table role=presentation><tr><td>a<td>b<tr><td>1<td>2</table>",
        "<table><tr><td>a<tr><td>b</table>",
        "<table><tr><td>a<td>b</table>",
        f"<table><tr><td>{'word ' * 300}<td>b<tr><td>1<td>2</table>",
    ],
)
def test_a_table_that_lays_out_a_page_is_text(tmp_path: Path, table: str) -> None:
    report = read(tmp_path, table)

    assert not tables(report)
    assert blocks(report)[-1] in ("b", "2")


def test_a_table_of_data_in_one_of_layout_is_a_table(tmp_path: Path) -> None:
    inner = "<table><tr><th>k<td>1<tr><th>l<td>2</table>"
    report = read(
        tmp_path, f"<table><tr><td>{'Some words. ' * 40}<td>{inner}<tr><td>e<td>f</table>"
    )

    assert [rows for _, rows in tables(report)] == [[["k", "1"], ["l", "2"]]]
    assert blocks(report)[-1] == "f"


def test_a_table_in_a_cell_of_data_is_read_in_both(tmp_path: Path) -> None:
    inner = "<table><tr><td>x<td>y<tr><td>7<td>8</table>"
    report = read(tmp_path, f"<table><tr><td>a<td>b<tr><td>{inner}<td>2</table>")

    assert [rows for _, rows in tables(report)] == [
        [["a", "b"], ["x y 7 8", "2"]],
        [["x", "y"], ["7", "8"]],
    ]


def test_text_between_cells_is_not_lost(tmp_path: Path) -> None:
    report = read(tmp_path, "<table>stray words<tr><td>a<td>b<tr><td>1<td>2</table>")

    assert blocks(report) == ["stray words", "a | b\n1 | 2"]


def test_what_a_cell_hides_is_withheld(tmp_path: Path) -> None:
    report = read(
        tmp_path, "<table><tr><td>a<td><i style='font-size:0'>x</i>b<tr><td>1<td>2</table>"
    )

    [page] = report.pages
    assert [page.text[one.start : one.end] for one in page.withheld] == ["x"]


def test_tables_in_tables_without_end_are_read(tmp_path: Path) -> None:
    body = "<table><tr><td>a<td>" * 300 + "core"

    assert "core" in "".join(blocks(read(tmp_path, body)))


def test_raised_letters_in_raised_ones_without_end_are_read(tmp_path: Path) -> None:
    assert "5" in "".join(blocks(read(tmp_path, f"<p>a{'<sup>' * 500}5")))
    assert blocks(read(tmp_path, "<p>a<sup>b</p><p>c</p><p>d</p>"))[-1] == "d"


def as_html(grid: Grid) -> str:
    """`grid` as the table of a page, footnote marks raised."""
    rows: list[str] = [""] * grid.rows
    for placed in grid.cells:
        text, mark = marked(placed.cell.text)
        is_head = placed.row < grid.header_rows
        tag = "th" if is_head or placed.column < grid.header_columns else "td"
        scope = ' scope="row"' if tag == "th" and not is_head else ""
        rows[placed.row] += (
            f'<{tag}{scope} rowspan="{placed.cell.rows}" colspan="{placed.cell.columns}">'
            f"{escape(text).replace(' ', '<br>')}{f'<sup>{mark}</sup>' if mark else ''}</{tag}>"
        )
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


@given(grid=grids())
@settings(max_examples=60, deadline=None)
def test_any_table_is_the_same_after_a_round_trip(
    tmp_path_factory: pytest.TempPathFactory, grid: Grid
) -> None:
    report = read(tmp_path_factory.mktemp("html"), as_html(grid))

    [(table, rows)] = tables(report)
    assert rows == rows_of_grid(grid)
    assert shape(table) == shape(grid)
    assert (table.header_rows, table.header_columns) == (grid.header_rows, grid.header_columns)


@given(st.text(alphabet="<>/ab1 \"'=&;supdeltrh\n", max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_markup_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    read(tmp_path_factory.mktemp("html"), f"<p>kept</p>{body}")
