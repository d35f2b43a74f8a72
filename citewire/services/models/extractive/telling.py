"""A row of a table as a sentence, with its unit, and as the piece of its table below that."""

import re
from collections.abc import Sequence

from citewire.content.table import rows_of
from citewire.services.citations.verdicts.figures import CellFigure
from citewire.services.citations.verdicts.table_scales import scales_of_heads
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.units import PERCENT
from citewire.services.models.extractive.figures import FittingRow, TableSource
from citewire.services.models.extractive.markdown_pieces import (
    MOST_COLUMNS,
    figure_plain,
    heads_of,
    piece_of,
)

_SCALES = {1e3: "thousand", 1e5: "lakh", 1e6: "million", 1e7: "crore", 1e9: "billion"}
_SPANISH_SCALES = {1e3: "mil", 1e5: "lakh", 1e6: "millones", 1e7: "crore", 1e9: "mil millones"}
_SIGN = re.compile(r"[$€£¥₹]")
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
"""Says that a table is of a part of the company, or not of its books."""
_LONG_ABOUT = 70
"""Characters; a longer caption says more than what a table is about."""
_NOTE = re.compile(r"(?:\(\d{1,2}\)|\[\d{1,2}\]|\*)$")
_DIGIT = re.compile(r"\d")


def row_told(row: FittingRow, *, spanish: bool) -> str:
    """The row as a sentence without its stop: label, the heads of each figure, figure and unit."""
    label = label_told(row)
    heads = row.source.figures.heads
    told = [
        ((_plain(heads[cell.head].label)), figure_told(cell, row.source, label, spanish=spanish))
        for cell in row.told
    ]
    if len(told) == 1:
        head, figure = told[0]
        return f"{', '.join(filter(None, (label, head)))}: {figure}"
    figures = "; ".join(f"{head}: {figure}" if head else figure for head, figure in told)
    return f"{label}: {figures}" if label else figures


def label_told(row: FittingRow) -> str:
    """What the row is called, with the subhead above it where it says little by itself."""
    label = _plain(row.head.label)
    group = _plain(_subhead(row))
    said = len(row.head.words) < 2 and group and group.casefold() != label.casefold()
    told = f"{group}: {label}" if said and label else label or group
    about = _about(row.source)
    return f"{told} ({about})" if about else told


def _about(source: TableSource) -> str:
    """Of which part of the company the table is, if its caption or first head says so."""
    table, text = source.passage.table, source.passage.text
    assert table is not None
    corner = source.figures.heads[0].label if table.header_rows else ""
    caption = text[slice(*table.caption)] if table.caption else ""
    for told in (corner, caption):
        plain = _plain(_IN_BRACKETS.sub("", told.split("\n")[0]))
        if plain and len(plain) <= _LONG_ABOUT and _OF_PART.search(plain):
            return plain
    return ""


def figure_told(cell: CellFigure, source: TableSource, label: str, *, spanish: bool) -> str:
    """A figure as it is written, with the currency and the scale that its table states."""
    figure = figure_plain(cell.text)
    if not _DIGIT.search(figure):
        return figure
    if cell.kind == PERCENT:
        return figure if "%" in figure else f"{figure}%"
    head = source.figures.heads[cell.head]
    line = source.figures.lines[cell.line]
    if head.is_per_unit or line.is_per_unit or _COUNTED.search(f"{label} {head.label}"):
        return figure
    scale = (_SPANISH_SCALES if spanish else _SCALES).get(_own_scale(cell, source), "")
    stated = unit_of(source)
    sign = _SIGN.search(stated)
    written = sign[0] if sign else _only_sign(source) if scale else ""
    if written and not _SIGN.search(figure):
        figure = f"{written}{figure}"
    code = _CODE.search(stated) if not _SIGN.search(figure) else None
    money = f"de {code[0]}" if code and scale.endswith("millones") else code[0] if code else ""
    return " ".join(filter(None, (figure, scale, money)))


def _only_sign(source: TableSource) -> str:
    """The sign of currency of a table that writes it at its first and last figures alone."""
    signs = {sign[0] for cell in source.figures.cells if (sign := _SIGN.search(cell.text))}
    return signs.pop() if len(signs) == 1 else ""


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
        return text[slice(*table.unit)].strip("() \n")
    caption = text[slice(*table.caption)] if table.caption else ""
    corner = source.figures.heads[0].label if table.header_rows else ""
    return next((said for said in (caption, corner) if scales_of_heads(flatten(said)).plain), "")


def piece_of_table(rows: Sequence[FittingRow], number: int) -> str:
    """Rows of one table below its heads, as Markdown; empty if that adds nothing."""
    source = rows[0].source
    table = source.passage.table
    assert table is not None
    grid = list(rows_of(table, source.passage.text))
    places = [cell.place for row in rows for cell in row.told if cell.place is not None]
    wanted = sorted({row for row, _ in places})
    told = {column for _, column in places}
    side = list(range(max(table.header_columns, 1)))
    further = sorted(set(range(table.columns)) - set(side), key=lambda at: (at not in told, at))
    columns = [*side, *sorted(further[: MOST_COLUMNS - len(side)])]
    others = [at for at in columns[len(side) :] if at not in told]
    is_all_told = not any(grid[row][at] for row in wanted for at in others)
    if len(rows) == 1 and is_all_told:
        return ""
    unit = unit_of(source) if table.unit else ""
    heads = source.borrowed or heads_of(table, grid)
    first, *further_heads = (heads[at] for at in columns)
    cells = [[grid[row][at] for at in columns] for row in wanted]
    return piece_of([first or unit, *further_heads], cells, number)


def _subhead(row: FittingRow) -> str:
    """The last row above that only names those below it."""
    table, text = row.source.passage.table, row.source.passage.text
    assert table is not None
    grid = list(rows_of(table, text))
    place = row.told[0].place
    assert place is not None
    own, _ = place
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
