"""An answer as HTML for a notebook: nothing in it is fetched, and nothing of a report is markup."""

import base64
import io
from html import escape

import pypdfium2
from markdown_it import MarkdownIt
from PIL import Image, ImageDraw

from citewire.client.answer import CitedAnswer, CitedPage
from citewire.client.wire import Citation
from citewire.text.offsets import utf16_place
from citewire.text.places import placed

WIDTH = 640
"""Pixels of a page's picture."""
MARK = (255, 214, 0, 96)
"""Yellow that lets words through."""
COLOURS = {"supported": "#1a7f37", "partial": "#9a6700", "unsupported": "#cf222e"}
GREY = "#656d76"
SIGNS = {"supported": "✓", "partial": "◐", "unsupported": "✗", "unchecked": "?"}
EVIDENCE = {"weak": "Weak evidence: the reports may not answer this.", "none": "No evidence."}
OPEN, CLOSE = "\ue000", "\ue001"
"""Around the number of a citation while Markdown is read."""


def answer_html(answer: CitedAnswer) -> str:
    """The text with its markers, notes on it, and each citation with its page."""
    parts = [f'<div style="max-width:{WIDTH + 40}px">', _text(answer)]
    said = [EVIDENCE[answer.evidence]] if answer.evidence in EVIDENCE else []
    said += [warning.message for warning in answer.warnings]
    if answer.end != "done":
        said.append(answer.error or "The answer was stopped before its end.")
    parts += [f'<p style="color:{COLOURS["partial"]}">{escape(note)}</p>' for note in said]
    shown: set[int] = set()
    for citation in answer.citations:
        page = answer.pages.get((citation.passage_id, citation.quote.text))
        is_new = page is not None and id(page) not in shown
        shown |= {id(page)}
        parts.append(_note(answer, citation, page if is_new else None))
    return "".join([*parts, "</div>"])


def page_image(page: CitedPage) -> bytes:
    """A page as a PNG with its cited words marked."""
    pdf = pypdfium2.PdfDocument(page.pdf)
    try:
        first = pdf[0]
        picture = first.render(scale=WIDTH / first.get_width()).to_pil().convert("RGBA")
    finally:
        pdf.close()
    marks = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(marks)
    width, height = picture.size
    for place in page.rectangles:
        draw.rectangle(
            (place.x0 * width, place.y0 * height, place.x1 * width, place.y1 * height), fill=MARK
        )
    out = io.BytesIO()
    Image.alpha_composite(picture, marks).convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def _text(answer: CitedAnswer) -> str:
    # One sign for another: the places of the markers stay.
    text = answer.text.translate(dict.fromkeys(map(ord, (OPEN, CLOSE)), "\ufffd"))
    placed = sorted(enumerate(answer.citations), key=lambda pair: pair[1].marker_span.start)
    marked, last = "", 0
    for number, citation in placed:
        span = citation.marker_span
        start, end = utf16_place(text, span.start), utf16_place(text, span.end)
        if last <= start < end:
            marked += f"{text[last:start]}{OPEN}{number}{CLOSE}"
            last = end
    # Without links and pictures, which would be fetched.
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link"])
    html = str(reader.render(marked + text[last:]))
    for number, citation in placed:
        html = html.replace(f"{OPEN}{number}{CLOSE}", _marker(answer, citation))
    return html


def _marker(answer: CitedAnswer, citation: Citation) -> str:
    colour = COLOURS.get(citation.verification.status, GREY)
    told = escape(f"{_place(answer, citation)}: {citation.quote.text}", quote=True)
    return f'<sup title="{told}" style="color:{colour}">[{citation.label}]</sup>'


def _note(answer: CitedAnswer, citation: Citation, page: CitedPage | None) -> str:
    verification = citation.verification
    colour, sign = COLOURS.get(verification.status, GREY), SIGNS.get(verification.status, "?")
    verdict = "quoted" if verification.method == "quoted" else f"{sign} {verification.status}"
    reason = f" · {escape(verification.reason)}" if verification.reason else ""
    worked = "".join(f" · {escape(one.formula)}" for one in verification.calculations)
    quote = f"<br>“{escape(citation.quote.text)}”" if citation.quote.text else ""
    parts = [
        f'<div style="margin:.6em 0"><b>[{citation.label}]</b> {escape(_place(answer, citation))} ',
        f'<span style="color:{colour}">{escape(verdict)}</span>{reason}{worked}{quote}',
    ]
    if page is not None:
        data = base64.b64encode(page_image(page)).decode()
        parts.append(
            f'<br><img width="{WIDTH}" alt="the page, with the quote marked" '
            f'src="data:image/png;base64,{data}">'
        )
    return "".join([*parts, "</div>"])


def _place(answer: CitedAnswer, citation: Citation) -> str:
    source = answer.source_of(citation)
    label = source.page_label or str(source.page_start)
    where = placed(source.title, source.file_name, label, section=source.section)
    return f"{where}, {citation.quote.address}" if citation.quote.address else where
