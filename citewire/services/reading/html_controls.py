"""What a reader sees in the fields of a form, which is no text of the page to the parser."""

from typing import Any

_UNSEEN = frozenset(("hidden", "password", "file"))
_BOXES = frozenset(("checkbox", "radio"))
CONTROLS = frozenset(("input", "select", "textarea", "button"))


def value_of(control: Any) -> str:
    """What an input, a selection or a field of text shows."""
    if control.tag == "select":
        return _chosen(control)
    if control.tag == "textarea":
        return "".join(control.itertext())
    kind = (control.get("type") or "text").lower()
    if kind in _UNSEEN:
        return ""
    if kind in _BOXES:
        return "[x]" if control.get("checked") is not None else "[ ]"
    if kind == "image":
        return control.get("alt") or ""
    return control.get("value") or control.get("placeholder") or ""


def _chosen(select: Any) -> str:
    options = list(select.iter("option"))
    shows_all = select.get("multiple") is not None or (select.get("size") or "1") not in "01"
    if not shows_all:
        selected = [option for option in options if option.get("selected") is not None]
        options = selected[-1:] or options[:1]
    return ", ".join(filter(None, map(_label, options)))


def _label(option: Any) -> str:
    return " ".join("".join(option.itertext()).split()) or option.get("label") or ""
