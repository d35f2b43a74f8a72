"""Plain text: a table only where it is certain to be one; titles of the first line."""

from pathlib import Path

import pytest

from citewire.services.reading.plain import read_plain
from citewire.services.reading.plain_tables import table_of


def rows(text: str) -> list[list[str]]:
    block = table_of(text)
    if block is None or block.grid is None:
        return []
    written, _ = block.grid.written()
    return [line.split(" | ") for line in written.split("\n")]


ALIGNED = """\
Item         2023     2022
----------------------------
Sales       1,200      900
New items                30
Costs          (5)    (12.5)"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            ALIGNED.replace("New items                30", "New items                30"),
            [
                ["Item", "2023", "2022"],
                ["Sales", "1,200", "900"],
                ["New items", "", "30"],
                ["Costs", "(5)", "(12.5)"],
            ],
        ),
        ("a | b\n1 | 2", [["a", "b"], ["1", "2"]]),
        ("+---+---+\n| a | b |\n+---+---+\n| 1 |   |\n+---+---+", [["a", "b"], ["1", ""]]),
        ("Name\tAge\nAnn\t5\nBob\t6", [["Name", "Age"], ["Ann", "5"], ["Bob", "6"]]),
        (
            "Area;2023;2024\na;1;2\nb;3;4",
            [["Area", "2023", "2024"], ["a", "1", "2"], ["b", "3", "4"]],
        ),
    ],
)
def test_what_is_certain_to_be_a_table_is_one(text: str, found: list[list[str]]) -> None:
    assert rows(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "This is a  justified   text that\nhas gaps   in  its lines and no\ntable in   it  at all.",
        "Left column of a   right column\nwith some words    and more\nand 12 ships in    port 30",
        "1.\tFirst\n2.\t20\n3.\t30",
        "- a  5\n- b  6\n- c  7",
        "We sold |x| ships\nand |y| boats",
        "Dear Sir;\nsome words; other;\nand so; on",
        "One line   5",
        "",
        "\n",
        "----\n----\n----",
    ],
)
def test_other_text_stays_text(text: str) -> None:
    assert table_of(text) is None


def test_heading_and_paragraph_make_no_title_together(tmp_path: Path) -> None:
    path = tmp_path / "x1.txt"
    path.write_text("Annual report\n\nThe group sold many ships.\n\nIt did well.", "utf-8")

    assert read_plain(path).title == "Annual report"
