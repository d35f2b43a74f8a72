"""Shares of a whole that is not named, and sums of what several sources or sentences tell."""

import random

import pytest

from citewire.services.citations.judging import check
from tests.doubles.cited_tables import cited, judged

STAFF = [
    ["", "2021", "2020"],
    ["Norway", "192,000", "181,000"],
    ["Sweden", "47,000", "46,000"],
    ["Denmark", "49,000", "46,000"],
    ["Total employees", "288,000", "273,000"],
]
REGIONS = [
    ["", "Norway Operations", "Sweden Operations", "Denmark Operations", "Total"],
    ["2021", "", "", "", ""],
    ["Total revenue", "$141,398", "$27,298", "$27,233", "$195,929"],
    ["Operating income", "4,262", "1,176", "1,270", "6,708"],
    ["2020", "", "", "", ""],
    ["Total revenue", "$122,142", "$22,434", "$22,185", "$166,761"],
    ["Operating income", "3,633", "860", "942", "5,435"],
]
NAMES = ("Oslo", "Bergen", "Bodo", "Voss")
AT_HOME = [
    ["", "Shops at the end of 2023"],
    ["Harbour shops", "958"],
    ["Island shops", "20"],
    ["Total Domestic shops", "978"],
]
ABROAD = [
    ["", "Shops at the end of 2023"],
    ["Canal shops", "127"],
    ["Fjord shops", "33"],
    ["Total International shops", "160"],
]


@pytest.mark.parametrize(
    ("claim", "rows", "formula"),
    [
        ("Two thirds of its employees work in Norway.", STAFF, "192,000 / 288,000"),
        ("About 17% of the employees work in Denmark.", STAFF, "49,000 / 288,000"),
        ("Norway accounted for nearly three quarters of total revenue.", REGIONS,
         "$141,398 / $195,929"),
    ],
)  # fmt: skip
def test_a_share_of_a_whole_that_is_told_as_a_total_is_calculated(
    claim: str, rows: list[list[str]], formula: str
) -> None:
    got = judged(claim, rows)
    assert (got.status, got.method) == ("supported", "calculated")
    assert got.reasons[0] == formula


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("About a quarter of the employees work in Sweden.", STAFF),
        ("Two thirds of its employees work in Denmark.", STAFF),
        ("Three quarters of its employees work in Norway.", STAFF),
        ("Sweden accounted for nearly three quarters of total revenue.", REGIONS),
        ("Norway accounted for nearly half of total revenue.", REGIONS),
    ],
)
def test_a_share_that_does_not_come_out_is_not_supported(claim: str, rows: list[list[str]]) -> None:
    assert judged(claim, rows).status != "supported"


def test_a_part_is_shared_out_of_no_other_rows_total() -> None:
    shuffled = random.Random(7)
    for _ in range(40):
        parts = [shuffled.randint(1_000, 90_000) for _ in range(4)]
        rows = [["", "2023"]]
        rows += [[name, f"{part:,}"] for name, part in zip(NAMES, parts, strict=True)]
        rows.append(["Total crew", f"{sum(parts):,}"])
        share = 100 * parts[1] / sum(parts)
        right = f"{share:.1f}% of the crew works in Bergen."
        wrong = f"{share + shuffled.choice((-9, -3, 4, 11)):.1f}% of the crew works in Bergen."
        assert judged(right, rows).status == "supported", right
        assert judged(wrong, rows).status != "supported", wrong


def test_a_sum_takes_in_figures_of_two_sources_and_names_both() -> None:
    claim = "With 978 Domestic shops and 160 International shops, it had 1,138 shops in total."
    found = check(claim, [*cited(AT_HOME), *cited(ABROAD)], None)

    assert (found.together.status, found.together.method) == ("supported", "calculated")
    [worked] = found.together.calculations
    assert [one.text for one in worked.operands] == ["978", "160"]
    assert worked.operands[0].label.startswith("Total Domestic shops")
    assert worked.operands[1].label.startswith("Total International shops")


@pytest.mark.parametrize("total", ["1,139", "1,178", "2,138", "985"])
def test_a_wrong_sum_of_two_sources_is_not_supported(total: str) -> None:
    claim = f"With 978 Domestic shops and 160 International shops, it had {total} shops in total."
    found = check(claim, [*cited(AT_HOME), *cited(ABROAD)], None)

    assert found.together.status != "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "Together with the 978 Domestic shops, that makes 1,138 shops worldwide.",
        "Together they came to 1,138 shops.",
    ],
)
def test_a_sum_with_parts_of_the_sentence_before_is_left_open(claim: str) -> None:
    found = check(claim, cited(ABROAD), None)

    assert found.together.status == "unchecked"
    assert found.untraced == ()


def test_a_share_of_a_named_total_is_no_share_of_another_row() -> None:
    rows = [
        ["(in thousands)", "2023"],
        ["Salt income", "35,639"],
        ["Cement income", "90,794"],
        ["Total income", "126,433"],
    ]
    # 35,639 / 90,794
    assert (
        judged("Cement income was 39.25% of the total income in 2023.", rows).status != "supported"
    )
    assert (
        judged("Cement income was 71.81% of the total income in 2023.", rows).status == "supported"
    )


def test_all_parts_together_say_nothing_of_one_of_them() -> None:
    rows = [
        ["", "2019"],
        ["Audit fees", "$55,000"],
        ["Tax fees", "$11,000"],
        ["Total fees", "$66,000"],
    ]
    claim = "The percentage of audit fees in total fees in 2019 amounted to {}."
    assert judged(claim.format("100.0%"), rows).status != "supported"
    assert judged(claim.format("83.3%"), rows).status == "supported"


def test_one_of_two_figures_is_not_the_difference_between_them() -> None:
    rows = [["(in millions)", "2024"], ["Textile income", "2,805"], ["Freight income", "12,144"]]
    claim = "The difference between Textile and Freight income was {} million in 2024."
    assert judged(claim.format("12,144"), rows).status != "supported"
    assert judged(claim.format("9,339"), rows).status == "supported"


def test_an_average_over_three_years_is_not_one_of_two() -> None:
    rows = [["", "2022", "2021", "2020"], ["Revenue", "666", "622", "581"]]
    claim = "Revenue averaged {} over the three years."
    assert judged(claim.format("623"), rows).status == "supported"
    assert judged(claim.format("644"), rows).status != "supported"
