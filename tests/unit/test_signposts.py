"""Signposts: what a passage is called in its report, and what a question calls it."""

import pytest

from citewire.storage.library.search import MAX_SOUGHT
from citewire.text.signposts import STATEMENTS, signposts_named, signposts_of
from citewire.text.words import search_terms
from citewire.workflows.retriever import sought_words
from citewire.workflows.vocabulary.widening import shipped_vocabulary


@pytest.mark.parametrize(
    ("title", "signpost"),
    [
        ("CONSOLIDATED BALANCE SHEETS", "balance_sheet"),
        ("Statement of Financial Position", "balance_sheet"),
        ("Consolidated Statements of Financial Condition", "balance_sheet"),
        ("Consolidated Statements of Operations", "income_statement"),
        ("STATEMENTS OF CONSOLIDATED INCOME", "income_statement"),
        ("Profit and loss account", "income_statement"),
        ("Cuenta de resultados consolidada", "income_statement"),
        ("Consolidated Statements of Cash Flows", "cash_statement"),
        ("Estado de flujos de efectivo", "cash_statement"),
    ],
)
def test_a_table_is_of_the_statement_that_its_heading_or_caption_names(
    title: str, signpost: str
) -> None:
    rows = " | 2023 | 2022\nTotal | 12 | 11"

    assert signposts_of(title, rows, is_table=True) == [signpost]
    assert signposts_of("Item 8", f"Acme Inc.\n{title}\n{rows}", is_table=True) == [signpost]
    assert signposts_of(title, "See the notes.", is_table=False) == []


def test_a_heading_that_tells_of_a_statement_is_of_none() -> None:
    heading = "Amounts recognised in the consolidated balance sheets"

    assert signposts_of(heading, "a | 1", is_table=True) == []


def test_a_row_names_no_statement() -> None:
    assert signposts_of("Index", "Balance sheets | 39\nIncome statement | 40", is_table=True) == []


@pytest.mark.parametrize(
    ("heading", "text", "signposts"),
    [
        ("", "Figure 3: Sales by region", ["figure_3"]),
        ("", "Text before.\nFig. 2.1 – Sales", ["figure_2_1"]),
        ("", "TABLE IV\nsome | rows", ["table_4"]),
        ("Note 12 Income taxes", "We pay them.", ["note_12"]),
        ("", "As Figure 3 shows, sales rose.", []),
        ("", "Figure 3,000 million: no caption", []),
        ("", "Note I: nothing is numbered so", []),
    ],
)
def test_a_caption_and_a_heading_give_a_number(
    heading: str, text: str, signposts: list[str]
) -> None:
    assert signposts_of(heading, text, is_table=False) == signposts


def test_a_question_names_what_it_asks_for() -> None:
    asked = "What does Figure 5 show, and table II, by the statement of financial position?"

    assert signposts_named(asked) == ["balance_sheet", "figure_5", "table_2"]
    assert signposts_named("Please note I asked for 3 figures, 5 of them in a table.") == []


@pytest.mark.parametrize(
    ("question", "statements"),
    [
        ("What is the quick ratio of Acme?", {"balance_sheet"}),
        ("How high was capex in 2021?", {"cash_statement"}),
        ("How did ROA develop?", {"balance_sheet", "income_statement"}),
        ("Who audits Acme?", set()),
    ],
)
def test_a_ratio_is_sought_in_the_statements_that_it_is_made_of(
    question: str, statements: set[str]
) -> None:
    words = sought_words(question, shipped_vocabulary())

    assert STATEMENTS.intersection(words.asked) == statements
    assert not STATEMENTS.intersection(words.related)


def test_signposts_come_before_what_a_long_question_loses() -> None:
    question = " ".join(f"word{n}x" for n in range(200)) + " in the balance sheet"

    words = sought_words(question, shipped_vocabulary())
    assert "balance_sheet" in words.asked[:MAX_SOUGHT]


def test_no_word_is_a_signpost() -> None:
    stems = search_terms("balance_sheet balance-sheet figure_5 figure.5 table 3 note-12")

    assert not {"balance_sheet", "figure_5", "table_3", "note_12"}.intersection(stems)


def test_a_label_with_a_dotless_i_is_the_label() -> None:
    assert signposts_named("fıgure 3") == ["figure_3"] == signposts_named("FİGURE 3")
    assert signposts_named("EXHİBIT 2, GRÁFICO 4") == ["exhibit_2", "figure_4"]
