"""Every entry of a word list can match: its user's tokenizer gives it as it is written."""

import pkgutil
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

import pytest

from citewire.services.citations import verdicts
from citewire.services.citations.verdicts.amounts import NumeralReading
from citewire.services.citations.verdicts.dates import _ORDINALS, MONTHS, find_dates
from citewire.services.citations.verdicts.entities import _LINKS, ALIASES, find_names, forms
from citewire.services.citations.verdicts.numbers import find_amounts
from citewire.services.citations.verdicts.polarity import _NEGATIONS
from citewire.services.citations.verdicts.sides import OPPOSITES, SIDES
from citewire.services.citations.verdicts.tokens import flatten, placed, tokenise
from citewire.services.citations.verdicts.trade_words import _SHORT, placed_stems
from citewire.services.citations.verdicts.units import _UNITS, CURRENCIES, SCALES
from citewire.services.models import extractive
from citewire.services.reading.encoding_guess import EASTERN
from citewire.services.reading.instruction_rules import RULES
from citewire.text import markers, sentences
from citewire.text.words import fold, words
from citewire.workflows import routing
from citewire.workflows.routing import small_talk
from citewire.workflows.screening import rules

Tokenizer = Callable[[str], Sequence[str]]

APART = {
    *("CURRENCIES", "_UNITS", "_STARTS", "_ORDINALS"),  # have a test of their own below
    *("_CODES", "_DOLLARS", "_BARE_KINDS", "OPPOSITES", "_DROPS", "MEASURES"),  # kinds and sides
    *("_LAST", "_BARE", "_MONTHS_OF_PART"),  # letters
    *("_SAID", "_FACTORS", "_WEEKS", "_SPANS"),  # stems; what a pattern finds
    *("_SHORT", "_CALLED", "_STEMS", "_DIRECTION"),  # the same: have a test of their own below
}


def flat_tokens(text: str) -> Sequence[str]:
    return tokenise(flatten(text))


def folded_words(text: str) -> Sequence[str]:
    return [fold(word) for word in words(text)]


def lists_of(name: str, holder: object) -> Iterator[tuple[str, Sequence[str]]]:
    """The sets, tables and lists of words in a module, by name."""
    for own, value in vars(holder).items():
        tables = [value, *value.values()] if isinstance(value, dict) else [value]
        for table in tables:
            is_list = isinstance(table, frozenset | dict | list) and not own.startswith("__")
            if is_list and own not in APART and table:
                entries = [word for key in table for word in (key if type(key) is tuple else [key])]
                if all(isinstance(word, str) for word in entries):
                    yield f"{name}.{own}", entries


def word_lists() -> Iterator[tuple[str, Sequence[str], Tokenizer]]:
    packages = [(verdicts, flat_tokens)]
    packages += [(package, folded_words) for package in (extractive, routing)]
    modules = [(import_module("citewire.text.words"), folded_words)]
    for package, tokenizer in packages:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            modules.append((import_module(found.name), tokenizer))
    for module, tokenizer in modules:
        for name, entries in lists_of(module.__name__, module):
            yield name, entries, tokenizer


LISTS = {name: (entries, tokenizer) for name, entries, tokenizer in word_lists()}


def readings(*texts: str) -> Sequence[NumeralReading]:
    """How the amounts of the texts may be read."""
    flats = [flatten(text) for text in texts]
    found = [find_amounts(placed(tokenise(flat), flat), flat, ()) for flat in flats]
    return [reading for amounts in found for amount in amounts for reading in amount.readings]


@pytest.mark.parametrize("name", LISTS)
def test_the_tokenizer_gives_every_entry_as_it_is_written(name: str) -> None:
    entries, tokenizer = LISTS[name]

    assert [entry for entry in entries if list(tokenizer(entry)) != entry.split(" ")] == []


def test_lists_of_every_kind_are_looked_at() -> None:
    told = {name.removeprefix("citewire.") for name in LISTS}

    assert told >= {
        "services.citations.verdicts.hedges._PAIRS",
        "services.citations.verdicts.polarity._NEGATIONS",
        "services.citations.verdicts.sides.SIDES",
        "text.words.STOP_WORDS",
        "workflows.routing.small_talk._CORES",
        "workflows.routing.followups._CHATTER",
    }


def test_every_currency_is_read_before_or_after_its_number() -> None:
    def kinds(form: str) -> set[str]:
        read = readings(f"{form}7 came", f"{form} 7 came", f"7 {form} came")
        return {reading.kind for reading in read}

    assert [form for form, kind in CURRENCIES.items() if kind not in kinds(form)] == []


def test_every_unit_is_read_after_its_number() -> None:
    def is_read(form: str, kind: str, factor: float) -> bool:
        read = readings(f"7 {form} came", f"7{form} came")
        values = [reading.value for reading in read if reading.kind == kind]
        return any(value == pytest.approx(7 * factor) for value in values)

    assert [
        form for form, (kind, factor) in _UNITS.items() if not is_read(form, kind, factor)
    ] == []


def test_every_scale_is_read_after_its_number() -> None:
    def values(form: str) -> set[float]:
        return {one.value for one in readings(f"7 {form} de barcos", f"$7 {form} came")}

    assert [form for form, scale in SCALES.items() if 7 * scale not in values(form)] == []


def test_everything_that_is_written_short_has_the_words_that_it_stands_for() -> None:
    def stems(text: str) -> set[str]:
        return {one.stem for one in placed_stems(text)}

    assert [form for form, words in _SHORT.items() if stems(form) != stems(words)] == []


def test_every_month_is_read() -> None:
    read = {name: [date.month for date in find_dates(f"on 7 {name} 2023")] for name in MONTHS}

    assert read == {name: [month] for name, month in MONTHS.items()}


def test_every_quarter_is_read() -> None:
    read = {name: [date.part for date in find_dates(f"{name} quarter")] for name in _ORDINALS}

    assert read == {name: [f"Q{number}"] for name, number in _ORDINALS.items()}


def test_every_other_name_of_a_name_is_found() -> None:
    def found(alias: str) -> set[str]:
        written = " ".join(word if word in _LINKS else word.title() for word in alias.split())
        names = [*find_names(f"near {written} it"), *find_names(f"near {alias.upper()} it")]
        return {form for name in names for form in forms(name.parts)}

    assert [alias for alias in ALIASES if alias not in found(alias)] == []


def test_no_word_takes_two_sides_or_negates_besides() -> None:
    assert not _NEGATIONS & set(SIDES)
    assert set(SIDES.values()) == set(OPPOSITES)


def test_no_sentence_ends_with_an_abbreviation() -> None:
    texts = {word: f"It was {word.upper()}. Next came ships." for word in sentences._ABBREVIATIONS}

    assert [word for word, text in texts.items() if len(sentences.split_sentences(text)) > 1] == []


def test_every_word_of_a_marker_is_one_run_of_letters_in_its_normal_form() -> None:
    normal = {word: unicodedata.normalize("NFKC", word).lower() for word in markers._WORDS}

    assert [word for word in normal if markers._LETTERS.findall(normal[word]) != [word]] == []


@pytest.mark.parametrize("module", [rules, small_talk])
def test_patterns_for_folded_text_have_no_accents(module: object) -> None:
    patterns = [one.pattern for one in vars(module).values() if isinstance(one, re.Pattern)]

    assert len(patterns) > 2
    assert [
        sign for sign in "".join(patterns) if sign.isalpha() and fold(sign) != sign.lower()
    ] == []


def test_the_words_that_a_rule_on_instructions_needs_are_in_lower_case() -> None:
    assert [word for needed, _ in RULES for word in needed if word != word.lower()] == []


def test_languages_are_named_as_they_are_told() -> None:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    assert set(LanguageIdentifier.from_pickled_model(MODEL_FILE).nb_classes) >= EASTERN
