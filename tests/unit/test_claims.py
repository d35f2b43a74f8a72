"""Claims: which words of an answer a marker stands for, and where they are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewire.services.citations.claims import Claim, Claims, sentences_of
from citewire.text.offsets import utf16_length

MARKER = re.compile(r"\[\d\]")


def claims_of(answer: str) -> list[Claim]:
    """The claim of each marker of a finished answer, found as if it streamed."""
    claims, found, at = Claims(), list[Claim](), 0
    for marker in MARKER.finditer(answer):
        found.append(claims.close(answer[at : marker.start()], utf16_length(answer[:at])))
        at = marker.end()
    return found


def slice_utf16(text: str, start: int, end: int) -> str:
    """As JavaScript's `slice`."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Ships came. Trains fell [1].", ["Trains fell"]),
        ("Ships came. [1] Trains fell. [2]", ["Ships came.", "Trains fell."]),
        ("Ships rose [1] and trains fell [2].", ["Ships rose", "and trains fell"]),
        ("Ships came [1]. Trains fell [2].", ["Ships came", "Trains fell"]),
        ("Ships came [1][2].", ["Ships came", "Ships came"]),
        ("Ships came [1], [2] and [1].", ["Ships came"] * 3),
        ("Ships came [1]. [2]", ["Ships came"] * 2),
        ("Ships came (in 2023) [1].", ["Ships came (in 2023)"]),
        ("Ships, in all 538, came [1].", ["Ships, in all 538, came"]),
        ("In the U.S. 3.5 million came [1].", ["In the U.S. 3.5 million came"]),
        ("Dr. Hale said so, e.g. in 2023 [1].", ["Dr. Hale said so, e.g. in 2023"]),
        ("It said “no.” Then yes [1].", ["Then yes"]),
        ("Really? Yes! So it is [1].", ["So it is"]),
        ("- Ships came [1]\n- Trains fell [2]", ["Ships came", "Trains fell"]),
        ("* Ships came [1]\n* Trains fell [2]", ["Ships came", "Trains fell"]),
        ("1. Ships came. [1]\n2. Trains fell. [2]", ["Ships came.", "Trains fell."]),
        ("Intro:\n- one [1]", ["one"]),
        ("The figures are:\nShips came [1]", ["Ships came"]),
        ("## Ships\nThey came [1]", ["They came"]),
        ("# Ships\n\nThey came [1]", ["They came"]),
        ("Ships\ncame [1]", ["Ships\ncame"]),
        ("Trains fell\n\nShips came [1]", ["Ships came"]),
        ("Ships came.\n\n[1]", ["Ships came."]),
        ("**Ships** came [1].", ["**Ships** came"]),
        ("**Ships came[1]**. Trains fell [2]", ["**Ships came", "Trains fell"]),
        ("> Ships came [1]", ["Ships came"]),
        ("| 2022 | 412 [1] |\n| 2023 | 538 [2] |", ["2022 | 412", "2023 | 538"]),
        ("利润增长。船来了[1]。火车走了。[2]", ["船来了", "火车走了。"]),
        ("船来了[1]，火车走了[2]。", ["船来了", "火车走了"]),
        ("🚢 came. 👩‍🚒 e\u0301 fell [1].", ["👩‍🚒 e\u0301 fell"]),
        ("[1] says so", [""]),
        ("- [1] Annual report", [""]),
        ("Ships came [1]\n- [2] Report", ["Ships came", ""]),
    ],
)
def test_a_marker_closes_its_sentence_or_clause(answer: str, expected: list[str]) -> None:
    found = claims_of(answer)

    assert [claim.text for claim in found] == expected
    assert [slice_utf16(answer, claim.start, claim.end) for claim in found] == expected


@pytest.mark.parametrize(
    "heading",
    ["References:", "**Sources:**", "## Sources\n", "Sources used:\n", "Fuentes:", "参考文献：\n"],
)
@pytest.mark.parametrize(
    "entries",
    ["[1] Harbour report 2023, p. 3\n[2] Rail 2022", "[1] Harbour 2023. [2] Rail", "[1], [2]"],
)
def test_a_list_of_sources_claims_nothing(heading: str, entries: str) -> None:
    between = "" if heading.endswith("\n") else " "

    claims = claims_of(
        f"Ships rose by 12 % [1].\n\n{heading}{between}{entries}\n\nTrains fell [2]."
    )

    assert [claim.text for claim in claims] == ["Ships rose by 12 %", "", "", "Trains fell"]


@pytest.mark.parametrize("said", ["Our sources: ships came", "References rose by 12 %", "Source:"])
def test_what_only_speaks_of_sources_is_claimed(said: str) -> None:
    assert [claim.text for claim in claims_of(f"{said} [1].")] == [said]


def test_a_row_is_claimed_from_its_beginning() -> None:
    answer = "| 2022 | 412 [1] | 538 [2] |"
    first, second = claims_of(answer)

    assert first.text == "2022 | 412"
    assert re.sub(r"\s+", " ", second.text) == "2022 | 412 | 538"
    assert slice_utf16(answer, second.start, second.end) == "2022 | 412 [1] | 538"


def test_sentences_of_an_answer() -> None:
    answer = "Ships came. 🚢 fell.\n\n- one\n- two. Three\n# Four\nFive"
    found = sentences_of(answer)

    assert [claim.text for claim in found] == [
        "Ships came.",
        "🚢 fell.",
        "one",
        "two.",
        "Three",
        "Four",
        "Five",
    ]
    assert [slice_utf16(answer, c.start, c.end) for c in found] == [c.text for c in found]


PIECES = [
    "Ships came",
    ". ",
    "[1]",
    " [2]",
    "\n",
    "\n\n- ",
    "| a | ",
    "🚢",
    "e\u0301",
    "九百。",
    "3.5",
]


@given(st.lists(st.sampled_from([*PIECES, "**", "# ", "1. ", ": ", "U.S. ", "  "]), max_size=24))
def test_spans_lie_in_order_within_the_answer(pieces: list[str]) -> None:
    answer = "".join(pieces)

    for claim, marker in zip(claims_of(answer), MARKER.finditer(answer), strict=True):
        assert 0 <= claim.start <= claim.end <= utf16_length(answer[: marker.start()])
        said = slice_utf16(answer, claim.start, claim.end)
        assert MARKER.sub("", said).split() == claim.text.split()


@given(st.lists(st.sampled_from(PIECES), max_size=24))
def test_sentences_lie_where_they_say(pieces: list[str]) -> None:
    answer = "".join(pieces)

    for claim in sentences_of(answer):
        assert slice_utf16(answer, claim.start, claim.end) == claim.text
