"""Traces: off unless asked for, by OpenTelemetry's own settings; errors without their messages."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import StatusCode

from citewire.errors import ChatNotFound
from citewire.scripts.logs import JsonFormatter, TextFormatter
from citewire.settings.reading import adopt
from citewire.tracing import names, spans
from citewire.tracing.export import exporting_traces, probe
from citewire.tracing.sending import Said, TellingExporter
from citewire.tracing.wanted import WantedTraces, wanted_traces
from tests.doubles.collector import running_collector
from tests.doubles.traced import Recorded, recording_spans

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
ON = {ENDPOINT: "http://collector:4318"}
SECRET = "Wibblethorpe's question"


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    with recording_spans() as recorded:
        yield recorded


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which nothing of OpenTelemetry is set, in a folder without `.env`."""
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"OTEL_SERVICE_NAME": "reports"},
        {ENDPOINT: ""},
        {**ON, "OTEL_TRACES_EXPORTER": "none"},
        {**ON, "OTEL_SDK_DISABLED": "true"},
    ],
)
def test_traces_are_off_unless_a_place_is_set(given: dict[str, str]) -> None:
    assert wanted_traces(given) == WantedTraces()


@pytest.mark.parametrize(
    ("given", "exporters", "endpoint"),
    [
        (ON, ("otlp",), "http://collector:4318/v1/traces"),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, ("otlp",), "http://localhost:4318/v1/traces"),
        (
            {**ON, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://c/in?x=1"},
            ("otlp",),
            "https://c/in?x=1",
        ),
        (
            {**ON, "OTEL_TRACES_EXPORTER": "console, otlp"},
            ("console", "otlp"),
            "http://collector:4318/v1/traces",
        ),
    ],
)
def test_traces_go_where_the_settings_say(
    given: dict[str, str], exporters: tuple[str, ...], endpoint: str
) -> None:
    wanted = wanted_traces(given)
    assert (wanted.exporters, wanted.endpoint, wanted.trouble) == (exporters, endpoint, "")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER=zipkin"),
        ({**ON, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "http/protobuf (port 4318)"),
    ],
)
def test_what_is_not_spoken_here_is_told(given: dict[str, str], told: str) -> None:
    assert told in wanted_traces(given).trouble


@pytest.mark.parametrize(
    ("value", "captures"), [("true", True), ("SPAN_ONLY", True), ("false", False), ("", False)]
)
def test_content_is_captured_only_if_a_setting_says_so(value: str, captures: bool) -> None:
    given = {**ON, "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": value}
    assert wanted_traces(given).captures is captures


def run_python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_sdk_is_not_loaded_where_traces_are_off() -> None:
    said = run_python(
        "import sys, citewire.scripts.serve\n"
        "from citewire.tracing.export import exporting_traces\n"
        "from citewire.tracing.spans import NOBODYS, span\n"
        "with exporting_traces():\n"
        "    assert span('x') is NOBODYS\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])",
        PYTHONPATH=str(Path(__file__).parents[2]),
    )
    assert said.strip() == "[]"


def test_a_missing_extra_is_told_and_stops_nothing() -> None:
    said = run_python(
        "import sys\n"
        "class NotThere:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter')):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, NotThere())\n"
        "from citewire.scripts.doctor import _traces\n"
        "from citewire.scripts.logs import configure_logging\n"
        "from citewire.tracing.export import exporting_traces\n"
        "configure_logging('info')\n"
        "with exporting_traces():\n"
        "    finding = _traces()\n"
        "print('doctor:', finding.level, finding.detail)",
        PYTHONPATH=str(Path(__file__).parents[2]),
        **ON,
    )
    doctor, log = said.split("\n", 1)
    assert doctor.startswith("doctor: warn they do not reach http://collector:4318/v1/traces")
    for line in (doctor, log):
        assert "pip install 'citewire[otel]'" in line
        assert ENDPOINT in line


def test_spans_arrive_at_the_collector(environment: pytest.MonkeyPatch) -> None:
    with running_collector() as collector:
        environment.setenv(ENDPOINT, collector.url)
        environment.setenv("OTEL_SERVICE_NAME", "reports")
        with exporting_traces(), spans.span(names.RETRIEVAL):
            pass
    [span] = collector.spans
    assert (span.name, span.resource["service.name"]) == (names.RETRIEVAL, "reports")
    assert not spans.is_on()


def test_a_sampler_that_takes_nothing_sends_nothing(environment: pytest.MonkeyPatch) -> None:
    with running_collector() as collector:
        environment.setenv(ENDPOINT, collector.url)
        environment.setenv("OTEL_TRACES_SAMPLER", "always_off")
        with exporting_traces(), spans.span(names.RETRIEVAL):
            assert spans.current_ids() is not None
    assert collector.spans == []


def test_what_the_sdk_refuses_is_told(
    environment: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    environment.setenv(ENDPOINT, "http://127.0.0.1:1")
    environment.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")
    with exporting_traces():
        assert not spans.is_on()
    assert "no traces are sent: " in caplog.text


def test_doctor_finds_out_whether_the_collector_answers(environment: pytest.MonkeyPatch) -> None:
    with running_collector() as collector:
        environment.setenv(ENDPOINT, collector.url)
        assert probe(WantedTraces(("otlp",))) == ""
    environment.setenv(ENDPOINT, "http://127.0.0.1:1")
    assert "127.0.0.1" in probe(WantedTraces(("otlp",)))


def test_settings_of_the_file_are_those_of_the_environment(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("OTEL_SERVICE_NAME", "mine")
    environment.setenv(ENDPOINT, "")
    environment.delenv(ENDPOINT)
    Path(tmp_path, ".env").write_text(f"OTEL_SERVICE_NAME=theirs\n{ENDPOINT}=http://c:4318\nX=1\n")
    before = dict(os.environ)
    adopt("OTEL_")
    assert {**before, ENDPOINT: "http://c:4318"} == dict(os.environ)
    environment.delenv(ENDPOINT)


def test_an_error_is_told_without_its_message(recorded: Recorded) -> None:
    with pytest.raises(ChatNotFound), spans.span(names.CATALOGUE):
        raise ChatNotFound(SECRET)
    with pytest.raises(ValueError, match="Wibble"), spans.span(names.LOOK):
        raise ValueError(SECRET)

    first, second = recorded()
    assert (first.status.status_code, dict(first.attributes or {})) == (
        StatusCode.ERROR,
        {names.ERROR_TYPE: "chat_not_found"},
    )
    assert dict(second.attributes or {}) == {names.ERROR_TYPE: "ValueError"}
    assert all(not span.events and not span.status.description for span in (first, second))


async def test_a_cancelled_span_ends_and_is_no_error(recorded: Recorded) -> None:
    async def wait() -> None:
        with spans.span(names.RETRIEVAL):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])

    [span] = recorded()
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes or {}) == {names.CANCELLED: True}


def test_a_lone_span_is_nobodys_parent_but_within_it(recorded: Recorded) -> None:
    with spans.lone_span(names.RUN) as run:
        with spans.span(names.CATALOGUE):
            pass
        with run.within(), spans.span(names.RETRIEVAL):
            pass

    catalogue, retrieval, root = recorded()
    assert catalogue.parent is None
    assert retrieval.parent == root.context


def test_round_trips_outside_of_a_trace_are_no_traces(recorded: Recorded) -> None:
    with spans.redis_span(names.FT_SEARCH):
        pass
    with spans.span(names.RETRIEVAL), spans.redis_span(names.FT_SEARCH, 2):
        pass

    assert [span.name for span in recorded()] == [names.FT_SEARCH, names.RETRIEVAL]


def test_a_first_span_is_linked_with_the_one_that_goes_on(recorded: Recorded) -> None:
    with spans.span(names.INGEST), spans.first_span(names.DOCUMENT):
        pass

    document, ingest = recorded()
    assert document.parent is None
    assert [link.context.span_id for link in document.links] == [ingest.context.span_id]


@pytest.mark.parametrize("form", [TextFormatter(), JsonFormatter()])
def test_lines_of_the_log_have_the_ids_of_the_trace(
    form: logging.Formatter, recorded: Recorded
) -> None:
    record = logging.LogRecord("citewire", logging.INFO, "", 0, "told", None, None)
    with spans.span(names.RETRIEVAL):
        line = form.format(record)

    context = recorded()[0].context
    for wanted in (f"{context.trace_id:032x}", f"{context.span_id:016x}"):
        assert wanted in line
    assert "trace_id" not in form.format(record)


def test_a_bad_traceparent_begins_a_new_trace(recorded: Recorded) -> None:
    spans.enter_request({"traceparent": "00-" + "é" * 5000, "tracestate": "x" * 9000})
    with spans.span(names.RUN):
        pass
    assert recorded()[0].parent is None


def test_one_line_tells_of_failing_and_one_of_working_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Flaky(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            if len(spans) == 2:
                raise OSError("gone")
            return SpanExportResult.SUCCESS if spans else SpanExportResult.FAILURE

    exporter = TellingExporter(Flaky(), Said(), "http://c")
    span: Any = None
    for batch in ([span], [], [span, span], [], [span], [span]):
        exporter.export(batch)

    told = [record.getMessage() for record in caplog.records]
    assert [line.partition(":")[0] for line in told] == [
        "traces do not reach http",
        "traces reach http",
    ]


def test_each_name_is_explained_once() -> None:
    made = vars(names).items()
    values = [value for name, value in made if name.isupper() and isinstance(value, str)]
    explained = {*names.SPANS, *names.ATTRIBUTES, *names.EVENTS}
    inside = {names.SERVICE, names.VERDICT_NAME, names.VERDICT_LABEL, names.METHOD}
    assert set(values) - inside == explained
    assert len(values) == len(set(values))
