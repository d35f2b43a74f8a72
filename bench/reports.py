"""Made-up reports as PDFs: headings, running text, tables with rules, headers and footers.

Each section is about something of its own. Were all pages made of the same few words, they would
lie so close together that the graph of their vectors is harder to make than that of any archive: of
8,000 passages any two had a cosine of 0.77 (median), and the twentieth nearest one of 0.87. Of real
ones, embedded with all-MiniLM-L6-v2, it is 0.02 and 0.42; of those made here 0.08 and 0.51.

Every second report is set word by word, as filings are: what reading a page costs is told by the
pieces that it is made of. A page of 16 real reports has 2,759 characters in 897 pieces of text and
101 paths on average (median 2,611, 133 and 7); one made here 3,489 in 220, and 1 path.
"""

import random
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WORDS = (
    "the annual report shows that revenue from services in northern markets rose while costs of "
    "energy and freight fell over the second half of the year and management expects further "
    "growth as new plants open near ports where demand for storage capacity remains strong"
).split()
"""In all reports."""
TERMS = ["".join(one) for one in product(("bo", "ka", "li", "mer", "ta", "vin"), repeat=4)]
"""What reports are about; each section of a few pages has a few of them."""
SECTION_PAGES, SECTION_TERMS, TERMS_SHARE = 6, 40, 0.7
PARAGRAPHS, LINES, LINE_CHARS = 4, 10, 88
LEFT, RIGHT, TOP, LEADING = 60, 535, 760, 13
FONT, SIZE = "Helvetica", 10
TABLE_EVERY, ROWS = 5, 6


def write_reports(folder: Path, *, reports: int, pages: int) -> None:
    """Write `reports` PDFs of `pages` pages each; the same numbers give the same bytes."""
    for number in range(reports):
        canvas = Canvas(str(folder / f"report{number:03d}.pdf"), pagesize=A4, invariant=True)
        canvas.setTitle(f"Report {number}")
        for page in range(pages):
            _draw_page(canvas, random.Random(number * 10_007 + page), number, page)
            canvas.showPage()
        canvas.save()


def _draw_page(canvas: Canvas, chance: random.Random, number: int, page: int) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(LEFT, 810, f"Report {number} on ports and plants")
    canvas.drawString(LEFT, 30, str(page + 1))
    section = random.Random(f"{number} {page // SECTION_PAGES}")
    terms = section.sample(TERMS, SECTION_TERMS)
    set_line = _set_words if number % 2 else _set_line
    y: float = TOP
    for paragraph in range(PARAGRAPHS):
        if paragraph % 2 == 0:
            canvas.setFont("Helvetica-Bold", 14)
            canvas.drawString(LEFT, y, " ".join(chance.choices(WORDS, k=4)).capitalize())
            y -= LEADING
        canvas.setFont(FONT, SIZE)
        for _ in range(LINES):
            set_line(canvas, _line(chance, terms), y)
            y -= LEADING
        y -= LEADING
    if page % TABLE_EVERY == 0:
        _draw_table(canvas, chance, y)


def _set_line(canvas: Canvas, line: str, y: float) -> None:
    canvas.drawString(LEFT, y, line)


def _set_words(canvas: Canvas, line: str, y: float) -> None:
    """Both edges flush."""
    words = line.split()
    widths = [stringWidth(word, FONT, SIZE) for word in words]
    gap = (RIGHT - LEFT - sum(widths)) / (len(words) - 1)
    x: float = LEFT
    for word, width in zip(words, widths, strict=True):
        canvas.drawString(x, y, word)
        x += width + gap


def _line(chance: random.Random, terms: Sequence[str]) -> str:
    # Numbers, so that no two passages are alike.
    words = [str(chance.randrange(10_000))]
    while sum(map(len, words)) + len(words) < LINE_CHARS - 10:
        words.append(chance.choice(terms if chance.random() < TERMS_SHARE else WORDS))
    return f"{' '.join(words).capitalize()}."


def _draw_table(canvas: Canvas, chance: random.Random, y: float) -> None:
    canvas.setFont("Helvetica", 9)
    for row in range(ROWS):
        canvas.line(LEFT, y - row * LEADING - 3, RIGHT, y - row * LEADING - 3)
        canvas.drawString(LEFT, y - row * LEADING, chance.choice(WORDS))
        for column in range(3):
            x = 260 + column * 90
            canvas.drawRightString(x, y - row * LEADING, f"{chance.randrange(100_000):,}")
