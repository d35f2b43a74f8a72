"""Passages of tables and figures: what is repeated, what is told once, where all of it is."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citewire.content.report import Block, LineBox, Page, Report, WithheldText
from citewire.content.table import Cell, Grid, GridCell, Table, grid_of, rows_of
from citewire.content.table_record import TABLE, table_from_json, table_to_json
from citewire.content.withheld import spans_of, without, without_in_table
from citewire.services.citations.rectangles import rectangles
from citewire.services.passages.layout import PassageLayout
from citewire.services.passages.splitting import BuiltPassage, build_passages
from citewire.text.tokens import count_tokens
from tests.doubles.growth import NOT_QUADRATIC, growth

CAPTION, UNIT = "Table 3: Grain by harbour", "in thousands of tonnes"
HEADS = ["Harbour", "2024", "2023"]
ROWS = [[f"Harbour {n}", f"{n},{n}00", f"({n})"] for n in range(1, 40)]


def page_of(
    grid: Grid,
    *,
    caption: str = "",
    unit: str = "",
    number: int = 1,
    intro: str = "",
    notes: str = "",
) -> Page:
    """A page with a table; each line has a box, and each cell one below the next."""
    text = f"{intro}\n\n" if intro else ""
    start = len(text)
    places = {}
    for name, line in {"caption": caption, "unit": unit}.items():
        if line:
            places[name] = len(text), len(text) + len(line)
            text += f"{line}\n"
    rows, table = grid.written(len(text))
    text += rows
    cells = tuple(
        replace(one, box=(one.column / 100, one.row / 100, (one.column + 1) / 100, 1.0))
        for one in table.cells
    )
    table = replace(table, cells=cells, caption=places.get("caption"), unit=places.get("unit"))
    end = len(text) + (len(notes) + 1 if notes else 0)
    text += f"\n{notes}" if notes else ""
    lines, at = [], start
    for index, line in enumerate(text[start:].split("\n")):
        lines.append(LineBox(at, at + len(line), 0.1, index / 100, 0.9, (index + 1) / 100))
        at += len(line) + 1
    blocks = [Block("text", 0, len(intro))] if intro else []
    blocks.append(Block("table", start, end, tuple(lines), table))
    return Page(number, str(number), text, (600.0, 800.0), tuple(blocks))


def built(*pages: Page, max_tokens: int = 80) -> list[BuiltPassage]:
    made = Report(title="Harbour Report", language="en", pages=pages)
    return build_passages(
        made, doc_id="d" * 32, folder="f", file_name="a.pdf", max_tokens=max_tokens, overlap=0
    )


def table_of(one: BuiltPassage) -> Table:
    return table_from_json(one.node.metadata[TABLE])


def grids(passages: list[BuiltPassage]) -> list[list[list[str]]]:
    return [
        list(rows_of(table_of(one), one.node.text))
        for one in passages
        if TABLE in one.node.metadata
    ]


LONG = grid_of([HEADS, *ROWS], header_rows=1, header_columns=1)


def test_each_passage_of_a_long_table_has_caption_unit_and_heads() -> None:
    passages = built(page_of(LONG, caption=CAPTION, unit=UNIT))

    assert len(passages) > 3
    for one in passages:
        assert one.node.text.startswith(f"{CAPTION}\n{UNIT}\n{' | '.join(HEADS)}\n")
        assert count_tokens(one.node.text) <= 80
    assert [row for grid in grids(passages) for row in grid[1:]] == ROWS


def test_a_passage_knows_caption_unit_and_heads_by_their_places() -> None:
    for one in built(page_of(LONG, caption=CAPTION, unit=UNIT)):
        table, text = table_of(one), one.node.text
        assert table.caption
        assert text[slice(*table.caption)] == CAPTION
        assert table.unit
        assert text[slice(*table.unit)] == UNIT
        assert (table.header_rows, table.header_columns) == (1, 1)


def test_rows_are_told_with_their_subhead_up_to_its_total() -> None:
    parts = [
        [name, *([f"{name} {n}", f"{n}", "7"] for n in range(9)), [f"Total {name}", "9", "7"]]
        for name in ("Grain", "Oil")
    ]
    rows = [[first] if isinstance(first, str) else first for part in parts for first in part]
    passages = built(
        page_of(grid_of([HEADS, *rows, ["Other", "1", "2"]], header_rows=1)), max_tokens=50
    )
    told = [one.node.text.split("\n")[1:] for one in passages]

    assert len(told) > 3
    for lines in told:
        assert not lines[-1].endswith(" |  | ")
        assert lines[0] in ("Grain |  | ", "Oil |  | ") or lines[0].startswith(("Total", "Other"))
    for one in passages:
        assert one.node.metadata["end"] - one.node.metadata["start"] == len(
            one.node.text[one.node.metadata.get("body", 0) :]
        )


def test_ids_are_those_of_what_is_not_repeated() -> None:
    page = page_of(LONG, caption=CAPTION, intro="Ships carry grain.")
    passages = built(page)
    first = page.blocks[1].start

    assert passages[1].node.id_.startswith(f"{'d' * 32}-1-{first}-")
    for one in passages[1:]:
        facts = one.node.metadata
        told = one.node.text[facts.get("body", 0) :]
        assert page.text[facts["start"] : facts["end"]] == told
    assert len({one.node.id_ for one in passages}) == len(passages)


def test_repeated_heads_have_their_rectangles_on_the_same_page_only() -> None:
    page = page_of(LONG, caption=CAPTION)
    more = replace(grid_of([["Harbour 99", "9", "8"]]), continues=True)
    passages = built(page, page_of(more, number=2))
    *_, before, after = passages

    def of(one: BuiltPassage, words: str) -> list[float]:
        at = one.node.text.index(words)
        layout = PassageLayout.from_json(one.layout.to_json())
        found = rectangles(layout.lines, text=one.node.text, start=at, end=at + len(words))
        return [box.y0 for box in found]

    assert of(before, CAPTION) == [0.0]
    assert of(before, "Harbour 39") == [0.4]
    assert after.node.text == f"{CAPTION}\n{' | '.join(HEADS)}\nHarbour 99 | 9 | 8"
    assert (of(after, CAPTION), of(after, "2024"), of(after, "Harbour 99")) == ([], [], [0.0])
    assert [box is None for box in after.layout.cells] == [True] * 3 + [False] * 3


def test_a_table_over_three_pages_keeps_the_heads_of_the_first() -> None:
    first = grid_of([HEADS, *ROWS[:4]], header_rows=1, header_columns=1)
    parts = [first, *(replace(grid_of([row]), continues=True) for row in ROWS[4:6])]
    pages = [
        page_of(part, number=n, caption=CAPTION if n == 1 else "")
        for n, part in enumerate(parts, 1)
    ]
    *_, last = built(*pages)

    assert last.node.text == f"{CAPTION}\n{' | '.join(HEADS)}\n{' | '.join(ROWS[5])}"
    assert last.node.metadata["page"] == 3


def test_rows_that_are_too_long_are_cut_between_their_cells() -> None:
    words = [" ".join(f"{letter}{n}" for n in range(12)) for letter in "abcde"]
    grid = grid_of([["Name", *"ABCDE"], ["Row one", *words], ["Row two", *"12345"]], header_rows=1,
                   header_columns=1)  # fmt: skip
    passages = built(page_of(grid), max_tokens=60)

    assert all(count_tokens(one.node.text) <= 60 for one in passages)
    assert all(grid[1][0].startswith("Row") for grid in grids(passages))
    told = [(head, cell) for heads, *rows in grids(passages)
            for row in rows for head, cell in zip(heads, row, strict=True)]  # fmt: skip
    assert {*zip("ABCDE", words, strict=True), *zip("ABCDE", "12345", strict=True)} <= {*told}


def test_a_cell_that_is_too_long_alone_is_cut_as_text() -> None:
    said = " ".join(f"Sentence {n} is about grain." for n in range(30))
    passages = built(page_of(grid_of([["Name", "Said"], ["Ann", said]], header_rows=1)))

    assert all(count_tokens(one.node.text) <= 80 for one in passages)
    assert " ".join(grid[1][-1] for grid in grids(passages)) == said
    assert {grid[0][-1] for grid in grids(passages)} == {"Said"}


def test_heads_that_leave_no_room_are_told_once_and_then_cut_down() -> None:
    heads = [f"Column {n} of the table tells about things" for n in range(12)]
    grid = grid_of([heads, [str(n) for n in range(100, 112)]], header_rows=1)
    passages = built(page_of(grid, caption=CAPTION), max_tokens=60)

    assert all(count_tokens(one.node.text) <= 60 for one in passages)
    told = {cell: head for heads_, row in grids(passages)
            for head, cell in zip(heads_, row, strict=True)}  # fmt: skip
    assert list(told) == [str(n) for n in range(100, 112)]
    assert all(head.startswith(f"Column {n} ") for n, head in enumerate(told.values()))
    whole = " ".join(one.node.text for one in passages if TABLE not in one.node.metadata)
    assert all(head in whole for head in heads)


def test_what_stands_below_the_rows_is_told_too() -> None:
    notes = "Source: the harbour office counted all of it."
    passages = built(page_of(LONG, notes=notes))

    assert passages[-1].node.text == notes


def test_caption_and_unit_line_make_no_passage_without_their_table() -> None:
    parts = ["Ships carry grain.", CAPTION, UNIT, "Oil came as well."]
    page = page_of(LONG, intro="\n\n".join(parts[:3]), notes="")
    spans = [(page.text.index(part), page.text.index(part) + len(part)) for part in parts[:3]]
    *_, block = page.blocks
    assert block.table is not None
    table = replace(block.table, caption=spans[1], unit=spans[2])
    blocks = (*(Block("text", *span) for span in spans), replace(block, table=table))
    first, *others = [one.node.text for one in built(replace(page, blocks=blocks))]

    assert first == parts[0]
    assert all(text.startswith(f"{CAPTION}\n{UNIT}\n") for text in others)


def test_a_figure_is_a_passage_with_its_rectangle() -> None:
    text = "Ships carry grain.\n\nFigure 2: Ships by year\n2022 2023 2024"
    box = (0.1, 0.25, 0.9, 0.5)
    blocks = (Block("text", 0, 18), Block("figure", 20, len(text), box=box))
    _, one = built(Page(1, "1", text, (600, 800), blocks))

    assert (one.node.metadata["kind"], one.node.text) == ("figure", text[20:])
    assert PassageLayout.from_json(one.layout.to_json()).figure == box


def test_what_is_withheld_of_heads_is_withheld_wherever_they_are_repeated() -> None:
    page = page_of(LONG, caption=CAPTION)
    page = replace(page, withheld=(WithheldText(0, len(CAPTION), "instruction"),))

    for one in built(page):
        [(start, end, _)] = spans_of(one.node.metadata)
        assert one.node.text[start:end] == CAPTION


def test_rows_that_are_all_withheld_make_no_passage_of_heads_alone() -> None:
    page = page_of(LONG, caption=CAPTION)
    first = page.text.index("Harbour 1 ")
    page = replace(page, withheld=(WithheldText(first, len(page.text), "instruction"),))

    [one] = built(page)
    assert one.node.text.startswith(CAPTION)


def test_a_cell_of_a_sheet_keeps_its_address() -> None:
    sheet = replace(LONG, sheet="Q 1", origin=(4, 2))
    passages = built(page_of(sheet))
    named = {
        one.node.text[slice(*cell.spans[0])]: table_of(one).address(cell)
        for one in passages
        for cell in table_of(one).cells
    }

    assert named["2024"] == "Q 1!D5"
    assert (named["Harbour 1"], named["Harbour 39"]) == ("Q 1!C6", "Q 1!C44")


def test_a_subhead_before_a_row_that_is_cut_is_not_lost() -> None:
    said = " ".join(f"Sentence {n} is about grain." for n in range(30))
    grid = grid_of([HEADS, *ROWS[:4], ["Remarks"], ["Ann", said, "1"]], header_rows=1)

    assert "Remarks" in "\n".join(one.node.text for one in built(page_of(grid), max_tokens=50))


CELLS = st.builds(
    GridCell,
    st.sampled_from(["", "Grain", "1,234", "(5.6)", "a long label of several words", "–", "漢字"]),
    st.integers(1, 3),
    st.integers(1, 3),
)
GRIDS = st.builds(
    grid_of,
    st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8),
    header_rows=st.integers(0, 3),
    header_columns=st.integers(0, 2),
)


@given(GRIDS)
def test_a_table_comes_back_as_it_was_stored(grid: Grid) -> None:
    _, table = grid.written(7)
    bare = replace(table, continues=False, header_rows=min(table.header_rows, table.rows))

    assert table_from_json(table_to_json(bare)) == bare
    apart = replace(bare, cells=tuple(map(_apart, bare.cells)))
    assert table_from_json(table_to_json(apart)) == apart


def _apart(cell: Cell) -> Cell:
    return replace(cell, spans=tuple((2 * start, 2 * end) for start, end in cell.spans))


@settings(max_examples=40)
@given(GRIDS, st.integers(24, 90), st.sampled_from(["", CAPTION]), st.sampled_from(["", UNIT]))
def test_nothing_of_a_table_is_lost_and_all_has_its_place(
    grid: Grid, limit: int, caption: str, unit: str
) -> None:
    page = page_of(grid, caption=caption, unit=unit)
    table = page.blocks[0].table
    assert table is not None
    passages = built(page, max_tokens=limit)
    if not passages:
        return
    told = "\n".join(one.node.text for one in passages)
    for row in rows_of(table, page.text):
        for cell in filter(lambda text: any(map(str.isalnum, text)), row):
            assert cell in told
    assert len({one.node.id_ for one in passages}) == len(passages)
    for one in passages:
        assert count_tokens(one.node.text) <= limit
        if TABLE in one.node.metadata:
            kept = table_of(one)
            kept.grid()
            lines = one.node.text.split("\n")[-kept.rows :]
            assert lines == [" | ".join(row) for row in rows_of(kept, one.node.text)]
            if one.layout.cells:
                assert len(one.layout.cells) == len(kept.cells)


@given(GRIDS, st.data())
def test_a_table_without_what_is_withheld_has_the_rest_in_its_places(
    grid: Grid, data: st.DataObject
) -> None:
    text, table = grid.written()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    spans = [(start, end, "hidden")] if start < end else []
    left = without_in_table(table, spans)
    shown = without(text, spans)

    for before, after in zip(table.cells, left.cells, strict=True):
        for old, new in zip(before.spans, after.spans, strict=True):
            if old[1] <= start or old[0] >= end:
                assert text[slice(*old)] == shown[slice(*new)]
            elif start <= old[0] and old[1] <= end:
                assert shown[slice(*new)] in ("", "[withheld]")


@pytest.mark.parametrize("shape", ["rows", "columns", "heads", "cell"])
def test_cutting_takes_time_in_proportion(shape: str) -> None:
    def cut(size: int) -> None:
        count = size // 10
        rows = {
            "rows": [["Name", "2024"], *(["Row of it", "1,234"] for _ in range(count))],
            "columns": [["Column"] * count, ["1,234"] * count],
            "heads": [["Column"] * count, ["Head"] * count, ["1"] * count],
            "cell": [["Name", "Said"], ["Ann", "word " * count]],
        }[shape]
        built(page_of(grid_of(rows, header_rows=2 if shape == "heads" else 1)), max_tokens=220)

    assert growth(cut, 10_000, 40_000) < NOT_QUADRATIC
