"""What elements of an HTML page are to its reader: blocks, headings, figures, raised letters."""

import re
from itertools import islice
from typing import Any

_BLOCKS = frozenset(
    "p div section article main header footer nav aside ul ol menu dir li dl dt dd blockquote pre "
    "figure figcaption table tr td th caption thead tbody tfoot hr address details summary body "
    "html center fieldset legend form dialog hgroup search listing xmp plaintext "
    "h1 h2 h3 h4 h5 h6".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big blink br cite code data del dfn em font i img ins kbd label mark "
    "math nobr output picture q rb ruby s samp small source span strike strong sub sup time tt u "
    "var wbr".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_PICTURES = frozenset("img svg picture canvas video object".split())

_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)
_RAISED = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_LOWERED = re.compile(r"vertical-align\s*:\s*sub", re.IGNORECASE)
_NOTES = frozenset("footnote-ref footnoteref footnote-reference noteref fnref".split())
_BACK = frozenset("footnote-backref footnote-back reversefootnote".split())
_FILE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?)$", re.IGNORECASE)

MOST_RAISED = 40
"""Elements in one that is raised or lowered; with more, somebody forgot to close it."""

LONGEST_ALT = 300
"""Characters by which a picture is told."""


def is_block(element: Any) -> bool:
    """Whether an element stands on lines of its own."""
    if element.tag in _BLOCKS:
        return True
    style = element.get("style")
    return bool(style) and _AS_BLOCK.search(style) is not None


def is_heading(element: Any) -> bool:
    """Whether an element is a heading."""
    return element.tag in _HEADINGS or element.get("role") == "heading"


def heading_level(element: Any) -> int | None:
    """How deep a heading lies, from 0, as its tag or else its role tells; None if they do not."""
    told = element.get("aria-level") or ""
    if len(told) == 1 and told in "123456789":
        return int(told) - 1
    return int(element.tag[1]) - 1 if element.tag in _HEADINGS else None


def is_figure(element: Any) -> bool:
    """Whether an element is a picture with what is said of it."""
    if element.tag != "figure":
        return False
    tags = {inner.tag for inner in islice(element.iter(), MOST_RAISED)}
    return bool(tags & _PICTURES) and not tags & {"table", "pre"}


def _names(element: Any) -> frozenset[str]:
    return frozenset((element.get("class") or "")[:500].split())


def is_way_back(element: Any) -> bool:
    """Whether an element only leads from a note back to its mark."""
    return element.tag == "a" and (
        element.get("role") == "doc-backlink" or not _BACK.isdisjoint(_names(element))
    )


def shift_of(element: Any) -> int:
    """How far an element is raised (above 0) or lowered (below)."""
    tag = element.tag
    if tag in ("sup", "sub"):
        return 1 if tag == "sup" else -1
    if tag not in ("a", "span", "small", "font"):
        return 0
    is_note = "noteref" in (element.get("role") or element.get("epub:type") or "")
    style = element.get("style") or ""
    if is_note or not _NOTES.isdisjoint(_names(element)) or _RAISED.search(style):
        return 1
    return -1 if _LOWERED.search(style) else 0


def is_short(element: Any) -> bool:
    """Whether an element is a part of a line, and has few others in it."""
    inner = list(islice(element.iter(), MOST_RAISED + 1))
    return len(inner) <= MOST_RAISED and not any(map(is_block, inner[1:]))


def is_numerator(element: Any) -> bool:
    """Whether a raised number is the upper one of a fraction, as in ½."""
    after = element.getnext()
    between = (element.tail or "").strip()
    return after is not None and after.tag == "sub" and between in ("/", "⁄")


def said_of(image: Any) -> str:
    """What a picture shows, as its page says; only readers who do not see it are told so much."""
    said = " ".join((image.get("alt") or "")[:LONGEST_ALT].split())
    return "" if _FILE.search(said) or image.get("role") in ("presentation", "none") else said


def is_unknown(element: Any) -> bool:
    """Whether nobody knows how an element is shown: as a part of its line, or apart."""
    return element.tag not in _BLOCKS and element.tag not in _INLINE
