"""The file that `citewire ingest --report` writes: what became of each file, as JSON."""

import json
import os
from pathlib import Path

from citewire.errors import CitewireError, ConfigurationError
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.reading.files import printable


def write_report(summary: IngestSummary, report: Path) -> None:
    """Write what became of each file to `report`, as JSON; CitewireError if that fails."""
    told = json.dumps(summary.to_json(), ensure_ascii=False, indent=2)
    try:
        report.write_text(told, "utf-8")
    except OSError as error:
        raise CitewireError(_unwritable(report, error.strerror)) from error


def check_report(report: Path | None) -> None:
    """ConfigurationError if there can be no such file: told before the work, not after it."""
    if report is None:
        return
    try:
        if report.is_dir():
            raise ConfigurationError(_unwritable(report, "it is a folder"))
        if not report.parent.is_dir():
            raise ConfigurationError(_unwritable(report, "there is no such folder"))
        is_allowed = os.access(report if report.exists() else report.parent, os.W_OK)
    except OSError as error:
        raise ConfigurationError(_unwritable(report, error.strerror)) from error
    if not is_allowed:
        raise ConfigurationError(_unwritable(report, "that is not allowed"))


def _unwritable(report: Path, why: str | None) -> str:
    return f"the report {printable(str(report))} cannot be written: {why}"
