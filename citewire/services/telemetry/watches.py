"""What counts for parts that know no metrics: for Redis, and for the provider of models."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from citewire.errors import ModelError
from citewire.services.telemetry.metrics import Metrics

RERANK: Final = "rerank"
_KINDS: Final = {"chat/completions": "chat", "embeddings": "embeddings", RERANK: RERANK}


class RedisWatch:
    """Counts how connections to Redis fare."""

    def __init__(self, metrics: Metrics) -> None:
        self._taken_s = metrics.redis_s
        self._errors = metrics.redis_errors

    def released(self, seconds: float) -> None:
        """Count that a connection was taken for so long."""
        self._taken_s.observe(seconds)

    def failed(self, kind: str) -> None:
        """Count a failure of a kind."""
        self._errors.labels(kind).inc()


class ProviderWatch:
    """Counts calls to the provider.

    Args:
        metrics: to count in; None counts nothing.
    """

    def __init__(self, metrics: Metrics | None) -> None:
        self._metrics = metrics

    @contextmanager
    def calling(self, path: str) -> Iterator[Callable[[], None]]:
        """Count the call of a path, made within the block.

        What it gives is to be called when the answer is there; of a stream, when it begins.
        """
        kind, began, result = _kind(path), perf_counter(), "left"

        def answered() -> None:
            if self._metrics is not None:
                self._metrics.provider_s.labels(kind).observe(perf_counter() - began)

        try:
            yield answered
            result = "ok"
        except ModelError as error:
            result = error.code
            raise
        finally:
            if self._metrics is not None:
                self._metrics.provider_calls.labels(kind, result).inc()

    def retried(self, path: str) -> None:
        """Count that it is asked again."""
        if self._metrics is not None:
            self._metrics.provider_retries.labels(_kind(path)).inc()


UNCOUNTED: Final = ProviderWatch(None)
"""Counts nothing."""


def _kind(path: str) -> str:
    return _KINDS.get(path, "other")
