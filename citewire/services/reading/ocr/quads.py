"""Where lines of text lie in a picture: their corners, the direction they are read in, their slope.

Corners are those of a rectangle, as rows of x and y: upper left, upper right, lower right and
lower left, first of the line as it lies in the picture, then as it is read.
"""

from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

Quad = NDArray[np.float32]

LONG = 2.0
"""A line is so many times as long as high; a shorter one tells no direction."""

ACROSS = 2.5
"""What lies across the lines of the page is so many times as long as high, at least,"""
MIN_ACROSS = 3.0
"""and as long as so many of their heights."""

TELLS_SLOPE = 5.0
LEAST_SLOPE = 0.002
MOST_SLOPE = 0.2
"""A page may have been scanned askew by 11 degrees; more is no scan."""


def sides(quad: Quad) -> tuple[float, float]:
    """Width and height of a quad in the picture."""
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    return float(np.hypot(*across)), float(np.hypot(*down))


def by_direction(quads: Sequence[Quad]) -> tuple[list[Quad], list[Quad]]:
    """Those that lie as lines do, and those on their side: (0 or 180, 90 or 270 degrees)."""
    lying, standing = [], []
    for quad in quads:
        width, height = sides(quad)
        if width >= LONG * height:
            lying.append((width, height))
        elif height >= LONG * width:
            standing.append((height, width))
    upright = sum(length for length, _ in lying) >= sum(length for length, _ in standing)
    heights = [height for _, height in (lying if upright else standing)]
    usual = median(heights) if heights else 0.0
    across = [_lies_across(quad, usual, upright=upright) for quad in quads]
    with_page = [quad for quad, other in zip(quads, across, strict=True) if not other]
    others = [quad for quad, other in zip(quads, across, strict=True) if other]
    return (with_page, others) if upright else (others, with_page)


def _lies_across(quad: Quad, usual: float, *, upright: bool) -> bool:
    width, height = sides(quad) if upright else sides(quad)[::-1]
    return height >= ACROSS * width and height >= MIN_ACROSS * usual


def as_read(quad: Quad, turn: int) -> Quad:
    """The corners of a line turned by `turn`, beginning where its first letter begins."""
    return np.ascontiguousarray(np.roll(quad, -turn, axis=0))


def upright_points(points: Quad, turn: int, width: float, height: float) -> Quad:
    """Points as seen in a picture of that size turned back by `turn`."""
    x, y = points.T
    turned = [(x, y), (y, width - x), (width - x, height - y), (height - y, x)][turn]
    return np.stack(turned, axis=1)


def slope_of(quads: Iterator[Quad]) -> float:
    """By how much lines, upright and with their corners as read, sink per pixel."""
    slopes = []
    for quad in quads:
        width, height = sides(quad)
        step = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
        if width >= TELLS_SLOPE * height and step[0] > 0:
            slopes.append(float(step[1] / step[0]))
    slope = median(slopes) if slopes else 0.0
    return slope if LEAST_SLOPE < abs(slope) < MOST_SLOPE else 0.0
