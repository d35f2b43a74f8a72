"""What the styles of a workbook (XLSX) say of its cells, and the texts that it keeps once."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from lxml import etree

from citewire.services.reading.marks import in_line
from citewire.services.reading.office_xml import at_path, children, local_name

_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: "$#,##0_);($#,##0)", 6: "$#,##0_);($#,##0)",
    7: "$#,##0.00_);($#,##0.00)", 8: "$#,##0.00_);($#,##0.00)",
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    # The days of 14 and 22 stand as the reader's country has them: here as all understand them.
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)",
    39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_($* #,##0_);_($* (#,##0);_($* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
}  # fmt: skip
"""Number formats that workbooks name by their number alone."""

_SYSTEM_DATE = re.compile(r"\[\$-F800\]", re.IGNORECASE)
_SYSTEM_TIME = re.compile(r"\[\$-F400\]", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHITE = ("FFFFFFFF", "00FFFFFF", "FFFFFF")


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a cell shows what it has.

    Args:
        code: its number format, empty for the general one.
        is_bold: whether its letters are.
        is_struck: whether they are struck out.
        is_pale: whether they are white on nothing.
    """

    code: str = ""
    is_bold: bool = False
    is_struck: bool = False
    is_pale: bool = False


PLAIN_CELL = CellStyle()


def cell_styles(root: Any) -> list[CellStyle]:
    """The styles of cells by their number; `root` is of the part of styles."""
    if root is None:
        return []
    codes = dict(_BUILT_IN)
    for element in children(at_path(root, "numFmts"), "numFmt"):
        number = element.get("numFmtId", "")
        if number.isdecimal() and len(number) < 9:
            codes[int(number)] = _code(element.get("formatCode", ""))
    fonts = [_font(font) for font in children(at_path(root, "fonts"), "font")]
    fills = [_is_plain(fill) for fill in children(at_path(root, "fills"), "fill")]
    styles = []
    for element in children(at_path(root, "cellXfs"), "xf"):
        font = _at(fonts, element.get("fontId"), PLAIN_CELL)
        code = codes.get(_number(element.get("numFmtId")), "")
        pale = font.is_pale and _at(fills, element.get("fillId"), True)
        styles.append(CellStyle(code, font.is_bold, font.is_struck, pale))
    return styles


def _code(code: str) -> str:
    if _SYSTEM_DATE.search(code):
        return "yyyy-mm-dd"
    if _SYSTEM_TIME.search(code):
        return "h:mm:ss"
    return "" if code == "General" else code


def _font(font: Any) -> CellStyle:
    color = at_path(font, "color")
    white = color is not None and (color.get("rgb") in _WHITE or color.get("indexed") == "9")
    return CellStyle(is_bold=_is_on(font, "b"), is_struck=_is_on(font, "strike"), is_pale=white)


def _is_plain(fill: Any) -> bool:
    pattern = at_path(fill, "patternFill")
    return pattern is not None and pattern.get("patternType", "none") == "none"


def _is_on(look: Any, name: str) -> bool:
    element = at_path(look, name)
    return element is not None and element.get("val", "1") not in ("0", "false")


def _shift(look: Any) -> int:
    element = at_path(look, "vertAlign")
    value = "" if element is None else element.get("val", "")
    return {"superscript": 1, "subscript": -1}.get(value, 0)


def _at(values: list[Any], number: str | None, default: Any) -> Any:
    at = _number(number)
    return values[at] if 0 <= at < len(values) else default


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else -1


def shared_texts(part: IO[bytes], on_struck: Callable[[], None]) -> Iterator[str]:
    """The texts of the part of shared ones, in its order; one at a time is held as XML.

    Args:
        part: with the texts.
        on_struck: called where words are left out, as they are struck out.

    Raises:
        etree.LxmlError: it is no XML; those before were good.
    """
    for _, element in etree.iterparse(part, tag="{*}si", **PARSING):
        yield rich_text(element, on_struck)
        forget(element)


PARSING: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "remove_comments": True, "remove_pis": True
}  # fmt: skip
"""How parts are read bit by bit: entities stay unread."""


def forget(element: Any) -> None:
    """Free an element that was read, and those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def rich_text(element: Any, on_struck: Callable[[], None] = lambda: None) -> str:
    """The text of a cell, a shared text or a comment, without readings and what is struck out."""
    return in_line(_pieces(element, on_struck))


def _pieces(element: Any, on_struck: Callable[[], None]) -> Iterator[tuple[str, int]]:
    for child in element:
        name = local_name(child)
        if name == "t":
            yield _unescaped(child.text or ""), 0
        elif name == "r":
            look, text = at_path(child, "rPr"), at_path(child, "t")
            if text is None:
                continue
            if look is not None and _is_on(look, "strike"):
                on_struck()
                continue
            yield _unescaped(text.text or ""), 0 if look is None else _shift(look)


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
