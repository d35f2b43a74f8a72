"""HTML: what a reader of the page sees, without scripts, styles, navigation and hidden parts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from citewire.content.report import Kind, Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.dates import iso_date
from citewire.services.reading.encoding import read_text
from citewire.services.reading.flow import FlowBlock, flow_report, table_part
from citewire.services.reading.html_looks import is_hidden, is_left_out
from citewire.services.reading.raw import read_head

_BLOCKS = frozenset(
    "p div section article main header aside ul ol li dl dt dd blockquote pre figure figcaption "
    "table tr td th caption thead tbody tfoot hr address details summary body html "
    "h1 h2 h3 h4 h5 h6".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_BEFORE = {"br": "\n", "li": "• "}
_SPACE = re.compile(r"\s+")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*+(?:[\"']\s*+)?([\w-]{2,40})", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DATES = ("date", "dcterms.date", "dc.date", "article:published_time", "citation_date")

_ATTRIBUTE = re.compile(
    r"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?)?"
)
MOST_ATTRIBUTES = 500
_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:{_ATTRIBUTE.pattern}){{0,{MOST_ATTRIBUTES}}}+")

HEAD = 4096
CUT_OFF = "read only up to where the page is nested too deeply: the rest is left out"


def read_html(path: Path) -> Report:
    """Read the HTML file at `path`, put on pages of about 3,000 characters.

    Raises:
        UnreadableDocument: it cannot be opened, is too large, empty or has no text.
    """
    text = read_text(path, declared=_declared(path))
    root, is_whole = _parse(_closed(_DECLARATION.sub("", text)))
    report = flow_report(path, _Walk().parts(root), title=_title(root), date=_date(root))
    return report if is_whole else replace(report, notes=(*report.notes, CUT_OFF))


def _declared(path: Path) -> str:
    found = _CHARSET.search(read_head(path, HEAD))
    return found[1].decode("ascii") if found else ""


def _closed(text: str) -> str:
    """`text` with tags closed after many attributes: the parser compares each with all others."""
    parts, at = [], 0
    for tag in _TAG.finditer(text):
        is_long = tag.end() - tag.start() > 2 * MOST_ATTRIBUTES
        if is_long and _ATTRIBUTE.match(text, tag.end()):
            parts += [text[at : tag.end()], ">"]
            at = tag.end()
    return "".join([*parts, text[at:]])


def _parse(text: str) -> tuple[Any, bool]:
    """The root, and whether all of the text is below it."""
    # Nothing is fetched; entities beyond HTML's own are not known to this parser.
    # Without `huge_tree` the parser leaves off at 256 open elements or 10 MB of text, and says
    # nothing; how much a file may take is limited for the whole process.
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError as error:
        raise UnreadableDocument("the HTML cannot be parsed") from error
    if root is None:
        raise UnreadableDocument("the file has no text")
    limit = etree.ErrorTypes.ERR_RESOURCE_LIMIT
    return root, not any(entry.type == limit for entry in parser.error_log)


def _title(root: Any) -> str:
    return " ".join("".join(root.xpath("//head/title[1]//text()")).split())


def _date(root: Any) -> str | None:
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        date = iso_date(meta.get("content") or "") if name in _DATES else None
        if date:
            return date
    return None


class _Walk:
    """Collects the text between the borders of blocks; without recursion, however deep it goes."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._verbatim = 0
        self._hidden: list[str] = []
        """Texts that are made invisible, to be told behind the block that they stand in."""

    def parts(self, root: Any) -> Iterator[FlowBlock]:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "end":
                yield from self._leave(element)
                continue
            if element.tag in _BLOCKS:
                yield from self._flush("text")
            if is_left_out(element):
                walk.skip_subtree()
            elif is_hidden(element):
                self._hidden.append(" ".join("".join(element.itertext()).split()))
                walk.skip_subtree()
            elif element.tag == "table" and _is_data(element):
                yield table_part(_rows(element, self._hidden))
                walk.skip_subtree()
            else:
                self._enter(element)

    def _enter(self, element: Any) -> None:
        self._verbatim += element.tag == "pre"
        self._text.append(_BEFORE.get(element.tag, ""))
        self._add(element.text)

    def _leave(self, element: Any) -> Iterator[FlowBlock]:
        if element.tag in _BLOCKS:
            yield from self._flush("heading" if element.tag in _HEADINGS else "text")
        if element.tag == "pre" and not (is_left_out(element) or is_hidden(element)):
            self._verbatim -= 1
        self._add(element.tail)

    def _add(self, text: str | None) -> None:
        if text:
            self._text.append(text if self._verbatim else _SPACE.sub(" ", text))

    def _flush(self, kind: Kind) -> Iterator[FlowBlock]:
        lines = "".join(self._text).split("\n")
        text = "\n".join(line.rstrip() if self._verbatim else line.strip() for line in lines)
        self._text.clear()
        if text.strip(" •\n"):
            yield FlowBlock(kind, text.strip("\n"))
        for hidden in self._hidden:
            yield FlowBlock("text", hidden, hidden=True)
        self._hidden.clear()


def _is_data(table: Any) -> bool:
    """Whether a table holds data; others only lay out a page and are read as text."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = list(table.iter("tr"))
    return len(rows) > 1 and max(len(row.xpath("td|th")) for row in rows) > 1


def _rows(table: Any, hidden: list[str]) -> Iterator[Iterator[str]]:
    for row in table.iter("tr"):
        yield (_visible(cell, hidden) for cell in row.xpath("td|th"))


def _visible(cell: Any, hidden: list[str]) -> str:
    parts = list(_Walk().parts(cell))
    hidden += (part.text for part in parts if part.hidden)
    return " ".join(part.text for part in parts if not part.hidden)
