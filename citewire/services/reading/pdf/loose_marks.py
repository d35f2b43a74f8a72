"""Marks of notes that a page draws apart from what they stand at, put where they belong."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from citewire.services.reading.heads import is_figure
from citewire.services.reading.marks import reads_like_note, shifted
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.raised import RAISED, SMALL

NEAR = 0.6
"""A mark follows what it stands at within so many of its heights, and may overlap by half."""

FAR = 2.6
"""One in brackets follows a figure of a table within so many: those of a column end level, and
their marks stand behind the longest."""

HIGH = 0.25
"""And is raised by so much: figures in small type beside others stand at their middle."""

MOST = 2_000
"""Marks of a page; no page has more."""

MAX_LOOKED_AT = 200
"""So many fragments end beside a mark at most; a page of usual text has one in each line."""


def with_marks(fragments: Sequence[Fragment]) -> list[Fragment]:
    """`fragments` with small raised marks written into the fragments that they follow."""
    highest = max((fragment.height for fragment in fragments), default=0.0)
    marks = [
        n
        for n, fragment in enumerate(fragments)
        if fragment.height < SMALL * highest and reads_like_note(fragment.text)
    ]
    if not 0 < len(marks) <= MOST:
        return list(fragments)
    found = list(fragments)
    by_end = sorted(range(len(found)), key=lambda n: found[n].x1)
    ends = [found[n].x1 for n in by_end]
    gone = set()
    for n in marks:
        mark = found[n]
        first = bisect_left(ends, mark.x0 - FAR * mark.height)
        last = bisect_left(ends, mark.x0 + NEAR * mark.height)
        near = by_end[first : min(last, first + MAX_LOOKED_AT)]
        bases = [at for at in near if at != n and at not in gone and _is_base(found[at], mark)]
        if bases:
            base = max(bases, key=lambda at: found[at].x1)
            if (joined := _joined(found[base], mark)) is not None:
                found[base] = joined
                gone.add(n)
    return [fragment for n, fragment in enumerate(found) if n not in gone]


def _is_base(base: Fragment, mark: Fragment) -> bool:
    is_small = mark.height < SMALL * base.height
    is_raised = base.y1 - mark.y1 > RAISED * base.height and mark.y1 > base.y0
    is_beside = mark.middle > base.y0 - 0.3 * base.height and base.x0 < mark.x0
    is_near = mark.x0 - base.x1 <= NEAR * mark.height / SMALL or _is_apart(base, mark)
    return is_small and is_raised and is_beside and is_near


def _is_apart(base: Fragment, mark: Fragment) -> bool:
    """Whether a mark in brackets stands behind a figure that ends before others of its column."""
    is_bracketed = mark.text.startswith("(") and mark.text.endswith(")")
    is_high = base.y1 - mark.y1 > HIGH * base.height
    return is_bracketed and is_high and (is_figure(base.text) or base.text in ("-", "–", "—"))


def _joined(base: Fragment, mark: Fragment) -> Fragment | None:
    gap = " " if mark.x0 - base.x1 > NEAR * mark.height / SMALL else ""
    written = shifted(base.text, gap + mark.text)
    if not base.edges or not mark.edges or written == mark.text:
        return None
    edges = [*base.edges, *mark.edges] if written[0] == " " else [*base.edges[:-1], mark.x1]
    return replace(
        base,
        text=base.text + written,
        y0=min(base.y0, mark.y0),
        x1=max(base.x1, mark.x1),
        edges=edges,
    )
