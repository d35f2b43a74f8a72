"""Text of shapes, charts and diagrams (DrawingML): runs, breaks, raised and lowered letters."""

from collections.abc import Iterator
from typing import Any

from citewire.services.reading.equations import equation_text
from citewire.services.reading.marks import in_line
from citewire.services.reading.office_xml import at_path, local_name, one_of_each


def body_text(body: Any) -> str:
    """The paragraphs of a text body, a line each."""
    return "\n".join(paragraph_text(one) for one in body if local_name(one) == "p")


def paragraph_text(paragraph: Any) -> str:
    """The text of a paragraph; what is struck out and the number of the slide are left out."""
    return in_line(_pieces(paragraph))


def _pieces(paragraph: Any) -> Iterator[tuple[str, int]]:
    """Stretches of text, each with how far it is raised (above 0) or lowered (below)."""
    for child in one_of_each(paragraph):
        name = local_name(child)
        if name in ("r", "fld"):
            look = at_path(child, "rPr")
            if not _is_struck(look) and not child.get("type", "").startswith("slidenum"):
                yield _own_text(child), _shift(look)
        elif name == "br":
            yield "\n", 0
        elif name == "m":
            yield f" {' '.join(map(equation_text, child))} ", 0
        elif name not in ("pPr", "endParaRPr", ""):
            # Of a kind unknown here. Its words stand apart from the others.
            yield f" {' '.join(''.join(child.itertext()).split())} ", 0


def has_struck_text(root: Any) -> bool:
    """Whether words in an element are crossed out."""
    return any(_is_struck(look) and _own_text(look.getparent()) for look in root.iter("{*}rPr"))


def _is_struck(look: Any) -> bool:
    return look is not None and look.get("strike", "noStrike") != "noStrike"


def _own_text(run: Any) -> str:
    # A vertical tab or its escape is a line break that was typed into the text.
    text = "".join(child.text or "" for child in run if local_name(child) == "t")
    return text.replace("\v", "\n").replace("_x000B_", "\n")


def _shift(look: Any) -> int:
    try:
        return int((look.get("baseline") if look is not None else None) or 0)
    except ValueError:
        return 0
