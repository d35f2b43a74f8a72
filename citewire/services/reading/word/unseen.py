"""Text that is there and that no reader sees: white on white, or as small as dots."""

import re
from typing import Any

from citewire.services.reading.word.names import VALUE, w

SMALLEST = 3
"""Half points; letters of a point and a half and less are for programs."""

_NEAR_WHITE = re.compile(r"(?:[ef][0-9a-f]){3}", re.IGNORECASE)
_PLAIN_FILLS = (None, "auto", "FFFFFF", "ffffff")


def is_unseen(look: Any, is_shaded: bool) -> bool:
    """Whether a run with the properties `look` cannot be seen.

    Args:
        look: its own properties.
        is_shaded: whether something darker than paper may be behind it.
    """
    size, color = look.find(w("sz")), look.find(w("color"))
    if size is not None and _number(size.get(VALUE)) <= SMALLEST:
        return True
    white = color is not None and _NEAR_WHITE.fullmatch(color.get(VALUE) or "")
    return bool(white) and not (is_shaded or has_shade(look))


def has_shade(look: Any) -> bool:
    """Whether properties put something darker than paper behind what they are of."""
    if look is None:
        return False
    if look.find(w("highlight")) is not None or look.find(w("pStyle")) is not None:
        return True
    shade = look.find(w("shd"))
    return shade is not None and shade.get(w("fill")) not in _PLAIN_FILLS


def _number(text: str | None) -> float:
    try:
        return float((text or "")[:20].removesuffix("pt"))
    except ValueError:
        return float("inf")
