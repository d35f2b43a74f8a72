"""What is told of documents as such: which one is meant, and an answer from the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from llama_index.core.schema import NodeWithScore

MOST_SPOKEN_OF = 20
"""So many documents of one answer are remembered."""


@dataclass(frozen=True)
class DocumentName:
    """A document by its id and its title."""

    doc_id: str
    title: str


@dataclass(frozen=True)
class SpokenOf:
    """The documents that an answer spoke of: what "this report" means in the next question.

    Args:
        doc_ids: those that it cites; of an answer that cites nothing, those of its sources.
        alone: whether no other was asked.
        by_catalogue: whether the answer was about the documents themselves.
    """

    doc_ids: list[str] = field(default_factory=list)
    alone: bool = False
    by_catalogue: bool = False

    @property
    def one(self) -> str | None:
        """The document, if it is just one."""
        return self.doc_ids[0] if len(self.doc_ids) == 1 else None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Self:
        """As it is stored with an answer; nothing of an answer that has none."""
        kept = stored or {}
        return cls(
            doc_ids=list(kept.get("doc_ids", ())),
            alone=bool(kept.get("alone")),
            by_catalogue=bool(kept.get("by_catalogue")),
        )


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """An answer from the catalogue.

    Args:
        text: of it, with the markers of its sources.
        nodes: the passages that it quotes, numbered by their order.
        candidates: the documents of which one is to be chosen, where the question means one.
    """

    text: str
    nodes: Sequence[NodeWithScore] = ()
    candidates: Sequence[DocumentName] = ()
