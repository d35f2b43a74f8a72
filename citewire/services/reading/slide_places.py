"""Where shapes stand on their slide: what stands beside it is seen by nobody."""

from typing import Any

from citewire.services.reading.office_xml import at_path, children, local_name, one_of_each
from citewire.services.reading.package import OfficePackage


class SlideRoom:
    """The room of all slides of a file, in lengths of the file.

    Args:
        package: of the file, for where its layouts put what has no place of its own.
        size: the element that tells how large slides are.
    """

    def __init__(self, package: OfficePackage, size: Any) -> None:
        self._package = package
        self._width, self._height = _pair(size, "cx", "cy") or (0, 0)
        self._layouts: dict[str, dict[tuple[str, str], Any]] = {}

    def is_outside(self, shape: Any, name: str) -> bool:
        """Whether `shape` stands beside the slide in the part `name`."""
        if self._width <= 0 or self._height <= 0:
            return False
        place = _frame(shape)
        if place is None:
            place = self._places(name).get(_key(shape))
        start, size = (
            _pair(at_path(place, "off"), "x", "y"),
            _pair(at_path(place, "ext"), "cx", "cy"),
        )
        if start is None or size is None:
            return False
        return (
            start[0] + size[0] <= 0
            or start[1] + size[1] <= 0
            or start[0] >= self._width
            or start[1] >= self._height
        )

    def _places(self, name: str) -> dict[tuple[str, str], Any]:
        """Where the layout of a slide puts its placeholders."""
        layout = self._package.related(name, "slideLayout")
        if layout not in self._layouts:
            root = self._package.xml(layout) if layout else None
            tree = at_path(root, "cSld", "spTree")
            self._layouts[layout] = {
                _key(shape): _frame(shape)
                for shape in one_of_each(tree if tree is not None else ())
                if _key(shape) != ("", "")
            }
        return self._layouts[layout]


def _frame(shape: Any) -> Any:
    """The place of a shape, which groups, frames and others tell in elements of their own."""
    for properties in children(shape, "spPr", "grpSpPr"):
        return at_path(properties, "xfrm")
    return at_path(shape, "xfrm")


def _key(shape: Any) -> tuple[str, str]:
    for properties in shape:
        if local_name(properties).startswith("nv"):
            place = at_path(properties, "nvPr", "ph")
            if place is not None:
                return place.get("type", "obj"), place.get("idx", "0")
    return "", ""


def _pair(element: Any, first: str, second: str) -> tuple[int, int] | None:
    if element is None:
        return None
    try:
        return int(element.get(first, "")), int(element.get(second, ""))
    except ValueError:
        return None
