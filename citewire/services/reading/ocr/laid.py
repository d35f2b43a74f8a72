"""From the lines that OCR saw in a picture to blocks of a page, as with text that a PDF holds."""

from collections.abc import Iterator, Sequence

from citewire.services.reading.ocr.seen import Seen, SeenLine, SeenLines, Words
from citewire.services.reading.pdf.columns import regions
from citewire.services.reading.pdf.fragments import WIDE_GAP, Fragment, turned
from citewire.services.reading.pdf.layout import LaidBlock, TextLine
from citewire.services.reading.pdf.rows import blocks_of


def lay_out_seen(seen: Seen, scale: float, width: float, height: float) -> list[LaidBlock]:
    """The blocks of a picture in reading order.

    Args:
        seen: what was read.
        scale: pixels per point.
        width: of the picture, in points.
        height: of the picture, in points.
    """
    blocks = []
    # The most usual direction first: it is the text of the page, the others stand beside it.
    for group in sorted(seen.groups, key=lambda group: -len(group.lines)):
        fragments = [piece for line in group.lines for piece in _fragments(line, scale)]
        middle = (height if group.turn % 2 else width) / 2
        for region in regions(fragments):
            for block in blocks_of(region):
                for line in _lines(block):
                    _place(line, group, middle, width, height)
                blocks.append(block)
    return blocks


def _fragments(line: SeenLine, scale: float) -> Iterator[Fragment]:
    """A line in pieces, parted where a column or a cell may end."""
    y0, y1 = line.top / scale, line.bottom / scale
    for words in _parted(line.words, WIDE_GAP * (line.bottom - line.top)):
        edges = [edge / scale for _, left, right in words for edge in (left, right)]
        text = " ".join(word for word, _, _ in words)
        yield Fragment(
            text, edges[0], y0, edges[-1], y1, (y0 + y1) / 2, y1 - y0, bold=False, edges=edges
        )


def _parted(words: Words, gap: float) -> Iterator[Words]:
    start = 0
    for at in range(1, len(words)):
        if words[at][1] - words[at - 1][2] > gap:
            yield words[start:at]
            start = at
    yield words[start:]


def _lines(block: LaidBlock) -> Iterator[TextLine]:
    for line in block.lines:
        yield line
        yield from line.parts


def _place(line: TextLine, group: SeenLines, middle: float, width: float, height: float) -> None:
    """Put a line back where it stands in the picture, askew and on its side."""
    x0, y0, x1, y1 = line.box
    drops = [group.slope * (x - middle) for x in (x0, x1)]
    box: Sequence[float] = (x0, y0 + min(drops), x1, y1 + max(drops))
    line.turn = group.turn
    line.box = turned((box[0], box[1], box[2], box[3]), group.turn, width, height)
