"""The citation engine of a run: the library's, over passages that are sources as they are."""

from typing import Any

from llama_index.core.node_parser import TextSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import NodeWithScore

from citewire.content.withheld import readable


class WholePassages(TextSplitter):
    """Splits nothing: a passage was cut to size at ingestion and is one source.

    The library's default splitter loads nltk's and tiktoken's tables and cuts every passage again
    for every question.
    """

    def split_text(self, text: str) -> list[str]:
        """The text, whole."""
        return [text]


class PassageCitationEngine(CitationQueryEngine):
    """CitationQueryEngine whose sources are the passages themselves, with their ids.

    A synthesiser numbers them by their order.

    Args:
        withhold: whether it is kept from the synthesiser what the passages say to withhold.
        arguments: the library's.
    """

    def __init__(self, *arguments: Any, withhold: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._withhold = withhold

    def _create_citation_nodes(self, nodes: list[NodeWithScore]) -> list[NodeWithScore]:
        return self.readable(nodes)

    def readable(self, nodes: list[NodeWithScore]) -> list[NodeWithScore]:
        """The passages as the synthesiser may read them."""
        return [readable(found) for found in nodes] if self._withhold else nodes
