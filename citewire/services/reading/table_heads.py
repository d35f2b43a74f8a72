"""Caption and unit line of tables: which words around a table, or within it, are these.

A caption is what the file gives as such, else a short line that begins like one ("Table 3:",
"Cuadro 2 –") just above the table, or just below it; of files with a layout also a heading just
above. A unit line says of what the figures are ("in millions of euros", "$ in thousands, except
per share", "Unit: tonnes", "(%)"). It stands in the caption, in a head that is not of one column
alone, in lines just above, or once on the page before everything else. What stands over another
table is never taken for this one: a wrong unit is worse than none.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from citewire.content.report import Block, Page, Report
from citewire.content.table import Span, Table, rows_span, span_at

MAX_LINE = 240
"""Characters; a longer line is prose."""

MAX_UNIT_LINE = 120

LINES_ABOVE = 4

MIN_SAME = 2
SAME = 0.6
"""Tables that tell the same have so many of their labels in common."""

_CAPTION = re.compile(
    r"\W{0,3}(?i:Table|Tab\.|Tabelle|Übersicht|Tabla|Cuadro|Tableau|Tabela|Quadro|Tabella|Prospetto"
    r"|Tabel|Taulukko|Tabell|Exhibit|Schedule|Statement|Chart|Annex|Таблица|Πίνακας|表|図表|圖表|图表)(?![a-z])"
    r"\s{0,3}(?:[A-Z]{0,3}[.-]?\d[\d.\-–/]{0,12}[a-z]?|[IVX]{1,6}|[A-Z](?:[.\-–]\d[\d.]{0,8})?)"
    # A sentence that begins so goes on with a small letter: "Table 3 shows".
    r"(?=\s{0,3}(?:$|[\n.:;,|(\[–—-]|[^\W\d_a-zß-öø-ÿ]|\d))"
)
_SAYS = re.compile(r"[^\W\d_]+")

_CURRENCY = (
    r"(?:US\$|U\.S\.\s?\$|C\$|A\$|HK\$|R\$|S\$|[$€£¥₹]|EUR|USD|GBP|CHF|JPY|CNY|RMB|SEK|NOK|DKK|PLN|INR|"
    r"BRL|CAD|AUD|MXN|COP|CLP|PEN|euros?|dollars?|Dollar|Euro|pesos|reais|soles|Franken|francs?|yen|"
    r"pounds(?: sterling)?|rupees|kronor)"
)
_SCALE = (
    r"(?:thousands?|millions?|billions?|trillions?|crores?|lakhs?|mn|mln|bn|Mio\.?|Mrd\.?|Tsd\.?|Tausend|"
    r"Millionen|Milliarden|miles(?: de millones)?|millones|millardos|milliers|milliards?|milhões|"
    r"milhares|bilhões|mil|migliaia|milioni|miliardi|miljoenen|miljarden|duizenden|"
    r"hundreds|per cent|percent|percentages?|Prozent|porcentajes?|por ciento|pourcentages?|%)"
)
_MEASURE = (
    r"(?:(?:metric |short )?ton(?:ne)?s?|kilotonnes|tCO2e?|t|kt|Mt|kg|g|GWh|MWh|kWh|TWh|MW|GW|kW|TJ"
    r"|GJ|PJ|toe|barrels|boe|bbl|ounces|oz|litres|liters|m2|m²|m3|m³|km|km2|km²|hectares|ha|acres"
    r"|square (?:feet|metres|meters)|persons|people|employees|FTEs?|households|shares|units|hours"
    r"|days|months|years|points|basis points|bps|pp|percentage points|toneladas|hectáreas|personas"
    r"|Tonnen|Personen|Stück|tonnes)"
)
_HEAD_OF_UNIT = re.compile(
    rf"(?:{_SCALE} )?(?:ton(?:ne)?s|kilotonnes|tCO2e?|k?t|Mt|kg|[GMkT]Wh|[GM]W|[TGP]J|boe|bbl"
    r"|barrels|ounces|ML|lit(?:er|re)s|m[23²³]|km[2²]?|hectares|acres|toneladas|Tonnen|[%$€£¥]"
    r"|(?:USD|EUR|GBP|CHF|JPY|CNY|RMB|SEK|NOK|DKK|CAD|AUD|INR|BRL|MXN)(?: ?(?:[mk]|[bm]n|000))?)",
    re.IGNORECASE,
)
_OF = r"(?:\s{0,2}(?:of|de|d['’]|di|van|in|US|U\.S\.|constant|current))"
_UNITS = (
    # in millions of euros, in € million, en miles de pesos, in Mio. EUR
    re.compile(
        rf"(?<!\w)(?:in|en|em|expressed in|x)\s{{1,3}}(?:{_CURRENCY}\s{{0,2}})?{_SCALE}"
        rf"(?!\w)(?:{_OF}{{1,3}}\s{{0,2}}{_CURRENCY}(?!\w)|\s{{1,2}}{_CURRENCY}(?!\w))?",
        re.IGNORECASE,
    ),
    # $ in thousands; US$ million; millones de euros
    re.compile(
        rf"(?<![\w$]){_CURRENCY}\s{{0,2}}(?:in\s{{1,2}})?{_SCALE}(?!\w)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<!\w){_SCALE}{_OF}{{1,3}}\s{{0,2}}{_CURRENCY}(?!\w)", re.IGNORECASE),
    re.compile(rf"(?<!\w){_SCALE}\s{{1,2}}{_CURRENCY}(?!\w)", re.IGNORECASE),
    # $'000, €000s, T€, TEUR, €m, €bn, M€
    re.compile(
        r"(?<!\w)(?:(?:US\$|[$€£¥])\s?['’]?000s?|['’]000s?|T€|TEUR|TUSD|TCHF|kEUR|k€|M€|Md€|MEUR|MUSD|MSEK|"
        r"(?:US\$|[$€£¥])\s?(?:m|k|bn|mn|mm))(?!\w)"
    ),
    # USD m, EUR bn, kUSD
    re.compile(
        r"(?<![\w$])(?:(?:USD|EUR|GBP|CHF|JPY|CNY|RMB|SEK|NOK|DKK|PLN|INR|BRL|CAD|AUD|MXN|NZD|SGD|HKD"
        r"|ZAR|KRW) ?(?:['’]?000s?|mn|mm|bn|tn|m|k)|[kM](?:USD|EUR|GBP|CHF|SEK|NOK|DKK))(?!\w)"
    ),
    # Unit: tonnes; Einheit: Mio. EUR; 单位：百万元
    re.compile(
        r"(?<!\w)(?:Units?(?: of measure(?:ment)?)?|Einheit(?:en)?|Unidad(?:es)?(?: de medida)?"
        r"|Unités?|Unidade|Unità(?: di misura)?|Eenheid|单位|單位|単位)\s{0,2}[:：]"
        r"\s{0,2}[^\n():：]{1,60}",
        re.IGNORECASE,
    ),
    # (thousand tonnes), (GWh), (% of GDP); in GWh, % of GDP as a line of its own
    re.compile(
        rf"(?<=\()(?:in |en )?(?:{_SCALE} )?(?:of |de )?{_MEASURE}(?=\))"
        rf"|^(?:in |en |(?:in |en )?{_SCALE} )(?:of |de )?{_MEASURE}$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:^|(?<=\()){_SCALE} (?:of|de|del|der) [^\n(),.]{{1,30}}(?=\)|$)", re.IGNORECASE
    ),
    re.compile(r"\(\s?(?:%|‰|in %|en %)\s?\)|(?<!\w)(?:in|en|em) [%‰](?!\w)", re.IGNORECASE),
)
_FILLER = frozenset(
    "in of and or the all are is as at for by per share shares data amounts amount figures numbers "
    "values dollars euros except unless otherwise stated noted indicated specified where expressed "
    "presented unaudited audited thousands millions billions earnings other percentages percent "
    "currency us u s unit units cifras importes datos expresados expresadas en de y salvo excepto "
    "los las por acción indicación contraria montants chiffres sauf mention contraire exprimés "
    "alle angaben beträge sofern nicht anders angegeben werte valores".split()
)


def with_table_heads(report: Report) -> Report:
    """`report` with caption and unit of its tables, as far as its reader did not tell them."""
    return replace(report, pages=tuple(map(_with_heads, report.pages)))


def is_unit_line(line: str) -> bool:
    """Whether a line tells the unit of figures, and nothing else."""
    if not line.strip() or len(line) > MAX_UNIT_LINE:
        return False
    found = _unit_in(line, 0, len(line))
    if found is None:
        return False
    rest = f"{line[: found[0]]} {line[found[1] :]}"
    said = [word for word in _SAYS.findall(rest.lower()) if word not in _FILLER]
    return len(said) <= 1 and not any(map(str.isdigit, rest))


def is_measure(head: str) -> bool:
    """Whether the head of a column is a unit alone: "Tonnes", "USD m"."""
    return len(head) <= MAX_UNIT_LINE and _HEAD_OF_UNIT.fullmatch(head) is not None


def is_caption(line: str) -> bool:
    """Whether a line begins like the caption of a table, and is short enough for one."""
    return len(line) <= MAX_LINE and _CAPTION.match(line.strip()[:80]) is not None


def _with_heads(page: Page) -> Page:
    if not any(block.table for block in page.blocks):
        return page
    blocks = list(page.blocks)
    of_page = _unit_of_page(page)
    for number, block in enumerate(blocks):
        if block.table is not None:
            table = _with_caption(page, number, block.table)
            above = blocks[number - 1].table if number else None
            is_same = above is not None and _tell_the_same(page.text, above, table)
            unit = above.unit if above is not None and is_same else of_page
            table = _with_unit(page, number, table, unit)
            blocks[number] = replace(block, table=table)
    return replace(page, blocks=tuple(blocks))


def _tell_the_same(text: str, above: Table, table: Table) -> bool:
    """Whether a table directly below another tells the same of something else, a year before say.

    Its rows are called as those above are. The unit over that then holds for both.
    """
    if table.unit is not None or table.caption is not None:
        return False
    if _tells_of_other(text, above, table):
        return False
    labels, known = _labels(text, table), _labels(text, above)
    same = sum(label in known for label in labels)
    return same >= max(MIN_SAME, SAME * len(labels))


def _tells_of_other(text: str, above: Table, table: Table) -> bool:
    """Whether the heads of a table tell of other figures than those of the table above."""
    known, own = _heads_of(text, above), _heads_of(text, table)
    if any(map(_tells_unit, set(own) - set(known))):
        return True
    corner = own[0] if own else ""
    if not corner or [corner] == known[:1]:
        return False
    # A unit within the heads above is that of what they are called.
    low, high = rows_span(above)
    return corner.endswith(")") or (above.unit is not None and low <= above.unit[0] < high)


def _tells_unit(head: str) -> bool:
    return is_measure(head) or _unit_in(head, 0, len(head)) is not None


def _heads_of(text: str, table: Table) -> list[str]:
    """The words of the heads of columns, first those over the labels."""
    heads = (cell for cell in table.cells if cell.row < max(table.header_rows, 1))
    return [text[slice(*cell.spans[0])].strip() for cell in heads]


def _labels(text: str, table: Table) -> set[str]:
    """The words at the left of the rows of figures."""
    firsts = (cell for cell in table.cells if cell.column == 0 and cell.row >= table.header_rows)
    return {label for cell in firsts if (label := text[slice(*cell.spans[0])])}


def _with_caption(page: Page, number: int, table: Table) -> Table:
    if table.caption is not None:
        return table
    above = list(_lines_above(page, number))
    # A unit line may stand between the caption and the table.
    while above and is_unit_line(page.text[slice(*above[0])]):
        del above[0]
    if above and is_caption(page.text[slice(*above[0])]):
        return replace(table, caption=above[0])
    span = _head_that_is_caption(page, table)
    if span is None and (block := _block_above(page, number)):
        # The caption may take several lines; of a layout, a heading is one whatever it says.
        is_heading = block.kind == "heading" and page.size is not None
        if is_heading or is_caption(page.text[block.start : block.end]):
            span = block.start, block.end
    return replace(table, caption=span or _caption_below(page, number))


def _block_above(page: Page, number: int) -> Block | None:
    """What stands just above the table, but for a unit line."""
    for index in range(number - 1, -1, -1):
        block = page.blocks[index]
        if block.table is not None or block.kind == "figure":
            return None
        if not is_unit_line(page.text[block.start : block.end]):
            return block
    return None


def _head_that_is_caption(page: Page, table: Table) -> Span | None:
    """A head over all columns that reads like a caption."""
    for cell in table.cells:
        if cell.row or cell.columns < table.columns or table.rows < 2:
            return None
        if is_caption(page.text[slice(*cell.spans[0])]):
            return cell.spans[0]
    return None


def _caption_below(page: Page, number: int) -> Span | None:
    """A caption just below, unless it is that of another table."""
    following = page.blocks[number + 1 : number + 3]
    if not following or following[0].table is not None:
        return None
    if len(following) > 1 and following[1].table is not None:
        return None
    line = next(_lines(page.text, following[0].start, following[0].end), None)
    return line if line and is_caption(page.text[slice(*line)]) else None


def _with_unit(page: Page, number: int, table: Table, of_page: Span | None) -> Table:
    if table.unit is not None:
        return table
    if table.caption is not None and (found := _unit_in(page.text, *table.caption)):
        return replace(table, unit=found)
    for span in _common_heads(table):
        if found := _unit_in(page.text, *span):
            return replace(table, unit=found)
    for line in _lines_above(page, number):
        if found := _unit_of_line(page.text, line):
            return replace(table, unit=found)
        if line != table.caption:
            break
    return replace(table, unit=of_page)


def _unit_of_line(text: str, span: Span) -> Span | None:
    """The unit that a line tells alone, in brackets or at its end: "As of May 31, in millions"."""
    line = text[slice(*span)]
    if is_unit_line(line):
        return span
    if len(line) > MAX_UNIT_LINE or line.endswith((".", "!", "?")):
        return None
    found = _unit_in(text, *span)
    if found is None:
        return None
    before, after = text[span[0] : found[0]].rstrip(), text[found[1] : span[1]].strip()
    is_bracketed = before.endswith("(") and after.startswith(")")
    return (
        found
        if is_bracketed or (not after and before.endswith((",", ";", ":", "–", "—")))
        else None
    )


def _common_heads(table: Table) -> Iterator[Span]:
    """Heads that are not of one column alone: in the corner, or over all other columns."""
    for cell in table.cells:
        if cell.row >= max(table.header_rows, 1):
            return
        is_corner = cell.column == 0 and table.columns > 1
        if is_corner or cell.columns >= max(table.columns - max(table.header_columns, 1), 2):
            yield span_at(cell, cell.row, cell.column)


def _lines_above(page: Page, number: int) -> Iterator[Span]:
    """The nearest lines above the rows of a table, from below, up to another table."""
    block = page.blocks[number]
    assert block.table is not None
    first, _ = rows_span(block.table, block.start)
    above = list(_lines(page.text, block.start, first))[::-1]
    for index in range(number - 1, -1, -1):
        other = page.blocks[index]
        if other.table is not None or other.kind == "figure" or len(above) >= LINES_ABOVE:
            break
        above += list(_lines(page.text, other.start, other.end))[::-1]
    yield from above[:LINES_ABOVE]


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """The lines with words between two places of a text, without the blanks around them."""
    for line in text[start:end].splitlines(keepends=True):
        bare = line.strip()
        if bare:
            begin = start + line.index(bare)
            yield begin, begin + len(bare)
        start += len(line)


def _unit_of_page(page: Page) -> Span | None:
    """A unit line before all tables of a page that is not just that of the first one."""
    first = next(n for n, block in enumerate(page.blocks) if block.table is not None)
    table_start = page.blocks[first].start
    near = set(_lines_above(page, first))
    lines = [
        line
        for line in _lines(page.text, 0, table_start)
        if is_unit_line(page.text[slice(*line)]) and line not in near
    ]
    return lines[-1] if lines else None


def _unit_in(text: str, start: int, end: int) -> Span | None:
    """The words of a line that tell a unit, with the brackets around them left out."""
    line = text[start:end]
    if len(line) > MAX_LINE:
        return None
    found = [match.span() for unit in _UNITS if (match := unit.search(line))]
    if not found:
        return None
    first, last = min(found, key=lambda span: (span[0], -span[1]))
    if line[first] == "(":
        return start + first, start + last
    # All of the brackets: "(in millions, except per share amounts)".
    opened, closed = line.rfind("(", 0, first), line.find(")", last)
    if opened >= 0 and closed >= 0 and ")" not in line[opened:first]:
        first, last = opened + 1, closed
    return start + first, start + last
