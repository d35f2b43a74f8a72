"""Passages for models of other people: found by a search, and read with what stands around them.

What is kept from our own models is kept from theirs.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from llama_index.core.schema import BaseNode, NodeWithScore

from citewire.errors import PassageNotFound, RetrievalTimeout, TooManyRuns
from citewire.services.citations.model import CollectionNames, Source
from citewire.storage.keys import Libraries
from citewire.storage.library.passage_node import to_node
from citewire.storage.library.passage_read import PassageReader, StoredPassage
from citewire.workflows.context import PageContext
from citewire.workflows.retriever import PassageFilter, PassageRetriever
from citewire.workflows.shown import context_of, text_of

Retrievers = Callable[[PassageFilter, int], PassageRetriever]
"""Makes what searches within a filter, for so many passages."""


@dataclass(frozen=True, slots=True)
class FoundForModel:
    """A passage that a search found, and its text as a model may read it."""

    source: Source
    text: str


@dataclass(frozen=True, slots=True)
class ReadForModel:
    """A passage as a model may read it.

    Args:
        stored: the passage as it is stored.
        text: of it.
        before: texts that stand before it on its page, in their order.
        after: texts that follow it there.
        shown: ids of the passages that these are.
    """

    stored: StoredPassage
    text: str
    before: Sequence[str]
    after: Sequence[str]
    shown: Sequence[str]


class PassageFinder:
    """Finds passages and reads them.

    Args:
        retrievers: make what searches.
        passages: reads one.
        context: reads what stands around it.
        timeout_s: how long a search may take.
        at_once: so many searches this worker does at the same time.
        withhold: whether it is kept from models what passages say to withhold.
    """

    def __init__(
        self,
        retrievers: Retrievers,
        passages: PassageReader,
        context: PageContext,
        *,
        timeout_s: float,
        at_once: int,
        withhold: bool,
    ) -> None:
        self._retrievers = retrievers
        self._passages = passages
        self._context = context
        self._timeout_s = timeout_s
        self._at_once = at_once
        self._withhold = withhold
        self._searching = 0

    async def find(
        self, query: str, *, filter: PassageFilter, limit: int, collections: CollectionNames
    ) -> list[FoundForModel]:
        """The passages nearest to a query, best first.

        Args:
            query: words or a question.
            filter: what is searched.
            limit: so many passages at most.
            collections: those in which passages may lie.

        Raises:
            TooManyRuns: so many searches are under way that no more are begun.
            ModelError: the query cannot be embedded.
            RetrievalTimeout: it took longer than it may.
            StorageUnavailable: Redis does not answer.
        """
        with self._place():
            try:
                async with asyncio.timeout(self._timeout_s):
                    found = await self._retrievers(filter, limit).aretrieve(query)
            except TimeoutError as error:
                raise RetrievalTimeout(
                    "the passages were not found in time (CITEWIRE_RETRIEVE_TIMEOUT_S)"
                ) from error
        return [
            FoundForModel(Source.from_node(n, one, collections), self._text(one.node))
            for n, one in enumerate(found, 1)
        ]

    async def read(self, passage_id: str, libraries: Libraries) -> ReadForModel:
        """The passage of that id in some libraries, with what stands around it on its page.

        Raises:
            PassageNotFound: they have none.
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        stored = await self._passages.read(passage_id, libraries)
        if stored is None:
            raise PassageNotFound(f"there is no passage {passage_id}")
        node = to_node(stored.fields)
        [found] = await self._context.around([NodeWithScore(node=node, score=1.0)], libraries)
        around = context_of(found.node)
        before = [one for one in around if one.metadata["start"] < stored.start]
        after = [one for one in around if one.metadata["start"] >= stored.start]
        return ReadForModel(
            stored,
            self._text(node),
            list(map(self._text, before)),
            list(map(self._text, after)),
            [passage_id, *(one.node_id for one in around)],
        )

    def _text(self, node: BaseNode) -> str:
        return text_of(node, withhold=self._withhold)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._searching >= self._at_once:
            raise TooManyRuns(f"{self._at_once} searches are under way already")
        self._searching += 1
        try:
            yield
        finally:
            self._searching -= 1
