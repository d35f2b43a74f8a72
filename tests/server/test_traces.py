"""Traces of a real server, as they arrive at a collector: a tree for each run, nobody's words."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from time import monotonic

import pytest

from citewire.tracing import names
from tests.doubles.chat_client import ChatClient, Json, Told, open_chat_client, until
from tests.doubles.collector import Collector, TakenSpan, running_collector, tree
from tests.doubles.corpus import CORPUS
from tests.doubles.server_fixtures import KEY, Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023, Zebediah?"
ANSWER = "Quillmere counted 412 ships [1], and Wibblethorpe none."
CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLING = "00f067aa0ba902b7"
SECRETS = ("Zebediah", "Quillmere", "Wibblethorpe", "ships", KEY)


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with running_collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def traced(start_server: StartServer, collector: Collector) -> Iterator[Server]:
    with start_server(**_sending_to(collector), log_format="json", model_retries=0) as server:
        yield server


@pytest.fixture(scope="module")
def other_traced(start_server: StartServer, collector: Collector) -> Iterator[Server]:
    """A second worker, whose runs outlive their clients, and which captures what is said."""
    capture = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}
    with start_server(**_sending_to(collector), **capture, disconnect_grace_s=1) as server:
        yield server


@pytest.fixture
async def chat(traced: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(traced.url) as client:
        yield client


@pytest.fixture
async def other(other_traced: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(other_traced.url) as client:
        yield client


def _sending_to(collector: Collector) -> dict[str, object]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_EXPORTER_OTLP_HEADERS": "x-team=reports",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }


def run_of(told: Told) -> str:
    return str(told.events[0].data["run_id"])


def one(spans: list[TakenSpan], name: str) -> TakenSpan:
    [found] = [span for span in spans if span.name == name]
    return found


async def test_a_run_is_a_tree_of_its_steps(
    chat: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(text=ANSWER)

    told = await chat.ask(QUESTION)

    root = await collector.run(run_of(told))
    spans = collector.of_trace(root.trace_id)
    assert root.parent_id == ""
    found = tree(spans, root)
    assert found["admit"] == {}
    assert found["store turn"] == {}
    assert found["verify"] == {}
    answer = found["step answer"]
    assert answer["retrieval"] == {
        "embeddings text-embedding-3-small": {},
        "FT.SEARCH": {},
        "HMGET": {},
    }
    assert answer["read context"] == {"FT.AGGREGATE": {}}
    assert "chat gpt-4o-mini" in answer
    assert {"step screen", "step route", "step record"} <= found.keys()


async def test_the_run_tells_how_it_ended(
    chat: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(text=ANSWER)

    told = await chat.ask(QUESTION)

    root = await collector.run(run_of(told))
    facts = root.attributes
    assert not root.is_error
    assert (facts[names.END], facts[names.ROUTE]) == ("done", "answer")
    assert facts[names.CONVERSATION] == told.chat_id
    assert facts[names.FINISH_REASONS] == ["stop"]
    assert facts[names.SOURCES] == len(told.sources)
    assert facts[names.CITATIONS] == len(told.last.data["citations"]) == 1
    assert facts[names.FIRST_CHUNK] > 0
    [status] = [one["verification"]["status"] for one in told.last.data["citations"]]
    assert facts[f"{names.VERDICTS}{status}"] == 1
    verifying = one(collector.of_trace(root.trace_id), names.VERIFY)
    [(name, verdict)] = verifying.events
    assert (name, verdict[names.VERDICT_LABEL]) == (names.VERDICT, status)


async def test_a_call_to_a_model_is_told_by_the_conventions(
    chat: ChatClient, standin: Standin, collector: Collector
) -> None:
    told = await chat.ask(QUESTION)

    root = await collector.run(run_of(told))
    call = one(collector.of_trace(root.trace_id), "chat gpt-4o-mini")
    facts, usage = call.attributes, told.last.data["usage"]
    assert facts["gen_ai.operation.name"] == "chat"
    assert facts["gen_ai.provider.name"] == facts["gen_ai.system"] == "openai"
    assert facts["gen_ai.request.model"] == "gpt-4o-mini"
    assert facts["gen_ai.request.stream"] is True
    assert facts["gen_ai.response.finish_reasons"] == ["stop"]
    assert facts["gen_ai.usage.input_tokens"] == usage["prompt_tokens"]
    assert facts["gen_ai.usage.output_tokens"] == usage["completion_tokens"]
    assert facts["gen_ai.response.time_to_first_chunk"] > 0
    assert facts["server.address"] == "127.0.0.1"
    assert facts["citewire.model.purpose"] == "answer"


async def test_what_is_set_for_all_traces_comes_with_them(
    chat: ChatClient, collector: Collector
) -> None:
    told = await chat.ask(QUESTION)

    root = await collector.run(run_of(told))
    assert root.resource["service.name"] == "citewire"
    assert root.resource["deployment.environment.name"] == "test"
    assert collector.headers[-1]["x-team"] == "reports"


async def test_no_span_has_anybodys_words(
    chat: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(text=ANSWER)

    first = await chat.ask(QUESTION)
    told = await chat.ask("And Zebediah, in 2022?", chat_id=first.chat_id)

    root = await collector.run(run_of(told))
    # Of this worker: the other one captures.
    spans = [span for span in collector.spans if span.resource == root.resource]
    kept = b"\n".join(span.raw for span in spans)
    words = {word for passage in CORPUS for word in (passage.title, passage.text)}
    for secret in (*SECRETS, *words):
        assert secret.encode() not in kept, secret


async def test_a_trace_of_the_caller_goes_on(
    chat: ChatClient, traced: Server, collector: Collector
) -> None:
    headers = {"traceparent": f"00-{CALLER}-{CALLING}-01"}
    answer = await chat.http.post("/chat", json={"message": QUESTION}, headers=headers)

    root = await collector.run(answer.json()["run_id"])
    assert (root.trace_id, root.parent_id) == (CALLER, CALLING)


async def test_a_trace_of_the_caller_that_is_not_sampled_is_not_sent(
    chat: ChatClient, collector: Collector
) -> None:
    trace_id = CALLER[::-1]
    headers = {"traceparent": f"00-{trace_id}-{CALLING}-00"}
    await chat.http.post("/chat", json={"message": QUESTION}, headers=headers)
    later = await chat.ask(QUESTION)

    await collector.run(run_of(later))
    assert collector.of_trace(trace_id) == []


async def test_the_provider_is_told_of_no_trace(chat: ChatClient, standin: Standin) -> None:
    await chat.ask(QUESTION)

    sent = set((await standin.stats())["headers"])
    assert "authorization" in sent
    assert not {"traceparent", "tracestate", "baggage"} & sent


async def test_lines_of_the_log_name_the_trace(
    chat: ChatClient, traced: Server, collector: Collector
) -> None:
    told = await chat.ask(QUESTION)

    root = await collector.run(run_of(told))
    lines: list[Json] = []

    async def are_there() -> bool:
        found = [json.loads(line) for line in traced.log.splitlines() if line.startswith("{")]
        lines[:] = [line for line in found if line.get("trace_id") == root.trace_id]
        return {"run ended", "request"} <= {line["message"] for line in lines}

    await until(are_there)
    assert {line["span_id"] for line in lines} == {root.span_id}


async def test_a_failed_run_is_an_error(
    chat: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(fail="error", fail_kind="chat", fail_after=3)

    told = await chat.ask(QUESTION)

    root = await collector.run(run_of(told))
    assert root.is_error
    assert root.attributes[names.END] == "error"
    assert root.attributes[names.ERROR_TYPE] == told.last.data["code"]
    call = one(collector.of_trace(root.trace_id), "chat gpt-4o-mini")
    assert (call.is_error, call.attributes[names.ERROR_TYPE]) == (True, told.last.data["code"])


async def test_a_question_that_is_refused_has_a_trace_that_says_so(
    chat: ChatClient, collector: Collector
) -> None:
    trace_id = CALLER[1:] + "a"
    headers = {"traceparent": f"00-{trace_id}-{CALLING}-01"}
    body = {"message": QUESTION, "chat_id": "0" * 32}
    answer = await chat.http.post("/chat", json=body, headers=headers)

    root = await collector.until(lambda span: span.trace_id == trace_id and span.kind == 2)
    assert root.attributes[names.END] == "refused"
    assert root.attributes[names.ERROR_TYPE] == answer.json()["code"] == "chat_not_found"


async def test_a_stopped_run_ends_all_its_spans(
    chat: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(tokens=500, inter_delay=0.05)
    heard: list[str] = []
    run_id = ""
    async with chat.asking(QUESTION) as events:
        async for event in events:
            heard.append(event.name)
            run_id = str(event.data.get("run_id", run_id))
            if heard.count("delta") == 2:
                await chat.http.post(f"/chat_stream/{run_id}/stop")

    root = await collector.run(run_id)
    assert not root.is_error
    assert (root.attributes[names.END], root.attributes[names.STOPPED_BY]) == ("stopped", "user")
    spans = collector.of_trace(root.trace_id)
    for name in ("chat gpt-4o-mini", "step answer"):
        assert one(spans, name).attributes[names.CANCELLED] is True


async def test_a_run_whose_client_left_ends_its_trace(
    chat: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(tokens=500, inter_delay=0.05)

    told = await chat.listen(QUESTION, deltas=2)

    root = await collector.run(run_of(told))
    assert root.attributes[names.STOPPED_BY] == "disconnect"
    assert one(collector.of_trace(root.trace_id), "chat gpt-4o-mini").attributes[names.CANCELLED]


async def test_a_run_that_outlives_its_client_has_all_of_its_trace(
    other: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(tokens=15, inter_delay=0.04)

    told = await other.listen(QUESTION, deltas=2)

    root = await collector.run(run_of(told))
    assert root.attributes[names.END] == "done"
    assert "verify" in tree(collector.of_trace(root.trace_id), root)


async def test_who_follows_a_run_on_another_worker_is_linked_with_it(
    chat: ChatClient, other: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(tokens=30, inter_delay=0.03)
    async with chat.asking(QUESTION) as events:
        run_id = str((await anext(events)).data["run_id"])
        await other.http.get(f"/chat_stream/{run_id}")
        async for _ in events:
            pass

    root = await collector.run(run_id)
    follow = await collector.until(
        lambda span: span.name == names.FOLLOW and span.attributes[names.RUN_ID] == run_id
    )
    assert follow.links == [(root.trace_id, root.span_id)]
    assert follow.trace_id != root.trace_id


async def test_what_is_said_is_told_where_a_setting_says_so(
    other: ChatClient, standin: Standin, collector: Collector
) -> None:
    await standin.configure(text=ANSWER)

    told = await other.ask(QUESTION)

    root = await collector.run(run_of(told))
    call = one(collector.of_trace(root.trace_id), "chat gpt-4o-mini")
    asked, said = (json.loads(call.attributes[name]) for name in (names.INPUT, names.OUTPUT))
    assert QUESTION in asked[-1]["parts"][0]["content"]
    assert said[0]["parts"] == [{"type": "text", "content": ANSWER}]
    assert QUESTION in root.attributes[names.INPUT]
    assert KEY.encode() not in b"".join(span.raw for span in collector.of_trace(root.trace_id))


async def test_all_names_are_in_one_module(collector: Collector, chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    await collector.run(run_of(told))
    spans = list(collector.spans)
    assert not [span.name for span in spans if not _is_known(span.name, names.SPANS)]
    facts = {name for span in spans for name in span.attributes}
    assert not [name for name in facts if not _is_known(name, names.ATTRIBUTES)]
    assert {name for span in spans for name, _ in span.events} <= names.EVENTS.keys()


def _is_known(name: str, known: object) -> bool:
    assert isinstance(known, dict)
    return name in known or any(
        name.startswith(begin) for begin in known if begin.endswith((" ", "."))
    )


async def test_a_collector_that_is_away_harms_no_answer(
    start_server: StartServer, standin: Standin
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and says nothing
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        away = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
        with start_server(**away, OTEL_BSP_SCHEDULE_DELAY="50") as server:
            async with open_chat_client(server.url) as chat:
                assert (await chat.ask(QUESTION)).names[-1] == "done"

                async def is_told() -> bool:
                    return "do not reach" in server.log

                await until(is_told, within_s=15)
                assert (await chat.ask(QUESTION)).names[-1] == "done"
                await asyncio.sleep(1.5)  # for the next batch to fail as well
            began = monotonic()
            server.tell_to_stop()
            await asyncio.to_thread(server.process.wait, 10)
            assert monotonic() - began < 8
    about = [line for line in server.log.splitlines() if "traces" in line or "export" in line]
    assert ["do not reach" in line for line in about] == [False, True], about
