"""One answer as it grows: workflow events in, the contract's events out. No I/O."""

import time
from collections.abc import Sequence
from dataclasses import asdict

from citewire.services.answers.events import (
    Delta,
    Done,
    Ids,
    Query,
    RunEvent,
    Sources,
    Status,
    Stopped,
    StoppedBy,
    Timings,
    Usage,
)
from citewire.services.answers.spoken_of import spoken_of
from citewire.services.citations.checking import Checker
from citewire.services.citations.citing import Citing
from citewire.services.citations.model import (
    NO_COLLECTIONS,
    Citation,
    CollectionNames,
    Source,
    Warned,
    WarningCode,
)
from citewire.text.offsets import utf16_length
from citewire.text.scanner import Dropped, Marker, MarkerScanner, Scanned
from citewire.workflows.catalogue.model import DocumentName, SpokenOf
from citewire.workflows.events import (
    AnsweredEvent,
    DeltaEvent,
    QuietEvent,
    RetrievingEvent,
    Route,
    SourcesEvent,
    Stage,
    StageEvent,
    WarnEvent,
)
from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import FinishReason


class Answer:
    """Collects what was said, so that what is stored is what was shown.

    Args:
        ids: the names of the run and its messages.
        question: as the person asked it.
        checker: judges what it cites.
        collections: what its sources may lie in.
    """

    def __init__(
        self,
        ids: Ids,
        question: str,
        checker: Checker,
        collections: CollectionNames = NO_COLLECTIONS,
    ) -> None:
        self.ids = ids
        self.question = question
        self._collections = collections
        self.standalone = question
        self.sub_questions: Sequence[str] = ()
        self.document: DocumentName | None = None
        self.sources: list[Source] = []
        self.evidence: Evidence | None = None
        self.finish_reason: FinishReason = "stop"
        self.route: Route = "answer"
        self.timings = Timings()
        self.stages: list[tuple[Stage, float]] = []
        self.fallback = ""
        self._began = time.monotonic()
        self._scanner = MarkerScanner(0)
        self._checker = checker
        self.citing = self._cite_from([])
        self._dropped: set[int] = set()
        self._offset = 0
        self._parts: list[str] = []
        self._marked_parts = 0  # how many parts, and how much text, the last marker ends
        self._marked_to = 0
        self.pieces_shown = 0

    @property
    def text(self) -> str:
        """All that was shown so far."""
        return "".join(self._parts)

    @property
    def citations(self) -> list[Citation]:
        """What was cited so far, with what is known of it."""
        return self.citing.citations

    @property
    def warnings(self) -> list[Warned]:
        """What was warned of so far."""
        return self.citing.warnings

    @property
    def may_be_inferred(self) -> bool:
        """Whether the answer says something from its sources without a single valid marker."""
        is_answer = self.finish_reason in ("stop", "length", "content_filter")
        return is_answer and not self.citations and bool(self.sources and self.text.strip())

    @property
    def spoken_of(self) -> SpokenOf:
        """The documents that it speaks of."""
        is_told = self.route == "catalogue"
        return spoken_of(self.standalone, self.sources, self.citations, by_catalogue=is_told)

    def take(self, event: object) -> Sequence[RunEvent]:
        """The contract's events for one event of the workflow."""
        match event:
            case DeltaEvent():
                self.citing.quotes, self.citing.extracted = event.quoted, event.extracted
                return self._deltas(event.parts)
            case StageEvent() | WarnEvent():
                return (self._told(event),)
            case RetrievingEvent():
                return self._retrieving(event)
            case SourcesEvent():
                return self._retrieved(event)
            case QuietEvent() | AnsweredEvent():
                return self._caught_up(event)
            case _:
                return ()

    def _told(self, event: StageEvent | WarnEvent) -> Status | Warned:
        if isinstance(event, WarnEvent):
            if event.code != "condense_fallback":
                return self.warn(event.code, event.message, event.documents)
            self.fallback = event.message
            return Warned(event.code, event.message)
        return self._entered(event.stage, self.elapsed_ms())

    def _entered(self, stage: Stage, at_ms: float) -> Status:
        self.stages.append((stage, at_ms))
        return Status(stage, at_ms)

    def _retrieving(self, event: RetrievingEvent) -> Sequence[RunEvent]:
        self.standalone, self.sub_questions = event.standalone, event.parts
        self.document = event.document
        rewritten = event.standalone != self.question
        query = Query(self.question, event.standalone, rewritten, event.parts, event.document)
        return (query, self._entered("retrieve", self.elapsed_ms()))

    def _retrieved(self, event: SourcesEvent) -> Sequence[RunEvent]:
        self.sources = [
            Source.from_node(n, found, self._collections)
            for n, found in enumerate(event.nodes, start=1)
        ]
        self._scanner = MarkerScanner(len(self.sources))
        self.citing = self._cite_from(self.sources)
        self.evidence = event.evidence
        self.timings.retrieve_ms = self.elapsed_ms()
        took_ms = self.timings.retrieve_ms
        sources = Sources(self.sources, event.evidence, took_ms)
        # In the contract no status follows the sources.
        return (
            (sources,)
            if event.evidence in (None, "none")
            else (self._entered("generate", took_ms), sources)
        )

    def _deltas(self, parts: Sequence[str]) -> list[RunEvent]:
        if self.timings.first_token_ms is None:
            self.timings.first_token_ms = self.elapsed_ms()
        self.pieces_shown += len(parts)
        events: list[RunEvent] = []
        for part in parts:
            scanned = self._scanner.feed(part)
            if len(scanned) == 1 and type(scanned[0]) is str:  # nearly every token
                events.append(self._said(scanned[0]))
            else:
                events.extend(self._shown(scanned))
        if self.citing.is_busy:
            events.extend(self._found())
        return events

    def _found(self) -> Sequence[RunEvent]:
        """What is known by now of citations that were sent before."""
        if self._offset > self._marked_to:
            self.citing.submit()
        return self.citing.take_in()

    def _caught_up(self, event: QuietEvent | AnsweredEvent) -> list[RunEvent]:
        """The model is silent or done: what may become a marker was held back long enough."""
        events = self._shown(self._scanner.release())
        self.citing.submit()
        events.extend(self.citing.take_in())
        if isinstance(event, AnsweredEvent):
            self.finish_reason, self.route = event.finish_reason, event.route
            if event.finish_reason == "length":
                told = "the answer reached its longest allowed length"
                events.append(self.warn("truncated", told))
        return events

    def _cite_from(self, sources: Sequence[Source]) -> Citing:
        return Citing(self.ids.assistant_message_id[:8], sources, self._checker)

    def _shown(self, scanned: Sequence[Scanned]) -> list[RunEvent]:
        events: list[RunEvent] = []
        text = ""
        for found in scanned:
            if isinstance(found, str):
                text += found
                continue
            if isinstance(found, Dropped):
                events.extend(self._warned_of(found))
                continue
            if text:
                events.append(self._said(text))
                text = ""
            events.extend(self._marked(found))
        if text:
            events.append(self._said(text))
        return events

    def _marked(self, found: Marker) -> tuple[Citation, Delta]:
        """The citation, and the marker that the client sees right after it."""
        before = "".join(self._parts[self._marked_parts :])
        citation = self.citing.mark(found.n, before, self._marked_to, self._offset)
        delta = self._said(f"[{citation.label}]")
        self._marked_parts, self._marked_to = len(self._parts), self._offset
        return citation, delta

    def _warned_of(self, dropped: Dropped) -> Sequence[Warned]:
        if dropped.n in self._dropped:
            return ()
        self._dropped.add(dropped.n)
        told = f"the model cited source {dropped.n}, which does not exist"
        return (self.warn("dropped_marker", told),)

    def warn(self, code: WarningCode, told: str, documents: Sequence[DocumentName] = ()) -> Warned:
        """A warning, which is kept with the answer."""
        warned = Warned(code, told, documents=list(documents))
        self.citing.warnings.append(warned)
        return warned

    def _said(self, text: str) -> Delta:
        delta = Delta(text, self._offset)
        self._parts.append(text)
        self._offset += len(text) if text.isascii() else utf16_length(text)
        return delta

    def done(self, usage: Usage, model: str) -> Done:
        """The terminal event of a complete answer, with the name of who answered."""
        return Done(
            **asdict(self.ids),
            finish_reason=self.finish_reason,
            answer=self.text,
            citations=self.citations,
            sources=self.sources,
            usage=usage,
            timings=self.timings,
            evidence=self.evidence,
            warnings=self.warnings,
            model=model,
        )

    def stopped(self, by: StoppedBy, usage: Usage) -> Stopped:
        """The terminal event of a stopped answer."""
        return Stopped(
            **asdict(self.ids), by=by, answer=self.text, citations=self.citations, usage=usage
        )

    def retract(self) -> None:
        """What was said is none of the answer: nothing of it is kept."""
        self.citing.drop()
        self.citing = self._cite_from(self.sources)
        self._scanner = MarkerScanner(len(self.sources))
        self._parts, self._offset = [], 0
        self._marked_parts = self._marked_to = 0

    def finish(self) -> None:
        """The run is over: nothing more is waited for."""
        self.citing.drop()
        self.timings.total_ms = self.elapsed_ms()

    def elapsed_ms(self) -> float:
        """Milliseconds since the run began."""
        return round((time.monotonic() - self._began) * 1000, 1)
