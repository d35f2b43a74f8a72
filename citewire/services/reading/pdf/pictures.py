"""Pages of PDFs as pictures: which are to be read by OCR, and what they look like."""

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from citewire.services.reading.ocr.seen import OcrError, Picture
from citewire.services.reading.pdf.layout import LaidBlock, LaidPage
from citewire.services.reading.pdf.objects import MAX_DEPTH, area_of_pictures

DPI = 300
POINTS_PER_INCH = 72

MAX_PIXELS = 25_000_000
"""Of the rendered page, in grey: 25 MB. A page of A4 at 300 dpi has 9 million."""

MAX_IMAGE_PIXELS = 200_000_000
"""Of an image on the page: pdfium decodes it whole. A page of A2 at 600 dpi has 140 million."""

MOST = 0.5
"""Of the area of a page: with less under pictures, its text says what it says."""

LITTLE = 300
"""Letters and digits; a page of pictures with more text is one with text."""

MORE = 2
"""OCR has to read so many times as much as the text that a page has to take its place."""


def needs_picture(page: pypdfium2.PdfPage, laid: LaidPage, *, unreadable: bool = False) -> bool:
    """Whether what a page says has to be read from its picture.

    Args:
        page: open.
        laid: its text.
        unreadable: whether its text is known not to be what one sees, as with fonts without a map.
    """
    if unreadable:
        return True
    if not laid.is_seen:
        return laid.has_text or not is_blank(page)
    if signs_in(laid.blocks) >= LITTLE:
        return False
    width, height = page.get_size()
    return area_of_pictures(page) >= MOST * float(max(width * height, 1))


def takes_place(read: list[LaidBlock], laid: LaidPage, *, unreadable: bool = False) -> bool:
    """Whether what was read from the picture of a page is more than the text that it has."""
    if unreadable or not laid.is_seen:
        return bool(read)
    return signs_in(read) > MORE * signs_in(laid.blocks)


def signs_in(blocks: list[LaidBlock]) -> int:
    """How many letters and digits there are that can be seen."""
    lines = (line for block in blocks if not block.invisible for line in block.lines)
    return sum(sum(map(str.isalnum, line.text)) for line in lines)


def is_blank(page: pypdfium2.PdfPage) -> bool:
    """Whether there is nothing on it."""
    return next(iter(page.get_objects(max_depth=1)), None) is None


def picture_of(page: pypdfium2.PdfPage) -> tuple[Picture, float]:
    """A page in grey, and its pixels per inch.

    Raises:
        OcrError: it would take too much memory.
    """
    if _largest_image(page) > MAX_IMAGE_PIXELS:
        raise OcrError("its image is too large for OCR")
    width, height = page.get_size()
    scale = min(DPI / POINTS_PER_INCH, (MAX_PIXELS / max(width * height, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        pixels = bitmap.to_numpy().reshape(bitmap.height, bitmap.width)
        return np.array(pixels, np.uint8), scale * POINTS_PER_INCH
    finally:
        bitmap.close()


def _largest_image(page: pypdfium2.PdfPage) -> int:
    largest = 0
    for image in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=MAX_DEPTH):
        width, height = image.get_px_size()
        largest = max(largest, width * height)
    return largest
