"""Builds the PDF reports in `reports/` from the texts in `text/`, with the same bytes every time.

The texts use a small part of Markdown: front matter of `key: value` lines, `#` and `##` headings,
paragraphs with `**bold**` and `*italics*`, `- ` bullets, pipe tables and `---page---` for a new
page. The streams in the PDFs are not compressed on purpose: what zlib writes differs between its
versions, and the tests compare bytes.
"""

import argparse
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab import platypus
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).parent
MARGIN, GUTTER, BANNER = 24 * mm, 8 * mm, 58 * mm
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
INK, BLUE, RED, GREY = (HexColor(f"#{code}") for code in ("222222", "1d4e6b", "a3231f", "666666"))

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11.5, leading=16, textColor=INK)
BODY.spaceAfter, BODY.allowWidows, BODY.allowOrphans = 8, 0, 0
BULLET = ParagraphStyle("bullet", BODY, leftIndent=12, bulletIndent=2, spaceAfter=4)
CELL = ParagraphStyle("cell", BODY, fontSize=10.5, leading=13, spaceAfter=0)
CELL_RIGHT = ParagraphStyle("cell right", CELL, alignment=TA_RIGHT)
H1 = ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=15, leading=19, textColor=BLUE)
H1.spaceBefore, H1.spaceAfter, H1.keepWithNext = 9, 6, 1
H2 = ParagraphStyle("h2", H1, fontSize=11.5, leading=15, spaceBefore=6, spaceAfter=4)
TITLE = ParagraphStyle("title", H1, fontSize=20, leading=25, spaceAfter=8)
SUBTITLE = ParagraphStyle("subtitle", BODY, fontName="Helvetica", fontSize=13, leading=18)
NOTICE = ParagraphStyle("notice", H1, fontSize=13, leading=17, textColor=RED)
SMALL = ParagraphStyle("small", BODY, fontName="Helvetica", fontSize=9, leading=12)


@dataclass(frozen=True)
class Text:
    """One report as written: what its front matter says, and the Markdown below it."""

    fields: dict[str, str]
    body: str
    columns: int
    front_pages: int  # those before page 1, numbered i, ii, iii

    def page_label(self, number: int) -> str:
        """Return the label printed on the physical page `number` (1-based)."""
        if number <= self.front_pages:
            return "i" * number  # right up to iii, and no report has more front pages
        return str(number - self.front_pages)


def read_text(path: Path) -> Text:
    """Read one report.

    Raises:
        ValueError: the file does not open with front matter of `key: value` lines.
    """
    opening, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    if opening:
        raise ValueError(f"{path} does not open with front matter")
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    columns, front_pages = int(fields["columns"]), int(fields.get("front_pages", "0"))
    return Text(fields=fields, body=body, columns=columns, front_pages=front_pages)


def inline(text: str) -> str:
    """Turn the bold and italics of Markdown into the markup of reportlab."""
    escaped = html.escape(text, quote=False)
    bold = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escaped)
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", bold)


def table(lines: Sequence[str], *, width: float) -> platypus.Table:
    """Lay out a pipe table; the columns share `width` (points) by their longest cells."""
    header, marks, *rest = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    styles = [CELL_RIGHT if mark.endswith(":") else CELL for mark in marks]
    cells = [
        [platypus.Paragraph(inline(cell), style) for cell, style in zip(row, styles, strict=True)]
        for row in ([f"**{cell}**" for cell in header], *rest)
    ]
    # The square root lets short columns of figures keep room for their heading.
    longest = [max(map(len, column)) ** 0.5 for column in zip(header, *rest, strict=True)]
    widths = [width * length / sum(longest) for length in longest]
    style = platypus.TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, GREY)])
    style.add("LINEABOVE", (0, 0), (-1, 0), 1, BLUE)
    style.add("NOSPLIT", (0, 0), (-1, -1))
    return platypus.Table(cells, colWidths=widths, style=style, spaceBefore=2, spaceAfter=10)


def block(lines: Sequence[str], *, width: float) -> list[platypus.Flowable]:
    """Lay out one block of Markdown, that is, the lines between two empty ones."""
    first = lines[0]
    if first == "---page---":
        return [platypus.PageBreak()]
    if first.startswith("#"):
        marks, heading = first.split(" ", 1)
        return [platypus.Paragraph(inline(heading), H1 if marks == "#" else H2)]
    if first.startswith("|"):
        return [table(lines, width=width)]
    if first.startswith("- "):
        return [platypus.Paragraph(inline(line[2:]), BULLET, bulletText="•") for line in lines]
    return [platypus.Paragraph(inline(" ".join(lines)), BODY)]


def cover(text: Text) -> list[platypus.Flowable]:
    """Lay out the title with the notice that all of it is invented."""
    of = text.fields
    tall = text.columns == 1
    return [
        platypus.Paragraph(inline(of["notice"]), NOTICE),
        platypus.Paragraph(inline(of["disclaimer"]), SMALL),
        platypus.Spacer(1, 40 * mm if tall else 2 * mm),
        platypus.Paragraph(inline(of["title"]), TITLE),
        platypus.Paragraph(inline(of["subtitle"]), SUBTITLE),
        platypus.Paragraph(f"{inline(of['author'])}, {inline(of['date'])}", SMALL),
        platypus.NextPageTemplate("body"),
        platypus.PageBreak() if tall else platypus.FrameBreak(),
    ]


def column_width(columns: int) -> float:
    """Return the width (points) of each of so many columns."""
    return float((WIDTH - GUTTER * (columns - 1)) / columns)


def frames(columns: int, *, top: float = 0) -> list[platypus.Frame]:
    """Divide a page below `top` (points under the upper margin) into its columns."""
    width = column_width(columns)
    return [
        platypus.Frame(MARGIN + i * (width + GUTTER), MARGIN, width, HEIGHT - top, 0, 0, 0, 0)
        for i in range(columns)
    ]


def templates(text: Text) -> list[platypus.PageTemplate]:
    """Return the two kinds of page, cover and body, which share their footer."""

    def footer(canvas: Canvas, _: platypus.BaseDocTemplate) -> None:
        number = canvas.getPageNumber()
        if number == 1 and text.front_pages:
            canvas.addPageLabel(0, "ROMAN_LOWER", 1)
            canvas.addPageLabel(text.front_pages, "ARABIC", 1)
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, 14 * mm, text.fields["footer"])
        canvas.drawRightString(A4[0] - MARGIN, 14 * mm, text.page_label(number))

    banner = platypus.Frame(MARGIN, A4[1] - MARGIN - BANNER, WIDTH, BANNER, 0, 0, 0, 0)
    first = frames(1) if text.columns == 1 else [banner, *frames(text.columns, top=BANNER)]
    return [
        platypus.PageTemplate("cover", first, onPageEnd=footer),
        platypus.PageTemplate("body", frames(text.columns), onPageEnd=footer),
    ]


def build(text: Text) -> bytes:
    """Return the PDF of one report."""
    blocks = (part.splitlines() for part in re.split(r"\n{2,}", text.body.strip()))
    story = cover(text)
    for lines in blocks:
        story += block(lines, width=column_width(text.columns))
    target = BytesIO()
    report = platypus.BaseDocTemplate(
        target,
        pageTemplates=templates(text),
        pagesize=A4,
        title=text.fields["title"],
        author=text.fields["author"],
        subject=text.fields["footer"],
        lang=text.fields["language"],
        invariant=1,
        pageCompression=0,
    )
    report.build(story, canvasmaker=partial(dated, text.fields["issued"]))
    return target.getvalue()


def dated(issued: str, *arguments: Any, **named: Any) -> Canvas:
    """A canvas whose file says that it was made on the ISO date `issued`."""
    canvas = Canvas(*arguments, **named)
    canvas.setDateFormatter(lambda *_: f"D:{issued.replace('-', '')}000000Z")
    return canvas


def main() -> None:
    """Build every report in `text/` and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "reports", help="folder to write to")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted((HERE / "text").glob("*.md")):
        target = out / f"{path.stem}.pdf"
        target.write_bytes(build(read_text(path)))
        print(target)


if __name__ == "__main__":
    main()
