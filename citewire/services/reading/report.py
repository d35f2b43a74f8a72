"""A report as it was read: its pages with their text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its physical number from 1, the label printed on it, and its text."""

    number: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader makes of a file.

    Args:
        title: from the metadata or the first page; the file's name if neither tells.
        language: ISO 639-1 code of most of the text, `und` if it cannot be told.
        pages: all pages, those without text too.
    """

    title: str
    language: str
    pages: tuple[Page, ...]
