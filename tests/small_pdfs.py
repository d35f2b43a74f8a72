"""Small PDFs written for a test."""

from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

BODY_SIZE = 11
HEADING_SIZE = 26


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
