"""What an engine of OCR hands on: lines with their words, in pixels of the upright picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Rows of grey pixels."""

Words = list[tuple[str, float, float]]
"""Each with its left and its right edge."""


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line of text, or what stands in a cell of it.

    Args:
        words: in reading order; the edges in pixels, in the picture turned upright.
        top: upper edge of its letters there, as a font measures it.
        bottom: lower edge.
        confidence: 0..1, how sure the engine is of its letters.
    """

    words: Words
    top: float
    bottom: float
    confidence: float

    @property
    def text(self) -> str:
        """Its words, a space between them."""
        return " ".join(word for word, _, _ in self.words)


@dataclass(frozen=True, slots=True)
class SeenLines:
    """The lines that lie in one direction.

    Args:
        turn: quarter turns (0..3, clockwise) by which they lie in the picture.
        slope: by how much they sink per pixel to the right, once upright; `SeenLine.top` and
            `bottom` are as if they did not, with the middle of the picture in place.
        lines: in any order.
    """

    turn: int
    slope: float
    lines: Sequence[SeenLine]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was read from a picture.

    Args:
        groups: by direction.
        left_out: lines of which too little is certain to be kept.
        script_unknown: whether most of its writing is in letters that the engine cannot read.
    """

    groups: Sequence[SeenLines] = field(default_factory=tuple)
    left_out: int = 0
    script_unknown: bool = False

    @property
    def confidence(self) -> float:
        """Of all lines that are kept, by their length; 1 if there are none."""
        lines = [line for group in self.groups for line in group.lines]
        total = sum(len(line.text) for line in lines)
        return sum(line.confidence * len(line.text) for line in lines) / total if total else 1.0


class OcrEngine(Protocol):
    """Reads pictures."""

    def read(self, picture: Picture, dpi: float) -> Seen:
        """The lines of a picture with so many pixels per inch; blocks.

        Raises:
            OcrError: they cannot be had; the message says why.
        """

    def remedy(self) -> str:
        """Tell what to do about a script that it cannot read."""

    def reads(self) -> str:
        """Tell who reads, and what it can: a line for a person."""


class OcrError(Exception):
    """Nothing could be read of a picture; the message says why, for a person."""
