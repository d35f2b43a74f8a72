"""The marker scanner: which text is a marker, and that the cuts of the stream do not matter."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewire.text.markers import CLOSERS, MAX_LIST, MAX_MARKER, numbers_in
from citewire.text.scanner import Dropped, Marker, MarkerScanner, Scanned
from tests.unit.marker_cases import CASES, DROPPED, LEFT_ALONE, MARKERS, parts

KNOWN = 6
FILLERS = "Ab1 0[]()【】［］１９`~$\\,;&–-^\n*|:#>†（）、é🚢"
PIECES = [
    *(text for text, _ in parts(CASES) if len(text) < 30),
    "\n```\n",
    "\n~~~\n",
    "\n\n",
    "\n- ",
    "(Source ",
    "[Source 1 (",
    " word ",
    " and ",
    "e\u0301",
    "👩‍🚒",
    "九百",
]
ANY_TEXT = st.lists(st.sampled_from([*FILLERS, *PIECES]), max_size=24).map("".join)


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


def outcome(found: Sequence[Scanned]) -> str:
    """As the cases write it."""
    return "".join(_written(item) for item in found)


def _written(item: Scanned) -> str:
    match item:
        case Marker(n):
            return f"⟨{n}⟩"
        case Dropped(n):
            return f"⟨!{n}⟩"
        case _:
            return item


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_kinds(text: str, expected: str) -> None:
    assert outcome(scan([text])) == expected


@pytest.mark.parametrize("around", ["x {} y", "ñ: {}.", "🚢 {}"])
def test_markers_in_the_middle_of_a_sentence(around: str) -> None:
    cases = [case for case in parts(MARKERS | DROPPED) if case[0][0] in "[【(（"]

    found = [outcome(scan([around.format(text)])) for text, _ in cases]

    assert found == [around.format(expected) for _, expected in cases]


def test_each_text_alone_has_the_outcome_that_it_has_among_others() -> None:
    assert [outcome(scan([text])) for text, _ in parts(CASES)] == [
        expected for _, expected in parts(CASES)
    ]


def test_wherever_a_text_is_cut_the_outcome_is_the_same() -> None:
    cut = [
        (text, place)
        for text, _ in parts(CASES)
        for place in range(1, len(text))
        if scan([text[:place], text[place:]]) != scan([text])
    ]

    assert cut == []


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_texts_cut_into_pieces(size: int) -> None:
    found = [
        outcome(scan(text[i : i + size] for i in range(0, len(text), size)))
        for text, _ in CASES.values()
    ]

    assert found == [expected for _, expected in CASES.values()]


def test_without_sources_every_marker_is_dropped() -> None:
    scanner = MarkerScanner(0)

    assert [*scanner.feed("so [1]"), *scanner.release()] == ["so ", Dropped(1)]


@pytest.mark.parametrize("text", ["Ships came.", "a b c, 2024", "x]"])
def test_plain_text_is_not_held_back(text: str) -> None:
    assert MarkerScanner(KNOWN).feed(text) == [text]


@pytest.mark.parametrize(
    "opened",
    ["[", "[1", "[1, ", "[Sour", "[Source 1 (An", "【", "`", "$", "\\", "(", "(sou", "[[1]"],
)
def test_what_may_become_a_marker_is_held_back(opened: str) -> None:
    scanner = MarkerScanner(KNOWN)

    assert scanner.feed(f"so {opened}") == ["so "]
    assert scanner.release()


@pytest.mark.parametrize("text", ["so [word", "so (and", "so [1x", "so [Sourced", "so (1", "a ~5"])
def test_what_cannot_be_a_marker_any_more_is_let_go(text: str) -> None:
    scanner = MarkerScanner(KNOWN)

    assert outcome(scanner.feed(text)) == text
    assert not scanner.release()


@pytest.mark.parametrize("endless", ["[Source 1 (", "[1†", "[1, 1, ", "$x [1] ", "(source 1 ("])
def test_what_is_held_back_has_a_limit(endless: str) -> None:
    scanner = MarkerScanner(KNOWN)
    unit = endless if endless.startswith("[1,") else "a"
    given = told = len(endless)
    told = len(outcome(scanner.feed(endless)))

    for _ in range(3 * MAX_LIST):
        told += len(outcome(scanner.feed(unit)))
        given += len(unit)
        assert given - told <= (2 * MAX_LIST if unit == endless else 2 * MAX_MARKER)


def test_release_gives_half_a_marker_as_text_and_goes_on() -> None:
    scanner = MarkerScanner(KNOWN)
    scanner.feed("so [1")

    assert scanner.release() == ["[1"]
    assert not scanner.release()
    assert outcome([*scanner.feed("] and [2]"), *scanner.release()]) == "] and ⟨2⟩"


def test_release_gives_a_whole_marker_that_waits_for_what_follows() -> None:
    scanner = MarkerScanner(KNOWN)
    scanner.feed("so [1]")

    assert scanner.release() == [Marker(1)]
    assert scanner.release() == []


def test_a_long_stream_of_single_characters_costs_the_same_per_character() -> None:
    # Counted, not timed: what is held never grows, so no piece is read often.
    scanner = MarkerScanner(KNOWN)
    text = "[1 `a` $x (so [Source 1 (" * 400
    most = 0
    for char in text:
        scanner.feed(char)
        most = max(most, len(scanner._held))

    assert most <= MAX_MARKER + 1


@given(ANY_TEXT, st.lists(st.integers(0, 300)))
def test_cuts_do_not_matter(text: str, places: list[int]) -> None:
    cuts = sorted({0, len(text), *(place for place in places if place < len(text))})
    pieces = [text[start:end] for start, end in pairwise(cuts)]

    assert scan(pieces) == scan([text])


@given(ANY_TEXT)
def test_one_character_at_a_time_gives_the_same(text: str) -> None:
    assert scan(text) == scan([text])


@given(ANY_TEXT)
def test_nothing_but_markers_changes(text: str) -> None:
    rest, numbers = text, list[int]()
    for item in [*scan([text]), ""]:
        if not isinstance(item, str):
            numbers.append(item.n)
            continue
        while numbers:
            named, length = _bracket(rest, numbers)
            numbers, rest = numbers[named:], rest[length:]
        assert rest.startswith(item)
        rest = rest[len(item) :]
    assert rest == ""


def _bracket(rest: str, numbers: list[int]) -> tuple[int, int]:
    """How many of the numbers the bracket at the start names, all in order, and its length."""
    doubled = rest.startswith("[[")
    for end in range(3 + 2 * doubled, MAX_LIST + 3):
        bracket = rest[doubled : end - doubled]
        if bracket[-1] == CLOSERS[bracket[0]] and rest[end - 1 : end] == bracket[-1]:
            named = numbers_in(bracket[0], bracket[1:-1])
            if named and named == numbers[: len(named)]:
                return len(named), end
    raise AssertionError(f"{rest!r} does not begin with a marker of {numbers}")


@given(st.text(alphabet=st.characters(exclude_characters="[【［(（"), max_size=60))
def test_text_without_brackets_is_never_changed(text: str) -> None:
    assert "".join(item for item in scan(text) if isinstance(item, str)) == text


def test_what_is_left_alone_does_not_silence_what_follows() -> None:
    open_for_good = ("```", "````", "~~~", "- ```", "> ```", "   ```", "\\[")
    texts = [text for text, _ in parts(LEFT_ALONE) if not text.startswith(open_for_good)]

    assert [
        text for text in texts if not outcome(scan([f"{text}\n\nso [2]."])).endswith("so ⟨2⟩.")
    ] == []
