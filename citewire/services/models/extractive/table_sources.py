"""The tables at hand with their figures: as statements, as lists of entries, and their parts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from citewire.content.table import rows_of
from citewire.services.citations.verdicts.digest import Digest
from citewire.services.citations.verdicts.figures import (
    CellFigure,
    Figures,
    head_of,
)
from citewire.services.citations.verdicts.periods import Period
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.trade_words import words_of
from citewire.services.models.extractive.fiscal_columns import begins_by_passages, period_asked
from citewire.services.models.extractive.markdown_pieces import heads_of
from citewire.services.models.extractive.measures import own_measure
from citewire.services.models.extractive.outlook import is_outlook
from citewire.services.models.extractive.passages import Passage
from citewire.services.models.extractive.question import Stems, roots

SIGN = re.compile(r"[$€£¥₹]")
"""Of a currency."""
_MOSTLY = 0.6
_SEVERAL_LETTERS = re.compile(r"[^\W\d_]{3}")
_CODES = re.compile(
    r"(?:account|code|no\b|nr\b|id\b|ref|voucher|konto|cuenta|compte)", re.IGNORECASE
)
"""Above numbers that are names."""
_IN_BRACKETS = re.compile(r"\(([^()]{1,40})\)")
_FEWEST = 2
"""Rows of a list at least."""


@dataclass(frozen=True)
class TableSource:
    """A source that is a table, with its figures."""

    passage: Passage
    figures: Figures
    borrowed: tuple[str, ...] = ()
    """The heads of its columns, where they stand above the part of it before."""
    sign: str = ""
    """The one sign of currency that the tables of its page write beside figures."""
    entries: bool = False
    """Whether its rows are read as entries: each is called by all of its words."""
    begins: bool | None = None
    """Whether its report calls a year by the one that it begins in; None if nothing tells."""

    @property
    def is_list(self) -> bool:
        """Whether several columns of words say what a row is."""
        table = self.passage.table
        return self.entries or (table is not None and table.header_columns > 1)

    @cached_property
    def own_signs(self) -> frozenset[str]:
        """The signs of currency beside its figures."""
        cells = self.figures.cells
        return frozenset(sign[0] for cell in cells if (sign := SIGN.search(cell.text)))

    @cached_property
    def rows(self) -> dict[int, list[CellFigure]]:
        """The figures of each line."""
        found: dict[int, list[CellFigure]] = {}
        for cell in self.figures.cells:
            found.setdefault(cell.line, []).append(cell)
        return found

    def fits(self, asked: Sequence[Period], cell: CellFigure) -> bool | None:
        """Whether a figure is of a period that is asked for; None if one of them says nothing."""
        return period_asked(asked, cell.period, begins=self.begins)

    @cached_property
    def is_outlook(self) -> bool:
        """Whether it tells what is expected, as its heads, caption or section say."""
        table, text = self.passage.table, self.passage.text
        caption = text[slice(*table.caption)] if table is not None and table.caption else ""
        heads = [head.label for head in self.figures.heads]
        return any(map(is_outlook, (self.passage.section, caption, *heads)))

    @cached_property
    def aliases(self) -> list[Stems]:
        """What each line is called for short, in brackets: `Staff (FTE)`."""
        return [_alias(line.label) for line in self.figures.lines]

    @cached_property
    def corner(self) -> Stems:
        """What stands above the heads of the rows."""
        table = self.passage.table
        columns = table.header_columns if table is not None else 0
        return frozenset[str]().union(*(head.words for head in self.figures.heads[:columns]))

    @cached_property
    def above(self) -> Stems:
        """What its caption, unit line and section speak of."""
        table, passage = self.passage.table, self.passage
        assert table is not None
        spans = [span for span in (table.caption, table.unit) if span]
        lines = [passage.section, *(passage.text[slice(*span)] for span in spans)]
        return roots(words_of(flatten(" ".join(lines))))


def table_sources(passages: Iterable[Passage]) -> list[TableSource]:
    """Those of the sources that are tables with figures."""
    found = []
    passages = list(passages)
    for passage in passages:
        if passage.table is not None:
            figures = Digest(passage.text, passage.table).figures
            if figures is not None and any(cell.place for cell in figures.cells):
                found.append(TableSource(passage, _with_roots(figures)))
    whole = [source if any(source.figures.key) else _with_heads(source, found) for source in found]
    listed = [*_with_signs(whole), *filter(None, map(_as_entries, found))]
    return _with_years(listed, passages)


def _with_years(sources: Sequence[TableSource], passages: Sequence[Passage]) -> list[TableSource]:
    """The tables, each with how its report calls years, as all that is at hand of it tells."""
    ends: dict[str, set[Period]] = {}
    own: dict[str, list[Passage]] = {}
    for passage in passages:
        own.setdefault(passage.document, []).append(passage)
    for source in sources:
        found = {head.period for head in source.figures.heads if head.period is not None}
        ends.setdefault(source.passage.document, set()).update(found)
    told = {one: begins_by_passages(own[one], days) for one, days in ends.items()}
    return [replace(source, begins=told[source.passage.document]) for source in sources]


def _with_roots(figures: Figures) -> Figures:
    lines, heads = (
        tuple(replace(one, words=roots(one.words), group=roots(one.group)) for one in several)
        for several in (figures.lines, figures.heads)
    )
    return replace(figures, lines=lines, heads=heads)


def _with_signs(sources: Sequence[TableSource]) -> Iterator[TableSource]:
    """The tables, each part without a sign of currency with that of the others on its page.

    A statement writes its sign at its first and last figures, and it may be cut between them.
    """
    signs: dict[tuple[str, int], set[str]] = {}
    for source in sources:
        passage = source.passage
        signs.setdefault((passage.document, passage.page), set()).update(source.own_signs)
    for source in sources:
        found = signs[source.passage.document, source.passage.page]
        yield replace(source, sign=next(iter(found))) if len(found) == 1 else source


def _as_entries(source: TableSource) -> TableSource | None:
    """A table with a column of words among its figures, as a list: a ledger, say."""
    passage, figures = source.passage, source.figures
    table = passage.table
    if table is None or table.header_rows == 0 or table.header_columns > 1:
        return None
    grid = list(rows_of(table, passage.text))
    body = grid[table.header_rows :]
    words = [at for at in range(table.columns) if _is_of_words([row[at] for row in body])]
    if not any(at > 0 for at in words) or len(body) < _FEWEST:
        return None
    named = heads_of(table, grid)
    if not all(named[at] for at in words) or len({*named}) < len(named):
        return None  # two tables side by side, say
    heads = tuple(head_of(head, "") for head in named)
    told = [[row[at] for at in sorted({0, *words}) if row[at]] for row in body]
    lines = tuple(head_of(", ".join(cells), "") for cells in told)
    periods = [
        next(filter(None, (head_of(one, "").period for one in cells)), None) for cells in told
    ]
    cells = tuple(
        replace(
            cell, line=row - table.header_rows, head=at, period=periods[row - table.header_rows]
        )
        for cell in figures.cells
        if cell.place is not None
        for row, at in [cell.place]
        if row >= table.header_rows and at and not _CODES.match(heads[at].label)
    )
    if not cells:
        return None
    listed = replace(figures, lines=lines, heads=heads, cells=cells)
    return TableSource(passage, _with_roots(listed), entries=True)


def _is_of_words(cells: Sequence[str]) -> bool:
    """Whether a column tells its rows apart by words."""
    full = [cell for cell in cells if cell]
    worded = [cell for cell in full if _SEVERAL_LETTERS.search(cell)]
    return bool(full) and len(worded) > _MOSTLY * len(full) and len({*full}) > _MOSTLY * len(full)


def _with_heads(source: TableSource, others: Sequence[TableSource]) -> TableSource:
    """A table without heads, with those of the table above it on its page that has its columns."""
    own = source.passage
    above = [
        other
        for other in others
        if (other.passage.document, other.passage.page) == (own.document, own.page)
        and other.passage.end <= own.start
        and len(other.figures.key) == len(source.figures.key)
        and any(head.period for head in other.figures.heads)
    ]
    if not above:
        return source
    nearest = max(above, key=lambda other: other.passage.start).figures
    cells = tuple(
        replace(cell, period=nearest.heads[cell.head].period) for cell in source.figures.cells
    )
    figures = replace(source.figures, heads=nearest.heads, cells=cells)
    return TableSource(own, figures, borrowed=nearest.key)


def _alias(label: str) -> Stems:
    """The words of what stands in brackets, if that is a unit or a name made of capitals."""
    inside = [
        told
        for told in _IN_BRACKETS.findall(label)
        if own_measure(f"({told})") or (told.isupper() and told.isalnum())
    ]
    return roots(words_of(flatten(" ".join(inside))))
