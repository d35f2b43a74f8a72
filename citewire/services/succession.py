"""What became of passages that chats cite: current, superseded by which passage, or gone.

Where a passage is now is looked for in the document that took the place of its own: among the
passages nearest by vector (by words, if another model made the vectors meanwhile), then on their
whole pages, for a word more at the top of a page moves where all its passages begin and end.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from citewire.services.citations.locating import SearchText, placed
from citewire.storage.lineage import Lineage, State
from citewire.storage.passage_search import (
    Candidate,
    PassageSearch,
    Query,
    like_vector,
    on_page,
    with_words,
)
from citewire.storage.snapshots import Snapshot, SnapshotStore

Change = Literal["same", "moved", "changed"]

CANDIDATES = 5
CHANGED_RATIO = 0.6
"""The share of words in common, and in order, from which a passage is the changed form of another
(difflib's ratio: twice the common words over the words of both)."""

GONE = "The report was removed and nothing replaced it."
DROPPED = "The report was replaced, and the passage is not in the new version."

_NOTES: dict[Change, str] = {
    "same": "The report was replaced; the passage is the same in the new version.",
    "moved": "The report was replaced; the passage is on another page of the new version.",
    "changed": "The report was replaced, and the passage was changed.",
}


@dataclass(frozen=True, slots=True)
class PassageNow:
    """Where a passage is in the version that replaced its own."""

    passage_id: str
    doc_id: str
    title: str
    page: int
    page_label: str
    url: str
    change: Change


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a passage; `note` says it in words unless it is current.

    `now` is None unless it is superseded, and if the new version does not have the passage.
    """

    state: State
    now: PassageNow | None = None
    note: str | None = None


class Succession:
    """Tells what became of passages.

    Args:
        snapshots: the passages that chats cite.
        search: of the same namespace.
    """

    def __init__(self, snapshots: SnapshotStore, search: PassageSearch) -> None:
        self._snapshots = snapshots
        self._search = search

    async def standings(self, passage_ids: Sequence[str]) -> dict[str, Standing]:
        """What became of each passage; one that was never kept and is not there counts as gone.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        lineages = await self._snapshots.lineages(passage_ids)
        superseded = [one for one in passage_ids if lineages[one].state == "superseded"]
        now = await self._found(superseded, lineages) if superseded else {}
        return {one: _standing(lineages[one], now.get(one)) for one in passage_ids}

    async def _found(
        self, passage_ids: Sequence[str], lineages: Mapping[str, Lineage]
    ) -> dict[str, PassageNow | None]:
        snapshots = await self._snapshots.read(passage_ids)
        embedding = await self._search.embedding()
        queries = [
            _query(snapshot, lineages[one].heir, embedding) for one, snapshot in snapshots.items()
        ]
        near = dict(zip(snapshots, await self._search.search(queries), strict=True))
        # Once for all that are on one page; most are found as they were.
        pages = sorted(
            {
                (one.doc_id, one.page)
                for passage_id, found in near.items()
                if not _as_it_was(snapshots[passage_id], found)
                for one in found
            }
        )
        on_pages = await self._search.search([on_page(*page) for page in pages])
        texts = dict(zip(pages, on_pages, strict=True))
        return await asyncio.to_thread(_compared, snapshots, near, texts)


def _query(snapshot: Snapshot, heir: str, embedding: str) -> Query:
    if snapshot.vector and snapshot.embedding == embedding:
        return like_vector(heir, snapshot.vector, CANDIDATES)
    return with_words(heir, snapshot.fields["text"], CANDIDATES)


def _standing(lineage: Lineage, now: PassageNow | None) -> Standing:
    if lineage.state == "current":
        return Standing("current")
    if lineage.state == "gone":
        return Standing("gone", note=GONE)
    return Standing("superseded", now, _NOTES[now.change] if now else DROPPED)


Page = tuple[str, int]


def _compared(
    snapshots: Mapping[str, Snapshot],
    near: Mapping[str, Sequence[Candidate]],
    pages: Mapping[Page, Sequence[Candidate]],
) -> dict[str, PassageNow | None]:
    texts = {page: SearchText(page_text(found)) for page, found in pages.items()}
    return {one: _now(snapshot, near[one], texts) for one, snapshot in snapshots.items()}


def _now(
    snapshot: Snapshot, near: Sequence[Candidate], texts: Mapping[Page, SearchText]
) -> PassageNow | None:
    old, page = snapshot.fields["text"], int(snapshot.fields["page"])
    unchanged = _as_it_was(snapshot, near) or [
        one for one in near if placed(old, texts[one.doc_id, one.page])
    ]
    # What stands on several pages has most likely stayed where it was.
    unchanged = [one for one in unchanged if one.page == page] or unchanged
    best, ratio = _most_like(old, unchanged or near)
    if best is None:
        return None
    if unchanged:
        return _place(best, "same" if best.page == page else "moved")
    return _place(best, "changed") if ratio >= CHANGED_RATIO else None


def _as_it_was(snapshot: Snapshot, near: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in near if one.text == snapshot.fields["text"]]


def _most_like(old: str, candidates: Iterable[Candidate]) -> tuple[Candidate | None, float]:
    best: Candidate | None = None
    ratio = -1.0
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(old.split())
    for one in candidates:
        matcher.set_seq1(one.text.split())
        # A quick upper bound first: most candidates have next to no words in common.
        if (bound := matcher.quick_ratio()) > ratio:
            found = matcher.ratio() if bound >= CHANGED_RATIO else bound
            if found > ratio:
                best, ratio = one, found
    return best, ratio


def _place(found: Candidate, change: Change) -> PassageNow:
    return PassageNow(
        passage_id=found.passage_id,
        doc_id=found.doc_id,
        title=found.title,
        page=found.page,
        page_label=found.page_label,
        url=page_url(found.doc_id, found.page, is_current=True),
        change=change,
    )


def page_text(passages: Iterable[Candidate]) -> str:
    """The text of a page, as far as it is in these passages of it."""
    parts: list[str] = []
    end = 0
    for one in sorted(passages, key=lambda passage: (passage.start, passage.end)):
        if one.end > end:
            parts.append(one.text[end - one.start :] if one.start < end else f"\n{one.text}")
            end = one.end
    return "".join(parts)


def page_url(doc_id: str, page: int, *, is_current: bool) -> str:
    """What opens a page: in the whole file, or by itself once the document is gone."""
    return (
        f"/documents/{doc_id}/file#page={page}"
        if is_current
        else f"/documents/{doc_id}/pages/{page}"
    )
