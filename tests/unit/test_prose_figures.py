"""Figures of sentences: each of its own subject, and gone the way that the sentence says."""

import pytest

from citewire.services.citations.verdicts import judge

DEAL = (
    "The acquisition of Solaris GmbH was completed on 4 May 2022 for a cash consideration of"
    " €310 million. Goodwill of €190 million was recognised."
)
AIR = (
    "Scope 1 emissions fell to 1.2 million tonnes of CO2 in 2023, from 1.5 million tonnes in 2022,"
    " while Scope 2 emissions rose from 0.6 to 0.7 million tonnes."
)
GAINS = (
    "Net loss narrowed to $5 million from $9 million. Unrealized gains were $3 million; realized"
    " gains were $1 million."
)
SALES = (
    "Sales in Germany grew by 4% to €1.2 billion and in France by 2% to €0.8 billion. Sales in"
    " Italy declined 3% to €0.4 billion."
)

QUARTER = (
    "Net sales increased 18.2% to $3.2 billion compared to $2.7 billion in the fourth quarter of"
    " fiscal 2021. Comparable sales increased 15.6% compared to an increase of 21.4%."
)
SHARE = (
    "Diluted earnings per share increased 23.6% to $6.68 compared to $5.41 including a $0.02"
    " benefit due to income tax accounting."
)
RENEWAL = "Our renewal rate was 91% in the U.S. and Canada and 89% worldwide at the end of 2021."


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (QUARTER, "Net sales rose from $2.7 billion to $3.2 billion."),
        (QUARTER, "Net sales were $2.7 billion in the fourth quarter of fiscal 2021."),
        (QUARTER, "Comparable sales grew 15.6%, down from 21.4% growth a year earlier."),
        (SHARE, "Diluted EPS was $6.68, up from $5.41."),
        (SHARE, "Diluted earnings per share increased from $5.41 to $6.68."),
        (RENEWAL, "The renewal rate in the U.S. and Canada was 91%."),
        (RENEWAL, "The renewal rate was 89% worldwide."),
        (DEAL, "Goodwill from the acquisition of Solaris was €190 million."),
        (DEAL, "Solaris GmbH was bought for €310 million."),
        (DEAL, "The purchase price for Solaris was €310 million in cash."),
        (AIR, "Scope 1 emissions declined from 1.5 to 1.2 million tonnes."),
        (AIR, "Scope 2 emissions increased to 0.7 million tonnes in 2023."),
        (GAINS, "The net loss decreased from $9 million to $5 million."),
        (GAINS, "Unrealized gains were $3 million."),
        (GAINS, "Realized gains amounted to $1 million."),
        (SALES, "Sales in France rose 2% to €0.8 billion."),
        (SALES, "Italian sales fell 3%."),
        (SALES, "German sales were €1.2 billion."),
    ],
)
def test_what_is_told_in_other_words_is_supported(passage: str, claim: str) -> None:
    assert judge(claim, [passage]).status == "supported"


@pytest.mark.parametrize(
    ("passage", "claim"),
    [
        (SHARE, "Diluted EPS fell from $6.68 to $5.41."),
        (RENEWAL, "Renewal rates were 91% worldwide."),
        (RENEWAL, "The renewal rate in the U.S. and Canada was 89%."),
        (DEAL, "Goodwill of €310 million was recognised."),
        (DEAL, "Solaris GmbH was acquired for €190 million in May 2022."),
        (DEAL, "Solaris GmbH was sold for €310 million."),
        (AIR, "Scope 1 emissions rose to 1.2 million tonnes in 2023."),
        (AIR, "Scope 2 emissions fell from 0.7 to 0.6 million tonnes."),
        (AIR, "Scope 2 emissions were 1.2 million tonnes in 2023."),
        (GAINS, "Realized gains were $3 million."),
        (GAINS, "The net loss widened to $5 million."),
        (SALES, "Sales in France rose 4% to €0.8 billion."),
        (SALES, "Sales in Italy rose 3% to €0.4 billion."),
        (SALES, "French sales were €1.2 billion."),
    ],
)
def test_what_is_told_of_another_or_went_the_other_way_is_not(passage: str, claim: str) -> None:
    assert judge(claim, [passage]).status == "unsupported"
