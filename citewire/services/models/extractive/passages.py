"""Numbered sources as the scoring sees them, and their sentences that are worth reading."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citewire.content.table import Table, rows_of, rows_span
from citewire.content.withheld import MARK
from citewire.text.places import form_of
from citewire.text.sentences import split_sentences
from citewire.text.words import fold, words, years

MAX_CANDIDATES = 160
"""Sentences that are scored at most; each costs about 3 ms of embedding on two cores."""

_MIN_WORDS, _LONG, _MAX_WORDS = 4, 60, 120
LONG_CELL = 80
"""Characters from which on a cell has sentences of its own."""

_NAMES, _SAYING = 6, 0.34
"""A sentence says something when that part of its words is in small letters."""

_FIGURE = re.compile(r"[\s$€£¥(+-]*+\d[\d.,\s]*+[%)]*+\s*+")
"""A cell of a table that is a number."""

_AFTER_CELL = re.compile(r"\d{1,3} [A-Z]")
"""A number at the edge of a table that was read into the text beside it."""

_OF_FORM = re.compile(
    r"\bwe (?:have audited|hereby consent|plan and perform the audit)\b"
    r"|\bin our opinion\b|\bI have reviewed\b"
    r"|\b(?:filed|furnished) (?:herewith|as (?:an )?exhibit)|\baudit committee\b.{0,40}\bpre-approv"
    r"|^items? \d|\bpursuant to (?:section|rule) \d|\bexact name of registrant\b"
    r"|^see accompanying notes|^\d{1,2}\.\d{1,3}\W.{0,200}\bdated\b",
    re.IGNORECASE,
)
"""What reports have to have: it answers nobody's question."""

_COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|as compared|versus|vs\.?|than|up from|down from|from|since"
    r"|frente a|respecto (?:a|de)|desde)\b(?:[^.;:]|\.(?=\d)){0,80}?\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
"""Another year beside the sentence's own."""

_ADDRESS = re.compile(r"https?://|www\.|\bdoi\b", re.IGNORECASE)
"""What a list of references is full of."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What the scoring needs to know of one source.

    Args:
        number: it has.
        text: of it.
        title: of its document.
        table: its cells, by their places in the text, if it is one.
        section: the heading that it stands under.
        organisation: whose report it is, if that is known.
        document: an id of its document.
        file_name: of its document.
        page: on which it stands.
        start: where it begins in the text of its page.
        end: where it ends there.
        is_beside: whether it is no source, but was shown beside the one of its number.
        passage_id: its id.
    """

    number: int
    text: str
    title: str = ""
    table: Table | None = None
    section: str = ""
    organisation: str = ""
    document: str = ""
    file_name: str = ""
    page: int = 0
    start: int = 0
    end: int = 0
    is_beside: bool = False
    passage_id: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that may be picked, and where it stands."""

    text: str
    number: int
    """The source's number, from 1 in the order of retrieval."""
    position: int
    """Its place among the sentences of its passage."""
    years: frozenset[str] = frozenset()
    """The years it is about: its own, else those of its passage."""
    row: int | None = None
    """Which row of a table of words it is made of, if it is."""
    place: int = 0
    """Of its passage among those at hand."""


def candidates(passages: Sequence[Passage]) -> list[Sentence]:
    """The sentences worth scoring: no headings, no references, no lists of names, no figures."""
    found: list[Sentence] = []
    seen: set[str] = set()
    for place, passage in enumerate(passages):
        around = years(f"{passage.text} {passage.section} {passage.title} {passage.file_name}")
        for position, (text, row) in enumerate(_pieces(passage)):
            is_cut = (position == 0 and text[0].islower()) or bool(_AFTER_CELL.match(text))
            if text in seen or is_cut or _OF_FORM.search(text) or not _is_readable(text):
                continue
            if not _is_heap_of_names(text) and not _is_title(text, passage):
                seen.add(text)
                about = own_years(text) or around
                found.append(Sentence(text, passage.number, position, about, row, place))
    return found[:MAX_CANDIDATES]


def own_years(text: str) -> frozenset[str]:
    """The years that a sentence is about, without those that it only compares with."""
    return years(_COMPARED.sub(" ", text))


def _pieces(passage: Passage) -> Iterator[tuple[str, int | None]]:
    """The sentences of a passage; of a table those below it, in its cells, and rows of words.

    Each with the row of the grid that it is made of, if it is one.
    """
    if passage.table is None:
        for sentence in sentences_of(passage):
            yield sentence, None
        return
    _, end = rows_span(passage.table)
    for at, row in enumerate(rows_of(passage.table, passage.text)):
        if at < passage.table.header_rows:
            continue
        cells = list(dict.fromkeys(filter(None, row)))
        if any(map(is_number, cells)):
            continue
        long = [cell for cell in cells if len(cell) > LONG_CELL]
        if long:
            for cell in long:
                for sentence in split_sentences(cell):
                    yield sentence, None
        elif len(cells) > 1:
            yield f"{cells[0].rstrip(':')}: {'; '.join(cells[1:])}", at
    for sentence in split_sentences(passage.text[end:]):
        yield sentence, None


def is_number(cell: str) -> bool:
    """Whether a cell of a table is a number, with its sign at most."""
    return _FIGURE.fullmatch(cell) is not None


def sentences_of(passage: Passage) -> list[str]:
    """The sentences of a passage of text; each line of a slide has its own."""
    if form_of(passage.file_name) != "slides":
        return split_sentences(passage.text)
    return [one for line in passage.text.splitlines() for one in split_sentences(line) if one]


def is_fragment(text: str) -> bool:
    """Whether a sentence was cut at its start or end, or is a heading, a question or run on."""
    ends_well = text.rstrip('"”’») ').endswith((".", "!", "。", "！"))
    return not ends_well or text[0].islower() or len(words(text)) > _LONG


def _is_readable(text: str) -> bool:
    found = words(text)
    letters = sum(not word[0].isdigit() for word in found)
    if MARK in text:
        return False
    if not _MIN_WORDS <= len(found) <= _MAX_WORDS or letters < 2:
        return False
    # Headings in capitals are no sentences, however long.
    if text.isupper() and not text.rstrip().endswith((".", "!", "?")):
        return False
    return _ADDRESS.search(text) is None


def _is_title(text: str, passage: Passage) -> bool:
    """Whether a line only repeats the title of its document or the heading that it stands under."""
    if text.rstrip().endswith((".", "!", "?")):
        return False
    heads = set(map(fold, words(f"{passage.title} {passage.section}")))
    return all(fold(word) in heads for word in words(text))


def _is_heap_of_names(text: str) -> bool:
    """Whether it names people, institutions or columns of a table, and says nothing of them."""
    if any(letter.isdigit() for letter in text):
        return False
    found = [
        word for word in words(text) if word[0].isalpha() and word[0].lower() != word[0].upper()
    ]
    small = sum(word[0].islower() for word in found)
    fewest = _NAMES if text.rstrip().endswith((".", "!", "?")) else _MIN_WORDS
    return len(found) >= fewest and small < _SAYING * len(found)
