"""Headers, footers and page numbers: lines at the border of a page that most pages repeat."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from citewire.services.reading.pdf.layout import LaidPage, TextLine

BORDER = 0.12
"""Share of the page's height, at the top and the bottom, in which furniture stands."""

SIDE = 0.06
"""The same for the width, for text along the sides."""

SAME_PLACE = 0.025
"""Repeated lines stand at the same height, within this share of it."""

MAX_ROWS = 3
"""Of what stands at the border of a page in several columns."""

MIN_PAGES = 3

MOST = 0.35
"""Share of the pages that repeat a line: left and right pages may differ, covers have none."""

SAME_EDGE = 1.0
"""Points; of two pages alone, what both have at their borders stands at the very same place."""

LONGEST = 3
"""Digits of a page number; a year has more."""

MIN_RUN = 8
MAX_SKIP = 3
"""A chapter's header: on so many pages, from one to the next at most so many pages."""

LARGE = 2.0
"""A watermark's letters are higher than so many times the usual ones of its page."""

MIN_LINES = 5
LONE_GAP = 1.2
CENTRED = 0.06
OUTER = 0.2
"""A page number that no other page confirms stands in the middle or at a side, on a page of some
lines, apart from all of them by more than its height."""

_ALONE = re.compile(r"(?:page )?[-–—]? ?\d{1,3} ?[-–—]?(?: of \d{1,3})?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[ivxlc]+\b")


@dataclass(frozen=True, slots=True)
class Furniture:
    """What was found.

    Args:
        lines: ids (`id()`) of the lines that are furniture.
        labels: by page index, the page number that is printed on it, where one could be told.
    """

    lines: frozenset[int]
    labels: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line at the border of a page; `outer` if none on the page is nearer to the border."""

    page: int
    line: TextLine
    place: float
    outer: bool


def find_furniture(pages: Sequence[LaidPage]) -> Furniture:
    """The lines that repeat at the borders of most of `pages`."""
    with_text = sum(page.has_text for page in pages)
    lines = _watermarks(pages)
    labels: dict[int, str] = {}
    for (_, text), seen in _candidates(pages).items():
        if len(pages) == with_text == 2:
            numbers = _numbers_of_two(seen)
            if numbers or _are_same(seen):
                lines.update(id(one.line) for one in seen)
                labels |= numbers
        if len(seen) < MIN_PAGES:
            continue
        numbered = _labels(seen)
        usual = median(one.place for one in seen)
        same = [
            one
            for one in seen
            if abs(one.place - usual) <= SAME_PLACE
            # Where pages end early, their last line stands higher.
            or (one.outer and (one.page in numbered or any(map(str.isalpha, text))))
        ]
        repeated = _repeated(sorted({one.page for one in same}), with_text)
        lines.update(id(one.line) for one in same if one.page in repeated)
        labels |= {page: label for page, label in numbered.items() if page in repeated}
    lines.update(id(line) for page in pages for line in _lone_numbers(page))
    return Furniture(frozenset(lines), labels)


def _are_same(seen: Sequence[_Seen]) -> bool:
    """Whether both of two pages have the same words at the same place."""
    if len(seen) != 2 or seen[0].page == seen[1].page:
        return False
    one, other = seen[0].line, seen[1].line
    return one.text == other.text and all(
        abs(edge - another) < SAME_EDGE for edge, another in zip(one.box, other.box, strict=True)
    )


def _numbers_of_two(seen: Sequence[_Seen]) -> dict[int, str]:
    """The page numbers of two pages, if lines at one place differ in numbers that follow."""
    if len(seen) != 2 or not all(one.outer for one in seen):
        return {}
    if [one.page for one in seen] != [0, 1] or abs(seen[0].place - seen[1].place) > SAME_PLACE:
        return {}
    first, second = (_NUMBER.findall(one.line.text) for one in seen)
    differ = [pair for pair in zip(first, second, strict=False) if pair[0] != pair[1]]
    if len(differ) != 1 or max(map(len, differ[0])) > LONGEST:
        return {}
    number, following = differ[0]
    return dict(enumerate(differ[0])) if int(following) == int(number) + 1 else {}


def _lone_numbers(page: LaidPage) -> Iterator[TextLine]:
    """A page number alone at the top or the bottom: other pages may be missing or have none."""
    lines = [line for block in page.blocks for line in block.lines]
    if len(lines) < MIN_LINES:
        return
    of_tables = {id(line) for block in page.blocks if block.table for line in block.lines}
    first = min(lines, key=lambda line: line.box[1])
    last = max(lines, key=lambda line: line.box[3])
    below = min(line.box[1] for line in lines if line is not first)
    above = max(line.box[3] for line in lines if line is not last)
    for line, gap in ((first, below - first.box[3]), (last, last.box[1] - above)):
        middle = (line.box[0] + line.box[2]) / 2 / page.width
        if (
            _ALONE.fullmatch(line.text.strip())
            and id(line) not in of_tables
            and gap > LONE_GAP * line.height
            and (abs(middle - 0.5) < CENTRED or not OUTER < middle < 1 - OUTER)
        ):
            yield line


def _watermarks(pages: Sequence[LaidPage]) -> set[int]:
    """The lines across the text of a page that other pages have too, or that are large."""
    found: dict[str, list[int]] = defaultdict(list)
    large: set[int] = set()
    for page in pages:
        apart = [block.lines[0] for block in page.blocks if block.aside]
        if not apart:
            continue
        heights = [line.height for block in page.blocks if not block.aside for line in block.lines]
        least = LARGE * median(heights) if heights else 0.0
        large.update(id(line) for line in apart if line.height > least)
        for text, line in {signature(line.text): line for line in apart}.items():
            found[text].append(id(line))
    return large.union(*(seen for seen in found.values() if len(seen) >= MIN_PAGES))


def signature(text: str) -> str:
    """`text` without what differs from page to page: numbers, case, spaces."""
    plain = " ".join(text.casefold().split())
    return _ROMAN.sub("#", _NUMBER.sub("#", plain))


def _candidates(pages: Sequence[LaidPage]) -> dict[tuple[str, str], list[_Seen]]:
    found: dict[tuple[str, str], list[_Seen]] = defaultdict(list)
    for index, page in enumerate(pages):
        # The rows of a table look alike from page to page, and are none.
        lines = [
            line
            for block in page.blocks
            if block.table is None or block.table.rows <= MAX_ROWS
            for line in block.lines
        ]
        if not lines:
            continue
        outer = {
            id(min(lines, key=lambda line: line.box[1])): "top",
            id(max(lines, key=lambda line: line.box[3])): "bottom",
        }
        for line in lines:
            zone, place = _zone(page, line)
            zone = zone or outer.get(id(line), "")
            if zone:
                key = zone, signature(line.text)
                found[key].append(_Seen(index, line, place, id(line) in outer))
    return found


def _zone(page: LaidPage, line: TextLine) -> tuple[str, float]:
    x0, y0, x1, y1 = line.box
    across, down = (x0 + x1) / 2 / page.width, (y0 + y1) / 2 / page.height
    if down < BORDER:
        return "top", down
    if down > 1 - BORDER:
        return "bottom", down
    return ("side" if across < SIDE or across > 1 - SIDE else ""), down


def _repeated(pages: list[int], with_text: int) -> set[int]:
    """Those of `pages` that hold a line often enough for it to be furniture."""
    if len(pages) >= max(MIN_PAGES, MOST * with_text):
        return set(pages)
    repeated: set[int] = set()
    run: list[int] = []
    for page in pages:
        if run and page - run[-1] > MAX_SKIP:
            run = []
        run.append(page)
        if len(run) >= MIN_RUN:
            repeated.update(run if len(run) == MIN_RUN else [page])
    return repeated


def _labels(seen: Sequence[_Seen]) -> dict[int, str]:
    """Numbers that grow with the pages are page numbers, whatever stands around them."""
    numbers = {one.page: _NUMBER.findall(one.line.text) for one in seen}
    columns = max(map(len, numbers.values()))
    for column in range(columns):
        values = {
            page: int(found[column][:9]) for page, found in numbers.items() if len(found) > column
        }
        [(offset, count)] = Counter(value - page for page, value in values.items()).most_common(1)
        if count >= max(MIN_PAGES, 0.5 * len(numbers)):
            return {page: str(value) for page, value in values.items() if value - page == offset}
    return {}
