"""`citewire ingest`: reads folders, shows how far it is, prints what became of each file."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from citewire.scripts.ingest_audit import audited
from citewire.scripts.ingest_report import check_report, write_report
from citewire.scripts.plain_text import harmless_name
from citewire.services.assembly.documents import all_libraries, open_documents, open_indexing
from citewire.services.ingest.outcome import STATUSES, FileOutcome, IngestSummary, Progress
from citewire.services.ingest.pipeline import check_embedding, ingest_folders
from citewire.services.ingest.run import IngestOptions
from citewire.services.ingest.skipped import SkippedFiles
from citewire.services.reading.formats import SUFFIXES
from citewire.settings import Settings
from citewire.storage.keys import DEFAULT_OWNER
from citewire.tracing.export import exporting_traces

OnProgress = Callable[[Progress], None]

MOST_PRINTED = 20
"""Files that are named where others are counted."""


def ingest(
    settings: Settings,
    folders: Sequence[Path],
    *,
    owner: str = DEFAULT_OWNER,
    options: IngestOptions = IngestOptions(),  # noqa: B008  (frozen)
    report: Path | None = None,
) -> int:
    """Ingest `folders` and print a summary; gives 1 if a file or a folder failed, else 0.

    Args:
        settings: models, Redis, limits.
        folders: to be ingested.
        owner: whose they are.
        options: how.
        report: file that is written with what became of each file, as JSON.

    Raises:
        ConfigurationError: the report cannot be written there.
    """
    check_report(report)
    console = Console(highlight=False)
    ingesting = ingest_into_library(settings, folders, console, owner=owner, options=options)
    with exporting_traces():
        summary = asyncio.run(ingesting)
    print_summary(summary, console)
    if report is not None:
        write_report(summary, report)
    return 1 if summary.count("failed") or summary.folders else 0


async def ingest_into_library(
    settings: Settings,
    folders: Sequence[Path],
    console: Console,
    *,
    owner: str = DEFAULT_OWNER,
    options: IngestOptions = IngestOptions(),  # noqa: B008  (frozen)
) -> IngestSummary:
    """Ingest `folders` with the models and Redis of `settings`, showing progress.

    Raises:
        IndexMismatch: what is ingested already was embedded with another model.
    """
    async with open_documents(settings, owner) as documents:
        await check_embedding(documents, settings.models)
        async with audited(settings, documents) as on_change:
            with showing_progress(console) as on_progress:
                return await ingest_folders(
                    folders,
                    documents=documents,
                    open_indexing=partial(open_indexing, settings, documents),
                    settings=settings,
                    on_progress=on_progress,
                    options=options,
                    on_change=on_change,
                    readable=partial(all_libraries, documents),
                )


@contextmanager
def showing_progress(console: Console) -> Iterator[OnProgress]:
    """Bars with rate and time left in a terminal, and one line for each file with news."""
    if not console.is_terminal:
        yield lambda progress: _print_line(progress, console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        # One that has nothing to do, as all but the first of a run without news, does not show.
        stages = {
            name: bars.add_task(name, total=None, visible=False)
            for name in ("comparing", "reading", "ocr, pages", "embedding", "writing")
        }
        totals: dict[str, int] = {}

        def show(progress: Progress) -> None:
            for name, completed, total in stages_of(progress):
                # A total that shrinks looks like work that is lost.
                totals[name] = max(totals.get(name, 0), completed, total)
                is_begun = bool(completed or total)
                known = totals[name] if total else None
                bars.update(stages[name], completed=completed, total=known, visible=is_begun)
            _print_line(progress, bars.console)

        yield show


def stages_of(progress: Progress) -> list[tuple[str, int, int]]:
    """Each stage with how much of it is done, and how much there is; 0 where nothing tells yet."""
    is_compared = bool(progress.files) and progress.compared == progress.files
    is_read = is_compared and progress.read == progress.to_read
    # While files are read nobody knows what they hold: a guess would go up and down.
    passages = progress.passages if is_read else 0
    return [
        ("comparing", progress.compared, progress.files),
        ("reading", progress.read, progress.to_read if is_compared else 0),
        ("ocr, pages", progress.ocr, 0),
        ("embedding", progress.embedded, passages),
        ("writing", progress.written, passages),
    ]


class RateColumn(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        """The rate of `task`, empty until it is known."""
        rate = task.finished_speed or task.speed
        return Text(f"{rate:,.{0 if rate >= 10 else 1}f}/s" if rate else "")


def print_summary(summary: IngestSummary, console: Console) -> None:
    """Files that failed or are passed over with the reasons, notes on others, then the totals."""
    for outcome in summary.files:
        _print_outcome(outcome, console, with_plan=summary.is_plan)
    for path, reason in summary.folders:
        line = harmless_name(f"folder: {path}: {reason}")
        console.print(Text(line, style="red"), soft_wrap=True)
    _print_missing(summary.missing, console)
    _print_skipped(summary.skipped, console)
    if not (summary.files or summary.folders or summary.missing):
        why = "no file is of a format that is read" if summary.skipped.count else "there is no file"
        told = f"nothing to ingest: {why} ({' '.join(SUFFIXES)})"
        console.print(Text(told, style="yellow"), soft_wrap=True)
    # Without lines: it fits into 80 columns.
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    if summary.is_plan:
        console.print("what would be done, if OCR finds text where it is needed:")
    for name in (*STATUSES, "pages", "passages", "tokens", "seconds"):
        table.add_column(name, justify="right")
    table.add_row(
        *(str(summary.count(status)) for status in STATUSES),
        str(summary.pages),
        str(summary.passages),
        str(summary.tokens),
        f"{summary.seconds:.1f}",
    )
    console.print(table)
    if told := told_of_work(summary):
        console.print(told, soft_wrap=True)


def told_of_work(summary: IngestSummary) -> str:
    """How long was read, embedded and written, and how many vectors there were; empty of no work.

    The stages go on at the same time: together they are more than the run took.
    """
    shares = summary.stages.shares
    if not shares:
        return ""
    seconds = asdict(summary.stages)
    stages = (
        f"{verb} {seconds[name]:.1f} s ({shares[name]:.0%})"
        for name, verb in (("read", "reading"), ("embed", "embedding"), ("write", "writing"))
    )
    told = f"at the same time: {', '.join(stages)}"
    if summary.reused:
        vectors = "1 vector" if summary.reused == 1 else f"{summary.reused:,} vectors"
        told += f"; {vectors} of equal passages reused"
    return told


def _print_outcome(outcome: FileOutcome, console: Console, *, with_plan: bool) -> None:
    if outcome.status == "failed":
        line = harmless_name(f"failed: {outcome.path}: {outcome.reason}")
        console.print(Text(line, style="red"), soft_wrap=True)
    elif with_plan and outcome.status != "unchanged":
        line = harmless_name(f"{outcome.status}: {outcome.path}")
        console.print(Text(line), soft_wrap=True)
    for note in outcome.notes:
        line = harmless_name(f"note: {outcome.path}: {note}")
        console.print(Text(line, style="yellow"), soft_wrap=True)


def _print_missing(missing: Sequence[tuple[str, str]], console: Console) -> None:
    """The first files that are gone and whose documents stay, and what ends that."""
    for path, reason in missing[:MOST_PRINTED]:
        line = harmless_name(f"missing: {path}: {reason}")
        console.print(Text(line, style="yellow"), soft_wrap=True)
    if missing:
        files = "1 file that was" if len(missing) == 1 else f"{len(missing):,} files that were"
        line = f"missing: {files} ingested in all; --prune takes out what is gone"
        console.print(Text(line, style="yellow"), soft_wrap=True)


def _print_skipped(skipped: SkippedFiles, console: Console) -> None:
    """The first files that are passed over, with their reasons, and how many there are."""
    for path, reason in skipped.named[:MOST_PRINTED]:
        line = harmless_name(f"skipped: {path}: {reason}")
        console.print(Text(line, style="yellow"), soft_wrap=True)
    if skipped.count:
        files = "1 file" if skipped.count == 1 else f"{skipped.count:,} files"
        line = harmless_name(f"skipped: {files} in all ({skipped.by_ending()})")
        console.print(Text(line, style="yellow"), soft_wrap=True)


def _print_line(progress: Progress, console: Console) -> None:
    _print_waiting(progress, console)
    outcome = progress.last
    if outcome is None or outcome.status == "unchanged":
        return
    line = f"[{progress.finished}/{progress.to_finish}] {outcome.status} {outcome.path}"
    if outcome.status in ("new", "changed"):
        line += f": {outcome.pages} pages, {outcome.passages} passages"
    console.print(Text(harmless_name(line)), soft_wrap=True)


def _print_waiting(progress: Progress, console: Console) -> None:
    if progress.waiting:
        console.print(Text(progress.waiting))
