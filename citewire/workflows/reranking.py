"""Passages in the order of a reranking model, which reads each with the question."""

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from llama_index.core.schema import NodeWithScore

from citewire.workflows.shown import readable

Scores = Callable[[str, Sequence[str]], Awaitable[Sequence[float]]]
"""How well texts answer a question, in their order; what was not scored is minus infinity."""


@dataclass(frozen=True, slots=True)
class Reranking:
    """Orders what was found anew.

    Args:
        scores: asks the model.
        count: so many passages are ordered, those that were found first.
    """

    scores: Scores
    count: int

    async def ordered(self, question: str, found: Sequence[NodeWithScore]) -> list[NodeWithScore]:
        """The passages, best first; those beyond `count` keep their places after them.

        Raises:
            ModelError: the model did not answer, or with something else than scores.
        """
        first, rest = found[: self.count], found[self.count :]
        if len(first) < 2:
            return list(found)
        scores = await self.scores(question, [_text(one) for one in first])
        order = sorted(range(len(first)), key=lambda at: -scores[at])
        if all(score == -math.inf for score in scores):
            return list(found)
        return [*(first[at] for at in order), *rest]


def _text(found: NodeWithScore) -> str:
    """A passage under the title of its report, without what is withheld."""
    node = readable(found).node
    return f"{node.metadata.get('title', '')}\n{node.get_content()}"
