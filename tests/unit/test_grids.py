"""The random tables of round trips are tables: each place has one cell, no row is empty."""

from hypothesis import given

from citewire.content.table import Grid, without_empty
from tests.grids import broken, grids, marked, rows_of_grid, shape


@given(grids())
def test_each_place_has_one_cell_and_no_row_is_empty(grid: Grid) -> None:
    covered = [
        (row + down, column + right)
        for row, column, rows, columns in shape(grid)
        for down in range(rows)
        for right in range(columns)
    ]

    assert sorted(covered) == [(r, c) for r in range(grid.rows) for c in range(grid.columns)]
    assert without_empty(grid) == grid


@given(grids(spans=False, marks=False))
def test_without_spans_each_cell_covers_one_place(grid: Grid) -> None:
    assert {(1, 1)} == {(rows, columns) for _, _, rows, columns in shape(grid)}
    assert grid.rows == len(rows_of_grid(grid))


def test_lines_are_broken_at_spaces_and_marks_stay() -> None:
    assert broken("Steel of ships 12.5 [1]", 9) == ["Steel of", "ships", "12.5 [1]"]
    assert marked("12.5 [1]") == ("12.5", "1")
    assert marked("12.5") == ("12.5", "")
