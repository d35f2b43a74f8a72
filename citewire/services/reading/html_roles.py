"""Tables that are written without the elements of tables: by roles, or by styles."""

import re
from typing import Any

_ROLES = {
    **dict.fromkeys(("table", "grid", "treegrid"), "table"),
    "rowgroup": "tbody",
    "row": "tr",
    **dict.fromkeys(("cell", "gridcell"), "td"),
    **dict.fromkeys(("columnheader", "rowheader"), "th"),
}
_SCOPES = {"columnheader": "col", "rowheader": "row"}
_SPANS = {"aria-rowspan": "rowspan", "aria-colspan": "colspan"}
_DISPLAYED = {
    "table": "table",
    "table-row": "tr",
    "table-cell": "td",
    "table-header-group": "thead",
    "table-row-group": "tbody",
    "table-footer-group": "tfoot",
    "table-caption": "caption",
}
_STYLE = re.compile(r"display\s*:\s*(table(?:-[a-z-]{3,20})?)\s*(?:;|$)", re.IGNORECASE)
_PLAIN = frozenset("div span section ul ol li p a b strong".split())
_WITHIN = frozenset(("table", "tr", "thead", "tbody", "tfoot"))


def name_tables(root: Any) -> None:
    """Give elements of the page that are shown as a table, a row or a cell the names of such.

    A cell or row outside of any table stays what it is.
    """
    for element in root.iter(*_PLAIN):
        name = _name_of(element)
        above = element.getparent()
        if not name or (name != "table" and (above is None or above.tag not in _WITHIN)):
            continue
        element.tag = name
        if scope := _SCOPES.get(element.get("role") or ""):
            element.set("scope", scope)
        for said, meant in _SPANS.items():
            if span := element.get(said):
                element.set(meant, span)


def _name_of(element: Any) -> str:
    if name := _ROLES.get(element.get("role") or ""):
        return name
    found = _STYLE.search(element.get("style") or "")
    return _DISPLAYED.get(found[1].lower(), "") if found else ""
