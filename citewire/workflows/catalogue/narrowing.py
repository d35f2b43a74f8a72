"""A question that says "this report": it is asked of the one that the turn before was about."""

import re
from dataclasses import replace

from citewire.storage.library.documents import DocumentReader
from citewire.text.words import fold
from citewire.workflows.catalogue.model import DocumentName, SpokenOf
from citewire.workflows.catalogue.survey import is_within
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.routing import followups

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
    name = DocumentName(record.doc_id, record.title)
    return replace(filter, doc_ids=(meant,)), name
