"""What the letters of a name stand for, where a source writes the name out before them."""

import re
from collections.abc import Iterator, Sequence

from citewire.services.models.extractive.passages import Passage, Sentence
from citewire.text.words import fold

_ASKS = re.compile(
    r"\bstands? for\b|\bacronym\b|\babbreviation\b|\bmean(?:s|ing)?\b|\bsignifica\b|\bsiglas\b"
)
_LETTERS = re.compile(r"\b[A-Z][A-Z&-]{1,9}\b")
_MOST_WORDS = 10


def written_out(question: str, passages: Sequence[Passage]) -> list[Sentence]:
    """The names of which the question gives the letters, if it asks for them; the first of each."""
    if not _ASKS.search(fold(question)):
        return []
    return [
        name
        for letters in dict.fromkeys(_LETTERS.findall(question))
        if (name := next(_names(letters, passages), None)) is not None
    ]


def _names(letters: str, passages: Sequence[Passage]) -> Iterator[Sentence]:
    for at, passage in enumerate(passages):
        text = " ".join(passage.text.split())
        place = text.find(f"({letters})")
        if place > 0 and (name := _name_before(text[:place].split()[-_MOST_WORDS:], letters)):
            yield Sentence(f"{name} ({letters})", passage.number, 0, place=at)


def _name_before(words: Sequence[str], letters: str) -> str:
    """The shortest run of last words whose initials hold the letters in order, the first first."""
    plain = fold(letters).replace("&", "").replace("-", "")
    for start in range(len(words) - 1, -1, -1):
        run = words[start:]
        initials = "".join(part[0] for word in run for part in fold(word).split("-") if part)
        if initials[:1] == plain[0] and _holds(initials, plain) and run[-1][-1].isalnum():
            return " ".join(run)
    return ""


def _holds(initials: str, letters: str) -> bool:
    rest = iter(initials)
    return all(letter in rest for letter in letters)
