"""Pictures of text, as scanners and screens make them, drawn for a test."""

from collections.abc import Sequence
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont

FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
DPI = 150
A5 = (874, 1240)
"""Pixels at `DPI`."""

Placed = tuple[int, int, str]
"""Left and upper edge in pixels, and the words."""


def scan(
    texts: Sequence[Placed],
    *,
    size: tuple[int, int] = A5,
    letters: int = 22,
    rules: Sequence[tuple[int, int, int, int]] = (),
) -> Image.Image:
    """A white page with `texts` in black letters of so many pixels, and straight rules."""
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(FONT), letters)
    for x, y, text in texts:
        draw.text((x, y), text, font=font, fill=0)
    for rule in rules:
        draw.line(rule, fill=0, width=2)
    return page


def add_marked(page: Image.Image, place: tuple[int, int], *pieces: tuple[str, bool]) -> None:
    """Draw a line of pieces, of which some are small and raised."""
    draw = ImageDraw.Draw(page)
    x, y = place
    for text, is_raised in pieces:
        font = ImageFont.truetype(str(FONT), 18 if is_raised else 30)
        draw.text((x, y), text, font=font, fill=0)
        x += round(draw.textlength(text, font=font))


def column(x: int, y: int, lines: Sequence[str], leading: int = 36) -> list[Placed]:
    """Lines below one another."""
    return [(x, y + leading * number, line) for number, line in enumerate(lines)]


def save_pdf(path: Path, *pages: Image.Image) -> Path:
    """Write a PDF whose pages are nothing but these pictures."""
    first, *others = pages
    first.save(path, "PDF", resolution=DPI, save_all=True, append_images=others)
    return path
