"""An answer in Markdown as flat blocks, for formats that know paragraphs and tables.

Nothing in it is nested, so that no text is too deep: a paragraph says how far it is indented.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from citewire.services.exports.proof import MARK

Align = Literal["left", "center", "right"]
DEEPEST: Final = 8
"""So far a paragraph is indented at most."""


@dataclass(frozen=True, slots=True)
class Styled:
    """TextBlock that look alike; with `note` they are the number of that footnote.

    `after_note`: right behind another number, from which it must be told apart.
    """

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    link: str = ""
    note: int = 0
    after_note: bool = False


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, a heading, code or a line across.

    Args:
        kind: which of them.
        runs: what stands in it; a line break is one in a run's text.
        indent: how many lists and quotations it stands in.
        marker: of a list, in front of its first paragraph.
        level: of a heading, from 1.
        quoted: whether it stands in a quotation.
    """

    kind: Literal["text", "heading", "code", "rule"]
    runs: tuple[Styled, ...]
    indent: int = 0
    marker: str = ""
    level: int = 0
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class BlockCell:
    """A cell of a table."""

    runs: tuple[Styled, ...]
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table, its head first; all rows are equally long."""

    rows: tuple[tuple[BlockCell, ...], ...]


Block = TextBlock | TableBlock


def blocks_of(text: str) -> list[Block]:
    """The blocks of an answer; pictures are their words, and links lead to the web alone."""
    reader = MarkdownIt("commonmark", {"html": False})
    reader.enable(["table", "strikethrough"]).disable("image")
    return list(_BlockReading().blocks(reader.parse(text)))


@dataclass(slots=True)
class _BlockReading:
    """Where in the lists, quotations and tables one is."""

    lists: list[int | None] = field(default_factory=list)
    """The number of the next item of each list; None: it has none."""
    quotes: int = 0
    marker: str = ""
    level: int = 0
    rows: list[list[BlockCell]] = field(default_factory=list)
    align: Align | None = None

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        """The blocks of a text, in order."""
        for token in tokens:
            match token.type:
                case "inline" if self.align is not None:
                    self.rows[-1].append(
                        BlockCell(tuple(runs_of(token.children or ())), self.align)
                    )
                case "inline":
                    kind: Literal["text", "heading"] = "heading" if self.level else "text"
                    yield self._words(kind, tuple(runs_of(token.children or ())))
                case "fence" | "code_block":
                    code = token.content.rstrip("\n")
                    yield self._words("code", tuple(_split(Styled(code, code=True))))
                case "hr":
                    yield self._words("rule", ())
                case "table_close":
                    yield TableBlock(tuple(map(tuple, self.rows)))
                case _:
                    self._move(token)

    def _words(
        self, kind: Literal["text", "heading", "code", "rule"], runs: tuple[Styled, ...]
    ) -> TextBlock:
        indent = min(len(self.lists) + self.quotes, DEEPEST)
        marker, self.marker = self.marker, ""
        return TextBlock(kind, runs, indent, marker, self.level, self.quotes > 0)

    def _move(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(None)
            case "ordered_list_open":
                self.lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                number = self.lists[-1]
                self.marker = "•" if number is None else f"{number}."
                self.lists[-1] = None if number is None else number + 1
            case "blockquote_open":
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
            case "heading_open":
                self.level = int(token.tag[1:])
            case "heading_close":
                self.level = 0
            case "table_open":
                self.rows = []
            case "tr_open":
                self.rows.append([])
            case "th_open" | "td_open":
                self.align = _aligned(str(token.attrGet("style") or ""))
            case "th_close" | "td_close":
                self.align = None


def _aligned(style: str) -> Align:
    if style.endswith("right"):
        return "right"
    return "center" if style.endswith("center") else "left"


def runs_of(tokens: Sequence[Token]) -> Iterator[Styled]:
    """The words of a paragraph."""
    bold = italic = struck = 0
    link = ""
    for token in tokens:
        looks = Styled("", bold > 0, italic > 0, struck > 0, link=link)
        match token.type:
            case "text":
                yield from _split(replace(looks, text=token.content))
            case "code_inline":
                yield from _split(replace(looks, text=token.content, code=True))
            case "softbreak":
                yield replace(looks, text=" ")
            case "hardbreak":
                yield replace(looks, text="\n")
            case "strong_open" | "strong_close":
                bold += token.nesting
            case "em_open" | "em_close":
                italic += token.nesting
            case "s_open" | "s_close":
                struck += token.nesting
            case "link_open":
                link = web_address(str(token.attrGet("href") or ""))
            case "link_close":
                link = ""


def web_address(address: str) -> str:
    """An address that a link may lead to; empty if it is none of the web or of a letter."""
    return address if address.lower().startswith(("http://", "https://", "mailto:")) else ""


def _split(run: Styled) -> Iterator[Styled]:
    """The words, and the numbers of footnotes between them."""
    at = 0
    for mark in MARK.finditer(run.text):
        if mark.start() > at:
            yield replace(run, text=run.text[at : mark.start()])
        is_next = mark.start() == at and at > 0
        yield Styled(mark[1], note=int(mark[1]), after_note=is_next)
        at = mark.end()
    if at < len(run.text):
        yield replace(run, text=run.text[at:])
