"""Words that are sought within a filter: the score of a passage is that of its words, all of them.

Redis search 2.10 loses members of unions that stand in another query, and takes tags for words.
"""

import math
import random
from collections.abc import Sequence
from typing import Any

import pytest
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)
from redis.asyncio import Redis

from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.keys import Keys, index_name
from citewire.storage.library import search
from citewire.storage.library.filters import excluding, to_unscored_filter
from citewire.storage.library.search import RELATED_WEIGHT, Words

OWNER, OTHER = "a" * 32, "b" * 32
K1, B = 1.2, 0.5
ASKED = ("w0", "w3", "w40", "w90", "w200", "w333", "w398")
RELATED = ("w7", "w150", "w390")
SOUGHT = {**dict.fromkeys(ASKED, 1.0), **dict.fromkeys(RELATED, RELATED_WEIGHT)}

Texts = list[list[str]]


def in_reports() -> Texts:
    """The words of 600 passages, of which few are common and many are rare."""
    rnd = random.Random(7)
    return [
        [f"w{int(400 * rnd.random() ** 3)}" for _ in range(rnd.randint(5, 60))] for _ in range(600)
    ]


def doc_of(place: int) -> str:
    return f"{place // 50:032x}"


def by_formula(texts: Texts, places: Sequence[int]) -> dict[str, float]:
    """BM25 of each of some passages, where it has a word at all."""
    mean = sum(map(len, texts)) / len(texts)
    scores: dict[str, float] = {}
    for word, weight in SOUGHT.items():
        held = sum(word in text for text in texts)
        rarity = math.log(1 + (len(texts) - held + 0.5) / (held + 0.5))
        for place in places:
            if often := texts[place].count(word):
                length = 1 - B + B * len(texts[place]) / mean
                gain = rarity * often * (K1 + 1) / (often + K1 * length)
                scores[str(place)] = scores.get(str(place), 0.0) + weight * gain
    return scores


@pytest.fixture
async def texts(redis_client: Redis, namespace: str) -> Texts:
    await ensure_index(redis_client, build_schema(namespace=namespace, dims=4), embedding="some")
    texts = in_reports()
    async with redis_client.pipeline(transaction=False) as pipe:
        for place, text in enumerate(texts):
            told = {"id": str(place), "doc_id": doc_of(place), "owner_id": OWNER}
            key = Keys(namespace).passage(str(place))
            pipe.hset(key, mapping={**told, "terms": " ".join(text)})
        await pipe.execute()
    return texts


async def scores(client: Any, namespace: str, query: str) -> dict[str, float]:
    how = ("VERBATIM", "SCORER", "BM25STD", "WITHSCORES", "RETURN", 1, "id", "LIMIT", 0, 1000)
    command = ("FT.SEARCH", index_name(namespace), query, *how, "DIALECT", 2)
    reply = await client.execute_command(*command)
    ids = [fields[1].decode() for fields in reply[3::3]]
    return dict(zip(ids, map(float, reply[2::3]), strict=True))


def within(*documents: str) -> str:
    wanted = {"owner_id": (OWNER,), **({"doc_id": documents} if documents else {})}
    filters: list[MetadataFilter | MetadataFilters] = [
        MetadataFilter(key=key, value=list(values), operator=FilterOperator.IN)
        for key, values in wanted.items()
    ]
    return to_unscored_filter(MetadataFilters(filters=filters, condition=FilterCondition.AND))


@pytest.mark.parametrize("documents", [(), (3,), (1, 11), (0, 2, 4, 6, 8)])
async def test_what_is_within_a_filter_is_scored_by_all_its_words_and_by_nothing_else(
    redis_client: Redis, namespace: str, texts: Texts, documents: tuple[int, ...]
) -> None:
    some = [doc_of(50 * number) for number in documents]
    places = [place for place in range(600) if not some or doc_of(place) in some]
    found = await scores(redis_client, namespace, Words(ASKED, RELATED).to_query(within(*some)))

    assert pytest.approx(by_formula(texts, places), rel=1e-3) == found


async def test_a_filter_that_is_long_is_told_once_and_loses_nothing(
    redis_client: Redis, namespace: str, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = Words(ASKED, RELATED).to_query(within())
    monkeypatch.setattr(search, "MAX_FILTER", 10)
    long = Words(ASKED, RELATED).to_query(within())
    found, too = [await scores(redis_client, namespace, one) for one in (query, long)]

    assert long.count(OWNER) / query.count(OWNER) * (len(ASKED) + len(RELATED)) == 1
    assert found.keys() == too.keys()


async def test_without_a_filter_words_have_their_weights(
    redis_client: Redis, namespace: str, texts: Texts
) -> None:
    found = await scores(redis_client, namespace, Words(ASKED, RELATED).to_query())

    assert pytest.approx(by_formula(texts, range(600)), rel=1e-3) == found


async def test_what_another_owns_or_is_left_out_is_not_found(
    redis_client: Redis, namespace: str, texts: Texts
) -> None:
    others = within().replace(OWNER, OTHER)
    left_out = excluding(within(), [doc_of(0)])

    assert await scores(redis_client, namespace, Words(ASKED).to_query(others)) == {}
    found = await scores(redis_client, namespace, Words(ASKED).to_query(left_out))
    assert found
    assert not {str(place) for place in range(50)} & found.keys()
