"""What of a page is kept from models: text that no reader sees, and text that speaks to models."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress

from citewire.content.report import Page, Reason, Report, WithheldText
from citewire.content.withheld import Spans
from citewire.services.reading.instructions import find_instructions, reads_like_instructions
from citewire.services.reading.notes import pages as numbers
from citewire.services.reading.title import MIN_LETTERS, UNTITLED
from citewire.text.places import Form, form_of

TITLE_SAMPLE = 40
"""Characters of a withheld line by which it is known again in a title, which may end before it."""

MOST_SHEETS = 20
"""So many are named in a note."""

_TOLD: dict[Reason, str] = {
    "invisible": "invisible text",
    "hidden": "hidden text",
    "instruction": "text that reads like instructions to a language model",
}


def withhold(report: Report, file_name: str) -> Report:
    """`report` with all that is withheld marked in its pages, and told in its notes.

    Args:
        report: as it was read.
        file_name: by which the notes know whether it has pages, slides or sheets.
    """
    pages = tuple(replace(page, withheld=_withheld(page)) for page in report.pages)
    notes = report.notes + tuple(_notes(pages, form_of(file_name)))
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


def _notes(found: Sequence[Page], form: Form) -> Iterator[str]:
    for reason, told in _TOLD.items():
        where = [any(span.reason == reason for span in page.withheld) for page in found]
        if any(where):
            yield f"{_holding(found, where, form)} {told}, which is kept out of answers"


def _holding(found: Sequence[Page], where: Sequence[bool], form: Form) -> str:
    """The pages, slides or sheets where something is, with a verb."""
    if form == "text":
        return "it holds"
    if form != "sheets":
        called = "slide" if form == "slides" else "page"
        held = (page.number for page in compress(found, where))
        return numbers(held, "holds", "hold", called=called)
    names = list(dict.fromkeys(compress(_sheets(found), where)))
    listed = ", ".join(f"“{name}”" for name in names[:MOST_SHEETS])
    more = ", …" * (len(names) > MOST_SHEETS)
    return f"sheet {listed} holds" if len(names) == 1 else f"sheets {listed}{more} hold"


def _sheets(pages: Sequence[Page]) -> Iterator[str]:
    """The sheet of each page; a long one is on several, and begins with its name."""
    name = ""
    for page in pages:
        if not name or page.text.startswith(page.label):
            name = page.label
        yield name


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
