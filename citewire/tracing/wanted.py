"""Whether traces are wanted, by OpenTelemetry's own settings, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

ASKING = (
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_TRACES_EXPORTER",
)
"""Any of these asks for traces."""
EXPORTERS = ("otlp", "console")
CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
INSTALL = "pip install 'citewire[otel]'"

_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PROTOCOL = "http/protobuf"
_DEFAULT = "http://localhost:4318/v1/traces"


@dataclass(frozen=True, slots=True)
class WantedTraces:
    """What is wanted.

    Args:
        exporters: where traces go; none: they are off.
        trouble: why they go nowhere nevertheless; empty if they do.
        endpoint: the collector's.
        captures: whether what people and models wrote is to be in them.
    """

    exporters: tuple[str, ...] = ()
    trouble: str = ""
    endpoint: str = _DEFAULT
    captures: bool = False


def wanted_traces(environment: Mapping[str, str]) -> WantedTraces:
    """What the environment asks for."""
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    asked = next((name for name in ASKING if name in given), None)
    if asked is None or given.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return WantedTraces()
    named = given.get("OTEL_TRACES_EXPORTER", "otlp").lower().split(",")
    exporters = tuple(dict.fromkeys(name.strip() for name in named if name.strip()))
    if "none" in exporters:
        return WantedTraces()
    return WantedTraces(
        exporters=exporters,
        trouble=_trouble(exporters, given, asked),
        endpoint=_endpoint(given),
        captures=given.get(CAPTURE, "").lower() in ("true", "span_only", "span_and_event"),
    )


def _trouble(exporters: tuple[str, ...], given: Mapping[str, str], asked: str) -> str:
    if unknown := [name for name in exporters if name not in EXPORTERS]:
        return f"OTEL_TRACES_EXPORTER={unknown[0]} is not known here: set otlp, console or none"
    protocol = next((name for name in _PROTOCOLS if name in given), None)
    if "otlp" in exporters and protocol is not None and given[protocol].lower() != _PROTOCOL:
        return f"{protocol}={given[protocol]} is not spoken here: set {_PROTOCOL} (port 4318)"
    if not _is_installed():
        return f"{asked} asks for traces, and what sends them is not installed: {INSTALL}"
    return ""


def _is_installed() -> bool:
    try:
        # Below a package that is not there, looking raises.
        return all(
            find_spec(name) is not None
            for name in ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")
        )
    except ImportError:
        return False


def _endpoint(given: Mapping[str, str]) -> str:
    if (whole := given.get(ASKING[0])) is not None:
        return whole
    base = given.get(ASKING[1])
    return _DEFAULT if base is None else f"{base.rstrip('/')}/v1/traces"
