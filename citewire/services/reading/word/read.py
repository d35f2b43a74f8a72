"""Word files: paragraphs, headings and tables in order, on the pages that Word last laid out.

Notes stand at the end of their page (where the file has pages) or of the text, each with its mark;
headers and footers once, at the end of the first page that shows them; comments at the very end,
called comments, since they are not what the report says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.flow import FlowBlock, flow_report
from citewire.services.reading.office import broken_if_refused, office_properties
from citewire.services.reading.office_xml import at_path
from citewire.services.reading.package import OfficePackage
from citewire.services.reading.word.captions import with_captions
from citewire.services.reading.word.file import WordBlock, WordFile, WordNote
from citewire.services.reading.word.included import read_included
from citewire.services.reading.word.margins import Margins
from citewire.services.reading.word.names import ROW_LOOK, SECTION, w
from citewire.services.reading.word.story import Story

DEEPEST = 3
"""Word files in Word files."""


def read_docx(path: Path) -> Report:
    """Read the Word file at `path`.

    Its pages are those of Word's last layout, or begin at page breaks that its author set; a file
    without either is put on pages of about 3,000 characters.

    Raises:
        UnreadableDocument: it is broken or has no text.
    """
    with OfficePackage.open(path) as package, broken_if_refused():
        blocks, notes = _read(package, 0)
        told = office_properties(package)
    return flow_report(
        path, blocks, title=told.title, date=told.date, notes=notes, properties=told.others
    )


def _read(package: OfficePackage, depth: int) -> tuple[list[FlowBlock], list[str]]:
    root = package.xml(package.main) if package.main else None
    body = at_path(root, "body")
    if root is None or body is None:
        reason = "the file is broken, or nested too deeply: its main part cannot be read"
        raise UnreadableDocument(reason)

    def include(data: bytes, ending: str) -> list[FlowBlock] | None:
        if not ending.startswith((".doc", ".dot")):
            return read_included(data, ending)
        if depth >= DEEPEST:
            return None
        try:
            with OfficePackage.open(BytesIO(data)) as inner:
                return [replace(block, page_break=False) for block in _read(inner, depth + 1)[0]]
        except UnreadableDocument:
            return None

    file = WordFile(package, root, include)
    if any(mark.getparent().tag == ROW_LOOK for mark in root.iter(w("del"))):
        file.unread.is_struck = True
    is_dark = at_path(root, "background") is not None
    story = Story(file, package.main).blocks(body, is_shaded=is_dark)
    margins = Margins(file, list(root.iter(SECTION)))
    blocks = list(_on_pages(with_captions(list(story)), file, margins))
    return [*blocks, *_comments(file)], file.unread.notes()


def _on_pages(parts: Sequence[WordBlock], file: WordFile, margins: Margins) -> Iterator[FlowBlock]:
    """The blocks, each page with its notes and what is new in its margins at its end."""
    at_end: list[WordNote] = []
    on_page: list[WordNote] = []
    section = shown = 0
    for part in parts:
        if part.block.page_break:
            yield from _notes(on_page, file)
            yield from margins.blocks(shown)
            on_page = []
        yield part.block
        if part.block.text or part.block.grid:
            shown = section
        for note in part.notes:
            (at_end if note.kind == "endnotes" else on_page).append(note)
        section += part.ends_section
    yield from _notes([*on_page, *at_end], file)
    yield from margins.rest()


def _notes(notes: list[WordNote], file: WordFile) -> Iterator[FlowBlock]:
    for note in notes:
        story = Story(file, file.package.related(file.package.main, note.kind))
        blocks = [part.block for part in story.blocks(note.body)]
        texts = [block for block in blocks if block.grid is None and not block.hidden]
        text = "\n".join(block.text.strip() for block in texts if block.text.strip())
        yield FlowBlock("text", f"[{note.mark}] {text}")
        yield from (replace(block, page_break=False) for block in blocks if block not in texts)


def _comments(file: WordFile) -> Iterator[FlowBlock]:
    name = file.package.related(file.package.main, "comments")
    root = file.package.xml(name) if name else None
    for comment in () if root is None else root.iterchildren(w("comment")):
        author = " ".join((comment.get(w("author")) or "").split())
        blocks = (part.block for part in Story(file, name).blocks(comment))
        text = " ".join(block.text.strip() for block in blocks if not block.hidden)
        if text.strip():
            yield FlowBlock("text", f"Comment{f' ({author})' if author else ''}: {text}")
