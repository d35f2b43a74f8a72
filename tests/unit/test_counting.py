"""What is counted of a run, and what that costs beside telling the answer."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from llama_index.core.schema import NodeWithScore
from prometheus_client import values

from citewire.api.request_metrics import CountedRequest
from citewire.services.answers.answer import Answer
from citewire.services.answers.counting import count_lost, count_run
from citewire.services.answers.events import EndEvent, Failed, Ids, Usage
from citewire.services.citations.checking import Checker
from citewire.services.telemetry.exposition import Facts, exposed
from citewire.services.telemetry.metrics import Metrics
from citewire.services.telemetry.workers import FOLDER, clear_place, share_metrics
from citewire.storage.library.passage_node import FOUND_BY
from citewire.workflows.events import (
    AnsweredEvent,
    DeltaEvent,
    RetrievingEvent,
    SourcesEvent,
    StageEvent,
)
from citewire.workflows.evidence import Evidence
from citewire.workflows.run_context import FinishReason, Generation
from tests.doubles.corpus import QUILLMERE_2023
from tests.doubles.scraped import Scraped

IDS = Ids("run", "chat", "asked", "answered")
CHECKER = Checker(ThreadPoolExecutor(1), at_once=True)
SAID = ("Quillmere", " harbour", " counted", " 538", " ships", " in", " 2023", " [1]", ". ")


def answered(
    *parts: str,
    evidence: Evidence | None = "strong",
    ways: tuple[str, ...] = ("meaning", "words"),
    looked_again: bool = False,
    finish_reason: FinishReason = "stop",
) -> Answer:
    answer = Answer(IDS, "How many ships?", CHECKER)
    answer.take(RetrievingEvent(standalone="How many ships?"))
    if looked_again:
        answer.take(StageEvent(stage="look"))
    node = QUILLMERE_2023.to_node([1.0])
    node.metadata[FOUND_BY] = list(ways)
    nodes = [NodeWithScore(node=node, score=1.0)] if ways else []
    answer.take(SourcesEvent(nodes=nodes, evidence=evidence))
    for part in parts:
        answer.take(DeltaEvent(parts=(part,)))
    answer.take(AnsweredEvent(finish_reason=finish_reason))
    answer.finish()
    return answer


def counted(answer: Answer, end: EndEvent, generation: Generation | None = None) -> Scraped:
    metrics = Metrics()
    count_run(metrics, answer, generation or Generation(), end)
    return Scraped.from_text(exposed(metrics, Facts({}), "")[0].decode())


def test_a_finished_answer() -> None:
    answer = answered(*SAID)
    generation = Generation(prompt_tokens=900, completion_tokens=9)
    found = counted(answer, answer.done(Usage(), "model"), generation)

    assert found.by("citewire_runs_total", "end", "route", "reason") == {
        ("done", "answer", "stop"): 1
    }
    assert found.by("citewire_verdicts_total", "status").total() == len(answer.citations) == 1
    assert found.by("citewire_tokens_total", "kind") == {("prompt",): 900, ("completion",): 9}
    assert found.by("citewire_evidence_total", "level") == {("strong",): 1}
    assert found.sum("citewire_first_token_seconds_count") == 1
    assert found.sum("citewire_run_seconds_count", end="done") == 1


@pytest.mark.parametrize(
    ("ways", "how"),
    [(("meaning", "words"), "hybrid"), (("words",), "hybrid"), (("meaning",), "dense")],
)
def test_how_it_was_found(ways: tuple[str, ...], how: str) -> None:
    for looked_again, second_look in ((False, "no"), (True, "yes")):
        answer = answered(*SAID, ways=ways, looked_again=looked_again)
        found = counted(answer, answer.done(Usage(), "model"))
        labels = {"how": how, "second_look": second_look}

        assert found.sum("citewire_retrieval_seconds_count", **labels) == 1


def test_a_declined_question() -> None:
    answer = answered("Nothing.", evidence="none", ways=(), finish_reason="no_evidence")
    found = counted(answer, answer.done(Usage(), "model"))

    assert found.sum("citewire_runs_total", end="done", reason="no_evidence") == 1
    assert found.sum("citewire_evidence_total", level="none") == 1
    assert found.sum("citewire_retrieval_seconds_count", how="nothing") == 1


def test_a_stopped_and_a_failed_run() -> None:
    answer = answered(*SAID)
    stopped = counted(answer, answer.stopped("user", Usage(9, 5, tokens_after_stop=3)))
    end = Failed("model_busy", "", True, "", False, *("",) * 4)

    assert stopped.sum("citewire_runs_total", end="stopped", reason="user") == 1
    assert stopped.sum("citewire_tokens_total", kind="after_stop") == 3
    assert counted(answer, end).sum("citewire_runs_total", reason="model_busy") == 1


def test_numbers_of_no_source_are_counted_one_by_one() -> None:
    said = "It counted 7,777 ships and 8,888 boats in 2023 [1]."
    answer = answered(*(f"{word} " for word in said.split()))
    found = counted(answer, answer.done(Usage(), "model"))
    warned = [one.code for one in answer.warnings]

    assert found.sum("citewire_untraced_numbers_total") == warned.count("unsupported_number")
    assert found.sum("citewire_warnings_total", code="unsupported_number") > 0


def test_who_takes_a_place_counts_on_and_gauges_die(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, "")
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)

    def worker(place: int) -> Metrics:
        clear_place(tmp_path, place)
        share_metrics(tmp_path, place)
        return Metrics()

    first, second = worker(0), worker(1)
    for metrics in (first, second):
        count_lost(metrics, "run_lost")
        metrics.open_streams.inc()
    again = worker(0)
    count_lost(again, "run_lost")
    found = Scraped.from_text(exposed(again, Facts({}), "")[0].decode())

    assert found.sum("citewire_runs_total", reason="run_lost") == 3
    assert found.sum("citewire_open_streams") == 1
    assert {path.name[-5:] for path in tmp_path.iterdir()} == {"_0.db", "_1.db"}


def test_counting_costs_little_beside_telling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, for a run of 300 tokens with files to count in: below a tenth of its telling."""
    monkeypatch.setenv(FOLDER, os.environ.get(FOLDER, ""))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    share_metrics(tmp_path, 0)
    metrics = Metrics()
    answer = answered(*SAID)
    end = answer.done(Usage(), "model")
    scope = {"method": "POST", "path": "/chat_stream"}
    head = {"headers": [(b"content-type", b"text/event-stream")]}

    def count() -> None:
        request = CountedRequest(metrics)
        request.begin(scope, head, 0.01)
        count_run(metrics, answer, Generation(), end)
        request.end(scope, 200, None)

    def tell() -> None:
        told = answered()
        for number in range(300):
            for event in told.take(DeltaEvent(parts=(f" word{number}",))):
                orjson.dumps(event)

    assert _quickest(count) < 0.1 * _quickest(tell)


def _quickest(work: Callable[[], None]) -> float:
    took = []
    for _ in range(30):
        began = time.thread_time()
        work()
        took.append(time.thread_time() - began)
    return min(took)
