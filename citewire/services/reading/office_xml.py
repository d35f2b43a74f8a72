"""Elements of Office files by their names, whatever their namespace; one form of each thing."""

from collections.abc import Iterable, Iterator
from typing import Any

_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
ALTERNATE, CHOICE, FALLBACK = (
    f"{_COMPATIBLE}{name}" for name in ("AlternateContent", "Choice", "Fallback")
)


def local_name(element: Any) -> str:
    """Name an element without its namespace; comments and the like have no name."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def at_path(element: Any, *names: str) -> Any:
    """The first element below `element` along names without namespaces, None if there is none."""
    for name in names:
        if element is None:
            return None
        element = next(children(element, name), None)
    return element


def children(element: Any, *names: str) -> Iterator[Any]:
    """The children of `element` that bear one of `names`, whatever their namespace."""
    if element is not None:
        yield from (child for child in element if local_name(child) in names)


def one_of_each(elements: Iterable[Any]) -> Iterator[Any]:
    """`elements` with each choice between forms of the same thing replaced by its first form.

    A form for newer programs comes first; the fallback is a copy for older ones, read where
    no other form holds anything.
    """
    waiting = list(elements)[::-1]
    while waiting:
        element = waiting.pop()
        if element.tag == ALTERNATE:
            forms = [form for form in element if form.tag in (CHOICE, FALLBACK) and len(form)]
            waiting += list(forms[0])[::-1] if forms else []
        else:
            yield element


def ungrouped(shapes: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """`shapes` with their names, each group replaced by what is in it, in its own order."""
    waiting = list(shapes)[::-1]
    while waiting:
        shape = waiting.pop()
        kind = local_name(shape)
        if kind == "grpSp":
            waiting += list(one_of_each(shape))[::-1]
        else:
            yield kind, shape
