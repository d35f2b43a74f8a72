"""Answers questions about the documents themselves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.schema import NodeWithScore

from citewire.storage.library.documents import DocumentReader, DocumentRecord
from citewire.storage.library.outline import OutlineReader
from citewire.text.sentences import split_sentences
from citewire.text.words import fold, stem, stems, words
from citewire.workflows.catalogue import telling
from citewire.workflows.catalogue.matching import weight_held
from citewire.workflows.catalogue.model import CatalogueAnswer, SpokenOf
from citewire.workflows.catalogue.narrowing import Search
from citewire.workflows.catalogue.opening import Excerpt, is_prose
from citewire.workflows.catalogue.survey import Survey, survey
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.routing.catalogue import CatalogueRequest
from citewire.workflows.shown import readable

MOST_WRITING = 5
"""So many documents are named that write of what was asked for."""
WRITTEN = 0.6
"""A passage writes of it if it has this share of its words."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Answers from the documents of the libraries that are asked, never from another's.

    Args:
        documents: of any library: `within` gives those of some.
        outlines: reads how a document begins.
        search: finds passages about something within a filter.
        sums_up: whether it also answers who wants a report summed up, as there is no model.
    """

    documents: DocumentReader
    outlines: OutlineReader
    search: Search
    sums_up: bool = False

    async def answer(
        self, request: CatalogueRequest, message: str, filter: PassageFilter, spoken_of: SpokenOf
    ) -> CatalogueAnswer | None:
        """Answer a request; None if the message must be a question to the reports after all.

        Args:
            request: what the message wants.
            message: as it was written.
            filter: whose documents, and which may be asked.
            spoken_of: what the turn before was about.

        Raises:
            ModelError: what was asked for cannot be embedded.
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        if request.sums_up and not self.sums_up:
            return None
        if request.wants == "about":
            return await self._about(request, filter, spoken_of)
        return await self._list(request, message, filter)

    async def _list(
        self, request: CatalogueRequest, message: str, filter: PassageFilter
    ) -> CatalogueAnswer | None:
        seen = await survey(self._of(filter), filter, request.subject)
        is_filtered = filter.is_narrow
        language = request.language
        if not seen.total and request.sure:
            return CatalogueAnswer(telling.nothing_here(language, is_filtered=is_filtered))
        if not request.subject:
            return CatalogueAnswer(telling.all_listed(language, seen, is_filtered=is_filtered))
        told = as_written(message, request.subject)
        if seen.matching == 1:
            return await self._card(request, seen, told)
        if seen.matching:
            return CatalogueAnswer(telling.those_called(language, seen, told))
        if not request.sure:
            return None
        return await self._unnamed(request, seen, told, filter)

    async def _card(self, request: CatalogueRequest, seen: Survey, told: str) -> CatalogueAnswer:
        """The one document that is called so; what it quotes lets the next question say "it"."""
        [record] = seen.shown
        card = telling.about(request.language, record, await self.outlines.read(record.doc_id))
        head = telling.number_called(request.language, seen, told)
        return CatalogueAnswer(f"{head}\n\n{card.text}", nodes=card.nodes)

    async def _unnamed(
        self, request: CatalogueRequest, seen: Survey, told: str, filter: PassageFilter
    ) -> CatalogueAnswer:
        """No document is called so: those that nearly are, else those that write of it."""
        if _are_named(told, seen.nearest):
            return CatalogueAnswer(telling.those_near(request.language, seen, told))
        nodes = await self.search(told, filter)
        found = await asyncio.to_thread(_writing, told, nodes)
        if found:
            return telling.those_writing(request.language, seen, told, found)
        return CatalogueAnswer(telling.none_called(request.language, seen, told))

    async def _about(
        self, request: CatalogueRequest, filter: PassageFilter, spoken_of: SpokenOf
    ) -> CatalogueAnswer | None:
        if request.points == "pronoun" and not (spoken_of.by_catalogue and spoken_of.one):
            return None
        documents = self._of(filter)
        if request.points and (one := spoken_of.one):
            record = await documents.get(one)
            if record is not None:
                return telling.about(request.language, record, await self.outlines.read(one))
        seen = await survey(documents, filter, request.subject)
        if seen.matching == 1:
            [record] = seen.shown
            outline = await self.outlines.read(record.doc_id)
            return telling.about(request.language, record, outline)
        if seen.matching:
            return telling.which_one(request.language, seen)
        if request.sure and not seen.total:
            told = telling.nothing_here(request.language, is_filtered=filter.is_narrow)
            return CatalogueAnswer(told)
        return None

    def _of(self, filter: PassageFilter) -> DocumentReader:
        return self.documents.within(filter.libraries)

    async def is_empty(self, filter: PassageFilter) -> bool:
        """Whether there is no document that may be asked.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        documents = self._of(filter)
        if not filter.is_narrow:
            return await documents.count() == 0
        return (await survey(documents, filter)).total == 0


def as_written(message: str, subject: Sequence[str]) -> str:
    """The words of a request as its message writes them."""
    written = {fold(word).removesuffix("'s"): word for word in words(message)}
    told = (written.get(word, word.upper() if word[:1].isdigit() else word) for word in subject)
    return " ".join(word.removesuffix("'s").removesuffix("’s") for word in told)


def _are_named(told: str, nearest: Sequence[DocumentRecord]) -> bool:
    """Whether documents share a name or a number with what was asked for, not just some word."""
    named = [fold(word) for word in words(told) if word[:1].isupper() or word[:1].isdigit()]
    return bool(named) and any(weight_held(record, named) for record in nearest[:1])


def _writing(told: str, nodes: Sequence[NodeWithScore]) -> list[Excerpt]:
    """The sentence of each document, best first, that has most of the words."""
    wanted = frozenset(stems(told)) or frozenset(map(stem, words(told)))
    found: dict[str, Excerpt] = {}
    for passage in nodes:
        doc_id = passage.node.ref_doc_id or ""
        if doc_id in found or len(found) == MOST_WRITING:
            continue
        text = readable(passage).node.get_content()
        if len(wanted.intersection(stems(text))) < WRITTEN * len(wanted):
            continue
        sentences = [sentence for sentence in split_sentences(text) if is_prose(sentence)]
        best = max(sentences, key=lambda one: len(wanted.intersection(stems(one))), default="")
        if wanted.intersection(stems(best)):
            found[doc_id] = Excerpt(passage, (best,))
    return list(found.values())
