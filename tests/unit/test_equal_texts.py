"""Equal texts under way at the same time, and the time that stages take."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from citewire.errors import ModelError
from citewire.services.ingest.embedding import Embedder, Vector
from citewire.services.ingest.outcome import Progress
from citewire.services.ingest.readers.exchange import ReadPassage
from citewire.services.ingest.reuse import Embedded, Reuse, nothing_else
from citewire.services.ingest.stages import Busy, StageSeconds


class Indexing:
    """Knows no vector, and gives those that are asked for once it may."""

    made_by = "a model"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may = asyncio.Event()

    async def embed(self, texts: list[str]) -> Sequence[Vector]:
        self.asked += texts
        await self.may.wait()
        return [[float(len(text))] for text in texts]

    def stored(self, vector: Vector) -> bytes:
        return str(vector[0]).encode()

    async def kept(self, digests: Sequence[bytes], libraries: Sequence[str]) -> list[bytes | None]:
        return [None for _ in digests]


def passage(text: str) -> ReadPassage:
    return ReadPassage(text, text, 1, {})


@pytest.fixture
async def reuse() -> AsyncIterator[tuple[Reuse, Indexing, Progress]]:
    indexing, progress = Indexing(), Progress()
    embedder = Embedder(indexing.embed, max_texts=8)
    asked = Reuse(indexing, embedder, library="ann", readable=nothing_else, progress=progress)
    work = asyncio.create_task(embedder.work())
    yield asked, indexing, progress
    work.cancel()


async def vectors(reuse: Reuse, doc_id: str, *texts: str) -> list[bytes | None]:
    async with reuse.embedded(doc_id, [passage(text) for text in texts]) as found:
        return [one.vector if isinstance(one, Embedded) else None for one in found]


async def test_a_text_that_is_under_way_is_waited_for(
    reuse: tuple[Reuse, Indexing, Progress],
) -> None:
    reusing, indexing, progress = reuse
    one = asyncio.create_task(vectors(reusing, "a", "tide", "ebb", "tide"))
    await asyncio.sleep(0)
    other = asyncio.create_task(vectors(reusing, "b", "flood", "tide"))
    await asyncio.sleep(0.01)
    indexing.may.set()

    assert await one == [b"4.0", b"3.0", b"4.0"]
    assert await other == [b"5.0", b"4.0"]
    assert sorted(indexing.asked) == ["ebb", "flood", "tide"]
    assert progress.reused == 2


async def test_whoever_waits_for_one_that_is_given_up_asks_by_itself(
    reuse: tuple[Reuse, Indexing, Progress],
) -> None:
    reusing, indexing, progress = reuse
    one = asyncio.create_task(vectors(reusing, "a", "tide"))
    await asyncio.sleep(0.01)
    other = asyncio.create_task(vectors(reusing, "b", "tide"))
    await asyncio.sleep(0.01)
    one.cancel()
    indexing.may.set()

    assert await other == [b"4.0"]
    assert progress.reused == 0


async def test_two_that_wait_for_each_other_both_come_to_an_end(
    reuse: tuple[Reuse, Indexing, Progress],
) -> None:
    reusing, indexing, _ = reuse
    one = asyncio.create_task(vectors(reusing, "a", "tide", "ebb"))
    await asyncio.sleep(0)
    other = asyncio.create_task(vectors(reusing, "b", "ebb", "tide"))
    indexing.may.set()

    assert [await one, await other] == [[b"4.0", b"3.0"], [b"3.0", b"4.0"]]


async def test_what_could_not_be_embedded_is_not_counted_as_reused(
    reuse: tuple[Reuse, Indexing, Progress], monkeypatch: pytest.MonkeyPatch
) -> None:
    reusing, indexing, progress = reuse

    async def fail(_: str, texts: Sequence[ReadPassage]) -> list[Vector | ModelError]:
        return [ModelError("it fails") for _ in texts]

    monkeypatch.setattr(reusing._embedder, "embed", fail)

    assert await vectors(reusing, "a", "tide", "tide") == [None, None]
    assert (indexing.asked, progress.reused) == ([], 0)


def test_time_in_which_several_are_at_it_counts_once() -> None:
    now = 0.0
    busy = Busy(lambda: now)
    with busy.at_it():
        now = 2.0
        with busy.at_it():
            now = 3.0
        assert busy.seconds == 3.0
    now = 10.0
    with busy.at_it():
        now = 11.0

    assert busy.seconds == 4.0


def test_shares_are_of_the_sum_of_all_stages() -> None:
    assert StageSeconds(1.0, 2.0, 1.0).shares == {"read": 0.25, "embed": 0.5, "write": 0.25}
    assert StageSeconds().shares == {}
    assert StageSeconds().to_json()["read"] == {"seconds": 0.0, "share": 0.0}
