"""Sending spans, with one line in the log when it begins to fail and one when it works again."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

logger = logging.getLogger(__name__)

LONGEST_REASON = 300
_CHATTY = ("opentelemetry.exporter", "opentelemetry.sdk")


class Said(logging.Handler):
    """What the SDK said first since it was last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._first = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, if it is the first."""
        self._first = self._first or record.getMessage()[:LONGEST_REASON]

    def take(self) -> str:
        """What it was; empty if it said nothing."""
        first, self._first = self._first, ""
        return first


@contextmanager
def keeping_back(said: Said) -> Iterator[None]:
    """Let the SDK's log lines go to `said` instead of the log."""
    chatty = [logging.getLogger(name) for name in _CHATTY]
    for one in chatty:
        one.addHandler(said)
        one.propagate = False
    try:
        yield
    finally:
        for one in chatty:
            one.removeHandler(said)
            one.propagate = True


class TellingExporter(SpanExporter):
    """Sends by another exporter, and tells of what goes wrong.

    Args:
        inner: sends.
        said: what it says meanwhile.
        place: where it sends to, as the log may name it.
    """

    def __init__(self, inner: SpanExporter, said: Said, place: str) -> None:
        self._inner = inner
        self._said = said
        self._place = place
        self.trouble = ""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send; called in a thread of the SDK's own."""
        try:
            result = self._inner.export(spans)
        except Exception as error:
            # Whatever it is: the next ones may go.
            result = SpanExportResult.FAILURE
            self._said.take()
            self._note(repr(error)[:LONGEST_REASON])
            return result
        said = self._said.take()
        is_sent = result is SpanExportResult.SUCCESS
        self._note("" if is_sent else said or "no reason is known")
        return result

    def _note(self, trouble: str) -> None:
        if trouble and not self.trouble:
            logger.warning("traces do not reach %s, and some are lost: %s", self._place, trouble)
        elif self.trouble and not trouble:
            logger.warning("traces reach %s again", self._place)
        self.trouble = trouble

    def shutdown(self) -> None:
        """End it."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits in it."""
        return self._inner.force_flush(timeout_millis)
