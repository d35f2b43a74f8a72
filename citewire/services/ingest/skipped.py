"""What of a folder is passed over: files whose format is not read, links that lead out of it."""

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from citewire.services.reading.files import printable
from citewire.services.reading.formats import why_not_read

MOST_NAMED = 1000
"""Files that are named; the others are counted."""

MOST_ENDINGS = 100
LONGEST_ENDING = 12
NO_ENDING, OTHER_ENDINGS, LINKS = "without an ending", "others", "links that lead out"
_WHERE_TO = "a link that leads out of the folder, not followed: ingest what it leads to by its name"


@dataclass(slots=True)
class SkippedFiles:
    """Files that are passed over.

    Args:
        count: how many there are.
        named: full path and reason of the first of them.
        endings: how many have which ending, in small letters; of links, how many there are.
        hidden: files and folders that begin with a dot, and lock files of office programs.
    """

    count: int = 0
    named: list[tuple[str, str]] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)
    hidden: int = 0

    def add(self, path: str) -> None:
        """Count the file at `path`."""
        ending = os.path.splitext(path)[1].lower()
        told = printable(ending) if len(ending) <= LONGEST_ENDING else OTHER_ENDINGS
        self._add(path, why_not_read(ending), told or NO_ENDING)

    def add_link(self, path: str) -> None:
        """Count the link at `path`, which leads out of the folder."""
        self._add(path, _WHERE_TO, LINKS)

    def _add(self, path: str, reason: str, told: str) -> None:
        self.count += 1
        if len(self.named) < MOST_NAMED:
            self.named.append((printable(path), reason))
        is_known = told in self.endings or len(self.endings) < MOST_ENDINGS
        self.endings[told if is_known else OTHER_ENDINGS] += 1

    def by_ending(self) -> str:
        """How many have which ending, in words, the most first."""
        return ", ".join(f"{count:,} {ending}" for ending, count in self.endings.most_common())

    def to_json(self) -> dict[str, Any]:
        """As it stands in the report of a run."""
        return {
            "count": self.count,
            "endings": dict(self.endings.most_common()),
            "hidden": self.hidden,
            "files": [{"path": path, "reason": reason} for path, reason in self.named],
        }
