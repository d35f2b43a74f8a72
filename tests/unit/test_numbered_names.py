"""Names that are a word and a number or letter: `Scope 2` is another thing than `Scope 1`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewire.services.citations.verdicts import judge
from citewire.services.citations.verdicts.claim import read_claim
from citewire.services.citations.verdicts.numbered_names import join_numbered
from tests.doubles.cited_tables import judged

SCOPES = [
    ["(kt CO2)", "2023", "2022"],
    ["Scope 1 emissions", "1,204", "1,511"],
    ["Scope 2 emissions", "702", "611"],
    ["Scope 3 emissions", "9,310", "9,822"],
]
LEVELS = [["(in millions)", "Level 1", "Level 2", "Level 3"], ["Bonds", "120", "340", "15"]]
CLASSES = [["", "Class A", "Class B"], ["Shares outstanding", "1,204", "873"]]
CUSTOMERS = "Customer A accounted for 14% and Customer B for 11% of total revenue in 2023."


@pytest.mark.parametrize(
    ("claim", "rows", "status"),
    [
        ("Scope 1 emissions were 1,204 kt in 2023.", SCOPES, "supported"),
        ("Scope 2 emissions were 1,204 kt in 2023.", SCOPES, "unsupported"),
        ("Scope 3 emissions fell by 512 kt in 2023.", SCOPES, "supported"),
        ("Scope 1 emissions fell by 512 kt in 2023.", SCOPES, "unsupported"),
        ("Bonds in Level 3 amounted to $15 million.", LEVELS, "supported"),
        ("Bonds in Level 3 amounted to $340 million.", LEVELS, "unsupported"),
        ("There were 1,204 Class A shares outstanding.", CLASSES, "supported"),
        ("There were 1,204 Class B shares outstanding.", CLASSES, "unsupported"),
    ],
)
def test_rows_and_columns_are_told_apart_by_number(
    claim: str, rows: list[list[str]], status: str
) -> None:
    assert judged(claim, rows).status == status


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("Customer A accounted for 14% of total revenue in 2023.", "supported"),
        ("Customer B accounted for 11% of total revenue in 2023.", "supported"),
        ("Customer B accounted for 14% of total revenue in 2023.", "unsupported"),
        ("Customer A accounted for 11% of total revenue in 2023.", "unsupported"),
    ],
)
def test_a_sentence_tells_each_name_its_own_figure(claim: str, status: str) -> None:
    assert judge(claim, [CUSTOMERS]).status == status


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Scope 2 emissions were 1,204 kt.", ["1,204 kt"]),
        ("Stage 1 loans were 5.", ["5"]),
        ("Scope 1 1,204 1,511", ["1,204", "1,511"]),
        ("Group 12 15 20", ["12", "15", "20"]),
        ("It is at a level 12 points above.", ["12"]),
        ("The rate is at the level 5%.", ["5%"]),
        ("The cost per unit 5 was lower.", ["5"]),
        ("In this region 12 stores were opened.", ["12"]),
        ("In Region 12 stores were opened.", []),
        ("The Phase II trial took 40 patients.", ["40 patients"]),
    ],
)
def test_the_number_of_a_name_is_no_amount(text: str, amounts: list[str]) -> None:
    assert [text[one.start : one.end] for one in read_claim(text).amounts] == amounts


@given(st.text(st.sampled_from("AI 1-%12.scopeclas\n")))
def test_a_text_keeps_its_length(text: str) -> None:
    assert len(join_numbered(text)) == len(text)


def test_letters_of_such_names_make_acronyms() -> None:
    passage = "The common equity tier 1 ratio stood at 14.1% at the end of 2023."
    assert judge("The CET1 ratio was 14.1%.", [passage]).status == "supported"
