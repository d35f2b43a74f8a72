"""Which of the reports at hand a question names."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise

from citewire.services.citations.verdicts.dates import MONTHS
from citewire.services.models.extractive.passages import Passage
from citewire.text.organisations import name_words
from citewire.text.words import fold, is_stop_word, stem, words

_NAME = re.compile(r"(?<![^\W_])[^\W\d_][\w&’'.-]*")
_PAIR = re.compile(r"\b([A-Z][\w&’'-]{1,40}) (?=([A-Z][\w&’'-]{1,40}))")
_SIGNS = re.compile(r"[\W_]+")
_LEAST = 4
"""Letters of a name that is looked for inside other words: `bestbuy_2023.pdf`."""
_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_FIRM = rf"{_CAPITAL}[\w&’'-]{{1,40}}+(?: {_CAPITAL}[\w&’'-]{{0,40}}+){{0,4}}"
_OWNERS = re.compile(
    rf"\b(?:of|at|by|for|did|does|has|do|de|del|tuvo|tiene) (?:the |la |el )?({_FIRM})(?![\w&’'-])"
)
_OWNING = re.compile(rf"(?<![\w&’'-])({_FIRM})(?<=['’]s)(?![\w&’'-])")
_ALIKE = 0.8
"""How alike a misspelt name is to the one that is meant (`difflib`)."""


def reports_named(question: str, passages: Sequence[Passage]) -> list[str]:
    """The documents that words of the question name and others at hand are not named by."""
    documents = {passage.document: passage for passage in passages}
    if len(documents) < 2:
        return []
    spelt = [_SIGNS.sub("", fold(one)) for one in _NAME.findall(question) if not is_stop_word(one)]
    names = {*spelt, *(a + b for a, b in pairwise(spelt))}
    hits = {
        document: {name for name in names if _is_named(name, passage)}
        for document, passage in documents.items()
    }
    for other in _names_of_others(question, passages):
        hits = {document: hit - {other} for document, hit in hits.items()}
    telling = [name for name in names if sum(name in hit for hit in hits.values()) < len(documents)]
    found = {document: len(hit & set(telling)) for document, hit in hits.items()}
    return [document for document, count in found.items() if count]


def _names_of_others(question: str, passages: Sequence[Passage]) -> Iterator[str]:
    """Words that are the end of another name: an invoice of Sundry Foods is none of Acme Foods."""
    for pair in _PAIR.finditer(question):
        first, last = (_SIGNS.sub("", fold(one)) for one in pair.groups())
        if is_stop_word(pair[1]) or any(_is_named(first, passage) for passage in passages):
            continue
        written = fold(f"{pair[1]} {pair[2]}")
        if any(written in fold(passage.text) for passage in passages):
            yield last


def names_of(question: str, passages: Sequence[Passage]) -> frozenset[str]:
    """The stems of names of reports, as they have them and as the question spells them.

    They tell none of the sentences of a report apart.
    """
    spelt = (one for one in _NAME.findall(question) if not is_stop_word(one))
    asked = {stem(one) for one in spelt if any(_is_named_by(one, passage) for passage in passages)}
    told = {
        stem(word)
        for passage in passages
        for word in words(f"{passage.title} {passage.organisation}")
    }
    return frozenset(asked | told)


def _is_named_by(word: str, passage: Passage) -> bool:
    plain = _SIGNS.sub("", fold(word).removesuffix("'s"))
    return len(plain) >= _LEAST and plain in _SIGNS.sub(
        "", fold(f"{passage.file_name} {passage.title} {passage.organisation}")
    )


def _is_named(name: str, passage: Passage) -> bool:
    told = fold(f"{passage.title} {passage.organisation}")
    if name in _SIGNS.split(told):
        return True
    return len(name) >= _LEAST and name in _SIGNS.sub("", fold(passage.file_name))


def firm_unnamed(question: str, passages: Sequence[Passage]) -> str:
    """The firm or body that a question asks about and nothing at hand names; empty if none.

    Where all begins with capitals, or all of it is in capitals, nothing can be told of names.
    """
    plain = [one for one in question.split()[1:] if one[0].isalpha()]
    if 2 * sum(one[0].isupper() for one in plain) > len(plain):
        return ""
    heads = words(" ".join(f"{one.title} {one.organisation} {one.file_name}" for one in passages))
    told = _SIGNS.sub("", fold(" ".join((*heads, *(one.text for one in passages)))))
    for found in (*_OWNERS.finditer(question), *_OWNING.finditer(question)):
        name = found[1].removesuffix("'s").removesuffix("’s")
        parts = [one for one in name_words(name) if not is_stop_word(one)]
        is_name = parts and all(len(one) >= _LEAST and one not in MONTHS for one in parts)
        if not is_name or name.isupper() or any(stem(one) in told for one in parts):
            continue
        if not any(get_close_matches(one, heads, 1, _ALIKE) for one in parts):
            return name
    return ""
