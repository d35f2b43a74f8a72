"""A collector of traces: a small HTTP server that takes OTLP over a socket and keeps the spans."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1 import trace_pb2


@dataclass(frozen=True, slots=True)
class TakenSpan:
    """A span as it arrived."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    is_error: bool
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    links: list[tuple[str, str]]
    resource: dict[str, Any]
    raw: bytes = field(repr=False)


class Collector:
    """What arrived so far.

    Args:
        url: of the collector, for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[TakenSpan] = []
        self.headers: list[dict[str, str]] = []

    def of_trace(self, trace_id: str) -> list[TakenSpan]:
        """The spans of a trace, in the order in which they ended."""
        return [span for span in self.spans if span.trace_id == trace_id]

    async def until(self, found: Callable[[TakenSpan], bool], within_s: float = 10) -> TakenSpan:
        """Wait for a span."""
        async with asyncio.timeout(within_s):
            while True:
                for span in list(self.spans):
                    if found(span):
                        return span
                await asyncio.sleep(0.02)

    async def run(self, run_id: str) -> TakenSpan:
        """The root span of a run, once it is there; all others of the run are there before."""
        return await self.until(
            lambda span: (
                span.attributes.get("citewire.run.end") is not None
                and span.attributes["citewire.run.id"] == run_id
            )
        )

    def take(self, body: bytes) -> None:
        """Keep the spans of a request."""
        asked = ExportTraceServiceRequest.FromString(body)
        for of_resource in asked.resource_spans:
            resource = _facts(of_resource.resource.attributes)
            for scope in of_resource.scope_spans:
                self.spans += [_taken(span, resource) for span in scope.spans]


def tree(spans: list[TakenSpan], root: TakenSpan) -> dict[str, Any]:
    """The names of the spans under `root`, those under them, and so on; equal ones once."""
    children = [span for span in spans if span.parent_id == root.span_id]
    found: dict[str, Any] = {}
    for child in children:
        found.setdefault(child.name, {}).update(tree(spans, child))
    return found


@contextmanager
def running_collector() -> Iterator[Collector]:
    """A collector that lives as long as the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
        _Handler.collectors[server.server_address[1]] = collector
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield collector
        finally:
            server.shutdown()
            serving.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    collectors: ClassVar[dict[int, Collector]] = {}

    def do_POST(self) -> None:
        collector = self.collectors[self.server.server_address[1]]  # type: ignore[index]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/v1/traces"
        collector.headers.append({name.lower(): value for name, value in self.headers.items()})
        collector.take(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def _taken(span: trace_pb2.Span, resource: dict[str, Any]) -> TakenSpan:
    return TakenSpan(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        kind=span.kind,
        is_error=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        attributes=_facts(span.attributes),
        events=[(event.name, _facts(event.attributes)) for event in span.events],
        links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
        resource=resource,
        raw=span.SerializeToString(),
    )


def _facts(attributes: Any) -> dict[str, Any]:
    return {one.key: _value(one.value) for one in attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return None if kind is None else getattr(value, kind)
