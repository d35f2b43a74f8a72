"""Figures of one sentence swapped between their names: never supported, however both are told."""

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citewire.services.citations.verdicts import Digest, digest, judge
from citewire.services.citations.verdicts.binding import bind
from citewire.services.citations.verdicts.claim import read_claim
from tests.doubles.cited_tables import cited

NAMES = "Brunia Calvera Dorland Estona Galmark Hestia Kortavia Lunova Marenta Norvia".split()
Pairs = Sequence[tuple[str, str]]
"""Names with their figures."""


def _listed(items: Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _in_places(pairs: Pairs) -> str:
    return f"The chain runs {_listed([f'{figure} outlets in {name}' for name, figure in pairs])}."


def _short_places(pairs: Pairs) -> str:
    (name, figure), *others = pairs
    items = [f"{figure} outlets in {name}", *(f"{more} in {other}" for other, more in others)]
    return f"In all, the chain runs {_listed(items)}."


def _owners(pairs: Pairs) -> str:
    return f"{_listed([f'{name} had {figure} outlets' for name, figure in pairs])}."


def _short_owners(pairs: Pairs) -> str:
    (name, figure), *others = pairs
    items = [f"{name} had {figure} outlets", *(f"{other} {more}" for other, more in others)]
    return f"{_listed(items)}."


def _respectively(pairs: Pairs) -> str:
    names, figures = zip(*pairs, strict=True)
    return f"{_listed(names)} had {_listed(figures)} outlets, respectively."


def _with_colon(pairs: Pairs) -> str:
    return f"Outlets by country: {', '.join(f'{name} {figure}' for name, figure in pairs)}."


def _in_brackets(pairs: Pairs) -> str:
    return f"Most outlets are in {_listed([f'{name} ({figure})' for name, figure in pairs])}."


def _while(pairs: Pairs) -> str:
    first, *others = (f"{name} had {figure} outlets" for name, figure in pairs)
    return f"{first}, while {_listed(others) if others[1:] else others[0]}."


FORMS: Sequence[Callable[[Pairs], str]] = (
    *(_in_places, _short_places, _owners, _short_owners, _respectively, _with_colon),
    *(_in_brackets, _while),
)


def _table(pairs: Pairs, chance: random.Random) -> list[Digest]:
    rows = [["Outlets", "2023", "2022"]]
    rows += [[name, figure, str(chance.randint(1_001, 1_900))] for name, figure in pairs]
    return [source.digest for source in cited(rows)]


def _swapped(pairs: Pairs, chance: random.Random) -> Pairs:
    one, other = chance.sample(range(len(pairs)), 2)
    figures = [figure for _, figure in pairs]
    figures[one], figures[other] = figures[other], figures[one]
    return [(name, figure) for (name, _), figure in zip(pairs, figures, strict=True)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 32))
def test_figures_swapped_between_names_are_never_supported_and_true_ones_are(seed: int) -> None:
    chance = random.Random(seed)
    names = chance.sample(NAMES, chance.randint(2, 4))
    figures = [str(one) for one in chance.sample(range(13, 990), len(names))]
    pairs = list(zip(names, figures, strict=True))
    told = chance.sample(pairs, len(pairs))
    wrong = [
        (evidence.text, form(said), judged.status, judged.reasons[0])
        for evidence in (*_table(told, chance), *(digest(form(told)) for form in FORMS))
        for form in FORMS
        for said, is_true in ((pairs, True), (_swapped(pairs, chance), False))
        for judged in [judge(form(said), [evidence])]
        if (judged.status == "supported") != is_true
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Tin sold 61 tons of ore and 111 tons of slag.", ["tin", "slag"]),
        ("Land cost $38 million, or 18.2% of sales.", ["land", "land"]),
        ("Tin, Ore & Slag earned $5 million and Lead $7 million.", ["slag", "lead"]),
        ("Sales rose to $12 million, up 7%.", ["sale", "sale"]),
        ("Lead and tin were 12 and 15.", ["lead", "tin"]),
    ],
)
def test_each_figure_has_words_of_its_own(sentence: str, words: list[str]) -> None:
    bound = bind(sentence, read_claim(sentence).amounts, ())

    assert [word in one.words for word, one in zip(words, bound, strict=True)] == [True, True]


def test_a_sentence_of_one_figure_may_not_take_that_of_another_name() -> None:
    passage = "At year end it ran 105 outlets in Norvia and 39 in Hestia."
    claims = ["It ran 39 outlets in Hestia.", "It ran 39 outlets in Norvia."]

    assert [judge(claim, [passage]).status for claim in claims] == ["supported", "unsupported"]


def test_what_is_wrong_is_told() -> None:
    passage = "At year end it ran 105 outlets in Norvia and 39 in Hestia."
    judged = judge("It ran 39 outlets in Norvia and 105 in Hestia.", [passage])

    assert judged.reasons[0] == "“39” is told of “Hestia”; of “Norvia” it is 105"
