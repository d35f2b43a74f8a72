"""Extracts from tables: the row and the column that were asked for, told as a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from citewire.content.table import grid_of
from citewire.content.table_record import TABLE, table_to_json
from citewire.services.models.extractive.question import read_question, without_directions
from citewire.services.models.extractive.synthesiser import ExtractiveSynthesiser
from citewire.services.models.local.minilm import build_minilm
from citewire.storage.library.passage_node import CONTEXT
from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import RunContext

BALANCE = (
    ("", "December 31, 2024", "December 31, 2023"),
    ("Cash and cash equivalents", "$ 1,874", "$ 2,936"),
    ("Receivables, net", "612", "580"),
    ("Total current assets", "8,802", "10,539"),
    ("Other liabilities", "415", "390"),
    ("Total liabilities", "4,120", "3,985"),
)
CASH_FLOWS = (
    ("", "2024", "2023"),
    ("Operating activities", "$ 1,824", "$ 3,252"),
    ("Investing activities", "(962)", "(1,372)"),
    ("Financing activities", "(1,806)", "(4,297)"),
)


def _table(
    rows: Sequence[Sequence[str]], *, above: str = "", unit: str = "in millions", **facts: Any
) -> NodeWithScore:
    """A source that is a table, with its caption and its unit line above."""
    lines = "".join(f"{line}\n" for line in (above, f"({unit})" if unit else "") if line)
    heads = facts.pop("heads", 1)
    text, table = grid_of(rows, header_rows=heads, header_columns=1).written(len(lines))
    told = f"{lines}{text}"
    if above:
        table = replace(table, caption=(0, len(above)))
    if unit:
        start = told.index(unit)
        table = replace(table, unit=(start, start + len(unit)))
    return _node(told, **{TABLE: table_to_json(table), "kind": "table", **facts})


def _node(text: str, **facts: Any) -> NodeWithScore:
    document = facts.pop("document", "acme")
    told = {"title": "Acme Corporation", "file_name": f"{document}.pdf", "page": 3, **facts}
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document)}
    return NodeWithScore(node=TextNode(text=text, metadata=told, relationships=source), score=0.5)


@pytest.fixture(scope="module")
def synthesiser() -> Iterator[ExtractiveSynthesiser]:
    with build_minilm() as model:
        yield ExtractiveSynthesiser(model)


async def _answer(
    synthesiser: ExtractiveSynthesiser,
    question: str,
    *nodes: NodeWithScore,
    evidence: Evidence = "weak",
) -> str:
    response = await synthesiser.asynthesize(question, list(nodes), evidence=evidence)
    return "".join([piece async for piece in response.response_gen])


def _first(answer: str) -> str:
    return answer.partition("\n")[0]


INCOME = (
    ("", "2024", "2023"),
    ("Interest income and other, net", "143", "92"),
    ("Net income including noncontrolling interests", "5,079", "4,059"),
    ("Net income attributable to noncontrolling interests", "(72)", "(57)"),
    ("NET INCOME ATTRIBUTABLE TO ACME", "$ 5,007", "$ 4,002"),
)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (INCOME, "Net income attributable to acme, 2023: $4,002 million [1]."),
        (INCOME[:-2], "Net income including noncontrolling interests, 2023: 4,059 million [1]."),
    ],
)
async def test_net_income_of_a_group_is_that_of_its_owners(
    rows: Sequence[Sequence[str]], told: str, synthesiser: ExtractiveSynthesiser
) -> None:
    question = "What was Acme's net income in 2023?"
    assert _first(await _answer(synthesiser, question, _table(rows))) == told


async def test_net_income_of_two_firms_is_told_of_both_however_their_rows_are_called(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    plain = (("", "2024", "2023"), ("Net income", "1,242", "985"))
    own = _table(INCOME, organisation="Acme", title="Acme 10-K")
    other = _table(plain, organisation="Bolt, Inc.", title="Bolt 10-K", document="bolt")
    question = "Which company has the higher net income, Acme or Bolt?"
    told = await _answer(synthesiser, question, own, other)
    assert "$5,007 million" in told
    assert "1,242 million" in told


async def test_a_firm_whose_name_ends_in_a_point_gets_no_second_one(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    own = _table(INCOME, organisation="Acme", title="Acme 10-K")
    other = _table(BALANCE, organisation="Bolt, Inc.", title="Bolt 10-K", document="bolt")
    question = "Which company has the higher net income, Acme or Bolt?"
    told = await _answer(synthesiser, question, own, other)
    assert _first(told) == "No row that says this was found for: Bolt, Inc."


@pytest.mark.parametrize(
    "label",
    [
        "Interest income and other, net",
        "Net interest income",
        "Net income attributable to noncontrolling interests",
    ],
)
async def test_another_income_that_is_net_is_not_told_as_net_income(
    label: str, synthesiser: ExtractiveSynthesiser
) -> None:
    table = _table((("", "2024", "2023"), (label, "143", "92")))
    assert label not in _first(await _answer(synthesiser, "What was net income in 2023?", table))


async def test_net_interest_income_is_told_where_it_is_asked_for(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    table = _table((("", "2024", "2023"), ("Interest income, net", "143", "92")))
    told = await _answer(synthesiser, "What was net interest income in 2023?", table)
    assert _first(told) == "Interest income, net, 2023: 92 million [1]."


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "What are cash and cash equivalents of Acme at the end of 2024?",
            "Cash and cash equivalents, December 31, 2024: $1,874 million [1].",
        ),
        (
            "What were total liabilities in FY2023? Answer in millions.",
            "Total liabilities, December 31, 2023: $3,985 million [1].",
        ),
        (
            "Using only the balance sheet, how much were total current assets in 2024?",
            "Total current assets, December 31, 2024: $8,802 million [1].",
        ),
        (
            "What are the total liabilities?",
            "Total liabilities, December 31, 2024: $4,120 million [1].",
        ),
    ],
)
async def test_a_row_is_told_as_a_sentence_with_its_period_and_unit(
    synthesiser: ExtractiveSynthesiser, question: str, told: str
) -> None:
    assert _first(await _answer(synthesiser, question, _table(BALANCE))) == told


async def test_the_piece_of_the_table_stands_below_with_a_marker_each_row(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(synthesiser, "What were total liabilities in 2024?", _table(BALANCE))

    assert answer.partition("\n\n")[2] == (
        "| in millions | December 31, 2024 | December 31, 2023 |  |\n"
        "| --- | --- | --- | --- |\n"
        "| Total liabilities | 4,120 | 3,985 | [1] |"
    )


async def test_a_year_that_the_table_does_not_have_is_not_told_as_another(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    run = RunContext()
    node = _table(BALANCE, title="Acme Corporation, from 2021 to 2024")
    response = await synthesiser.asynthesize(
        "What were total liabilities in 2021?", [node], run=run
    )
    answer = "".join([piece async for piece in response.response_gen])

    assert run.generation.finish_reason == "no_evidence"
    assert "4,120" not in answer


async def test_several_periods_are_told_in_one_sentence(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser, "How did total liabilities change between 2023 and 2024?", _table(BALANCE)
    )

    assert _first(answer) == (
        "Total liabilities: December 31, 2024: $4,120 million; "
        "December 31, 2023: $3,985 million [1]."
    )


async def test_each_part_of_a_ratio_has_its_row(synthesiser: ExtractiveSynthesiser) -> None:
    answer = await _answer(
        synthesiser,
        "What is the ratio of total current assets to total liabilities in 2024?",
        _table(BALANCE),
    )

    assert "Total current assets, December 31, 2024: $8,802 million [1]." in answer
    assert "Total liabilities, December 31, 2024: $4,120 million [1]." in answer


async def test_the_last_word_of_an_enumeration_belongs_to_all_of_it(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser,
        "Among operating, investing and financing activities, which brought most cash in 2024?",
        _table(CASH_FLOWS),
    )

    for told in ("Operating activities, 2024: $1,824", "Investing", "Financing activities, 2024"):
        assert told in answer


async def test_a_comparison_of_two_companies_has_a_row_of_each(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    other = (("", "2024"), ("Total liabilities", "77,310"))
    answer = await _answer(
        synthesiser,
        "Compare the total liabilities of Acme and Bolt in 2024.",
        _table(BALANCE),
        _table(other, document="bolt", title="Bolt Limited"),
        _table(other, document="third", title="Corvid Limited"),
    )

    assert "Acme Corporation: Total liabilities, December 31, 2024: $4,120 million [1]." in answer
    assert "Bolt Limited: Total liabilities, 2024: 77,310 million [2]." in answer
    assert "Corvid" not in answer


async def test_a_row_of_another_company_is_not_told_of_the_one_that_is_named(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    other = (("", "2024"), ("Total liabilities", "77,310"))
    answer = await _answer(
        synthesiser,
        "What were the total liabilities of Acme in 2024?",
        _table(other, document="bolt", title="Bolt Limited"),
        _table(BALANCE),
    )

    assert "[1]" not in answer
    assert "$4,120 million [2]" in answer


async def test_words_of_the_trade_find_the_row(synthesiser: ExtractiveSynthesiser) -> None:
    rows = (("", "2024"), ("Purchases of property, plant and equipment", "(930)"), ("Other", "7"))
    answer = await _answer(synthesiser, "What was the capex of Acme in 2024?", _table(rows))

    assert _first(answer) == (
        "Purchases of property, plant and equipment, 2024: (930) million [1]."
    )


@pytest.mark.parametrize(
    ("rows", "unit", "told"),
    [
        # What one column states is not the unit of another.
        ((("", "Shares (000's)", "Equity"), ("Total equity", "441", "18,078")), "", "18,078"),
        ((("", "2024"), ("Earnings per share", "$ 6.31")), "in millions", "$6.31"),
        ((("", "2024"), ("Number of employees", "90,000")), "$ in millions", "90,000"),
        ((("", "2024"), ("Net sales", "46,298")), "$ in millions", "$46,298 million"),
        ((("", "2024"), ("Net sales", "46,298")), "in thousands of euros", "46,298 thousand euros"),
        ((("", "2024"), ("Operating margin", "4.1 %")), "in millions", "4.1%"),
    ],
)
async def test_a_figure_has_the_unit_that_its_table_states_for_it_and_no_other(
    synthesiser: ExtractiveSynthesiser, rows: Any, unit: str, told: str
) -> None:
    answer = await _answer(synthesiser, f"What is the {rows[1][0]}?", _table(rows, unit=unit))

    assert _first(answer).endswith(f": {told} [1].")


async def test_other_liabilities_are_not_the_liabilities(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(synthesiser, "What are the liabilities in 2024?", _table(BALANCE))

    assert _first(answer).startswith("Total liabilities")


async def test_figures_without_heads_are_told_with_those_of_the_part_above(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    below = (("Total equity", "18,078", "18,705"), ("Total", "59,268", "55,556"))
    answer = await _answer(
        synthesiser,
        "What was total equity in 2023?",
        _table(BALANCE, start=0, end=300),
        _table(below, heads=0, start=301, end=400),
    )

    assert _first(answer) == "Total equity, December 31, 2023: $18,705 million [2]."


async def test_figures_that_nobody_could_tell_apart_are_not_told(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser,
        "What was total equity in 2023?",
        _table((("Total equity", "18,078", "18,705"), ("Total", "59,268", "55,556")), heads=0),
        _node("The year 2023 was a good one for the gardens."),
    )

    assert "18,078; 18,705" not in answer


async def test_with_strong_evidence_the_nearest_row_is_told(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser,
        "What are the deferred liabilities of Acme in 2024?",
        _table(BALANCE),
        evidence="strong",
    )

    assert "liabilities, December 31, 2024" in answer


async def test_the_page_numbers_of_a_table_of_contents_answer_nothing(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    contents = (("", "Page"), ("Legal proceedings", "18"), ("Total liabilities", "51"))
    answer = await _answer(
        synthesiser, "What are the total liabilities?", _table(contents, unit="")
    )

    assert "51" not in answer.partition("nearest")[0]


async def test_a_spanish_question_has_its_words_of_scale(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    rows = (("", "2024", "2023"), ("Total activo", "1.874", "1.790"))
    answer = await _answer(
        synthesiser,
        "¿Cuál fue el total activo en 2024?",
        _table(rows, unit="en millones de euros"),
    )

    assert _first(answer) == "Total activo, 2024: 1.874 millones de euros [1]."


async def test_a_lead_in_is_followed_by_its_rows(synthesiser: ExtractiveSynthesiser) -> None:
    lead = "The cash flows of the three activities in 2024 were as follows:"
    answer = await _answer(
        synthesiser,
        "How were the cash flows of the three activities in 2024?",
        _node(lead, start=0, end=len(lead)),
        _table(CASH_FLOWS, start=len(lead) + 1, end=400),
    )

    assert "as follows [1]." in answer
    assert "| Operating activities | $1,824 | $3,252 | [2] |" in answer


async def test_a_lead_in_is_followed_by_the_items_of_its_list(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser,
        "Which goals does the harbour have for its ships?",
        _node("The harbour has these goals for its ships:\n• quieter engines\n• cleaner fuel"),
    )

    assert answer == (
        "The harbour has these goals for its ships [1].\n\n"
        "- quieter engines [1].\n- cleaner fuel [1]."
    )


async def test_a_lead_in_of_which_nothing_follows_is_not_told(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser,
        "How were the cash flows of the three activities in 2024?",
        _node("The cash flows of the three activities in 2024 were as follows (in millions):"),
    )

    assert "as follows" not in answer


async def test_what_letters_stand_for_is_the_name_written_before_them(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser,
        "What does NHL stand for?",
        _node("Research is done by the National Harbour Laboratory (NHL) in the north."),
    )

    assert answer == "National Harbour Laboratory (NHL) [1]."


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What is its debt?Answer in millions.", "What is its debt?"),
        ("What is its debt? Round your answer to two decimal places.", "What is its debt?"),
        ("Using only the income statement, what is its profit?", "what is its profit?"),
        ("What is its profit (in USD millions)?", "What is its profit ?"),
        ("Answer me.", "Answer me."),
        ("¿Cuál fue el beneficio? Responda en millones.", "¿Cuál fue el beneficio?"),
    ],
)
def test_what_a_question_says_of_how_to_answer_is_left_out(question: str, asked: str) -> None:
    assert without_directions(question) == asked


@pytest.mark.parametrize(
    ("question", "wants_figure"),
    [
        ("How many employees are there?", True),
        ("What was the net income?", True),
        ("How does the tax rate compare to 2022?", True),
        ("Why did the margin fall?", False),
        ("Who leads the company?", False),
        ("How does the company record its inventories?", False),
    ],
)
def test_what_a_figure_answers_is_told_by_the_question(question: str, wants_figure: bool) -> None:
    assert read_question(question).wants_figure is wants_figure


LIABILITIES = (
    ("", "December 31, 2024", "December 31, 2023"),
    ("Liabilities", "", ""),
    ("Accounts payable", "$ 612", "$ 580"),
    ("Customer deposits", "1,102", "843"),
    ("Long-term debt", "902", "911"),
    ("Other liabilities", "1,415", "390"),
    ("Total liabilities", "4,031", "2,724"),
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What was the largest liability in 2024?", "Customer deposits, December 31, 2024: $1,102"),
        ("What was the largest liability in 2023?", "Long-term debt, December 31, 2023: $911"),
        ("Which was the smallest liability in 2024?", "Accounts payable, December 31, 2024: $612"),
    ],
)
async def test_the_largest_of_several_rows_is_told_and_never_their_total(
    synthesiser: ExtractiveSynthesiser, question: str, answer: str
) -> None:
    told = await _answer(synthesiser, question, _table(LIABILITIES))

    assert told.startswith(answer)


async def test_at_least_asks_for_no_smallest_row(synthesiser: ExtractiveSynthesiser) -> None:
    asked = "Did total liabilities come to at least $4,000 million in 2024?"
    told = await _answer(synthesiser, asked, _table(LIABILITIES))

    assert "Accounts payable" not in _first(told)


async def test_a_row_beside_a_source_is_told_with_the_marker_of_that_source(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    lead = _node("The balance sheet of Acme Corporation follows on this page.", start=0, end=60)
    beside = _table(BALANCE, start=70, end=400)
    facts = {**lead.node.metadata, CONTEXT: [beside.node]}
    other = _node("Acme Corporation was founded in Porto by two brothers.", page=1)
    source = NodeWithScore(node=lead.node.model_copy(update={"metadata": facts}), score=0.5)

    told = await _answer(synthesiser, "What were total liabilities in 2024?", other, source)

    assert _first(told) == "Total liabilities, December 31, 2024: $4,120 million [2]."


async def test_a_row_that_is_one_of_those_compared_is_not_told_as_the_largest(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    rows = (
        ("", "2024", "2023"),
        ("Interest rate swaps", "$ 779", "$ 768"),
        ("Cross currency swaps", "2,502", "2,288"),
        ("Foreign exchange forwards", "932", "1,405"),
    )
    asked = "Which instrument to manage exposure to interest rates had the highest notional value?"
    told = await _answer(synthesiser, asked, _table(rows))

    assert "Interest rate swaps" not in _first(told)


PLANTS = (("", "2024", "2023"), ("Line 1", "440", "430"), ("Line 2", "610", "590"))
CLASSES = (("", "Class A", "Class B"), ("Shares issued", "1,200", "82"), ("Holders", "9", "4"))


async def test_a_thing_with_another_number_or_letter_is_not_told(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    plants = _table(PLANTS, above="Output of the works", unit="")
    assert "610" in _first(await _answer(synthesiser, "Output of Line 2 in 2024?", plants))
    assert "440" not in await _answer(synthesiser, "Output of Line 3 in 2024?", plants)

    classes = _table(CLASSES, unit="")
    answer = await _answer(synthesiser, "How many shares issued were Class B?", classes)
    assert "82" in _first(answer)
    assert "1,200" not in _first(answer)


async def test_a_footnote_in_a_cell_is_no_marker(synthesiser: ExtractiveSynthesiser) -> None:
    rows = (("", "2024", "2023"), ("Operating profit [2]", "58.9 [1]", "44.0"))
    answer = await _answer(synthesiser, "What was the operating profit in 2024?", _table(rows))

    assert "⟨1⟩" in answer
    assert "[2]" not in answer


async def test_what_is_counted_is_no_row_of_money(synthesiser: ExtractiveSynthesiser) -> None:
    money = _table((("", "2024", "2023"), ("Cargo handling", "22.3", "19.6")), unit="million euros")
    tonnes = _table((("", "2024", "2023"), ("Cargo", "4.86", "4.54")), unit="million tonnes")
    asked = "How many tonnes of cargo did the harbour handle in 2024?"

    assert "22.3" not in _first(await _answer(synthesiser, asked, money, tonnes))
    much = await _answer(synthesiser, "How much did cargo handling bring in 2024?", money, tonnes)
    assert "22.3 million euros" in _first(much)


async def test_a_row_says_whose_it_is_where_sources_are_of_several_companies(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    own = _table(BALANCE, document="a", title="Report 2024", organisation="Rho Mining")
    other = _node("Copper is mined in the north.", document="b", organisation="Sigma Mining")
    answer = await _answer(synthesiser, "What were total liabilities in 2024?", own, other)
    assert answer.startswith("Rho Mining: Total liabilities")


EARNED = (("", "2024", "2023"), ("Operating income", "$ 1,795", "$ 3,039"))
OF_SEGMENT = (("", "2024", "2023"), ("Operating income", "$ 161", "$ 244"))


async def test_a_segment_is_not_told_as_the_whole(synthesiser: ExtractiveSynthesiser) -> None:
    segment = _table(OF_SEGMENT, above="International Segment Summary")
    whole = _table(EARNED, above="Consolidated Summary")
    question = "What was Acme's operating profit in 2024?"
    assert "$1,795 million" in _first(await _answer(synthesiser, question, segment, whole))

    alone = await _answer(synthesiser, question, segment)
    assert alone.startswith("No sentence or row that was found answers this directly.")
    asked = await _answer(synthesiser, f"{question[:-1]} in the International segment?", segment)
    assert _first(asked).endswith("2024: $161 million [1].")


async def test_net_income_may_be_called_net_earnings_and_is_no_comprehensive_income(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    rows = (
        ("", "2024", "2023"),
        ("Net earnings", "$ 1,419", "$ 2,454"),
        ("Comprehensive income", "$ 1,412", "$ 2,455"),
    )
    question = "What was Acme's net income in 2024?"
    answer = await _answer(synthesiser, question, _table(rows), evidence="strong")
    assert _first(answer) == "Net earnings, 2024: $1,419 million [1]."

    alone = await _answer(synthesiser, question, _table((rows[0], rows[2])), evidence="strong")
    assert alone.startswith("No sentence or row that was found answers this directly.")
