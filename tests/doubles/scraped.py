"""The metrics of a server as Prometheus' own parser reads them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

METRICS_KEY = "key-of-the-metrics"
OPENMETRICS = "application/openmetrics-text"


@dataclass(frozen=True, slots=True)
class Scraped:
    """One scrape: every sample by its name and labels."""

    samples: Mapping[str, Mapping[tuple[tuple[str, str], ...], float]]
    kinds: Mapping[str, str]

    @classmethod
    def from_text(cls, text: str, media_type: str = "text/plain") -> "Scraped":
        parse = parse_openmetrics if media_type.startswith(OPENMETRICS) else parse_text
        samples: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
        kinds: dict[str, str] = {}
        for family in parse(text):
            kinds[family.name] = family.type
            for sample in family.samples:
                by_labels = samples.setdefault(sample.name, {})
                labels = tuple(sorted(sample.labels.items()))
                assert labels not in by_labels, f"{sample.name}{labels} is there twice"
                by_labels[labels] = sample.value
        return cls(samples, kinds)

    def sum(self, name: str, **labels: str) -> float:
        """All samples of a name with these labels, together."""
        found = self.samples.get(name, {})
        return sum(value for own, value in found.items() if set(labels.items()) <= set(own))

    def by(self, name: str, *labels: str) -> Counter[tuple[str, ...]]:
        """The samples of a name by some of their labels, without those that are 0."""
        counts: Counter[tuple[str, ...]] = Counter()
        for own, value in self.samples.get(name, {}).items():
            counts[tuple(dict(own)[label] for label in labels)] += int(value)
        return +counts

    @property
    def counters(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Every sample that may only grow."""
        return {
            (name, labels): value
            for name, by_labels in self.samples.items()
            if name.endswith(("_total", "_bucket", "_count", "_sum"))
            for labels, value in by_labels.items()
        }


def scrape(url: str, *, key: str = METRICS_KEY, accept: str = "text/plain") -> Scraped:
    """Scrape over a connection of its own, which any worker may take."""
    headers = {"Authorization": f"Bearer {key}", "Accept": accept}
    answer = httpx.get(f"{url}/metrics", headers=headers, trust_env=False, timeout=20)
    answer.raise_for_status()
    return Scraped.from_text(answer.text, answer.headers["content-type"])
