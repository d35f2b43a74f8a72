"""Words in all alphabets, and the stems that documents are found by."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewire.text.stemming import ALGORITHMS, LONGEST, stem_in, stemmed
from citewire.text.unspaced import pairs
from citewire.text.words import search_terms, sought_terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("总收入增长", ["总收", "收入", "入增", "增长"]),
        ("使用AI技术开发", ["使用", "AI", "技术", "术开", "开发"]),
        ("売上", ["売上"]),
        ("ｶﾞｽ代", ["ｶﾞ", "ﾞｽ", "ｽ代"]),
        ("매출액은", ["매출", "출액", "액은"]),
        ("ที่ดิน", ["ที่ดิ", "ดิน"]),
        ("รายได้ปี 2566", ["รา", "าย", "ยไ", "ได้", "ด้ปี", "2566"]),
    ],
)
def test_what_is_written_without_spaces_is_told_in_pairs(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("text", ["résumé", "हिन्दी", "தமிழ்", "עִבְרִית", "العَرَبِيَّة"])
def test_marks_do_not_cut_a_word(text: str) -> None:
    assert words(unicodedata.normalize("NFD", text)) == [unicodedata.normalize("NFD", text)]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("de", "Umsatzerlöse", "Umsatzerlös"),
        ("de", "Häuser", "Haus"),
        ("es", "aumentó", "aumentaron"),
        ("fr", "l’entreprise", "Entreprises"),
        ("it", "dell'impresa", "imprese"),
        ("pt", "operações", "operação"),
        ("ru", "компаний", "компании"),
    ],
)
def test_forms_of_a_word_have_one_stem_in_its_language(language: str, one: str, other: str) -> None:
    assert search_terms(one, language) == search_terms(other, language)


def test_english_and_languages_without_a_stemmer_are_stemmed_as_before() -> None:
    assert search_terms("Receivables rose", "en") == search_terms("Receivables rose")
    assert search_terms("Receivables rose", "xx") == search_terms("Receivables rose")


def test_one_language_of_each_stemmer_is_searched_in() -> None:
    assert stemmed(["nb", "no", "en", "und", "de"]) == ("de", "no")


def test_very_long_words_are_not_stemmed() -> None:
    assert stem_in("a" * (LONGEST + 1) + "en", "de").endswith("en")


@given(st.text(max_size=60), st.sampled_from(sorted(ALGORITHMS)))
def test_a_text_is_found_by_its_own_words(text: str, language: str) -> None:
    assert set(search_terms(text, language)) <= set(sought_terms(text, (language,)))
    assert set(search_terms(text)) <= set(sought_terms(text, (language,)))


@given(st.text(max_size=30))
def test_pairs_lose_no_sign(text: str) -> None:
    for word in words(text):
        assert set("".join(pairs(word))) == set(word)
