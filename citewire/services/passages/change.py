"""Where a passage is in another version of its report, and whether it was changed. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from citewire.services.citations.locating import SearchText, placed
from citewire.storage.library.search import Candidate
from citewire.storage.library.snapshots import Snapshot

Change = Literal["same", "moved", "changed"]

CHANGED_RATIO = 0.6
"""The share of words in common, and in order, from which a passage is the changed form of another
(difflib's ratio: twice the common words over the words of both)."""


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


Page = tuple[str, int]


def compare(
    snapshots: Mapping[str, Snapshot],
    near: Mapping[str, Sequence[Candidate]],
    pages: Mapping[Page, Sequence[Candidate]],
) -> dict[str, PassageNow | None]:
    """Where each passage is now; takes a while for many.

    Args:
        snapshots: the passages as they were, by their ids.
        near: for each of them the passages of the new version that are most like it.
        pages: all passages of the pages of those, except where one is as it was.
    """
    texts = {page: SearchText(page_text(found)) for page, found in pages.items()}
    return {one: _now(snapshot, near[one], texts) for one, snapshot in snapshots.items()}


def _now(
    snapshot: Snapshot, near: Sequence[Candidate], texts: Mapping[Page, SearchText]
) -> PassageNow | None:
    old, page = snapshot.fields["text"], int(snapshot.fields["page"])
    body = int(snapshot.fields.get("body", 0))
    repeated, told = old[:body].split("\n"), old[body:]
    unchanged = as_it_was(snapshot, near) or [
        passage
        for passage in near
        if placed(told, texts[passage.doc_id, passage.page]) and _repeats(repeated, passage)
    ]
    # What stands on several pages has most likely stayed where it was.
    unchanged = [passage for passage in unchanged if passage.page == page] or unchanged
    best, ratio = _most_like(old, unchanged or near)
    if best is None:
        return None
    if unchanged:
        return _place(best, "same" if best.page == page else "moved")
    return _place(best, "changed") if ratio >= CHANGED_RATIO else None


def _repeats(heads: Sequence[str], passage: Candidate) -> bool:
    """Whether the heads of a table are still those: the same rows may be told in another unit."""
    text = SearchText(passage.text)
    return all(placed(line, text) for line in heads if line.strip())


def as_it_was(snapshot: Snapshot, near: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that have the very text of the passage."""
    return [passage for passage in near if passage.text == snapshot.fields["text"]]


def _most_like(old: str, candidates: Iterable[Candidate]) -> tuple[Candidate | None, float]:
    best: Candidate | None = None
    ratio = -1.0
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(old.split())
    for passage in candidates:
        matcher.set_seq1(passage.text.split())
        # A quick upper bound first: most candidates have next to no words in common.
        if (bound := matcher.quick_ratio()) > ratio:
            found = matcher.ratio() if bound >= CHANGED_RATIO else bound
            if found > ratio:
                best, ratio = passage, found
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
        told = one.text[one.body :]
        if len(told) != one.end - one.start:
            # Some columns of a table: no stretch of the page.
            parts.append(f"\n{told}")
        elif one.end > end:
            parts.append(told[end - one.start :] if one.start < end else f"\n{told}")
            end = one.end
    return "".join(parts)


def page_url(doc_id: str, page: int, *, is_current: bool) -> str:
    """What opens a page: in the whole file, or by itself once the document is gone."""
    return (
        f"/documents/{doc_id}/file#page={page}"
        if is_current
        else f"/documents/{doc_id}/pages/{page}"
    )
