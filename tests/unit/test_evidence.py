"""Evidence: how strong passages are for a question, and what is said when there is none."""

import pytest
from llama_index.core.schema import NodeWithScore, TextNode

from citewire.workflows.evidence import (
    LOCAL,
    WORDS_ONLY,
    CalibratedEvidence,
    Weights,
    abstention,
    features,
    probability,
)

TEXTS = (
    "In 2023 the ferries of Brannock carried 1.8 million passengers, 4 % more than in 2022.",
    "The board of Brannock Ferries approved a new slipway at Oxna.",
)
ASKED = "How many passengers did the Brannock ferries carry in 2023?"
UNANSWERED = "What did Zellweger Motors spend on advertising in 1987?"


def found(*texts: str, score: float = 0.6, title: str = "Annual report") -> list[NodeWithScore]:
    return [
        NodeWithScore(
            node=TextNode(text=text, metadata={"title": title, "page_label": str(page)}),
            score=score,
        )
        for page, text in enumerate(texts, start=1)
    ]


@pytest.mark.parametrize("weights", [LOCAL, WORDS_ONLY])
def test_passages_that_have_what_is_asked_for_are_strong_evidence(weights: Weights) -> None:
    assert CalibratedEvidence(weights).level(ASKED, found(*TEXTS)) == "strong"


@pytest.mark.parametrize("weights", [LOCAL, WORDS_ONLY])
def test_passages_about_something_else_are_no_evidence(weights: Weights) -> None:
    assert CalibratedEvidence(weights).level(UNANSWERED, found(*TEXTS, score=0.1)) == "none"


def test_without_abstaining_poor_passages_are_weak_evidence() -> None:
    rule = CalibratedEvidence(LOCAL, abstain=False)

    assert rule.level(UNANSWERED, found(*TEXTS, score=0.1)) == "weak"


def test_no_passages_are_no_evidence_even_without_abstaining() -> None:
    assert CalibratedEvidence(LOCAL, abstain=False).level(ASKED, []) == "none"


def test_the_probability_rises_with_the_similarity() -> None:
    likely = [probability(ASKED, found(*TEXTS, score=s), LOCAL) for s in (0.1, 0.4, 0.7)]

    assert likely == sorted(likely)


def test_a_year_and_a_name_that_no_passage_has_are_noticed() -> None:
    measured = features(UNANSWERED, found(*TEXTS))

    assert (measured.unknown_names, measured.unknown_years) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("¿Cuántos pasajeros llevó la compañía?", "La compania llevo dos millones de pasajeros."),
        ("哪些港口在扩建", "港口正在扩建，港口的收入增加。"),
    ],
)
def test_words_are_found_in_any_script_and_without_accents(question: str, text: str) -> None:
    assert features(question, found(text)).best_coverage >= 0.5


def test_titles_count_as_words_of_their_passages() -> None:
    nodes = found("Sales rose.", title="Ostrava Steel annual report 2021")

    assert features("Did sales of Ostrava rise in 2021?", nodes).unknown_names == 0


def test_an_abstention_names_the_nearest_places_once_each() -> None:
    told = abstention(UNANSWERED, [*found(*TEXTS), *found(TEXTS[0])])

    assert told.endswith("The nearest passages are in Annual report, p. 1; Annual report, p. 2.")


def test_an_abstention_speaks_the_language_of_the_question() -> None:
    assert abstention("¿Quién ganó el torneo?", []).startswith("Nada en los informes")
