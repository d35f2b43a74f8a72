"""Pages read from their image by the `tesseract` command, where it is installed.

The image is rendered by pdfium, sent through a pipe and never written to disk. Time and pixels
are limited, as a file may hold an image of any size.
"""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import pypdfium2
import pypdfium2.raw as pdfium

from citewire.content.edges import encode
from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.pdf.layout import LaidBlock, TextLine

OcrMode = Literal["auto", "off", "force"]

DPI = 300
POINTS_PER_INCH = 72

MAX_PIXELS = 25_000_000
"""Of the rendered page, in grey: 25 MB. A page of A4 at 300 dpi has 9 million."""

MAX_IMAGE_PIXELS = 200_000_000
"""Of an image on the page: pdfium decodes it whole. A page of A2 at 600 dpi has 140 million."""

SECONDS = 60
"""For one page."""

MIN_CONFIDENCE = 30
"""Of 100; below it tesseract has read stains."""


def find_ocr(mode: OcrMode) -> "Ocr | None":
    """How pages are read from images; None if that is not wanted or tesseract is not there."""
    command = shutil.which("tesseract") if mode != "off" else None
    return (
        Ocr(command, all_pages=mode == "force", languages=_languages(command)) if command else None
    )


@dataclass(frozen=True, slots=True)
class Ocr:
    """Reads pages with tesseract.

    Args:
        command: path of tesseract.
        all_pages: whether pages with text are read too.
        languages: in tesseract's notation (`eng+deu`).
    """

    command: str
    all_pages: bool
    languages: str

    def read(self, page: pypdfium2.PdfPage) -> list[LaidBlock] | str:
        """The blocks that are read from the image of `page`, or why it cannot be."""
        if _largest_image(page) > MAX_IMAGE_PIXELS:
            return "its image is too large for OCR"
        width, height = page.get_size()
        scale = min(DPI / POINTS_PER_INCH, (MAX_PIXELS / max(width * height, 1)) ** 0.5)
        image = _render(page, scale)
        try:
            table = subprocess.run(  # noqa: S603 - no part of it comes from the file
                [self.command, "stdin", "stdout", "-l", self.languages, "--psm", "1", "tsv"],
                input=image,
                capture_output=True,
                check=True,
                timeout=SECONDS,
                # With several threads, which wait for each other in a loop, a page takes four times
                # the CPU; and there is a reading process for each core already.
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            ).stdout
        except subprocess.TimeoutExpired:
            return f"OCR took more than {SECONDS} seconds"
        except (subprocess.CalledProcessError, OSError):
            return "OCR failed"
        return list(parse_tsv(table.decode("utf-8", "replace"), scale))


def parse_tsv(table: str, scale: float) -> Iterator[LaidBlock]:
    """The paragraphs in tesseract's table; `scale` is pixels per point."""
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = [row for row in rows if row["level"] == "5" and _is_word(row)]
    for _, paragraph in groupby(words, lambda row: (row["block_num"], row["par_num"])):
        lines = [
            _line(list(line), scale) for _, line in groupby(paragraph, lambda row: row["line_num"])
        ]
        yield LaidBlock("text", lines)


def _is_word(row: dict[str, str]) -> bool:
    return bool((row["text"] or "").strip()) and float(row["conf"]) >= MIN_CONFIDENCE


def _line(words: list[dict[str, str]], scale: float) -> TextLine:
    left, top = min(int(w["left"]) for w in words), min(int(w["top"]) for w in words)
    right = max(int(w["left"]) + int(w["width"]) for w in words)
    bottom = max(int(w["top"]) + int(w["height"]) for w in words)
    box = (left / scale, top / scale, right / scale, bottom / scale)
    edges: list[float] = []
    texts: list[str] = []
    for word in words:
        texts += (written := clean_line(word["text"]).split())
        start = float(word["left"])
        edges += [start, start + int(word["width"])] * len(written)
    inside = encode(edges, left, right)
    return TextLine(" ".join(texts), box, (bottom - top) / scale, words=inside)


def _languages(command: str) -> str:
    """Whatever is installed of English and the languages that share its letters."""
    try:
        listed = subprocess.run(  # noqa: S603 - a fixed command
            [command, "--list-langs"], capture_output=True, check=True, timeout=SECONDS
        ).stdout.decode("utf-8", "replace")
    except (subprocess.SubprocessError, OSError):
        return "eng"
    installed = set(listed.split())
    wanted = ["eng", "spa", "fra", "deu", "ita", "por", "nld"]
    return "+".join(name for name in wanted if name in installed) or "eng"


def _render(page: pypdfium2.PdfPage, scale: float) -> bytes:
    """The page as a grey image in PGM, the plainest format that tesseract reads."""
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        pixels: bytes = bitmap.to_numpy().tobytes()
        return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + pixels
    finally:
        bitmap.close()


def _largest_image(page: pypdfium2.PdfPage) -> int:
    largest = 0
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        width, height = image.get_px_size()
        largest = max(largest, width * height)
    return largest
