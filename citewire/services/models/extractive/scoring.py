"""Which sentences of some passages answer a question: pure scoring, no model and no I/O.

The weights and thresholds were set once on real reports and public question sets, for
all-MiniLM-L6-v2; another embedding model needs its own.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from citewire.services.models.extractive.asked import Demand
from citewire.services.models.extractive.lead_ins import announces, points_elsewhere
from citewire.services.models.extractive.passages import Passage, Sentence, is_fragment
from citewire.services.models.extractive.question import Wanted
from citewire.text.words import stems

MAX_SENTENCES = 2

_THRESHOLD = 0.45
_FIRST = 0.3
"""What the first source is ahead by; the second has half of it, the third a third."""
_MARGIN, _SAME_PAGE = 0.3, 0.05
"""How far behind the best one a sentence of another page may be, and one of the same page."""
_BELOW = 0.1
"""How far below the threshold a sentence may be that is told beside another one."""
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
    sentences: Sequence[Sentence],
    scores: NDArray[np.float64],
    vectors: NDArray[np.float32],
    passages: Sequence[Passage],
) -> list[Sentence]:
    """The best sentence and one beside it, the better one first, or none if nothing fits.

    Which one is the best depends on the place of its source, too. The second one is rather of
    another page: where the first page is not the right one, that may be.

    Args:
        sentences: the candidates.
        scores: from `score`.
        vectors: their embeddings, of length one, to drop what says the same again.
        passages: in which they stand.
    """
    own = [at for at, one in enumerate(sentences) if not passages[one.place].is_beside]
    if not own or scores[own].max() < _THRESHOLD:
        return []
    ranked = scores + _FIRST / np.array([sentence.number for sentence in sentences])
    picked: list[int] = []
    for at in np.argsort(-ranked, kind="stable").tolist():
        behind = ranked.max() - ranked[at]
        if behind > _MARGIN or len(picked) == MAX_SENTENCES:
            break
        if scores[at] < _THRESHOLD - _BELOW:
            continue
        if any(_says_the_same(sentences, vectors, at, other) for other in picked):
            continue
        page = _page(passages[sentences[at].place])
        is_new = all(_page(passages[sentences[other].place]) != page for other in picked)
        if is_new or behind <= _SAME_PAGE:
            picked.append(at)
    return _in_order([sentences[at] for at in picked])


def _page(passage: Passage) -> tuple[str, int]:
    return passage.document, passage.page


def _in_order(picked: Sequence[Sentence]) -> list[Sentence]:
    """As picked, but those of one passage in the order of its text."""
    order = {place: at for at, place in reversed(list(enumerate(one.place for one in picked)))}
    return sorted(picked, key=lambda sentence: (order[sentence.place], sentence.position))


def best_of(sentences: Sequence[Sentence], scores: NDArray[np.float64]) -> list[Sentence]:
    """Whole sentences, the best first, where something is to be told in any case."""
    best = np.argsort(-scores, kind="stable")
    return [sentences[at] for at in best if not _is_part(sentences[at].text)]


def _is_part(text: str) -> bool:
    return is_fragment(text) or announces(text) or points_elsewhere(text)


def _says_the_same(
    sentences: Sequence[Sentence], vectors: NDArray[np.float32], one: int, other: int
) -> bool:
    if float(vectors[one] @ vectors[other]) >= _NEAR_DUPLICATE:
        return True
    first, second = set(stems(sentences[one].text)), set(stems(sentences[other].text))
    return len(first & second) >= _SAME_WORDS * max(1, len(first | second))
