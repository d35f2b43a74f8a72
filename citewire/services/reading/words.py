"""Words that were divided at the end of a line, put together again."""

import re
from collections.abc import Iterable

from citewire.services.reading.text import LINE_HYPHEN

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_FIRST_HALF = re.compile(rf"([^\W\d_]+)[{LINE_HYPHEN}-]$")
_SECOND_HALF = re.compile(r"[^\W\d_]+")


class Words:
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
            first_half = _FIRST_HALF.search(line) is not None
            self._known.update(words[halved : len(words) - first_half])
            halved = first_half

    def mended(self, above: str, below: str) -> str | None:
        """How `above` ends when its last word goes on in `below`; None if it does not.

        The new ending is without the hyphen where the word is written in one.
        """
        first, second = _FIRST_HALF.search(above), _SECOND_HALF.match(below)
        if first is None or second is None:
            return None
        head, tail = first[1], second[0]
        joined, hyphened = f"{head}{tail}".lower(), f"{head}-{tail}".lower()
        if tail[0].isupper() or hyphened in self._known:
            keep = True
        elif joined in self._known:
            keep = False
        else:
            keep = {head.lower(), tail.lower()} <= self._known
        return above[:-1] + "-" * keep
