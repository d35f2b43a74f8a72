"""Where a passage of a table is in another version of its report, without any storage."""

import pytest

from citewire.services.passages.change import compare, page_text
from citewire.storage.library.search import Candidate
from citewire.storage.library.snapshots import Snapshot

HEADS = "Table 3: Grain\nin thousands of tonnes\nHarbour | 2024"
ROWS = [f"Harbour {n} | {n},{n}00" for n in range(12)]


def passage(start: int, rows: list[str], heads: str = HEADS, page: int = 4) -> Candidate:
    """A passage of rows; the first one tells the heads, further ones repeat them."""
    text = "\n".join([heads, *rows])
    body = 0 if start == 0 else len(heads) + 1
    end = start + len(text) - body
    return Candidate(f"new-{page}-{start}-{end}", "new", text, "Grain", page, "4", start, end, body)


def change_of(old: Candidate, *new: Candidate) -> str | None:
    facts = {"text": old.text, "page": "4", "body": str(old.body)}
    page = {("new", new[0].page): list(new)}
    found = compare({"old": Snapshot(facts, b"", "", "")}, {"old": new}, page)["old"]
    return None if found is None else found.change


OLD = passage(200, ROWS[4:8])


def test_rows_that_are_cut_elsewhere_are_the_same() -> None:
    new = [passage(0, ROWS[:3]), passage(120, ROWS[3:6]), passage(180, ROWS[6:])]

    assert change_of(OLD, *new) == "same"


def test_rows_on_another_page_have_moved() -> None:
    assert change_of(OLD, passage(0, ROWS, page=5)) == "moved"


@pytest.mark.parametrize("heads", [HEADS.replace("thousands", "millions"), HEADS[:-1] + "3"])
def test_the_same_rows_in_another_unit_or_year_were_changed(heads: str) -> None:
    assert change_of(OLD, passage(0, ROWS[:4], heads), passage(120, ROWS[4:8], heads)) == "changed"


def test_the_text_of_a_page_has_nothing_twice() -> None:
    found = [passage(0, ROWS[:3]), passage(120, ROWS[3:6])]

    assert page_text(found).strip() == "\n".join([HEADS, *ROWS[:6]])
