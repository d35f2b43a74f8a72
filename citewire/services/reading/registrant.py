"""Whose a filing with the SEC is, by its cover: what stands over "(Exact name of registrant …)"."""

import re
from collections.abc import Iterable, Iterator, Sequence

from citewire.text.organisations import LEGAL_FORM

ABOVE, ABOVE_LINES, BELOW, LONGEST_LINE = 4, 6, 2, 400
LEGAL_END = re.compile(rf"[\s,]{LEGAL_FORM}\.?$|\breal estate investment trust$|\breit$", re.I)
"""How the name of a company ends."""

BESIDE = re.compile(
    r"commission file|mark one|^\W|file (?:number|no)|^\W*$|transition period|\bform \d"
    r"|securities exchange act|^united states$|^washington, d"
    r"|^(?:or|and)$|registrant|incorporation|^\d[\d -]*$|jurisdiction|employer|%"
    r"|\b(?:stock|shares?|notes|title|exchange|symbol|fiscal|quarterly)\b|par value"
    r"|\bdue \d|\b\d{5}\b",
    re.IGNORECASE,
)
"""What stands on a cover and is no name."""

_NAMED = re.compile(r"\(?\s?\bexact name of (?:the )?registrant", re.I)
_BEFORE_NAME = re.compile(r"^.*\bjurisdiction of (?:incorporation or organization\)? ?)?", re.I)
"""What stands left of the name where columns of a cover were read as one line."""
_NUMBER = re.compile(
    r"^.{0,40}(?:commission file (?:number|no\.?)s?\W{0,3}[\d-]{1,14}"
    r"|\b(?:number|no\.?):? \d{1,3}-\d{3,6}\b)\s{0,3}",
    re.I,
)
_EDGES = " _\t,:("
_WORD = re.compile(r"[^\W\d_]{2}")


def registrant_of(lines: Sequence[str]) -> str:
    """The name of the company by the cover of its filing; empty if it shows none in letters.

    Args:
        lines: of the cover, from the top; the cells of a table with `|` between them.
    """
    cover = [line[:LONGEST_LINE] for line in lines if _WORD.search(line)]
    names = [*_over_mark(cover), *_beside_number(cover)]
    return next(filter(LEGAL_END.search, names), (*names, "")[0])


def _over_mark(cover: Sequence[str]) -> list[str]:
    """What stands above "(Exact name of registrant …)", the nearest first, and left of it."""
    for number, line in enumerate(cover):
        if named := _NAMED.search(line):
            above = cover[max(number - ABOVE_LINES, 0) : number]
            return [*[*_names(reversed(above))][:ABOVE], *_names([line[: named.start()]])]
    return []


def _names(lines: Iterable[str]) -> Iterator[str]:
    """What may be names, in order: cells and lines without what stands left of a name."""
    for line in lines:
        for part in line.split("|"):
            name = _BEFORE_NAME.sub("", _NUMBER.sub("", part.strip(_EDGES))).strip(_EDGES)
            if "(" not in name and _WORD.search(name) and not BESIDE.search(name):
                yield name


def _beside_number(cover: Sequence[str]) -> list[str]:
    """What follows the number of the file, on its line or below."""
    for number, line in enumerate(cover):
        if found := _NUMBER.match(line):
            rest = [line[found.end() :], *cover[number + 1 : number + 1 + BELOW]]
            return [*_names(rest)][:1]
    return []
