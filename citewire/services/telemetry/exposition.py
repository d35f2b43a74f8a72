"""The metrics as they are scraped: as text, or as OpenMetrics where that is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from citewire.services.telemetry.metrics import FACTS, Metrics
from citewire.services.telemetry.workers import gathered

LabelValues = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts(Collector):
    """What was looked up for one scrape, by name and labels; what is not known is left out."""

    found: Mapping[str, Mapping[LabelValues, float]]

    def collect(self) -> Iterator[Metric]:
        """The facts as metrics."""
        for fact in FACTS:
            if fact.name in self.found:
                family = GaugeMetricFamily(fact.name, fact.says, labels=fact.labels)
                for labels, value in self.found[fact.name].items():
                    family.add_metric(labels, value)
                yield family


class _Both(Collector):
    """The metrics of all workers, then the facts."""

    def __init__(self, counted: CollectorRegistry, facts: Facts) -> None:
        self._parts: tuple[Collector, ...] = (counted, facts)

    def collect(self) -> Iterator[Metric]:
        for part in self._parts:
            yield from part.collect()


def exposed(metrics: Metrics, facts: Facts, accept: str) -> tuple[bytes, str]:
    """Give what is scraped, and its media type; it reads files, so it is called in a thread.

    Args:
        metrics: of this process.
        facts: looked up for this scrape.
        accept: the header: `application/openmetrics-text`, or anything else for plain text.
    """
    both = _Both(gathered(metrics.registry), facts)
    # By the header's one word alone: the library's own choice repeats what a client wrote in it.
    if "application/openmetrics-text" in accept:
        text: bytes = openmetrics.generate_latest(both)  # type: ignore[no-untyped-call]
        return text, openmetrics.CONTENT_TYPE_LATEST
    return generate_latest(both), CONTENT_TYPE_PLAIN_0_0_4
