"""All metrics of a server: their names, what their labels may be, and what they count.

No label takes what comes from outside as it is: each value is of a closed list (ends, codes, routes
of the table, results), so that nobody can make series by asking. Nothing here is done per token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

PREFIX = "citewire_"

FIRST_TOKEN_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60)
WHOLE_RUN_S = (0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
RETRIEVAL_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REDIS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
RESPONSE_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
PROVIDER_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120)
LAG_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


@dataclass(frozen=True, slots=True)
class Described:
    """A metric as the documentation has it.

    Args:
        name: as it is scraped; of a histogram without `_bucket`, `_sum` and `_count`.
        kind: `counter`, `gauge` or `histogram`.
        labels: their names.
        says: what it counts.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    says: str


FACTS: Final[tuple[Described, ...]] = tuple(
    Described(PREFIX + name, "gauge", labels, says)
    for name, labels, says in (
        ("build_info", ("version", "python"), "Always 1; the labels say what runs."),
        ("worker_processes_wanted", (), "Workers that this server is to have."),
        ("run_places", (), "Answers that all workers of this server can write."),
        ("redis_up", (), "1 if Redis answered this scrape within a second, else 0."),
        ("passages", (), "Passages in the index, of all owners; the same on every machine."),
        (
            "index_failures",
            (),
            "Passages that Redis holds and cannot find; the same on every machine.",
        ),
    )
)
"""What is looked up when somebody scrapes."""


class Metrics:
    """The metrics of one process; where workers share a folder, each has its own values in it.

    Every argument of a label is from a closed list.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.described: list[Described] = [*FACTS]
        self._answers()
        self._serving()
        self._ingestion()
        self._machinery()
        self._begin()

    def _answers(self) -> None:
        self.runs = self._counter(
            "runs",
            "Questions that ended: as `done`, `stopped` or `error`. `reason` is the finish "
            "reason, by what it was stopped, or the code of the error; `route` is `answer` where "
            "reports were asked. `no_evidence` is an answer that was declined.",
            ("end", "route", "reason"),
        )
        self.first_token_s = self._histogram(
            "first_token_seconds",
            "From the run's beginning to the first text of its answer.",
            FIRST_TOKEN_S,
        )
        self.run_s = self._histogram(
            "run_seconds",
            "From the run's beginning to its end, verdicts included.",
            WHOLE_RUN_S,
            ("end",),
        )
        self.tokens = self._counter(
            "tokens",
            "Tokens of the models that answer: `prompt`, `completion`, and of the latter what came "
            "`after_stop`, which nobody saw.",
            ("kind",),
        )
        self.retrieval_s = self._histogram(
            "retrieval_seconds",
            "From the beginning of retrieval to the sources. `how`: `hybrid` where words found "
            "any of them, else `dense`; `nothing` was found. `second_look` is `yes` where it was "
            "looked again.",
            RETRIEVAL_S,
            ("how", "second_look"),
        )
        self.evidence = self._counter(
            "evidence",
            "Questions to reports by how strong the evidence was: `strong`, `weak`, `none`.",
            ("level",),
        )
        self.verdicts = self._counter(
            "verdicts",
            "Citations of answers that ended, by what checking says of them (`supported`, "
            "`partial`, `unsupported`, `unchecked`) and by what decided it.",
            ("status", "method"),
        )
        self.untraced_numbers = self._counter(
            "untraced_numbers", "Numbers of answers that none of the sources they cite has."
        )
        self.warnings = self._counter(
            "warnings", "Warnings of answers, by the code of the contract.", ("code",)
        )

    def _serving(self) -> None:
        self.requests = self._counter(
            "http_requests",
            "Requests answered, by the route's template (`none`: no route, or refused before "
            "one was looked for) and status (`none`: the client was gone before).",
            ("method", "route", "status"),
        )
        self.response_s = self._histogram(
            "http_response_seconds",
            "From a request to the head of its answer, also where a stream follows.",
            RESPONSE_S,
            ("route",),
        )
        self.problems = self._counter(
            "http_problems",
            "Requests refused or failed, by code: `too_many_requests` and `too_many_tokens` are "
            "those of who has spent all that is allowed.",
            ("code",),
        )
        self.open_requests = self._gauge("open_requests", "Requests being answered now.")
        self.open_streams = self._gauge("open_streams", "Event streams open now.")
        self.runs_under_way = self._gauge("runs_under_way", "Answers being written now.")
        self.workers = self._gauge("worker_processes", "Workers that serve now.")
        self.worker_starts = self._counter(
            "worker_starts", "Workers started, also those in place of one that died."
        )
        self.lag_s = self._histogram(
            "loop_lag_seconds",
            "How late the event loop of a worker wakes, looked at each second.",
            LAG_S,
        )

    def _ingestion(self) -> None:
        self.ingest_jobs = self._gauge(
            "ingest_jobs", "Uploads now, `waiting` for their turn or being ingested.", ("state",)
        )
        self.ingested_documents = self._counter(
            "ingested_documents",
            "Files of uploads by what became of them; one that `failed` is tried again by the next "
            "upload to its folder.",
            ("status",),
        )
        self.ingested_passages = self._counter("ingested_passages", "Passages written by uploads.")
        self.reused_vectors = self._counter(
            "reused_vectors",
            "Passages of uploads whose vectors were not made again: the same text was embedded "
            "before, where the uploader may read it.",
        )
        self.ingested_pages = self._counter("ingested_pages", "Pages read of uploads.")
        self.ingest_s = self._counter(
            "ingest_seconds",
            "Seconds in which a file of an upload was being read, or passages of it embedded or "
            "written, by stage: `read`, `embed`, `write`. They go on at the same time.",
            ("stage",),
        )

    def _machinery(self) -> None:
        self.redis_s = self._histogram(
            "redis_seconds",
            "How long a connection to Redis was taken for: a command, or several sent together.",
            REDIS_S,
        )
        self.redis_errors = self._counter(
            "redis_errors",
            "`connection`: lost or refused; `timeout`: no answer; `pool`: all were taken; "
            "`refused`: Redis is full, loads its data, is read-only or denies it.",
            ("kind",),
        )
        self.redis_connections = self._gauge(
            "redis_connections", "Connections to Redis taken now, looked at each second."
        )
        self.provider_calls = self._counter(
            "provider_calls",
            "Calls to the provider of models, retries not counted. `result`: `ok`, the code of "
            "the error, or `left` by who asked.",
            ("kind", "result"),
        )
        self.provider_s = self._histogram(
            "provider_seconds",
            "From asking the provider, retries included, to its answer; of a stream, to its "
            "first text.",
            PROVIDER_S,
            ("kind",),
        )
        self.provider_retries = self._counter(
            "provider_retries", "Times that the provider was asked again.", ("kind",)
        )
        self.suggestions = self._counter(
            "suggestions",
            "Times that a model was to suggest questions of a collection: `ok`; `none` that it "
            "gave is answered; `spent`: the owner may ask no model; `too_soon`: it was asked a "
            "moment ago; `timeout`, `internal`, or the code of the error.",
            ("result",),
        )

    def _begin(self) -> None:
        """Let series that alerts look at be there before something happens."""
        for end, reason in (("done", "stop"), ("done", "no_evidence"), ("stopped", "user")):
            self.runs.labels(end, "answer", reason)
        for level in ("strong", "weak", "none"):
            self.evidence.labels(level)
        for status in ("supported", "partial", "unsupported"):
            for method in ("cell", "numbers", "words", "similarity"):
                self.verdicts.labels(status, method)
        self.verdicts.labels("unchecked", "quoted")
        for kind in ("prompt", "completion", "after_stop"):
            self.tokens.labels(kind)
        for kind in ("connection", "timeout", "pool", "refused"):
            self.redis_errors.labels(kind)
        for state in ("waiting", "running"):
            self.ingest_jobs.labels(state)

    def _counter(self, name: str, says: str, labels: Sequence[str] = ()) -> Counter:
        self._describe(f"{name}_total", "counter", says, labels)
        return Counter(PREFIX + name, says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str, labels: Sequence[str] = ()) -> Gauge:
        self._describe(name, "gauge", says, labels)
        return Gauge(
            PREFIX + name, says, labels, registry=self.registry, multiprocess_mode="livesum"
        )

    def _histogram(
        self, name: str, says: str, buckets: Sequence[float], labels: Sequence[str] = ()
    ) -> Histogram:
        self._describe(name, "histogram", says, labels)
        return Histogram(PREFIX + name, says, labels, registry=self.registry, buckets=buckets)

    def _describe(self, name: str, kind: str, says: str, labels: Sequence[str]) -> None:
        self.described.append(Described(PREFIX + name, kind, tuple(labels), says))


def described() -> list[Described]:
    """Every metric there is, in the order of the documentation."""
    return Metrics().described
