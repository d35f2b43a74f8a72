"""What a run must be told of evidence: how strong the passages are, and what to say without any."""

from collections.abc import Sequence
from typing import Literal, Protocol

from llama_index.core.schema import NodeWithScore

Evidence = Literal["strong", "weak", "none"]


class EvidenceRule(Protocol):
    """Judges the retrieved passages before a model is asked."""

    def level(self, question: str, nodes: Sequence[NodeWithScore]) -> Evidence:
        """How strong the passages are as evidence for the standalone question."""

    def abstention(self, question: str, nodes: Sequence[NodeWithScore]) -> str:
        """What is said in place of an answer; it names the nearest passages."""
