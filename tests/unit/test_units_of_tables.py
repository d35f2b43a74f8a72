"""Claims in units of measure beside tables that name theirs: tonnes, MWh, thousands of either."""

import pytest

from tests.doubles.cited_tables import judged


def table(head: str, own: str = "") -> list[list[str]]:
    return [
        [head, "2024", "2023"],
        [f"North Quay{own}", "5,204", "5,098"],
        [f"South Quay{own}", "7,410", "7,650"],
    ]


@pytest.mark.parametrize(
    ("head", "claim"),
    [
        ("(in tonnes)", "North Quay handled 5,204 tonnes in 2024."),
        ("(in tonnes)", "North Quay handled 5.2 thousand tonnes in 2024."),
        ("(in tonnes)", "North Quay handled 106 tonnes more in 2024 than in 2023."),
        ("(in thousands of tonnes)", "North Quay handled 5,204 thousand tonnes in 2024."),
        ("(in thousands of tonnes)", "North Quay handled 5.2 million tonnes in 2024."),
        ("(in thousands of tonnes)", "South Quay fell by 240 thousand tonnes from 2023 to 2024."),
        ("kt", "North Quay handled 5.2 million tonnes in 2024."),
        ("Energy (MWh)", "North Quay used 5,204 MWh in 2024."),
        ("Energy (MWh)", "North Quay used 5.2 GWh in 2024."),
    ],
)
def test_a_figure_in_the_unit_of_its_table_is_supported(head: str, claim: str) -> None:
    assert judged(claim, table(head)).status == "supported"


@pytest.mark.parametrize(
    ("head", "claim"),
    [
        ("(in tonnes)", "North Quay handled 5,204 thousand tonnes in 2024."),
        ("(in tonnes)", "North Quay handled 5,204 kg in 2024."),
        ("(in thousands of tonnes)", "North Quay handled 5,204 tonnes in 2024."),
        ("kt", "North Quay handled 5,204 tonnes in 2024."),
        ("Energy (MWh)", "North Quay used 5,204 GWh in 2024."),
        ("Energy (MWh)", "North Quay used 5,204 kWh in 2024."),
    ],
)
def test_a_figure_in_another_unit_is_not_supported(head: str, claim: str) -> None:
    assert judged(claim, table(head)).status != "supported"


def test_the_unit_of_a_row_counts_more_than_that_of_its_table() -> None:
    rows = table("(in tonnes)", " (kg)")

    assert judged("North Quay handled 5,204 kg in 2024.", rows).status == "supported"
    assert judged("North Quay handled 5,204 tonnes in 2024.", rows).status != "supported"


@pytest.mark.parametrize(
    ("claim", "head", "status"),
    [
        ("There were 1,240 stores in 2022.", "(in millions)", "supported"),
        ("There were 1,240 million stores in 2022.", "(in millions)", "unsupported"),
        ("There were 1,240 thousand stores in 2022.", "(in thousands)", "supported"),
        ("Revenues were $66,608 million in 2022.", "(in millions)", "supported"),
    ],
)
def test_places_are_not_counted_in_the_millions_of_money(
    claim: str, head: str, status: str
) -> None:
    rows = [
        [head, "2022", "2021"],
        ["Revenues", "$66,608", "$62,286"],
        ["Stores", "1,240", "1,215"],
    ]
    assert judged(claim, rows).status == status
