"""The marker scanner: which text is a marker, and that the cuts of the stream do not matter."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewire.services.citations.scanner import Dropped, Marker, MarkerScanner, Scanned

KNOWN = 5
FILLERS = "Ab1 0[]()【】［］１９`$\\,;&–-^\n*"
PIECES = [
    "[1]",
    "[2, 3]",
    "[9]",
    "[2024]",
    "[Source 4]",
    "【1】",
    "［２］",
    "`",
    "```",
    "$$",
    "[^1]",
]
ANY_TEXT = st.lists(
    st.sampled_from([*FILLERS, *PIECES, "source", " and ", "word", "é", "🚢"]), max_size=30
).map("".join)
BRACKETED = r"(?:[\[【［][^\[\]【】［］]{1,38}[\]】］])+"


def scan(pieces: Iterable[str]) -> list[Scanned]:
    """All that the scanner gives, neighbouring text joined."""
    scanner = MarkerScanner(KNOWN)
    found = [item for piece in pieces for item in scanner.feed(piece)] + scanner.release()
    joined: list[Scanned] = []
    for item in found:
        if isinstance(item, str) and joined and isinstance(joined[-1], str):
            joined[-1] += item
        elif item != "":
            joined.append(item)
    return joined


def shown(found: Sequence[Scanned]) -> str:
    """What the client sees."""
    texts = (item.text if isinstance(item, Marker) else item for item in found)
    return "".join(text for text in texts if isinstance(text, str))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ships [1].", "Ships [1]."),
        ("[1][2]", "[1][2]"),
        ("[1, 2]", "[1][2]"),
        ("[1,2;3]", "[1][2][3]"),
        ("[1 and 2]", "[1][2]"),
        ("[1-3]", "[1][2][3]"),
        ("[1–3]", "[1][2][3]"),
        ("[Source 1]", "[1]"),
        ("[source 1, source 2]", "[1][2]"),
        ("[Sources 1 & 2]", "[1][2]"),
        ("【1】", "[1]"),
        ("［１］", "[1]"),
        ("[ 1 ]", "[1]"),
        ("[[1]]", "[[1]]"),
    ],
)
def test_markers_take_one_form(text: str, expected: str) -> None:
    assert shown(scan([text])) == expected


@pytest.mark.parametrize(
    "text",
    [
        "in [2024] and [1999]",
        "a [link](https://example.org/1)",
        "a [1](https://example.org)",
        "a footnote[^1]",
        "`list[1]` and ``a ` [1]``",
        "```python\nx = y[1]\n```",
        "$$x_[1]$$ and \\(a[1]\\) and \\[b[1]\\]",
        "[see 1]",
        "[a]",
        "[]",
        "[1.5]",
        "[3-1]",
        "[-1]",
        "[1",
        "1]",
        "[" + " " * 60 + "1]",
        "",
        "- [ ] to do\n- [x] done",
    ],
)
def test_other_brackets_are_left_alone(text: str) -> None:
    assert scan([text]) == ([text] if text else [])


@pytest.mark.parametrize(
    ("text", "dropped"),
    [("[9]", [9]), ("[0]", [0]), ("[4-6]", [6]), ("[1, 9]", [9]), ("【77】", [77])],
)
def test_numbers_of_no_source_are_dropped(text: str, dropped: list[int]) -> None:
    assert [item.n for item in scan([text]) if isinstance(item, Dropped)] == dropped


def test_code_ends_where_it_is_closed() -> None:
    assert Marker(2) in scan(["`x[1]` is so [2]"])


def test_without_sources_every_marker_is_dropped() -> None:
    scanner = MarkerScanner(0)

    assert [*scanner.feed("so [1]"), *scanner.release()] == ["so ", Dropped(1)]


@pytest.mark.parametrize("text", ["Ships came.", "a (b) c, 2024", "x]"])
def test_plain_text_is_not_held_back(text: str) -> None:
    assert MarkerScanner(KNOWN).feed(text) == [text]


@pytest.mark.parametrize("opened", ["[", "[1", "[Sour", "【", "`", "$", "\\"])
def test_what_may_become_a_marker_is_held_back(opened: str) -> None:
    assert shown(MarkerScanner(KNOWN).feed(f"so {opened}")) == "so "


def test_a_bracket_that_cannot_be_a_marker_any_more_is_let_go() -> None:
    assert shown(MarkerScanner(KNOWN).feed("so [word")) == "so [word"


def test_what_is_held_back_has_a_limit() -> None:
    scanner = MarkerScanner(KNOWN)

    assert "".join(shown(scanner.feed(piece)) for piece in ["[", *" " * 80]).startswith("[ ")


@given(ANY_TEXT, st.lists(st.integers(0, 200)))
def test_cuts_do_not_matter(text: str, places: list[int]) -> None:
    cuts = sorted({0, len(text), *(place for place in places if place < len(text))})
    pieces = [text[start:end] for start, end in pairwise(cuts)]

    assert scan(pieces) == scan([text])


@given(ANY_TEXT)
def test_one_character_at_a_time_gives_the_same(text: str) -> None:
    assert scan(text) == scan([text])


@given(ANY_TEXT)
def test_nothing_but_markers_changes(text: str) -> None:
    found = scan([text])

    # The text between markers is there, in order, and what stood between is brackets alone.
    pattern, after_marker = "", False
    for item in found:
        if isinstance(item, str):
            pattern += re.escape(item)
        elif not after_marker:
            pattern += BRACKETED
        after_marker = not isinstance(item, str)
    assert re.fullmatch(pattern, text)


@given(st.text(alphabet=st.characters(exclude_characters="[【［"), max_size=50))
def test_text_without_brackets_is_never_changed(text: str) -> None:
    assert "".join(shown(scan(text))) == text
