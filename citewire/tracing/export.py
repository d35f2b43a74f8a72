"""Sending traces to a collector: OpenTelemetry's SDK, held so that it harms no answer.

Deliberate oddities:
- The provider is not made the global one. FastAPI and the MCP library make spans of their own for
  whoever is, with addresses, and with them what was searched for.
- Its end waits for a bounded time, in a thread of its own: the SDK's own waits for half a minute.

Imported before it is known whether the SDK is there, and whether it is wanted: it is loaded only
where traces are sent.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from citewire import __version__
from citewire.settings.reading import adopt
from citewire.tracing import spans
from citewire.tracing.names import SERVICE
from citewire.tracing.wanted import WantedTraces, wanted_traces

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from citewire.tracing.sending import Said

logger = logging.getLogger(__name__)

LAST_S = 2.0
"""How long the last spans may take at the end of a process, in seconds."""
PROBE_S = 3.0
AT_ONCE = 64
"""Spans that are sent at once, unless a setting says otherwise: to encode the SDK's own 512 takes
the interpreter for 26 ms, in which answers that stream get it every 5 ms; these take it for 3."""


@contextmanager
def exporting_traces() -> Iterator[None]:
    """Send the traces of this process for as long as the block, if the environment says so.

    What is wrong is told in the log, and nothing is raised for it.
    """
    wanted = traces_of_environment()
    if wanted.trouble:
        logger.warning("no traces are sent: %s", wanted.trouble)
    if wanted.trouble or not wanted.exporters:
        yield
        return
    # Deferred, as all that imports the SDK: it is an extra.
    from citewire.tracing.recording import Recording
    from citewire.tracing.sending import Said, keeping_back

    said = Said()
    try:
        provider = _build_provider(wanted, said)
    except Exception as error:
        # Whatever the SDK says of its settings: answers are worth more than traces.
        logger.warning("no traces are sent: %s", error)
        yield
        return
    logger.info("traces are sent to %s", place_of(wanted))
    spans.turn_on(Recording(provider.get_tracer(SERVICE, __version__), captures=wanted.captures))
    with keeping_back(said):
        try:
            yield
        finally:
            spans.turn_on(None)
            _shut_down(provider)


def traces_of_environment() -> WantedTraces:
    """What the environment asks for, and `.env` where it says nothing."""
    adopt("OTEL_")  # the SDK reads the environment alone
    return wanted_traces(os.environ)


def probe(wanted: WantedTraces) -> str:
    """Send the collector nothing; gives what is wrong, empty if all is well.

    Blocks for some seconds at most.
    """
    if "otlp" not in wanted.exporters:
        return ""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    from citewire.tracing.sending import Said, keeping_back

    said = Said()
    with keeping_back(said):
        try:
            exporter = OTLPSpanExporter(timeout=PROBE_S)
        except Exception as error:
            # Of a setting, or of a file that one names.
            return str(error)
        is_sent = exporter.export([]) is SpanExportResult.SUCCESS
        exporter.shutdown()  # type: ignore[no-untyped-call]
    return "" if is_sent else said.take() or "no reason is known"


def place_of(wanted: WantedTraces) -> str:
    """Where traces go, as a log may name it: without what an address may hold of a password."""
    if "otlp" not in wanted.exporters:
        return "the console"
    url = urlsplit(wanted.endpoint)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"


def _build_provider(wanted: WantedTraces, said: "Said") -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

    from citewire.tracing.sending import TellingExporter

    about = {"service.version": __version__, "service.instance.id": uuid4().hex}
    resource = Resource.create(about)
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": SERVICE}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    for name in wanted.exporters:
        inner = OTLPSpanExporter() if name == "otlp" else ConsoleSpanExporter()
        exporter = TellingExporter(inner, said, place_of(wanted))
        at_once = None if os.environ.get("OTEL_BSP_MAX_EXPORT_BATCH_SIZE") else AT_ONCE
        provider.add_span_processor(
            BatchSpanProcessor(exporter, max_export_batch_size=at_once),
        )
    return provider


def _shut_down(provider: "TracerProvider") -> None:
    """Send what is left, as far as there is time."""
    ending = threading.Thread(target=provider.shutdown, name="last traces", daemon=True)
    ending.start()
    ending.join(LAST_S)
