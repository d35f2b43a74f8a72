"""Spans that are kept in the process, as the SDK has them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from citewire.tracing.recording import Recording
from citewire.tracing.spans import turn_on

Recorded = Callable[[], Sequence[ReadableSpan]]


@contextmanager
def recording_spans(*, captures: bool = False) -> Iterator[Recorded]:
    """Collect the spans of the block; gives what tells those that have ended."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    turn_on(Recording(provider.get_tracer("tests"), captures=captures))
    try:
        yield exporter.get_finished_spans
    finally:
        turn_on(None)
        provider.shutdown()


def named(spans: Sequence[ReadableSpan], name: str) -> list[ReadableSpan]:
    """Those of a name."""
    return [span for span in spans if span.name == name]
