"""The words by which chats are found: any script, accents folded, nothing that a query could mean.

Redis folds no accents and does not cut Chinese, so both are done here, alike for what is kept and
what is looked for: letters and digits form words, a Chinese, Japanese or Korean character is a word
of its own, and so is a symbol such as an emoji.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from citewire.text.alphabets import normal_form

# Chinese, Japanese, Korean, Thai, Lao, Burmese and Khmer are written without spaces or inflected by
# what is appended.
_SINGLE = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1780-\u17d3\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Signs that belong to the letter before them; for `re` they are not part of a word.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0f71-\u0f84\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
)
_WORD = re.compile(
    rf"(?P<single>[{_SINGLE}])|(?P<word>[^\W{_SINGLE}](?:[^\W{_SINGLE}]|[{_MARKS}])*)|(?P<sign>[^\w\s])"
)
_ASCII = re.compile(r"\w+", re.ASCII)
LONGEST_WORD = 64
"""Characters of a word that count; Redis keeps each in memory."""
SEARCHED_CHARS = 20_000
"""Characters of a message that are searched: more than a model says or a person asks."""


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word, and where it stands in its text.

    Args:
        text: as it is kept and looked for.
        start: of the word in the text.
        end: of the word in the text.
        is_whole: it is a character of its own, which is the beginning of nothing.
        follows: it stands right behind another such character: 港口 is looked for as both in a row.
    """

    text: str
    start: int
    end: int
    is_whole: bool
    follows: bool


def find_words(text: str) -> Iterator[Word]:
    """The words of `text` in their order, without punctuation."""
    last = -1
    for found in _WORD.finditer(text):
        kind = found.lastgroup
        if folded := _folded(kind, found.group()):
            follows = kind == "single" and found.start() == last
            yield Word(folded, found.start(), found.end(), kind != "word", follows)
            last = found.end() if kind == "single" else -1


def find_runs(words: Iterable[Word]) -> list[list[Word]]:
    """What is looked for: single words, and characters that stand in a row, as in 港口."""
    runs: list[list[Word]] = []
    for word in words:
        if word.follows and runs:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def searchable(text: str) -> str:
    """The words of `text` as Redis indexes them; quick, for it is done for each answer."""
    text = text[:SEARCHED_CHARS]
    if text.isascii():
        return " ".join([word[:LONGEST_WORD] for word in _ASCII.findall(text.lower())])
    words = [_folded(found.lastgroup, found.group()) for found in _WORD.finditer(text)]
    return " ".join([word for word in words if word])


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """Without case, accents and typographic forms."""
    if word.isascii():
        return word.lower()
    plain = normal_form("NFKD", word.casefold())
    kept = "".join([c for c in plain if not unicodedata.combining(c)])
    return "".join([c for c in kept.casefold() if c.isalnum() or c == "_" or not c.isascii()])


def _folded(kind: str | None, raw: str) -> str:
    if kind == "word":
        return fold(raw)[:LONGEST_WORD]
    return raw if kind == "single" or unicodedata.category(raw) == "So" else ""
