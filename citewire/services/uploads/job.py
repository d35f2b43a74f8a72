"""One background ingestion: what was asked for, how far it is, what became of its files."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self
from uuid import uuid4

from citewire.services.ingest.outcome import STATUSES, FileOutcome, Progress
from citewire.services.ingest.stages import StageSeconds
from citewire.services.reading.files import printable
from citewire.services.uploads.receiving import UploadedFile
from citewire.storage.keys import DEFAULT_OWNER, collection_in

JobStatus = Literal["queued", "running", "done", "failed", "stopped", "interrupted"]
ENDED: frozenset[JobStatus] = frozenset(("done", "failed", "stopped", "interrupted"))
State = dict[str, Any]
"""A job as JSON."""

TURN_S = 10.0
"""How long a turn is when another owner waits; one in which no file was read doubles the next."""

_KEPT_BACK = frozenset(("owner", "uploaded", "resumed"))
_COUNTED = "files compared to_read read pages passages embedded written finished".split()


@dataclass(slots=True, eq=False)
class Job:
    """An ingestion of one folder.

    Args:
        folder: its name.
        root: its path.
        uploaded: the files that it was started for; others of the folder are told of if they are
            news.
        owner: whose folder, and whose job: a person, or a shared collection.
        by: the person who uploaded; empty: the owner. It is stored nowhere, for it would outlive a
            person who is forgotten.
        groups: that person's, for what may be read; stored nowhere either.
        resumed: how often it was begun again after its server had ended.
    """

    folder: str
    root: Path
    uploaded: tuple[UploadedFile, ...]
    owner: str = DEFAULT_OWNER
    by: str = ""
    groups: frozenset[str] = frozenset()
    job_id: str = field(default_factory=lambda: uuid4().hex)
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    finished_at: str | None = None
    status: JobStatus = "queued"
    error: dict[str, Any] | None = None
    changes: int = 1
    resumed: int = 0
    turn_s: float = TURN_S
    is_stopping: bool = False
    failed: dict[str, FileOutcome] = field(default_factory=dict)
    """Files that are not tried again in another turn, by their full paths."""
    _progress: dict[str, int] = field(default_factory=dict)
    _stages: StageSeconds = field(default_factory=StageSeconds)
    _outcomes: dict[str, State] = field(default_factory=dict)

    @classmethod
    def from_stored(cls, stored: State, root: Path) -> Self:
        """The job of which `to_stored` gave `stored`, to be carried out from its beginning."""
        return cls(
            stored["folder"],
            root,
            tuple(UploadedFile(**file) for file in stored["uploaded"]),
            owner=stored["owner"],
            job_id=stored["job_id"],
            created_at=stored["created_at"],
            resumed=stored["resumed"] + 1,
        )

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in ENDED

    @property
    def is_slow(self) -> bool:
        """Whether it has a file that takes longer than a turn."""
        return self.turn_s > TURN_S

    def follow(self, progress: Progress) -> None:
        """Take over how far the run is; called often."""
        if self.is_over:
            return  # told of already
        self.changes += 1
        # Somebody else is changing the documents: that is waiting, too.
        self.status = "queued" if progress.waiting else "running"
        self._progress = {name: getattr(progress, name) for name in self._told}
        self._stages = progress.stages
        if progress.last is not None:
            self._note(progress.last)

    def wait(self) -> None:
        """It waits, again."""
        self.changes += 1
        self.status = "queued"

    def give_way(self) -> None:
        """Its turn is over; what it was reading is begun again in the next, which may be longer."""
        if self.status == "running" and not self._progress.get("read"):
            self.turn_s *= 2
        self.wait()

    def end(self, status: JobStatus, error: dict[str, Any] | None = None) -> None:
        """Nothing more will happen."""
        self.changes += 1
        self.status = status
        self.error = error
        self.finished_at = datetime.now(UTC).isoformat()

    def to_state(self) -> State:
        """The job as JSON; the paths of its files are relative to the folder."""
        files = list(self._outcomes.values())
        return {
            "job_id": self.job_id,
            "folder": self.folder,
            "collection": collection_in(self.owner) or "private",
            "status": self.status,
            "created_at": self.created_at,
            "finished_at": self.finished_at,
            "progress": {name: self._progress.get(name, 0) for name in self._told},
            "seconds": {name: round(one, 1) for name, one in asdict(self._stages).items()},
            "counts": {name: sum(f["status"] == name for f in files) for name in STATUSES},
            "files": files,
            "error": self.error,
        }

    @property
    def _told(self) -> list[str]:
        # Of a shared collection it would tell its members what else the uploader may read.
        return [*_COUNTED, "reused"] if collection_in(self.owner) is None else _COUNTED

    def to_stored(self) -> State:
        """The job with what is needed to begin it again; `public` leaves that out."""
        uploaded = [asdict(file) for file in self.uploaded]
        own = {"owner": self.owner, "uploaded": uploaded, "resumed": self.resumed}
        return {**self.to_state(), **own}

    def _note(self, outcome: FileOutcome) -> None:
        if outcome.status == "failed":
            self.failed[outcome.path] = outcome
        path = outcome.path.removeprefix(f"{printable(str(self.root))}/")
        doc_ids = {file.path: file.doc_id for file in self.uploaded}
        if path in doc_ids or outcome.status != "unchanged":
            doc_id = doc_ids.get(path)
            self._outcomes[path] = {**outcome.to_json(), "path": path, "doc_id": doc_id}


def public(stored: State) -> State:
    """What clients see of a stored job."""
    return {name: value for name, value in stored.items() if name not in _KEPT_BACK}
