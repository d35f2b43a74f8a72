"""PDF reports read with pdfium: text in reading order with the place of each line.

pdfium is not thread-safe, so that one thread reads at a time; call `read_pdf` off the event loop.
Why pdfium: docs/adr/0004-reading-pdf.md.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from citewire.content.edges import encode
from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.cleaning import has_coded_text
from citewire.services.reading.language import language_of
from citewire.services.reading.notes import coded_note, page_notes
from citewire.services.reading.ocr.choice import DEFAULT, OcrChoice, OcrMode
from citewire.services.reading.ocr.engine import find_ocr, why_no_ocr
from citewire.services.reading.ocr.reading import PictureReading
from citewire.services.reading.ocr.seen import OcrError
from citewire.services.reading.pdf.annotations import Annotations, Written
from citewire.services.reading.pdf.chars import Chars, read_chars
from citewire.services.reading.pdf.columns import regions
from citewire.services.reading.pdf.compose import compose
from citewire.services.reading.pdf.damage import LostPages
from citewire.services.reading.pdf.drawn import NOTHING, Drawing, is_drawn_on, read_drawing
from citewire.services.reading.pdf.figures import Figure, find_figures, with_figures
from citewire.services.reading.pdf.file import (
    BROKEN,
    PDFIUM,
    container_notes,
    metadata_date,
    metadata_properties,
    metadata_title,
    open_pdf,
    page_label,
)
from citewire.services.reading.pdf.fragments import find_fragments, find_shown, turned
from citewire.services.reading.pdf.furniture import Furniture, find_furniture
from citewire.services.reading.pdf.invisible import find_invisible
from citewire.services.reading.pdf.layout import LaidBlock, LaidPage
from citewire.services.reading.pdf.ligatures import Ligatures
from citewire.services.reading.pdf.loose_marks import with_marks
from citewire.services.reading.pdf.pictures import (
    is_blank,
    needs_picture,
    picture_of,
    takes_place,
)
from citewire.services.reading.pdf.rows import blocks_of
from citewire.services.reading.pdf.ruled_tables import may_be_tables, with_ruled_tables
from citewire.services.reading.pdf.struck import without_struck
from citewire.services.reading.pdf.unmapped import UNREADABLE, find_unmapped
from citewire.services.reading.pdf.watermarks import (
    find_aslant,
    part_watermarks,
    watermark_blocks,
)
from citewire.services.reading.title import STANDS_OUT, TitleLine, title_of

A4 = (595.0, 842.0)


def read_pdf(
    path: Path,
    *,
    ocr: OcrMode = "auto",
    engine: OcrChoice = DEFAULT,
    on_ocr: Callable[[], None] = lambda: None,
) -> Report:
    """Read the PDF at `path`; blocks, and waits while another thread reads.

    Args:
        path: of the file.
        ocr: whether pages without usable text (`auto`) or all pages (`force`) are read from their
            picture.
        engine: which OCR reads them.
        on_ocr: called after each page that was.

    Raises:
        UnreadableDocument: the file needs a password, is broken or not a PDF, has no pages or
            no text; the message says which.
    """
    with PDFIUM, open_pdf(path) as document:
        found = find_ocr(ocr, engine)
        pictures = PictureReading(found, on_ocr) if found else None
        reading = _Reading(document, LostPages(document, path), pictures, why_no_ocr(ocr, engine))
        try:
            for index in range(len(document)):
                reading.read_page(index)
            title, date = metadata_title(document), metadata_date(document)
            properties = metadata_properties(document)
            notes = reading.notes()
        except (pypdfium2.PdfiumError, ValueError, AssertionError) as error:
            raise UnreadableDocument(BROKEN) from error
        finally:
            reading.annotations.close()
    laid = reading.pages
    if not any(page.has_text for page in laid):
        raise UnreadableDocument(reading.why_no_text())
    furniture = find_furniture(laid)
    pages = compose(laid, furniture)
    return Report(
        title=title_of(path, title, _lines(laid[0], furniture)),
        language=language_of(page.text for page in pages),
        pages=pages,
        date=date,
        notes=notes,
        properties=properties,
    )


def look_at_pdf(path: Path, *, ocr: OcrMode = "auto", engine: OcrChoice = DEFAULT) -> None:
    """Look whether the PDF at `path` can be read, up to its first page with text; blocks.

    Nothing is read from a picture: whether there is text in them is found by who reads it.

    Args:
        path: of the file.
        ocr: as `read_pdf` will be told.
        engine: which OCR will read it.

    Raises:
        UnreadableDocument: as `read_pdf` would.
    """
    with PDFIUM, open_pdf(path) as document:
        reading = _Reading(document, LostPages(document, path), None, why_no_ocr(ocr, engine))
        try:
            for index in range(len(document)):
                reading.read_page(index)
                if reading.pages[-1].has_text:
                    return
        except (pypdfium2.PdfiumError, ValueError, AssertionError) as error:
            raise UnreadableDocument(BROKEN) from error
        finally:
            reading.annotations.close()
    if not (reading.scanned or reading.unmapped) or find_ocr(ocr, engine) is None:
        raise UnreadableDocument(reading.why_no_text())


@dataclass(slots=True)
class _Reading:
    """The pages of a document, read one after the other."""

    document: pypdfium2.PdfDocument
    losses: LostPages
    pictures: PictureReading | None
    no_ocr: str
    """What to do to have pages read from their picture."""
    pages: list[LaidPage] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    """Numbers of pages with nothing on them, as what was is missing or damaged."""
    scanned: list[int] = field(default_factory=list)
    coded: list[bool] = field(default_factory=list)
    unmapped: list[int] = field(default_factory=list)
    """Numbers of pages with text in fonts of which the file does not say what they write."""
    ligatures: Ligatures = field(init=False)
    annotations: Annotations = field(init=False)

    def __post_init__(self) -> None:
        self.ligatures = Ligatures(self.document)
        self.annotations = Annotations(self.document)

    def read_page(self, index: int) -> None:
        try:
            with self.annotations.page(index) as (page, written):
                laid = self._read(page, index + 1, written)
        except pypdfium2.PdfiumError:
            # A broken page counts as one without text: the others can still be cited.
            self.broken.append(index + 1)
            laid = LaidPage(*A4)
        laid.label = page_label(self.document, index)
        self.pages.append(laid)

    def notes(self) -> tuple[str, ...]:
        told = self.pictures.without if self.pictures else set()
        about_pages = page_notes(
            unmapped=self.unmapped,
            broken=self.broken,
            lost=self.lost,
            scanned=[number for number in self.scanned if number not in told],
            struck=[n for n, page in enumerate(self.pages, start=1) if page.has_struck],
            outside=[n for n, page in enumerate(self.pages, start=1) if page.outside],
            no_ocr="" if self.pictures else self.no_ocr,
        )
        held = (*coded_note(self.coded), *container_notes(self.document, self.annotations))
        about_pictures = self.pictures.notes() if self.pictures else ()
        return (*held, *self.ligatures.notes(), *about_pages, *about_pictures)

    def why_no_text(self) -> str:
        count = len(self.pages)
        if len(self.broken) + len(self.lost) == count:
            return BROKEN
        if self.unmapped:
            why = "its fonts do not say which characters they write"
            remedy = ", and OCR found none" if self.pictures else f": {self.no_ocr}"
            return f"no readable text on any of its {count} pages: {why}{remedy}"
        if not self.scanned:
            return f"no text on any of its {count} pages: they are blank, or the file is broken"
        if self.pictures is not None:
            return f"no text on any of its {count} pages, {self.pictures.why_nothing()}"
        return f"no text on any of its {count} pages: it seems to be scanned; {self.no_ocr}"

    def _read(self, page: pypdfium2.PdfPage, number: int, written: Sequence[Written]) -> LaidPage:
        with closing(page.get_textpage()) as text_page:
            chars = read_chars(page, text_page)
            unmapped = find_unmapped(chars)
            if unmapped is not None and unmapped.signs:
                chars = self.ligatures.mended(chars, unmapped.signs, number)
            if unmapped is not None:
                chars = chars.without(unmapped.unread)
            if written:
                chars = chars.with_lines(written)
            laid = lay_out(page, chars)
            self.coded.append(has_coded_text(chars.text))
        blank = not laid.has_text and is_blank(page)
        unreadable = unmapped is not None and unmapped.share > UNREADABLE
        was_read = self.pictures is not None and self._read_picture(
            self.pictures, page, laid, number, unreadable=unreadable
        )
        if unmapped is not None and unmapped.share > 0 and not was_read:
            self.unmapped.append(number)
        elif not (laid.has_text or blank):
            self.scanned.append(number)
        if blank and self.losses.is_lost(number - 1):
            self.lost.append(number)
        return laid

    def _read_picture(
        self,
        pictures: PictureReading,
        page: pypdfium2.PdfPage,
        laid: LaidPage,
        number: int,
        *,
        unreadable: bool,
    ) -> bool:
        """Read a page from its picture where that is wanted; tells whether that became its text."""
        unreadable = unreadable or pictures.ocr.all_pages
        if not needs_picture(page, laid, unreadable=unreadable):
            return False
        try:
            picture, dpi = picture_of(page)
        except OcrError as error:
            pictures.fail(number, str(error))
            return False
        blocks = pictures.read(number, picture, dpi, (laid.width, laid.height))
        if not takes_place(blocks, laid, unreadable=unreadable):
            return False
        pictures.keep(number)
        laid.blocks = [*blocks, *(block for block in laid.blocks if block.invisible)]
        return True


def lay_out(page: pypdfium2.PdfPage, chars: Chars) -> LaidPage:
    """The lines and blocks of a page in reading order; text that nobody sees comes last."""
    shown, outside = find_shown(chars)
    invisible = find_invisible(page, chars, shown)
    laid = LaidPage(chars.width, chars.height, outside=outside)
    seen = shown[~invisible]
    aslant, apart = find_aslant(chars, seen)
    laid.blocks += _blocks(page, chars, seen[~aslant], laid)
    laid.blocks += apart
    if invisible.any():
        for block in _blocks(page, chars, shown[invisible]):
            laid.blocks.append(LaidBlock("text", block.lines, invisible=True))
    return laid


def _blocks(
    page: pypdfium2.PdfPage,
    chars: Chars,
    shown: NDArray[np.int64],
    laid: LaidPage | None = None,
) -> Iterator[LaidBlock]:
    """The blocks of characters; of a `laid` page without what is struck out, and with figures."""
    drawing: Drawing | None = None
    apart: list[LaidBlock] = []
    for turn, found in find_fragments(chars, shown):
        fragments, watermarks = part_watermarks(with_marks(found))
        shown_figures: list[Figure] = []
        if laid is not None and turn == 0:
            fragments, shown_figures = find_figures(page, fragments)
        drawn = NOTHING
        if may_be_tables(fragments) or is_drawn_on(page):
            drawing = drawing or read_drawing(page)
            drawn = drawing.upright(turn)
            if laid is not None:
                given, fragments = fragments, without_struck(fragments, drawn)
                laid.has_struck |= [*map(id, given)] != [*map(id, fragments)]
            fragments = with_ruled_tables(fragments, drawn)
        blocks = [block for region in regions(fragments) for block in blocks_of(region, drawn)]
        for block in with_figures(blocks, shown_figures):
            yield _turned(block, turn, chars)
        apart += (_turned(block, turn, chars) for block in watermark_blocks(watermarks))
    yield from apart


def _turned(block: LaidBlock, turn: int, chars: Chars) -> LaidBlock:
    if turn:
        cells = block.table.cells if block.table else []
        for line in chain(block.lines, *(cell.lines for cell in cells)):
            line.turn = turn
            line.words = line.words or encode(line.edges, line.box[0], line.box[2])
            line.box = turned(line.box, turn, chars.width, chars.height)
        for cell in cells:
            cell.box = turned(cell.box, turn, chars.width, chars.height)
    return block


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
