"""`citewire ingest`: reads folders, shows how far it is, prints what became of each file."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from citewire.services import ingest as service
from citewire.services.ingest import IngestSummary
from citewire.services.library import open_library
from citewire.settings import Settings

OnProgress = Callable[[service.Progress], None]


def ingest(settings: Settings, folders: Sequence[Path]) -> int:
    """Ingest `folders` and print a summary; gives 1 if a file failed, else 0."""
    console = Console(highlight=False)
    summary = asyncio.run(ingest_into_library(settings, folders, console))
    print_summary(summary, console)
    return 1 if summary.count("failed") else 0


async def ingest_into_library(
    settings: Settings, folders: Sequence[Path], console: Console
) -> IngestSummary:
    """Ingest `folders` with the models and Redis of `settings`, showing progress."""
    async with open_library(settings) as library:
        with showing_progress(console) as on_progress:
            return await service.ingest_folders(
                folders,
                store=library.store,
                documents=library.documents,
                embed_model=library.models.embeddings.model,
                settings=settings,
                on_progress=on_progress,
            )


@contextmanager
def showing_progress(console: Console) -> Iterator[OnProgress]:
    """A bar in a terminal; elsewhere one line for each file."""
    if not console.is_terminal:
        yield lambda progress: _print_line(progress, console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
        files = bars.add_task("reports", total=None)
        passages = bars.add_task("", total=None)

        def show(progress: service.Progress) -> None:
            bars.update(files, completed=progress.files_done, total=progress.files)
            bars.update(
                passages,
                description=f"{progress.stage} {_shortened(progress.path)}",
                completed=progress.passages_done,
                total=progress.passages or None,
            )

        yield show


def print_summary(summary: IngestSummary, console: Console) -> None:
    """The files that failed with their reasons, then the totals."""
    for outcome in summary.files:
        if outcome.status == "failed":
            console.print(Text(f"failed: {outcome.path}: {outcome.reason}", style="red"))
    table = Table(show_header=True, header_style="bold")
    for name in ("new", "unchanged", "failed", "pages", "passages", "seconds"):
        table.add_column(name, justify="right")
    table.add_row(
        *(str(summary.count(status)) for status in ("new", "unchanged", "failed")),
        str(summary.pages),
        str(summary.passages),
        f"{summary.seconds:.1f}",
    )
    console.print(table)


def _print_line(progress: service.Progress, console: Console) -> None:
    if progress.stage == "done":
        line = f"[{progress.files_done}/{progress.files}] {progress.path}"
        console.print(Text(f"{line}: {progress.passages} passages"), soft_wrap=True)


def _shortened(path: str, width: int = 40) -> str:
    return path if len(path) <= width else f"…{path[1 - width :]}"
