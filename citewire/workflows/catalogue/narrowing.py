"""A question that says "this report": it is asked of the one that the turn before was about."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.schema import NodeWithScore

from citewire.content.identity import Identity
from citewire.storage.library.documents import DocumentReader
from citewire.storage.library.labels import organisation_labels
from citewire.text.words import fold, is_stop_word, words, years
from citewire.workflows.catalogue.model import MOST_SPOKEN_OF, DocumentName, SpokenOf
from citewire.workflows.catalogue.survey import is_within, survey
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.routing import followups
from citewire.workflows.routing.catalogue import catalogue_request

Search = Callable[[str, PassageFilter], Awaitable[Sequence[NodeWithScore]]]
"""Finds passages about something within a filter."""

MOST_WORDS = 60
"""So many words of a question are looked for in the names of documents."""
_A_NAME = 2
"""What a word that may be a name counts (`matching.weight_of`)."""

_MARKER = re.compile(r"\[(\d{1,2})\]")
_POINTS = re.compile(
    r"\b(?:this|that|the same|said|the very) (?:annual |whole |entire )?"
    r"(?:report|document|filing|file|paper|pdf|10 ?-?[kq])\b"
    r"|\bthe (?:report|document|filing|paper|pdf)\b"
    r"(?! (?:of|by|from|on|about|for|entitled|titled|called|published|issued)\b)"
    r"|\bin it\b(?=[^\w]*$)|\b(?:does|did) it (?:say|mention|state|cover|contain|discuss|report)\b"
    r"|\b(?:est[ea]|es[ea]|dich[oa]|el mismo|la misma|del mismo) (?:informe|documento|archivo"
    r"|reporte|memoria|pdf)\b|\b(?:el|del|al) (?:informe|documento)\b(?! (?:de|del|sobre|anual)\b)"
    r"|\b(?:dies(?:er|em|en|es|e)|(?:der|dem|den|im|das)selben?|demselben) (?:geschafts)?"
    r"(?:bericht|dokument|datei|pdf)\w{0,3}\b|\b(?:im|der|dem|den) (?:bericht|dokument)\b|\bdarin\b"
    r"|\b(?:ce|cet|cette|ledit|ce meme|le meme|du meme) (?:rapport|document|fichier|pdf)\b"
    r"|\b(?:le|du|au) (?:rapport|document)\b(?! (?:de|du|sur|annuel|entre)\b)|\bla dedans\b"
)
_SETS_AGAINST = re.compile(
    r"\b(?:compar\w*|versus|vs|other reports?|other documents?|another report|all (?:the )?reports"
    r"|otros informes|todos los informes|anderen berichten?|allen berichten|vergleich\w*"
    r"|autres rapports|tous les rapports)\b"
)


def points_at_report(question: str) -> bool:
    """Say whether `question` points at one report without naming it, and at no other."""
    return bool(_POINTS.search(fold(question))) and not sets_against(question)


def sets_against(question: str) -> bool:
    """Say whether `question` sets a report or whom it is of against others."""
    return bool(_SETS_AGAINST.search(fold(question)))


def refers_back(question: str) -> bool:
    """Say whether `question` may be about what the turn before was about."""
    return (
        points_at_report(question)
        or followups.refers_back(question)
        or not followups.is_standalone(question)
        or followups.is_brief(question)
    )


def _is_meant(question: str, spoken_of: SpokenOf) -> bool:
    """Whether a question is about the document of the turn before, and of no other."""
    if points_at_report(question):
        return True
    if followups.names(question) or sets_against(question):
        return False
    if spoken_of.by_catalogue and followups.refers_back(question):
        return True
    # Where one report alone was asked, so is what follows without a name of its own.
    return spoken_of.alone and (
        not followups.is_standalone(question) or followups.is_brief(question)
    )


async def spoken_of_before(
    history: Sequence[ChatMessage], filter: PassageFilter, documents: DocumentReader, search: Search
) -> SpokenOf:
    """Find what the turn before was about, where nothing is kept that says it.

    That is the document that the last question with a name in it is for. Where none names one, the
    last question is searched for again, and what the answer cites by its numbers is meant.

    Args:
        history: of the conversation.
        filter: what may be asked.
        documents: of any library.
        search: finds passages about something within a filter.

    Raises:
        ModelError: a question cannot be embedded.
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    reachable = documents.within(filter.libraries)
    turns = [
        (asked.content or "", answered.content or "")
        for asked, answered in pairwise(history)
        if asked.role is MessageRole.USER and answered.role is MessageRole.ASSISTANT
    ]
    later: list[str] = []  # "and in 2023?" is of another year than the question before
    for question, _ in reversed(turns):
        said = [fold(word) for word in words(question) if not is_stop_word(word)][:MOST_WORDS]
        sought = [*later, *(word for word in said if not (later and word.isdigit()))]
        later = [word for word in sought if word.isdigit()]
        seen = await survey(reachable, filter, sought)
        if seen.total == 1:
            seen = await survey(reachable, filter)
        if (found := seen.shown or seen.nearest) and (seen.total == 1 or seen.held >= _A_NAME):
            ids = [record.doc_id for record in found[:MOST_SPOKEN_OF]]
            told = catalogue_request(question) is not None
            return SpokenOf(ids, alone=seen.total == 1, by_catalogue=told)
    return await _searched_again(*turns[-1], filter, search) if turns else SpokenOf()


async def _searched_again(
    question: str, answer: str, filter: PassageFilter, search: Search
) -> SpokenOf:
    numbers = {int(found[1]) for found in _MARKER.finditer(answer)}
    if not numbers or catalogue_request(question) is not None:
        return SpokenOf()
    nodes = enumerate(await search(question, filter), start=1)
    cited = Counter(found.node.ref_doc_id or "" for n, found in nodes if n in numbers)
    return SpokenOf([doc_id for doc_id, _ in cited.most_common(MOST_SPOKEN_OF) if doc_id])


async def narrowed(
    question: str, filter: PassageFilter, spoken_of: SpokenOf, documents: DocumentReader
) -> tuple[PassageFilter, DocumentName | None]:
    """Give the filter with which a question is searched for, and the document that it points at.

    Args:
        question: as it was written.
        filter: what may be asked; a choice that leaves the document out is followed.
        spoken_of: what the turn before was about.
        documents: of any library.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    meant = spoken_of.one
    if meant is None or (filter.doc_ids and meant not in filter.doc_ids):
        return filter, None
    if filter.doc_ids == (meant,) or not _is_meant(question, spoken_of):
        return filter, None
    record = await documents.within(filter.libraries).get(meant)
    if record is None or not is_within(record, filter):
        return filter, None
    if not points_at_report(question) and _is_of_another_year(question, record.identity):
        # "And in 2023?": there may be a report of that year, of the organisation if one is known.
        if not record.identity.organisation:
            return filter, None
        labels = organisation_labels([record.identity.organisation])
        return replace(filter, labels=(*filter.labels, labels)), None
    name = DocumentName(record.doc_id, record.title)
    return replace(filter, doc_ids=(meant,)), name


def _is_of_another_year(question: str, identity: Identity) -> bool:
    """Whether a question names a year that a report of known years is not of."""
    own = years(" ".join(identity.periods))
    return bool(own) and bool(years(question) - own)
