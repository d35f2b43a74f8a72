"""Raised and lowered letters: powers stay with their base, marks of notes stand apart."""

import pytest

from citewire.services.reading.marks import in_line, reads_like_note, shifted


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
        ("sales", "(a)(b)", "sales [a,b]"),
        ("sales", "[12]", "sales [12]"),
        ("sales", "[note 1]", "sales [note 1]"),
        ("sales", "1.", "sales [1]."),
        ("(", "1", "([1]"),
        ("Table A", "1", "Table A [1]"),
        ("Class A", "2", "Class A [2]"),
        ("12.5 ", "1", "12.5 [1]"),
        ("", "1", "[1]"),
        ("", "1 ", "[1] "),
        ("", "a", "[a]"),
        ("as restated in", "2", "as restated in [2]"),
        ("£12.5m", "2", "£12.5m [2]"),
        ("£ m", "2", "£ m [2]"),
        ("US$5", "b", "US$5 [b]"),
        ("12.5", "p", "12.5 [p]"),
        ("2023", "e", "2023 [e]"),
        ("87", "ab", "87 [ab]"),
        ("$10", "6", "$10 [6]"),
        ("FY10", "2", "FY10 [2]"),
        ("10", "1,2", "10 [1,2]"),
        ("10", "2–4", "10 [2–4]"),
        ("10", "45", "10 [45]"),
        ("Scope 2", "10", "Scope 2 [10]"),
        ("12", "2023", "12 2023"),
        ("12", "new", "12 new"),
    ],
)
def test_marks_of_notes_stand_apart(before: str, piece: str, written: str) -> None:
    assert before + shifted(before, piece) == written


@pytest.mark.parametrize(
    ("before", "piece", "written"),
    [
        ("10", "6", "10^6"),
        ("10", "1", "10 [1]"),
        ("2010", "6", "2010 [6]"),
        ("1.10", "6", "1.10 [6]"),
        ("10", "−3", "10^−3"),
        ("10", "− 3", "10^−3"),
        ("3 × 10", "38", "3 × 10^38"),
        ("2", "10", "2^10"),
        ("2", "n", "2^n"),
        ("2", "n+1", "2^(n+1)"),
        ("40 m", "2", "40 m^2"),
        ("(m", "2", "(m^2"),
        ("$5/m", "2", "$5/m^2"),
        ("12 in", "2", "12 in^2"),
        ("9.8 m s", "-2", "9.8 m s^-2"),
        ("x", "2", "x^2"),
        ("x", "n+1", "x^(n+1)"),
        ("2x", "2", "2x^2"),
        ("R", "2", "R^2"),
        ("(1 + r)", "n", "(1 + r)^n"),
        ("(1 + r)", "2", "(1 + r)^2"),
        ("(−1)", "n+1", "(−1)^(n+1)"),
        ("f(x)", "−1", "f(x)^−1"),
        ("Ca", "2+", "Ca^2+"),
        ("SO4", "2−", "SO4^2−"),
        ("E=mc", "2", "E=mc^2"),
    ],
)
def test_exponents_keep_to_their_base(before: str, piece: str, written: str) -> None:
    assert before + shifted(before, piece) == written


@pytest.mark.parametrize(
    ("before", "piece", "written"),
    [
        ("1", "st", "1st"),
        ("n", "th", "nth"),
        ("Acme", "TM", "Acme™"),
        ("Acme", "tm", "Acme™"),
        ("N", "o", "No"),
        ("N", "°", "N°"),
        ("M", "me", "Mme"),
        ("Mc", "Neil", "McNeil"),
        ("au XX", "e", "au XXe"),
        ("12", "m", "12m"),
        ("12", "%", "12%"),
        ("$5", "B", "$5B"),
        ("$9", ".99", "$9.99"),
        ("3.5", "x", "3.5x"),
        ("12.5", "*", "12.5*"),
        ("65", "+", "65+"),
        ("10", "1/2", "10 1/2"),
        ("Cloud", "beta", "Cloud beta"),
        ("seen", "as of June", "seen as of June"),
        ("320", "all of this", "320 all of this"),
        ("12.5", "", "12.5"),
        ("12.5", " ", "12.5 "),
    ],
)
def test_what_only_looks_better_raised_stays(before: str, piece: str, written: str) -> None:
    assert before + shifted(before, piece) == written


@pytest.mark.parametrize(
    ("before", "piece", "after", "written"),
    [
        ("12.5", "1", "million", "12.5 [1] million"),
        ("12.5", "1", " million", "12.5 [1] million"),
        ("12.5", "1 ", "million", "12.5 [1] million"),
        ("sales", "1", "$5", "sales [1] $5"),
        ("sales", "1", ".", "sales [1]."),
        ("about 3", "1", "/2 in", "about 3 1/2 in"),
        ("", "1", "⁄4 cup", "1⁄4 cup"),
        ("sales", "1", "/costs", "sales [1]/costs"),
        ("Cloud", "beta", "is", "Cloud beta is"),
    ],
)
def test_what_follows_counts(before: str, piece: str, after: str, written: str) -> None:
    assert before + shifted(before, piece, after) + after == written


@pytest.mark.parametrize(
    ("before", "piece", "written"),
    [
        ("CO", "2", "CO2"),
        ("x", "i", "x_i"),
        ("1011", "2", "1011_2"),
        ("12", "a", "12_a"),
        ("12", ",", "12,"),
        ("1/", "2", "1/2"),
    ],
)
def test_what_is_lowered(before: str, piece: str, written: str) -> None:
    assert before + shifted(before, piece, lowered=True) == written


@pytest.mark.parametrize("before", ["7", "12.5", "1,234", "(5)", "2024", "£3", "10", "2", "12 m"])
@pytest.mark.parametrize("lowered", [False, True])
@pytest.mark.parametrize("after", ["", "4", " 4", "million"])
def test_no_figure_becomes_another(before: str, lowered: bool, after: str) -> None:
    for piece in ("1", "4", "12", "1 2", "1,2", "2a", ",5", ".5", "½", "1.5", "n1", "١"):
        written = shifted(before, piece, after, lowered=lowered)

        assert not before[-1].isdigit() or not written[0].isdigit(), piece
        assert not (before[-1].isdigit() and written[0] in ".,"), piece
        assert after != "4" or not written[-1].isdigit(), piece


def test_the_pieces_of_a_line() -> None:
    pieces = [("Up 12.5", 0), ("1", 30), ("2", 30), ("million, 3", 0), ("1", 1), ("/", 0)]
    more = [("2", -1), (" of CO", 0), ("2", -9), ("", 0)]

    assert in_line([*pieces, *more]) == "Up 12.5 [12] million, 3 1/2 of CO2"


@pytest.mark.parametrize("text", ["1", "(a)", "(a)(b)", "1,2", "iv", "12a", "1†"])
def test_what_reads_like_a_note(text: str) -> None:
    assert reads_like_note(text)


@pytest.mark.parametrize("text", ["*", "tax", "1 2", "1234", "", "1,2,3,4,5,6,7"])
def test_what_reads_like_none(text: str) -> None:
    assert not reads_like_note(text)
