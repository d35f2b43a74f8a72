"""What the `citewire` command logs: lines of text, or of JSON for programs."""

import logging
from datetime import UTC, datetime
from typing import Literal

import orjson

from citewire.tracing.spans import current_ids


class TextFormatter(logging.Formatter):
    """A line, with the facts that it comes with as `name=value`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        """The line, without what follows it of an exception."""
        facts = (f" {name}={value}" for name, value in _facts(record).items())
        return super().formatMessage(record) + "".join(facts)


class JsonFormatter(logging.Formatter):
    """An object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, an exception included."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configure_logging(level: str, form: Literal["text", "json"] = "text") -> None:
    """Log to standard error from `level` on; libraries only from warnings on.

    Called after the imports, because redisvl replaces the root handler when it is imported, and
    then logs each query with all its results.
    """
    logging.basicConfig(level=level.upper(), force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    for chatty in ("llama_index", "redisvl", "httpx", "mcp", "watchfiles"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _facts(record: logging.LogRecord) -> dict[str, object]:
    """What a line comes with, as `extra={"facts": …}`, and the request and trace it is about."""
    trace_id, span_id = current_ids() or (None, None)
    about = {"request_id": getattr(record, "request_id", None)}
    given = {**about, "trace_id": trace_id, "span_id": span_id, **getattr(record, "facts", {})}
    return {name: value for name, value in given.items() if value is not None}
