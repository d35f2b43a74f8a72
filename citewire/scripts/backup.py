"""`citewire backup` and `citewire restore`: a namespace into one file, and back."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bars

from citewire.errors import ConfigurationError
from citewire.scripts.plain_text import harmless
from citewire.services.assembly.backup import restore_backup, save_backup
from citewire.services.backup.archive import ArchiveWriter, compressing, writing_archive
from citewire.services.backup.format import Manifest
from citewire.services.backup.reading import check_archive, spool
from citewire.services.backup.saving import OnStage
from citewire.settings import Settings

PIPE = Path("-")


def backup(settings: Settings, path: Path) -> int:
    """Write all of the namespace into a file, or to standard output for `-`.

    Raises:
        ConfigurationError: there is something of that name, or a terminal would get it.
        CitewireError, OSError: it cannot be made; no file is left.
    """
    console = Console(stderr=path == PIPE, highlight=False)
    with _writing(path) as writer, _showing(console) as on_stage:
        manifest = asyncio.run(save_backup(settings, writer, on_stage))
    console.print(
        f"backed up the namespace {settings.storage.namespace} as of {manifest.instant}: "
        f"{_told(manifest)}",
        soft_wrap=True,
    )
    if manifest.missing:
        console.print(
            f"{len(manifest.missing)} uploaded files of documents are missing, for they were not "
            "there:",
            soft_wrap=True,
        )
        for name in manifest.missing[:20]:
            console.print(f"  {harmless(name)}", markup=False, soft_wrap=True)
    return 0


def restore(settings: Settings, path: Path) -> int:
    """Make the namespace of the settings of a backup, read from standard input for `-`.

    Raises:
        BackupError: it is no whole backup; nothing was changed.
        NotEmpty: the place is not empty; nothing was changed.
        CitewireError, OSError: it could not be finished; run it again.
    """
    console = Console(highlight=False)
    with _file(settings, path) as file, _showing(console) as on_stage:
        about, manifest = check_archive(file, lambda size: on_stage("checking, MB", size >> 20))
        asyncio.run(restore_backup(settings, file, about, manifest, on_stage))
    console.print(
        f"restored the namespace {about.namespace} as {settings.storage.namespace}, as of "
        f"{manifest.instant}: {_told(manifest)}\n"
        "API keys and memberships are as they were then: see `citewire admin keys` and "
        "`citewire admin collections`",
        soft_wrap=True,
    )
    return 0


def _told(manifest: Manifest) -> str:
    names = "documents", "passages", "chats", "files"
    counts: Mapping[str, int] = manifest.counts
    return ", ".join(f"{counts.get(name, 0)} {name}" for name in names)


@contextmanager
def _writing(path: Path) -> Iterator[ArchiveWriter]:
    if path != PIPE:
        with writing_archive(path) as writer:
            yield writer
        return
    if sys.stdout.isatty():
        raise ConfigurationError("a terminal cannot take a backup: name a file, or use a pipe")
    try:
        with compressing(sys.stdout.buffer) as writer:
            yield writer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Said of no other command: what `head` has of a list is a part of it, of a backup nothing.
        print("citewire: the reader of this backup is gone: it is not whole", file=sys.stderr)
        raise


@contextmanager
def _file(settings: Settings, path: Path) -> Iterator[Path]:
    if path != PIPE:
        yield path
        return
    settings.storage.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.storage.data_dir) as folder:
        spool(sys.stdin.buffer, Path(folder, "backup"))
        yield Path(folder, "backup")


@contextmanager
def _showing(console: Console) -> Iterator[OnStage]:
    """Bars in a terminal; elsewhere nothing is shown."""
    if not console.is_terminal:
        yield lambda _, __: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        stages = {}

        def show(stage: str, done: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=None)
            bars.update(stages[stage], completed=done)

        yield show
