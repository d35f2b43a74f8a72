"""Small PDFs written for a test."""

from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

BODY_SIZE = 11
HEADING_SIZE = 26
LEADING = 14


def write_pdf(
    path: Path,
    pages: Sequence[str],
    *,
    heading: str = "",
    title: str = "",
    password: str | None = None,
) -> Path:
    """Write `pages`, whose lines are kept, with a large `heading` on the first one."""
    encrypt = StandardEncryption(password) if password is not None else None
    # Invariant: the same pages give the same bytes.
    canvas = Canvas(str(path), invariant=True, encrypt=encrypt)
    if title:
        canvas.setTitle(title)
    for number, page in enumerate(pages):
        if heading and number == 0:
            canvas.setFont("Helvetica-Bold", HEADING_SIZE)
            canvas.drawString(60, 780, heading)
        text = canvas.beginText(60, 740)
        text.setFont("Helvetica", BODY_SIZE)
        for line in page.split("\n"):
            text.textLine(line)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return path


def draw_pdf(path: Path, *pages: Callable[[Canvas], None], size: tuple[float, float] = A4) -> Path:
    """Write a PDF whose pages are drawn by functions."""
    canvas = Canvas(str(path), pagesize=size, invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def draw_lines(
    canvas: Canvas,
    x: float,
    y: float,
    lines: Sequence[str],
    *,
    size: float = BODY_SIZE,
    bold: bool = False,
    leading: float = LEADING,
) -> None:
    """Draw `lines` from (x, y) down, y counted in points from the bottom."""
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    for number, line in enumerate(lines):
        canvas.drawString(x, y - number * leading, line)


def prose(count: int, word: str) -> list[str]:
    """`count` different lines of running text in which `word` occurs."""
    return [f"{word} line {n} tells of ships and grain" for n in range(count)]
