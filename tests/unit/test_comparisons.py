"""Who has more than whom, and from what to what between which years."""

import pytest

from tests.doubles.cited_tables import judged

STAFF = [["", "Employees"], ["Germany", "1,204"], ["France", "873"], ["Spain", "455"]]
AREAS = [
    ["(in millions)", "Domestic", "International", "Total"],
    ["Revenue", "$42,794", "$3,504", "$46,298"],
    ["Operating income", "1,634", "161", "1,795"],
]
YEARS = [
    ["", "2023", "2022", "2021"],
    ["Net sales", "$46,298", "$51,761", "$47,262"],
    ["Diluted earnings per share", "$6.29", "$9.84", "$6.84"],
]


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("France has 418 more employees than Spain.", STAFF),
        ("Spain has 418 fewer employees than France.", STAFF),
        ("Germany has 37.9% more employees than France.", STAFF),
        ("Domestic revenue was $39,290 million higher than international revenue.", AREAS),
        ("International revenue was $39,290 million lower than domestic revenue.", AREAS),
        ("Net sales in 2023 were $5,463 lower than in 2022.", YEARS),
        ("Net sales grew by $4,499 between 2021 and 2022.", YEARS),
        ("Diluted EPS fell from $9.84 to $6.29 between 2022 and 2023.", YEARS),
    ],
)
def test_what_compares_rightly_is_supported(claim: str, rows: list[list[str]]) -> None:
    assert judged(claim, rows).status == "supported"


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("Spain has 418 more employees than France.", STAFF),
        ("France has 418 fewer employees than Spain.", STAFF),
        ("Domestic revenue was $39,290 million lower than international revenue.", AREAS),
        ("Net sales in 2023 were $5,463 higher than in 2022.", YEARS),
        ("Net sales grew by $4,499 between 2022 and 2023.", YEARS),
        ("Diluted EPS rose from $6.29 to $9.84 between 2022 and 2023.", YEARS),
        ("From 2022 to 2023 diluted EPS rose from $6.29 to $9.84.", YEARS),
        ("Diluted EPS rose from $6.29 to $9.84.", YEARS),
    ],
)
def test_what_compares_the_other_way_round_is_not(claim: str, rows: list[list[str]]) -> None:
    assert judged(claim, rows).status == "unsupported"
