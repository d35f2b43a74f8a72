"""Small PDFs written for a test."""

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

BODY_SIZE = 11
HEADING_SIZE = 26
LEADING = 14
SLOW_PAGES = 1000
SLOW_OPERATORS = 2**22


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


def slow_pdf(text: str) -> bytes:
    """A small PDF that takes minutes to read: many pages show one stream of many operators."""
    words = f"BT /F 12 Tf 72 720 Td ({text}) Tj ET\n".encode()
    stream = zlib.compress(words + b"q Q\n" * SLOW_OPERATORS, 9)
    kids = " ".join(f"{number} 0 R" for number in range(5, 5 + SLOW_PAGES))
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 3 0 R"
        b"/Resources<</Font<</F 4 0 R>>>>>>"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {SLOW_PAGES}>>".encode(),
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[page] * SLOW_PAGES,
    ]
    return pdf_of(objects)


def pdf_of(objects: Sequence[bytes]) -> bytes:
    """A PDF of written objects, numbered from 1, the first of which is the catalog."""
    written, table = b"%PDF-1.4\n", b""
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(written)
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    count = len(objects) + 1
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (count, table, count, len(written))
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object with `entries` in its dictionary."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def page_of(content: bytes, *fonts: bytes, entries: bytes = b"") -> list[bytes]:
    """Objects 1.. of a PDF of one page that shows `content`; its fonts are /F5, /F6 and so on.

    Objects that follow are numbered from 5 on, the fonts first.
    """
    named = b"".join(b"/F%d %d 0 R" % (number, number) for number in range(5, 5 + len(fonts)))
    return [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<<%s>>>>%s>>" % (named, entries),
        stream(content),
        *fonts,
    ]


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
