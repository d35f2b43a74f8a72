"""What is shown of a page around the passages that were found: their neighbours, within a budget.

A passage is cut to be found, and is often too short to answer: "as follows (in millions)" stands
in one and the table in the next. A source stays the passage that was found, which is what can be
cited word by word; its context is shown beside it and told as such.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.schema import BaseNode, NodeWithScore, TextNode

from citewire.storage.keys import Libraries
from citewire.storage.library.neighbours import NeighbourReader, Stretch
from citewire.storage.library.passage_node import CONTEXT
from citewire.text.tokens import count_tokens

REACH = 6000
"""How far around a passage its neighbours may begin, in characters of the page."""

Page = tuple[str, int]
"""The id of a document, and the number of one of its pages."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """Adds to sources what stands around them.

    Args:
        reader: reads the neighbours.
        tokens: that all of them together may have; 0 adds none.
    """

    reader: NeighbourReader
    tokens: int

    async def around(
        self, nodes: Sequence[NodeWithScore], libraries: Libraries
    ) -> list[NodeWithScore]:
        """The sources, each with its neighbours as its context, in one round trip.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        if not self.tokens or not nodes:
            return list(nodes)
        stretches = _stretches(nodes)
        read = await self.reader.read(list(stretches.values()), libraries)
        return with_context(nodes, dict(zip(stretches, read, strict=True)), self.tokens)


def with_context(
    nodes: Sequence[NodeWithScore], pages: dict[Page, list[TextNode]], tokens: int
) -> list[NodeWithScore]:
    """The sources with those of the passages on their pages that fit into so many tokens.

    In rounds: each source gets the one next to it, the best source first, then each its next one.
    Nothing is given twice, and no source again as the context of another one.

    Args:
        nodes: the sources, best first.
        pages: passages of their pages, in order.
        tokens: of all that is added.
    """
    taken = {found.node.node_id for found in nodes}
    queues = [_by_nearness(found.node, pages.get(page_of(found.node), [])) for found in nodes]
    given: defaultdict[int, list[TextNode]] = defaultdict(list)
    while any(queues):
        for number, queue in enumerate(queues):
            while queue and queue[0].node_id in taken:
                queue.pop(0)
            if not queue:
                continue
            neighbour = queue.pop(0)
            needed = _tokens_of(neighbour)
            if needed > tokens:
                queue.clear()  # what is farther away is no better
                continue
            tokens -= needed
            taken.add(neighbour.node_id)
            given[number].append(neighbour)
    return [_with(found, given[number]) for number, found in enumerate(nodes)]


def page_of(node: BaseNode) -> Page:
    """The page that a passage stands on."""
    return node.ref_doc_id or "", int(node.metadata["page"])


def _stretches(nodes: Sequence[NodeWithScore]) -> dict[Page, Stretch]:
    """One stretch of each page, around all sources on it."""
    spans: defaultdict[Page, list[int]] = defaultdict(list)
    for found in nodes:
        facts = found.node.metadata
        spans[page_of(found.node)] += (facts["start"], facts["end"])
    return {
        (doc_id, page): Stretch(doc_id, page, max(min(edges) - REACH, 0), max(edges) + REACH)
        for (doc_id, page), edges in spans.items()
    }


def _by_nearness(node: BaseNode, others: Sequence[TextNode]) -> list[TextNode]:
    """The passages of its page but itself: the nearest first, of two the one that follows."""
    start, end = node.metadata["start"], node.metadata["end"]

    def distance(other: TextNode) -> tuple[int, bool]:
        begins, ends = other.metadata["start"], other.metadata["end"]
        return max(begins - end, start - ends, 0), begins < start

    return sorted((other for other in others if other.node_id != node.node_id), key=distance)


def _tokens_of(node: TextNode) -> int:
    return count_tokens(node.text, english=node.metadata.get("language") == "en")


def _with(found: NodeWithScore, context: Sequence[TextNode]) -> NodeWithScore:
    if not context:
        return found
    ordered = sorted(context, key=lambda one: one.metadata["start"])
    metadata = {**found.node.metadata, CONTEXT: ordered}
    node = found.node.model_copy(update={"metadata": metadata})
    return NodeWithScore(node=node, score=found.score)
