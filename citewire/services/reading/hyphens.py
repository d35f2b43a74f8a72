"""Words that were divided at the end of a line, put together again."""

import re
from collections.abc import Iterable

from citewire.services.reading.cleaning import LINE_HYPHEN

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SECOND_HALF = re.compile(r"[^\W\d_]+")


class Spellings:
    """What a report writes in one word and what with a hyphen.

    A division shows no difference between `infor-mation` and `high-spending`. The report itself
    tells: what it writes elsewhere in one word or with a hyphen, and whether both halves are
    words in it.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()

    def learn(self, lines: Iterable[str]) -> None:
        """Remember the words of the lines of a page; those divided at a line's end are none."""
        halved = False
        for line in lines:
            words = _WORD.findall(line.lower())
            first_half = bool(_first_half(line))
            self._known.update(words[halved : len(words) - first_half])
            halved = first_half

    def mended(self, above: str, below: str) -> str | None:
        """How `above` ends when its last word goes on in `below`; None if it does not.

        The new ending is without the hyphen where the word is written in one.
        """
        head, second = _first_half(above), _SECOND_HALF.match(below)
        if not head or second is None:
            return None
        tail = second[0]
        if len(head) == len(above) - 1 and tail[0].isupper() and _is_grade(head):
            return None
        joined, hyphened = f"{head}{tail}".lower(), f"{head}-{tail}".lower()
        if tail[0].isupper() or hyphened in self._known:
            keep = True
        elif joined in self._known:
            keep = False
        else:
            keep = {head.lower(), tail.lower()} <= self._known
        return above[:-1] + "-" * keep


def _is_grade(text: str) -> bool:
    """Whether `text` is one capital letter, or the same several times, as grades are: A-, BBB-."""
    return text[0].isupper() and text.count(text[0]) == len(text)


def _first_half(line: str) -> str:
    """The letters before a hyphen at the end of `line`, empty if there are none."""
    if not line.endswith(("-", LINE_HYPHEN)):
        return ""
    # From the end: a search would try again at each letter of an endless word.
    start = len(line) - 1
    while start > 0 and line[start - 1].isalpha():
        start -= 1
    return line[start:-1]
