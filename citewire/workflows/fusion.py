"""One list of passages from several searches."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from itertools import chain, zip_longest

from llama_index.core.schema import NodeWithScore

from citewire.storage.library.passage_node import FOUND_BY
from citewire.storage.library.ranking import reciprocal_ranks


async def at_once(searches: Iterable[Awaitable[list[NodeWithScore]]]) -> list[list[NodeWithScore]]:
    """What each of several searches finds, which run at the same time; none outlives this call."""
    rankings = []
    for found in await asyncio.gather(*searches, return_exceptions=True):
        if isinstance(found, BaseException):
            raise found
        rankings.append(found)
    return rankings


def by_reciprocal_rank(
    rankings: Sequence[Sequence[NodeWithScore]], *, limit: int
) -> list[NodeWithScore]:
    """The best of all rankings of one question; what stands in several of them gains."""
    gains = reciprocal_ranks((found.node_id for found in ranking) for ranking in rankings)
    best = _best(rankings)
    return [best[node_id] for node_id in sorted(gains, key=lambda one: -gains[one])[:limit]]


def in_turn(rankings: Sequence[Sequence[NodeWithScore]], *, limit: int) -> list[NodeWithScore]:
    """The first of each ranking, then the second of each: every question gets its share."""
    best = _best(rankings)
    rounds = chain.from_iterable(zip_longest(*rankings))
    order = dict.fromkeys(found.node_id for found in rounds if found is not None)
    return [best[node_id] for node_id in list(order)[:limit]]


def _best(rankings: Sequence[Sequence[NodeWithScore]]) -> dict[str, NodeWithScore]:
    """Each passage once, with the highest score that it was found with."""
    best: dict[str, NodeWithScore] = {}
    for found in chain.from_iterable(rankings):
        kept = best.get(found.node_id)
        if kept is not None:
            ways = [*_ways(kept), *_ways(found)]
            kept.node.metadata[FOUND_BY] = found.node.metadata[FOUND_BY] = list(dict.fromkeys(ways))
        if kept is None or (found.score or 0.0) > (kept.score or 0.0):
            best[found.node_id] = found
    return best


def _ways(found: NodeWithScore) -> Sequence[str]:
    ways: Sequence[str] = found.node.metadata.get(FOUND_BY, ())
    return ways
