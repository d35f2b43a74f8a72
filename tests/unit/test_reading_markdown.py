"""Markdown: what its page shows is read, and no text is taken for something else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citewire.content.markdown import table_markdown
from citewire.content.report import Report
from citewire.content.table import Grid, rows_of
from citewire.services.reading.markdown import read_markdown
from tests.grids import grids, rows_of_grid


def read(folder: Path, text: str) -> Report:
    path = folder / "page.md"
    path.write_text(text, "utf-8")
    return read_markdown(path)


def blocks(report: Report) -> list[str]:
    return [page.text[block.start : block.end] for page in report.pages for block in page.blocks]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1. a\n2. b\n   - c\n\n7) d", ["1. a", "2. b", "• c", "7. d"]),
        ("- a\n\n  b\n\n- [x] c", ["• a", "b", "• [x] c"]),
        ("Title\n=====\n\n## Part ##", ["Title", "Part"]),
        ("~~40~~ 55 and *a*b", ["55 and ab"]),
        ("5*3*2 = 30 and __init__", ["5*3*2 = 30 and init"]),
        ("12^1^ t, e^x^, H~2~O, 10^6/10^3", ["12 [1] t, e^x, H2O, 10^6/10^3"]),
        ("m<sup>3</sup>, 12<sup>1</sup> tonnes", ["m^3, 12 [1] tonnes"]),
        ("$a_1*b*c$ and $$E = mc^2$$ for $5 or $6", ["$a_1*b*c$ and $$E = mc^2$$ for $5 or $6"]),
        ("![Chart](a.png) [text](http://a) <http://b>", ["Chart text http://b"]),
        ("Enter <company> <b>now</b>", ["Enter <company> now"]),
        ("a <script> b\n\nc", ["a <script> b", "c"]),
        ("<textarea>\n\na\n\nb", ["<textarea>", "a", "b"]),
        ("a <del>b\n\nc", ["a", "c"]),
        ("line\\\nnext", ["line\nnext"]),
        ("Term\n: Meaning", ["Term\n: Meaning"]),
        ("    code  here", ["code  here"]),
        ("<p align=center>Remark</p>", ["Remark"]),
        ("<details><summary>More</summary>\n\nnine *days*\n\n</details>", ["More", "nine days"]),
        ("[a]: http://b\n\nsee [a]", ["see a"]),
        ("[Caution]: preliminary", ["[Caution]: preliminary"]),
    ],
)
def test_what_the_page_shows_is_read(tmp_path: Path, text: str, said: list[str]) -> None:
    assert blocks(read(tmp_path, text)) == said


def test_footnotes_stand_at_the_end_with_their_marks(tmp_path: Path) -> None:
    notes = "[^1]: Unaudited\n[^n]:\n    One\n\n    two\n[^x]: Not referred to"
    text = f"12[^1] million.\n{notes}\n\nEnd[^n]"

    assert blocks(read(tmp_path, text)) == [
        *("12 [1] million.", "End [n]"),
        *("[1] Unaudited", "[n] One", "two", "[x] Not referred to"),
    ]


@pytest.mark.parametrize(
    ("text", "title", "said"),
    [
        ("---\ntitle: The Ports\ntags:\n  - a\n- b\n# c\n\n---\nwords", "The Ports", ["words"]),
        ("---\nTitle: The Ports\n...\nwords", "The Ports", ["words"]),
        ('+++\ntitle = "The Ports"\n[a]\n+++\nwords', "The Ports", ["words"]),
        ("---\n\n# One\n\nProfit was 4.\n\n---\n\n# Two", "", ["One", "Profit was 4.", "Two"]),
        (
            "---\nDraft of the team. Forecast: 9.\n---\nwords",
            "",
            ["Draft of the team. Forecast: 9.", "words"],
        ),
        ("---\nWarning: it may be 93.\n---\nwords", "", ["Warning: it may be 93.", "words"]),
        ("+++\nno entry\n+++", "", ["+++\nno entry\n+++"]),
    ],
)
def test_only_entries_are_front_matter(
    tmp_path: Path, text: str, title: str, said: list[str]
) -> None:
    report = read(tmp_path, text)

    assert blocks(report) == said
    assert not title or report.title == title


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("|a|b|\n|-|-|\n|10<br>20<br/>30|2|", [["a", "b"], ["10 20 30", "2"]]),
        ("|a|b|\n|-|-|\n|esc \\| pipe||", [["a", "b"], ["esc | pipe", ""]]),
        ("|a|b|\n|-|-|\n|`x|y`|2|", [["a", "b"], ["x|y", "2"]]),
        ("|a|b|\n|-|-|\n|1|2|3|", [["a", "b"], ["1", "2 | 3"]]),
        ("> |a|b|\n> |-|-|\n> |`x|y`|2|", [["a", "b"], ["x|y", "2"]]),
        ("<table>\n<tr><th>a<th>b\n<tr><td>1<td>2\n</table>", [["a", "b"], ["1", "2"]]),
    ],
)
def test_tables_keep_all_of_their_cells(tmp_path: Path, table: str, rows: list[list[str]]) -> None:
    [page] = read(tmp_path, f"words\n\n{table}\n\nwords").pages

    [found] = [block.table for block in page.blocks if block.table]
    assert list(rows_of(found, page.text)) == rows


@given(grid=grids(spans=False))
@settings(max_examples=60, deadline=None)
def test_any_table_is_the_same_after_a_round_trip(
    tmp_path_factory: pytest.TempPathFactory, grid: Grid
) -> None:
    text, table = grid.written()
    report = read(tmp_path_factory.mktemp("markdown"), table_markdown(table, text))

    [page] = report.pages
    [found] = [block.table for block in page.blocks if block.table]
    assert list(rows_of(found, page.text)) == rows_of_grid(grid)
    assert found.header_rows == grid.header_rows


@given(st.text(alphabet="ab1 \n>-*_`|[]^:()<!~$\\#&;", max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_signs_break_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    read(tmp_path_factory.mktemp("markdown"), f"kept\n\n{text}")
