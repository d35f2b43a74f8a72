"""The title of a workbook or a table of values: the lines at its top, where these are clear."""

from collections.abc import Iterator, Sequence
from itertools import islice

from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.table_heads import is_unit_line

MOST_LINES = 2
"""Of a title: who, and what."""

LONGEST = 120
"""Characters of a line; longer ones are sentences."""

_STOPS = (".", ":", ";", ",", "!", "?")


def title_lines(blocks: Sequence[FlowBlock]) -> list[str]:
    """The lines at the top that may be a title, up to the first that is none.

    What stands over a table is the title of a whole workbook only where it has one sheet; of more,
    the first may be a cover.

    Args:
        blocks: of all sheets, each of which begins with its name.
    """
    sheets = sum(bool(block.label) and not block.hidden for block in blocks)
    return list(islice(_lines(blocks, may_be_caption=sheets <= 1), MOST_LINES))


def _lines(blocks: Sequence[FlowBlock], *, may_be_caption: bool) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if block.label and number == 0 and not block.hidden:
            continue  # the name of the sheet
        if block.label or block.hidden or (block.kind == "table" and not may_be_caption):
            return
        for line in block.text.split("\n"):
            text = line.strip().removeprefix("#").strip()
            if not text or len(text) > LONGEST or text.endswith(_STOPS):
                return
            if not is_unit_line(text):
                yield text
        if block.kind == "table":
            return
