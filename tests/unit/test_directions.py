"""A change that a claim tells of goes the way that its cell says."""

import pytest

from tests.doubles.cited_tables import judged

SEGMENTS = [
    ["(Millions)", "2022", "2021", "% Change"],
    ["Consumer", "21,004", "17,000", "24 %"],
    ["Commercial", "9,912", "8,124", "22"],
    ["Network", "780", "1,000", "(22.0)"],
]
"""Each change comes out of the figures of its row."""
ALONE = [
    ["", "Growth"],
    ["Harbour fees", "14 %"],
    ["Ferry fares", "(9) %"],
    ["Licences", "3 %"],
]
"""Nothing but changes, of which some fell."""
UNSIGNED = [["", "Change"], ["Harbour fees", "14 %"], ["Ferry fares", "9 %"]]
WORSE = [
    ["(Millions)", "2022", "2021", "% better/(worse)"],
    ["Fuel", "1,220", "1,000", "(22) %"],
    ["Wages", "450", "500", "10 %"],
]
TURNED = [["", "2022", "2021", "Increase (decrease)"], ["Crew", "88", "100", "(12)"]]


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("Revenues of the commercial segment fell by 22%.", SEGMENTS),
        ("Commercial revenues fell in 2022 by about 22%.", SEGMENTS),
        ("There was a 22% year-over-year decline in commercial revenues.", SEGMENTS),
        ("Commercial revenues were down 22%.", SEGMENTS),
        ("Network revenues rose 22% in 2022.", SEGMENTS),
        ("Consumer revenues rose 24% while commercial revenues fell 22%.", SEGMENTS),
        ("Los ingresos de Commercial cayeron un 22 %.", SEGMENTS),
        ("Ferry fares grew by 9%.", ALONE),
        ("Harbour fees declined 14%.", ALONE),
        ("The crew increased by 12 in 2022.", TURNED),
    ],
)
def test_a_change_the_other_way_is_not_supported(claim: str, rows: list[list[str]]) -> None:
    assert judged(claim, rows).status == "unsupported"


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("Revenues of the commercial segment rose by 22%.", SEGMENTS),
        ("Network revenues fell 22% in 2022.", SEGMENTS),
        ("Commercial revenues rose 22% while network revenues fell 22.0%.", SEGMENTS),
        ("Ferry fares fell by 9%.", ALONE),
        ("Harbour fees grew 14%.", ALONE),
        ("The crew decreased by 12 in 2022.", TURNED),
        ("Fuel rose 22% in 2022.", WORSE),
        ("Wages fell 10% in 2022.", WORSE),
        ("Harbour fees rose 14%.", UNSIGNED),
        ("Commercial revenues changed by 22%.", SEGMENTS),
    ],
)
def test_a_change_that_its_cell_does_not_deny_is_supported(
    claim: str, rows: list[list[str]]
) -> None:
    assert judged(claim, rows).status == "supported"


def test_a_fall_beside_a_change_without_any_sign_is_unchecked() -> None:
    got = judged("Harbour fees fell 14%.", UNSIGNED)
    assert got.status == "unchecked"
    assert got.against.code == "direction_untold"


def test_a_change_in_per_cent_is_no_share_of_another_cell() -> None:
    rows = [["", "2020", "2019"]]
    rows += [["Timber income", "35,603", "67,177"], ["Copper income", "5,923", "43,259"]]
    got = judged("Timber income fell by 64.40% from 2019 to 2020.", rows)
    assert got.status != "supported"  # 43,259 / 67,177


LOSSES = [
    ["(in millions)", "2022", "2021"],
    ["Gross profit (loss)", "$1,205", "$(310)"],
    ["Interest income (expense), net", "(25)", "(31)"],
    ["Income tax benefit (expense)", "(140)", "12"],
    ["Net income (loss)", "(5,053)", "4,290"],
]


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("Net income was $5,053 million in 2022.", "unsupported"),
        ("Gross profit was $310 million in 2021.", "unsupported"),
        ("The net loss was $5,053 million in 2022.", "supported"),
        ("Net income was -$5,053 million in 2022.", "supported"),
        ("Net income was negative at $5,053 million in 2022.", "supported"),
        ("Net income was $4,290 million in 2021.", "supported"),
        ("Net interest expense was $25 million in 2022.", "supported"),
        ("The income tax expense was $140 million in 2022.", "supported"),
    ],
)
def test_a_loss_is_no_profit(claim: str, status: str) -> None:
    assert judged(claim, LOSSES).status == status
