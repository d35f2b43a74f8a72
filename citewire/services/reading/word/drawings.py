"""What is drawn in a Word file: text boxes, charts, diagrams; what is said of pictures."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lxml import etree

from citewire.services.reading.charts import chart_part
from citewire.services.reading.diagrams import diagram_text
from citewire.services.reading.drawing_text import body_text
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.office_xml import ALTERNATE, CHOICE, FALLBACK, local_name
from citewire.services.reading.pictures import described, picture_text
from citewire.services.reading.word.file import LeftOut, WordBlock, WordFile
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
        is_margin: whether it belongs to a header or footer, where pictures and large letters
            across the page are ornaments.
    """
    pictures = _Pictures() if is_margin else _Pictures(file.unread)
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
        elif name in ("chart", "relIds"):
            shown = _graphic(name, element, file, part)
            if shown is not None:
                yield WordBlock(shown)
        else:
            said = pictures.said(name, element)
            if said is not None:
                yield WordBlock(said)


class _Pictures:
    """Counts what was not read of the pictures of a drawing, and tells what is said of them."""

    def __init__(self, unread: LeftOut | None = None) -> None:
        self._unread = unread
        self._told = ""
        """What their frame says."""

    def said(self, name: str, element: Any) -> FlowBlock | None:
        """What `element` says, if it is a picture or letters that are drawn."""
        if self._unread is None:
            return None
        if name == "docPr":
            self._told = described(element.get("descr") or "")
        elif name == "textpath":
            return FlowBlock("text", element.get("string") or "")
        elif name == "OLEObject":
            # Its picture, before it, shows what is in it, at the most.
            self._unread.objects += 1
            self._unread.pictures = max(self._unread.pictures - 1, 0)
        elif name in ("pic", "imagedata"):
            self._unread.pictures += 1
            frame = self._told or described(element.getparent().get("alt") or "")
            text = picture_text(element) or frame
            return FlowBlock("figure", text) if text else None
        return None


def _graphic(name: str, element: Any, file: WordFile, part: str) -> FlowBlock | None:
    """The chart or diagram that `element` refers to."""
    if name == "chart":
        root = _related(file, part, element.get(f"{RELATION}id"), "chart")
        return None if root is None else chart_part(root)
    root = _related(file, part, element.get(f"{RELATION}dm"), "diagram")
    return None if root is None else FlowBlock("text", diagram_text(root))


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
