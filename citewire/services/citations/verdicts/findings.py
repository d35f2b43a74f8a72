"""What counts against a claim: untraced amounts, opposite sense, names that are not there."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from citewire.services.citations.verdicts.amounts import Amount, unscaled
from citewire.services.citations.verdicts.asked_figures import Operation, asked_figures
from citewire.services.citations.verdicts.calculations import Calculated
from citewire.services.citations.verdicts.cell_findings import TableReading, named, read_tables
from citewire.services.citations.verdicts.cells import CellStanding, CellTrace
from citewire.services.citations.verdicts.claim import ClaimReading
from citewire.services.citations.verdicts.clauses import Clause, stem_of
from citewire.services.citations.verdicts.digest import Digest
from citewire.services.citations.verdicts.entities import Name
from citewire.services.citations.verdicts.from_cells import time_of
from citewire.services.citations.verdicts.left_open import is_left_open
from citewire.services.citations.verdicts.misplaced import misplaced, tells, turned_in
from citewire.services.citations.verdicts.multiples import went_other_way, wrong_multiple
from citewire.services.citations.verdicts.offered import has_name
from citewire.services.citations.verdicts.own_words import bind_claim
from citewire.services.citations.verdicts.polarity import contradiction
from citewire.services.citations.verdicts.quantities import Trace, trace_amount, trace_date
from citewire.services.citations.verdicts.reasons import Reason
from citewire.services.citations.verdicts.table_scales import Scales
from citewire.services.citations.verdicts.tokens import flatten, placed, tokenise

Method = Literal["cell", "calculated", "numbers", "negation", "entities", "similarity", "words"]
Span = tuple[int, int]

UNTRACED, OPPOSITE, OTHER_NAME, LOOSE_NUMBER, NO_NAME = 0.1, 0.15, 0.2, 0.4, 0.4
"""The most that a claim's score can be after each finding."""

LENGTHS = ("year", "years", "quarter", "quarters", "month", "months", "período", "años")

RIVALS = 10
"""Years apart up to which two may be those of figures beside each other."""

FEWEST_SCALED = 1e3
"""Amounts told in this or more of their digits have a scale."""

MOST_NAMED = 6
"""Words of a claim that are named as unsaid."""

MOST_CLAUSES = 24
"""So many clauses of a claim are held against those of the passages, each against each."""

_SAME = 0.6
"""The part of a clause's words that another one has when both speak of the same."""

MOST_SAID = 0.75
"""The part of a claim's words from which on a text may be where its figure is from."""

_ALIKE = 0.4
"""The part of a claim's words in a clause that may say the same of another name."""


class Finding(NamedTuple):
    """What one rule found: the most that the score may be after it, and why."""

    most: float
    method: Method
    reason: Reason
    span: Span | None = None


class Untold(NamedTuple):
    """A figure that a claim calculates without saying of which figures."""

    reason: Reason


_Told = Finding | Calculated | Untold | CellTrace | Trace


class Numbers(NamedTuple):
    """What was found of a claim's amounts and dates."""

    findings: list[Finding]
    traced: int
    """How many of them the passages hold."""
    in_cells: int
    """How many of these are the figures that the claim's words mean, or come out of such."""
    calculations: tuple[Calculated, ...]
    untold: tuple[Untold, ...]
    """Of amounts that may come out of the passages: what nobody can check."""
    is_told: bool
    """Whether cells hold all amounts of the claim."""


def numbers(claim: ClaimReading, passages: Sequence[Digest]) -> Numbers:
    """What the passages hold of the claim's amounts and dates."""
    findings: list[Finding] = []
    calculations: list[Calculated] = []
    untold: list[Untold] = []
    in_cells = amounts = 0
    tables = read_tables(claim, passages)
    spans: dict[Span, Trace] = {}
    cells: dict[int, CellTrace] = {}
    for date in claim.dates:
        spans[date.start, date.end] = trace_date(date, passages)
    for amount in claim.amounts:
        span = amount.start, amount.end
        told = _told(amount, claim, passages, tables)
        amounts += tables is not None and not amount.is_year
        if isinstance(told, Finding):
            findings.append(told)
        elif isinstance(told, Calculated):
            calculations.append(told)
        elif isinstance(told, Untold):
            untold.append(told)
        if isinstance(told, CellTrace):
            cells[amount.start] = told
        spans[span] = told if isinstance(told, Trace) else Trace.FOUND
        in_cells += not isinstance(told, Trace | Finding | Untold)
    for span, trace in spans.items():
        said = claim.text[slice(*span)]
        if trace is Trace.MISSING:
            # "Over the 3 year period" says of which figures, not what they are.
            is_length = bool(calculations) and claim.text[slice(*span)].endswith(LENGTHS)
            if is_length or (tables is not None and tables.has_period(span)):
                continue
            if _is_of_document(claim, span, passages):
                continue
            findings.append(Finding(UNTRACED, "numbers", Reason("not_held", (said,)), span))
        elif trace is Trace.WEAK:
            findings.append(Finding(LOOSE_NUMBER, "numbers", Reason("loose_number", (said,))))
    traced = len(spans) - len(findings) - len(untold)
    findings += _of_before(claim, cells, passages)
    is_told = bool(amounts) and in_cells == amounts
    return Numbers(findings, traced, in_cells, tuple(calculations), tuple(untold), is_told)


def _of_before(
    claim: ClaimReading, cells: Mapping[int, CellTrace], passages: Sequence[Digest]
) -> Iterator[Finding]:
    """A claim that something doubled, rose or fell, and by what it was before did not."""
    course = from_and_to(claim)
    if course is not None and _is_backward(course, cells):
        yield _other_way(claim, course[1])
    multiple = wrong_multiple(claim.flat, course, cells, claim.amounts, passages)
    if multiple is not None:
        yield Finding(UNTRACED, "calculated", Reason("wrong_multiple", multiple))
    if (amount := went_other_way(claim.flat, claim.amounts, cells, passages)) is not None:
        yield _other_way(claim, amount)


def _is_backward(course: tuple[Amount, Amount], cells: Mapping[int, CellTrace]) -> bool:
    """Whether the figure to which something went is told of an earlier period than the other."""
    if not all(one.start in cells for one in course):
        return False
    old, new = (cells[one.start] for one in course)
    row = old.table.table.by_line[old.line]
    is_row = old.table is new.table and old.line == new.line
    is_once = all(sum(one.value == cell.figure.value for one in row) == 1 for cell in (old, new))
    before, after = (time_of((cell.line, cell.figure)) for cell in (old, new))
    return is_row and is_once and any(after) and after < before


def _other_way(claim: ClaimReading, amount: Amount) -> Finding:
    """Say that the sources tell of an amount that it went the other way."""
    span = amount.start, amount.end
    reason = Reason("told_other_way", (claim.text[slice(*span)],))
    return Finding(OPPOSITE, "negation", reason, span)


def from_and_to(claim: ClaimReading) -> tuple[Amount, Amount] | None:
    """The two figures from and to which something went, if a claim tells no others."""
    amounts = [amount for amount in claim.amounts if not amount.is_year]
    if len(amounts) != 2:
        return None
    first, second = amounts
    asked = asked_figures(claim)
    kinds = {one.readings[0].kind for one in amounts} | {one.factor for one in amounts}
    is_from = (first.start in asked.earlier) != (second.start in asked.earlier)
    if not is_from or len(kinds) != 2:
        return None
    return (first, second) if first.start in asked.earlier else (second, first)


def _told(
    amount: Amount,
    claim: ClaimReading,
    passages: Sequence[Digest],
    tables: TableReading | None,
) -> _Told:
    """How an amount is told by the passages, and of what."""
    said = claim.text[amount.start : amount.end]
    told: _Told
    unscaled = Untold(Reason("scale_untold", (said,)))
    if tables is None or amount.is_year:
        told = trace_amount(amount, passages, claim.sides)
    else:
        told = _by_cells(amount, claim, passages, tables)
        if isinstance(told, Finding) and tables.may_be_late(amount):
            told = Untold(Reason("year_end_untold", (said,)))
    if isinstance(told, Trace) and told and not amount.is_year:
        told = _of_another(amount, claim, passages) or told
    is_prose = told is Trace.FOUND or (isinstance(told, CellTrace) and told.figure.place is None)
    texts = [one for one in passages if one.table is None] if is_prose else ()
    if texts and not amount.is_year and turned_in(amount, claim.flat, texts):
        return _other_way(claim, amount)
    if told is Trace.MISSING and is_left_open(amount, claim, passages):
        return Untold(Reason("operands_untold", (said,)))
    if told is Trace.WEAK and amount.factor >= FEWEST_SCALED:
        scale = _scale_of(amount, passages)
        if scale:
            return Trace.FOUND
        return unscaled if scale is None and tables is not None else told
    is_told = isinstance(told, CellTrace) and not (told.figure.scales or told.figure.units)
    if is_told and tables is not None and tables.is_assumed and amount.factor >= FEWEST_SCALED:
        return unscaled
    return told


def _scale_of(amount: Amount, passages: Sequence[Digest]) -> bool | None:
    """Whether documents tell their figures in an amount's scale; None if they may not be asked.

    False if the digits are there, but the sources themselves tell another unit or scale.
    """
    plain = unscaled(amount)
    holding = [one for one in passages if trace_amount(plain, [one], frozenset()) > Trace.MISSING]
    if not holding or any(one.told_scales.plain for one in holding):
        return False
    scales = {scale for one in holding for scale in one.scales}
    return True if scales == {amount.factor} else None


def _is_of_document(claim: ClaimReading, span: Span, passages: Sequence[Digest]) -> bool:
    """Whether a year is that of a document whose passage names none: its pages seldom repeat it.

    A year long before or after, as of its founding, is none that a figure may be of.
    """
    years = {
        date.year
        for date in claim.dates
        if (date.start, date.end) == span and date.year is not None
    }
    years |= {
        int(amount.readings[0].value)
        for amount in claim.amounts
        if amount.is_year and (amount.start, amount.end) == span
    }
    is_bare = all(date.month is None for date in claim.dates if (date.start, date.end) == span)
    return is_bare and any(
        not years.isdisjoint(passage.document_years)
        and all(abs(one - year) > RIVALS for one in passage.years for year in years)
        for passage in passages
    )


_ELSEWHERE = (CellStanding.OTHER, CellStanding.PERIOD, CellStanding.ROW)


def _by_cells(
    amount: Amount, claim: ClaimReading, passages: Sequence[Digest], tables: TableReading
) -> _Told:
    """How an amount is told by the cells of tables, or else by the words of the passages."""
    cell = tables.cell(amount, claim.amounts)
    is_held = cell is not None and cell.standing is CellStanding.HELD
    if cell is not None and is_held and not tables.calculates:
        return cell
    calculated = tables.calculated(amount)
    if calculated is None and (cell is None or cell.standing is CellStanding.SCALE):
        calculated = tables.searched(amount)
    if calculated is not None and not calculated.is_turned:
        return calculated
    if cell is not None and is_held and not tables.is_operand(cell, claim.amounts):
        return cell
    if cell is not None and cell.standing is CellStanding.LOOSE:
        return Trace.FOUND
    # A sentence that tells of which period its figure is has been heard.
    heard = frozenset[int]()
    if cell is not None and cell.standing in _ELSEWHERE:
        heard = tables.told_of_others(amount, claim.amounts)
        if cell.figure.place is None:
            heard |= {cell.table.table.sources[cell.line]}
    prose = [
        passage
        for number, passage in enumerate(passages)
        if passage.table is None and number not in heard
    ]
    if cell is not None and cell.standing in (*_ELSEWHERE, CellStanding.UNSIGNED):
        prose = [passage for passage in prose if _speaks_of(claim, passage)]
    if cell is not None and cell.named:
        prose = [passage for passage in prose if tells(amount, cell.named, passage)]
    if not is_held and _in_prose(amount, prose, claim.sides, tables.told):
        return Trace.FOUND
    against = _against(amount, claim, cell, calculated)
    return against or _by_words(amount, claim, passages, tables)


def _of_another(amount: Amount, claim: ClaimReading, passages: Sequence[Digest]) -> Finding | None:
    """Say that an amount is told of something else, if texts tell it of nothing but that."""
    said = claim.text[amount.start : amount.end]
    other = None if said.endswith(LENGTHS) else misplaced(amount, bind_claim(claim), passages)
    if other is None:
        return None
    reason = Reason("told_of_another", (said, other.told_of, other.of, other.instead))
    return Finding(UNTRACED, "numbers", reason, (amount.start, amount.end))


def _by_words(
    amount: Amount, claim: ClaimReading, passages: Sequence[Digest], tables: TableReading
) -> Untold | Trace:
    """How passages hold an amount that is neither in a cell nor comes out of such."""
    # A cell that has the digits was looked at: it counts something else.
    most = Trace.WEAK if tables.has_digits(amount) else Trace.FOUND
    trace = min(most, trace_amount(amount, passages, claim.sides))
    said = claim.text[amount.start : amount.end]
    if trace is not Trace.MISSING or said.endswith(LENGTHS) or tables.tells_operands:
        return trace
    return Untold(Reason("operands_untold", (said,)))


def _in_prose(amount: Amount, prose: Sequence[Digest], sides: frozenset[str], told: Scales) -> bool:
    """Whether texts hold an amount, with its scale or where that is told beside them."""
    if trace_amount(amount, prose, sides) is Trace.FOUND:
        return True
    factor = amount.factor
    if told.plain != (factor,):
        return False
    return trace_amount(unscaled(amount), prose, sides) is Trace.FOUND


def _against(
    amount: Amount, claim: ClaimReading, cell: CellTrace | None, calculated: Calculated | None
) -> Finding | Untold | None:
    """What the cells of tables say against an amount, or leave open of it."""
    span = amount.start, amount.end
    said = claim.text[slice(*span)]
    if calculated is not None:
        reason = Reason("calculated_sign", (said, calculated.calculation.formula))
        return Finding(UNTRACED, "calculated", reason, span)
    if cell is None:
        return None
    has = _named(cell)
    if cell.standing is CellStanding.UNSIGNED:
        return Untold(Reason("direction_untold", (said,)))
    if cell.standing is CellStanding.OTHER and cell.meant is not None:
        means = named(cell.table, cell.meant_line, cell.meant)
        reason = Reason("other_cell", (said, has, means))
    elif cell.standing is CellStanding.PERIOD:
        reason = Reason("other_period", (said, has))
    elif cell.standing is CellStanding.SIGN:
        reason = Reason("wrong_sign", (said, has))
    elif cell.standing is CellStanding.SCALE:
        reason = Reason("other_scale", (said, has))
    elif cell.standing is CellStanding.ROW:
        head, asked = cell.table.table.lines[cell.line], cell.table.words
        most = LOOSE_NUMBER if head.words & asked else UNTRACED
        return Finding(most, "cell", Reason("other_row", (said, has)), span)
    else:
        reason = Reason("only_operand", (said, has))
    return Finding(UNTRACED, "cell", reason, span)


def _named(cell: CellTrace) -> str:
    return named(cell.table, cell.line, cell.figure)


def _speaks_of(claim: ClaimReading, passage: Digest) -> bool:
    """Whether neighbouring clauses of a passage say most of a claim."""
    words = frozenset(claim.stems)
    previous = frozenset[str]()
    for clause in passage.clauses:
        here = words & clause.words
        if len(here | previous) >= MOST_SAID * len(words):
            return True
        previous = here
    return False


def opposites(claim: ClaimReading, passages: Sequence[Digest]) -> Iterator[Finding]:
    """Clauses that the passages say the other way round, and nowhere as the claim does."""
    for clause in claim.clauses[:MOST_CLAUSES]:
        against = [contradiction(clause.polarity, clause.words, near.polarity, near.words)
                   for near in _nearest(clause, passages)]  # fmt: skip
        if against and all(against) and against[0] is not None:
            yield Finding(OPPOSITE, "negation", against[0])


def unsaid(claim: ClaimReading, passages: Sequence[Digest]) -> Reason:
    """Say which words of a claim no passage has; if all are there, that they are apart."""
    said = frozenset[str]().union(*(one.stems | one.document_stems for one in passages))
    flat = flatten(claim.text)
    tokens = placed(tokenise(flat), flat)
    missing = [
        claim.text[start:end]
        for text, start, end in zip(*tokens, strict=True)
        if (stem := stem_of(text)) and stem in claim.stems and stem not in said
    ]
    if not missing:
        return Reason("words_apart")
    named = ", ".join(f"“{word}”" for word in dict.fromkeys(missing[:MOST_NAMED]))
    return Reason("words_missing", (named,))


def turned(claim: ClaimReading) -> Iterator[Finding]:
    """A claim that what it says rose fell by its own figures, or the reverse."""
    course = from_and_to(claim)
    operations = asked_figures(claim).operations
    rises, falls = Operation.RISE in operations, Operation.FALL in operations
    if course is None or rises == falls:
        return
    old, new = course
    before, after = (
        -one.readings[0].value if one.is_negative else one.readings[0].value for one in (old, new)
    )
    if before and (after < before if rises else after > before):
        yield Finding(OPPOSITE, "negation", Reason("nothing_rose" if rises else "nothing_fell"))


def _nearest(part: Clause, passages: Sequence[Digest]) -> list[Clause]:
    """The clauses that speak of the same as a clause does, if any."""
    words = part.words - {"<up>", "<down>"}
    least = max(1, _SAME * len(words))
    found: list[Clause] = []
    for passage in passages:
        said = words & passage.stems
        if len(said) < least:
            continue
        for clause in passage.clauses:
            same = len(said & clause.words)
            if same >= least:
                if same > least:
                    found = [clause for clause in found if len(words & clause.words) >= same]
                found.append(clause)
                least = same
    return found


def names(claim: ClaimReading, passages: Sequence[Digest]) -> list[Finding]:
    """Names that no passage has; worse where none of the claim's names is there."""
    has_other_name = cache(lambda: _has_other_name(claim, passages))
    missing = [
        name
        for name in claim.names
        if not any(_has_name(name, passage) for passage in passages)
        and (not name.is_doubtful or has_other_name())
    ]
    is_none = len(missing) == len(claim.names) and not all(one.is_doubtful for one in missing)
    return [
        Finding(
            OTHER_NAME if is_none or name.acts else NO_NAME,
            "entities",
            Reason("name_missing", (" ".join(name.text.split()),)),
        )
        for name in missing
    ]


def _has_name(name: Name, passage: Digest) -> bool:
    """Whether a passage has a name, or the title of its document does."""
    return has_name(name, passage.names) or (
        bool(passage.about) and has_name(name, passage.document_names)
    )


def _has_other_name(claim: ClaimReading, passages: Sequence[Digest]) -> bool:
    """Whether the clause that says most of the claim names someone whom the claim does not."""
    ours = frozenset(claim.stems)
    best, most = frozenset[str](), 0
    for passage in passages:
        for clause in passage.clauses:
            same = len(ours & clause.words)
            if same > most:
                best, most = (clause.words & passage.name_stems) - ours, same
    return bool(best) and most >= max(2, _ALIKE * len(ours))
