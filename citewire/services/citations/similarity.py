"""How near a claim is to its sources in meaning, by the embedding model that is loaded anyway."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

Embed = Callable[[list[str]], Sequence[Sequence[float]]]
"""Vectors of texts, in their order; called in the checking thread."""


class Embedded(Protocol):
    """A text that keeps its vector once it has one."""

    text: str
    vector: Sequence[float] | None


def nearest(claim: str, sources: Sequence[Embedded], embed: Embed) -> float:
    """The cosine of the claim and its nearest source; sources are embedded once each."""
    missing = [source for source in sources if source.vector is None]
    ours, *theirs = embed([claim, *(source.text for source in missing)])
    for source, vector in zip(missing, theirs, strict=True):
        source.vector = vector
    return max(_cosine(ours, source.vector or ours) for source in sources)


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    a, b = np.asarray(one, dtype=np.float32), np.asarray(other, dtype=np.float32)
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))
