"""What the parts of a run tell each other beside its events: one object per run.

It is handed on as an argument wherever LlamaIndex takes one. What LlamaIndex calls without a word
of ours (a model that condenses, an embedding model) finds it by `current_run`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from citewire.workflows.model_calls import ModelCall, Purpose
from citewire.workflows.precedence import Place, Precedence

FinishReason = Literal["stop", "length", "content_filter", "no_evidence", "blocked"]


@dataclass(frozen=True, slots=True)
class Extracted:
    """Words that an answer without a model tells, as a passage has them.

    Args:
        passage_id: of the passage.
        words: of it.
        start: where they begin in its text, in characters.
    """

    passage_id: str
    words: str
    start: int


@dataclass(slots=True)
class Generation:
    """How a generation goes; filled in while its stream is read, final when the stream ends.

    `fallback` is why no model answered, where something else did; `quotes` is whether what is
    streamed now is taken from the passages, and `extracted` from where, for each of its markers.
    """

    finish_reason: FinishReason = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    fallback: str = ""
    quotes: bool = False
    extracted: tuple[Extracted | None, ...] = ()
    _cuts: tuple[str, ...] = ()

    def add(self, cuts: tuple[str, ...]) -> None:
        """Count text that arrived together, and keep its cuts until it has been streamed.

        What LlamaIndex streams is plain strings. Streaming what has arrived at once costs one
        step through every layer instead of one per token, and no token waits for another.

        Args:
            cuts: the provider's own, all of which are non-empty.
        """
        self.completion_tokens += len(cuts)
        self._cuts = cuts

    def take(self) -> tuple[str, ...]:
        """The cuts of the text that was streamed last."""
        cuts, self._cuts = self._cuts, ()
        return cuts


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run, as each of its parts may know it.

    Steps go on beside each other, so what one of them is at is told by `asking`, to what is
    called from there alone; `calls` and `generation` are the same for all.

    Args:
        calls: what language models were asked, to be added to; None notes nothing.
        generation: how the answer goes, so that whoever cancels the run can still read it.
        purpose: what models are asked for at the moment.
        retrying: called by a model before it waits and tries again, so that the run can say so.
        thinking: called by a model that thinks before it answers.
        place: among the runs that work towards their first token; others have nobody beside them.
    """

    calls: list[ModelCall] | None = None
    generation: Generation = field(default_factory=Generation)
    purpose: Purpose = "answer"
    retrying: Callable[[], None] | None = None
    thinking: Callable[[], None] | None = None
    place: Place = field(default_factory=lambda: Precedence().place())

    @contextmanager
    def asking(
        self,
        purpose: Purpose,
        retrying: Callable[[], None] | None = None,
        thinking: Callable[[], None] | None = None,
    ) -> Iterator[None]:
        """Let models that are called within the block know what for, and whom to tell of it."""
        told = replace(self, purpose=purpose, retrying=retrying, thinking=thinking)
        before = _current.set(told)
        try:
            yield
        finally:
            _current.reset(before)

    def note(self, payload: Mapping[str, Any]) -> None:
        """Note a request that is about to be sent, if the run keeps a record."""
        if self.calls is not None:
            self.calls.append(ModelCall.from_request(self.purpose, payload))


NO_RUN = RunContext()
"""Where models are called outside of runs: nothing is noted."""

_current: ContextVar[RunContext] = ContextVar("run", default=NO_RUN)


def current_run() -> RunContext:
    """The run that is going on here, in the middle of the library; else `NO_RUN`."""
    return _current.get()
