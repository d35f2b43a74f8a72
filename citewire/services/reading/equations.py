"""Equations of Office files (OMML) on one line, as people type them: (a + b)/2, x^2, √n."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from citewire.services.reading.office_xml import at_path, children, local_name

DEEPEST = 30
"""Formulas in formulas; what is nested deeper is told by its letters alone."""

_BRACKETS = {")": "(", "]": "[", "}": "{"}
_GONE = ("del", "moveFrom", "instrText", "delText")
_AROUND = (("begChr", "("), ("endChr", ")"))
_SPACED = frozenset("=<>≤≥≈≠≡→⇒±×÷·∈")


def equation_text(equation: Any) -> str:
    """The words and figures of `m:oMath` or `m:oMathPara` in the order in which they are read."""
    if local_name(equation) == "oMathPara":
        lines = (equation_text(one) for one in children(equation, "oMath"))
        return "\n".join(line for line in lines if line)
    return " ".join(_inside(equation, 0).split())


def _inside(element: Any, depth: int) -> str:
    """What is within an element, one after the other; figures keep apart from each other."""
    pieces: list[str] = []
    for piece in _pieces(element, depth):
        if pieces and pieces[-1][-1:].isalnum() and piece[:1].isalnum():
            is_number = pieces[-1][-1:].isdigit() and piece[:1].isdigit()
            pieces.append(" " * is_number)
        pieces.append(piece)
    return "".join(pieces)


def _pieces(element: Any, depth: int) -> Iterator[str]:
    for child in () if element is None else element:
        name = local_name(child)
        if name == "r":
            yield _run(child)
        elif name.endswith("Pr") or name in _GONE or not name:
            continue
        elif depth >= DEEPEST:
            yield " ".join("".join(child.itertext()).split())
        else:
            yield _formula(name, child, depth + 1)


def _run(run: Any) -> str:
    text = "".join(
        {"t": child.text or "", "tab": " ", "br": " "}.get(local_name(child), "") for child in run
    )
    plain = "".join(
        unicodedata.normalize("NFKC", letter) if "\U0001d400" <= letter <= "\U0001d7ff" else letter
        for letter in text
    )
    return "".join(f" {letter} " if letter in _SPACED else letter for letter in plain)


def _formula(name: str, element: Any, depth: int) -> str:
    form = _FORMS.get(name)
    return _inside(element, depth) if form is None else form(element, depth)


def _part(element: Any, name: str, depth: int) -> str:
    return _inside(at_path(element, name), depth).strip()


def _fraction(element: Any, depth: int) -> str:
    above, below = _part(element, "num", depth), _part(element, "den", depth)
    if _told(element, "fPr", "type", "bar") == "noBar":
        return f"({above} over {below})"
    return f"{_held(above)}/{_held(below)}"


def _scripts(element: Any, depth: int) -> tuple[str, str]:
    """The base, and what stands below and above it."""
    below, above = _part(element, "sub", depth), _part(element, "sup", depth)
    low, high = f"_{_held(below)}" if below else "", f"^{_held(above)}" if above else ""
    return _part(element, "e", depth), low + high


def _scripted(element: Any, depth: int) -> str:
    base, scripts = _scripts(element, depth)
    return f"{_held(base)}{scripts}"


def _scripted_before(element: Any, depth: int) -> str:
    base, scripts = _scripts(element, depth)
    return f"{scripts} {base}"


def _sum(element: Any, depth: int) -> str:
    base, scripts = _scripts(element, depth)
    return f" {_told(element, 'naryPr', 'chr', '∫')}{scripts} {base}"


def _root(element: Any, depth: int) -> str:
    degree, base = _part(element, "deg", depth), _held(_part(element, "e", depth))
    return f"{base}^(1/{degree})" if degree else f"√{base}"


def _bracketed(element: Any, depth: int) -> str:
    opens, closes = (_told(element, "dPr", at, sign) for at, sign in _AROUND)
    between = _told(element, "dPr", "sepChr", "|")
    inner = between.join(_inside(one, depth).strip() for one in children(element, "e"))
    return f"{opens}{inner}{closes}"


def _function(element: Any, depth: int) -> str:
    of = _part(element, "e", depth)
    return f"{_part(element, 'fName', depth)}{of if of.startswith('(') else f' {of}'}"


def _limit(element: Any, depth: int) -> str:
    mark = "_" if local_name(element) == "limLow" else "^"
    return f"{_part(element, 'e', depth)}{mark}{_held(_part(element, 'lim', depth))} "


def _accented(element: Any, depth: int) -> str:
    return _part(element, "e", depth) + _told(element, "accPr", "chr", "\u0302")


def _lines(element: Any, depth: int) -> str:
    return "; ".join(_inside(line, depth).strip() for line in children(element, "e"))


def _matrix(element: Any, depth: int) -> str:
    return f"[{'; '.join(_row(row, depth) for row in children(element, 'mr'))}]"


def _row(row: Any, depth: int) -> str:
    return ", ".join(_inside(cell, depth).strip() for cell in children(row, "e"))


def _told(element: Any, group: str, name: str, usual: str) -> str:
    """What a property says; nothing where it is there and says nothing."""
    found = at_path(element, group, name)
    if found is None:
        return usual
    return next((value for key, value in found.items() if key.endswith("val")), "")


def _held(part: str) -> str:
    """`part` in brackets if it is of more than one piece."""
    is_one = part.replace(".", "").replace(",", "").isalnum()
    return part if is_one or not part or _is_held(part) else f"({part})"


def _is_held(part: str) -> bool:
    opened = _BRACKETS.get(part[-1:], "")
    return bool(opened) and part.startswith(opened) and opened not in part[1:]


_FORMS: Mapping[str, Callable[[Any, int], str]] = {
    "f": _fraction,
    "sSup": _scripted,
    "sSub": _scripted,
    "sSubSup": _scripted,
    "sPre": _scripted_before,
    "nary": _sum,
    "rad": _root,
    "d": _bracketed,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "acc": _accented,
    "eqArr": _lines,
    "m": _matrix,
}
