"""Rules in a picture of a page: what is drawn around the cells of a table."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from citewire.services.reading.ocr.seen import Picture

DPI = 150
"""Rules are looked for at this resolution."""

SHORTEST = 36
THICKEST = 6
"""Pixels at that resolution; letters have no strokes so long and thin."""

DARKER = 50
"""Of 255, than the ground."""

MOST: Final = 1_000
"""A picture with more has a pattern, and no table."""


def rules_of(picture: Picture, width: float) -> NDArray[np.float32]:
    """The rules in a picture of a page of `width` points, as thin boxes of x0, y0, x1, y1."""
    import cv2

    scale = min(DPI / 72 * width / picture.shape[1], 1.0)
    size = max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    dark = (small < int(np.median(small)) - DARKER).astype(np.uint8)
    found = []
    for across in (True, False):
        shape = (SHORTEST, 1) if across else (1, SHORTEST)
        kept = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(shape[::-1], np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(kept)
        if count <= MOST:
            boxes = stats[1:, :4]
            found.append(boxes[boxes[:, 3 if across else 2] <= THICKEST])
    if not found:
        return np.zeros((0, 4), np.float32)
    boxes = np.concatenate(found).astype(np.float32)
    boxes[:, 2:] += boxes[:, :2]
    return np.asarray(boxes * (width / size[0]), np.float32)
