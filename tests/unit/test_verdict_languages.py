"""Verdicts on German, French and Spanish claims: their numbers, scales, dates and periods."""

from collections.abc import Sequence

import pytest

from citewire.services.citations.verdicts import judge
from citewire.services.citations.verdicts.claim import read_claim
from citewire.services.citations.verdicts.periods import Period, find_periods
from citewire.services.citations.verdicts.tokens import flatten
from tests.doubles.cited_tables import judged

TABLES = {
    "de": [
        ["(Mio. €)", "2023", "2022"],
        ["Umsatz", "4.200", "3.900"],
        ["EBIT", "480", "520"],
        ["Mitarbeiter", "12.500", "11.900"],
    ],
    "es": [
        ["(millones de euros)", "2023", "2022"],
        ["Ventas", "4.200", "3.900"],
        ["Resultado de explotación", "480", "520"],
        ["Deuda neta", "1.150", "1.320"],
    ],
}


GERMAN = (
    ("in Mio. EUR", "2023", "2022"),
    ("Umsatzerlöse", "1.234,5", "1.100,0"),
    ("Materialaufwand", "(512,4)", "(480,1)"),
    ("Ergebnis nach Steuern", "187,2", "203,9"),
)
FRENCH = (
    ("en M€", "31 décembre 2023", "31 décembre 2022"),
    ("Chiffre d'affaires", "1 234,5", "1 100,0"),
    ("Charges de personnel", "512,4", "480,1"),
    ("Résultat net", "187,2", "203,9"),
)
SPANISH = (
    ("(en miles de euros)", "3T 2023", "3T 2022"),
    ("Ingresos", "1.234.500", "1.100.000"),
    ("Gastos de personal", "512.400", "480.100"),
    ("Resultado neto", "187.200", "203.900"),
)


def _status(claim: str, rows: Sequence[Sequence[str]]) -> str:
    return judged(claim, rows).status


def _read(text: str) -> tuple[list[tuple[float, str]], list[Period]]:
    claim = read_claim(text)
    amounts = [one.readings[0] for one in claim.amounts if not one.is_year]
    periods = [one.period for one in find_periods(flatten(text))]
    return [(one.value, one.kind) for one in amounts], periods


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("Die Umsatzerlöse betrugen 2023 1.234,5 Mio. EUR.", GERMAN),
        ("Die Umsatzerlöse lagen 2023 bei rund 1,23 Mrd. €.", GERMAN),
        ("Der Materialaufwand betrug im Geschäftsjahr 2022 480,1 Mio. €.", GERMAN),
        ("Die Umsatzerlöse stiegen 2023 um 12,2 Prozent.", GERMAN),
        ("Das Ergebnis nach Steuern sank 2023 um 16,7 Mio. EUR.", GERMAN),
        ("Au 31 décembre 2023, le chiffre d'affaires était de 1 234,5 M€.", FRENCH),
        ("Le résultat net de 2022 était de 203,9 millions d'euros.", FRENCH),
        ("Les charges de personnel de 2023 étaient de 512,4 M€.", FRENCH),
        ("Los ingresos del tercer trimestre de 2023 fueron de 1.234,5 millones de euros.", SPANISH),
        ("Los ingresos del 3T 2022 fueron de 1,1 mil millones de euros.", SPANISH),
    ],
)
def test_what_a_table_says_is_supported(claim: str, rows: Sequence[Sequence[str]]) -> None:
    assert _status(claim, rows) == "supported"


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("Die Umsatzerlöse betrugen 2022 1.234,5 Mio. EUR.", GERMAN),
        ("Die Umsatzerlöse betrugen 2023 1.234,5 Mrd. EUR.", GERMAN),
        ("Der Materialaufwand betrug 2023 187,2 Mio. EUR.", GERMAN),
        ("Die Umsatzerlöse stiegen 2023 um 16,2 Prozent.", GERMAN),
        ("Au 31 décembre 2022, le chiffre d'affaires était de 1 234,5 M€.", FRENCH),
        ("Au 31 décembre 2023, le chiffre d'affaires était de 1 234,5 Md€.", FRENCH),
        ("Los ingresos del tercer trimestre de 2022 fueron de 1.234,5 millones.", SPANISH),
        ("Los ingresos del tercer trimestre de 2023 fueron de 1.234,5 mil millones.", SPANISH),
    ],
)
def test_what_it_says_otherwise_is_not(claim: str, rows: Sequence[Sequence[str]]) -> None:
    assert _status(claim, rows) == "unsupported"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("zum 31. Dezember 2023", Period(2023, 12, 31)),
        ("au 31 décembre 2023", Period(2023, 12, 31)),
        ("le 1er août 2023", Period(2023, 8, 1)),
        ("im März 2023", Period(2023, 3)),
        ("im dritten Quartal 2023", Period(2023, part="Q3")),
        ("im 3. Quartal des Geschäftsjahres 2023", Period(2023, part="Q3")),
        ("au troisième trimestre de l'exercice 2023", Period(2023, part="Q3")),
        ("T3 2023", Period(2023, part="Q3")),
        ("en el cuarto trimestre de 2023", Period(2023, part="Q4")),
        ("im ersten Halbjahr 2023", Period(2023, part="H1")),
        ("au second semestre 2023", Period(2023, part="H2")),
        ("S1 2023", Period(2023, part="H1")),
        ("1S 2023", Period(2023, part="H1")),
        ("im Geschäftsjahr 2022/23", Period(2023)),
        ("GJ23", Period(2023)),
    ],
)
def test_periods_are_read_as_periods(text: str, period: Period) -> None:
    assert _read(text) == ([], [period])


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("1.234,5 Mio. EUR", 1.2345e9, "EUR"),
        ("12,3 Mrd. Euro", 1.23e10, "EUR"),
        ("1 234,5 M€", 1.2345e9, "EUR"),
        ("12,3 Md€", 1.23e10, "EUR"),
        ("12,3 milliards d'euros", 1.23e10, "EUR"),
        ("512,4 T€", 512400, "EUR"),
        ("512 TEUR", 512000, "EUR"),
        ("512 Tsd. EUR", 512000, "EUR"),
        ("512 milliers d'euros", 512000, "EUR"),
        ("3,4 mil millones de euros", 3.4e9, "EUR"),
        ("2,3 Prozentpunkte", 2.3, "pp"),
        ("2,3 %-Punkte", 2.3, "pp"),
        ("2,3 points de pourcentage", 2.3, "pp"),
        ("80 points de base", 0.8, "pp"),
    ],
)
def test_numbers_are_read_with_their_scale_and_unit(text: str, value: float, kind: str) -> None:
    ((read, of_kind),), _ = _read(f"Es waren {text}.")

    assert read == pytest.approx(value)
    assert of_kind == kind


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Mehr als 1.200 Menschen kamen.", "Es kamen 1.234 Menschen."),
        ("Rund 1.200 Menschen kamen.", "Es kamen 1.234 Menschen."),
        ("Plus de 1 200 visiteurs sont venus.", "Sont venus 1 234 visiteurs."),
        ("Environ 1 200 visiteurs sont venus.", "Sont venus 1 234 visiteurs."),
        ("Der Umsatz stieg auf 12,3 Mrd. EUR.", "Der Umsatz stieg auf 12.300 Mio. EUR."),
    ],
)
def test_a_number_written_otherwise_is_traced(claim: str, passage: str) -> None:
    told = judge(claim, [passage])

    assert (told.status, told.untraced) == ("supported", ())


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Der Umsatz der Gruppe stieg.", "Der Umsatz der Gruppe sank."),
        ("Le chiffre d'affaires augmente.", "Le chiffre d'affaires recule."),
        ("Die Prüfung fand Fehler.", "Die Prüfung fand keine Fehler."),
    ],
)
def test_the_opposite_is_unsupported(claim: str, passage: str) -> None:
    assert judge(claim, [passage]).status == "unsupported"


def test_the_point_of_a_scale_ends_no_sentence() -> None:
    assert len(read_claim("Der Umsatz lag bei 1.234,5 Mio. EUR im Jahr 2023.").clauses) == 1


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("Das Unternehmen hatte 2023 12.500 Mitarbeiter.", "de"),
        ("Das EBIT sank um 7,7 %.", "de"),
        ("Las ventas crecieron 300 millones de euros en 2023.", "es"),
        ("La deuda neta se redujo un 12,9 % hasta 1.150 millones de euros.", "es"),
    ],
)
def test_tables_in_the_language_of_the_claim_are_calculated_with(claim: str, rows: str) -> None:
    assert judged(claim, TABLES[rows]).status == "supported"


@pytest.mark.parametrize(
    ("claim", "rows"),
    [
        ("Das Unternehmen hatte 2022 12.500 Mitarbeiter.", "de"),
        ("Das EBIT stieg um 7,7 %.", "de"),
        ("La deuda neta aumentó un 12,9 %.", "es"),
        ("El resultado de explotación fue de 480 millones en 2022.", "es"),
    ],
)
def test_wrong_figures_of_tables_in_the_language_of_the_claim_are_not(
    claim: str, rows: str
) -> None:
    assert judged(claim, TABLES[rows]).status == "unsupported"


def test_a_year_in_brackets_behind_a_currency_is_no_amount_of_it() -> None:
    passage = "Der Umsatz stieg 2023 um 8 % auf 4,2 Mrd. € (2022: 3,9 Mrd. €)."
    assert judge("Der Umsatz betrug 2023 4,2 Mrd. €.", [passage]).status == "supported"
    assert judge("Der Umsatz betrug 2022 4,2 Mrd. €.", [passage]).status == "unsupported"
