"""What a question wants of the form of its answer is not searched for."""

import pytest

from citewire.text.wishes import without_wishes


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        (
            "What is the quick ratio of Acme? Round your answer to two decimal places.",
            "What is the quick ratio of Acme?",
        ),
        (
            "Does Acme have an improving margin? If margin is no useful metric, then state that "
            "and explain why.",
            "Does Acme have an improving margin?",
        ),
        (
            "What did Acme earn (in USD millions)? Base your judgments on the balance sheet.",
            "What did Acme earn ?",
        ),
        ("How many ships? Please write the answer in int format.", "How many ships?"),
    ],
)
def test_wishes_are_left_out(question: str, bare: str) -> None:
    assert " ".join(without_wishes(question).split()) == bare


@pytest.mark.parametrize(
    "question",
    [
        "Answer me: which integer formats does the manual explain?",
        "What was decided? If the tide is high, do the ships sail?",
        "Give the answer as an integer.",
        "How is revenue rounded in the reports? Use of estimates is told in Note 2.",
        "",
    ],
)
def test_what_is_asked_for_is_kept(question: str) -> None:
    assert without_wishes(question).split() == question.split()
