"""What of a page is kept from models: text that no reader sees, and text that speaks to models."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from citewire.content.report import Page, Reason, Report, WithheldText
from citewire.content.withheld import Spans
from citewire.services.reading.instructions import find_instructions, reads_like_instructions
from citewire.services.reading.notes import pages as numbers
from citewire.services.reading.title import MIN_LETTERS, UNTITLED

TITLE_SAMPLE = 40
"""Characters of a withheld line by which it is known again in a title, which may end before it."""

_TOLD: dict[Reason, str] = {
    "invisible": "invisible text",
    "hidden": "hidden text",
    "instruction": "text that reads like instructions to a language model",
}


def withhold(report: Report) -> Report:
    """`report` with all that is withheld marked in its pages, and told in its notes."""
    pages = tuple(replace(page, withheld=_withheld(page)) for page in report.pages)
    notes = report.notes + tuple(_notes(pages))
    return replace(report, title=_title(report.title, pages[:1]), pages=pages, notes=notes)


def _title(whole: str, first: Sequence[Page]) -> str:
    """A title, which may be made of lines of the first page, up to what is withheld there."""
    title = whole
    for page in first:
        for span in page.withheld:
            for line in page.text[span.start : span.end].splitlines():
                begin = " ".join(line.split())[:TITLE_SAMPLE]
                title = title.partition(begin)[0].rstrip() if begin else title
    # The name of a file may be as short as it likes.
    is_cut = title != whole and sum(map(str.isalpha, title)) < MIN_LETTERS
    if is_cut or not title or reads_like_instructions(title):
        return UNTITLED
    return title


def _withheld(page: Page) -> tuple[WithheldText, ...]:
    """Stretches in order and without overlap."""
    found = sorted([*page.withheld, *_instructions(page)], key=lambda one: (one.start, -one.end))
    apart: list[WithheldText] = []
    for one in found:
        last = apart[-1] if apart else None
        if last is None or one.start >= last.end:
            apart.append(one)
        elif one.end > last.end:
            apart.append(WithheldText(last.end, one.end, one.reason))
    return tuple(apart)


def within(withheld: Sequence[WithheldText], start: int, end: int) -> Spans:
    """What of `withheld` lies in a passage from `start` to `end`, in characters of the passage."""
    return [
        (max(span.start, start) - start, min(span.end, end) - start, span.reason)
        for span in withheld
        if span.start < end and span.end > start
    ]


def _notes(found: Sequence[Page]) -> Iterator[str]:
    for reason, told in _TOLD.items():
        holding = [page for page in found if any(span.reason == reason for span in page.withheld)]
        if holding:
            held = numbers((page.number for page in holding), "holds", "hold")
            yield f"{held} {told}, which is kept out of answers"


def _instructions(page: Page) -> list[WithheldText]:
    whole = find_instructions(page.text)
    found = [
        (start + first, start + last)
        for start, end in (_paragraphs(page) if whole else ())
        for first, last in find_instructions(page.text[start:end])
    ]
    # A transcript may go over several paragraphs.
    return [WithheldText(start, end, "instruction") for start, end in found or whole]


def _paragraphs(page: Page) -> Iterator[tuple[int, int]]:
    """Paragraphs, and tables by their rows; what belongs to no block is in no passage."""
    if not page.blocks:
        yield 0, len(page.text)
    for block in page.blocks:
        if block.kind != "table":
            yield block.start, block.end
            continue
        start = block.start
        for row in page.text[block.start : block.end].splitlines(keepends=True):
            yield start, start + len(row)
            start += len(row)
