"""Fragments that stand on one line: in order, together as cells, and as a line of text."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from citewire.content.edges import encode
from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import Box, TextLine

CELL_GAP = 1.1
"""Cells are apart by so many heights of their letters; words of a line never are."""

MARK_GAP = 2.0
"""So far behind a figure stands its mark at most."""

ITEM = 20
"""Characters; before so many, a letter that some fonts show as a bullet is one."""

_LETTERS = ("o", "n", "l", "q", "v", "w", "§", "Ø", "¾")
_BULLET = re.compile(r"[•▪●◦■►‣∙·*–—-]|\(?(\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]")
_SIGN = re.compile(r"[$€£¥]|\([$€£¥]?")
_SIGNS = "$€£¥"
_DASHES = "-–—"
_VALUE = re.compile(r"[-−–]?[(]?[-−–$€£¥]?[(]?\d[\d.,]*+(?<!,)%?\)?%?")
_GROUP = re.compile(r"\d{3}(?!\d)")
_THOUSANDS = re.compile(r"[$€£¥]000")
_MARK = re.compile(r"\(\d\)")
_TRAILS = re.compile(r"[)%*†‡]{1,2}|[.,;:]")
_NOTES = "*†‡"
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

Row = list[Fragment]
"""What stands on a line, or in a cell of it."""


def text_rows(fragments: Iterable[Fragment]) -> list[Row]:
    """The lines on which `fragments` stand, from the top, each in reading order."""
    given = list(fragments)
    if len(given) == 1:
        return [given]
    rows: list[Row] = []
    for fragment in sorted(given, key=lambda f: f.middle):
        first = rows[-1][0] if rows else None
        if first is not None and fragment.middle - first.middle <= 0.5 * min(
            fragment.height, first.height
        ):
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    return [_in_order(row) if len(row) > 1 else row for row in rows]


def _in_order(row: Row) -> Row:
    to_left = sum(bool(_RTL.search(f.text)) for f in row) * 2 > len(row)
    return sorted(row, key=lambda f: f.x0, reverse=to_left)


def cells_of(row: Row) -> list[Row]:
    """Fragments of a row, those together that make a cell: bullets and signs join their text."""
    cells: list[Row] = []
    for fragment in row:
        for n, part in enumerate(_values(fragment)):
            before = cells[-1][-1] if cells else None
            if before is not None and not n and _joins(before, part, first=before is row[0]):
                cells[-1].append(part)
            else:
                cells.append([part])
    return cells


def _values(fragment: Fragment) -> list[Fragment]:
    """Figures that stand close to each other apart, each with the sign before it.

    A sign at the end belongs to the figure in the next column, as does what follows leaders.
    """
    text = fragment.text
    may_be_two = text[-2:-1] == " " and text[-1] in _SIGNS
    may_be_two = may_be_two or "...." in text or any(map(str.isdigit, text))
    if len(fragment.edges) <= 2 or not may_be_two:
        return [fragment]
    words = fragment.text.split()
    if 2 * len(words) != len(fragment.edges):
        return [fragment]
    starts = [
        n
        for n in range(1, len(words))
        if (is_sign(words[n]) and not is_sign(words[n - 1]) and _begins(words, n))
        or _are_two(words[n - 1], words[n])
    ]
    if not starts or not all(map(_is_of_values, words)):
        starts = [len(words) - 1] if text[-1] in _SIGNS else []
        leaders = next((n for n, word in enumerate(words[:-1], 1) if word.endswith("....")), None)
        if leaders is not None and all(map(_is_of_values, words[leaders:])):
            starts = [leaders]
    edges = fragment.edges
    places = [(edges[2 * n - 1] + edges[2 * n]) / 2 for n in starts]
    return split_at(fragment, places) if places and places == sorted(places) else [fragment]


def _begins(words: Sequence[str], n: int) -> bool:
    """Whether a sign is that of a figure after it, or the last word."""
    return n + 1 == len(words) or _is_of_values(words[n + 1])


def _is_of_values(word: str) -> bool:
    return is_sign(word) or trails(word) or word in _DASHES or _VALUE.fullmatch(word) is not None


def _are_two(word: str, following: str) -> bool:
    """Whether two words are two figures: no groups of thousands, no figure and its mark."""
    if not _VALUE.fullmatch(word) or not _VALUE.fullmatch(following):
        return False
    if _THOUSANDS.fullmatch(following):
        # "2024 £000" is the head of a column.
        return False
    return not _MARK.fullmatch(following) and not (
        _GROUP.match(following) and word.lstrip("(-−–$€£¥").isdecimal()
    )


def _joins(before: Fragment, fragment: Fragment, *, first: bool) -> bool:
    if is_sign(before.text):
        return True
    is_item = before.text in _LETTERS and len(fragment.text) >= ITEM
    if first and (is_item or _BULLET.fullmatch(before.text)):
        # (1) and (2) beside each other number columns.
        return before.text == fragment.text or _BULLET.fullmatch(fragment.text) is None
    if is_sign(fragment.text):
        return False
    gap, height = _gap(before, fragment), min(before.height, fragment.height)
    are_apart = _are_values(before, fragment) or _are_figures(before, fragment)
    # A mark far from all figures stands for one that is not told.
    is_alone = fragment.text[0] in _NOTES and gap > MARK_GAP * height
    return (gap < CELL_GAP * height and not are_apart) or (trails(fragment.text) and not is_alone)


def _are_figures(before: Fragment, fragment: Fragment) -> bool:
    """Whether figures alone stand after another figure: no group of thousands is so far apart."""
    figures = fragment.text.split()
    last = before.text.rsplit(maxsplit=1)[-1]
    return (
        _VALUE.fullmatch(last) is not None
        and _MARK.fullmatch(figures[0]) is None
        and all(_VALUE.fullmatch(figure) for figure in figures)
    )


def _are_values(before: Fragment, fragment: Fragment) -> bool:
    """Whether a figure with its sign begins a cell, after another figure, a dash or a label."""
    first, *others = fragment.text.split(maxsplit=1)
    return (
        bool(others)
        and is_sign(first)
        and (others[0] in _DASHES or _VALUE.fullmatch(others[0]) is not None)
        and not is_sign(before.text.rsplit(maxsplit=1)[-1])
    )


def is_sign(text: str) -> bool:
    """Whether `text` is a currency sign or a bracket that opens, which a figure follows."""
    return len(text) < 3 and _SIGN.fullmatch(text) is not None


def trails(text: str) -> bool:
    """Whether `text` is what ends the figure before it: a bracket, a sign, a footnote mark."""
    return len(text) < 3 and _TRAILS.fullmatch(text) is not None


def _gap(one: Fragment, other: Fragment) -> float:
    return max(other.x0 - one.x1, one.x0 - other.x1)


def split_at(fragment: Fragment, places: Sequence[float]) -> list[Fragment]:
    """`fragment` cut between its words at `places`, which grow from left to right.

    A word that stands across a place belongs to the side with more of it.
    """
    words = fragment.text.split()
    if len(words) < 2 or not fragment.edges:
        return [fragment]
    edges = fragment.edges
    sides = [
        bisect_left(places, (left + right) / 2)
        for left, right in zip(edges[::2], edges[1::2], strict=True)
    ]
    if sides[0] == sides[-1] and len(set(sides)) == 1:
        return [fragment]
    parts = []
    for _, group in groupby(range(len(words)), key=sides.__getitem__):
        inside = list(group)
        first, last = inside[0], inside[-1]
        own = edges[2 * first : 2 * last + 2]
        text = " ".join(words[first : last + 1])
        parts.append(replace(fragment, text=text, x0=min(own), x1=max(own), edges=own))
    return parts


def line_of(row: Iterable[Fragment]) -> TextLine:
    """The line that fragments make, with the places of its words as far as they are known."""
    line = cell_line(row)
    line.words = encode(line.edges, line.box[0], line.box[2]) if line.edges else ""
    line.edges = ()
    return line


def cell_line(row: Iterable[Fragment]) -> TextLine:
    """A line of a cell, whose words are not written down yet: that is done for a whole row."""
    fragments = list(row)
    if len(fragments) == 1:
        [only] = fragments
        return TextLine(only.text, only.box, only.height, only.bold, edges=only.edges)
    text, edges = _joined(fragments)
    return TextLine(
        text,
        union(fragments),
        max(fragments, key=lambda f: len(f.text)).height,
        all(f.bold for f in fragments),
        edges=edges if all(f.edges for f in fragments) else (),
    )


def _joined(cell: Row) -> tuple[str, list[float]]:
    """The text of a cell and the edges of its words; a bracket stands at its figure."""
    text, edges = cell[0].text, cell[0].edges
    for fragment in cell[1:]:
        if text.endswith("(") or fragment.text.startswith(")"):
            text += fragment.text
            edges = [*edges[:-1], *fragment.edges[1:]]
        else:
            text += f" {fragment.text}"
            edges = [*edges, *fragment.edges]
    return text, edges


def union(fragments: Sequence[Fragment]) -> Box:
    """The smallest box around `fragments`."""
    if len(fragments) == 1:
        return fragments[0].box
    return (
        min(f.x0 for f in fragments),
        min(f.y0 for f in fragments),
        max(f.x1 for f in fragments),
        max(f.y1 for f in fragments),
    )
