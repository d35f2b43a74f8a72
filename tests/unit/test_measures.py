"""Units that tables state: read from heads, captions and lines above, told with the figures."""

from dataclasses import replace

import pytest
from llama_index.core.schema import NodeWithScore, TextNode

from citewire.content.table import grid_of
from citewire.content.table_record import TABLE, table_to_json
from citewire.services.models.extractive.figures import FittingRow
from citewire.services.models.extractive.measures import Measure, own_measure, read_measure
from citewire.services.models.extractive.synthesiser import to_passages
from citewire.services.models.extractive.table_sources import table_sources
from citewire.services.models.extractive.telling import row_told


@pytest.mark.parametrize(
    ("stated", "measure"),
    [
        ("in thousand tonnes", Measure("tonnes", scale=1e3)),
        ("thousand TEU", Measure("TEU", scale=1e3)),
        ("€ m", Measure(money="€", scale=1e6)),
        ("In EUR million, unless otherwise stated", Measure(money="EUR", scale=1e6)),
        ("All amounts in USD thousands", Measure(money="USD", scale=1e3)),
        ("£ '000", Measure(money="£", scale=1e3)),
        ("Dollars in thousands", Measure(money="dollars", scale=1e3)),
        ("T€", Measure(money="€", scale=1e3)),
        ("in %", Measure(is_percent=True)),
        ("Answers in per cent of respondents", Measure(is_percent=True)),
        ("bps", Measure("bps")),
        ("l/100 km", Measure("l/100 km")),
        ("t CO2e", Measure("t CO2e")),
        ("€/MWh", Measure("€/MWh")),
        ("USD per share", Measure("USD per share")),
        ("restated", None),
        ("Years ended December 31", None),
        ("Note 5", None),
        ("a", None),
        ("", None),
    ],
)
def test_a_statement_of_a_unit_is_read(stated: str, measure: Measure | None) -> None:
    assert read_measure(stated) == measure


@pytest.mark.parametrize(
    ("label", "measure"),
    [
        ("Staff (FTE)", Measure("FTE")),
        ("Emissions of the fleet, t CO2e", Measure("t CO2e")),
        ("Price\n€/MWh", Measure("€/MWh")),
        ("Deferred tax (asset)", None),
        ("Total, years ended", None),
        ("Goodwill, net", None),
    ],
)
def test_a_head_states_its_unit_in_brackets_below_or_behind_a_comma(
    label: str, measure: Measure | None
) -> None:
    assert own_measure(label) == measure


def told(*rows: tuple[str, ...], above: str = "", unit: str = "", side: int = 1) -> list[str]:
    """Each row of a table as it is told."""
    lines = "".join(f"{line}\n" for line in (above, unit) if line)
    text, table = grid_of(rows, header_rows=1, header_columns=side).written(len(lines))
    if above:
        table = replace(table, caption=(0, len(above)))
    if unit:
        start = len(lines) - len(unit) - 1
        table = replace(table, unit=(start, start + len(unit)))
    node = TextNode(text=lines + text, metadata={TABLE: table_to_json(table)})
    [source] = table_sources(to_passages([NodeWithScore(node=node)]))
    return [
        row_told(FittingRow(source, line, tuple(cells), 1.0, None), spanish=False)
        for line, cells in source.rows.items()
    ]


@pytest.mark.parametrize(
    ("above", "unit"),
    [
        ("Production (thousand tonnes)", ""),
        ("Production, thousand tonnes", ""),
        ("Production", "in thousand tonnes"),
    ],
)
def test_a_unit_of_the_caption_or_of_the_line_above_is_that_of_the_figures(
    above: str, unit: str
) -> None:
    rows = told(("", "2023"), ("Steel", "41"), above=above, unit=unit)

    assert rows == ["Steel, 2023: 41 thousand tonnes"]


def test_rows_have_units_of_their_own_and_no_currency_of_the_table() -> None:
    rows = told(
        ("", "2024"),
        ("Revenue", "812.4"),
        ("Passengers (million)", "61.8"),
        ("Staff (FTE)", "4,218"),
        ("Cost of risk (bps)", "32"),
        ("CET1 ratio (in %)", "15.8"),
        ("Dividend per share", "0.85"),
        ("Dividend per share (USD)", "0.91"),
        ("Number of trains", "318"),
        unit="€ m",
    )

    assert [row.partition(": ")[2] for row in rows] == [
        "€812.4 million",
        "61.8 million",
        "4,218 FTE",
        "32 bps",
        "15.8%",
        "€0.85",
        "0.91 USD",
        "318",
    ]


def test_columns_have_units_of_their_own() -> None:
    rows = told(("Vehicle", "Age (years)", "Fuel (l/100 km)"), ("Vans", "4.6", "9.8"))

    assert rows == ["Vans: Age (years): 4.6 years; Fuel (l/100 km): 9.8 l/100 km"]


def test_a_column_of_units_is_told_with_the_figures_beside_it() -> None:
    rows = told(
        ("", "Unit", "2024"),
        ("Scope 1", "t CO2e", "1,840"),
        ("Women", "%", "38"),
        ("Turnover", "EUR million", "96"),
        side=2,
    )

    assert [row.partition(": ")[2] for row in rows] == ["1,840 t CO2e", "38%", "96 million EUR"]


def test_answers_in_per_cent_are_told_so() -> None:
    rows = told(("", "Agree"), ("My pay is fair", "47"), above="Answers in per cent of respondents")

    assert rows == ["My pay is fair, Agree: 47%"]
