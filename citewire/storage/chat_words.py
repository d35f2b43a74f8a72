"""The words by which chats are found: any script, accents folded, nothing that a query could mean.

Redis folds no accents and does not cut Chinese, so both are done here, alike for what is kept and
what is looked for: letters and digits form words, a Chinese, Japanese or Korean character is a word
of its own, and so is a symbol such as an emoji.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

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
LONGEST_WORD = 64
"""Characters of a word that count; Redis keeps each in memory."""


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
        kind, raw = found.lastgroup, found.group()
        if kind == "sign" and unicodedata.category(raw) != "So":
            continue
        folded = fold(raw)[:LONGEST_WORD] if kind == "word" else raw
        if folded:
            follows = kind == "single" and found.start() == last
            yield Word(folded, found.start(), found.end(), kind != "word", follows)
        last = found.end() if kind == "single" else -1


def fold(word: str) -> str:
    """Without case, accents and typographic forms."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c for c in kept.casefold() if c.isalnum() or c == "_" or not c.isascii())


def searchable(text: str) -> str:
    """The words of `text` as Redis indexes them."""
    return " ".join(word.text for word in find_words(text))
