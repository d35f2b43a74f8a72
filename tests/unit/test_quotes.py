"""Quotes: the words of a passage that carry a claim, and where quoted words stand."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewire.services.citations.fuzzy import closest
from citewire.services.citations.locating import FoundQuote
from citewire.services.citations.quotes import PassageText, locate, supporting_quote
from citewire.services.citations.units import units_of

PASSAGE = (
    "Net sales increased by 12.5% to $1,234.5 million in 2023, driven by dis-\ncount stores.\n"
    "Operating income fell because of U.S. tariffs. The \ufb01rst \u201coffice\u201d opened in  "
    "May.\n\nRegion | 2023 | 2022\nEurope | 41 | 33\nAsia | 12 | 9"
)
WORDS = "ships carry grain to the harbour of 1,234 big towns in 2023 and 45 % of oil".split()
LETTERS = st.text(alphabet="ab 1.,-\n\u00ad\ufb01é漢\u201c|", max_size=60)


def quote_of(claim: str, passage: str = PASSAGE) -> str:
    return supporting_quote(claim, PassageText(passage)).text


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Sales rose 12.5% in 2023 [1].", PASSAGE[:86]),
        ("Tariffs reduced the operating income [2]", PASSAGE[87:133]),
        ("In Asia there were 12", "Asia | 12 | 9"),
        ("Europe had 41 offices, Asia 12", "Europe | 41 | 33\nAsia | 12 | 9"),
        ("The weather was fine", ""),
        ("", ""),
        ("[1]", ""),
        ("of the", ""),
    ],
)
def test_the_quote_is_the_shortest_that_carries_the_claim(claim: str, quote: str) -> None:
    assert quote_of(claim) == quote


@pytest.mark.parametrize(
    "extract",
    ["Operating income fell because of U.S. tariffs.", "driven by dis-\ncount stores", "Asia | 12"],
)
def test_a_verbatim_extract_is_its_own_quote(extract: str) -> None:
    found = supporting_quote(extract, PassageText(PASSAGE))

    assert (found.text, found.match) == (extract, "exact")


def test_an_extract_on_one_line_finds_its_broken_lines() -> None:
    assert quote_of("Sales driven by discount stores.\n").endswith("dis-\ncount stores.")
    assert quote_of("driven by discount stores. [3]") == "driven by dis-\ncount stores."


def test_references_of_the_passage_itself_are_no_markers() -> None:
    text = "It grew (Ferrara, 2022[25]). Others fell. Trade shrank [7] in 2021, it says."

    assert quote_of("It grew (Ferrara, 2022[25]). [1]", text) == "It grew (Ferrara, 2022[25])."
    assert quote_of("Trade shrank [7] in 2021, it says[2].", text) == text[42:]


@pytest.mark.parametrize(
    ("claim", "match"),
    [
        ("They say that 'income fell because of U.S. tariffs'", "exact"),
        ("They say that \u201cthe first 'office' opened in May\u201d here", "normalised"),
        ('They say "operating incomes fell becuase of U.S. tariffs"', "fuzzy"),
    ],
)
def test_words_in_quotation_marks_are_in_the_quote(claim: str, match: str) -> None:
    found = supporting_quote(claim, PassageText(PASSAGE))

    assert found.match == match
    assert found.text.endswith(("tariffs.", "May."))


def test_quotes_are_found_in_other_languages() -> None:
    text = (
        "Das Ergebnis sank. Der Umsatz stieg 2023 auf 41,5 Millionen Euro. 港口去年接待了四百艘船。"
    )

    assert quote_of("Umsatz 2023: 41,5", text) == "Der Umsatz stieg 2023 auf 41,5 Millionen Euro."
    assert quote_of("去年接待了船", text) == "港口去年接待了四百艘船。"


@pytest.mark.parametrize(
    ("quote", "found", "match"),
    [
        ("Operating income", "Operating income", "exact"),
        ("operating  INCOME fell", "Operating income fell", "normalised"),
        ("by discount stores", "by dis-\ncount stores", "normalised"),
        ('the first "office"', "The \ufb01rst \u201coffice\u201d", "normalised"),
        ("Operating incme fell because", "Operating income fell because", "fuzzy"),
        ("Europe 41 33", "Europe | 41 | 33", "normalised"),
        ("sales increased by 13.5% to $1,234.5 million", "", "none"),
        ("2.5% to", "", "none"),
        ("5 million", "", "none"),
        ("3 22", "", "none"),
        ("...", "", "none"),
        ("A sentence that nobody wrote", "", "none"),
    ],
)
def test_words_are_located(quote: str, found: str, match: str) -> None:
    place = locate(quote, PASSAGE)

    assert (place.text, place.match) == (found, match)


def test_whole_words_come_before_parts_of_others() -> None:
    assert locate("art", "A part of the art.").start == 14
    assert locate("par", "A part of it.") == FoundQuote(2, 5, "par", "normalised")


@given(st.lists(st.sampled_from(WORDS), min_size=3, max_size=30), st.data())
def test_any_run_of_words_is_found_where_it_stands(written: list[str], data: st.DataObject) -> None:
    text = " ".join(written)
    first = data.draw(st.integers(0, len(written) - 1))
    last = data.draw(st.integers(first, len(written) - 1))
    quote = " ".join(written[first : last + 1])
    place = locate(quote, text)

    assert (place.text, place.match) == (quote, "exact")


@given(st.lists(st.sampled_from(WORDS), min_size=3, max_size=30))
def test_line_breaks_and_compatible_letters_do_not_matter(written: list[str]) -> None:
    text = "\n".join(["first", *written]).replace("fi", "\ufb01")
    decomposed = unicodedata.normalize("NFD", " \u00ad ".join(["first", *written]))

    assert locate(decomposed, text).text == text


@given(LETTERS, LETTERS)
def test_what_is_found_is_a_piece_of_the_text(quote: str, text: str) -> None:
    place = locate(quote, text)
    supported = supporting_quote(quote, PassageText(text))

    for found in (place, supported):
        assert found.text == text[found.start : found.end]
        assert (found.match == "none") == (found.text == "")


@given(st.text(alphabet="ab .!?\n•-|漢。1", max_size=200))
def test_units_hold_all_that_is_written_in_order(text: str) -> None:
    covered = [place for start, end in units_of(text) for place in range(start, end)]

    assert covered == sorted(set(covered))
    assert {n for n, c in enumerate(text) if not c.isspace()} <= set(covered)


def edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for count, a in enumerate(one, start=1):
        above, row = row, [count]
        for n, b in enumerate(other):
            row.append(min(above[n + 1] + 1, row[n] + 1, above[n] + (a != b)))
    return row[-1]


@given(st.text(alphabet="abc", min_size=1, max_size=6), st.text(alphabet="abc", max_size=9))
def test_the_closest_place_has_the_fewest_edits(pattern: str, text: str) -> None:
    ends = range(len(text) + 1)
    fewest = min(edits(pattern, text[a:b]) for b in ends for a in range(b + 1))
    found = closest(pattern, text, len(pattern) - 1)

    if found is None:
        assert fewest == len(pattern)
    else:
        assert edits(pattern, text[slice(*found)]) == fewest


def test_the_row_of_a_figure_is_its_quote_and_not_the_head_with_the_date() -> None:
    text = (
        "Balance sheets\n | August 29, 2021 | August 30, 2020\nASSETS\nCash | 11,258 | 12,277\n"
        "Receivables | 1,803 | 1,550\nTOTAL ASSETS | $ 59,268 | $ 55,556"
    )

    quote = supporting_quote("Total assets, August 29, 2021: $59,268 million", PassageText(text))

    assert quote.text == "TOTAL ASSETS | $ 59,268 | $ 55,556"
