"""Spans as the rest of the program makes them; where nobody collects traces they are nothing.

OpenTelemetry is not imported here: `tracing.export` hands its tracer over when it is on, and until
then a span costs a comparison. LlamaIndex's own spans would cost 0.1 ms a call, and hold what it is
called with: texts (`workflows.spans` keeps them off). An error is told by its `code` or kind, never
by its message, which may have words of a question, a document or a file's name.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self

from citewire.errors import CitewireError
from citewire.tracing.names import CANCELLED, DB_BATCH, DB_OPERATION, DB_SYSTEM, ERROR_TYPE

if TYPE_CHECKING:
    from opentelemetry.trace import Span as RecordedSpan
    from opentelemetry.trace import SpanContext

Kind = Literal["internal", "client", "server"]
Value = str | bool | int | float | Sequence[str]
Ids = tuple[str, str]
"""Of a trace and of a span in it, as they are written."""


class TraceSpan:
    """A span; this one is nobody's. Leaving its block ends it, and an exception fails it."""

    __slots__ = ()

    is_recorded = False
    """Whether anybody sees what is noted."""
    traceparent = ""
    """Names it to others, as the header does; empty for nobody's."""

    def note(self, name: str, value: Value | None) -> None:
        """Note an attribute; nothing for None."""

    def event(self, name: str, facts: Mapping[str, Value]) -> None:
        """Note that something happened."""

    def link(self, traceparent: str) -> None:
        """Point at a span of another trace, or of another process."""

    def fail(self, error: BaseException | str) -> None:
        """Note what went wrong; that nobody waits any more is no error."""

    def end(self) -> None:
        """End it; what comes later is not noted."""

    def within(self) -> "TraceSpan":
        """A block in which spans are begun under this one, and which does not end it."""
        return self

    def below(self, name: str) -> "TraceSpan":
        """A span under this one, as `lone_span` makes it."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing is to be ended."""


class Tracing(Protocol):
    """What makes spans that somebody collects; see `tracing.export`."""

    captures: bool
    """Whether what people and models wrote is noted."""

    def begin(
        self, name: str, kind: Kind, under: "RecordedSpan | str | None" = None
    ) -> "RecordedSpan":
        """A span under the current one, under one given or named, for the empty string a first."""

    def attach(self, span: "RecordedSpan") -> object:
        """Let spans be begun under this one; gives what `detach` wants."""

    def detach(self, token: object) -> None:
        """Undo `attach`."""

    def enter(self, headers: Mapping[str, str]) -> None:
        """Let spans of this task be begun under what the headers name."""

    def current(self) -> "SpanContext | None":
        """The span that is going on here, if there is one of this process or another."""

    def link(self, span: "RecordedSpan", traceparent: str) -> None:
        """Let a span point at another."""

    def fail(self, span: "RecordedSpan") -> None:
        """Give a span the status of an error."""


@dataclass(slots=True)
class _State:
    tracing: Tracing | None = None


_STATE = _State()
NOBODYS = TraceSpan()
_begun: ContextVar[list[Ids] | None] = ContextVar("begun", default=None)
"""The run that a request began, whose lines in the log are to have its ids."""


class _Recorded(TraceSpan):
    """A span that is collected."""

    __slots__ = ("_is_current", "_span", "_token", "_tracing")

    is_recorded = True

    def __init__(self, tracing: Tracing, span: "RecordedSpan", *, is_current: bool) -> None:
        self._tracing = tracing
        self._span = span
        self._is_current = is_current
        self._token: object = None

    @property
    def traceparent(self) -> str:  # type: ignore[override]
        """Names it to others, as the header does."""
        context = self._span.get_span_context()
        trace_id, span_id = _ids(context)
        return f"00-{trace_id}-{span_id}-{int(context.trace_flags):02x}"

    def note(self, name: str, value: Value | None) -> None:
        if value is not None:
            self._span.set_attribute(name, value)

    def event(self, name: str, facts: Mapping[str, Value]) -> None:
        self._span.add_event(name, facts)

    def link(self, traceparent: str) -> None:
        self._tracing.link(self._span, traceparent)

    def fail(self, error: BaseException | str) -> None:
        if isinstance(error, asyncio.CancelledError | GeneratorExit):
            self.note(CANCELLED, True)
            return
        self.note(ERROR_TYPE, error if isinstance(error, str) else _type_of(error))
        self._tracing.fail(self._span)

    def end(self) -> None:
        if self._span.is_recording():
            self._span.end()

    def within(self) -> TraceSpan:
        return _Within(self._tracing, self._span, is_current=True)

    def below(self, name: str) -> TraceSpan:
        made = self._tracing.begin(name, "internal", self._span)
        return _Recorded(self._tracing, made, is_current=False)

    def __enter__(self) -> Self:
        if self._is_current:
            self._token = self._tracing.attach(self._span)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            self._tracing.detach(self._token)
        if exc is not None:
            self.fail(exc)
        self.end()


class _Within(_Recorded):
    """A block within a span."""

    __slots__ = ()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tracing.detach(self._token)


def turn_on(tracing: Tracing | None) -> None:
    """Have spans collected from now on; None: no more."""
    _STATE.tracing = tracing


def is_on() -> bool:
    """Whether spans are collected."""
    return _STATE.tracing is not None


def captures_content() -> bool:
    """Whether what people and models wrote may be noted."""
    return _STATE.tracing is not None and _STATE.tracing.captures


def span(name: str, kind: Kind = "internal") -> TraceSpan:
    """A span under the current one, which is the current one within its block."""
    if _STATE.tracing is None:
        return NOBODYS
    return _Recorded(_STATE.tracing, _STATE.tracing.begin(name, kind), is_current=True)


def lone_span(name: str, kind: Kind = "internal", *, under: str | None = None) -> TraceSpan:
    """A span under which nothing is begun unless `within` it.

    For generators: between what they yield others go on in their task. Also whoever does not leave
    it as a block must end it.

    Args:
        name: of the span.
        kind: of it.
        under: the span above it, as its `traceparent`; None: the current one.
    """
    if _STATE.tracing is None:
        return NOBODYS
    return _Recorded(_STATE.tracing, _STATE.tracing.begin(name, kind, under), is_current=False)


def first_span(name: str) -> TraceSpan:
    """A span with which a trace begins, linked with the current one."""
    if _STATE.tracing is None:
        return NOBODYS
    first = _Recorded(_STATE.tracing, _STATE.tracing.begin(name, "internal", ""), is_current=True)
    if (context := _STATE.tracing.current()) is not None:
        first.link("00-{}-{}-01".format(*_ids(context)))
    return first


def redis_span(command: str, count: int = 1) -> TraceSpan:
    """A span of one round trip to Redis with so many commands, where it is part of another."""
    above = None if _STATE.tracing is None else _STATE.tracing.current()
    if above is None or above.is_remote:
        return NOBODYS
    made = span(command, "client")
    made.note(DB_SYSTEM, "redis")
    made.note(DB_OPERATION, command)
    made.note(DB_BATCH, count if count > 1 else None)
    return made


def enter_request(headers: Mapping[str, str]) -> None:
    """Let spans of this task be begun under what the headers of its request name, if anything."""
    if _STATE.tracing is not None:
        _STATE.tracing.enter(headers)
        _begun.set([])


def note_begun(begun: TraceSpan) -> None:
    """Let the log lines of this request have the ids of a run that it began."""
    request = _begun.get()
    if request is not None and begun.is_recorded:
        _, trace_id, span_id, _ = begun.traceparent.split("-")
        request.append((trace_id, span_id))


def current_ids() -> Ids | None:
    """The trace and span that are going on here; None if there are none."""
    if _STATE.tracing is None:
        return None
    context = _STATE.tracing.current()
    request = _begun.get()
    if request and (context is None or context.is_remote):
        return request[-1]
    return None if context is None else _ids(context)


def _ids(context: "SpanContext") -> Ids:
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def _type_of(error: BaseException) -> str:
    return error.code if isinstance(error, CitewireError) else type(error).__name__
