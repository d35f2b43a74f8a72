"""The texts of answers from the catalogue: pure, from what was found to Markdown."""

import re
from collections.abc import Sequence

from llama_index.core.schema import NodeWithScore

from citewire.storage.library.documents import DocumentRecord
from citewire.storage.library.outline import Outline
from citewire.text.organisations import normal_name
from citewire.text.places import form_of, place_of
from citewire.text.words import fold
from citewire.workflows.catalogue.model import CatalogueAnswer, DocumentName
from citewire.workflows.catalogue.opening import Excerpt, extracts_of, headings_of
from citewire.workflows.catalogue.survey import SHOWN, Survey
from citewire.workflows.catalogue.wording import WORDINGS, Wording, counted
from citewire.workflows.routing.catalogue_words import Language

MOST_FOLDERS = 8
MOST_CANDIDATES = 8
LONGEST_NAME = 160

# What may open a marker, code, mathematics, a link, a table or emphasis, as signs that do not.
_HARMLESS = str.maketrans("[【［]】］`\\$|*<>", "(((" + ")))" + "'⧵＄/∗‹›")
_STOP = re.compile(r"[.!?…]$")


def plain(name: str, longest: int = LONGEST_NAME) -> str:
    """A name of a document on one line, without signs that mean something in an answer."""
    line = " ".join(name.translate(_HARMLESS).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def names_of(records: Sequence[DocumentRecord]) -> list[DocumentName]:
    """The first few documents, to choose one of."""
    return [DocumentName(record.doc_id, record.title) for record in records[:MOST_CANDIDATES]]


def nothing_here(language: Language, *, is_filtered: bool) -> str:
    """That there are no reports."""
    say = WORDINGS[language]
    return say.empty_scope if is_filtered else say.empty


def all_listed(language: Language, seen: Survey, *, is_filtered: bool) -> str:
    """All documents, or the first of many."""
    say = WORDINGS[language]
    told = counted(say.chosen if is_filtered else say.here, seen.total)
    return _joined(told, *_list(say, seen))


def number_called(language: Language, seen: Survey, words: str) -> str:
    """How many documents are called so."""
    say = WORDINGS[language]
    return counted(say.called, seen.matching, all=f"{seen.total:,}", words=plain(words))


def those_called(language: Language, seen: Survey, words: str) -> str:
    """The documents that are called so."""
    return _joined(number_called(language, seen, words), *_list(WORDINGS[language], seen))


def which_one(language: Language, seen: Survey) -> CatalogueAnswer:
    """The question which of them is meant."""
    say = WORDINGS[language]
    text = _joined(say.which, *_list(say, seen))
    return CatalogueAnswer(text, candidates=names_of(seen.shown))


def those_near(language: Language, seen: Survey, words: str) -> str:
    """The documents that are called by a part of what was asked for."""
    say = WORDINGS[language]
    return _joined(
        counted(say.none, seen.total, words=plain(words)), say.nearest, _lines(say, seen.nearest)
    )


def none_called(language: Language, seen: Survey, words: str) -> str:
    """That no document is called so."""
    return counted(WORDINGS[language].none, seen.total, words=plain(words))


def those_writing(
    language: Language, seen: Survey, words: str, found: Sequence[Excerpt]
) -> CatalogueAnswer:
    """Documents that are not called so, but write of it, each with a sentence that does."""
    say = WORDINGS[language]
    blocks = [none_called(language, seen, words), say.written]
    for n, extract in enumerate(found, start=1):
        at = extract.passage.node.metadata
        name, label, section = (
            str(at.get(key) or "") for key in ("file_name", "page_label", "section")
        )
        label = label or str(at.get("page", ""))
        place = place_of(name, label, section=section, words=say.place)
        title = f"**{plain(str(at.get('title', '')))}**"
        blocks.append(" · ".join(filter(None, (title, plain(place)))))
        blocks.append(_quoted(extract, n))
    return CatalogueAnswer(_joined(*blocks), nodes=[extract.passage for extract in found])


def about(language: Language, record: DocumentRecord, outline: Outline) -> CatalogueAnswer:
    """What a document is, how it begins, and its headings."""
    say = WORDINGS[language]
    extracts = extracts_of(outline, record.title)
    blocks = [_line(say, record)]
    if extracts:
        blocks.append(say.begins)
        blocks += [_quoted(extract, n) for n, extract in enumerate(extracts, start=1)]
    elif not outline.passages:
        blocks.append(say.unread)
    headings, further = headings_of(outline, record.title)
    if headings:
        name = _file_name(record)
        told = ", ".join(plain(one.text) + _at_page(say, name, one.page) for one in headings)
        more = f", {say.more.format(n=further)}" if further else ""
        blocks.append(f"{say.headings} {told}{more}.")
    nodes: list[NodeWithScore] = [extract.passage for extract in extracts]
    return CatalogueAnswer(_joined(*blocks), nodes=nodes)


def _list(say: Wording, seen: Survey) -> list[str]:
    """The documents that match, or the first of them, and where all of them lie."""
    blocks = []
    if seen.matching > len(seen.shown):
        if len(seen.folders) > 1:
            most = seen.folders.most_common(MOST_FOLDERS)
            told = [f"{plain(name)} ({count:,})" for name, count in most]
            if further := len(seen.folders) - len(most):
                told.append(say.more.format(n=further))
            blocks.append(say.folders.format(list=", ".join(told)))
        blocks.append(say.first.format(n=SHOWN))
    return [*blocks, _lines(say, seen.shown)]


def _lines(say: Wording, records: Sequence[DocumentRecord]) -> str:
    return "\n".join(f"- {_line(say, record)}" for record in records)


def _line(say: Wording, record: DocumentRecord) -> str:
    """A document on one line: its title, what tells it from others, its pages."""
    file_name = _file_name(record)
    is_told = fold(file_name.rpartition(".")[0]) == fold(record.title)
    is_named = normal_name(record.organisation) in normal_name(record.title)
    is_dated = any(period[:4] in f"{record.title} {record.date}" for period in record.periods)
    parts = [
        f"**{plain(record.title)}**",
        "" if is_named else plain(record.organisation),
        "" if fold(record.kind) in fold(record.title) else plain(record.kind),
        "" if is_dated else plain(", ".join(record.periods)),
        "" if is_told else plain(file_name),
        record.date or "",
        _extent(say, record, file_name),
    ]
    return " · ".join(part for part in parts if part)


def _file_name(record: DocumentRecord) -> str:
    place = min(record.locations, key=lambda place: (place.root, place.path))
    return place.path.rpartition("/")[2]


def _extent(say: Wording, record: DocumentRecord, file_name: str) -> str:
    """How many pages or slides it has; what others are cut into is nothing that people know."""
    form = form_of(file_name)
    if form == "pages":
        return counted(say.pages, record.pages)
    return counted(say.slides, record.pages) if form == "slides" else ""


def _at_page(say: Wording, file_name: str, page: int) -> str:
    """Where a heading stands; one of a sheet is the sheet's name."""
    if form_of(file_name) == "sheets":
        return ""
    place = place_of(file_name, str(page), words=say.place)
    return f" ({place})" if place else ""


def _quoted(extract: Excerpt, n: int) -> str:
    """Sentences as a quotation, each with the marker of its source before its stop."""
    told = [" ".join(sentence.split()) for sentence in extract.sentences]
    return "> " + " ".join(
        f"{sentence[:-1]} [{n}]{sentence[-1]}" if _STOP.search(sentence) else f"{sentence} [{n}]."
        for sentence in told
    )


def _joined(*blocks: str) -> str:
    return "\n\n".join(block for block in blocks if block)
