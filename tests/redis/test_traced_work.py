"""Traces of what goes on without a question: documents that are ingested, runs that were lost."""

from pathlib import Path
from time import monotonic

import anyio
from opentelemetry.trace import StatusCode
from redis.asyncio import Redis

from citewire.errors import ModelRejected
from citewire.services.answers.events import Ids
from citewire.services.runs.orphans import LostRuns, RunFacts
from citewire.storage.chats.store import ChatStore
from citewire.storage.runs.log import open_run_logs
from citewire.storage.runs.registry import RunClaim, RunStore
from citewire.tracing import names
from citewire.tracing.spans import lone_span
from tests.doubles.ingest_fixtures import SHIPS, TRAINS, HashingEmbedding, Ingest
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.traced import named, recording_spans

SECRETS = ("Wibblethorpe", "harbour", "railway", "ships")


async def test_each_document_is_a_trace_of_reading_embedding_and_writing(
    ingest: Ingest, ships: Path
) -> None:
    write_pdf(ships / "Wibblethorpe.pdf", [SHIPS, TRAINS], title="Wibblethorpe")
    with recording_spans() as recorded:
        await ingest(ships)

    spans = recorded()
    [document] = named(spans, names.DOCUMENT)
    [run] = named(spans, names.INGEST)
    assert document.parent is None
    assert [link.context.span_id for link in document.links] == [run.context.span_id]
    assert document.attributes is not None
    assert (document.attributes[names.PAGES], document.attributes[names.PASSAGES]) == (2, 2)
    for name in (names.READ, names.EMBED, names.WRITE):
        [step] = named(spans, name)
        assert step.parent == document.context
    assert dict(run.attributes or {}) == {
        names.DOCUMENTS: 1,
        names.FAILED: 0,
        names.PASSAGES: 2,
    }
    told = "".join(span.to_json() for span in spans)
    assert not [secret for secret in SECRETS if secret in told]


async def test_a_document_that_failed_is_an_error_without_its_reason(
    ingest: Ingest, ships: Path, embed_model: HashingEmbedding
) -> None:
    write_pdf(ships / "Wibblethorpe.pdf", [SHIPS], title="Wibblethorpe")
    embed_model.failing(ModelRejected("no ships in Wibblethorpe.pdf"))
    with recording_spans() as recorded:
        await ingest(ships)

    spans = recorded()
    [document], [run] = named(spans, names.DOCUMENT), named(spans, names.INGEST)
    assert document.status.status_code is StatusCode.ERROR
    assert (document.attributes or {})[names.ERROR_TYPE] == ModelRejected.code
    assert (run.attributes or {})[names.FAILED] == 1
    assert not [secret for secret in SECRETS if secret in document.to_json()]


async def test_the_end_of_a_lost_run_stands_in_its_trace(
    redis_client: Redis, namespace: str
) -> None:
    def worker(name: str) -> RunStore:
        return RunStore(redis_client, namespace, worker=name, lease_s=0.1, running_s=60, kept_s=60)

    ids = Ids("run", "chat", "asked", "answered")
    facts = RunFacts(ids, "Wibblethorpe?", None, "model", (), ())
    chats = ChatStore(redis_client, namespace)
    await chats.create("chat", "ann")
    with recording_spans() as recorded:
        trace = lone_span(names.RUN)
        claim = RunClaim("run", "chat", "ann", "2024", facts.to_json(), trace=trace.traceparent)
        await worker("dead").claim(claim)
        living, began = worker("living"), monotonic()
        while not (beat := await living.beat(sweeps=True)).lost:
            assert monotonic() - began < 10
            await anyio.sleep(0.02)
        async with open_run_logs(redis_client, namespace, grace_s=0) as logs:
            await LostRuns(living, logs, chats, logged=True).end(beat.lost[0])
            assert (await logs.find("run", "ann")).trace == trace.traceparent
        trace.end()

    end, root = recorded()
    assert end.parent is not None
    assert (end.name, end.parent.span_id) == (names.LOST, root.context.span_id)
    assert (end.attributes or {})[names.ERROR_TYPE] == "run_lost"
    assert end.status.status_code is StatusCode.ERROR
