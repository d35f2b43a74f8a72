"""How strong the retrieved passages are as evidence for a question: one calibrated probability.

A logistic model over five features of the question and its passages (see `Features`), fitted on
questions about real reports: as they are asked, and asked again with the report that answers them
taken out, which makes them unanswerable by construction. `bench/evidence.py` shows the calibration
as a risk-coverage curve for any folder of reports with questions.

The similarity feature means something for the model that it was fitted with only, so there are
two sets of weights: with the local embeddings, and by words alone for all others.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from llama_index.core.schema import NodeWithScore

from citewire.text.unspaced import is_unspaced
from citewire.text.words import fold, is_spanish, is_stop_word, stem, stems, years

Evidence = Literal["strong", "weak", "none"]

STRONG = 0.55
"""Probability that the passages answer the question from which the evidence is called strong."""

NEAREST = 3
"""How many passages are named in place of an answer."""

_NOTHING = "Nothing in the reports that were searched answers this question."
_NEAREST = "The nearest passages are in {}."
_NOTHING_SPANISH = "Nada en los informes consultados responde a esta pregunta."
_NEAREST_SPANISH = "Los pasajes más cercanos están en {}."

_NAME = re.compile(r"(?<![.?!¿¡] )(?<!^)(?<!^¿)\b[A-ZÁÉÍÓÚÑ][\w&’'-]+")
"""A capitalised word that does not begin a sentence."""

_WORD = re.compile(r"\w+")

MANY = 64
"""With so many stems a text is read once, and not searched for each of them."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A fitted logistic model: one weight per feature, and the intercept.

    Below the probability `none` no answer is attempted. It is low: refusing a question that the
    reports answer is worse than giving weak passages to a model that is told to decline.
    """

    similarity: float
    best_coverage: float
    coverage: float
    unknown_names: float
    unknown_years: float
    intercept: float
    none: float


LOCAL = Weights(4.75, 3.51, -2.17, -1.21, -1.95, -2.67, none=0.2)
WORDS_ONLY = Weights(0.0, 4.42, -1.97, -1.23, -1.75, -0.69, none=0.19)
"""Fitted to one set of reports, then scaled on this and another one (66 reports together): as they
were they told fewer of those apart that they were not fitted to than they said.

To fit them anew on both orders reports that were left out no better (AUROC .758 instead of .771).
"""
FITTED = {"all-MiniLM-L6-v2-int8": LOCAL}


def weights_for(embedding: str) -> Weights:
    """The weights that were fitted for an embedding model, by the name that the index has."""
    return FITTED.get(embedding, WORDS_ONLY)


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured, each 0..1.

    Args:
        similarity: cosine of the question and the nearest passage.
        best_coverage: share of the question's words in the one passage that has most of them.
        coverage: the same in all passages together.
        unknown_names: share of the question's names that none of the passages has.
        unknown_years: 1 if the question names years and none of the passages has one of them.
    """

    similarity: float
    best_coverage: float
    coverage: float
    unknown_names: float
    unknown_years: float


@dataclass(frozen=True, slots=True)
class CalibratedEvidence:
    """The evidence rule of a run.

    Args:
        weights: those of the embedding model in use.
        abstain: whether to stop before the model is asked when there is no evidence.
    """

    weights: Weights
    abstain: bool = True

    def level(self, question: str, nodes: Sequence[NodeWithScore]) -> Evidence:
        """How strong the passages are as evidence for the standalone question."""
        if not nodes:
            return "none"
        likely = probability(question, nodes, self.weights)
        if likely >= STRONG:
            return "strong"
        return "none" if self.abstain and likely < self.weights.none else "weak"

    def abstention(self, question: str, nodes: Sequence[NodeWithScore]) -> str:
        """What is said in place of an answer."""
        return abstention(question, nodes)


def abstention(question: str, nodes: Sequence[NodeWithScore]) -> str:
    """What is said in place of an answer: that there is none, and which passages are nearest."""
    spanish = is_spanish(question)
    nothing = _NOTHING_SPANISH if spanish else _NOTHING
    if not nodes:
        return nothing
    places = dict.fromkeys(
        f"{at.get('title', 'untitled')}, p. {at.get('page_label', '?')}"
        for at in (found.node.metadata for found in nodes)
    )
    nearest = "; ".join(list(places)[:NEAREST])
    return f"{nothing} {(_NEAREST_SPANISH if spanish else _NEAREST).format(nearest)}"


def probability(question: str, nodes: Sequence[NodeWithScore], weights: Weights) -> float:
    """The probability that the passages answer the question; 0 without passages."""
    if not nodes:
        return 0.0
    measured = features(question, nodes)
    total = weights.intercept
    for name in Features.__slots__:
        total += getattr(weights, name) * getattr(measured, name)
    return 1 / (1 + math.exp(-total))


def features(question: str, nodes: Sequence[NodeWithScore]) -> Features:
    """Measure the passages, of which there is at least one, against the question."""
    wanted = frozenset(stems(question))
    named = {stem(name) for name in _NAME.findall(question) if not is_stop_word(name)}
    asked = years(question)
    held = _held(wanted | named | asked, nodes)
    everywhere = frozenset[str]().union(*held)
    return Features(
        similarity=max(found.score or 0.0 for found in nodes),
        best_coverage=max(_share(wanted, one) for one in held),
        coverage=_share(wanted, everywhere),
        unknown_names=1 - _share(named, everywhere) if named else 0.0,
        unknown_years=float(bool(asked) and not asked & everywhere),
    )


def _held(sought: frozenset[str], nodes: Sequence[NodeWithScore]) -> list[frozenset[str]]:
    """Which of these stems each passage has.

    A stem is the beginning of a word, so that a search for each of them through each text does:
    stemming whole passages would take several milliseconds of the event loop.
    """
    texts = map(_told, nodes)
    if len(sought) > MANY:
        return [_begun(text, sought) for text in texts]
    longer = {
        one: tuple(other for other in sought if other != one and other.startswith(one))
        for one in sought
    }
    return [frozenset(one for one in sought if _is_in(text, one, longer[one])) for text in texts]


def _begun(text: str, sought: frozenset[str]) -> frozenset[str]:
    """The same by reading the text once, which is less work where many are sought."""
    unspaced = {one for one in sought if is_unspaced(one)}
    held = {
        text[at : at + size]
        for size in {len(one) for one in unspaced}
        for at in range(len(text) - size + 1)
    } & unspaced
    sizes: dict[str, set[int]] = {}  # by what they begin with, so that most words cost one look
    for one in sought - unspaced:
        sizes.setdefault(one[:2], set()).add(len(one))
    ordered = {begin: sorted(lengths, reverse=True) for begin, lengths in sizes.items()}
    for word in _WORD.finditer(text):
        at = word.start()
        for begin in (text[at : at + 2], text[at : at + 1]):
            sized = ((size, text[at : at + size]) for size in ordered.get(begin, ()))
            first = next((cut for size, cut in sized if cut in sought and len(cut) == size), None)
            if first is not None:
                held.add(first)
                break
    return frozenset(held)


def _is_in(text: str, stem: str, longer: tuple[str, ...]) -> bool:
    """Whether a word begins with a stem, and with none of the longer ones that were sought."""
    at = text.find(stem)
    if is_unspaced(stem):
        return at >= 0
    while at >= 0:
        before = text[at - 1 : at]
        if not (before.isalnum() or before == "_" or text.startswith(longer, at)):
            return True
        at = text.find(stem, at + 1)
    return False


def _told(found: NodeWithScore) -> str:
    of = found.node.metadata
    above = f"{of.get('title', '')} {of.get('file_name', '')} {of.get('section', '')}"
    return fold(f"{above} {found.node.get_content()}".replace("_", " "))


def _share(wanted: frozenset[str] | set[str], held: frozenset[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0
