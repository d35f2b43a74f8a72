"""Verdicts on claims: the rules one by one, and how often they are right on labelled pairs."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from citewire.services.citations.verdicts import Judgement, digest, judge

PAIRS = Path(__file__).with_name("verdict_pairs.jsonl")
RIGHT = ("verbatim", "paraphrase")

Row = dict[str, Any]


@cache
def _judged() -> Sequence[tuple[Row, Judgement]]:
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    return [(row, judge(row["claim"], row["passages"])) for row in rows]


def _share(kinds: Sequence[str], half: str, statuses: Sequence[str]) -> float:
    """The part of the pairs of `kinds` whose status is one of `statuses`."""
    found = [got.status for row, got in _judged() if row["kind"] in kinds and row["half"] == half]
    return sum(status in statuses for status in found) / len(found)


@pytest.mark.parametrize("half", ["dev", "held"])
@pytest.mark.parametrize(
    ("kind", "floor"),
    [
        ("wrong_number", 0.95),
        ("wrong_year", 0.95),
        ("wrong_scale", 0.95),
        ("wrong_unit", 0.85),
        ("negated", 0.75),
        ("other_entity", 0.95),
        ("unrelated", 0.95),
    ],
)
def test_claims_of_something_else_are_caught(kind: str, floor: float, half: str) -> None:
    assert _share([kind], half, ["partial", "unsupported"]) >= floor


@pytest.mark.parametrize("half", ["dev", "held"])
def test_wrong_numbers_and_years_are_called_unsupported(half: str) -> None:
    assert _share(["wrong_number", "wrong_year"], half, ["unsupported"]) >= 0.95


@pytest.mark.parametrize("half", ["dev", "held"])
def test_right_claims_are_not_called_unsupported(half: str) -> None:
    assert _share(RIGHT, half, ["supported", "partial"]) >= 0.95
    assert _share(RIGHT, half, ["supported"]) >= 0.85


@pytest.mark.parametrize("language", ["en", "es"])
def test_right_claims_score_above_wrong_ones_in_both_languages(language: str) -> None:
    judged = [(row, got.score) for row, got in _judged() if row["lang"] == language]
    right = [score for row, score in judged if row["kind"] in RIGHT]
    wrong = [score for row, score in judged if row["kind"] not in RIGHT]

    above = sum((yes > no) + (yes == no) / 2 for yes in right for no in wrong)

    assert above / (len(right) * len(wrong)) >= 0.95


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("It cost 1,234.5 euros.", "It cost 1.234,5 euros."),
        ("It cost 1234.5 euros.", "It cost 1 234,5 euros."),
        ("The fund holds $1.2M.", "The fund holds 1,200,000 dollars."),
        ("The fund holds 1.2 bn euros.", "El fondo tiene 1,2 mil millones de euros."),
        ("El fondo tiene 1.200 millones de euros.", "The fund holds €1.2 billion."),
        ("Revenue was €1,234 million.", "(in millions of euros)\nRevenue | 1,234 | 1,100"),
        ("Revenue was 1.2 billion.", "Revenue was 1,234 million."),
        ("Twelve harbours closed.", "12 harbours closed."),
        ("Treinta y cinco mil personas votaron.", "Votaron 35.000 personas."),
        ("One third of the wells failed.", "33% of the wells failed."),
        ("12 per cent of the wells failed.", "12% of the wells failed."),
        ("12% of the wells failed.", "The rate of wells that failed was 0.12."),
        ("Between 10 and 12 percent failed.", "10-12 % failed."),
        ("The loss was 1,234 euros.", "Loss: (1,234) euros."),
        ("It opened on 31 March 2024.", "It opened on 2024-03-31."),
        ("It opened on March 31, 2024.", "It opened on 31/03/2024."),
        ("It opened in Q3 2023.", "It opened in the third quarter of 2023."),
        ("It opened in FY2023.", "It opened in fiscal year 2023."),
        ("More than 1,200 people came.", "1,234 people came."),
        ("At least 1,200 people came.", "1,234 people came."),
        ("At most 1,200 people came.", "1,180 people came."),
        ("In excess of 1,200 people came.", "1,234 people came."),
        ("It was 46 degrees celsius.", "It was 46 °C."),
        ("It was 46 degrees.", "It was 46 °C."),
        ("The line carries 4,200 MW.", "The line carries 4.2 GW."),
        ("The spread is 0.8 percentage points.", "The spread is 80 basis points."),
        ("In 2022 it opened [3].", "It opened in 2022."),
    ],
)
def test_a_number_written_otherwise_is_traced(claim: str, passage: str) -> None:
    judgement = judge(claim, [passage])

    assert (judgement.untraced, judgement.method) == ((), "words")


@pytest.mark.parametrize(
    ("claim", "untraced", "passage"),
    [
        ("It cost €1,234.", "€1,234", "It cost $1,234."),
        ("It cost 12 million.", "12 million", "It cost 12 billion."),
        ("It grew 12 percentage points.", "12 percentage points", "It grew 12%."),
        ("It opened on 31 March 2024.", "31 March 2024", "It opened on 30 March 2024."),
        ("It opened in 2021.", "2021", "It opened in 2022."),
        ("It opened in Q3 2023.", "Q3 2023", "It opened in the fourth quarter of 2023."),
        ("It is 12 km long.", "12 km", "It is 12 miles long."),
        ("It was 46 °F.", "46 °F", "It was 46 °C."),
        ("At most 1,200 came.", "1,200", "In all, 1,234 came."),
        ("🚢 It is 12.5 km long.", "12.5 km", "🚢 It is 12.9 km long."),
        ("Revenue was 1.3 billion.", "1.3 billion", "Revenue was 1,234 million."),
    ],
)
def test_an_untraced_number_is_pointed_at(claim: str, untraced: str, passage: str) -> None:
    judgement = judge(claim, [passage])

    assert [claim[start:end] for start, end in judgement.untraced] == [untraced]
    assert (judgement.status, judgement.method) == ("unsupported", "numbers")
    assert untraced in judgement.reasons[0]


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("The plan includes layoffs.", "The plan does not include layoffs."),
        ("The audit found errors.", "The audit found no errors."),
        ("Output of the mine rose.", "Output of the mine fell."),
        ("La empresa pagó dividendos.", "La empresa no pagó dividendos."),
        ("El Congreso aprobó la reforma.", "El Congreso rechazó la reforma."),
        ("The board approved the merger.", "The board declined to approve the merger."),
    ],
)
def test_the_opposite_is_unsupported_both_ways(claim: str, passage: str) -> None:
    for one, other in ((claim, passage), (passage, claim)):
        judgement = judge(one, [other])
        assert (judgement.status, judgement.method) == ("unsupported", "negation")


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("The U.S. signed the treaty.", "The United States signed the treaty."),
        ("The WHO signed the treaty.", "The World Health Organization signed the treaty."),
        ("The Norvia Energy Agency signed it.", "The NEA signed it."),
        ("Dr Mara Quill's treaty was signed.", "The treaty of Mara Quill was signed."),
        ("German ports signed the treaty.", "Ports in Germany signed the treaty."),
    ],
)
def test_a_name_written_otherwise_is_found(claim: str, passage: str) -> None:
    assert judge(claim, [passage]).method == "words"


def test_passages_count_together() -> None:
    one, other = "The Orlen tunnel opened in 2019.", "The Orlen tunnel is 12 km long."

    assert judge("The Orlen tunnel of 2019 is 12 km long.", [one, other]).status == "supported"
    assert judge("The Orlen tunnel of 2019 is 12 km long.", [one]).status == "unsupported"


def test_similarity_moves_what_the_words_leave_open() -> None:
    claim, passage = "The firm paid nothing out.", "The firm gave its owners nothing."

    low, high = (judge(claim, [passage], similarity=value) for value in (0.1, 0.9))

    assert low.score < high.score
    assert {low.method, high.method} == {"similarity"}


def test_a_high_similarity_does_not_excuse_a_wrong_number() -> None:
    judgement = judge("It is 12 km long.", ["It is 19 km long."], similarity=1.0)

    assert (judgement.status, judgement.method) == ("unsupported", "numbers")


def test_without_passages_nothing_is_supported() -> None:
    assert judge("The pier is old.", []).status == "unsupported"


def test_a_digest_judges_as_its_passage_does() -> None:
    passage = "Net debt was reduced to £310m in 2023."

    for claim in ("Net debt was £310 million.", "Net debt was £310 billion."):
        assert judge(claim, [digest(passage)]) == judge(claim, [passage])


_PIECES = st.sampled_from(
    """1,234.5 1.234,5 12 % $ € £ million mil millones bn two thirds of one hundred and five
    treinta y Q3 2023 FY23 3/4/2024 31 March may no not sin rose fell Norvia U.S. EU (1,234) -5 km
    MW °C 10-12 to between | , . ; : \n [1] twenty-five first half 2022/23 1'000 ½ ² İ ß 数字 🚢
    """.split(" ")
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=60).map(" ".join), st.text(max_size=80))
def test_any_text_gets_a_verdict_with_spans_inside_it(text: str, other: str) -> None:
    for claim, passage in ((text, other), (other, text), (text + other, text)):
        judgement = judge(claim, [passage], similarity=0.5)
        assert 0 <= judgement.score <= 1
        assert all(0 <= start < end <= len(claim) for start, end in judgement.untraced)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=40).map(" ".join))
@example("two [1] thirds")
def test_a_text_holds_all_numbers_of_its_own(text: str) -> None:
    assert judge(text, [text]).untraced == ()


@pytest.mark.parametrize(
    "piece", ["9", "1,", "two ", "Aa ", "of the ", "3 May ", "1-", " ", "(1) ", "two thousand "]
)
def test_the_longest_message_of_any_sort_is_judged(piece: str) -> None:
    claim = (piece * 8000)[:8000]

    assert judge(claim, [claim]).untraced == ()


def test_a_number_wrapped_before_its_scale_is_the_same_number() -> None:
    passage = "Of the programme, $1.1\nbillion remained available."

    assert judge("$1.1 billion remained available.", [passage]).status == "supported"


HEADS = "Table 3: Balance sheet\nin millions of euros\nItem | 2024 | 2023"
SHEET = (
    f"{HEADS}\nTotal assets | 59,268 | 54,321\nNet debt | (1.5) |\nCash |  | 12.4\nLoans | – | 3"
)


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("Total assets were 59,268 million euros in 2024", "supported"),
        ("Total assets were €59.3 billion in 2024", "supported"),
        ("Cash was 12.4 million euros in 2023", "supported"),
        ("Net debt was -1.5 million euros", "supported"),
        ("Loans were 3 million in 2023", "supported"),
        ("Total assets were 59,268 thousand euros in 2024", "unsupported"),
        ("Total assets fell to 77 million in 2024", "unsupported"),
    ],
)
def test_heads_and_unit_of_a_table_count_and_empty_cells_do_no_harm(
    claim: str, status: str
) -> None:
    assert judge(claim, [SHEET]).status == status
    # Repeated heads and further rows change nothing.
    assert judge(claim, [f"{HEADS}\n{SHEET}"]).status == status


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        (
            "The town may see a small rise, not the steep rise of films.",
            "The town saw a small rise.",
        ),
        ("The bridge was built in 1990.", "The bridge was not built until 1990."),
        ("The mine (which never paid) is in Norvia.", "The mine is in Norvia."),
        ("The romans once named the land.", "The romans named the land."),
        ("Sales grew in fiscal 2022/23.", "Sales grew in the year 2022/2023."),
    ],
)
def test_what_only_looks_like_a_denial_or_a_number_is_none(claim: str, passage: str) -> None:
    got = judge(claim, [passage])

    assert got.method == "words"
    assert got.untraced == ()


@pytest.mark.parametrize("claim", ["Vinieron once barcos de la isla.", "Los once barcos vinieron."])
def test_once_is_a_number_in_spanish(claim: str) -> None:
    assert judge(claim, ["Vinieron 12 barcos de la isla."]).status == "unsupported"
    assert judge(claim, ["Vinieron 11 barcos de la isla."]).status == "supported"
