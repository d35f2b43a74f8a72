"""`citewire ingest --watch`: ingests folders, then follows them until it is stopped."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.text import Text

from citewire.errors import CitewireError, ConfigurationError, ModelKeyRefused
from citewire.scripts.ingest import print_summary, showing_progress
from citewire.scripts.ingest_audit import audited
from citewire.scripts.ingest_report import check_report, write_report
from citewire.scripts.plain_text import harmless
from citewire.services.assembly.documents import all_libraries, open_documents, open_indexing
from citewire.services.ingest.folders import find_root
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.ingest.pipeline import check_embedding, ingest_folders
from citewire.services.ingest.reuse import PassageIndexing
from citewire.services.ingest.run import IngestOptions, OnChange
from citewire.services.ingest.watching import changes_in
from citewire.settings import Settings
from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.library.documents import DocumentStore
from citewire.tracing.export import exporting_traces

RETRY_S = 15.0


def watch(
    settings: Settings,
    folders: Sequence[Path],
    *,
    owner: str = DEFAULT_OWNER,
    options: IngestOptions = IngestOptions(),  # noqa: B008  (frozen)
    report: Path | None = None,
) -> int:
    """Ingest `folders` now and after each change, printing what is news; ends by Ctrl-C.

    Args:
        settings: models, Redis, limits.
        folders: to be ingested.
        owner: whose they are.
        options: how.
        report: file that is written after each run with what became of each file, as JSON.

    Raises:
        ConfigurationError: the report cannot be written there.
    """
    check_report(report)
    console = Console(highlight=False)
    with exporting_traces():
        asyncio.run(_watch(settings, folders, console, options, report, owner=owner))
    return 0


async def _watch(
    settings: Settings,
    folders: Sequence[Path],
    console: Console,
    options: IngestOptions,
    report: Path | None,
    *,
    owner: str,
) -> None:
    # The first run tells of what is missing or wrong: that is not waited for to go away.
    is_first = True
    missing: tuple[tuple[str, str], ...] = ()
    async with (
        open_watcher(settings, folders, console, owner, options) as watcher,
        aclosing(changes_in(watcher.roots())) as changes,
    ):
        async for _ in changes:
            summary = await watcher.ingest(is_patient=not is_first)
            is_news = any(file.status != "unchanged" for file in summary.files)
            is_news = is_news or summary.missing != missing
            missing = summary.missing
            if is_first or is_news or summary.folders:
                print_summary(summary, console)
            if report is not None:
                await asyncio.to_thread(write_report, summary, report)
            if is_first:
                console.print("watching for changes; Ctrl-C ends")
            is_first = False


@dataclass(slots=True)
class Watcher:
    """Ingests the same folders again and again; use `open_watcher`."""

    settings: Settings
    folders: Sequence[Path]
    console: Console
    options: IngestOptions
    documents: DocumentStore
    on_change: OnChange
    stack: AsyncExitStack
    indexing: PassageIndexing | None = None

    def roots(self) -> list[Path]:
        """The folders; CitewireError if one does not exist."""
        for folder in self.folders:
            find_root(folder)
        # Not resolved: a link may come to lead to another folder.
        return [folder.expanduser().absolute() for folder in self.folders]

    async def ingest(self, *, is_patient: bool) -> IngestSummary:
        """Ingest the folders; if patient, what may pass by itself is waited for."""
        while True:
            try:
                with showing_progress(self.console) as on_progress:
                    return await ingest_folders(
                        self.folders,
                        documents=self.documents,
                        open_indexing=self._open_indexing,
                        settings=self.settings,
                        on_progress=on_progress,
                        options=self.options,
                        on_change=self.on_change,
                        readable=partial(all_libraries, self.documents),
                    )
            except (ConfigurationError, ModelKeyRefused):
                raise
            except CitewireError as error:
                if not is_patient:
                    raise
                line = harmless(f"{error}; trying again in {RETRY_S:g} s")
                self.console.print(Text(line, style="red"), soft_wrap=True)
                await asyncio.sleep(RETRY_S)

    @asynccontextmanager
    async def _open_indexing(self) -> AsyncGenerator[PassageIndexing, None]:
        """The embedding model, loaded when the first file is new, and kept."""
        if self.indexing is None:
            opened = open_indexing(self.settings, self.documents)
            self.indexing = await self.stack.enter_async_context(opened)
        yield self.indexing


@asynccontextmanager
async def open_watcher(
    settings: Settings,
    folders: Sequence[Path],
    console: Console,
    owner: str,
    options: IngestOptions,
) -> AsyncGenerator[Watcher, None]:
    """A watcher with the Redis of `settings`, which stays open for the block."""
    async with open_documents(settings, owner) as documents, AsyncExitStack() as stack:
        await check_embedding(documents, settings.models)
        async with audited(settings, documents) as on_change:
            yield Watcher(settings, folders, console, options, documents, on_change, stack)
