"""Captions of tables: paragraphs in the style of captions right above or below one."""

import re
from collections.abc import Sequence
from dataclasses import replace

from citewire.services.reading.word.file import WordBlock

_FIGURE = re.compile(
    r"\s*(?:fig|abb|chart|graph|gr[aá]f|ilustr|illustr|map|mapa|photo)", re.IGNORECASE
)


def with_captions(parts: Sequence[WordBlock]) -> list[WordBlock]:
    """`parts` with captions joined to their tables."""
    joined: list[WordBlock] = []
    number = 0
    while number < len(parts):
        part = parts[number]
        below = parts[number + 1] if number + 1 < len(parts) else None
        if below is not None and _is_caption_of(part, below) and not below.block.page_break:
            joined.append(_with(below, part, above=True))
            number += 2
            continue
        after = parts[number + 2] if number + 2 < len(parts) else None
        if (
            below is not None
            and _is_caption_of(below, part)
            and not below.block.page_break
            # Between two tables it is the one's below.
            and not (after is not None and _is_caption_of(below, after))
        ):
            joined.append(_with(part, below, above=False))
            number += 2
            continue
        joined.append(part)
        number += 1
    return joined


def _is_caption_of(part: WordBlock, table: WordBlock) -> bool:
    """Whether `part` could name `table`."""
    grid = table.block.grid
    return (
        part.is_caption
        and part.block.grid is None
        and grid is not None
        and not grid.continues
        and not table.block.text
        and not _FIGURE.match(part.block.text)
        and bool(part.block.text.strip())
    )


def _with(table: WordBlock, caption: WordBlock, *, above: bool) -> WordBlock:
    page_break = caption.block.page_break if above else table.block.page_break
    block = replace(table.block, text=caption.block.text.strip(), page_break=page_break)
    return replace(table, block=block, notes=(*caption.notes, *table.notes))
