"""A chat with its proof as a PDF: notes below each answer, with links there, back and to passages.

reportlab reads what looks like XML in a text: all that comes from outside is escaped.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import HRFlowable, LongTable, Paragraph, SimpleDocTemplate, Spacer

from citewire.services.exports.blocks import (
    Block,
    BlockCell,
    Styled,
    TableBlock,
    TextBlock,
    blocks_of,
)
from citewire.services.exports.fonts import FAMILY, pieces_of
from citewire.services.exports.labels import EN, Labels
from citewire.services.exports.proof import Note, Proven, ProvenChat

INDENT_PT: Final = 16
MOST_COLUMNS: Final = 16
"""More do not fit beside each other; such a table is written row by row."""
LONGEST: Final = 3000
"""Characters of a paragraph: reportlab sets what is left of one anew on each page."""
GREY, LINK = colors.HexColor("#555555"), "#0b57d0"
COLOURS: Final = {"unsupported": "#b00020", "partial": "#8a5a00"}
ALIGNED: Final = {"left": TA_LEFT, "center": TA_CENTER, "right": TA_RIGHT}
BODY: Final = ParagraphStyle(
    "body", fontName=FAMILY, fontSize=10.5, leading=15, spaceAfter=5, splitLongWords=1
)
SMALL: Final = ParagraphStyle("small", BODY, fontSize=8.5, leading=12, spaceAfter=3)
FACTS: Final = ParagraphStyle("facts", SMALL, textColor=GREY)
TITLE: Final = ParagraphStyle("title", BODY, fontSize=18, leading=23, spaceAfter=4)


def to_pdf(chat: ProvenChat, *, labels: Labels = EN, language: str = "en") -> bytes:
    """The exchanges one below the other, on as many pages as they need."""
    pieces_of("")  # registers the fonts that the styles name
    writing = _PdfWriting(labels)
    story = list(writing.chat(chat))
    if writing.missing:
        story.insert(1, Paragraph(writing.markup(labels.left_out.format(writing.missing)), SMALL))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=chat.title,
        author="Citewire",
        lang=language,
    )
    document.build(story, onFirstPage=_page_number, onLaterPages=_page_number)
    return out.getvalue()


def _page_number(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(FAMILY, 8)
    canvas.setFillColor(GREY)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, str(document.page))
    canvas.restoreState()


class _PdfWriting:
    """Makes what reportlab sets of blocks, and counts the characters that no font has."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._linked: set[int] = set()
        self.missing = 0

    def chat(self, chat: ProvenChat) -> Iterator[Any]:
        yield self._plain(chat.title, TITLE)
        yield self._plain(chat.begun_at, FACTS)
        for exchange in chat.exchanges:
            yield from self._exchange(exchange)

    def _exchange(self, exchange: Proven) -> Iterator[Any]:
        yield Spacer(1, 8)
        for text in _cut([Styled(exchange.question, bold=True)]):
            yield Paragraph(
                self._runs(text), ParagraphStyle("asked", BODY, fontSize=13, leading=17)
            )
        if exchange.asked_at:
            yield self._plain(exchange.asked_at, FACTS)
        if exchange.sub_questions:
            yield self._plain(self._labels.searched_for, FACTS)
            for question in exchange.sub_questions:
                yield self._plain(f"• {question}", FACTS)
        for block in blocks_of(exchange.text):
            yield from self._block(block)
        if exchange.end:
            yield Paragraph(f"<i>{self.markup(f'({exchange.end})')}</i>", BODY)
        for warning in exchange.warnings:
            marked = self.markup(f"(!) {warning}")
            yield Paragraph(f'<font color="{COLOURS["partial"]}">{marked}</font>', SMALL)
        if exchange.facts:
            yield self._plain("; ".join(exchange.facts), FACTS)
        if notes := exchange.notes or exchange.sources:
            yield HRFlowable(width="35%", thickness=0.5, color=GREY, hAlign="LEFT")
            for note in notes:
                yield from self._note(note)

    def _note(self, note: Note) -> Iterator[Paragraph]:
        style = ParagraphStyle("note", SMALL, leftIndent=INDENT_PT, bulletFontName=FAMILY)
        colour = COLOURS.get(note.sign)
        words = [self.markup(note.place)]
        words += [self.markup(f": “{note.quote}”")] if note.quote else []
        words += [self.markup(f" ({note.withheld})")] if note.withheld else []
        if note.verdict:
            verdict = self.markup(note.verdict)
            marked = f'<font color="{colour}"><b>{verdict}</b></font>' if colour else verdict
            words.append(f"; {marked}")
        words += [self.markup(f": {'; '.join(note.checked)}")] if note.checked else []
        if note.link:
            words.append(f"; {_link(note.link, self.markup(self._labels.open_passage))}")
        back = f'<a name="note_{note.number}"/>'
        if note.number in self._linked:
            back += f'<a href="#mark_{note.number}" color="{LINK}">{note.number}</a>'
        else:
            back += str(note.number)
        yield Paragraph(f"{back}&nbsp; {''.join(words)}", style)

    def _block(self, block: Block) -> Iterator[Any]:
        if isinstance(block, TableBlock):
            yield from self._table(block)
        elif block.kind == "rule":
            yield HRFlowable(width="100%", thickness=0.5, color=GREY, spaceAfter=6)
        else:
            yield from self._words(block)

    def _words(self, words: TextBlock) -> Iterator[Paragraph]:
        style = ParagraphStyle("words", BODY, leftIndent=INDENT_PT * words.indent)
        if words.kind == "heading":
            style.fontSize, style.leading = {1: (14, 19), 2: (12.5, 17)}.get(words.level, (11, 16))
        bold, italic = words.kind == "heading", words.quoted
        marker = words.marker
        for runs in _cut(words.runs):
            text = self._runs(runs, bold=bold, italic=italic)
            bullet = self.markup(marker) if marker else None
            style.bulletIndent = max(0, style.leftIndent - INDENT_PT)
            yield Paragraph(f"<bullet>{bullet}</bullet>{text}" if bullet else text, style)
            marker = ""

    def _table(self, grid: TableBlock) -> Iterator[Any]:
        columns = max((len(row) for row in grid.rows), default=0)
        if columns > MOST_COLUMNS:
            for row in grid.rows:
                between = Styled(" | ")
                runs = [run for cell in row for run in (*cell.runs, between)]
                yield from self._words(TextBlock("text", tuple(runs[:-1])))
            return
        rows = [
            [self._cell(cell, is_head=number == 0) for cell in row]
            for number, row in enumerate(grid.rows)
        ]
        looks = [
            ("GRID", (0, 0), (-1, -1), 0.4, GREY),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *((side, (0, 0), (-1, -1), 3) for side in ("LEFTPADDING", "RIGHTPADDING")),
        ]
        width = A4[0] - 44 * mm - 12
        yield LongTable(
            rows,
            colWidths=[width / columns] * columns,
            style=looks,
            repeatRows=1,
            splitByRow=1,
            splitInRow=1,
            spaceAfter=8,
        )

    def _cell(self, cell: BlockCell, *, is_head: bool) -> list[Paragraph]:
        style = ParagraphStyle("cell", SMALL, alignment=ALIGNED[cell.align], spaceAfter=0)
        return [Paragraph(self._runs(runs, bold=is_head), style) for runs in _cut(cell.runs)]

    def _plain(self, text: str, style: ParagraphStyle) -> Paragraph:
        return Paragraph(self.markup(text), style)

    def _runs(self, runs: Sequence[Styled], *, bold: bool = False, italic: bool = False) -> str:
        return "".join(self._run(run, bold=bold, italic=italic) for run in runs)

    def _run(self, run: Styled, *, bold: bool, italic: bool) -> str:
        if run.note:
            named = "" if run.note in self._linked else f'<a name="mark_{run.note}"/>'
            self._linked.add(run.note)
            # In brackets, so that who copies the text does not take it for a digit of a figure.
            number = f'<a href="#note_{run.note}" color="{LINK}">[{run.note}]</a>'
            return f"{named}<super>{number}</super>"
        text = self.markup(run.text, is_code=run.code)
        for tag, is_so in (("b", bold or run.bold), ("i", italic or run.italic)):
            text = f"<{tag}>{text}</{tag}>" if is_so else text
        text = f"<strike>{text}</strike>" if run.struck else text
        return _link(run.link, text) if run.link else text

    def markup(self, text: str, *, is_code: bool = False) -> str:
        """A text as reportlab reads it: escaped, with the fonts that have its characters."""
        parts = []
        for piece in pieces_of(text):
            self.missing += piece.missing
            words = escape(piece.text)
            if is_code:
                words = words.replace("\t", "    ").replace(" ", "\u00a0")
            words = words.replace("\n", "<br/>")
            own = piece.font != FAMILY
            parts.append(f'<font name="{piece.font}">{words}</font>' if own else words)
        return "".join(parts)


def _link(address: str, markup: str) -> str:
    return f'<a href={quoteattr(address)} color="{LINK}">{markup}</a>'


def _cut(runs: Sequence[Styled]) -> Iterator[list[Styled]]:
    """A paragraph in stretches that are short enough; one of no words is none."""
    stretch: list[Styled] = []
    length = 0
    for run in runs:
        for start in range(0, len(run.text), LONGEST):
            text = run.text[start : start + LONGEST]
            if length + len(text) > LONGEST and stretch:
                yield stretch
                stretch, length = [], 0
            stretch.append(replace(run, text=text))
            length += len(text)
    if stretch:
        yield stretch
