"""What becomes of the files of a run, and how far it is."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from citewire.services.ingest.skipped import SkippedFiles
from citewire.services.ingest.stages import Busy, StageSeconds

Status = Literal["new", "changed", "moved", "copied", "unchanged", "removed", "failed"]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file.

    Args:
        path: absolute.
        status: `moved` and `copied` are bytes that are known from another place, which is left or
            still there: they are not read again.
        reason: why it failed.
        pages: of its document.
        passages: of its document.
        notes: what could not be read of it, although the rest could.
    """

    path: str
    status: Status
    reason: str | None = None
    pages: int = 0
    passages: int = 0
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it stands in the report of a run."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What became of all files.

    Args:
        files: those that were found, and those that are gone.
        seconds: that it took.
        tokens: that were embedded.
        reused: passages whose vectors were not made again.
        stages: how long was read, embedded and written.
        is_plan: whether nothing was done, only planned.
        skipped: files that are of no format that is read.
        folders: those in which something was not done, by their full paths, and why.
        missing: files that are gone and whose documents stay, by their full paths, and what of
            that.
    """

    files: tuple[FileOutcome, ...]
    seconds: float
    tokens: int = 0
    reused: int = 0
    stages: StageSeconds = field(default_factory=StageSeconds)
    is_plan: bool = False
    skipped: SkippedFiles = field(default_factory=SkippedFiles)
    folders: tuple[tuple[str, str], ...] = ()
    missing: tuple[tuple[str, str], ...] = ()

    def count(self, status: Status) -> int:
        """How many files have `status`."""
        return sum(outcome.status == status for outcome in self.files)

    @property
    def pages(self) -> int:
        """Pages of the documents that were read."""
        return sum(outcome.pages for outcome in self._read)

    @property
    def passages(self) -> int:
        """Passages of the documents that were read."""
        return sum(outcome.passages for outcome in self._read)

    @property
    def _read(self) -> list[FileOutcome]:
        return [outcome for outcome in self.files if outcome.status in ("new", "changed")]

    def to_json(self) -> dict[str, Any]:
        """The report of a run, for programs."""
        return {
            "files": [outcome.to_json() for outcome in self.files],
            "folders": [{"path": path, "reason": reason} for path, reason in self.folders],
            "missing": [{"path": path, "reason": reason} for path, reason in self.missing],
            "skipped": self.skipped.to_json(),
            "summary": {status: self.count(status) for status in STATUSES}
            | {"missing": len(self.missing), "skipped": self.skipped.count}
            | {"pages": self.pages, "passages": self.passages, "tokens": self.tokens}
            | {"reused": self.reused, "stages": self.stages.to_json()}
            | {"seconds": round(self.seconds, 3), "dry_run": self.is_plan},
        }


@dataclass(slots=True)
class Progress:
    """How far a run is.

    Args:
        files: to be compared.
        compared: compared with what is known.
        to_read: files whose bytes are news.
        read: of them read, or failed.
        pages: in the files that were read.
        ocr: pages read from their picture, also of files that are still being read.
        passages: made of them.
        embedded: passages that have their vectors.
        reused: of them those whose vectors were not made again.
        written: passages written.
        to_finish: of which it will be told what became of them, those that are gone too.
        finished: what became of the files that are done, in the order in which they were.
        reading: when at least one file was being read.
        embedding: when passages were being embedded.
        writing: when some were being written.
    """

    files: int = 0
    compared: int = 0
    to_read: int = 0
    read: int = 0
    pages: int = 0
    ocr: int = 0
    passages: int = 0
    embedded: int = 0
    reused: int = 0
    written: int = 0
    waiting: str = ""
    to_finish: int = 0
    finished: int = 0
    reading: Busy = field(default_factory=Busy)
    embedding: Busy = field(default_factory=Busy)
    writing: Busy = field(default_factory=Busy)
    last: FileOutcome | None = None

    @property
    def stages(self) -> StageSeconds:
        """How long was read, embedded and written so far."""
        return StageSeconds(self.reading.seconds, self.embedding.seconds, self.writing.seconds)
