"""What of an HTML page is not shown, as its elements and their own styles tell."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

_LEFT_OUT = frozenset(
    "script style noscript iframe object embed datalist colgroup col head audio video "
    "canvas map rt rp rtc".split()
)
"""What shows nothing, or tells how to pronounce what stands beside it."""

_STRUCK = frozenset("del s strike".split())

_UNLESS = {"dialog": "open", "template": "shadowrootmode"}
"""What shows nothing unless it has this attribute."""

_OF_SITE = frozenset(("nav", "footer"))
"""Parts of the site around a report, as far as they are not within one of these:"""

OWN_PARTS = frozenset("article section blockquote main figure details nav footer".split())
"""A part of the site that is read, as it holds a table, is one by itself."""

_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_LINE_THROUGH = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,40}line-through", re.IGNORECASE)
_GONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_TINY_OR_OFF = re.compile(
    r"font-size\s*:\s*(?:0+(?:\.0+)?\s*(?:[a-z%]|;|$)|(?:0?\.\d+|1(?:\.\d+)?)\s*p[xt])"
    r"|opacity\s*:\s*0(?:\.0\d*)?\s*(?:;|$)"
    r"|(?<![\w-])(?:left|top|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}"
    r"|transform\s*:\s*scale\(\s*0\s*\)",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![\w-])color\s*:\s*(?:white|snow|#(?:fff){1,2}\b|#f[c-f]f[c-f]f[c-f]\b|transparent|"
    r"rgba?\(\s*25[0-5]\D+25[0-5]\D+25[0-5])",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"background(?:-color|-image)?\s*:\s*(?!none|transparent|white|#fff)", re.I
)


MOST_AROUND = 64
"""So many elements around one are asked for a background, of 2,000 that may be open."""

LONGEST_HIDDEN = 2000
"""Characters that are told of a text that is hidden."""

_FORMULAS = frozenset("katex katex-html MathJax MathJax_SVG MathJax_CHTML mwe-math-element".split())
_SAYS = re.compile(r"\d|\w\W+\w")


def is_left_out(element: Any, own_parts: int = 0) -> bool:
    """Whether an element is no text of the page: it shows nothing, or something that is not told.

    Args:
        element: which.
        own_parts: how many elements around it hold content of their own, as `OWN_PARTS` do.
    """
    tag = element.tag
    if tag in _LEFT_OUT or is_struck(element):
        return True
    if tag in _OF_SITE and not own_parts and next(element.iter("table"), None) is None:
        return True
    if element.get("aria-hidden") == "true":
        return not (_is_only_form(element) or _says(element))
    # What is switched off in a filing holds its figures once more, for programs.
    return _is_off(element) and next(element.iter("ix:header"), None) is not None


def is_struck(element: Any) -> bool:
    """Whether the text of an element is crossed out: it is no more what the page says."""
    return element.tag in _STRUCK or bool(_LINE_THROUGH.search(element.get("style") or ""))


def _is_off(element: Any) -> bool:
    """Whether an element is switched off for all readers."""
    opens = _UNLESS.get(element.tag)
    if opens and element.get(opens) is None:
        return True
    if element.get("hidden") is not None or _NOT_SHOWN.search(element.get("style") or ""):
        # Where a picture of a formula is shown, the formula itself is not.
        return not (len(element) == 1 and element[0].tag == "math")
    return False


def _says(element: Any) -> bool:
    """Whether what only some readers are told is more than an icon, and no formula told twice."""
    around = islice(_upwards(element), MOST_AROUND)
    if element.tag in ("img", "svg") or any(map(_is_formula, around)):
        return False
    return bool(_SAYS.search(text_within(element)))


def _is_formula(element: Any) -> bool:
    names = (element.get("class") or "")[:500].split()
    return str(element.tag).startswith("mjx") or not _FORMULAS.isdisjoint(names)


def text_within(element: Any) -> str:
    """The beginning of the text in an element that is hidden, without scripts and styles."""
    texts: list[str] = []
    size = 0
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        if event == "start" and inner.tag in _LEFT_OUT:
            walk.skip_subtree()
            continue
        piece = inner.text if event == "start" else inner.tail
        if piece and (event == "start" or inner is not element):
            texts.append(piece)
            size += len(piece)
        if size > LONGEST_HIDDEN:
            break
    return " ".join(" ".join(texts).split())[:LONGEST_HIDDEN]


def is_gone(element: Any) -> bool:
    """Whether an element takes no place at all, as a cell or row that is switched off."""
    return element.get("hidden") is not None or bool(_GONE.search(element.get("style") or ""))


def _is_only_form(element: Any) -> bool:
    """Whether a formula that programs shall pass over is there in no other form."""
    names = (element.get("class") or "").split()
    return "katex-html" in names and element.getprevious() is None


def is_hidden(element: Any) -> bool:
    """Whether an element is switched off, or made to look as if it were not there."""
    if _is_off(element) or (element.get("aria-hidden") == "true" and not _is_only_form(element)):
        return True
    style = element.get("style") or ""
    # A whole page may be faded in by its script.
    if not style or element.tag in ("html", "body"):
        return False
    if _TINY_OR_OFF.search(style):
        return True
    around = islice(_upwards(element), MOST_AROUND)
    return bool(_WHITE.search(style)) and not any(map(_has_background, around))


def has_struck_text(root: Any) -> bool:
    """Whether a page holds words that are crossed out."""
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += is_struck(element) * (1 if event == "start" else -1)
        text = element.text if event == "start" else element.tail
        if depth and text and text.strip():
            return True
    return False


def _upwards(element: Any) -> Iterator[Any]:
    yield element
    yield from element.iterancestors()


def _has_background(element: Any) -> bool:
    # A class may give one in a style sheet, which is not read.
    return (
        element.get("bgcolor") is not None
        or element.get("class") is not None
        or bool(_BACKGROUND.search(element.get("style") or ""))
    )
