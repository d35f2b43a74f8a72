"""Names of the elements of Word files, with their namespaces."""

from typing import Any

_SCHEMAS = "http://schemas.openxmlformats.org"
MATH = f"{{{_SCHEMAS}/officeDocument/2006/math}}"
RELATION = f"{{{_SCHEMAS}/officeDocument/2006/relationships}}"


def w(name: str) -> str:
    """Write out an element or attribute of Word's own namespace."""
    return f"{{{_SCHEMAS}/wordprocessingml/2006/main}}{name}"


VALUE, IDENTITY, TYPE = w("val"), w("id"), w("type")
PARAGRAPH, RUN, TABLE, ROW, CELL = w("p"), w("r"), w("tbl"), w("tr"), w("tc")
SECTION = w("sectPr")
RENDERED_BREAK, BREAK = w("lastRenderedPageBreak"), w("br")
PARAGRAPH_LOOK, RUN_LOOK = w("pPr"), w("rPr")
CELL_LOOK, ROW_LOOK, TABLE_LOOK = w("tcPr"), w("trPr"), w("tblPr")

GONE = frozenset([w("del"), w("moveFrom")])
"""Wrappers of what a tracked change took out."""

NO_TEXT = frozenset(
    map(
        w,
        "pPr rPr sdtPr sdtEndPr customXmlPr smartTagPr instrText delText delInstrText trPr tcPr "
        "tblPr tblPrEx tblGrid sectPr".split(),
    )
)
"""What stands among text and holds none."""

PASSING = ("0", "false", "off", "none")
"""Values by which a property is switched off."""


def is_on(element: Any) -> bool | None:
    """Tell whether a property that is there or not is on; None if nothing is said."""
    if element is None:
        return None
    return element.get(VALUE) not in PASSING
