"""What Markdown of reports has beyond CommonMark: footnotes, formulas, raised and lowered letters.

The plugins that are to be had leave out a footnote to which nothing refers, and take a marked word
of the text for the name of a link.
"""

import re
from collections.abc import Sequence
from html import escape

from lxml.html import defs
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.reference import reference
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MOST_LABEL = 100
"""Characters of a footnote's label."""

MOST_RAISED = 40
"""Characters between `^` or `~` that are raised or lowered."""

_NOTE = re.compile(rf"\[\^([^\]\s^]{{1,{MOST_LABEL}}})\]")
_NOTE_BEGINS = re.compile(rf"\[\^([^\]\s^]{{1,{MOST_LABEL}}})\]:[ \t]*")
_DEFINED = re.compile(rf"\[[^\]\n]{{1,{MOST_LABEL * 10}}}\]:[ \t]*+(<|[^\s]*)")
_ADDRESS = re.compile(r"[/.:#@<?=%]")
_SHIFTED = re.compile(rf"([\^~])([^\s\^~\\]{{1,{MOST_RAISED}}})\1(?!\d)")
_FORMULA = re.compile(r"\$\$[^$]{1,1000}+\$\$|\$(?=\S)[^$\n]{1,500}+(?<=\S)\$(?!\d)")
_CODE_OR_BAR = re.compile(r"`[^`]*+`|\\.|\||[^`|\\]++|[`\\]")
_TAG = re.compile(r"</?([a-z][a-z0-9:-]*)", re.IGNORECASE)
_SWALLOWS = frozenset(
    "title textarea style xmp iframe noembed noframes script plaintext template object".split()
)
"""Elements that would take all that follows for their own if nobody closes them."""
_TAGS = frozenset("math mrow mi mn mo mfrac msup msub msqrt mtext svg path g rp rt rb rtc".split())
"""Tags that the library's list has not."""


def markdown_of_reports() -> MarkdownIt:
    """A parser of Markdown as it is written for reports."""
    # Line breaks are kept: they may be those of an address or a poem.
    markdown = MarkdownIt("commonmark", {"breaks": True}, renderer_cls=_Renderer)
    markdown.enable(["table", "strikethrough"])
    markdown.block.ruler.before("reference", "note", _note_block, {"alt": ["paragraph"]})
    markdown.block.ruler.at("reference", _reference)
    markdown.core.ruler.before("inline", "wide_rows", _wide_rows)
    markdown.inline.ruler.before("escape", "formula", _formula)
    markdown.inline.ruler.before("link", "note_mark", _note_mark)
    markdown.inline.ruler.before("strikethrough", "shifted", _shifted)
    return markdown


class _Renderer(RendererHTML):
    """HTML in which nothing is lost: no tag takes what follows for its own."""

    def note_mark(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        """A mark stands apart from what it is a note to."""
        return f" [{escape(tokens[idx].content)}]"

    def em_open(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        """Emphasis; between figures the signs are those of a product."""
        return tokens[idx].markup if _is_product(tokens, idx) else "<em>"

    def em_close(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        """The end of emphasis, likewise."""
        return tokens[idx].markup if _is_product(tokens, idx) else "</em>"

    def raised(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return f"<sup>{escape(tokens[idx].content)}</sup>"

    def lowered(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        return f"<sub>{escape(tokens[idx].content)}</sub>"

    def html_inline(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        """A tag; a word in angle brackets that is none stays one."""
        said = tokens[idx].content
        found = _TAG.match(said)
        name = found[1].lower() if found else ""
        is_tag = name in defs.tags or name in _TAGS or "-" in name
        return escape(said) if found and (name in _SWALLOWS or not is_tag) else said

    def html_block(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
        said = tokens[idx].content
        lowered = said.lower()
        opened = {name for name in _SWALLOWS if f"<{name}" in lowered}
        if all(f"</{name}" in lowered for name in opened):
            return said
        return "".join(f"<p>{escape(part)}</p>" for part in said.split("\n\n"))


def _is_product(tokens: Sequence[Token], idx: int) -> bool:
    before = tokens[idx - 1].content if idx else ""
    after = tokens[idx + 1].content if idx + 1 < len(tokens) else ""
    return before[-1:].isdigit() and after[:1].isdigit()


def _wide_rows(state: StateCore) -> None:
    """Rows with more cells than heads: bars in code are none of the table, and none is lost."""
    lines: list[str] = []
    columns, cells = 0, [Token("", "", 0)]
    for token in state.tokens:
        if token.type == "tr_open":
            cells = []
        elif token.type == "inline" and token.level:
            cells.append(token)
        elif token.type == "thead_close":
            columns = len(cells)
        elif token.type == "tr_close" and columns and cells and cells[0].map:
            lines = lines or state.src.split("\n")
            _refill(cells, lines[cells[0].map[0]])
        elif token.type == "table_close":
            columns = 0


def _refill(cells: list[Token], line: str) -> None:
    """Give `cells`, a row as it was parsed, what stands between the bars of its `line`."""
    said = escapedSplit(line.strip(" \t>").strip("|") if line.strip(" \t>") else "")
    if len(said) <= len(cells):
        return
    whole = _split_beside_code(line.strip(" \t>").removeprefix("|").removesuffix("|"))
    last = len(cells) - 1
    whole[last:] = [" | ".join(part.strip() for part in whole[last:] if part.strip())]
    for cell, text in zip(cells, [*whole, *[""] * len(cells)], strict=False):
        cell.content = text.strip()


def _split_beside_code(line: str) -> list[str]:
    parts = [""]
    for piece in _CODE_OR_BAR.findall(line):
        if piece == "|":
            parts.append("")
        else:
            parts[-1] += piece.replace("\\|", "|")
    return parts


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The address of a link; what is none is text that a reader would miss."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    found = _DEFINED.match(line)
    if found and found[1] and not _ADDRESS.search(found[1]):
        return False
    return reference(state, start, end, silent)


def _note_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A footnote, with the paragraphs that are indented below it."""
    if state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    found = _NOTE_BEGINS.match(state.src, begin, state.eMarks[start])
    if found is None:
        return False
    if silent:
        return True
    token = state.push("note_open", "p", 1)
    token.meta = {"label": found[1]}
    kept = state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType
    state.bMarks[start], state.tShift[start] = found.end(), 0
    # As deep as what goes on with it, so that its first line is no code.
    state.blkIndent += 4
    state.sCount[start] = state.blkIndent
    state.parentType = "note"
    state.md.block.tokenize(state, start, end)
    state.blkIndent -= 4
    state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType = kept
    state.push("note_close", "p", -1)
    return True


def _note_mark(state: StateInline, silent: bool) -> bool:
    found = _NOTE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("note_mark", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _shifted(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "^~":
        return False
    found = _SHIFTED.match(state.src, state.pos, state.posMax)
    # Two tildes strike out.
    if found is None or state.src[state.pos - 1 : state.pos] == found[1]:
        return False
    if not silent:
        state.push("raised" if found[1] == "^" else "lowered", "", 0).content = found[2]
    state.pos = found.end()
    return True


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula stays as it is: its signs are none of Markdown."""
    if state.src[state.pos] != "$":
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("text", "", 0).content = found[0]
    state.pos = found.end()
    return True
