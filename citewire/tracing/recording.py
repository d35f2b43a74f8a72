"""Spans by OpenTelemetry: what `tracing.spans` is handed while traces are collected."""

from collections.abc import Mapping

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import (
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from citewire.tracing.spans import Kind

_KINDS: Mapping[Kind, SpanKind] = {
    "internal": SpanKind.INTERNAL,
    "client": SpanKind.CLIENT,
    "server": SpanKind.SERVER,
}
_HEADERS = TraceContextTextMapPropagator()


class Recording:
    """Makes spans with a tracer; see `spans.Tracing`."""

    def __init__(self, tracer: Tracer, *, captures: bool) -> None:
        self._tracer = tracer
        self.captures = captures

    def begin(self, name: str, kind: Kind, under: Span | str | None = None) -> Span:
        """A span under the current one, under one given or named, for the empty string a first."""
        context = None
        if isinstance(under, str):
            context = _HEADERS.extract({"traceparent": under}, Context())
        elif under is not None:
            context = set_span_in_context(under)
        return self._tracer.start_span(
            name,
            context,
            _KINDS[kind],
            record_exception=False,  # its message may have somebody's words
            set_status_on_exception=False,
        )

    def attach(self, span: Span) -> object:
        """Let spans be begun under this one; gives what `detach` wants."""
        return attach(set_span_in_context(span))

    def detach(self, token: object) -> None:
        """Undo `attach`."""
        detach(token)  # type: ignore[arg-type]

    def enter(self, headers: Mapping[str, str]) -> None:
        """Let spans of this task be begun under what the headers name."""
        attach(_HEADERS.extract(headers, Context()))

    def current(self) -> SpanContext | None:
        """The span that is going on here, if there is one of this process or another."""
        context = get_current_span().get_span_context()
        return context if context.is_valid else None

    def link(self, span: Span, traceparent: str) -> None:
        """Let a span point at another."""
        context = get_current_span(
            _HEADERS.extract({"traceparent": traceparent}, Context())
        ).get_span_context()
        if context.is_valid:
            span.add_link(context)

    def fail(self, span: Span) -> None:
        """Give a span the status of an error."""
        span.set_status(StatusCode.ERROR)
