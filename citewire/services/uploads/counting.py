"""What is counted of the ingestion of a job, as it goes on: also of a turn that is cut short."""

from citewire.services.ingest.outcome import FileOutcome, Progress
from citewire.services.telemetry.metrics import Metrics
from citewire.services.uploads.job import Job


class CountedIngestion:
    """One turn of a job.

    Args:
        metrics: to count in.
        job: is told of the progress, too.
    """

    def __init__(self, metrics: Metrics, job: Job) -> None:
        self._metrics = metrics
        self._job = job
        self._written = self._pages = self._reused = 0
        self._seconds = dict.fromkeys(("read", "embed", "write"), 0.0)

    def follow(self, progress: Progress) -> None:
        """Count what came since the last time, and tell the job."""
        metrics = self._metrics
        outcome = progress.last
        if outcome is not None and self._is_news(outcome):
            metrics.ingested_documents.labels(outcome.status).inc()
        metrics.ingested_passages.inc(progress.written - self._written)
        metrics.ingested_pages.inc(progress.pages - self._pages)
        self._written, self._pages = progress.written, progress.pages
        metrics.reused_vectors.inc(progress.reused - self._reused)
        self._reused = progress.reused
        stages = progress.stages
        for stage, before in self._seconds.items():
            self._seconds[stage] = now = getattr(stages, stage)
            metrics.ingest_s.labels(stage).inc(now - before)
        self._job.follow(progress)

    def _is_news(self, outcome: FileOutcome) -> bool:
        """Whether something was done; those that failed in an earlier turn are told again."""
        return outcome.status != "unchanged" and outcome.path not in self._job.failed
