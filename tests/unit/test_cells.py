"""Figures of claims beside the cells of tables: held, another's, of another scale, calculated."""

import random

import pytest

from citewire.services.citations.judging import check
from citewire.services.citations.verdicts import digest, judge
from citewire.services.citations.verdicts.cell_findings import cells_for
from tests.doubles.cited_tables import cited, judged

INCOME = [
    ["(in millions, except per share)", "2023", "2022", "2021"],
    ["Net sales", "$46,298", "$51,761", "$47,262"],
    ["Cost of sales", "36,386", "40,121", "36,689"],
    ["Gross profit", "9,912", "11,640", "10,573"],
    ["Interest expense", "(35)", "(25)", "(52)"],
    ["Net earnings", "$1,419", "$2,454", "$1,798"],
    ["Diluted earnings per share", "$6.29", "$9.84", "$6.84"],
    ["Gross profit rate", "21.4%", "22.5%", "22.4%"],
]
ASSETS = [
    ["", "January 28, 2023", "January 29, 2022"],
    ["Cash and cash equivalents", "$1,874", "$2,936"],
    ["Receivables, net", "1,141", "1,042"],
    ["Total current assets", "8,802", "10,539"],
    ["Total assets", "$15,803", "$17,504"],
    ["Total liabilities", "13,008", "14,484"],
]
QUARTERS = [
    ["€m", "Q1", "Q2", "Q3", "Q4"],
    ["Revenue", "1,010", "1,220", "1,330", "1,440"],
    ["Operating profit", "101", "122", "133", "99"],
]


def _status(claim: str, passage: str, about: str = "") -> str:
    return judge(claim, [digest(passage, about=about)]).status


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("Net sales were $46,298 million in 2023.", INCOME),
        ("Net sales were $46.3 billion in fiscal 2023.", INCOME),
        ("In FY22 the net sales amounted to 51.8 billion dollars.", INCOME),
        ("Diluted earnings per share were $6.29 in 2023.", INCOME),
        ("The gross profit rate was 22.5% in 2022.", INCOME),
        ("Interest expense was $35 million in 2023.", INCOME),
        ("Net sales fell from $51,761 million in 2022 to $46,298 million in 2023.", INCOME),
        ("Revenue was €1,330 million in Q3.", QUARTERS),
        ("Revenue in the third quarter was €1.33 billion.", QUARTERS),
    ],
)
def test_a_figure_of_the_row_and_column_that_is_meant_is_supported(
    claim: str, rows: list[list[str]]
) -> None:
    assert judged(claim, rows).status == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "Cash and cash equivalents were $1,874 million on January 28, 2023.",
        "The company had $1.874 billion of cash and cash equivalents on January 28, 2023.",
        "Cash and cash equivalents fell from $2,936 million to $1,874 million.",
        "Cash and cash equivalents fell by $1,062 million.",
        "Total liabilities were $13,008 million in fiscal 2023.",
    ],
)
def test_a_balance_sheet_is_read_under_its_unit_line(claim: str) -> None:
    assert judged(claim, ASSETS, "Balance sheets ($ in millions)").status == "supported"


@pytest.mark.parametrize(
    ("claim", "method"),
    [
        ("Net sales were $51,761 million in 2023.", "cell"),
        ("Net earnings were $9,912 million in 2023.", "cell"),
        ("Net sales were $46,298 billion in 2023.", "cell"),
        ("Net sales were $46,298 thousand in 2023.", "cell"),
        ("Diluted earnings per share were $9.84 in 2023.", "cell"),
        ("Net sales were $46,398 million in 2023.", "numbers"),
    ],
)
def test_a_figure_of_another_cell_or_scale_is_not(claim: str, method: str) -> None:
    got = judged(claim, INCOME)
    assert (got.status, got.method) == ("unsupported", method)
    assert got.untraced


def test_says_which_cell_has_the_figure_and_which_is_meant() -> None:
    (source,) = cited(INCOME)
    checked = check("Net sales were $51,761 million in 2023.", [source], None)
    message = str(*checked.messages)
    assert "(Net sales, 2022: $51,761)" in message
    assert "the claim means Net sales, 2023: $46,298" in message
    assert checked.together.reason == message


@pytest.mark.parametrize(
    ("claim", "formula"),
    [
        ("Net sales changed by -10.6% from 2022 to 2023.", "($46,298 − $51,761) / $51,761"),
        ("Net sales decreased by 10.6% in 2023.", "($46,298 − $51,761) / $51,761"),
        ("The change in net earnings from 2022 to 2023 was -$1,035 million.", "$1,419 − $2,454"),
        ("Average net earnings for 2022 and 2023 were $1,936.5 million.", "($2,454 + $1,419) / 2"),
        ("The ratio of cost of sales to net sales was 0.79 in 2023.", "36,386 / $46,298"),
    ],
)
def test_what_is_not_stated_is_calculated(claim: str, formula: str) -> None:
    (source,) = cited(INCOME)
    verification = check(claim, [source], None).together
    assert (verification.status, verification.method) == ("supported", "calculated")
    (worked,) = verification.calculations
    assert worked.formula == formula
    cells = [INCOME[one.row or 0][one.column or 0] for one in worked.operands]
    assert cells == [one.text for one in worked.operands]
    assert cells == [source.text[one.start : one.end] for one in worked.operands]
    assert {one.passage_id for one in worked.operands} == {source.passage_id}


@pytest.mark.parametrize(
    "claim",
    [
        "The change in net sales from 2022 to 2023 was 10.6%.",
        "The change in net earnings from 2022 to 2023 was $1,035 million.",
        "Net sales decreased by 12.6% in 2023.",
        "Average net earnings for 2022 and 2023 were $1,736.5 million.",
    ],
)
def test_what_is_calculated_wrongly_or_with_the_sign_turned_is_unsupported(claim: str) -> None:
    assert judged(claim, INCOME).status == "unsupported"


def test_random_tables_and_statements() -> None:
    chance = random.Random(17)
    names = "Freight Harbour Storage Timber Cement Copper Textile Salt".split()
    for _ in range(60):
        word, factor = chance.choice([("thousand", 1e3), ("million", 1e6)])
        figures = chance.sample(range(1_001, 99_999), 2 * len(names))
        rows = [[f"(in {word}s)", "2023", "2022"]]
        rows += [
            [f"{name} income", f"{new:,}", f"{old:,}"]
            for name, new, old in zip(names, figures[::2], figures[1::2], strict=True)
        ]
        at = chance.randrange(len(names))
        new, old = figures[2 * at], figures[2 * at + 1]
        said = f"{names[at]} income was {{}} in 2023."
        other = figures[2 * ((at + 1) % len(names))]
        wrong = "billion" if factor == 1e6 else "million"
        assert judged(said.format(f"{new:,} {word}"), rows).status == "supported"
        assert judged(said.format(f"{old:,} {word}"), rows).status == "unsupported"
        assert judged(said.format(f"{other:,} {word}"), rows).status == "unsupported"
        assert judged(said.format(f"{new:,} {wrong}"), rows).status == "unsupported"
        change = f"{names[at]} income changed by {{:.2f}}% from 2022 to 2023."
        share = 100 * (new - old) / old
        assert judged(change.format(share), rows).status == "supported"
        assert judged(change.format(share * 1.2 + 1), rows).status == "unsupported"


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (
            "Brightmoor's cash and cash equivalents were $1,874 million on May 28, 2023.",
            "supported",
        ),
        ("Cash and cash equivalents fell by $1,062 million.", "supported"),
        (
            "Brightmoor's cash and cash equivalents were $2,936 million on May 28, 2023.",
            "unsupported",
        ),
        (
            "Northfield's cash and cash equivalents were $1,874 million on May 28, 2023.",
            "unsupported",
        ),
        ("Cash and cash equivalents were €1,874 million on May 28, 2023.", "unsupported"),
    ],
)
def test_lines_below_periods_are_read_as_a_table(claim: str, status: str) -> None:
    passage = (
        "Cash and cash equivalents were as follows ($ in millions):\n\n"
        "May 28, 2023 May 29, 2022\n\nCash and cash equivalents $ 1,874 $ 2,936\n\n"
        "The decrease was primarily driven by share repurchases."
    )
    assert _status(claim, passage, "BRIGHTMOOR CO., INC.") == status


def test_names_and_the_year_of_a_document_are_those_of_its_title() -> None:
    rows = [["", "Owned", "Leased", "Total"], ["Canada", "89", "16", "105"]]
    (source,) = cited(rows)
    passage = digest(source.text, source.table, "Brightmoor 2021 10-K\nWarehouses operated")
    own = "Brightmoor operated 105 warehouses in Canada at the end of fiscal 2021."
    assert judge(own, [passage]).status == "supported"
    assert judge(own.replace("Brightmoor", "Northfield"), [passage]).status == "unsupported"
    assert judge(own.replace("2021", "2019"), [passage]).status == "unsupported"
    assert judge(own, [digest(source.text, source.table)]).status == "unsupported"


@pytest.mark.parametrize(
    "claim",
    [
        "Total liabilities were $15,803 million on January 28, 2023.",
        "Total liabilities were $28,811 million on January 28, 2023.",
    ],
)
def test_a_row_that_shares_a_word_with_the_one_that_is_meant_is_not_enough(claim: str) -> None:
    rows = [*ASSETS[:5], ["LIABILITIES", "", ""], ["Accounts payable", "5,687", "6,803"]]
    rows.append(["Total liabilities and equity", "28,811", "27,504"])
    got = judged(claim, rows, "Balance sheets ($ in millions)")
    assert got.status != "supported"
    assert "another row" in got.reasons[0]


def test_the_same_row_of_another_period_is_not_the_one_that_is_meant() -> None:
    rows = [
        ["(in millions)", "Europe", "Asia", "Total"],
        ["2022", "", "", ""],
        ["Revenues", "$41,396", "$3,835", "$45,231"],
        ["2021", "", "", ""],
        ["Revenues", "$33,103", "$3,418", "$36,521"],
    ]
    assert judged("Total revenues were $45,231 million in 2022.", rows).status == "supported"
    assert judged("Total revenues were $36,521 million in 2022.", rows).status == "unsupported"


def test_shares_have_a_scale_of_their_own() -> None:
    rows = [
        ["", "2023", "2022"],
        ["Net income", "$1,887.8", "$1,236.4"],
        ["Weighted average shares outstanding", "442,319", "439,606"],
    ]
    caption = "Amounts in millions, shares in thousands, except per share data"
    for claim, status in (
        ("Net income was $1,887.8 million in 2023.", "supported"),
        ("Net income was $1,887.8 thousand in 2023.", "unsupported"),
        ("The weighted average shares outstanding were 442,319 thousand in 2023.", "supported"),
        ("The weighted average shares outstanding were 442,319 million in 2023.", "unsupported"),
    ):
        assert judged(claim, rows, caption).status == status, claim


def test_what_an_amount_is_compared_with_is_of_another_period() -> None:
    for claim, status in (
        ("In 2023 net sales declined to $46,298 million from $51,761 million.", "supported"),
        ("In 2023 net sales declined to $51,761 million from $46,298 million.", "unsupported"),
        ("Net sales fell from $51,761 million to $46,298 million.", "supported"),
        ("Net sales rose from $51,761 million to $46,298 million.", "unsupported"),
        ("Net sales fell by 10.6% in 2023.", "supported"),
        ("Net sales rose by 10.6% in 2023.", "unsupported"),
    ):
        assert judged(claim, INCOME).status == status, claim


PLANTS = [
    ["(in thousands)", "2023", "2022"],
    ["Finished goods:", "", ""],
    ["Northern plants", "12,406", "11,017"],
    ["Southern plants", "7,951", "8,264"],
    ["Islands", "3,313", "3,106"],
    ["Depreciation expense", "(21,387)", "(28,237)"],
    ["Accounts payable", "(18,668)", "(9,166)"],
]


@pytest.mark.parametrize(
    ("claim", "formula"),
    [
        ("The total of finished goods was 23,670 thousand in 2023.", "12,406 + 7,951 + 3,313"),
        ("The percentage of the islands in southern plants was 41.67% in 2023.", "3,313 / 7,951"),
        (
            "The average of the northern plants for both years was 11,711.5 thousand.",
            "(12,406 + 11,017) / 2",
        ),
        ("The change in depreciation expense was -6,850 thousand.", "(21,387) − (28,237)"),
        ("Depreciation expense fell by 6,850 thousand in 2023.", "(21,387) − (28,237)"),
        ("Accounts payable changed by 103.67% in 2023.", "((18,668) − (9,166)) / (9,166)"),
    ],
)
def test_figures_of_groups_and_costs_are_calculated(claim: str, formula: str) -> None:
    (source,) = cited(PLANTS)
    verification = check(claim, [source], None).together
    assert verification.status == "supported"
    assert sorted(verification.calculations[0].formula) == sorted(formula)


@pytest.mark.parametrize(
    "claim",
    [
        "The total of finished goods was 23,760 thousand in 2023.",
        "The percentage of the islands in southern plants was 43.67% in 2023.",
        "The change in depreciation expense was 6,850 thousand.",
        "Depreciation expense rose by 6,850 thousand in 2023.",
        "Accounts payable changed by -103.67% in 2023.",
        "The total of the southern plants was 12,406 thousand in 2023.",
    ],
)
def test_what_does_not_come_out_is_unsupported(claim: str) -> None:
    assert judged(claim, PLANTS).status == "unsupported"


SPOKEN = (
    "Depreciation expense on property, including assets of U.S. leases, totaled $290.2 million in"
    " 2019, $239.6 million in 2018 and $190.4 million in 2017. The effective tax rates were 13.0%,"
    " 18.3% and 21.4% for 2019, 2018 and 2017, respectively."
)


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("Depreciation expense totaled $239.6 million in 2018.", "supported"),
        ("Depreciation expense totaled $239.6 million in 2019.", "unsupported"),
        ("The effective tax rate was 18.3% in 2018.", "supported"),
        ("The effective tax rate was 18.3% in 2017.", "unsupported"),
        ("Depreciation expense totaled $720.2 million from 2017 to 2019.", "supported"),
        ("Depreciation expense totaled $702.2 million from 2017 to 2019.", "unsupported"),
        ("Depreciation expense rose by 21.1% in 2019.", "supported"),
        ("Depreciation expense fell by 21.1% in 2019.", "unsupported"),
    ],
)
def test_sentences_tell_which_figure_is_of_which_period(claim: str, status: str) -> None:
    assert _status(claim, SPOKEN) == status


def test_a_model_is_given_the_cells_that_a_claim_may_speak_of() -> None:
    (source,) = cited(INCOME)
    cells = cells_for("Net sales were $46,298 million in 2023.", source.digest)
    assert "Net sales, 2023: $46,298" in cells
    assert "Net sales, 2022: $51,761" in cells
    assert cells_for("The stores were open.", source.digest) == []


BALANCE = [
    ["US$'000", "2019", "2018"],
    ["Total current assets", "121,041", "73,202"],
    ["Total assets", "383,665", "336,032"],
    ["Total current liabilities", "154,619", "90,392"],
    ["Total liabilities", "155,521", "92,364"],
    ["Total equity", "228,144", "243,668"],
]
ADOPTION = [
    ["(in millions)", "As reported", "Balances without adoption of the standard", "Effect"],
    ["Accounts receivable", "$708", "$657", "$51"],
    ["Total assets", "$15,938", "$15,824", "$114"],
]
SPREAD = [
    ["", "Fiscal Year 2018", "", "Fiscal Year 2017", ""],
    ["", "Net sales", "% of Total", "Net sales", "% of Total"],
    ["APAC", "$479,987", "40.0%", "$288,764", "38.1%"],
    ["EMEA", "277,898", "23.1%", "237,437", "31.4%"],
]
NOTES = [
    ["(in millions)", "2019", "2018"],
    ["Apple Inc. (“Apple”)", "32%", "36%"],
    ["Huawei Technologies Co., Ltd. (“Huawei”)", "13%", "8%"],
]


@pytest.mark.parametrize(
    ("claim", "rows", "formula"),
    [
        ("The current ratio was 0.78 in 2019.", BALANCE, "121,041 / 154,619"),
        ("The debt-to-asset ratio in 2018 was 0.27.", BALANCE, "92,364 / 336,032"),
        ("The liabilities to equity ratio was 68.2% in 2019.", BALANCE, "155,521 / 228,144"),
        (
            "Total assets increased by 0.72% after the adoption.",
            ADOPTION,
            "($15,938 − $15,824) / $15,824",
        ),
        (
            "The change in the percentage of sales of APAC between 2017 and 2018 was 1.9%.",
            SPREAD,
            "40.0% − 38.1%",
        ),
        ("Apple and Huawei together were 45% in 2019.", NOTES, "32% + 13%"),
    ],
)
def test_what_has_a_name_or_stands_below_a_wide_head_is_calculated(
    claim: str, rows: list[list[str]], formula: str
) -> None:
    got = judged(claim, rows)
    assert (got.status, got.method) == ("supported", "calculated")
    assert got.reasons[0] == formula


@pytest.mark.parametrize(
    "claim",
    [
        "The difference between average gross profit and average net sales was $31 million.",
        "The change in the sales of stores from 2022 to 2023 was 3.7%.",
        "The ratio of interest to employees was 0.41 in 2023.",
    ],
)
def test_a_calculation_of_untold_figures_is_unchecked_and_not_warned_of(claim: str) -> None:
    got = judged(claim, INCOME)
    assert (got.status, got.method, got.untraced) == ("unchecked", "calculated", ())
    assert "does not say of which figures" in str(got.against)


@pytest.mark.parametrize(
    "claim",
    [
        "Net sales were $46,398 million in 2023.",
        "Total net sales were $46,398 million in 2023.",
        "Net sales decreased by 12.6% in 2023.",
        "The ratio of cost of sales to net sales was 0.89 in 2023.",
        "The difference between the averages was $31 million for Northfield Ltd.",
    ],
)
def test_a_wrong_figure_of_told_ones_stays_unsupported(claim: str) -> None:
    assert judged(claim, INCOME).status == "unsupported"


def test_notes_with_a_rate_in_their_name_are_no_percentages() -> None:
    rows = [["(in millions)", "2019"], ["6.50% Senior Notes", "$424.0"], ["Other notes", "$99.2"]]
    assert judged("The 6.50% Senior Notes were $424.0 million in 2019.", rows).status == "supported"


DEBT = [
    ["", "December 31, 2019", "December 31, 2019", "December 31, 2018", "December 31, 2018"],
    ["(In millions)", "Carrying amount", "Fair value", "Carrying amount", "Fair value"],
    ["Term loan", "$223.8", "$221.5", "$222.2", "$220.7"],
    ["Total debt", "$3,774.4", "$4,073.9", "$3,474.2", "$3,535.1"],
]
DUE = [
    ["(In thousands)", "Total", "2020", "2021-2022", "Thereafter"],
    ["Operating leases", "$19,437", "$4,143", "$7,111", "$8,183"],
    ["Capital leases", "65", "27", "38", "—"],
]


@pytest.mark.parametrize(
    ("claim", "rows", "status"),
    [
        ("The fair value of total debt in 2019 was $4,073.9 million.", DEBT, "supported"),
        ("The fair value of total debt in 2019 was $3,774.4 million.", DEBT, "unsupported"),
        ("The carrying amount of the total debt in 2018 was $3,474.2 million.", DEBT, "supported"),
        (
            "The carrying amount of the total debt in 2018 was $3,535.1 million.",
            DEBT,
            "unsupported",
        ),
        ("Operating leases due in 2020 were $4,143 thousand.", DUE, "supported"),
        ("Operating leases due in 2020 were $19,437 thousand.", DUE, "unsupported"),
        ("In total operating leases of $19,437 thousand were due.", DUE, "supported"),
    ],
)
def test_of_columns_side_by_side_the_one_that_is_named_is_meant(
    claim: str, rows: list[list[str]], status: str
) -> None:
    assert judged(claim, rows).status == status
