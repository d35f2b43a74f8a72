"""What is drawn in a Word file: text boxes, charts, diagrams; pictures are counted."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lxml import etree

from citewire.services.reading.charts import chart_part
from citewire.services.reading.diagrams import diagram_text
from citewire.services.reading.drawing_text import body_text
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.office_xml import ALTERNATE, CHOICE, FALLBACK, local_name
from citewire.services.reading.word.file import WordBlock, WordFile
from citewire.services.reading.word.names import RELATION, w

_BOX = w("txbxContent")

ReadBox = Callable[[Any], Iterable[WordBlock]]


def drawn_parts(
    drawing: Any, file: WordFile, part: str, read_box: ReadBox, is_margin: bool
) -> Iterator[WordBlock]:
    """The blocks of a drawing, in its order.

    Args:
        drawing: the element.
        file: that it is of.
        part: name of the part that it stands in.
        read_box: gives the blocks in a text box.
        is_margin: whether it belongs to a header or footer.
    """
    has_object = False
    walk = etree.iterwalk(drawing, events=("start",))
    for _, element in walk:
        name = local_name(element)
        if element.tag == _BOX:
            yield from read_box(element)
            walk.skip_subtree()
        elif element.tag == FALLBACK and _has_choice(element):
            walk.skip_subtree()
        elif name == "txBody":
            yield WordBlock(FlowBlock("text", body_text(element)))
            walk.skip_subtree()
        elif name == "chart":
            root = _related(file, part, element.get(f"{RELATION}id"), "chart")
            chart = None if root is None else chart_part(root)
            if chart is not None:
                yield WordBlock(chart)
        elif name == "relIds":
            root = _related(file, part, element.get(f"{RELATION}dm"), "diagram")
            if root is not None:
                yield WordBlock(FlowBlock("text", diagram_text(root)))
        elif name == "textpath" and not is_margin:
            yield WordBlock(FlowBlock("text", element.get("string") or ""))
        elif name == "OLEObject":
            has_object = True
        elif name in ("pic", "imagedata") and not is_margin:
            file.unread.pictures += 1
    if has_object:
        # Its picture shows what is in it, at the most.
        file.unread.objects += 1
        file.unread.pictures = max(file.unread.pictures - 1, 0)


def _has_choice(fallback: Any) -> bool:
    above = fallback.getparent()
    return (
        above is not None
        and above.tag == ALTERNATE
        and any(len(choice) for choice in above.iterchildren(CHOICE))
    )


def _related(file: WordFile, part: str, identity: str | None, kind: str) -> Any:
    relation = file.package.relations(part).get(identity or "")
    if relation and not file.first_time(relation.target):
        return None
    root = file.package.xml(relation.target) if relation and relation.is_there else None
    if root is None:
        file.unread.lost[kind] = None
    return root
