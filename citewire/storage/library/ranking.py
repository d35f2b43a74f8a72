"""Several rankings of passages as one: what stands high in more of them gains."""

from collections.abc import Iterable

RANK_DAMPING = 60
"""The constant of reciprocal rank fusion, as in the paper (Cormack, Clarke, Büttcher 2009)."""


def reciprocal_ranks(rankings: Iterable[Iterable[str]]) -> dict[str, float]:
    """What each passage gains by its places in all rankings, in the order in which they name it.

    Args:
        rankings: ids of passages, each from the best down.
    """
    gains: dict[str, float] = {}
    for ranking in rankings:
        for rank, passage_id in enumerate(ranking, start=1):
            gains[passage_id] = gains.get(passage_id, 0.0) + 1 / (RANK_DAMPING + rank)
    return gains
