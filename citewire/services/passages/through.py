"""A document from its first passage to its last: what stands in it, and where words do."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import anyio

from citewire.services.citations.rectangles import Rectangle
from citewire.services.passages.headings import (
    MOST_HEADINGS,
    KeptHeading,
    depths_of,
    from_json,
)
from citewire.services.passages.layout import PassageLayout
from citewire.services.passages.lookup import FoundPassage
from citewire.storage.library.passage_read import StoredPassage

MOST_HITS = 500
MOST_WORDS = 40
AROUND = 60
"""So many characters are told before and after a hit."""
_BREAK = r"(?:\u00ad|[-\u2010]\n)?"
"""Between two letters: a soft hyphen, or the end of a line."""
_PARTS = re.compile(r"ffi|ffl|ff|fi|fl|.", re.IGNORECASE | re.DOTALL)
_ALIKE = {
    **dict.fromkeys("'’‘", "['’‘]"),
    **dict.fromkeys('"“”„', '["“”„]'),
    **dict.fromkeys("-‐‑–—−", "[-‐‑–—−]"),
    **{
        parts: f"(?:{parts}|{one})"
        for parts, one in zip(("ffi", "ffl", "ff", "fi", "fl"), "ﬃﬄﬀﬁﬂ", strict=True)
    },
}


@dataclass(frozen=True, slots=True)
class ReadHeading:
    """A heading as it was read.

    Args:
        title: what it says.
        page: physical number from 1.
        passage: the place of the passage in which it begins, or of the first under it.
        level: how deep it lies, 0 at the top.
    """

    title: str
    page: int
    passage: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """What is told of a document beside its file.

    Args:
        headings: each where it begins.
        labels: what its pages are called, by their numbers.
        kinds: how many passages are `text`, `table` and `figure`.
    """

    headings: Sequence[ReadHeading]
    labels: dict[int, str]
    kinds: dict[str, int]


async def read_contents(batches: AsyncIterator[Sequence[StoredPassage]]) -> Contents:
    """Read what the passages of a document tell of all of it."""
    kept: list[tuple[KeptHeading, int]] = []
    sections: list[tuple[KeptHeading, int]] = []
    labels: dict[int, str] = {}
    kinds: dict[str, int] = {}
    above, number = "", 0
    async for batch in batches:
        for passage in batch:
            labels.setdefault(passage.page, passage.page_label)
            kept += ((heading, number) for heading in from_json(passage.headings))
            if passage.section != above and passage.section and len(sections) < MOST_HEADINGS:
                heading = KeptHeading(passage.section, passage.page, height=_height(passage))
                sections.append((heading, number))
            above = passage.section or above
            kinds[passage.kind] = kinds.get(passage.kind, 0) + 1
            number += 1
    # Passages of earlier versions keep no headings: what they stand under tells most of them.
    ranked = await anyio.to_thread.run_sync(_ranked, kept or sections)
    return Contents(ranked, labels, kinds)


def _ranked(found: Sequence[tuple[KeptHeading, int]]) -> list[ReadHeading]:
    """Headings with their levels; of those that say the same one after the other, the first."""
    told = [
        (heading, number)
        for place, (heading, number) in enumerate(found)
        if not place or heading.title != found[place - 1][0].title
    ]
    depths = depths_of([heading for heading, _ in told])
    return [
        ReadHeading(heading.title, heading.page, number, depth)
        for (heading, number), depth in zip(told, depths, strict=True)
    ]


def _height(passage: StoredPassage) -> float:
    """The height in points of the line that the heading of a passage begins with; 0 if unknown."""
    first_word = passage.section.split(maxsplit=1)[0]
    place = passage.text.find(first_word)
    if place < 0 or passage.layout is None:
        return 0
    layout = PassageLayout.from_json(passage.layout)
    line = next((one for one in layout.lines if one.start <= place < one.end), None)
    if line is None or layout.size is None:
        return 0
    width, height = layout.size
    # Of a line that lies on its side, its letters are as high as it is wide.
    return (line.x1 - line.x0) * width if line.turn % 2 else (line.y1 - line.y0) * height


@dataclass(frozen=True, slots=True)
class WordHit:
    """Where searched words stand.

    Args:
        passage: its place among the passages of the document, from 0.
        passage_id: its id.
        page: physical number from 1.
        page_label: printed on the page.
        start: where they begin in the passage, in UTF-16 code units.
        end: where they end, exclusive.
        before: what stands before them.
        text: the words as they are written there.
        after: what follows them.
        rectangles: around them on the page, one per line; none for formats without a layout.
    """

    passage: int
    passage_id: str
    page: int
    page_label: str
    start: int
    end: int
    before: str
    text: str
    after: str
    rectangles: list[Rectangle]


@dataclass(frozen=True, slots=True)
class WordHits:
    """The first places where words stand, and whether there are more."""

    hits: Sequence[WordHit]
    more: bool


async def find_words(query: str, batches: AsyncIterator[Sequence[StoredPassage]]) -> WordHits:
    """Find words in the passages of a document, whatever their case and white space.

    What two passages share is found once.

    Args:
        query: the words.
        batches: the passages, in the order of the document.
    """
    pattern = words_pattern(query)
    hits: list[WordHit] = []
    seen: set[tuple[object, ...]] = set()
    number = 0
    async for batch in batches:
        search = partial(_search, pattern, batch, number, seen, MOST_HITS + 1 - len(hits))
        hits += await anyio.to_thread.run_sync(search)
        number += len(batch)
        if len(hits) > MOST_HITS:
            break
    return WordHits(hits[:MOST_HITS], more=len(hits) > MOST_HITS)


def words_pattern(query: str) -> re.Pattern[str]:
    """Make the pattern of words with any white space, or the bars of a table, between them.

    A word may be broken over two lines by a hyphen, and its signs be written otherwise: straight
    or curled quotes, any hyphen or dash, a ligature.
    """
    words = query.split()[:MOST_WORDS]
    # Possessive: white space that was passed is not tried again, shorter.
    return re.compile(r"[\s|]++".join(map(_word_pattern, words)), re.IGNORECASE)


def _word_pattern(word: str) -> str:
    return _BREAK.join(_ALIKE.get(part.lower(), re.escape(part)) for part in _PARTS.findall(word))


def _search(
    pattern: re.Pattern[str],
    batch: Sequence[StoredPassage],
    number: int,
    seen: set[tuple[object, ...]],
    most: int,
) -> list[WordHit]:
    hits: list[WordHit] = []
    for place, passage in enumerate(batch, number):
        for hit in _hits_in(pattern, passage, place):
            if (key := _identity(passage, hit)) not in seen:
                seen.add(key)
                hits.append(hit)
            if len(hits) >= most:
                return hits
    return hits


def _hits_in(pattern: re.Pattern[str], passage: StoredPassage, place: int) -> Iterator[WordHit]:
    text, found = passage.text, None
    for match in pattern.finditer(text):
        if match.start() == match.end():
            return
        if found is None:
            found = FoundPassage(
                passage,
                PassageLayout(passage.page, None, ())
                if passage.layout is None
                else PassageLayout.from_json(passage.layout),
            )
        around = found.rectangles(*match.span())
        if found.layout.size is not None and not around:
            continue  # repeated from another page, where it is found, too
        start, end = found.utf16(match.span())
        yield WordHit(
            place,
            passage.passage_id,
            passage.page,
            passage.page_label,
            start,
            end,
            text[max(0, match.start() - AROUND) : match.start()],
            match[0],
            text[match.end() : match.end() + AROUND],
            around,
        )


def _identity(passage: StoredPassage, hit: WordHit) -> tuple[object, ...]:
    """What two hits have in common that are the same words of the page."""
    if hit.rectangles:
        first = hit.rectangles[0]
        return hit.page, round(first.x0, 3), round(first.y0, 3), round(first.x1, 3)
    if passage.kind == "text":
        return hit.page, passage.start + hit.start
    return hit.passage_id, hit.start
