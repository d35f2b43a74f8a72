"""Raised and lowered letters: powers stay with their base, marks of notes stand apart."""

import pytest

from citewire.services.reading.marks import shifted


@pytest.mark.parametrize(
    ("before", "piece", "written"),
    [
        ("12.5", "1", "12.5 [1]"),
        ("$320", "3", "$320 [3]"),
        ("profit 3", "2", "profit 3 [2]"),
        ("(1,234)", "2", "(1,234) [2]"),
        ("5 %", "2", "5 % [2]"),
        ("growth", "3", "growth [3]"),
        ("(restated)", "4", "(restated) [4]"),
        ("(2019-2021)", "2", "(2019-2021) [2]"),
        ("sales.", "1,2", "sales. [1,2]"),
        ("sales", "(a)", "sales [a]"),
        ("sales", "[12]", "sales [12]"),
        ("Table A", "1", "Table A [1]"),
        ("12.5 ", "1", "12.5 [1]"),
        ("", "1", "[1]"),
        ("", "1 ", "[1] "),
        ("10", "6", "10^6"),
        ("10", "1", "10 [1]"),
        ("2010", "6", "2010 [6]"),
        ("1.10", "6", "1.10 [6]"),
        ("10", "−3", "10^−3"),
        ("2", "10", "2^10"),
        ("40 m", "2", "40 m^2"),
        ("9.8 m s", "-2", "9.8 m s^-2"),
        ("x", "2", "x^2"),
        ("x", "n+1", "x^(n+1)"),
        ("(1 + r)", "n", "(1 + r)^n"),
        ("(1 + r)", "2", "(1 + r)^2"),
        ("Ca", "2+", "Ca^2+"),
        ("1", "st", "1st"),
        ("Acme", "TM", "Acme™"),
        ("N", "o", "No"),
        ("M", "me", "Mme"),
        ("au XX", "e", "au XXe"),
        ("12", "m", "12m"),
        ("US$5", "b", "US$5 [b]"),
        ("E=mc", "2", "E=mc^2"),
        ("12.5", "*", "12.5*"),
        ("seen", "as of June", "seen as of June"),
        ("12.5", "", "12.5"),
        ("12.5", " ", "12.5 "),
    ],
)
def test_what_is_raised(before: str, piece: str, written: str) -> None:
    assert before + shifted(before, piece, 1) == written


@pytest.mark.parametrize(
    ("before", "piece", "written"),
    [
        ("CO", "2", "CO2"),
        ("x", "i", "x_i"),
        ("1011", "2", "1011_2"),
        ("1/", "2", "1/2"),
    ],
)
def test_what_is_lowered(before: str, piece: str, written: str) -> None:
    assert before + shifted(before, piece, -1) == written
