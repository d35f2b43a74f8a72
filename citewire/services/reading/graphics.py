"""Frames of Office files that show a chart or a diagram, whose data are parts of their own."""

from typing import Any

from citewire.services.reading.charts import chart_part
from citewire.services.reading.diagrams import diagram_text
from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.office_xml import at_path, children, local_name
from citewire.services.reading.package import OfficePackage


def graphic_part(package: OfficePackage, name: str, frame: Any, seen: set[str]) -> FlowBlock | None:
    """The chart or diagram that a frame of the part `name` shows; None if it shows neither.

    What is in `seen`, to which its part is added, is not told again.
    """
    for element in children(at_path(frame, "graphic", "graphicData"), "chart", "relIds"):
        is_diagram = local_name(element) == "relIds"
        relation = package.relations(name).get(related_id(element, "dm" if is_diagram else "id"))
        if relation is None or not relation.is_there or relation.target in seen:
            return None
        seen.add(relation.target)
        root = package.xml(relation.target)
        if root is None:
            return None
        if not is_diagram:
            return chart_part(root)
        text = diagram_text(root)
        return FlowBlock("text", text) if text else None
    return None


def related_id(element: Any, name: str = "id") -> str:
    """The identity of a relationship that an element names, empty if it names none."""
    return next((value for key, value in element.items() if key.endswith(f"}}{name}")), "")
