"""How headings lie one beneath the other, and how searched words are found as they were printed."""

import pytest

from citewire.services.passages.ranking import levels_of
from citewire.services.passages.through import words_pattern


def test_parts_hold_items_and_items_what_is_in_them() -> None:
    titles = [
        "PART I",
        "Item 1. Business",
        "Overview",
        "Item 1A. Risk Factors",
        "PART II",
        "ITEM 7.",
    ]
    assert levels_of((title, 0) for title in titles) == [0, 1, 2, 1, 0, 1]


def test_larger_letters_hold_smaller_ones_and_capitals_what_is_not() -> None:
    headings = [("Ports", 24), ("Quays", 14), ("Cranes", 11), ("Ships", 14.2), ("Trade", 24)]
    assert levels_of(headings) == [0, 1, 2, 1, 0]
    assert levels_of([("SHIPS", 10), ("Ferries", 10), ("Tugs", 10), ("QUAYS", 10)]) == [0, 1, 1, 0]


def test_numbers_and_captions_tell_how_deep_they_lie() -> None:
    headings = ["1.1 Quays", "1.1.2 Cranes", "Table 3: Cranes", "1.2 Ships"]
    assert levels_of((title, 10) for title in headings) == [0, 1, 2, 0]


def test_headings_of_which_nothing_is_known_are_side_by_side() -> None:
    assert levels_of([("Quays", 0), ("Ships", 0)]) == [0, 0]
    assert levels_of([]) == []


@pytest.mark.parametrize(
    ("query", "printed"),
    [
        ("passengers", "pass-\nengers"),
        ("passengers", "pas\u00adsengers"),
        ("the company's profit", "the company’s\nprofit"),
        ("year-end", "year‑end"),
        ("efficient offices", "eﬃcient oﬃces"),
        ("net income", "Net | income"),
    ],
)
def test_words_are_found_as_they_were_printed(query: str, printed: str) -> None:
    assert words_pattern(query).fullmatch(printed)


def test_a_hyphen_that_breaks_no_line_is_another_word() -> None:
    assert words_pattern("recreation").search("re-creation") is None
