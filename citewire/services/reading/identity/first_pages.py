"""What is told of a report before it is read: its first pages, title, file and properties."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from citewire.content.report import Page, Report

FIRST_PAGES = 3
PAGE_CHARS = 6000
"""So much of each of the first pages is looked at."""

WIDE, FEW_CHARS, MOSTLY = 1.2, 1200, 0.6
"""Slides are so many times wider than high, have fewer characters, and are this share of pages."""

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
        is_slides=_is_slides(report.pages),
    )


def cut_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """So much of the first pages that have any text as is looked at."""
    return tuple(text[:PAGE_CHARS] for text in [one for one in texts if one.strip()][:FIRST_PAGES])


def _readable(page: Page) -> str:
    text = page.text
    for hidden in reversed(page.withheld):
        text = f"{text[: hidden.start]}\n{text[hidden.end :]}"
    return text


def _is_slides(pages: Sequence[Page]) -> bool:
    sizes = [(page.size, len(page.text)) for page in pages if page.size is not None]
    slides = [1 for size, chars in sizes if size[0] > size[1] * WIDE and chars < FEW_CHARS]
    return bool(sizes) and len(slides) > len(sizes) * MOSTLY
