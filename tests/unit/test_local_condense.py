"""Condensing by rule: follow-ups take what they lack, all else stays as it is."""

import pytest
from llama_index.core.base.llms.types import ChatMessage, MessageRole

from citewire.workflows.routing.condense import condense

REVENUE = "What was the revenue in 2024?"
INGRESOS = "¿Cuáles fueron los ingresos en 2024?"


def _condensed(*questions: str) -> str:
    """The last of `questions`, asked after the others were asked and answered."""
    history = []
    for question in questions[:-1]:
        history.append(ChatMessage(role=MessageRole.USER, content=question))
        history.append(ChatMessage(role=MessageRole.ASSISTANT, content="Some answer of 1999 [1]."))
    return condense(questions[-1], history)


@pytest.mark.parametrize(
    ("questions", "condensed"),
    [
        ((REVENUE, "and what about 2023?"), "What was the revenue in 2023?"),
        ((REVENUE, "2023?"), "What was the revenue in 2023?"),
        ((REVENUE, "and the year before?"), "What was the revenue in 2023?"),
        (("What was the revenue in Q1 2024?", "and Q2?"), "What was the revenue in Q2 2024?"),
        ((REVENUE, "And in Spain?"), "What was the revenue in 2024 in Spain?"),
        (("What grew in Spain in 2024?", "and in Chile?"), "What grew in Chile in 2024?"),
        (
            ("What was Acme's revenue in 2024?", "what about Borealis?"),
            "What was Borealis's revenue in 2024?",
        ),
        ((REVENUE, "and the profit?"), "What was the profit in 2024?"),
        ((INGRESOS, "¿y en 2023?"), "¿Cuáles fueron los ingresos en 2023?"),
        ((INGRESOS, "¿Y el año anterior?"), "¿Cuáles fueron los ingresos en 2023?"),
        ((INGRESOS, "¿y los gastos?"), "¿Cuáles fueron los gastos en 2024?"),
    ],
)
def test_what_a_short_follow_up_names_takes_the_place_of_its_like(
    questions: tuple[str, ...], condensed: str
) -> None:
    assert _condensed(*questions) == condensed


@pytest.mark.parametrize(
    ("questions", "wanted"),
    [
        (("What is the Norte Foundation?", "who leads it?"), {"leads", "Norte", "Foundation"}),
        (("Why did Acme's revenue fall in 2024?", "why?"), {"Acme", "revenue", "fall", "2024"}),
        ((REVENUE, "how much was it?"), {"revenue", "2024"}),
        ((REVENUE, "How does that compare with 2023?"), {"revenue", "2024", "2023"}),
        (("¿Qué es la Fundación Norte?", "¿quién la dirige?"), {"dirige", "Fundación", "Norte"}),
        (("Who is Ana Quiroga?", "What did she say about Porto?"), {"Ana", "Quiroga", "Porto"}),
        (("What was Acme's revenue in 2024?", "What are the main risks?"), {"Acme", "risks"}),
    ],
)
def test_a_question_with_a_dangling_reference_gets_its_topic(
    questions: tuple[str, ...], wanted: set[str]
) -> None:
    condensed = _condensed(*questions)

    assert not {word for word in wanted if word not in condensed}


@pytest.mark.parametrize(
    "question",
    [
        "What are the main climate risks for the harbour?",
        "What did the board decide about its own fees?",
        "How many ferries sailed to Porto in 2022?",
        "What is inflation?",
        "¿Cuántos socios tenía la cooperativa en 2021?",
        "thanks",
    ],
)
def test_a_question_that_stands_alone_is_not_touched(question: str) -> None:
    assert _condensed(REVENUE, question) == question


def test_without_history_a_question_is_not_touched() -> None:
    assert condense("and what about 2023?", []) == "and what about 2023?"


def test_an_empty_history_of_the_user_is_no_history() -> None:
    history = [ChatMessage(role=MessageRole.ASSISTANT, content="Hello! 2020")]

    assert condense("why?", history) == "why?"


@pytest.mark.parametrize(
    ("questions", "condensed"),
    [
        (
            (REVENUE, "and what about 2023?", "and the year before?"),
            "What was the revenue in 2022?",
        ),
        (
            (
                "What was the revenue in Chile in 2024?",
                "And in Spain?",
                "and in 2022?",
                "and the costs?",
            ),
            "What was the costs in Spain in 2022?",
        ),
        (
            (INGRESOS, "¿y en 2023?", "¿Y los gastos?", "¿y en Madrid?"),
            "¿Cuáles fueron los gastos en 2023 en Madrid?",
        ),
    ],
)
def test_a_chain_of_follow_ups_still_knows_its_beginning(
    questions: tuple[str, ...], condensed: str
) -> None:
    assert _condensed(*questions) == condensed


def test_a_pronoun_after_another_follow_up_still_means_the_topic() -> None:
    condensed = _condensed(
        "What is the Norte Foundation?", "who leads it?", "how much was its budget in 2023?"
    )

    assert "Norte Foundation" in condensed


@pytest.mark.parametrize(
    ("follow_up", "kept"),
    [
        ("and not in Spain?", "not in Spain"),
        ("and without Porto?", "without Porto"),
        ("and between 2019 and 2021?", "between 2019 and 2021"),
        ("and the 35 ferries of Acme Lines?", "35 ferries of Acme Lines"),
        ("¿y sin contar Madrid?", "sin contar Madrid"),
    ],
)
def test_what_the_new_message_says_is_never_lost(follow_up: str, kept: str) -> None:
    assert kept in _condensed(REVENUE, follow_up)


@pytest.mark.parametrize("question", ["", "?", "¿", "and", "¿y?", "…", "x" * 8000, "\u0130 it?"])
def test_odd_messages_are_survived(question: str) -> None:
    assert isinstance(_condensed(REVENUE, question, "and in 2023?", question), str)
