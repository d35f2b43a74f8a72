"""Which words of a sentence are those of each of its figures, where it tells several.

`Canada had 105 and Mexico 39`, `105 in Canada and 39 in Mexico`: what stands between two figures
is divided at the comma or the "and" between them, so that each has words of its own. Two lists,
`the Southeast and Northeast represent 41% and 15%`, go together item by item. What only says
otherwise how much it is (`$638 million, or 18.2%`, `$5 billion, up 7%`) is of the same.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from citewire.content.table import Span
from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.dates import Date
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.trade_words import named_flat, placed_stems
from citewire.services.citations.verdicts.units import PERCENT, POINTS

LONGEST = 700
"""Characters of a sentence; in longer ones nothing is bound."""

MOST = 24
"""Figures of a sentence."""

_END = re.compile(r"(?<=[\w%)])[.!?](?<![A-Z]\.)(?=\s+[A-ZÀ-Þ\[•·▪◦])|\n\s*\n")
_JOINT = re.compile(
    r"[,;:]|\b(?:and|while|whereas|but|versus|vs|compared|against|than|y|e|mientras|frente|und"
    r"|sowie|gegenuber|wahrend|et|tandis|contre)\b|(?<=[|\d%)])\n"
)
_AND = frozenset("and y e und sowie et".split())
_OR = re.compile(r"(?:\b(?:or|i\.e\.|oder|ou|o|that is|namely|d\.h\.|equal to)|[(=])[\s,]*$")
_PAIRED = re.compile(r"\b(?:respectively|respectivamente|respectivement|jeweils|beziehungsweise)\b")
_DIRECTION = frozenset({"<up>", "<down>", "respect"})
"""Stems of what says how much more or less, and of what; not of what it is."""
_OF_TIME = frozenset(
    "year quarter month week fiscal prior previou period ended end earlier respective".split()
)

Words = dict[str, Span]
"""Stems and where they stand."""


class BoundAmount(NamedTuple):
    """A figure with the words of its own.

    Args:
        amount: the figure.
        near: the words that stand with it.
        words: these, and those of figures that tell of the same.
        group: the number of what it tells of.
        sentence: the number of its sentence.
    """

    amount: Amount
    near: Words
    words: Words
    group: int
    sentence: int


def bind(
    text: str, amounts: Sequence[Amount], aside: Sequence[Span], *, by_line: bool = False
) -> list[BoundAmount]:
    """The figures of a text with their own words; linear in it.

    Args:
        text: as it is written.
        amounts: its figures in order, without years.
        aside: spans of dates and years, whose words are nobody's.
        by_line: whether it is a table, each line with the words of its own figures.
    """
    flat = named_flat(text, flatten(text))
    if by_line:
        return list(_lines(flat, amounts, aside))
    hidden = blanked(flat, aside)
    bound: list[BoundAmount] = []
    starts = [one.start for one in amounts]
    begin = 0
    for number, end in enumerate([*(match.end() for match in _END.finditer(text)), len(flat)]):
        own = amounts[bisect_left(starts, begin) : bisect_left(starts, end)]
        if own and len(own) <= MOST and end - begin <= LONGEST:
            bound += _Sentence(hidden, own, begin, end).bound(len(bound), number)
        begin = end
    return bound


def _lines(flat: str, amounts: Sequence[Amount], aside: Sequence[Span]) -> Iterator[BoundAmount]:
    """The figures of a table with the words of their lines; some lines are one sentence."""
    hidden = blanked(flat, sorted([*aside, *((one.start, one.end) for one in amounts)]))
    starts = [one.start for one in amounts]
    begin = 0
    for number, line in enumerate(hidden.split("\n")):
        end = begin + len(line)
        words = {one.stem: (one.start, one.end) for one in placed_stems(hidden, begin, end)}
        for amount in amounts[bisect_left(starts, begin) : bisect_left(starts, end)]:
            yield BoundAmount(amount, words, words, number, number // MOST)
        begin = end + 1


def spans_of(amounts: Iterable[Amount], dates: Iterable[Date]) -> list[Span]:
    """Where amounts and dates stand, in order."""
    spans = [(one.start, one.end) for one in amounts]
    return sorted([*spans, *((one.start, one.end) for one in dates)])


def blanked(flat: str, spans: Sequence[Span]) -> str:
    """A text with blanks at spans, which are in order."""
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += flat[at:start], " " * (end - max(start, at))
        at = max(at, end)
    return "".join((*parts, flat[at:]))


class _Gap:
    """What stands before the first figure, between two, or after the last one."""

    def __init__(self, flat: str, start: int, end: int) -> None:
        self.text = flat[start:end]
        self.joints = [(start + match.start(), match[0]) for match in _JOINT.finditer(self.text)]
        places = [at for at, _ in self.joints]
        parts: list[Words] = [{} for _ in range(len(places) + 1)]
        for one in placed_stems(flat, start, end):
            if one.stem not in _OF_TIME:
                parts[bisect_left(places, one.start)][one.stem] = (one.start, one.end)
        self.parts = parts

    @property
    def words(self) -> Words:
        """All words."""
        return _joined(self.parts)


class _Sentence:
    def __init__(self, flat: str, amounts: Sequence[Amount], begin: int, end: int) -> None:
        self.amounts = amounts
        self.text = flat[begin:end]
        edges = [begin, *(place for one in amounts for place in (one.start, one.end)), end]
        self.gaps = [
            _Gap(flat, start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)
        ]

    def bound(self, first: int, number: int) -> Iterator[BoundAmount]:
        """The figures, with groups counted from `first` on."""
        near, groups = self._words(), self._groups()
        whole: dict[int, Words] = {}
        for own, group in zip(near, groups, strict=True):
            whole[group] = whole.get(group, {}) | own
        for amount, own, group in zip(self.amounts, near, groups, strict=True):
            yield BoundAmount(amount, own, whole[group], first + group, number)

    def _words(self) -> list[Words]:
        found: list[Words] = [{} for _ in self.amounts]
        for run in self._runs():
            items = self._items(run) if len(run) > 1 else None
            if items is not None:
                for at, item in zip(run, items, strict=True):
                    found[at] |= item
                continue
            before = self._before(run[0])
            after = self._after(run[-1])
            for at in run:
                found[at] |= before
            found[run[-1]] |= after
        return found

    def _runs(self) -> Iterator[list[int]]:
        """Figures with nothing said between them."""
        run = [0]
        for at in range(1, len(self.amounts)):
            if self.gaps[at].words or _OR.search(self.gaps[at].text):
                yield run
                run = []
            run.append(at)
        yield run

    def _before(self, at: int) -> Words:
        """The words before a figure that are its own."""
        gap = self.gaps[at]
        if at == 0:
            return gap.words
        *others, last = gap.parts
        if not others:
            return last
        return _joined(gap.parts) if not others[0] else last if last else {}

    def _after(self, at: int) -> Words:
        """The words after a figure that are its own."""
        gap = self.gaps[at + 1]
        first, *others = gap.parts
        is_last = at + 1 == len(self.amounts)
        if not others or not first:
            return {} if others and not is_last else gap.words
        if not is_last and not gap.parts[-1]:
            return gap.words
        return first

    def _items(self, run: Sequence[int]) -> list[Words] | None:
        """The items of a list before or after a run of figures, as many as these."""
        count = len(run)
        is_list = all(
            {sign for _, sign in self.gaps[at].joints} <= {",", ";", *_AND} and self.gaps[at].joints
            for at in run[1:]
        )
        if not is_list:
            return None
        is_paired = bool(_PAIRED.search(self.text))
        gap = self.gaps[run[0]]
        if items := _list_before(gap, count, is_whole=not is_paired):
            return items
        return _list_after(self.gaps[run[-1] + 1], count) if is_paired else None

    def _groups(self) -> list[int]:
        """The number of what each figure tells of."""
        groups = list(range(len(self.amounts)))
        for at in range(1, len(self.amounts)):
            if self._is_same(at):
                groups[at] = groups[at - 1]
        return groups

    def _is_same(self, at: int) -> bool:
        """Whether a figure says otherwise what the one before it says."""
        gap = self.gaps[at]
        last = gap.parts[-1]
        if _OR.search(gap.text):
            is_unlike = _is_percent(self.amounts[at]) != _is_percent(self.amounts[at - 1])
            return not last and ("(" not in gap.text or is_unlike)
        return bool(last) and last.keys() <= _DIRECTION


def _list_before(gap: _Gap, count: int, *, is_whole: bool) -> list[Words] | None:
    """The last list of so many items in a gap; `is_whole` if nothing else may stand there."""
    for at in range(len(gap.joints) - 1, count - 3, -1):
        if gap.joints[at][1] in _AND and at + 2 - count >= 0:
            items = gap.parts[at + 2 - count : at + 2]
            if all(items) and (not is_whole or len(gap.parts) == count):
                return items
            return None
    return None


def _list_after(gap: _Gap, count: int) -> list[Words] | None:
    signs = [sign for _, sign in gap.joints[: count - 1]]
    if len(signs) < count - 1 or signs[-1] not in _AND or not all(gap.parts[:count]):
        return None
    return gap.parts[:count]


def _is_percent(amount: Amount) -> bool:
    return amount.readings[0].kind in (PERCENT, POINTS)


def _joined(parts: Sequence[Words]) -> Words:
    whole: Words = {}
    for part in parts:
        whole |= part
    return whole
