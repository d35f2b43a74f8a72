"""What the cells of cited tables say of a claim's amounts: held, another's, calculated."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from citewire.content.table import Span
from citewire.services.citations.verdicts.amounts import Amount, unscaled
from citewire.services.citations.verdicts.arithmetic import gives, sums
from citewire.services.citations.verdicts.asked_figures import (
    AskedFigures,
    Operation,
    asked_figures,
    operations_in,
    operations_of,
)
from citewire.services.citations.verdicts.beside_amounts import (
    beside,
    rival,
    speaks_of,
    words_of_cell,
)
from citewire.services.citations.verdicts.calculations import Calculated, calculate, search
from citewire.services.citations.verdicts.cells import (
    FITS,
    CellStanding,
    CellTrace,
    is_value,
    trace_cell,
)
from citewire.services.citations.verdicts.claim import ClaimReading, read_claim
from citewire.services.citations.verdicts.digest import Digest
from citewire.services.citations.verdicts.directions import (
    is_loss_told_as_profit,
    may_be_rise,
    said_direction,
    told_direction,
)
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.fiscal_years import begins_its_year, late_years
from citewire.services.citations.verdicts.fitting import (
    FittedTable,
    fitted,
    joined_tables,
    label_of,
    period_fits,
)
from citewire.services.citations.verdicts.from_cells import from_cell
from citewire.services.citations.verdicts.of_whole import shares_of_whole
from citewire.services.citations.verdicts.own_words import bind_claim
from citewire.services.citations.verdicts.periods import agrees
from citewire.services.citations.verdicts.row_meant import is_other_row
from citewire.services.citations.verdicts.table_scales import Scales, joined_scales
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.told_operands import tells_operands
from citewire.services.citations.verdicts.units import PERCENT

MOST_LINES, MOST_CELLS = 8, 40
"""Of a passage that are told of one claim."""

FEWEST_SPOKEN = 2
"""Amounts that show in which scale a report tells its figures."""

FEWEST_SUMMED = 2
"""Figures of a sentence that another one of it may be the sum of."""

_INCLUDES = re.compile(r"\b(?:including|inclusive|incl)\b")
_EXCLUDES = re.compile(r"\b(?:less|excluding|exclusive|excl|without|net of)\b")

_FROM_TO = re.compile(r"\bto [^;]{1,40}\bfrom [^.;]{0,12}\d|\bfrom [^;]{1,40}\bto [^.;]{0,12}\d")

_BETWEEN = re.compile(
    r"\b(?:difference|gap|spread|differenz|unterschied|diferencia|ecart)"
    r" (?:between|zwischen|entre)\b"
)
"""More surely a difference of two figures than `more` and `exceeded` are."""

_CALCULATED = frozenset({Operation.CHANGE, Operation.AVERAGE, Operation.RATIO})


@dataclass(frozen=True, slots=True)
class TableReading:
    """The tables of a claim's passages as the claim speaks of them."""

    asked: AskedFigures
    tables: Sequence[FittedTable]
    told: Scales
    claim: ClaimReading
    is_assumed: bool = False
    """Whether nothing tells a scale, and that of the claim is taken to see the row and column."""
    late: AskedFigures | None = None
    """What the claim asks if its fiscal years end early in the year after; None if they do not."""

    def may_be_late(self, amount: Amount) -> bool:
        """Whether an amount is held if a fiscal year is called by the year that it begins in."""
        if self.late is None:
            return False
        found = replace(self, asked=self.late, late=None).cell(amount, self.claim.amounts)
        return found is not None and found.standing is CellStanding.HELD

    def cell(self, amount: Amount, amounts: Sequence[Amount]) -> CellTrace | None:
        """Where in the tables an amount of the claim stands."""
        found = self._trace(amount, amounts)
        if found is not None and found.standing is CellStanding.OTHER:
            # The figure of a row that the claim says nothing of is there by accident.
            is_accident = not found.table.lines[found.line].score
            if is_accident and self._summed(amount):
                return None
            return self._own_row(found, amount, amounts)
        if found is None or found.standing not in (CellStanding.HELD, CellStanding.LOOSE):
            return found
        if instead := self._rival(found, amount):
            line, figure, named_by = instead
            return replace(
                found,
                standing=CellStanding.OTHER,
                meant=figure,
                meant_line=line,
                named=named_by,
            )
        # A sentence says more than what its figures are.
        is_row = found.figure.place is not None and is_other_row(found, self.asked)
        if is_row and is_other_row(found, self.asked, self._rows_beside(amount, amounts)):
            return replace(found, standing=CellStanding.ROW)
        return self._directed(found, amount)

    def _directed(self, found: CellTrace, amount: Amount) -> CellTrace:
        """A cell that is held, unless it is a change that went, or may have gone, the other way."""
        said = said_direction(self.claim.flat, amount)
        cell = found.table.table, found.line, found.figure
        told = told_direction(*cell)
        if told == -said != 0:
            return replace(found, standing=CellStanding.SIGN)
        if not amount.is_negative and is_loss_told_as_profit(self.claim.flat, *cell):
            return replace(found, standing=CellStanding.SIGN)
        is_open = said < 0 and not told and may_be_rise(*cell)
        return replace(found, standing=CellStanding.UNSIGNED) if is_open else found

    def _trace(self, amount: Amount, amounts: Sequence[Amount]) -> CellTrace | None:
        periods = self.asked.periods_of(amount, amounts)
        return trace_cell(amount, periods, self.tables, self.told)

    def _own_row(self, found: CellTrace, amount: Amount, amounts: Sequence[Amount]) -> CellTrace:
        """Of a cell that is not the one that is meant: it is, if that one is told of, too."""
        meant = found.meant
        if self._takes_in(found):
            return replace(found, standing=CellStanding.HELD, meant=None)
        if meant is None:
            return found
        table = found.table.table
        own = words_of_cell(table, found.line, found.figure)
        others = words_of_cell(table, found.meant_line, meant)
        words = bind_claim(self.claim)
        near = words.near(amount) or (words.of(amount) if words.of_others(amount) else frozenset())
        is_others = bool(near) and speaks_of(words.of_others(amount) - near, others, own)
        is_others = is_others and not near & (others - own)
        if not is_others and not speaks_of(near, own, others) and not self._is_course(found):
            return found
        is_sure = found.table.lines[found.line].score >= FITS
        standing = CellStanding.HELD if is_sure else CellStanding.LOOSE
        return replace(found, standing=standing, meant=None)

    def _is_course(self, found: CellTrace) -> bool:
        """Whether a claim tells from what to what figures went, not by how much."""
        if not _FROM_TO.search(self.claim.flat) or found.meant is None:
            return False
        lines = found.table.table.lines
        more = lines[found.meant_line].words - lines[found.line].words
        return bool(more) and more & self.asked.words <= {"<up>", "<down>"}

    def _rival(
        self, found: CellTrace, amount: Amount
    ) -> tuple[int, CellFigure, frozenset[str]] | None:
        """The cell that an amount's own words name, where those of another name the one found."""
        words = bind_claim(self.claim)
        own, others = words.of(amount), words.of_others(amount)
        if not own or not others:
            return None
        return rival(found.table.table, (found.line, found.figure), own, others)

    def told_of_others(self, amount: Amount, amounts: Sequence[Amount]) -> frozenset[int]:
        """The passages of which sentences tell an amount, and only of periods not asked for."""
        periods = self.asked.periods_of(amount, amounts)
        # Texts of a report in thousands leave the word out, as its tables do.
        ways = (amount, unscaled(amount)) if self.told.plain == (amount.factor,) else (amount,)
        held: dict[int, bool] = {}
        for table in self.tables:
            for line, figure in table.table.cells:
                if figure.place is None and any(is_value(one, figure, self.told) for one in ways):
                    number = table.table.sources[line]
                    fits = period_fits(periods, figure.period)
                    # Beside what is told of the period that is asked for it is of another one.
                    row = table.table.by_line[line] if fits is None else ()
                    is_own = fits is not False and not any(
                        period_fits(periods, one.period) for one in row if one.place is None
                    )
                    held[number] = held.get(number, False) or is_own
        return frozenset(number for number, is_own in held.items() if not is_own)

    def _takes_in(self, found: CellTrace) -> bool:
        """Whether a claim includes what the row that seems to be meant leaves out."""
        said = flatten(self.claim.text)
        if not _INCLUDES.search(said) or _EXCLUDES.search(said):
            return False
        lines = found.table.table.lines
        own, meant = (flatten(lines[at].label) for at in (found.line, found.meant_line))
        return bool(_EXCLUDES.search(meant)) and not _EXCLUDES.search(own)

    def _rows_beside(self, amount: Amount, amounts: Sequence[Amount]) -> frozenset[str]:
        """The words of the rows that hold the amounts beside one."""
        traces = (self._trace(one, amounts) for one in beside(amount, amounts))
        rows = [one.table.table.lines[one.line] for one in traces if one is not None]
        return frozenset[str]().union(*(row.words | row.group for row in rows))

    def has_digits(self, amount: Amount) -> bool:
        """Whether a cell has the digits of an amount, whatever it counts."""
        values = {reading.value / amount.factor for reading in amount.readings}
        return any(
            abs(cell.value) in values for table in self.tables for _, cell in table.table.cells
        )

    def calculated(self, amount: Amount) -> Calculated | None:
        """How an amount of the claim comes out of the tables."""
        return calculate(amount, self._asked_of(amount), self.tables, self.told)

    def searched(self, amount: Amount) -> Calculated | None:
        """How an amount that no cell has may come out of the tables."""
        return (
            self._summed(amount)
            or self._from_told(amount)
            or self._share_of_whole(amount)
            or search(amount, self._asked_of(amount), self.tables, self.told)
        )

    def _asked_of(self, amount: Amount) -> AskedFigures:
        """What is asked of one amount, where a claim says that one thing rose and another fell."""
        both = {Operation.RISE, Operation.FALL}
        said = said_direction(self.claim.flat, amount) if both <= self.asked.operations else 0
        if not said:
            return self.asked
        others = {Operation.FALL if said > 0 else Operation.RISE}
        return replace(self.asked, operations=self.asked.operations - others)

    def _summed(self, amount: Amount) -> Calculated | None:
        """An amount that is the sum of the others: `1.8 billion through 1,001 and 789 million`."""
        amounts = self.claim.amounts
        found = [self._trace(one, amounts) for one in beside(amount, amounts)]
        traces = [one for one in found if one is not None and one.figure.kind != PERCENT]
        if len(traces) < FEWEST_SUMMED:
            return None
        if len({id(one.table) for one in traces}) > 1 and not _may_be_summed(traces):
            return None
        operands = tuple((one.line, one.figure) for one in traces)
        whole = (one for one in sums(operands, frozenset({Operation.SUM})))
        sum_ = next((one for one in whole if gives(amount, one, self.told) > 0), None)
        if sum_ is None:
            return None
        return Calculated(sum_, traces[0].table, tables=tuple(one.table for one in traces))

    def _from_told(self, amount: Amount) -> Calculated | None:
        """An amount that comes out of the row of another one: `by 2,218, from 16,430 million`."""
        for one in beside(amount, self.claim.amounts):
            found = self._trace(one, self.claim.amounts)
            if found is None or found.figure.is_change:
                continue
            cell = found.line, found.figure
            tried = from_cell(amount, self._asked_of(amount), found.table, cell)
            done = next((way for way in tried if gives(amount, way, self.told) > 0), None)
            if done is not None:
                return Calculated(done, found.table)
        return None

    def _share_of_whole(self, amount: Amount) -> Calculated | None:
        """A share of the total of the one row or column of parts that the claim names."""
        for table in sorted(self.tables, key=lambda one: -one.best):
            for way in shares_of_whole(amount, self.asked, table):
                if gives(amount, way, self.told) > 0:
                    return Calculated(way, table)
        return None

    def has_period(self, span: Span) -> bool:
        """Whether what a claim says there is a period that heads of the tables name."""
        return any(
            head.period is not None and head.period.year and agrees(place.period, head.period)
            for place in self.asked.places
            if place.start < span[1] and span[0] < place.end
            for table in self.tables
            for head in (*table.table.heads, *table.table.lines)
        )

    def is_operand(self, cell: CellTrace, amounts: Sequence[Amount]) -> bool:
        """Whether a claim of one figure speaks of a calculation, and the cell is of none."""
        wanted = self.asked.operations & _CALCULATED
        if _BETWEEN.search(self.claim.flat):
            wanted |= {Operation.DIFFERENCE}
        if not wanted or sum(not amount.is_year for amount in amounts) > 1:
            return False
        heads = cell.table.table.lines[cell.line], cell.table.table.heads[cell.figure.head]
        own = {one for head in heads for one in operations_in(head.label)}
        own |= {one for head in heads for one in operations_of(head.group)}
        return not cell.figure.is_change and not own & (wanted | _CALCULATED)

    @property
    def tells_operands(self) -> bool:
        """Whether the claim says of which figures of the tables its own are calculated, if so."""
        return tells_operands(self.asked, self.tables)

    @property
    def calculates(self) -> bool:
        """Whether the claim surely speaks of a calculation."""
        return bool(self.asked.operations - {Operation.SUM, Operation.SHARE})


def read_tables(claim: ClaimReading, passages: Sequence[Digest]) -> TableReading | None:
    """The tables of the passages; None if there are none or the claim has no amounts."""
    if not any(not amount.is_year for amount in claim.amounts):
        return None
    parts = tuple(
        (number, passage.figures)
        for number, passage in enumerate(passages)
        if passage.figures is not None and passage.figures.cells
    )
    if not parts:
        return None
    asked = asked_figures(claim)
    tables = [fitted(table, asked.words, asked.periods) for table in joined_tables(parts)]
    late = None
    if found := late_years(asked, claim.flat, tables):
        titles = {passage.about.split("\n", 1)[0] for passage in passages if passage.about}
        is_late = {begins_its_year(found[1], title) for title in titles or {""}}
        if is_late == {True}:
            asked = found[0]
            tables = [fitted(one.table, asked.words, asked.periods) for one in tables]
        elif is_late == {None}:
            late = found[0]
    told = joined_scales(passage.told_scales for passage in passages)
    if not told.plain and not any(cell.scales for table in tables for _, cell in table.table.cells):
        told = Scales(_spoken_scales(passages), told.of_shares)
    is_assumed = False
    if not told.plain:
        of_documents = {scale for passage in passages for scale in passage.scales}
        assumed = tuple(of_documents) if len(of_documents) == 1 else _scales_of_claim(claim)
        told = Scales(assumed, told.of_shares)
        is_assumed = bool(assumed) and len(of_documents) != 1
    return TableReading(asked, tables, told, claim, is_assumed, late)


def cells_for(claim: str, passage: Digest) -> list[str]:
    """The cells of a passage that a claim may speak of, each with its heads: `Sales, 2023: 46,298`.

    None if the passage has no table that shares words with the claim, or the claim no amounts.
    """
    reading = read_tables(read_claim(claim), [passage])
    found: list[str] = []
    for table in reading.tables if reading is not None else ():
        lines = [at for at in table.table.by_line if table.lines[at].score > 0]
        lines = sorted(lines, key=lambda at: -table.lines[at].score)[:MOST_LINES]
        found += [named(table, at, one) for at in sorted(lines) for one in table.table.by_line[at]]
    return found[:MOST_CELLS]


def _may_be_summed(traces: Sequence[CellTrace]) -> bool:
    """Whether figures of several tables are surely those that are meant, and count alike."""
    are_held = all(one.standing is CellStanding.HELD for one in traces)
    return are_held and len({(one.figure.kind, one.figure.scales) for one in traces}) == 1


def _scales_of_claim(claim: ClaimReading) -> tuple[float, ...]:
    """The one scale in which a claim tells its amounts, if it is one."""
    scales = {one.factor for one in claim.amounts if one.factor >= 1e3}
    return tuple(scales) if len(scales) == 1 else ()


def _spoken_scales(passages: Sequence[Digest]) -> tuple[float, ...]:
    """The scale of amounts that texts tell in whole thousands of it: `$1,153 million`.

    Tables beside them are told in the same, where nothing says in which.
    """
    spoken = Counter(
        amount.factor
        for passage in passages
        if passage.table is None
        for amount in passage.amounts
        if amount.factor >= 1e3
        and amount.readings[0].step == amount.factor
        and amount.readings[0].value >= 1000 * amount.factor
    )
    return tuple(spoken) if len(spoken) == 1 and spoken.total() >= FEWEST_SPOKEN else ()


def named(table: FittedTable, line: int, figure: CellFigure) -> str:
    """What a person calls a cell: the heads of its row and column, and what it says."""
    return f"{label_of(table.table, line, figure)}: {figure.text}"
