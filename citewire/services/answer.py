"""One answer as it grows: workflow events in, the contract's events out. No I/O."""

import time
from collections.abc import Sequence
from dataclasses import asdict

from llama_index.core.workflow import Event

from citewire.services.citations.scanner import Dropped, Marker, MarkerScanner, Scanned
from citewire.services.run_events import (
    Delta,
    Done,
    Ids,
    Query,
    RunEvent,
    Source,
    Sources,
    Status,
    Stopped,
    StoppedBy,
    Timings,
    Usage,
    Warned,
)
from citewire.workflows.events import (
    AnsweredEvent,
    DeltaEvent,
    RetrievingEvent,
    SourcesEvent,
    StageEvent,
)
from citewire.workflows.synthesis import FinishReason


class Answer:
    """Collects what was said, so that what is stored is what was shown.

    Args:
        ids: the names of the run and its messages.
        question: as the person asked it.
    """

    def __init__(self, ids: Ids, question: str) -> None:
        self.ids = ids
        self.question = question
        self.standalone = question
        self.sources: list[Source] = []
        self.finish_reason: FinishReason = "stop"
        self.timings = Timings()
        self._began = time.monotonic()
        self._scanner = MarkerScanner(0)
        self._offset = 0
        self._parts: list[str] = []
        self.pieces_shown = 0

    @property
    def text(self) -> str:
        """All that was shown so far."""
        return "".join(self._parts)

    def take(self, event: Event) -> Sequence[RunEvent]:
        """The contract's events for one event of the workflow."""
        match event:
            case DeltaEvent():
                return self._deltas(event.parts)
            case StageEvent():
                return (Status(event.stage, self._elapsed_ms()),)
            case RetrievingEvent():
                return self._retrieving(event.standalone)
            case SourcesEvent():
                return self._retrieved(event)
            case AnsweredEvent():
                self.finish_reason = event.finish_reason
                return self._close()
            case _:
                return ()

    def _retrieving(self, standalone: str) -> Sequence[RunEvent]:
        self.standalone = standalone
        query = Query(self.question, standalone, rewritten=standalone != self.question)
        return (query, Status("retrieve", self._elapsed_ms()))

    def _retrieved(self, event: SourcesEvent) -> Sequence[RunEvent]:
        self.sources = [Source.from_node(n, found) for n, found in enumerate(event.nodes, start=1)]
        self._scanner = MarkerScanner(len(self.sources))
        self.timings.retrieve_ms = self._elapsed_ms()
        took_ms = self.timings.retrieve_ms
        sources = Sources(self.sources, event.evidence, took_ms)
        # In the contract no status follows the sources.
        return (sources,) if event.evidence == "none" else (Status("generate", took_ms), sources)

    def _deltas(self, parts: Sequence[str]) -> list[RunEvent]:
        if self.timings.first_token_ms is None:
            self.timings.first_token_ms = self._elapsed_ms()
        self.pieces_shown += len(parts)
        events: list[RunEvent] = []
        for part in parts:
            scanned = self._scanner.feed(part)
            if len(scanned) == 1 and type(scanned[0]) is str:  # nearly every token
                events.append(self._said(scanned[0]))
            else:
                events.extend(self._shown(scanned))
        return events

    def _close(self) -> list[RunEvent]:
        events = self._shown(self._scanner.flush())
        if self.finish_reason == "length":
            events.append(Warned("truncated", "the answer reached its longest allowed length"))
        return events

    def _shown(self, scanned: Sequence[Scanned]) -> list[RunEvent]:
        events: list[RunEvent] = []
        text = ""
        for found in scanned:
            if isinstance(found, str):
                text += found
            elif isinstance(found, Marker):
                self.sources[found.n - 1].cited = True
                text += found.text
            else:
                events.append(_dropped(found))
        if text:
            events.append(self._said(text))
        return events

    def _said(self, text: str) -> Delta:
        delta = Delta(text, self._offset)
        self._parts.append(text)
        self._offset += len(text) if text.isascii() else utf16_length(text)
        return delta

    def done(self, usage: Usage) -> Done:
        """The terminal event of a complete answer."""
        return Done(
            **asdict(self.ids),
            finish_reason=self.finish_reason,
            answer=self.text,
            citations=[],
            sources=self.sources,
            usage=usage,
            timings=self.timings,
        )

    def stopped(self, by: StoppedBy, usage: Usage) -> Stopped:
        """The terminal event of a stopped answer."""
        return Stopped(**asdict(self.ids), by=by, answer=self.text, citations=[], usage=usage)

    def finish(self) -> None:
        """Note the run's total time."""
        self.timings.total_ms = self._elapsed_ms()

    def _elapsed_ms(self) -> float:
        return round((time.monotonic() - self._began) * 1000, 1)


def utf16_length(text: str) -> int:
    """The length of `text` as JavaScript counts it."""
    return len(text.encode("utf-16-le")) // 2


def _dropped(found: Dropped) -> Warned:
    return Warned("dropped_marker", f"the model cited source {found.n}, which does not exist")
