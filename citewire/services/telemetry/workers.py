"""Metrics of several workers as those of one server: each worker's values in files of one folder.

The files belong to a place among the workers, not to a process: who takes the place of a worker
that died goes on counting where that one was, so that no counter is lost or goes backwards, and
files do not pile up. Gauges of the moment die with their worker.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the library looks for the folder."""


@contextmanager
def open_shared_folder() -> Iterator[Path]:
    """A new folder for the metrics of workers that this process starts; gone when it ends."""
    with TemporaryDirectory(prefix="citewire-metrics-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def share_metrics(folder: Path, place: int) -> None:
    """Let all metrics that this process makes from now on be those of a place among the workers."""
    os.environ[FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]


def clear_place(folder: Path, place: int) -> None:
    """Forget what was true only while the worker of a place lived."""
    mark_process_dead(place, str(folder))  # type: ignore[no-untyped-call]


def gathered(own: CollectorRegistry) -> CollectorRegistry:
    """The metrics of all workers; those of this process where it shares them with none."""
    folder = os.environ.get(FOLDER)
    if folder is None or not getattr(values.ValueClass, "_multiprocess", False):
        return own
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return registry
