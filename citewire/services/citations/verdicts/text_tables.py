"""Tables that a text holds as lines: periods on one line, and below it labels with as many figures.

Not every table of a page is found as one. `Cash and cash equivalents $ 1,874 $ 2,936` below
`January 28, 2023 January 29, 2022` says which figure is of which day all the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from citewire.content.table import Span
from citewire.services.citations.verdicts.figures import (
    MOST_FIGURES,
    CellFigure,
    Figures,
    TableHead,
    figure_scales,
    grouping_of,
    head_of,
    money_of,
    number_of,
)
from citewire.services.citations.verdicts.periods import PlacedPeriod, find_periods, joined
from citewire.services.citations.verdicts.table_scales import Scales, joined_scales, scales_of_heads
from citewire.services.citations.verdicts.tokens import flatten, tokenise
from citewire.services.citations.verdicts.told_figures import ToldSentence
from citewire.services.citations.verdicts.units import PERCENT, POINTS

LONGEST = 200
"""Characters of a line that may be a row; longer ones are prose."""

MOST_WORDS = 6
"""Of a line of periods, besides these."""

MOST_SENTENCES = 60
"""Sentences of a passage of which figures are read."""

MOST_OF_LABEL = 160
"""Characters of a sentence that say what its figures are."""

_FIGURE = re.compile(
    r"(?<![\w.,$€£])(?:[$€£]\s?)?\(?-?(?:[$€£]\s?)?(?:\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,]\d{1,4})?(?!\w)"
    r"\s?\)?\s?%?\)?|(?<!\S)[$€£]?\s?[—–-]{1,2}(?!\S)"
)
_UNIT = re.compile(r"\b(?:in|en)\s[a-z$€£' ]{0,20}|[$€£]|%")


class _Row(NamedTuple):
    label: str
    figures: tuple[tuple[str, Span], ...]


def read_text_figures(text: str, point: str) -> Figures | None:
    """Read the figures of the lines of a text that are rows below periods; linear in the text."""
    lines: list[TableHead] = []
    heads: list[TableHead] = []
    cells: list[CellFigure] = []
    columns: range = range(0)
    grouping = grouping_of(text)
    above = money = ""
    scales = Scales()
    start = 0
    for line in text.split("\n"):
        begins, start = start, start + len(line) + 1
        flat = flatten(line)
        if not flat.strip():
            continue
        periods = _periods_of_head(flat)
        if periods:
            columns = range(len(heads), len(heads) + len(periods))
            heads += [head_of(line[one.start : one.end], "") for one in periods]
            scales = joined_scales([scales_of_heads(flatten(above)), scales_of_heads(flat)])
            money = money_of(f"{flatten(above)}\n{flat}")
        elif columns and (row := _row(line, begins, len(columns))):
            own = head_of(row.label, "")
            for column, (written, span) in zip(columns, row.figures, strict=True):
                read = number_of(written, point)
                if read is None or len(cells) >= MOST_FIGURES:
                    continue
                value, step, kind = read
                kind = PERCENT if own.is_percent and not kind else kind
                head = heads[column]
                cells.append(
                    CellFigure(
                        value,
                        step,
                        kind,
                        len(lines),
                        column,
                        joined(one.period for one in (head, own) if one.period),
                        False,
                        figure_scales(scales, kind, own, head),
                        span,
                        None,
                        written.strip(),
                        own.is_per_unit,
                        money,
                        grouping,
                    )
                )
            lines.append(own)
        elif len(line) > LONGEST:
            columns = range(0)
        above = line
    if not cells:
        return None
    return Figures(tuple(lines), tuple(heads), tuple(cells), ())


def _periods_of_head(flat: str) -> Sequence[PlacedPeriod]:
    """The periods of a line that names two or more, and little else."""
    if len(flat) > LONGEST:
        return ()
    periods = [one for one in find_periods(flat) if one.period.year]
    if len(periods) < 2:
        return ()
    left = flat
    for one in periods:
        left = left[: one.start] + " " * (one.end - one.start) + left[one.end :]
    words = [token for token in tokenise(_UNIT.sub(" ", left)) if token.isalpha()]
    has_figures = any(token[0].isdigit() and len(token) > 2 for token in tokenise(left))
    return () if has_figures or len(words) > MOST_WORDS else periods


def _row(line: str, begins: int, count: int) -> _Row | None:
    """A line as a label and so many figures; None if it is none."""
    if len(line) > LONGEST:
        return None
    found = list(_at_end(line))[-count:]
    if len(found) < count:
        return None
    label = line[: found[0].start()].strip(" .|$€£(")
    if not label or not any(char.isalpha() for char in label):
        return None
    figures = tuple((match[0], (begins + match.start(), begins + match.end())) for match in found)
    return _Row(label, figures)


def _at_end(line: str) -> Iterator[re.Match[str]]:
    """The figures with which a line ends, nothing but blanks and bars between them."""
    found: list[re.Match[str]] = []
    for match in _FIGURE.finditer(line):
        if found and line[found[-1].end() : match.start()].strip(" |$€£"):
            found = []
        found.append(match)
    if found and not line[found[-1].end() :].strip(" |%)."):
        yield from found


def with_sentences(
    figures: Figures | None, text: str, sentences: Sequence[ToldSentence]
) -> Figures | None:
    """The figures of lines together with those that sentences tell of several periods."""
    if not sentences:
        return figures
    lines, heads, cells, key = (
        (list(figures.lines), list(figures.heads), list(figures.cells), figures.key)
        if figures
        else ([], [], [], ())
    )
    for sentence in sentences[:MOST_SENTENCES]:
        label = " ".join(text[slice(*sentence.span)].split())
        own = replace(head_of(label[:MOST_OF_LABEL], ""), is_period=False, period=None)
        for amount, period in sentence.figures:
            reading = amount.readings[0]
            written = text[amount.start : amount.end]
            cells.append(
                CellFigure(
                    -reading.value if amount.is_negative else reading.value,
                    reading.step,
                    reading.kind if reading.kind != POINTS else PERCENT,
                    len(lines),
                    len(heads),
                    period,
                    False,
                    (1.0,),
                    (amount.start, amount.end),
                    None,
                    written,
                    own.is_per_unit,
                    "",
                    "",
                )
            )
            heads.append(_NAMELESS)
        lines.append(own)
    return Figures(tuple(lines), tuple(heads), tuple(cells), key)


_NAMELESS = head_of("", "")
