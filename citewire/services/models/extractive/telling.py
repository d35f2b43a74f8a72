"""A row of a table as a sentence, with its unit, and as the piece of its table below that."""

import re
from collections.abc import Sequence
from dataclasses import replace

from citewire.content.table import rows_of
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.table_scales import scales_of_heads
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.units import PERCENT
from citewire.services.models.extractive.figures import FittingRow
from citewire.services.models.extractive.markdown_pieces import (
    MOST_COLUMNS,
    figure_plain,
    heads_of,
    piece_of,
)
from citewire.services.models.extractive.measures import Measure, own_measure, read_measure
from citewire.services.models.extractive.table_sources import SIGN, TableSource

_SCALES = {1e3: "thousand", 1e5: "lakh", 1e6: "million", 1e7: "crore", 1e9: "billion"}
_SPANISH_SCALES = {1e3: "mil", 1e5: "lakh", 1e6: "millones", 1e7: "crore", 1e9: "mil millones"}
_CODE = re.compile(r"\b(?:EUR|USD|GBP|CHF|JPY|CNY|RMB|INR|SEK|NOK|DKK|euros?|dollars?)\b")
_COUNTED = re.compile(
    r"\b(?:number|employees|associates|stores|warehouses|shares|units|customers|members|headcount"
    r"|square|ratio|days|times|n[uú]mero|empleados|acciones|tiendas)\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\([^()]{0,120}\)")
_OF_PART = re.compile(
    r"\b(?:segments?|divisions?|regions?|regional|domestic|international|parent company|pro forma"
    r"|non-gaap|discontinued|segmentos?|divisi[oó]n|regi[oó]n)\b",
    re.IGNORECASE,
)
"""Says that a table is of a part of the company, or not of its books; alone it names its rows."""
_PER_UNIT = re.compile(
    r"\bper (?:\w+ )?(?:share|unit|ads|adr|security)\b"
    r"|\bpor acci[oó]n\b|\bje aktie\b|\bpar action\b",
    re.IGNORECASE,
)
_UNIT_COLUMN = re.compile(
    r"units?(?: of measure(?:ment)?)?|measure|uom|einheit(?:en)?|unidad(?:es)?|unit[eé]s?",
    re.IGNORECASE,
)
"""Above the units of rows."""
_LONG_ABOUT = 70
"""Characters; a longer caption says more than what a table is about."""
_NOTE = re.compile(r"(?:\(\d{1,2}\)|\[\d{1,2}\]|\*)$")
_DIGIT = re.compile(r"\d")


def row_told(row: FittingRow, *, spanish: bool) -> str:
    """The row as a sentence without its stop: label, the heads of each figure, figure and unit."""
    label = label_told(row)
    heads = row.source.figures.heads
    above = _subhead(row)
    told = [
        (
            _plain(heads[cell.head].label),
            figure_told(cell, row.source, label, spanish=spanish, subhead=above),
        )
        for cell in row.told
    ]
    if len(told) == 1:
        head, figure = told[0]
        return f"{', '.join(filter(None, (label, head)))}: {figure}"
    figures = "; ".join(f"{head}: {figure}" if head else figure for head, figure in told)
    return f"{label}: {figures}" if label else figures


def label_told(row: FittingRow) -> str:
    """What the row is called, with the subhead above it where it says little by itself."""
    label = _plain(_apart(row))
    group = _plain(_subhead(row))
    said = len(row.head.words) < 2 and group and group.casefold() != label.casefold()
    told = f"{group}: {label}" if said and label else label or group
    about = _about(row.source)
    return f"{told} ({about})" if about else told


def _apart(row: FittingRow) -> str:
    """What stands at the side of a row, the cells of several columns set apart."""
    table, text = row.source.passage.table, row.source.passage.text
    place = row.told[0].place
    if table is None or place is None or table.header_columns < 2:
        return row.head.label
    cells = list(dict.fromkeys(list(rows_of(table, text))[place[0]][: table.header_columns]))
    is_side = " ".join(cells) == row.head.label
    return ", ".join(filter(None, cells)) if is_side else row.head.label


def _corner(source: TableSource) -> str:
    """What stands at the left of the heads of the columns."""
    table = source.passage.table
    return source.figures.heads[0].label if table is not None and table.header_rows else ""


def _about(source: TableSource) -> str:
    """Of which part of the company the table is, if its caption or first head says so."""
    table, text = source.passage.table, source.passage.text
    assert table is not None
    corner = _corner(source)
    caption = text[slice(*table.caption)] if table.caption else ""
    for told in (corner, caption):
        plain = _plain(_IN_BRACKETS.sub("", told.split("\n")[0]))
        if " " in plain and len(plain) <= _LONG_ABOUT and _OF_PART.search(plain):
            return plain
    return ""


def figure_told(
    cell: CellFigure, source: TableSource, label: str, *, spanish: bool, subhead: str = ""
) -> str:
    """A figure as it is written, with the unit, currency and scale that its heads or table state.

    Args:
        cell: the figure.
        source: its table.
        label: what its row is called.
        spanish: whether the scale is told in Spanish.
        subhead: that its row stands under.
    """
    figure = figure_plain(cell.text)
    if not _DIGIT.search(figure) or "%" in figure:
        return figure
    if cell.kind == PERCENT:
        return f"{figure}%"
    measure = _measure_of(cell, source, label, subhead)
    if measure is None:
        return figure
    if measure.is_percent:
        return f"{figure}%"
    if SIGN.fullmatch(measure.money) and not SIGN.search(figure):
        figure = f"{measure.money}{figure}"
    scale = (_SPANISH_SCALES if spanish else _SCALES).get(measure.scale, "")
    money = "" if SIGN.search(figure) else measure.money
    money = f"de {money}" if money and scale.endswith("millones") else money
    return " ".join(filter(None, (figure, scale, money, measure.text)))


def _measure_of(cell: CellFigure, source: TableSource, label: str, subhead: str) -> Measure | None:
    """What a figure is told in: its own heads' unit, else that of the table where that fits."""
    head, line = source.figures.heads[cell.head], source.figures.lines[cell.line]
    labels = (line.label, head.label, subhead)
    own = _in_unit_column(cell, source) or next(filter(None, map(own_measure, labels)), None)
    is_per_unit = bool(_PER_UNIT.search(f"{label} {head.label}"))
    table = _measure_of_table(cell, source)
    if own is not None:
        is_whole = own.scale or own.text or own.is_percent or not own.money or is_per_unit
        return own if is_whole else replace(own, scale=table.scale)
    if is_per_unit:
        return Measure(money=table.money)
    if head.is_per_unit or line.is_per_unit or _COUNTED.search(f"{label} {head.label}"):
        return None
    return table


def _measure_of_table(cell: CellFigure, source: TableSource) -> Measure:
    """What all the table's figures are told in, with the scale of the figure's own heads."""
    stated = unit_of(source)
    measure = own_measure(stated) or read_measure(stated) or Measure()
    scale = _own_scale(cell, source)
    sign = SIGN.search(stated)
    found = sign[0] if sign else source.sign if scale and not measure.text else ""
    code = _CODE.search(stated) if not found else None
    return replace(measure, money=code[0] if code else found, scale=scale)


def _in_unit_column(cell: CellFigure, source: TableSource) -> Measure | None:
    """The unit that stands in the row of a figure, in a column of units."""
    table, text = source.passage.table, source.passage.text
    if table is None or cell.place is None or table.header_rows == 0:
        return None
    for at, head in enumerate(heads_of(table, list(rows_of(table, text)))):
        if _UNIT_COLUMN.fullmatch(head.strip()):
            stated = list(rows_of(table, text))[cell.place[0]][at]
            return read_measure(stated) or (Measure(stated) if stated else None)
    return None


def _own_scale(cell: CellFigure, source: TableSource) -> float:
    """The scale of a figure: its row's or column's own, else the one that all the table has."""
    figures = source.figures
    stated = unit_of(source)
    for label in (figures.lines[cell.line].label, figures.heads[cell.head].label, stated):
        if len(own := scales_of_heads(flatten(label)).plain) == 1:
            return own[0]
    return 0.0


def unit_of(source: TableSource) -> str:
    """What the table says of its unit, in a line of its own, its caption or its heads."""
    table, text = source.passage.table, source.passage.text
    assert table is not None
    if table.unit:
        return text[slice(*table.unit)].strip()
    caption = text[slice(*table.caption)] if table.caption else ""
    corner = _corner(source)
    return next(
        (
            said
            for said in (caption, corner)
            if scales_of_heads(flatten(said)).plain or own_measure(said) or read_measure(said)
        ),
        "",
    )


def rows_of_piece(rows: Sequence[FittingRow]) -> list[int]:
    """The rows of the grid that the piece of some rows' table shows, in order."""
    return sorted({cell.place[0] for row in rows for cell in row.told if cell.place})


def piece_of_table(rows: Sequence[FittingRow], number: int) -> str:
    """Rows of one table below its heads, as Markdown; empty if that adds nothing."""
    source = rows[0].source
    table = source.passage.table
    assert table is not None
    grid = list(rows_of(table, source.passage.text))
    wanted = rows_of_piece(rows)
    told = {cell.place[1] for row in rows for cell in row.told if cell.place}
    side = list(range(max(table.header_columns, 1)))
    further = sorted(set(range(table.columns)) - set(side), key=lambda at: (at not in told, at))
    columns = [*side, *sorted(further[: MOST_COLUMNS - len(side)])]
    others = [at for at in columns[len(side) :] if at not in told]
    is_all_told = not any(grid[row][at] for row in wanted for at in others)
    if len(rows) == 1 and is_all_told:
        return ""
    unit = unit_of(source) if table.unit else ""
    unit = (
        bracketed[0].strip("()") if (bracketed := _IN_BRACKETS.search(unit)) else unit.strip("()")
    )
    heads = source.borrowed or heads_of(table, grid)
    first, *further_heads = (heads[at] for at in columns)
    cells = [[grid[row][at] for at in columns] for row in wanted]
    return piece_of([first or unit, *further_heads], cells, number)


def _subhead(row: FittingRow) -> str:
    """The last row above that only names those below it."""
    table, text = row.source.passage.table, row.source.passage.text
    assert table is not None
    grid = list(rows_of(table, text))
    own, _ = row.told[0].place or (0, 0)
    for above in range(own - 1, table.header_rows - 1, -1):
        first, *others = grid[above]
        if first and not any(other and other != first for other in others):
            return first
        if re.match(r"total\b", first, re.IGNORECASE):
            return ""
    return ""


def _plain(label: str) -> str:
    """A label without the marks of notes, and not in capitals throughout."""
    told = " ".join(label.split())
    while (shorter := _NOTE.sub("", told).rstrip()) != told:
        told = shorter
    told = told.rstrip(" :;,.|").replace("|", "/")
    return told.capitalize() if told.isupper() and len(told.split()) > 1 else told
