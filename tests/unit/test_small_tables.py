"""Extracts from small files of all sorts: ledgers, lists, slides; and what cannot be answered."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from citewire.content.table import grid_of
from citewire.content.table_record import TABLE, table_to_json
from citewire.services.models.extractive.synthesiser import ExtractiveSynthesiser
from citewire.services.models.local.minilm import build_minilm
from citewire.workflows.evidence import Evidence

LEDGER = (
    ("Date", "Account", "Description", "Debit (EUR)", "Credit (EUR)"),
    ("2024-01-05", "6400", "Office rent January", "2400.00", ""),
    ("2024-01-12", "4000", "Invoice 1001 Belmont Ltd", "", "18250.00"),
    ("2024-02-05", "6400", "Office rent February", "2450.00", ""),
    ("2024-02-19", "6810", "Audit fee Harker & Co", "9750.00", ""),
    ("2024-03-02", "4000", "Invoice 1002 Sundry Foods", "", "7320.50"),
)
SITES = (
    ("Site", "Country", "Employees", "Floor area (m²)"),
    ("Aldmoor", "Ireland", "215", "18400"),
    ("Brightsea", "Portugal", "96", "7250"),
    ("Castellan", "Spain", "143", "12100"),
)
GENERATION = (
    ("Source", "2024", "2023"),
    ("Wind", "1842", "1760"),
    ("Hydro", "2210", "2345"),
    ("Total", "4052", "4105"),
)
STAFF = (("", "2024", "2023"), ("Staff (FTE)", "4,218", "4,102"), ("Trains", "318", "305"))
INCOME = (
    ("", "2023", "2022"),
    ("Net sales", "48,210", "44,905"),
    ("Cost of goods sold", "30,115", "28,640"),
    ("Gross profit", "18,095", "16,265"),
)
COUNCIL = """The council agreed to repair the footbridge over the Wend. The work costs £64,000 and \
is done by Keller Brothers. The library will open on Saturdays from January 2025. Joan Akers voted \
against, because no staff had been found. Emissions were 8,310 tonnes in 2024. That is 15.5 per \
cent less than in 2023."""


def table(rows: Sequence[Sequence[str]], *, side: int = 1, above: str = "", **facts: Any) -> Any:
    lines = f"{above}\n" if above else ""
    text, grid = grid_of(rows, header_rows=1, header_columns=side).written(len(lines))
    if above:
        grid = replace(grid, caption=(0, len(above)))
    return passage(lines + text, **{TABLE: table_to_json(grid), "kind": "table", **facts})


def passage(text: str, **facts: Any) -> NodeWithScore:
    document = facts.pop("document", "acme")
    told = {"title": "Acme", "file_name": f"{document}.csv", "page": 1, **facts}
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document)}
    return NodeWithScore(node=TextNode(text=text, metadata=told, relationships=source), score=0.5)


@pytest.fixture(scope="module")
def synthesiser() -> Iterator[ExtractiveSynthesiser]:
    with build_minilm() as model:
        yield ExtractiveSynthesiser(model)


async def answer_of(
    synthesiser: ExtractiveSynthesiser,
    question: str,
    *nodes: NodeWithScore,
    evidence: Evidence = "weak",
) -> str:
    response = await synthesiser.asynthesize(question, list(nodes), evidence=evidence)
    return "".join([piece async for piece in response.response_gen])


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How much was the audit fee?", "Audit fee Harker & Co, Debit (EUR): 9750.00 EUR"),
        ("What was paid for office rent in February 2024?", "Debit (EUR): 2450.00 EUR"),
        ("What was the amount of invoice 1002 to Sundry Foods?", "Credit (EUR): 7320.50 EUR"),
    ],
)
async def test_an_entry_of_a_ledger_is_found_by_its_words_and_date(
    synthesiser: ExtractiveSynthesiser, question: str, told: str
) -> None:
    foods = table(INCOME, document="foods", title="Pinnacle Foods annual report")
    answer = await answer_of(synthesiser, question, foods, table(LEDGER))

    assert f"{told} [2]." in answer.partition("\n")[0]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many employees work at the Castellan site?", "Castellan, Spain, Employees: 143 [1]."),
        (
            "What is the floor area of Brightsea?",
            "Brightsea, Portugal, Floor area (m²): 7250 m² [1].",
        ),
        ("In which country is Aldmoor?", "Aldmoor, Country: Ireland [1]."),
    ],
)
async def test_a_row_of_a_list_is_found_by_what_it_alone_is_called(
    synthesiser: ExtractiveSynthesiser, question: str, told: str
) -> None:
    answer = await answer_of(synthesiser, question, table(SITES, side=2))

    assert answer.partition("\n")[0] == told


async def test_what_a_table_is_about_and_its_total_answer_together(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    question = "How much electricity was generated in total in 2023?"
    answer = await answer_of(
        synthesiser, question, table(GENERATION, above="Electricity generated")
    )

    assert answer.partition("\n")[0] == "Total (Electricity generated), 2023: 4105 [1]." or (
        answer.startswith("Total, 2023: 4105")
    )


async def test_a_row_is_found_by_its_short_name_in_brackets(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await answer_of(synthesiser, "How many FTE are there?", table(STAFF))

    assert answer.startswith("Staff (FTE), 2024: 4,218 FTE [1].")


async def test_the_rows_of_a_named_ratio_are_both_told(synthesiser: ExtractiveSynthesiser) -> None:
    answer = await answer_of(synthesiser, "What was the gross margin in 2023?", table(INCOME))

    assert answer.startswith("No calculation is made here. This is what was found for it:\n\n")
    assert "Gross profit, 2023: 18,095 [1]." in answer
    assert "Net sales, 2023: 48,210 [1]." in answer


async def test_one_thing_set_against_another_has_both_rows(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    rows = (
        ("", "2023"),
        ("Total current liabilities", "29,441"),
        ("Total liabilities", "41,190"),
    )
    question = "What is current liabilities to total liabilities in 2023?"
    answer = await answer_of(synthesiser, question, table(rows))

    assert "Total current liabilities, 2023: 29,441 [1]." in answer
    assert "Total liabilities, 2023: 41,190 [1]." in answer


async def test_who_has_more_is_answered_with_the_figure_of_each(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    bank = (("", "2024"), ("Employees (FTE)", "2,317"))
    answer = await answer_of(
        synthesiser,
        "Who had more employees, Lumen Bank or Juniper Rail?",
        passage("Lumen Bank is a savings bank.", document="lumen", title="Lumen Bank"),
        table(STAFF, document="juniper", title="Juniper Rail"),
        table(bank, document="lumen", title="Lumen Bank"),
    )

    assert "Lumen Bank: Employees (FTE), 2024: 2,317 FTE [3]." in answer
    assert "Juniper Rail: Staff (FTE), 2024: 4,218 FTE [2]." in answer


async def test_a_report_without_the_row_that_others_have_is_named(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await answer_of(
        synthesiser,
        "Compare the total liabilities of Acme and Bolt.",
        table((("", "2024"), ("Total liabilities", "120")), document="acme", title="Acme"),
        table((("", "2024"), ("Trains", "12")), document="bolt", title="Bolt"),
    )

    assert answer.startswith("No row that says this was found for: Bolt.\n\n")
    assert "Total liabilities, 2024: 120 [1]." in answer


async def test_what_is_there_is_not_what_was_there_at_the_beginning(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    rows = (
        ("", "2024"),
        ("Cash, including restricted, at beginning of year", "8,104"),
        ("Cash, including restricted, at end of year", "14,647"),
    )
    answer = await answer_of(synthesiser, "How much cash was there in 2024?", table(rows))

    assert answer.startswith("Cash, including restricted, at end of year, 2024: 14,647 [1].")


async def test_what_is_owed_is_not_what_was_repaid(synthesiser: ExtractiveSynthesiser) -> None:
    flows = (("", "2024"), ("Repayments of long-term debt", "(94)"))
    owed = (("", "2024"), ("Long-term debt, excluding current portion", "6,692"))
    answer = await answer_of(
        synthesiser, "What is the long-term debt?", table(flows), table(owed, page=2)
    )

    assert answer.startswith("Long-term debt, excluding current portion, 2024: 6,692 [2].")


async def test_a_heading_is_no_answer(synthesiser: ExtractiveSynthesiser) -> None:
    answer = await answer_of(
        synthesiser,
        "What drove the change in accounting?",
        passage("Change in Accounting Principle"),
        evidence="strong",
    )

    assert "Principle [1]" not in answer


async def test_a_row_of_dashes_is_not_told(synthesiser: ExtractiveSynthesiser) -> None:
    rows = (("", "2024", "2023"), ("Goodwill", "—", "—"), ("Inventories", "12", "11"))
    answer = await answer_of(synthesiser, "What is the goodwill?", table(rows))

    assert "—" not in answer


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How much does the repair of the footbridge cost?", "The work costs £64,000"),
        ("Who voted against opening the library on Saturdays?", "Joan Akers voted against"),
        ("By how much did emissions fall?", "That is 15.5 per cent less than in 2023"),
    ],
)
async def test_the_next_sentence_is_told_where_it_has_what_is_asked_for(
    synthesiser: ExtractiveSynthesiser, question: str, told: str
) -> None:
    answer = await answer_of(synthesiser, question, passage(COUNCIL))

    assert told in answer


async def test_lines_of_a_slide_are_told_apart(synthesiser: ExtractiveSynthesiser) -> None:
    lines = (
        "Outlook 2025\n\nRevenue growth of 3 to 5 % is expected\nCapex is planned at € 110 m\n"
        "A new depot opens in Harlow in June 2025"
    )
    answer = await answer_of(
        synthesiser, "Where is a new depot opened?", passage(lines, file_name="outlook.pptx")
    )

    assert answer == "A new depot opens in Harlow in June 2025 [1]."


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("What was the net profit of Lumen Bank?", "No sentence or row that was found"),
        ("How many branches does Lumen Bank have?", "No sentence or row that was found"),
        ("How many charts does the report of Lumen Bank have?", "Pages, charts and pictures"),
        ("¿Cuántas sucursales tiene Lumen Bank?", "Ninguna frase ni fila"),
    ],
)
async def test_what_is_only_nearest_is_called_so(
    synthesiser: ExtractiveSynthesiser, question: str, lead: str
) -> None:
    bank = passage("Lumen Bank is a savings bank with its head office in Arden.")
    answer = await answer_of(synthesiser, question, bank, evidence="strong")

    assert answer.startswith(lead)
    assert answer.endswith("\n\nLumen Bank is a savings bank with its head office in Arden [1].")
