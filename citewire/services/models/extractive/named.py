"""Which of the reports at hand a question names."""

import re
from collections.abc import Sequence
from itertools import pairwise

from citewire.services.models.extractive.passages import Passage
from citewire.text.words import fold, is_stop_word, stem, words

_NAME = re.compile(r"(?<![^\W_])[^\W\d_][\w&’'.-]*")
_SIGNS = re.compile(r"[\W_]+")
_LEAST = 4
"""Letters of a name that is looked for inside other words: `bestbuy_2023.pdf`."""


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
    telling = [name for name in names if sum(name in hit for hit in hits.values()) < len(documents)]
    found = {document: len(hit & set(telling)) for document, hit in hits.items()}
    return [document for document, count in found.items() if count]


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
