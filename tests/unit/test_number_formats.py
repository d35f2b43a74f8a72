"""Figures as sheets show them."""

import pytest

from citewire.services.reading.number_formats import shown

ACCOUNTS = '_(* #,##0_);_(* (#,##0);_(* "-"??_);_(@_)'
STEPS = '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0'


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("0.1234", "0.0%", "12.3%"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("-5", "#,##0;(#,##0)", "(5)"),
        ("-1234.5", "$#,##0.00_);[Red]($#,##0.00)", "($1,234.50)"),
        ("-1234", ACCOUNTS, "(1,234)"),
        ("0", ACCOUNTS, "-"),
        ("1234.5", "_-[$€-407]* #,##0.00_-", "€1,234.50"),
        ("1234567", '#,##0.0,,"M"', "1.2M"),
        ("1500000", STEPS, "1.5M"),
        ("1500", STEPS, "1.5K"),
        ("-15", STEPS, "-15"),
        ("-12", "[<0](0);0", "(12)"),
        ("-12", "[<0]0;0", "-12"),
        ("12", "000000", "000012"),
        ("5551234", "000-0000", "555-1234"),
        ("0.5", "# ?/?", "1/2"),
        ("2.25", "# ??/??", "2 1/4"),
        ("0.333", "??/??", "1/3"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("9.999", "0.0E+0", "1.0E+1"),
        ("0.00012", "0.0E-00", "1.2E-04"),
        (".5", "#.##", ".5"),
        ("5", '0" units"', "5 units"),
        ("5", 'General" kg"', "5 kg"),
        ("12", '"FY"0', "FY12"),
        ("5", ";;;", ""),
        ("1e300", "0", "1" + "0" * 300),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: str, code: str, expected: str) -> None:
    assert shown(value, code) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2.5", "3"), ("-2.5", "-3"), ("0.5", "1"), ("1.4999999999999", "1")],
)
def test_halves_are_rounded_away_from_zero(value: str, expected: str) -> None:
    assert shown(value, "0") == expected
    assert shown("1.005", "0.00") == "1.01"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.30000000000000004", "0.3"),
        ("12.0", "12"),
        ("-0.0", "0"),
        ("1e-7", "0.0000001"),
        ("1E+25", "1E+25"),
        ("123456789012", "123456789012"),
    ],
)
def test_a_number_without_a_format_has_all_its_digits(value: str, expected: str) -> None:
    assert shown(value, "") == shown(value, "General") == expected


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("45382", "yyyy-mm-dd", "2024-03-31"),
        ("45382.75", "d/m/yy h:mm AM/PM", "31/3/24 6:00 PM"),
        ("1234.5", "[$-409]mmm d, yyyy", "May 18, 1903"),
        ("45382", "dddd d mmmm yyyy", "Sunday 31 March 2024"),
        ("44197.999999", "yyyy-mm-dd hh:mm", "2021-01-02 00:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("0.5", "h:mm:ss", "12:00:00"),
        # A day has no time, whatever its format asks for; a time of none is midnight.
        ("45382", "yyyy-mm-dd h:mm:ss", "2024-03-31"),
        ("45382", "m/d/yy h:mm AM/PM", "3/31/24"),
        ("45382", 'yyyy-mm-dd"T"hh:mm', "2024-03-31"),
        ("45382", "h:mm dd.mm.yyyy", "31.03.2024"),
        ("45382", "h:mm:ss", "2024-03-31"),
        ("45382", "mmm yyyy", "Mar 2024"),
        ("0", "h:mm:ss", "0:00:00"),
        ("2", "[h]:mm:ss", "48:00:00"),
        ("0.000011574", "mm:ss.0", "00:01.0"),
        ("59", "yyyy-mm-dd", "1900-02-28"),
        ("61", "yyyy-mm-dd", "1900-03-01"),
        ("-1", "yyyy-mm-dd", "-1"),
        ("1e12", "yyyy-mm-dd", "1000000000000"),
    ],
)
def test_a_date_is_shown_as_its_format_says(value: str, code: str, expected: str) -> None:
    assert shown(value, code) == expected


def test_days_may_be_counted_from_1904() -> None:
    assert shown("0", "yyyy-mm-dd", from_1904=True) == "1904-01-01"


def test_text_and_errors_stay_what_they_are() -> None:
    assert shown("#REF!", "0.0") == "#REF!"
    assert shown("North", '0;-0;0;"x "@') == "x North"
    assert shown("nan", "0") == "nan"


@pytest.mark.parametrize("code", ["[", '"', "\\", "0" * 300, "@;@;@;@;@", "#,", "/", "E+", "."])
def test_broken_formats_show_something(code: str) -> None:
    assert shown("1234.5", code)
