"""Tables that go on over pages: the same columns at the top of the next page."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from citewire.services.reading.pdf.layout import LaidBlock, LaidTable

MAX_ABOVE = 2
"""Blocks that may stand between two parts whose heads are the same: a note, the title again."""

MAX_LINES = 3
"""Of such a block."""

SHARED = 0.5
"""Columns of both parts stand under each other for so much of the narrower one."""

_CONTINUED = re.compile(
    r"[(\[]?\b(?:continued|cont[.'’]?d|fortsetzung|suite|continuación)\b[)\]]?", re.IGNORECASE
)


def mark_continued(pages: Iterable[Sequence[LaidBlock]]) -> None:
    """Mark the tables that go on from the page before, whose heads hold for them.

    Args:
        pages: the blocks of each without headers and footers.
    """
    for above, below in pairwise([[b for b in blocks if not b.invisible] for blocks in pages]):
        last = _near(reversed(above))
        first = _near(below)
        if last is None or first is None:
            continue
        (before, under), (after, over) = last, first
        if not _same_columns(before, after):
            continue
        is_repeated = _heads(before) == _heads(after) != []
        is_told = all(_CONTINUED.search(line.text) for b in over for line in b.lines)
        if is_repeated and not is_told:
            # Many tables have the years as their heads; what goes on has its own title again.
            is_told = _texts(over) <= _texts(b for b in above if b.table is not before)
        if is_told and (is_repeated or not under):
            after.continues = True
            after.repeats_heads = is_repeated


def _texts(blocks: Iterable[LaidBlock]) -> set[str]:
    """The lines of `blocks`, without what tells that something goes on."""
    return {_CONTINUED.sub("", line.text).strip() for block in blocks for line in block.lines}


def _near(blocks: Iterable[LaidBlock]) -> tuple[LaidTable, list[LaidBlock]] | None:
    """The first table of `blocks` and what stands before it; None if that is a text."""
    passed: list[LaidBlock] = []
    for block in blocks:
        if block.table is not None:
            return block.table, passed
        passed.append(block)
        if len(passed) > MAX_ABOVE or len(block.lines) > MAX_LINES:
            return None
    return None


def _same_columns(one: LaidTable, other: LaidTable) -> bool:
    if len(one.columns) != len(other.columns):
        return False
    for (a0, a1), (b0, b1) in zip(one.columns, other.columns, strict=True):
        if min(a1, b1) - max(a0, b0) < SHARED * min(a1 - a0, b1 - b0):
            return False
    return True


def _heads(table: LaidTable) -> list[str]:
    """The words of the heads, or of the first row if nothing tells what is a head."""
    rows = max(table.header_rows, 1)
    texts = [_CONTINUED.sub("", cell.text).strip() for cell in table.cells if cell.row < rows]
    return texts if any(texts) else []
