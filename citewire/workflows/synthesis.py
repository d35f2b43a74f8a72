"""What a synthesiser gives besides text: the provider's own cuts, and how the generation went."""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, Self

from llama_index.core.base.response.schema import AsyncStreamingResponse

FinishReason = Literal["stop", "length", "content_filter", "no_evidence", "blocked"]

GENERATION = "generation"
"""The key of a response's metadata under which its `Generation` is found."""


class Pieces(str):
    """Text that arrived together, with the provider's own cuts in `parts`.

    To LlamaIndex it is a plain string. Reading what has arrived at once costs one step through
    every layer instead of one per token, and no token waits for another.
    """

    parts: tuple[str, ...]

    @classmethod
    def of(cls, parts: Iterable[str]) -> Self:
        """Join `parts`, all of which are non-empty."""
        cuts = tuple(parts)
        self = cls("".join(cuts))
        self.parts = cuts
        return self


@dataclass(slots=True)
class Generation:
    """How a generation goes; filled in while its stream is read, final when the stream ends."""

    finish_reason: FinishReason = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0


def generation_of(response: AsyncStreamingResponse) -> Generation:
    """The generation record that the synthesiser put beside its stream."""
    found = (response.metadata or {}).get(GENERATION)
    return found if isinstance(found, Generation) else Generation()


on_retry: ContextVar[Callable[[], None] | None] = ContextVar("on_retry", default=None)
"""Called by a model before it waits and tries again, so that the run can say so."""
