"""The pictures of a document, read one after the other, and what is to be told about them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from citewire.services.reading.notes import pages
from citewire.services.reading.ocr.engine import LOW_CONFIDENCE, Ocr
from citewire.services.reading.ocr.laid import lay_out_seen
from citewire.services.reading.ocr.rules import rules_of
from citewire.services.reading.ocr.seen import OcrError, Picture, Seen
from citewire.services.reading.pdf.drawn import Drawing
from citewire.services.reading.pdf.layout import LaidBlock

POINTS_PER_INCH = 72


@dataclass(slots=True)
class PictureReading:
    """Reads the pictures of the pages of a document.

    Args:
        ocr: how.
        on_ocr: called after each page.
    """

    ocr: Ocr
    on_ocr: Callable[[], None]
    _read: list[int] = field(default_factory=list)
    _seen: dict[int, Seen] = field(default_factory=dict)
    _failed: dict[int, str] = field(default_factory=dict)

    def read(
        self, number: int, picture: Picture, dpi: float, size: tuple[float, float]
    ) -> list[LaidBlock]:
        """The blocks of page `number` in its picture; none if it cannot be read, which is noted.

        Args:
            number: of the page, from 1.
            picture: of the page.
            dpi: how many of its pixels an inch of a usual page has.
            size: of the page, in points.
        """
        try:
            seen = self.ocr.engine.read(picture, dpi)
        except OcrError as error:
            self.fail(number, str(error))
            return []
        finally:
            self.on_ocr()
        self._seen[number] = seen
        boxes = np.zeros((0, 4), np.float32)
        drawing = Drawing(rules_of(picture, size[0]), boxes, *size)
        return lay_out_seen(seen, picture.shape[1] / size[0], drawing)

    def fail(self, number: int, why: str) -> None:
        """Note that page `number` cannot be read."""
        self._failed[number] = why

    def keep(self, number: int) -> None:
        """Note that what was read of page `number` is its text."""
        self._read.append(number)

    @property
    def script_unknown(self) -> list[int]:
        """The pages in a script that the engine cannot read."""
        return [number for number, seen in self._seen.items() if seen.script_unknown]

    @property
    def without(self) -> set[int]:
        """The pages without text of which it is told why."""
        return {*self._failed, *self.script_unknown}

    def why_nothing(self) -> str:
        """Tell why no page has text, in the words that follow "no text on any page, "."""
        if self.script_unknown:
            return f"and the writing in its pictures was not recognised: {self.ocr.engine.remedy()}"
        reasons = dict.fromkeys(self._failed.values())
        return f"and OCR found none ({'; '.join(reasons)})" if reasons else "and OCR found none"

    def notes(self) -> tuple[str, ...]:
        """What a person should know of the text that was read."""
        notes = []
        if self._read:
            notes.append(f"{pages(self._read, 'was', 'were')} read from {_their(self._read)} (OCR)")
        kept = {number: self._seen[number] for number in self._read}
        for number, seen in kept.items():
            if seen.confidence < LOW_CONFIDENCE:
                sure = f"{seen.confidence:.0%}".replace("%", " %")
                notes.append(f"page {number} was read by OCR with low confidence ({sure})")
        # Of a page in an unknown script, all that matters is said below.
        unsure = {n: seen for n, seen in kept.items() if seen.left_out and not seen.script_unknown}
        if unsure:
            count = sum(seen.left_out for seen in unsure.values())
            lines = "1 line" if count == 1 else f"{count} lines"
            notes.append(f"{lines} on {_named(list(unsure))} could not be read by OCR, left out")
        if unknown := self.script_unknown:
            whose = "its" if len(unknown) == 1 else "their"
            told = pages(unknown, "was not read in full", "were not read in full")
            notes.append(f"{told}: {whose} writing was not recognised; {self.ocr.engine.remedy()}")
        for reason in dict.fromkeys(self._failed.values()):
            numbers = [number for number, why in self._failed.items() if why == reason]
            notes.append(f"{pages(numbers)} without text: {reason}")
        return tuple(notes)


def _their(numbers: list[int]) -> str:
    return "its picture" if len(numbers) == 1 else "their pictures"


def _named(numbers: list[int]) -> str:
    return pages(numbers, "", "").strip()
