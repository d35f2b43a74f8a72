"""What is told of a report before it is read: its first pages, title, file and properties."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from citewire.content.report import Page, Report
from citewire.services.reading.formats import PICTURE, POWERPOINT, Format, named_format

FIRST_PAGES = 3
PAGE_CHARS = 6000
"""So much of each of the first pages is looked at."""

RATIOS, NEARLY = (4 / 3, 16 / 9, 16 / 10), 0.01
"""How many times slides are wider than high; paper and scans of it have other sizes."""
FEWEST, FEW_CHARS, MOSTLY = 4, 1200, 0.6
"""So many pages at least are slides, with fewer characters, and are this share of all."""

SHORT_LINE = 90


@dataclass(frozen=True, slots=True)
class FirstPages:
    """What is told of a report before it is read.

    Args:
        title: as its reader found it.
        file_name: with its ending.
        pages: the texts of its first pages that have any, cut.
        properties: what its file says of itself besides: subject, author, company.
        date: ISO date that it bears, if there is one.
        is_slides: whether its pages are slides.
    """

    title: str
    file_name: str
    pages: tuple[str, ...]
    properties: tuple[str, ...] = ()
    date: str | None = None
    is_slides: bool = False

    @property
    def stem(self) -> str:
        """The name of the file in words."""
        return re.sub(r"[_\s]+", " ", self.file_name.rpartition(".")[0] or self.file_name).strip()

    @property
    def cover(self) -> str:
        """The first page."""
        return self.pages[0] if self.pages else ""

    @property
    def text(self) -> str:
        """All that is looked at."""
        return "\n".join(self.pages)

    @property
    def is_sheet(self) -> bool:
        """Whether its pages are sheets of cells."""
        named = named_format(PurePath(self.file_name))
        return named is not None and ".sheets." in named.reader

    def short_lines(self) -> list[str]:
        """The lines of the first page that may be heads."""
        lines = (line.strip(" |\t") for line in self.cover.splitlines())
        return [line for line in lines if 3 < len(line) <= SHORT_LINE]


def first_pages(report: Report, file_name: str) -> FirstPages:
    """What `report`, of a file called so, tells at its beginning; nothing that is withheld."""
    texts = [_readable(page) for page in report.pages[: 2 * FIRST_PAGES]]
    return FirstPages(
        title=report.title,
        file_name=file_name,
        pages=cut_texts(texts),
        properties=report.properties,
        date=report.date,
        is_slides=_is_slides(report.pages, named_format(PurePath(file_name))),
    )


def cut_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """So much of the first pages that have any text as is looked at."""
    return tuple(text[:PAGE_CHARS] for text in [one for one in texts if one.strip()][:FIRST_PAGES])


def _readable(page: Page) -> str:
    text = page.text
    for hidden in reversed(page.withheld):
        text = f"{text[: hidden.start]}\n{text[hidden.end :]}"
    return text


def _is_slides(pages: Sequence[Page], named: Format | None) -> bool:
    """Whether a file is of slides, or its pages have their sizes; photographs have them, too."""
    if named is POWERPOINT or named is PICTURE:
        return named is POWERPOINT
    sizes = [(page.size, len(page.text)) for page in pages if page.size is not None]
    slides = sum(_is_slide(size) and chars < FEW_CHARS for size, chars in sizes)
    return slides >= FEWEST and slides > len(sizes) * MOSTLY


def _is_slide(size: tuple[float, float]) -> bool:
    return any(abs(size[0] - ratio * size[1]) <= NEARLY * size[0] for ratio in RATIOS)
