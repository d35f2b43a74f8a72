"""Which sources stand behind the sentences of an answer that cites nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from citewire.services.citations.claims import Claim
from citewire.services.citations.verdicts import Digest, judge
from citewire.services.local.words import stems

ALIGNED = 0.7
"""Score from which a sentence is taken to come from a passage."""

MIN_STEMS = 4
"""A sentence with fewer words that mean something says too little to be traced."""

MAX_SENTENCES = 40
"""So many sentences of an answer are looked at."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A sentence, and the source `n` that says the same."""

    claim: Claim
    n: int


def align(sentences: Sequence[Claim], passages: Sequence[Digest]) -> list[Alignment]:
    """The source of each sentence that has one; the first of those that carry it best."""
    found: list[Alignment] = []
    for claim in sentences[:MAX_SENTENCES]:
        if len(stems(claim.text)) < MIN_STEMS:
            continue
        scores = [judge(claim.text, [passage]).score for passage in passages]
        best = max(scores)
        if best >= ALIGNED:
            found.append(Alignment(claim, scores.index(best) + 1))
    return found
