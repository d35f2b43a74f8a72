"""MathML on one line, as people type it: (a + b)/2, x^2, √(n)."""

from typing import Any

DEEPEST = 30
"""Formulas in formulas; what is nested deeper is told by its letters alone."""

_LEFT_OUT = frozenset("annotation annotation-xml mphantom none mprescripts mspace".split())
_TOKENS = frozenset("mi mn mo ms mtext".split())
_FORMS = {
    "mfrac": (2, "{}/{}"),
    "mroot": (2, "{}^(1/{})"),
    "msup": (2, "{}^{}"),
    "mover": (2, "{}^{}"),
    "msub": (2, "{}_{}"),
    "munder": (2, "{}_{}"),
    "msubsup": (3, "{}_{}^{}"),
    "munderover": (3, "{}_{}^{}"),
}
"""How many parts there are at least, and how they are written."""
_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064\u200b")
_SPACED = frozenset("= + - − ± < > ≤ ≥ ≈ ≠ ≡ ∼ → ⇒ · × ÷ ∈ ∝ | ∪ ∩ ∧ ∨ ← ↔ ⟹ :=".split())
_SIGNS = frozenset("+-−±")
_CLOSES = frozenset(")]}!%′″")


def linear(math: Any) -> str:
    """The formula of the element `math`; what else is said of it, in TeX say, is left out."""
    return " ".join(_of(math, 0).split())


def _of(element: Any, depth: int) -> str:
    name = _name(element)
    if name in _LEFT_OUT:
        return ""
    if depth > DEEPEST:
        return " ".join("".join(element.itertext()).split())
    if name in _TOKENS:
        return _token(element, name)
    parts = [part for child in element if (part := _of(child, depth + 1))]
    if name == "mfenced":
        return f"{element.get('open', '(')}{', '.join(parts)}{element.get('close', ')')}"
    return _built(name, parts)


def _name(element: Any) -> str:
    """The name of an element without a prefix; that of what is left out for what is none."""
    return element.tag.rpartition(":")[2] if isinstance(element.tag, str) else "none"


def _token(element: Any, name: str) -> str:
    text = " ".join("".join(element.itertext()).split()).translate(_INVISIBLE)
    if name == "mtext":
        return f" {text} "
    if name == "mo" and (text in _SPACED or text in (",", ";")):
        if text in (",", ";"):
            return f"{text} "
        return text if text in _SIGNS and _is_sign(element) else f" {text} "
    return text


def _is_sign(operator: Any) -> bool:
    """Whether a plus or minus stands before its number alone."""
    before = operator.getprevious()
    text = "".join(before.itertext()).strip() if before is not None and before.tag == "mo" else ""
    return before is None or (before.tag == "mo" and text not in _CLOSES)


def _built(name: str, parts: list[str]) -> str:
    count, form = _FORMS.get(name, (0, ""))
    if name == "semantics" and parts:
        return parts[0]
    if name in ("mtr", "mlabeledtr"):
        return ", ".join(part.strip() for part in parts)
    if name == "mtable":
        return f"[{'; '.join(parts)}]"
    if not count or len(parts) < count:
        return f"√{_held(_joined(parts))}" if name == "msqrt" else _joined(parts)
    first = _held(parts[0]) if name in ("mfrac", "mroot") else parts[0]
    return form.format(first, *(_held(part) for part in parts[1:]))


def _joined(parts: list[str]) -> str:
    """Parts side by side; figures and words keep apart from each other."""
    pieces: list[str] = []
    for part in parts:
        if pieces and pieces[-1][-1].isdigit() and part[0].isdigit():
            pieces.append(" ")
        pieces.append(part)
    return "".join(pieces)


def _held(part: str) -> str:
    """`part` in brackets if it is of more than one piece."""
    part = part.strip()
    is_one = part.replace(".", "").replace(",", "").isalnum() or (
        part.startswith("(") and part.endswith(")") and "(" not in part[1:]
    )
    return part if is_one or not part else f"({part})"
