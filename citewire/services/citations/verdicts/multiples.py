"""Claims that something doubled or halved, rose or fell to a figure, held against what it was."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from citewire.services.citations.verdicts.amounts import Amount
from citewire.services.citations.verdicts.arithmetic import Operand
from citewire.services.citations.verdicts.cells import CellTrace
from citewire.services.citations.verdicts.digest import Digest
from citewire.services.citations.verdicts.directions import said_direction
from citewire.services.citations.verdicts.from_cells import length_of, time_of
from citewire.services.citations.verdicts.misplaced import compared_with

_TIMES = {
    **dict.fromkeys("doubled duplico duplicaron verdoppelte verdoppelten".split(), 2.0),
    **dict.fromkeys("tripled trebled triplico triplicaron".split(), 3.0),
    **dict.fromkeys("verdreifachte verdreifachten".split(), 3.0),
    "quadrupled": 4.0,
    **dict.fromkeys("halved halbierte halbierten".split(), 0.5),
}
_SAID = re.compile(
    r"\b(?:(?P<hedge>more than|over|nearly|almost|close to|casi|mas que|fast)\s)?"
    rf"(?P<word>{'|'.join(_TIMES)})\b"
)
_NEXT = re.compile(
    r"\s(?:in (?:fiscal )?\d{4}\s)?(?:to|from|a|auf|hasta|de|von|desde)\s"
    r"(?:(?:about|around|almost|some|nearly|over)\s)?[^\w\s]{0,3}"
)
"""Between the word and the figure that something came to, or from."""
_TO_BEFORE = re.compile(r"\b(?:to|a|auf|hasta)\s(?:about\s|around\s)?[^\w\s]{0,3}\s?$")
NEAR = 20
"""Characters before a figure in which it is said that something came to it."""
_TO = frozenset("to a auf hasta".split())
_LEAST, _MOST = 0.87, 1.2
"""What of the multiple it must be at least, and may be at most."""
_MORE, _NEARLY = (0.99, 1.6), (0.8, 1.03)
"""The same for `more than doubled`, and for `nearly doubled`."""
_ABOVE, _BELOW = (
    frozenset({"more than", "over", "mas que"}),
    frozenset({"nearly", "almost", "close to", "casi", "fast"}),
)


class Multiple(NamedTuple):
    """A multiple that figures do not give."""

    said: str
    formula: str


class _Ratio(NamedTuple):
    new: float
    old: float
    formula: str


def wrong_multiple(
    flat: str,
    course: tuple[Amount, Amount] | None,
    cells: Mapping[int, CellTrace],
    amounts: Sequence[Amount],
    passages: Sequence[Digest],
) -> Multiple | None:
    """The multiple of a claim that none of the figures it may be of give; None if one does.

    Also if nothing tells from what to what it went, or a passage says it in the same word.

    Args:
        flat: the claim.
        course: from what to what something went, if the claim says so.
        cells: that hold figures of the claim, by where these begin.
        amounts: of the claim.
        passages: that it cites.
    """
    said = _SAID.search(flat)
    if said is None or any(said["word"] in passage.flat for passage in passages):
        return None
    own = [one for one in amounts if _NEXT.fullmatch(flat, said.end(), one.start)]
    own += [b for a, b in pairwise(amounts) if a in own and flat[a.end : b.start].strip() in _TO]
    course = course if course is not None and any(one in course for one in own) else None
    low, high = _bounds(said)
    ratios = list(_ratios(flat, course, cells, own, passages))
    if not ratios or any(not one.old or low <= one.new / one.old <= high for one in ratios):
        return None
    return Multiple(said[0], ratios[0].formula)


def went_other_way(
    flat: str, amounts: Sequence[Amount], cells: Mapping[int, CellTrace], passages: Sequence[Digest]
) -> Amount | None:
    """The figure that a claim says something rose to, where it was more before; or the reverse.

    None where the claim tells other figures as well, or nothing tells what it was before.
    """
    plain = [one for one in amounts if not one.is_year]
    if len(plain) != 1 or sum(one.is_year for one in amounts) > 1:
        return None
    amount = plain[0]
    said = said_direction(flat, amount, is_course=True)
    if not said or not _TO_BEFORE.search(flat, max(0, amount.start - NEAR), amount.start):
        return None
    ratios = list(_ratios(flat, None, cells, plain, passages))
    went = {
        (abs(one.new) > abs(one.old)) - (abs(one.new) < abs(one.old))
        for one in ratios
        if (one.new < 0) == (one.old < 0)
    }
    return amount if went == {-said} else None


def _bounds(said: re.Match[str]) -> tuple[float, float]:
    times, hedge = _TIMES[said["word"]], said["hedge"]
    low, high = _MORE if hedge in _ABOVE else _NEARLY if hedge in _BELOW else (_LEAST, _MOST)
    return (low * times, high * times) if times > 1 else (times / high, times / low)


def _ratios(
    flat: str,
    course: tuple[Amount, Amount] | None,
    cells: Mapping[int, CellTrace],
    amounts: Sequence[Amount],
    passages: Sequence[Digest],
) -> Iterator[_Ratio]:
    if course is not None:
        old, new = course
        texts = (flat[one.start : one.end] for one in (new, old))
        yield _Ratio(new.readings[0].value, old.readings[0].value, " / ".join(texts))
        return
    for amount in (one for one in amounts if not one.is_year):
        if (cell := cells.get(amount.start)) is not None:
            for _, one in _before(cell):
                yield _Ratio(cell.figure.value, one.value, f"{cell.figure.text} / {one.text}")
        said = flat[amount.start : amount.end]
        for other, text in compared_with(amount, passages):
            old_value = other.readings[0].value
            yield _Ratio(amount.readings[0].value, old_value, f"{said} / {text}")


def _before(cell: CellTrace) -> list[Operand]:
    """The figure of the period before, in the row of a cell."""
    own = cell.line, cell.figure
    row = [(cell.line, one) for one in cell.table.table.by_line[cell.line]]
    earlier = [
        one
        for one in row
        if not one[1].is_change
        and one[1].kind == cell.figure.kind
        and any(time_of(one))
        and time_of(one) < time_of(own)
        and length_of(one) == length_of(own)
    ]
    return sorted(earlier, key=time_of)[-1:]
