"""A chat with its proof as a Word document: real footnotes, and every word as data."""

import io
import unicodedata
from collections.abc import Sequence
from typing import Final

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run as WordRun

from citewire.services.exports.blocks import Block, Styled, TableBlock, TextBlock, blocks_of
from citewire.services.exports.labels import EN, Labels
from citewire.services.exports.proof import Note, Proven, ProvenChat
from citewire.services.exports.word_notes import Footnotes, hyperlink

INDENT_PT: Final = 18
GREY: Final = RGBColor(0x55, 0x55, 0x55)
WARNING: Final = RGBColor(0x8A, 0x5A, 0x00)
ALIGNED: Final = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_BEHIND_BIDI: Final = (
    *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing"),
    *("w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment"),
    *("w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr"),
)
"""What follows the direction among the properties of a paragraph (ECMA-376, 17.3.1.26)."""
MOST_COLUMNS: Final = 63
"""As many as Word takes."""


def to_docx(chat: ProvenChat, *, labels: Labels = EN) -> bytes:
    """The exchanges one below the other, with their footnotes."""
    document = Document()
    core = document.core_properties
    core.title, core.author, core.comments = chat.title[:255], "Citewire", ""
    document.styles["Normal"].font.size = Pt(11)
    writing = _WordWriting(document, labels)
    writing.heading(chat.title, 0)
    writing.facts(chat.begun_at)
    for exchange in chat.exchanges:
        writing.exchange(exchange)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class _WordWriting:
    """Writes blocks into a document, and knows which footnotes were referred to."""

    def __init__(self, document: WordDocument, labels: Labels) -> None:
        self._document = document
        self._labels = labels
        self._notes = Footnotes(document)
        self._referred: set[int] = set()

    def exchange(self, exchange: Proven) -> None:
        self.heading(exchange.question, 1)
        self.facts(exchange.asked_at)
        if exchange.sub_questions:
            self.facts(self._labels.searched_for)
            for question in exchange.sub_questions:
                self._plain(question, style="List Bullet")
        for block in blocks_of(exchange.text):
            self._block(block)
        if exchange.end:
            self._plain(f"({exchange.end})").runs[0].italic = True
        for warning in exchange.warnings:
            self._plain(f"⚠ {warning}").runs[0].font.color.rgb = WARNING
        self.facts("; ".join(exchange.facts))
        for note in exchange.notes:
            self._footnote(note)
        for note in exchange.sources:
            self._source(note)

    def heading(self, text: str, level: int) -> None:
        _turned(self._document.add_heading(text, level), text)

    def facts(self, text: str) -> None:
        if text:
            run = self._plain(text).runs[0]
            run.font.size, run.font.color.rgb = Pt(9), GREY

    def _plain(self, text: str, style: str | None = None) -> Paragraph:
        return _turned(self._document.add_paragraph(text, style), text)

    def _footnote(self, note: Note) -> None:
        if note.number not in self._referred:  # a citation whose place is in no words
            self._refer(self._document.add_paragraph(), note.number)
        self._notes.add(note.number, note.text, note.link, self._labels.open_passage)

    def _source(self, note: Note) -> None:
        paragraph = self._plain(f"[{note.number}] {note.text} ")
        if note.link:
            paragraph._p.append(
                hyperlink(self._document.part, note.link, self._labels.open_passage)
            )

    def _block(self, block: Block) -> None:
        if isinstance(block, TableBlock):
            self._table(block)
            return
        if block.kind == "rule":
            self._document.add_paragraph("―" * 12)
            return
        if block.kind == "heading":
            paragraph = self._document.add_heading("", min(block.level + 1, 6))
        else:
            paragraph = self._document.add_paragraph()
        if block.indent:
            shape = paragraph.paragraph_format
            shape.left_indent = Pt(INDENT_PT * block.indent)
            if block.marker:
                shape.first_line_indent = Pt(-INDENT_PT)
                shape.tab_stops.add_tab_stop(Pt(INDENT_PT * block.indent))
                paragraph.add_run(f"{block.marker}\t")
        self._runs(paragraph, block.runs, italic=block.quoted)
        _turned(paragraph, _words_of(block))

    def _table(self, grid: TableBlock) -> None:
        columns = min(max((len(row) for row in grid.rows), default=0), MOST_COLUMNS)
        table = self._document.add_table(len(grid.rows), columns, style="Table Grid")
        for number, (row, cells) in enumerate(zip(grid.rows, table.rows, strict=True)):
            if number == 0:
                _repeat(cells._tr)
            # What is beyond the last column that Word takes stands in that.
            rest = row[columns - 1 :]
            for cell, into in zip(row[: columns - 1], cells.cells, strict=False):
                self._cell(into.paragraphs[0], cell.runs, cell.align, is_head=number == 0)
            for cell in rest:
                last = cells.cells[columns - 1].paragraphs[0]
                self._cell(last, cell.runs, cell.align, is_head=number == 0)
        self._document.add_paragraph()

    def _cell(
        self, paragraph: Paragraph, runs: Sequence[Styled], align: str, *, is_head: bool
    ) -> None:
        paragraph.alignment = ALIGNED[align]
        self._runs(paragraph, runs, bold=is_head)

    def _runs(
        self,
        paragraph: Paragraph,
        runs: Sequence[Styled],
        *,
        bold: bool = False,
        italic: bool = False,
    ) -> None:
        for run in runs:
            if run.note:
                if run.after_note:
                    paragraph.add_run(",").font.superscript = True
                self._refer(paragraph, run.note)
                continue
            written = paragraph.add_run(run.text)
            written.bold = (bold or run.bold) or None
            written.italic = (italic or run.italic) or None
            written.font.strike = run.struck or None
            if run.code:
                written.font.name = "Courier New"
            if run.link:
                _linked(paragraph, written, run)

    def _refer(self, paragraph: Paragraph, number: int) -> None:
        if number in self._referred:
            self._notes.refer_again(paragraph, number)
            return
        self._referred.add(number)
        self._notes.refer(paragraph, number)


def _linked(paragraph: Paragraph, written: WordRun, run: Styled) -> None:
    link = hyperlink(paragraph.part, run.link, run.text, written._r.rPr)
    paragraph._p.replace(written._r, link)


def _repeat(row: object) -> None:
    """Show the head of a table on each of its pages."""
    properties = row.get_or_add_trPr()  # type: ignore[attr-defined]
    properties.append(OxmlElement("w:tblHeader"))


def _words_of(words: TextBlock) -> str:
    return "".join(run.text for run in words.runs if not run.note)


def _turned(paragraph: Paragraph, text: str) -> Paragraph:
    """The paragraph, from right to left where its first letter is written so."""
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction == "L":
            break
        if direction in ("R", "AL"):
            properties = paragraph._p.get_or_add_pPr()
            properties.insert_element_before(OxmlElement("w:bidi"), *_BEHIND_BIDI)
            for run in paragraph.runs:
                run.font.rtl = True
            break
    return paragraph
