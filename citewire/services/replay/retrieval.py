"""Only the retrieval of a run again, against today's index, and what is different."""

from collections.abc import Sequence
from dataclasses import dataclass

from citewire.errors import CannotRepeat
from citewire.services.assembly.library import Library
from citewire.services.citations.model import Source
from citewire.services.passages.succession import Succession
from citewire.services.replay.recall import PastRun
from citewire.services.runs.record import Setup
from citewire.workflows.retriever import PassageFilter, PassageRetriever

OUTRANKED = "still there: others come before it now"
RECUT = "its report is there, but it was read or cut anew"
REPLACED = "its report was replaced"
REMOVED = "its report was removed, or replaced"


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage that was found then, now, or both times.

    Args:
        source: the passage.
        rank: its place then, from 1; None if it was not found.
        rank_now: its place today.
        score: then.
        score_now: today.
        why: what became of it, if it is not found any more.
    """

    source: Source
    rank: int | None
    rank_now: int | None
    score: float | None
    score_now: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class RetrievalDiff:
    """What retrieval finds today beside what it found: those of today first, then those gone.

    `setup` names what else is different: each setting with its value then and now.
    """

    found: Sequence[RankedPassage]
    setup: dict[str, tuple[str, str]]

    @property
    def is_same(self) -> bool:
        """Whether the same passages are found in the same order."""
        return all(one.rank == one.rank_now for one in self.found)


async def retrieve_again(
    run: PastRun, library: Library, succession: Succession, owner: str
) -> RetrievalDiff:
    """Search for what the run searched for, with its own parameters.

    Raises:
        CannotRepeat: it searched for nothing, or its sub-questions were not kept.
        ModelError: the question cannot be embedded.
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    _check(run)
    record = run.record
    retriever = PassageRetriever(
        library.store,
        library.models.embeddings.model,
        top_k=record.setup.similarity_top_k,
        filter=PassageFilter(owner, record.doc_ids, record.folder_ids),
    )
    nodes = await retriever.aretrieve(run.query)
    now = [Source.from_node(n, node) for n, node in enumerate(nodes, start=1)]
    ids = {source.passage_id for source in now}
    gone = [source for source in run.sources if source.passage_id not in ids]
    why = await _why(run, gone, library, succession, owner) if gone else {}
    lost = [RankedPassage(one, one.n, None, one.score, None, why[one.passage_id]) for one in gone]
    return RetrievalDiff([*_compare(run.sources, now), *lost], _changes(record.setup, library))


def _check(run: PastRun) -> None:
    if "retrieve" not in dict(run.record.stages):
        raise CannotRepeat("this run searched for nothing")
    if len(run.parts) != run.record.part_count:
        raise CannotRepeat("its sub-questions were not kept yet (CITEWIRE_RUN_RECORDS=ids)")


def _compare(then: Sequence[Source], now: Sequence[Source]) -> list[RankedPassage]:
    before = {source.passage_id: source for source in then}
    found = []
    for source in now:
        old = before.get(source.passage_id)
        rank, score = (old.n, old.score) if old else (None, None)
        found.append(RankedPassage(source, rank, source.n, score, source.score))
    return found


async def _why(
    run: PastRun,
    gone: Sequence[Source],
    library: Library,
    succession: Succession,
    owner: str,
) -> dict[str, str]:
    """What became of passages that are not found any more."""
    there = await library.store.passages.with_vectors([one.passage_id for one in gone])
    documents = library.documents.owned_by(owner)
    doc_ids = {one.doc_id for one in gone}
    current = {one for one in doc_ids if await documents.get(one) is not None}
    # Only of passages that are cited it is remembered what took the place of their report.
    standings = await succession.standings([one.passage_id for one in run.sources], owner)
    replaced = {
        one.doc_id for one in run.sources if standings[one.passage_id].state == "superseded"
    }
    why = {}
    for one in gone:
        if one.doc_id in current:
            why[one.passage_id] = OUTRANKED if one.passage_id in there else RECUT
        else:
            why[one.passage_id] = REPLACED if one.doc_id in replaced else REMOVED
    return why


def _changes(then: Setup, library: Library) -> dict[str, tuple[str, str]]:
    now = Setup.from_settings(library.settings, library.models)
    names = ("version", "similarity_top_k", "embedding", "index")
    pairs = {name: (str(getattr(then, name)), str(getattr(now, name))) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
