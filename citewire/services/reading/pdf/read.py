"""PDF reports read with pdfium: text in reading order with the place of each line.

pdfium is not thread-safe, so that one thread reads at a time; call `read_pdf` off the event loop.
Why pdfium: docs/adr/0004-reading-pdf.md.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import has_coded_text
from citewire.services.reading.language import language_of
from citewire.services.reading.notes import coded_note, page_notes
from citewire.services.reading.pdf.chars import Chars, read_chars
from citewire.services.reading.pdf.columns import regions
from citewire.services.reading.pdf.compose import compose
from citewire.services.reading.pdf.figures import Figure, find_figures, with_figures
from citewire.services.reading.pdf.file import (
    BROKEN,
    PDFIUM,
    metadata_date,
    metadata_title,
    open_pdf,
    page_label,
)
from citewire.services.reading.pdf.fragments import find_fragments, find_shown, turned
from citewire.services.reading.pdf.furniture import Furniture, find_furniture
from citewire.services.reading.pdf.invisible import find_invisible
from citewire.services.reading.pdf.layout import LaidBlock, LaidPage
from citewire.services.reading.pdf.ocr import Ocr, OcrMode, find_ocr
from citewire.services.reading.pdf.rows import blocks_of
from citewire.services.reading.pdf.watermarks import (
    find_aslant,
    part_watermarks,
    watermark_blocks,
)
from citewire.services.reading.title import STANDS_OUT, TitleLine, title_of

A4 = (595.0, 842.0)


def read_pdf(
    path: Path, *, ocr: OcrMode = "auto", on_ocr: Callable[[], None] = lambda: None
) -> Report:
    """Read the PDF at `path`; blocks, and waits while another thread reads.

    Args:
        path: of the file.
        ocr: whether pages without text (`auto`) or all pages (`force`) are read from their image.
        on_ocr: called after each page that was.

    Raises:
        UnreadableDocument: the file needs a password, is broken or not a PDF, has no pages or
            no text; the message says which.
    """
    with PDFIUM, open_pdf(path) as document:
        reading = _Reading(document, find_ocr(ocr), on_ocr)
        try:
            for index in range(len(document)):
                reading.read_page(index)
            title, date = metadata_title(document), metadata_date(document)
        except (pypdfium2.PdfiumError, ValueError, AssertionError) as error:
            raise UnreadableDocument(BROKEN) from error
    laid = reading.pages
    if not any(page.has_text for page in laid):
        raise UnreadableDocument(reading.why_no_text(ocr))
    furniture = find_furniture(laid)
    pages = compose(laid, furniture)
    return Report(
        title=title_of(path, title, _lines(laid[0], furniture)),
        language=language_of(page.text for page in pages),
        pages=pages,
        date=date,
        notes=reading.notes(ocr),
    )


@dataclass(slots=True)
class _Reading:
    """The pages of a document, read one after the other."""

    document: pypdfium2.PdfDocument
    ocr: Ocr | None
    on_ocr: Callable[[], None]
    pages: list[LaidPage] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    coded: list[bool] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)
    """Page numbers at which OCR failed, and why."""

    def read_page(self, index: int) -> None:
        try:
            with closing(self.document[index]) as page:
                laid = self._read(page, index + 1)
        except pypdfium2.PdfiumError:
            # A broken page counts as one without text: the others can still be cited.
            self.broken.append(index + 1)
            laid = LaidPage(*A4)
        laid.label = page_label(self.document, index)
        self.pages.append(laid)

    def notes(self, mode: OcrMode) -> tuple[str, ...]:
        return coded_note(self.coded) + page_notes(
            broken=self.broken,
            scanned=self.scanned,
            failed=self.failed,
            outside=[n for n, page in enumerate(self.pages, start=1) if page.outside],
            can_ocr=self.ocr is not None,
            mode=mode,
        )

    def why_no_text(self, mode: OcrMode) -> str:
        count = len(self.pages)
        if len(self.broken) == count:
            return BROKEN
        if not self.scanned and not self.failed:
            return f"no text on any of its {count} pages: they are blank, or the file is broken"
        if self.ocr is not None:
            return f"no text on any of its {count} pages, and OCR found none"
        remedy = "use --ocr auto" if mode == "off" else "install tesseract to read it with OCR"
        return f"no text on any of its {count} pages: it seems to be scanned; {remedy}"

    def _read(self, page: pypdfium2.PdfPage, number: int) -> LaidPage:
        with closing(page.get_textpage()) as text_page:
            chars = read_chars(page, text_page)
            laid = lay_out(page, chars)
            self.coded.append(has_coded_text(chars.text))
        is_blank = not laid.has_text and _is_blank(page)
        if self.ocr is not None and (self.ocr.all_pages or not (laid.is_seen or is_blank)):
            outcome = self.ocr.read(page)
            self.on_ocr()
            if isinstance(outcome, str):
                self.failed.append((number, outcome))
            elif outcome:
                laid.blocks = [*outcome, *(block for block in laid.blocks if block.invisible)]
        if not (laid.has_text or is_blank):
            self.scanned.append(number)
        return laid


def lay_out(page: pypdfium2.PdfPage, chars: Chars) -> LaidPage:
    """The lines and blocks of a page in reading order; text that nobody sees comes last."""
    shown, outside = find_shown(chars)
    invisible = find_invisible(page, chars, shown)
    laid = LaidPage(chars.width, chars.height, outside=outside)
    seen = shown[~invisible]
    aslant, apart = find_aslant(chars, seen)
    laid.blocks += _blocks(chars, seen[~aslant], page)
    laid.blocks += apart
    if invisible.any():
        for block in _blocks(chars, shown[invisible]):
            laid.blocks.append(LaidBlock("text", block.lines, invisible=True))
    return laid


def _blocks(
    chars: Chars, shown: NDArray[np.int64], page: pypdfium2.PdfPage | None = None
) -> Iterator[LaidBlock]:
    """The blocks of the characters `shown`; figures are looked for where the page is given."""
    apart: list[LaidBlock] = []
    for turn, found in find_fragments(chars, shown):
        fragments, watermarks = part_watermarks(found)
        figures: list[Figure] = []
        if page is not None and turn == 0:
            fragments, figures = find_figures(page, fragments)
        blocks = [block for region in regions(fragments) for block in blocks_of(region)]
        for block in with_figures(blocks, figures):
            yield _turned(block, turn, chars)
        apart += (_turned(block, turn, chars) for block in watermark_blocks(watermarks))
    yield from apart


def _turned(block: LaidBlock, turn: int, chars: Chars) -> LaidBlock:
    if turn:
        for line in (each for row in block.lines for each in (row, *row.parts)):
            line.turn = turn
            line.box = turned(line.box, turn, chars.width, chars.height)
    return block


def _is_blank(page: pypdfium2.PdfPage) -> bool:
    return next(iter(page.get_objects(max_depth=1)), None) is None


def _lines(page: LaidPage, furniture: Furniture) -> list[TitleLine]:
    """What may be the title; a running head is only if it stands out on the first page."""
    blocks = [block for block in page.blocks if not (block.invisible or block.aside)]
    lines = [line for block in blocks for line in block.lines]
    least = STANDS_OUT * median(line.height for line in lines) if lines else 0.0
    return [
        TitleLine(line.text.replace(" | ", " "), line.height)
        for line in lines
        if id(line) not in furniture.lines or line.height >= least
    ]
