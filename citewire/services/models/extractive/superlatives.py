"""The largest or smallest of several rows, where a question asks which one that is."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.models.extractive.figures import FittingRow, share_said
from citewire.services.models.extractive.passages import Passage
from citewire.services.models.extractive.question import Stems, Wanted, roots
from citewire.services.models.extractive.table_sources import TableSource, table_sources
from citewire.text.words import fold, stem

# "At least" asks for no smallest one, and "Best" may begin a name.
_MOST = re.compile(
    r"(?<!at )\b(?:largest|highest|greatest|biggest|most|(?<=the )best|mayor|m[aá]xim[oa])\b"
)
_LEAST = re.compile(
    r"(?<!at )\b(?:smallest|lowest|least|fewest|(?<=the )worst|menor|m[ií]nim[oa])\b"
)
_SUM = re.compile(r"(?:sub)?totals?\b|net\b|all\b|other\b|otr[oa]s\b|overall\b|.{0,60}\btotal$")
"""A row that sums up others, or is none of them."""

_SAID = 0.8
"""So much of what is asked must the heads around the rows say."""

_HALF_SAID = 0.5
"""So much of it must a row say that was found by its words alone."""

_FEWEST = 3
"""So many figures at least are compared."""


def extreme_rows(wanted: Wanted, passages: Sequence[Passage]) -> list[FittingRow]:
    """The row that is the largest or smallest of those that a question asks about, if it does.

    Args:
        wanted: what it asks.
        passages: the sources, and what stands beside them.
    """
    asked = (_MOST.search(wanted.text), _LEAST.search(wanted.text))
    if not any(asked):
        return []
    subject = wanted.stems - roots(stem(one[0]) for one in asked if one)
    found = [
        row
        for source in table_sources(passages)
        for row in _extremes(subject, wanted, source, is_least=asked[0] is None)
    ]
    return sorted(found, key=lambda row: row.rank)[:1]


def is_only_one_of(rows: Sequence[FittingRow], wanted: Wanted) -> bool:
    """Whether a question asks which of several is the largest, and the one row found is just one.

    Such a row has some words of the question by chance, and told alone would look like its answer.
    """
    if (
        len(rows) != 1
        or len(rows[0].told) >= _FEWEST
        or not (_MOST.search(wanted.text) or _LEAST.search(wanted.text))
    ):
        return False
    head, above = rows[0].head, rows[0].source.above
    return share_said(wanted.stems, head.words | head.group | above) < _HALF_SAID


def _extremes(
    subject: Stems, wanted: Wanted, source: TableSource, *, is_least: bool
) -> Iterator[FittingRow]:
    """The extreme of each column of figures below each subhead that says what is asked."""
    lines, heads = source.figures.lines, source.figures.heads
    columns: defaultdict[tuple[int, Stems], list[CellFigure]] = defaultdict(list)
    for cell in source.figures.cells:
        line = lines[cell.line]
        is_one = bool(line.words) and not _SUM.match(fold(line.label))
        if is_one and not cell.is_change and source.fits(wanted.periods, cell) is not False:
            columns[cell.head, line.group].append(cell)
    for (head, group), cells in columns.items():
        own = group | heads[head].words | roots(heads[0].words)
        fit = share_said(subject, own | source.above)
        if len(cells) < _FEWEST or fit < _SAID or not subject & own:
            continue
        best = (min if is_least else max)(cells, key=lambda cell: cell.value)
        yield FittingRow(source, best.line, (best,), fit, source.fits(wanted.periods, best))
