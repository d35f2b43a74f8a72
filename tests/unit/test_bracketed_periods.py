"""Figures of the year before in brackets: `€5.2 million (2018: €4.1 million)`, one of each."""

import pytest

from citewire.services.citations.verdicts import Digest, judge
from tests.doubles.cited_tables import cited

PROFIT = (
    "The Group's profit was €5.2 million (2018: €4.1 million) on revenue of €61.2 million"
    " (2018: €44.4 million)."
)
SERVICES = (
    "Revenue for 2019 was €61.2 million (2018: €44.4 million), of which services were 37%"
    " (2018: 29%)."
)
DUE = (
    "Amounts due to related parties of $200 thousand (December 31, 2018: $169 thousand) are"
    " expenses paid by a related party."
)


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (DUE, "Amounts due to related parties were $169 thousand in 2018."),
        (DUE, "Amounts due to related parties were $200 thousand."),
        (PROFIT, "Profit was €4.1 million in 2018."),
        (PROFIT, "Revenue was €44.4 million in 2018."),
        (PROFIT, "Profit was €5.2 million (2018: €4.1 million)."),
        (PROFIT, "Profit rose from €4.1 million in 2018 to €5.2 million."),
        (SERVICES, "Revenue was €61.2 million in 2019."),
        (SERVICES, "Services were 37% of revenue in 2019."),
        (SERVICES, "Services were 29% in 2018."),
    ],
)
def test_a_figure_of_its_own_period_is_supported(passage: str, claim: str) -> None:
    assert judge(claim, [passage]).status == "supported"


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (DUE, "Amounts due to related parties were $200 thousand in 2018."),
        (DUE, "Amounts due to related parties were $169 thousand in 2019."),
        (PROFIT, "Profit was €5.2 million in 2018."),
        (PROFIT, "Profit was €4.1 million in 2019."),
        (PROFIT, "Revenue was €61.2 million in 2018."),
        (SERVICES, "Revenue was €61.2 million in 2018."),
        (SERVICES, "Services were 37% in 2018."),
        (SERVICES, "Services were 29% in 2019."),
    ],
)
def test_the_figure_of_the_other_period_is_not(passage: str, claim: str) -> None:
    assert judge(claim, [passage]).status == "unsupported"


def test_a_sentence_does_not_hold_what_it_and_the_table_tell_of_another_year() -> None:
    rows = [["", "2019", "2018"], ["Effective income tax rate", "13.0%", "18.3%"]]
    sentence = "The effective income tax rate for 2019 was 13.0% compared to 18.3% for 2018."
    sources: list[str | Digest] = [*(one.digest for one in cited(rows)), sentence]
    assert judge("The effective tax rate was 18.3% in 2019.", sources).status == "unsupported"
    assert judge("The effective tax rate was 13.0% in 2019.", sources).status == "supported"
