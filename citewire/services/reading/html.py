"""HTML: what a reader of the page sees, without scripts, styles, navigation and hidden parts."""

import re
from pathlib import Path
from typing import Any

from lxml import etree

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.dates import iso_date
from citewire.services.reading.encoding import read_text
from citewire.services.reading.flow import flow_report
from citewire.services.reading.html_sheets import apply_sheets
from citewire.services.reading.html_unread import unread_notes
from citewire.services.reading.html_walk import blocks_of
from citewire.services.reading.raw import read_head

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*+(?:[\"']\s*+)?([\w-]{2,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(
    rb"\s*<\?xml[^>]{0,200}encoding\s*=\s*+[\"']\s*+([\w-]{2,40})", re.IGNORECASE
)
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
    read = read_text(path, declared=_declared(path))
    root, notes = parsed(read.text)
    notes = (*read.notes, *notes)
    return flow_report(path, blocks_of(root), title=_title(root), date=_date(root), notes=notes)


def parsed(text: str) -> tuple[Any, tuple[str, ...]]:
    """The root of the page `text`, and what is to be told of how it was read.

    Raises:
        UnreadableDocument: there is nothing in it.
    """
    root, is_whole = _parse(_closed(_DECLARATION.sub("", text)))
    apply_sheets(root)
    notes = unread_notes(root)
    return root, notes if is_whole else (*notes, CUT_OFF)


def _declared(path: Path) -> str:
    head = read_head(path, HEAD)
    found = _CHARSET.search(head) or _XML_ENCODING.match(head)
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
