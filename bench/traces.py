"""What traces cost: a span site that is off, whole answers with traces off and on, and the loop.

`python -m bench.traces` prints ratios of CPU time. What is off is compared with no site at all.
Answers are those of one process on extracts, without a server: nothing of the time is a socket's.
"""

import asyncio
import gc
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, aclosing
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from rich.console import Console

from citewire.scripts.demo import samples_folder
from citewire.scripts.ingest import ingest_into_library
from citewire.services.assembly.chat import open_chat
from citewire.services.assembly.library import open_library
from citewire.settings import load_settings
from citewire.storage.keys import DEFAULT_OWNER
from citewire.tracing import names, spans
from citewire.tracing.recording import Recording
from citewire.workflows.retriever import PassageFilter
from tests.doubles.collector import running_collector

SITES = 100_000
ANSWERS = 40
ROUNDS = 7
QUESTION = "How many tonnes of cargo did the harbour handle in 2024?"


def site_cost() -> float:
    """Seconds of CPU that one site takes while traces are off."""

    def bare() -> None:
        for _ in range(SITES):
            pass

    def sites() -> None:
        for _ in range(SITES):
            with spans.span(names.RETRIEVAL) as traced:
                traced.note(names.PASSAGES, 1)

    return (_least(sites) - _least(bare)) / SITES


def _least(work: Callable[[], None]) -> float:
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


async def main() -> None:
    """Measure and print."""
    cost = site_cost()
    print(f"a site that is off: {cost * 1e9:.0f} ns of CPU ({SITES:,} sites)")
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            answers="extractive", embeddings="local", data_dir=Path(folder), namespace="bench"
        )
        await ingest_into_library(settings, [samples_folder()], Console(quiet=True))
        async with open_library(settings) as library, open_chat(library) as chat:

            async def answer() -> None:
                admitted = chat.service.admitted(
                    QUESTION,
                    owner=DEFAULT_OWNER,
                    chat_id=None,
                    filter=PassageFilter(DEFAULT_OWNER),
                    turns=(),
                )
                async with admitted as run, aclosing(chat.service.stream(run)) as batches:
                    async for _ in batches:
                        pass

            await compare(answer, cost)


async def compare(answer: Callable[[], Awaitable[None]], cost: float) -> None:
    """Answers by turns with traces off and on: other work of the machine meets both."""
    off, on = [], []
    for _ in range(5):
        await answer()
    with ExitStack() as stack:
        collector = stack.enter_context(running_collector())
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider = TracerProvider(shutdown_on_exit=False)
        exporter = OTLPSpanExporter(f"{collector.url}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
        stack.callback(provider.shutdown)
        recording = Recording(provider.get_tracer("bench"), captures=False)
        gc.collect()
        gc.freeze()
        for _ in range(ANSWERS):
            spans.turn_on(None)
            off.append(await _cpu(answer))
            spans.turn_on(recording)
            on.append(await _cpu(answer))
        spans.turn_on(None)
        provider.force_flush()
        count = len(collector.spans) / ANSWERS
    ms = statistics.median(off) * 1000
    ratio = statistics.median(on) / statistics.median(off)
    print(f"an answer: {ms:.2f} ms of CPU off, x{ratio:.3f} on ({count:.0f} spans each)")
    print(f"its sites while they are off: {count * cost / statistics.median(off):.3%} of it")


async def _cpu(work: Callable[[], Awaitable[None]]) -> float:
    """Seconds of CPU of this thread, in which the loop runs."""
    before = _used()
    await work()
    return _used() - before


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    asyncio.run(main())
