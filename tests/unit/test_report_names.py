"""Which organisations a question speaks of: by their names, short or misspelt, and by signs."""

import pytest

from citewire.content.identity import Identity
from citewire.workflows.catalogue.names import NO_NAMES, ReportNames

NAMES = ReportNames.of(
    [
        Identity("Costco Wholesale Corporation", aliases=("COST",)),
        Identity("BEST BUY CO., INC."),
        Identity("American Express Company"),
        Identity("American Water Works Company, Inc."),
        Identity("Microsoft Corporation"),
        Identity("Telefónica, S.A."),
        Identity("U.S. Harbour Agency"),
        Identity("Pew Research Center"),
        Identity(""),
    ]
)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Compare Costco and Best Buy", ["costco wholesale", "best buy"]),
        ("compare the debt of cosco and bestbuy", ["costco wholesale", "best buy"]),
        ("What is COST's margin?", ["costco wholesale"]),
        ("The cost of sales, and the best practice to buy", []),
        ("American growth in the U.S.", []),
        ("the debt of american express", ["american express"]),
        ("Mircosoft against Telefonica", ["microsoft", "telefonica"]),
        ("What research is there at the center?", []),
    ],
)
def test_a_question_speaks_of_organisations(question: str, names: list[str]) -> None:
    assert [one.name for one in NAMES.named_in(question)] == names


def test_words_of_names_with_a_wrong_letter_are_put_right() -> None:
    assert NAMES.respelt("What did Mircosoft say of microsoft?") == ("microsoft",)
    assert NO_NAMES.respelt("What did Mircosoft say?") == ()


def test_a_name_is_told_by_the_words_that_the_question_has_of_it() -> None:
    [costco] = NAMES.named_in("Costco's debt")
    assert costco.words == ("costco",)


def test_looking_up_does_not_grow_with_the_number_of_reports() -> None:
    many = ReportNames.of(Identity(f"Zarnholm{n} Ships, Inc.") for n in range(2000))
    assert [one.name for one in many.named_in("Zarnholm7 ships")] == ["zarnholm7 ships"]
