"""Figures that a report states plainly: a row of a table under a year, by names that all know."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from llama_index.core.schema import NodeWithScore, TextNode

from citewire.content.table import Table, rows_span, span_at
from citewire.content.table_record import TABLE, table_from_json
from citewire.text.words import fold, years
from citewire.workflows.shown import readable

MOST_CELLS = 2000
"""Of a table; a longer one is no statement."""
LONGEST_LABEL = 60
LONGEST_UNIT = 120
FEWEST_TABLES = 2

NAMES: dict[str, str] = {
    name: phrase
    for phrase, names in {
        "total revenues": "total revenues; total revenue; total revenues, net; revenues; revenue",
        "net sales": "net sales; total net sales; net revenues; net revenue; total net revenue",
        "net income": "net income; net earnings; net profit; profit for the year",
        "operating income": "operating income; operating profit; income from operations",
        "total assets": "total assets",
        "total liabilities": "total liabilities",
        "cash and cash equivalents": "cash and cash equivalents",
        "capital expenditures": "capital expenditures",
        "research and development expenses": "research and development; "
        "research and development expenses; research and development expense",
        "number of employees": "number of employees; total employees; employees; headcount",
        "total emissions": "total emissions; total ghg emissions; total greenhouse gas emissions",
        "scope 1 emissions": "scope 1; scope 1 emissions; scope 1 ghg emissions",
        "total energy consumption": "total energy consumption; energy consumption; total energy",
        "los ingresos": "ingresos; total ingresos; ingresos totales; importe neto de la cifra de "
        "negocios; cifra de negocios; ventas; ventas netas",
        "el resultado neto": "resultado neto; beneficio neto; resultado del ejercicio",
        "el activo total": "total activo; activo total; total activos",
        "la plantilla": "plantilla; plantilla total; numero de empleados; empleados",
        "las emisiones totales": "emisiones totales; total emisiones",
    }.items()
    for name in names.split("; ")
}
"""What rows are called, folded, and what is asked for then; the most telling come first."""

SOUGHT = "revenue sales income earnings profit assets cash employees emissions energy ingresos"
"""Words that find the tables of these rows."""

_ORDER = list(dict.fromkeys(NAMES.values()))
_NOTE = re.compile(r"(?:\(\d{1,2}\)|\[\d{1,2}\]|[*†‡¹²³])\Z")
_VALUE = re.compile(r"[$€£]?\s?\(?\d[\d.,  ]{0,20}\)?\s?%?")


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure of a report.

    Args:
        phrase: what is asked for, as `NAMES` has it.
        label: what its row is called.
        year: under which it stands.
        value: as it is written.
        unit: what stands over the table of its unit; empty if nothing does.
        quote: its row, as it stands in the passage.
        passage: in which it stands.
        is_certain: whether several tables of the report state it, and all alike.
    """

    phrase: str
    label: str
    year: str
    value: str
    unit: str
    quote: str
    passage: TextNode
    is_certain: bool = False


def figures_of(passages: Sequence[TextNode], wanted: frozenset[str]) -> list[StatedFigure]:
    """The figures that tables of a report state, each once, the most telling ones first.

    Only one that two tables state alike, and none otherwise, is certain: what stands once may be
    of a part, such as what is held for sale, and what differs of a group and its parent.

    Args:
        passages: those that have tables; others are passed over.
        wanted: the years that the report is about; figures of others are left out.
    """
    found: dict[str, list[StatedFigure]] = {}
    for node in passages:
        if not node.metadata.get(TABLE):
            continue
        shown = readable(NodeWithScore(node=node, score=0.0)).node
        if not isinstance(shown, TextNode):
            continue
        for figure in _of_table(shown, table_from_json(shown.metadata[TABLE]), wanted):
            found.setdefault(figure.phrase, []).append(figure)
    told = [_one_of(same) for same in found.values()]
    return sorted(told, key=lambda figure: _ORDER.index(figure.phrase))


def _one_of(same: Sequence[StatedFigure]) -> StatedFigure:
    """The figure that names its unit, if one does: it says most."""
    is_certain = len(same) >= FEWEST_TABLES and len({_digits(one.value) for one in same}) == 1
    return replace(max(same, key=lambda figure: bool(figure.unit)), is_certain=is_certain)


def _digits(value: str) -> str:
    return "".join(filter(str.isdigit, value))


def _of_table(node: TextNode, table: Table, wanted: frozenset[str]) -> list[StatedFigure]:
    text = node.get_content()
    if table.rows * table.columns > MOST_CELLS or not table.header_rows:
        return []
    grid = [
        [text[slice(*span_at(cell, row, column))].strip() for column, cell in enumerate(cells)]
        for row, cells in enumerate(table.grid())
    ]
    columns = _columns(grid[: table.header_rows], wanted)
    if not columns:
        return []
    year = max(columns)
    unit = "" if table.unit is None else " ".join(text[slice(*table.unit)].split())
    lines = text[slice(*rows_span(table))].split("\n")
    if len(lines) != len(grid):  # a cell of several lines: no row stands alone
        return []
    found = []
    for row, cells in enumerate(grid[table.header_rows :], start=table.header_rows):
        phrase = NAMES.get(_plain(cells[0]))
        value = cells[columns[year]]
        if phrase and _VALUE.fullmatch(value):
            quote = lines[row].strip()
            found.append(
                StatedFigure(phrase, cells[0], year, value, unit[:LONGEST_UNIT], quote, node)
            )
    return found


def _columns(heads: Sequence[Sequence[str]], wanted: frozenset[str]) -> dict[str, int]:
    """The column of each wanted year that stands over exactly one."""
    over: dict[str, list[int]] = {}
    for column in range(1, len(heads[0])):
        told = years(" ".join(row[column] for row in heads))
        if len(told) == 1:
            over.setdefault(next(iter(told)), []).append(column)
    return {year: at[0] for year, at in over.items() if len(at) == 1 and year in wanted}


def _plain(label: str) -> str:
    """What a row is called, folded, without a mark of a note and signs at its end."""
    if len(label) > LONGEST_LABEL:
        return ""
    return fold(_NOTE.sub("", label.strip())).rstrip(" .:").strip()
