"""From the lines that OCR saw in a picture to blocks of a page, as with text that a PDF holds."""

from collections.abc import Iterator
from itertools import chain

from citewire.content.edges import encode
from citewire.services.reading.ocr.seen import Seen, SeenLine, SeenLines, Words
from citewire.services.reading.pdf.columns import regions
from citewire.services.reading.pdf.drawn import NOTHING, Drawing
from citewire.services.reading.pdf.fragments import WIDE_GAP, Fragment, turned
from citewire.services.reading.pdf.layout import Box, LaidBlock
from citewire.services.reading.pdf.rows import blocks_of
from citewire.services.reading.pdf.ruled_tables import with_ruled_tables


def lay_out_seen(seen: Seen, scale: float, drawing: Drawing) -> list[LaidBlock]:
    """The blocks of a picture in reading order.

    Args:
        seen: what was read.
        scale: pixels per point.
        drawing: the rules of the picture, and its size in points.
    """
    blocks = []
    # The most usual direction first: it is the text of the page, the others stand beside it.
    for group in sorted(seen.groups, key=lambda group: -len(group.lines)):
        fragments = [piece for line in group.lines for piece in _fragments(line, scale)]
        # The rules of a page that lies askew are not where its lines are put.
        drawn = NOTHING if group.slope else drawing.upright(group.turn)
        for region in regions(with_ruled_tables(fragments, drawn)):
            for block in blocks_of(region, drawn):
                _place(block, group, drawing)
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


def _place(block: LaidBlock, group: SeenLines, drawing: Drawing) -> None:
    """Put a block back where it stands in the picture, askew and on its side."""
    size = drawing.width, drawing.height
    middle = size[group.turn % 2] / 2

    def placed(box: Box) -> Box:
        x0, y0, x1, y1 = box
        drops = [group.slope * (x - middle) for x in (x0, x1)]
        return turned((x0, y0 + min(drops), x1, y1 + max(drops)), group.turn, *size)

    cells = block.table.cells if block.table else []
    for line in chain(block.lines, *(cell.lines for cell in cells)):
        line.turn = group.turn
        line.words = line.words or encode(line.edges, line.box[0], line.box[2])
        line.box = placed(line.box)
    for cell in cells:
        cell.box = placed(cell.box)
