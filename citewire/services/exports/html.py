"""A chat with its proof as HTML: for the clipboard, and for whoever prints or keeps it.

Nothing in it is fetched, nothing of a text is markup, and it has no script.
"""

from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from citewire.services.exports.blocks import web_address
from citewire.services.exports.labels import EN, Labels
from citewire.services.exports.proof import MARK, Note, Proven, ProvenChat

STYLE: Final = (
    "body{font:11pt/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}th,td{border:1px solid #999;padding:.2em .5em;text-align:left}"
    "blockquote{border-left:3px solid #999;margin-left:0;padding-left:1em}"
    "ol.notes{font-size:.85em}.unsupported{color:#b00020}.partial{color:#8a5a00}"
    ".facts,.asked{color:#555;font-size:.85em}pre{white-space:pre-wrap}"
)
SIGNS: Final = {
    "supported": "✓",
    "partial": "◐",
    "unsupported": "✗",
    "unchecked": "?",
    "quoted": "❝",
}
"""In front of a verdict, as in the client."""


def to_html(chat: ProvenChat, *, labels: Labels = EN, language: str = "en") -> str:
    """A whole page with all exchanges."""
    shown = "".join(_exchange(exchange, labels) for exchange in chat.exchanges)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(chat.title)}</title><style>{STYLE}</style></head><body>"
        f'<h1 dir="auto">{escape(chat.title)}</h1><p class="asked">{escape(chat.begun_at)}</p>'
        f"{shown}</body></html>\n"
    )


def _exchange(exchange: Proven, labels: Labels) -> str:
    asked = "<br>".join(map(escape, exchange.question.split("\n")))
    parts = [f'<h2 dir="auto">{asked}</h2>']
    if exchange.asked_at:
        parts.append(f'<p class="asked">{escape(exchange.asked_at)}</p>')
    if exchange.sub_questions:
        listed = "".join(f"<li>{escape(one)}</li>" for one in exchange.sub_questions)
        parts.append(f"<p>{labels.searched_for}</p><ul>{listed}</ul>")
    parts.append(_body(exchange.text))
    parts += [f"<p><em>({escape(exchange.end)})</em></p>" if exchange.end else ""]
    parts += [f"<p>⚠ {escape(warning)}</p>" for warning in exchange.warnings]
    if exchange.facts:
        parts.append(f'<p class="facts">{escape("; ".join(exchange.facts))}</p>')
    if notes := exchange.notes or exchange.sources:
        parts.append(f"<h3>{labels.sources}</h3>{_notes(notes, labels)}")
    return "".join(parts)


def _notes(notes: Sequence[Note], labels: Labels) -> str:
    listed = "".join(
        f'<li id="note-{note.number}" value="{note.number}" dir="auto">{_note(note, labels)}</li>'
        for note in notes
    )
    return f'<ol class="notes">{listed}</ol>'


def _note(note: Note, labels: Labels) -> str:
    parts = [escape(note.place)]
    parts.append(f": “{escape(note.quote)}”" if note.quote else "")
    parts.append(f" ({escape(note.withheld)})" if note.withheld else "")
    if note.verdict:
        sign = SIGNS.get(note.sign, "")
        parts.append(f'; <span class="{note.sign}">{sign} {escape(note.verdict)}</span>')
    parts.append(f": {escape('; '.join(note.checked))}" if note.checked else "")
    if note.link:
        parts.append(f'; <a href="{escape(note.link)}">{labels.open_passage}</a>')
    return "".join(parts)


def _body(text: str) -> str:
    """The Markdown of an answer, without pictures, which would be fetched."""
    reader = MarkdownIt("commonmark", {"html": False}, renderer_cls=_AnswerRenderer)
    reader.enable(["table", "strikethrough"]).disable("image")
    return str(reader.render(text))


class _AnswerRenderer(RendererHTML):
    """HTML with the numbers of footnotes where they stand in words, and titles of links nowhere."""

    def text(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """Words."""
        return _numbered(super().text(tokens, idx, options, env))

    def code_inline(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """Code within words."""
        return _numbered(super().code_inline(tokens, idx, options, env))

    def code_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """Code that stands indented."""
        return _numbered(super().code_block(tokens, idx, options, env))

    def fence(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """Code between fences; what its language is called is not needed."""
        return _numbered(f"<pre><code>{escape(tokens[idx].content)}</code></pre>\n")

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """A link."""
        return f'<a href="{escape(web_address(str(tokens[idx].attrGet("href") or "")))}">'


def _numbered(html: str) -> str:
    return MARK.sub(r'<sup><a href="#note-\1">[\1]</a></sup>', html)
