"""What of an HTML page is not shown, as its elements and their own styles tell."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

_LEFT_OUT = frozenset(
    "script style nav footer noscript template svg math iframe object embed form button select "
    "textarea head audio video canvas map dialog".split()
)
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.I)
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


def is_left_out(element: Any) -> bool:
    """Whether an element is no text of the page, or is switched off."""
    return (
        element.tag in _LEFT_OUT
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_NOT_SHOWN.search(element.get("style") or ""))
    )


def is_hidden(element: Any) -> bool:
    """Whether an element is made to look as if it were not there, unlike what is switched off."""
    style = element.get("style") or ""
    # A whole page may be faded in by its script.
    if not style or element.tag in ("html", "body"):
        return False
    if _TINY_OR_OFF.search(style):
        return True
    around = islice(_upwards(element), MOST_AROUND)
    return bool(_WHITE.search(style)) and not any(map(_has_background, around))


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
