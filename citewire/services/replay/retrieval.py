"""Only the retrieval of a run again, against today's index, and what is different."""

from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.base.embeddings.base import BaseEmbedding

from citewire.errors import CannotRepeat
from citewire.services.citations.model import Source
from citewire.services.passages.succession import Succession
from citewire.services.replay.recall import PastRun
from citewire.services.runs.record import RunRecord, Setup
from citewire.storage.library.documents import DocumentReader
from citewire.storage.library.vector_store import PassageStore
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


@dataclass(frozen=True, slots=True)
class RetrievalReplay:
    """Searches again, in today's index, for what runs searched for.

    Args:
        store: holds the passages.
        embed_model: embeds questions.
        documents: of any library: `within` gives those of some.
        succession: tells what became of passages.
        setup: of today.
        owner: whose runs they are.
    """

    store: PassageStore
    embed_model: BaseEmbedding
    documents: DocumentReader
    succession: Succession
    setup: Setup
    owner: str

    async def again(self, run: PastRun) -> RetrievalDiff:
        """Search for what the run searched for, with its own parameters.

        Raises:
            CannotRepeat: it searched for nothing.
            ModelError: the question cannot be embedded.
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        _check(run)
        record = run.record
        retriever = PassageRetriever(
            self.store,
            self.embed_model,
            top_k=record.setup.similarity_top_k,
            filter=_searched(record, self.owner),
        )
        nodes = await retriever.aretrieve(run.query)
        now = [Source.from_node(n, node) for n, node in enumerate(nodes, start=1)]
        # A second look depends on more than the index; what it added is not compared.
        then = [source for source in run.sources if source.n <= record.setup.similarity_top_k]
        ids = {source.passage_id for source in now}
        gone = [source for source in then if source.passage_id not in ids]
        why = await self._why(run, gone) if gone else {}
        lost = [
            RankedPassage(old, old.n, None, old.score, None, why[old.passage_id]) for old in gone
        ]
        return RetrievalDiff([*_compare(then, now), *lost], _changes(record.setup, self.setup))

    async def _why(self, run: PastRun, gone: Sequence[Source]) -> dict[str, str]:
        """What became of passages that are not found any more."""
        there = await self.store.passages.with_vectors([source.passage_id for source in gone])
        doc_ids = {source.doc_id for source in gone}
        libraries = _searched(run.record, self.owner).libraries
        documents = self.documents.within(libraries)
        current = {doc_id for doc_id in doc_ids if await documents.get(doc_id) is not None}
        # Only of passages that are cited it is remembered what took the place of their report.
        standings = await self.succession.standings(
            [source.passage_id for source in run.sources], libraries
        )
        replaced = {
            source.doc_id
            for source in run.sources
            if standings[source.passage_id].state == "superseded"
        }
        why = {}
        for source in gone:
            if source.doc_id in current:
                why[source.passage_id] = OUTRANKED if source.passage_id in there else RECUT
            else:
                why[source.passage_id] = REPLACED if source.doc_id in replaced else REMOVED
        return why


def _searched(record: RunRecord, owner: str) -> PassageFilter:
    labels, searched = record.labels, record.searched
    return PassageFilter(owner, record.doc_ids, record.folder_ids, labels, searched)


def _check(run: PastRun) -> None:
    if "retrieve" not in dict(run.record.stages):
        raise CannotRepeat("this run searched for nothing")


def _compare(then: Sequence[Source], now: Sequence[Source]) -> list[RankedPassage]:
    before = {source.passage_id: source for source in then}
    found = []
    for source in now:
        old = before.get(source.passage_id)
        rank, score = (old.n, old.score) if old else (None, None)
        found.append(RankedPassage(source, rank, source.n, score, source.score))
    return found


def _changes(then: Setup, now: Setup) -> dict[str, tuple[str, str]]:
    names = ("version", "similarity_top_k", "embedding", "index")
    pairs = {name: (str(getattr(then, name)), str(getattr(now, name))) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
