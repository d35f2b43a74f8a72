"""Questions in words: of figures, of headings, of a report as a whole, in English and Spanish."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from citewire.services.suggestions.figures import StatedFigure
from citewire.storage.library.documents import DocumentRecord
from citewire.text.words import fold, words

LONGEST_TITLE = 90
_FORM = re.compile(
    r"[,\s]{1,4}(?:inc|incorporated|corp|corporation|co|plc|ltd|limited|llc|s\.?a|n\.?v|ag|se)\.?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:\d{1,2}[.)]?\d{0,2}[.)]?|[A-Z][.)]|[IVX]{1,4}[.)])\s{1,4}")
_ODD = re.compile(r"[:/@|•·<>{}\[\]]|\.\w|\(cont")
"""Signs of addresses, lists, broken lines and of what was begun on another page."""
FEWEST_WORDS, MOST_WORDS = 2, 6
_SHORT = 5
"""Letters of a name in capitals that is one by itself: OECD, ISRO."""
_GENERAL = re.compile(
    r"(?:table of )?contents|introduc\w{1,6}|overview|references|notes?|appendi\w{1,4}|annex\w{0,3}"
    r"|signatures?|index|bibliography|acknowledge?ments?|summary|glossary|exhibits?|indice"
    r"|resumen|anexos?|introduccion|(?:item|part|chapter|section) \w{1,4}\b.{0,90}|about .{0,90}"
    r"|main findings|for the .{0,90}|to .{0,90}|legal proceedings|other information"
    r"|(?:message|letter) (?:from|to) .{0,90}|(?:mensaje|carta) .{0,90}|how we .{0,90}"
)
"""Headings that say nothing of what stands under them; folded."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the reports at hand answer.

    Args:
        text: in words.
        doc_ids: of the reports that it is about.
    """

    text: str
    doc_ids: tuple[str, ...]


def name_of(organisation: str) -> str:
    """The name of an organisation as one says it: without its legal form, not in capitals."""
    name = organisation.strip()
    while (shorter := _FORM.sub("", name)) != name and shorter:
        name = shorter
    is_one = " " not in name and len(name) <= _SHORT
    return name.title() if name.isupper() and not is_one else name


def of_figure(record: DocumentRecord, figure: StatedFigure) -> Question | None:
    """Ask for a figure of a report; None of one whose organisation is not known."""
    if not record.organisation:
        return None
    asked = _asked(figure, name_of(record.organisation))
    return Question(asked, (record.doc_id,))


def of_both(
    first: DocumentRecord, second: DocumentRecord, figure: StatedFigure, other: StatedFigure
) -> Question | None:
    """Ask for a figure of two reports; None if it is not the same, or of one organisation."""
    names = name_of(first.organisation), name_of(second.organisation)
    is_same = figure.phrase == other.phrase and figure.year == other.year
    if not (is_same and all(names)) or fold(names[0]) == fold(names[1]):
        return None
    joint = " y de " if _is_spanish(figure.phrase) else " and of "
    return Question(_asked(figure, joint.join(names)), (first.doc_id, second.doc_id))


def of_heading(record: DocumentRecord, heading: str) -> Question:
    """Ask what a report says under a heading."""
    title, told = title_of(record), " ".join(heading.split()).rstrip(" .:?!")
    if record.language == "es":
        return Question(f"¿Qué dice «{title}» sobre «{told}»?", (record.doc_id,))
    return Question(f"What does “{title}” say about “{told}”?", (record.doc_id,))


def of_whole(record: DocumentRecord) -> Question:
    """Ask what a report is about."""
    title = title_of(record)
    if record.language == "es":
        return Question(f"¿De qué trata «{title}»?", (record.doc_id,))
    return Question(f"What is “{title}” about?", (record.doc_id,))


def title_of(record: DocumentRecord) -> str:
    """The title of a report, cut at a word where it is very long."""
    title = " ".join(record.title.split())
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rpartition(" ")[0] + " …"


def is_title(record: DocumentRecord) -> bool:
    """Whether what a report is called reads like a title: not a file name, a cover or a piece."""
    title = record.title
    return title[:1].isupper() and not title.isupper() and "_" not in title and "(" not in title


def best_heading(headings: Sequence[str], *, besides: str) -> str | None:
    """The first heading that says what stands under it, without its number; None if none does.

    Args:
        headings: in their order.
        besides: the names of the report and of whose it is: what only repeats them says nothing.
    """
    known = frozenset(words(fold(besides)))
    for heading in headings:
        told = _NUMBER.sub("", " ".join(heading.split())).rstrip(" .:")
        said = words(fold(told))
        is_shout = told.isupper()  # a cover, or a title
        if not FEWEST_WORDS <= len(said) <= MOST_WORDS or is_shout or known.issuperset(said):
            continue
        if not (_ODD.search(told) or _GENERAL.fullmatch(fold(told))):
            return told
    return None


def _asked(figure: StatedFigure, whose: str) -> str:
    phrase, year = figure.phrase, figure.year
    if _is_spanish(phrase):
        verb = "Cuáles fueron" if phrase.startswith(("los ", "las ")) else "Cuál fue"
        return f"¿{verb} {phrase} de {whose} en {year}?"
    verb = "were" if phrase.endswith("s") and not phrase.startswith("number of") else "was"
    return f"What {verb} the {phrase} of {whose} in {year}?"


def _is_spanish(phrase: str) -> bool:
    return phrase.startswith(("el ", "la ", "los ", "las "))
