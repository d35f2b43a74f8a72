"""Which sentences of some passages answer a question: pure scoring, no model and no I/O.

The weights and thresholds were set once on real reports and public question sets, for
all-MiniLM-L6-v2; another embedding model needs its own.
"""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from citewire.services.models.extractive.asked import Demand
from citewire.services.models.extractive.lead_ins import announces, points_elsewhere
from citewire.services.models.extractive.passages import Passage, Sentence, is_fragment
from citewire.services.models.extractive.question import Wanted
from citewire.text.words import stems

MAX_SENTENCES = 3

_THRESHOLD = 0.45
_MARGIN = 0.1
_NEAR_DUPLICATE = 0.92
_SAME_WORDS = 0.7


def score(
    wanted: Wanted,
    passages: Sequence[Passage],
    sentences: Sequence[Sentence],
    similarities: NDArray[np.float32],
) -> NDArray[np.float64]:
    """How well each sentence answers, about 0 to 1.5.

    Args:
        wanted: what the question asks.
        passages: the sources the sentences come from.
        sentences: the candidates.
        similarities: cosine of each candidate with the question.
    """
    asked = Demand(wanted, passages, sentences)
    extras = np.array([asked.bonus(sentence) for sentence in sentences], dtype=np.float64)
    scores: NDArray[np.float64] = asked.similarity_weight * similarities + extras
    return scores


def pick(
    sentences: Sequence[Sentence], scores: NDArray[np.float64], vectors: NDArray[np.float32]
) -> list[Sentence]:
    """One to three sentences in an order that reads well, or none if nothing fits.

    Args:
        sentences: the candidates.
        scores: from `score`.
        vectors: their embeddings, of length one, to drop what says the same again.
    """
    picked: list[int] = []
    if not len(scores) or scores.max() < _THRESHOLD:
        return []
    floor = max(_THRESHOLD, scores.max() - _MARGIN)
    for at in np.argsort(-scores, kind="stable"):
        if scores[at] < floor or len(picked) == MAX_SENTENCES:
            break
        if not any(_says_the_same(sentences, vectors, int(at), other) for other in picked):
            picked.append(int(at))
    # The best sentence's source comes first; within a source the text's own order.
    order = {n: at for at, n in reversed(list(enumerate(sentences[p].number for p in picked)))}
    chosen = [sentences[at] for at in picked]
    return sorted(chosen, key=lambda sentence: (order[sentence.number], sentence.position))


def best_of(
    sentences: Sequence[Sentence], scores: NDArray[np.float64], most: int
) -> list[Sentence]:
    """The sentences that score best, where something is to be told in any case."""
    whole = (at for at in np.argsort(-scores, kind="stable") if not _is_part(sentences[at].text))
    return [sentences[at] for at in islice(whole, most)]


def _is_part(text: str) -> bool:
    return is_fragment(text) or announces(text) or points_elsewhere(text)


def _says_the_same(
    sentences: Sequence[Sentence], vectors: NDArray[np.float32], one: int, other: int
) -> bool:
    if float(vectors[one] @ vectors[other]) >= _NEAR_DUPLICATE:
        return True
    first, second = set(stems(sentences[one].text)), set(stems(sentences[other].text))
    return len(first & second) >= _SAME_WORDS * max(1, len(first | second))
