"""Words of a text, made comparable: folded, stemmed, and without those that mean nothing alone."""

import re
import unicodedata
from collections.abc import Iterable

from citewire.text.alphabets import normal_form
from citewire.text.stemming import ALGORITHMS, stem_in, stemmed
from citewire.text.unspaced import MARKS, is_unspaced, pairs

_LETTERS = rf"[^\W\d_]++(?:[{MARKS}]++[^\W\d_]*+)*+"
_MANY_SIGNS = re.compile(r"(\W{4})\W+")
_WORD = re.compile(
    rf"[A-Za-z]++(?![^\W\d_]|['’{MARKS}])"  # nearly every word, found sooner
    rf"|\d+(?:[.,]\d+)*|{_LETTERS}(?:['’]{_LETTERS})?"
)
_SIGNS = re.compile(rf"[^\w{MARKS}]+")
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d]|[.,]\d)")
_SHORT_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-–/]\s?(\d\d)(?!\d)")

# Cut once from the end of a longer word, so that number, gender and tense do not matter. Crude,
# but right for both languages far more often than wrong.
_SUFFIXES = ("ing", "ies", "ed", "es", "as", "os", "s", "y", "e", "a", "o")
_LAST = frozenset(suffix[-1] for suffix in _SUFFIXES)
_STEM_MIN, _STEM_MAX = 4, 7
_FEW_MARKS = 16


def listed(text: str) -> frozenset[str]:
    """The words of `text`, which is a list of them."""
    return frozenset(text.split())


_ENGLISH = listed("""
a about above after again all also am an and any are as at be because been before being below
between both but by can could did do does doing down during each few for from further had has have
having he her here hers him his how i if in into is it its itself just me more most much many my
no nor not now of off on once only or other our out over own please same she should so some such
tell than that the their them then there these they this those through to too under until up us
very was we were what when where which while who whom whose why will with would you your give show
explain describe list according report reports document mention say says using
also know like okay want get see please think
""")

_SPANISH = listed("""
a acerca al algo algun alguna algunas algunos ante antes aquel aquella asi aun aunque bajo bien cada
como con contra cual cuales cuando cuanta cuantas cuanto cuantos de del desde dime donde dos durante
e el ella ellas ellos en entre era eran es esa esas ese eso esos esta estaba estan estas este esto
estos fue fueron ha habia hace hacia han hasta hay informe informes la las le les lo los mas me mi
mientras mucho muy ni nos o otra otras otro otros para pero por porque que quien quienes se segun
ser si sido sin sino sobre son su sus tal tambien tan tanto tenia tiene tienen todo todos tras tu un
una unas uno unos y ya yo dice dicen explica muestra
""")

STOP_WORDS = _ENGLISH | _SPANISH

_SPANISH_ONLY = (_SPANISH - _ENGLISH) | {"cual", "que", "no"}
_ENGLISH_ONLY = _ENGLISH - _SPANISH


def fold(text: str) -> str:
    """`text` in lower case and without accents."""
    if text.isascii():  # nearly every word
        return text.lower()
    parts = normal_form("NFKD", text.lower().replace("’", "'"))
    marks = [sign for sign in set(parts) if unicodedata.combining(sign)]
    if len(marks) > _FEW_MARKS:
        return "".join([sign for sign in parts if not unicodedata.combining(sign)])
    for mark in marks:  # far quicker for the few that a language has
        parts = parts.replace(mark, "")
    return parts


def words(text: str) -> list[str]:
    """The words as they are written; of scripts without spaces, and of Korean, pairs of signs."""
    written: list[str] = _WORD.findall(text)
    if not is_unspaced(text):
        return written
    return [part for word in written for part in (pairs(word) if is_unspaced(word) else (word,))]


def _folded(text: str) -> list[str]:
    """Its words, folded."""
    if text.isascii():  # all of them at once
        return words(text.lower())
    return list(map(fold, words(text)))


def with_few_signs(text: str) -> str:
    """`text` with no more than four signs or spaces in a row."""
    return _MANY_SIGNS.sub(r"\1", text)


def is_stop_word(word: str) -> bool:
    """Whether `word` says nothing alone, in English or Spanish."""
    return _says_nothing(fold(word))


def _says_nothing(folded: str) -> bool:
    return folded in STOP_WORDS or ("'" in folded and folded.partition("'")[0] in STOP_WORDS)


def stem(word: str) -> str:
    """What the forms of one word share."""
    return _stem(fold(word))


def _stem(word: str) -> str:
    folded = word.removesuffix("'s")
    if folded[:1].isdigit() or len(folded) <= _STEM_MIN:
        return folded
    if folded[-1] in _LAST:
        for suffix in _SUFFIXES:
            if folded.endswith(suffix) and len(folded) - len(suffix) >= _STEM_MIN:
                folded = folded[: -len(suffix)]
                break
    return folded[:_STEM_MAX]


def stems(text: str) -> list[str]:
    """The stems of the words that mean something alone."""
    return [_stem(word) for word in _folded(text) if not _says_nothing(word)]


def search_terms(text: str, language: str = "") -> list[str]:
    """The stems of `text` as they are indexed, in its order.

    Signs within a word, at which Redis would cut it in two, are underscores.

    Args:
        text: of a passage, or what its document is called.
        language: of the document, by its code (ISO 639-1).
    """
    if language not in ALGORITHMS:
        return list(map(_term, stems(text)))
    told = (word for word in words(text) if not is_stop_word(word))
    return [_term(fold(stem_in(word, language))) for word in told]


def sought_terms(text: str, languages: Iterable[str] = ()) -> list[str]:
    """The stems that `text` is searched for by: those that its words have in any language.

    Args:
        text: a question, or words of one.
        languages: of the documents that are searched, by their codes.
    """
    several = stemmed(languages)
    if not several:
        return list(dict.fromkeys(map(_term, stems(text))))
    found: dict[str, None] = {}
    for word, folded in zip(words(text), _folded(text), strict=True):
        if not _says_nothing(folded):
            found[_term(_stem(folded))] = None
            for language in several:
                found[_term(fold(stem_in(word, language)))] = None
    return list(found)


def _term(stem: str) -> str:
    return stem if stem.isalnum() else _SIGNS.sub("_", stem)


def years(text: str) -> frozenset[str]:
    """Years with four digits; of a pair such as 2015-16 both."""
    found = set(_YEAR.findall(text))
    for first, second in _SHORT_YEARS.findall(text):
        if 0 <= int(second) - int(first[2:]) <= 1:
            found |= {first, first[:2] + second}
    return frozenset(found)


def is_spanish(text: str) -> bool:
    """Whether `text` reads more like Spanish than like English."""
    if "¿" in text or "¡" in text:
        return True
    folded = _folded(text)
    spanish = sum(word in _SPANISH_ONLY for word in folded)
    return spanish > sum(word in _ENGLISH_ONLY for word in folded)
