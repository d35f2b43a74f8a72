"""Files that are pictures: PNG, JPEG, TIFF of several pages and others, read by OCR.

A page is as large as the file says by its resolution; the same pictures, upright, are what a
person is shown (`picture_pdf`), so that rectangles lie where they were read.
"""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.language import language_of
from citewire.services.reading.ocr.choice import DEFAULT, OcrChoice, OcrMode
from citewire.services.reading.ocr.engine import find_ocr, why_no_ocr
from citewire.services.reading.ocr.reading import POINTS_PER_INCH, PictureReading
from citewire.services.reading.ocr.seen import Picture
from citewire.services.reading.pdf.compose import compose
from citewire.services.reading.pdf.furniture import find_furniture
from citewire.services.reading.pdf.layout import LaidPage
from citewire.services.reading.title import TitleLine, title_of

MAX_PAGES = 1000
MOVING = ("GIF", "WEBP", "PNG")
"""Formats whose further pictures are those of a film."""

MAX_PIXELS = 25_000_000
"""Of a picture that is read; a larger one is made smaller."""

SMALLEST = 24
"""Pixels; nothing that is less wide or high holds a line of text."""

PLAUSIBLE_DPI = (72.0, 2400.0)
LONGEST_INCHES = 48.0
"""A resolution that makes a page longer is not what the picture was taken with."""

LEAST_DPI = 96.0
PAGE_INCHES = 842 / 72
"""A picture that tells no resolution is as a screen shows it, but at most as long as A4."""

LOOK_DPI = 120.0
LOOK_PIXELS = 2_500_000
"""Of a picture that tells no resolution: letters are taken to be as small as this allows."""

SHOWN_PIXELS = 6_000_000
QUALITY = 85

_ONLY_OCR = "a picture, which only OCR can read"
_BROKEN = "broken, or not a picture that can be read"
_TOO_LARGE = "its picture is too large: it has more than 89 million pixels"


def read_image(
    path: Path,
    *,
    ocr: OcrMode = "auto",
    engine: OcrChoice = DEFAULT,
    on_ocr: Callable[[], None] = lambda: None,
) -> Report:
    """Read the picture at `path`; blocks.

    Args:
        path: of the file.
        ocr: `off` refuses it.
        engine: which OCR reads it.
        on_ocr: called after each page.

    Raises:
        UnreadableDocument: it is broken or too large, has no text, or OCR is off or not there;
            the message says which.
    """
    found = find_ocr(ocr, engine)
    if found is None:
        raise UnreadableDocument(f"{_ONLY_OCR}: {why_no_ocr(ocr, engine)}")
    reading = PictureReading(found, on_ocr)
    laid = []
    with _opened(path) as image:
        for number, frame in enumerate(_frames(image), start=1):
            laid.append(_read_frame(reading, number, frame))
        more = getattr(image, "n_frames", 1) - len(laid)
    if not any(page.has_text for page in laid):
        raise UnreadableDocument(f"no text in the picture, {reading.why_nothing()}")
    pages = compose(laid, find_furniture(laid))
    lines = (line for block in laid[0].blocks for line in block.lines)
    notes = (f"{more} further pictures were left out: it is a film, or too long",) if more else ()
    return Report(
        title=title_of(path, "", [TitleLine(line.text, line.height) for line in lines]),
        language=language_of(page.text for page in pages),
        pages=pages,
        notes=(*reading.notes(), *notes),
    )


def look_at_image(path: Path, *, ocr: OcrMode = "auto", engine: OcrChoice = DEFAULT) -> None:
    """Look whether the picture at `path` can be read, if there is text in it; blocks.

    Args:
        path: of the file.
        ocr: as `read_image` will be told.
        engine: which OCR will read it.

    Raises:
        UnreadableDocument: it is broken or too large, or OCR is off or not there.
    """
    if find_ocr(ocr, engine) is None:
        raise UnreadableDocument(f"{_ONLY_OCR}: {why_no_ocr(ocr, engine)}")
    with _opened(path) as image:
        for frame in _frames(image):
            frame.load()


def picture_pdf(path: Path, number: int) -> bytes:
    """Page `number`, from 1, of the picture at `path` as a PDF of one page.

    Raises:
        UnreadableDocument: it cannot be read, or has no such page.
    """
    with _opened(path) as image:
        for index, frame in enumerate(_frames(image), start=1):
            if index == number:
                upright, dpi = _upright(frame)
                shown = _on_white(upright)
                factor = min((SHOWN_PIXELS / (shown.width * shown.height)) ** 0.5, 1.0)
                small = shown.resize(_scaled(shown.size, factor))
                made = io.BytesIO()
                small.save(made, "PDF", resolution=dpi * small.width / shown.width, quality=QUALITY)
                return made.getvalue()
    raise UnreadableDocument(f"there is no picture {number}")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path) as image:
                yield image
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise UnreadableDocument(_TOO_LARGE) from error
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
            if isinstance(error, FileNotFoundError | PermissionError):
                raise
            raise UnreadableDocument(_BROKEN) from error


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    count = 1 if image.format in MOVING else getattr(image, "n_frames", 1)
    for index in range(min(count, MAX_PAGES)):
        if index:
            image.seek(index)
        if image.width * image.height > (Image.MAX_IMAGE_PIXELS or MAX_PIXELS):
            raise UnreadableDocument(_TOO_LARGE)
        yield image


def _read_frame(reading: PictureReading, number: int, frame: Image.Image) -> LaidPage:
    upright, dpi = _upright(frame)
    size = upright.width / dpi * POINTS_PER_INCH, upright.height / dpi * POINTS_PER_INCH
    laid = LaidPage(*size)
    if min(upright.size) < SMALLEST:
        reading.fail(number, "its picture is too small to hold text")
        return laid
    pixels = upright.width * upright.height
    grey = _on_white(upright).convert("L")
    factor = min((MAX_PIXELS / pixels) ** 0.5, 1.0)
    if factor < 1:
        grey = grey.resize(_scaled(grey.size, factor))
    told = _told_dpi(frame)
    look = max(told[0], LOOK_DPI) if told else LOOK_DPI * max((pixels / LOOK_PIXELS) ** 0.5, 1.0)
    picture: Picture = np.array(grey, np.uint8)
    laid.blocks = reading.read(number, picture, look * factor, size)
    if laid.blocks:
        reading.keep(number)
    return laid


def _upright(frame: Image.Image) -> tuple[Image.Image, float]:
    """A picture as it is to be looked at, with square pixels, and how many an inch has."""
    told = _told_dpi(frame)
    upright = ImageOps.exif_transpose(frame)
    if told and abs(told[0] - told[1]) > 0.02 * told[0]:  # a fax has more columns than rows
        dense = max(told)
        width, height = (round(s * dense / d) for s, d in zip(frame.size, told, strict=True))
        upright = ImageOps.exif_transpose(frame.resize((max(width, 1), max(height, 1))))
        return upright, dense
    if told:
        return upright, told[0]
    return upright, max(LEAST_DPI, max(upright.size) / PAGE_INCHES)


def _told_dpi(frame: Image.Image) -> tuple[float, float] | None:
    """The resolution across and down, if the file tells one that may be true."""
    try:
        across, down = (float(value) for value in frame.info.get("dpi", ()))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    low, high = PLAUSIBLE_DPI
    if not (low < across <= high and low < down <= high):
        return None
    longest = max(frame.width / across, frame.height / down)
    return (across, down) if longest <= LONGEST_INCHES else None


def _on_white(image: Image.Image) -> Image.Image:
    """In colours of 8 bits, what is transparent on white."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _eight_bits(image)
    if image.mode in ("L", "RGB"):
        return image
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        return ground.convert("RGB")
    return image.convert("L" if image.mode == "1" else "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    values: Any = np.nan_to_num(np.asarray(image, np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255 / (high - low)) if high > low else np.full_like(values, 255)
    return Image.fromarray(scaled.astype(np.uint8), "L")


def _scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(round(size[0] * factor), 1), max(round(size[1] * factor), 1)
