"""What of a folder is passed over: formats that are not read, links that lead out, hidden files."""

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from citewire.services.reading.files import printable
from citewire.services.reading.formats import SUFFIXES, why_not_read

MOST_NAMED = 1000
"""Files that are named; the others are counted."""

MOST_ENDINGS = 100
LONGEST_ENDING = 12
NO_ENDING, OTHER_ENDINGS, LINKS = "without an ending", "others", "links that lead out"
HIDDEN, HIDDEN_FOLDERS, LOCKS = "hidden", "hidden folder", "office lock"
LOCK_SIGNS = ("~$", ".~lock.")
"""What names of files begin with by which office programs tell that a document is open."""
_WHY_HIDDEN = {
    HIDDEN: "hidden: its name begins with a dot",
    HIDDEN_FOLDERS: "a hidden folder: its name begins with a dot, nothing in it is looked at",
    LOCKS: "a lock file: an office program has, or had, the document beside it open",
}
_WHERE_TO = "a link that leads out of the folder, not followed: ingest what it leads to by its name"


@dataclass(slots=True)
class SkippedFiles:
    """Files that are passed over.

    Args:
        count: how many there are; a hidden folder is one.
        named: full path and reason of the first of them.
        unseen: the same of files that are hidden or locks, and by their names no reports: nobody
            takes them for any, so that they are counted where the others are named.
        endings: how many have which ending, in small letters, or are of which other sort.
    """

    count: int = 0
    named: list[tuple[str, str]] = field(default_factory=list)
    unseen: list[tuple[str, str]] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)

    def add(self, path: str) -> None:
        """Count the file at `path`."""
        ending = os.path.splitext(path)[1].lower()
        told = printable(ending) if len(ending) <= LONGEST_ENDING else OTHER_ENDINGS
        self._add(path, why_not_read(ending), told or NO_ENDING, self.named)

    def add_link(self, path: str) -> None:
        """Count the link at `path`, which leads out of the folder."""
        self._add(path, _WHERE_TO, LINKS, self.named)

    def add_hidden(self, path: str, *, is_folder: bool) -> None:
        """Count the hidden file or folder, or the lock file, at `path`."""
        name = os.path.basename(path)
        sort = LOCKS if name.startswith(LOCK_SIGNS) else HIDDEN_FOLDERS if is_folder else HIDDEN
        is_report = sort == HIDDEN and name.lower().endswith(SUFFIXES)
        is_named = is_report or sort == HIDDEN_FOLDERS
        self._add(path, _WHY_HIDDEN[sort], sort, self.named if is_named else self.unseen)

    def _add(self, path: str, reason: str, told: str, names: list[tuple[str, str]]) -> None:
        self.count += 1
        if len(names) < MOST_NAMED:
            names.append((printable(path), reason))
        is_known = told in self.endings or len(self.endings) < MOST_ENDINGS
        self.endings[told if is_known else OTHER_ENDINGS] += 1

    def by_ending(self) -> str:
        """How many have which ending, in words, the most first."""
        return ", ".join(f"{count:,} {ending}" for ending, count in self.endings.most_common())

    def to_json(self) -> dict[str, Any]:
        """As it stands in the report of a run."""
        named = [*self.named, *self.unseen][:MOST_NAMED]
        return {
            "count": self.count,
            "endings": dict(self.endings.most_common()),
            "files": [{"path": path, "reason": reason} for path, reason in named],
        }
