"""Diagrams of Office files (SmartArt): the words of their points, from the top of the tree down."""

from typing import Any

from citewire.services.reading.drawing_text import body_text
from citewire.services.reading.office_xml import at_path, children, local_name

_SHOWN = ("node", "asst")
"""Kinds of points; the others are lines between them and how they are laid out."""

INDENT = "  "
MAX_INDENTS = 10


def diagram_text(root: Any) -> str:
    """The text of a diagram's data (the root of its part): a line a point, under its parent's."""
    if local_name(root) != "dataModel":
        return ""
    texts: dict[str, str] = {}
    for point in children(at_path(root, "ptLst"), "pt"):
        body = at_path(point, "t")
        if point.get("type", "node") in _SHOWN and body is not None:
            texts[point.get("modelId", "")] = " ".join(body_text(body).split())
    below: dict[str, list[tuple[int, str]]] = {}
    has_parent: set[str] = set()
    for link in children(at_path(root, "cxnLst"), "cxn"):
        source, target = link.get("srcId", ""), link.get("destId", "")
        if link.get("type", "parOf") == "parOf" and target in texts:
            below.setdefault(source, []).append((_order(link.get("srcOrd")), target))
            if source in texts:
                has_parent.add(target)
    # Those right below the document come in its order, then whatever hangs nowhere.
    under_document = [
        target
        for source, links in below.items()
        if source not in texts
        for _, target in sorted(links)
    ]
    starts = dict.fromkeys([*under_document, *(one for one in texts if one not in has_parent)])
    return "\n".join(_lines(texts, below, [*starts, *texts]))


def _lines(
    texts: dict[str, str],
    below: dict[str, list[tuple[int, str]]],
    starts: list[str],
) -> list[str]:
    lines: list[str] = []
    done: set[str] = set()
    waiting = [(0, point) for point in reversed(starts)]
    while waiting:
        depth, point = waiting.pop()
        if point in done:
            continue
        done.add(point)
        if texts[point]:
            lines.append(INDENT * min(depth, MAX_INDENTS) + texts[point])
        links = sorted(below.get(point, ()), reverse=True)
        waiting += [(depth + bool(texts[point]), target) for _, target in links]
    return lines


def _order(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0
