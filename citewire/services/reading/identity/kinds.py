"""The kind of a report, as its cover, title, properties or file name tell it."""

import re
from collections.abc import Iterator

from citewire.services.reading.identity.first_pages import FirstPages
from citewire.text.report_kinds import kind_of_head, kind_of_title, kinds_in

_FORM = re.compile(r"(?<![^\W_])form\s{0,3}(10-?K|10-?Q|8-?K|20-?F|40-?F|6-?K)(?![^\W_])", re.I)
_FORM_FILED = re.compile(r"^(10-?K|10-?Q|8-?K|20-?F|40-?F|6-?K)(?![^\W_])", re.I)
_ABSTRACT = re.compile(
    r"^\W{0,3}(?:abstract|resumen|zusammenfassung|kurzfassung|résumé)\b\W{0,3}", re.I | re.M
)
_SCHOLARLY = re.compile(
    r"arxiv|\bdoi\b|doi\.org|proceedings of|\bjournal of|transactions of|universi|instituto? "
    r"|institut(?:e|s)? |faculty|school of|facultad|fakultät|faculté|keywords|index terms",
    re.I,
)
HEAD_CHARS = 3000


def find_kind(told: FirstPages) -> str:
    """The kind of report; empty if nothing tells it."""
    return next((kind for kind in _told(told) if kind), "")


def _told(told: FirstPages) -> Iterator[str]:
    for page in told.pages[:2]:
        if form := _FORM.search(page[:HEAD_CHARS]):
            yield _named(form[1])
    for said in told.properties:
        if form := _FORM_FILED.match(said.strip()) or _FORM.search(said):
            yield _named(form[1])
    yield kind_of_title(told.title)
    yield kind_of_title(told.stem)
    for line in told.short_lines()[:HEADS]:
        yield kind_of_head(line)
    if _ABSTRACT.search(told.text) and _SCHOLARLY.search(told.text):
        yield "research paper"
    if told.is_slides:
        yield "presentation"
    for said in told.properties:
        yield next(iter(kinds_in(said)), "")


def _named(form: str) -> str:
    letters = form.upper().replace("-", "")
    return f"{letters[:-1]}-{letters[-1]}"


HEADS = 12
"""So many short lines of the first page may be its head."""
