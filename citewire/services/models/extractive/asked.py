"""What a question asks for, measured against the passages at hand: pure scoring, no model."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from citewire.services.models.extractive.passages import Passage, Sentence, is_fragment
from citewire.text.words import (
    fold,
    is_spanish,
    is_stop_word,
    stem,
    stems,
    words,
    years,
)

_COVERAGE_WEIGHT = 0.35
_KIND_BONUS = 0.08
_YEAR_BONUS = 0.05
_OTHER_YEAR_MALUS = 0.15
_OWN_OTHER_YEAR_MALUS = 0.7
# The model knows English: two Spanish sentences are always alike to it, so words count for more.
_SPANISH_COVERAGE_WEIGHT = 0.7
_SPANISH_SIMILARITY_WEIGHT = 0.5
_RANK_BONUS = 0.04
_FRAGMENT_MALUS = 0.08
_NAME_MALUS = 0.15
_FOCUS_MIN = 2
_NAME = re.compile(r"(?<![.?!¿¡] )(?<!^)(?<!^¿)\b[A-ZÁÉÍÓÚÑ][\w&’'-]+")
_FULL_NAME = re.compile(
    r"\b[A-ZÁÉÍÓÚÑ][\w’'-]{1,60}+(?: (?:de|del|la|van|von|[A-Z]\.))* [A-ZÁÉÍÓÚÑ][\w’'-]+"
)
_KINDS = (
    (
        re.compile(
            r"\bpercent|\bper cent|%|\bporcentaje|\bpor ciento|\bproportion|\b(?:growth )?rate\b"
        ),
        re.compile(r"\d\s?%|\bper\s?cent|\bpercent|\bpor ciento|\bproportion|\bporcentaje", re.I),
    ),
    (
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:year|date)|\bcuando\b|\b(?:que|cual) (?:ano|fecha)"
        ),
        re.compile(r"\b(?:19|20)\d\d\b"),
    ),
    (re.compile(r"\bwho(?:m|se)?\b|\bquien(?:es)?\b"), _FULL_NAME),
    (
        re.compile(
            r"\bhow (?:much|many|large|big|long|far|high)\b|\bnumber of\b|\bcuant[oa]s?\b|\btotal\b"
        ),
        re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d\b)\d"),
    ),
)


def lacks_evidence(question: str, passages: Sequence[Passage]) -> bool:
    """Whether the question names a year that none of the passages nor their titles has."""
    known = frozenset[str]().union(*(years(f"{p.title} {p.text}") for p in passages))
    asked = years(question)
    return bool(asked) and not asked & known


def focus(question: str, passages: Sequence[Passage]) -> str:
    """The question without names, years and title words, or all of it if too little is left.

    Where every source is about one company, its name draws the meaning of the question to
    sentences that merely say what the company is.
    """
    dropped = {stem(name) for name in _NAME.findall(question)}
    dropped |= {stem(word) for passage in passages for word in words(passage.title)}
    kept = " ".join(
        part
        for part in question.split()
        if not years(part) and not all(stem(word) in dropped for word in words(part))
    )
    return kept if len(stems(kept)) >= _FOCUS_MIN else question


class Demand:
    """What a question asks for, measured against the passages at hand."""

    def __init__(
        self, question: str, passages: Sequence[Passage], sentences: Sequence[Sentence]
    ) -> None:
        self._passages = max(1, len(passages))
        self._years = years(question)
        spanish = is_spanish(question)
        self.similarity_weight = _SPANISH_SIMILARITY_WEIGHT if spanish else 1.0
        self._coverage_weight = _SPANISH_COVERAGE_WEIGHT if spanish else _COVERAGE_WEIGHT
        # A word in the title of a report is true of all its sentences and tells none apart.
        self._titles = {p.number: frozenset(stems(p.title)) for p in passages}
        wanted = set(stems(question)) - self._years
        frequency = Counter(s for sentence in sentences for s in set(stems(sentence.text)))
        total = len(sentences)
        self._weights = {s: math.log(1 + total / (1 + frequency[s])) for s in wanted}
        folded = fold(question)
        self._kinds = [answer for asks, answer in _KINDS if asks.search(folded)]
        known = frozenset(stem(w) for p in passages for w in words(f"{p.title} {p.text}"))
        self._unknown = _unknown_names(question, known)

    def bonus(self, sentence: Sentence) -> float:
        """What counts beside the similarity of meaning."""
        total = self._coverage_weight * self._coverage(sentence)
        total += _KIND_BONUS * any(kind.search(sentence.text) for kind in self._kinds)
        total += self._agreement(sentence)
        total += _RANK_BONUS * (1 - (sentence.number - 1) / self._passages)
        total -= _NAME_MALUS * self._unknown
        return total - (_FRAGMENT_MALUS if is_fragment(sentence.text) else 0.0)

    def _agreement(self, sentence: Sentence) -> float:
        """Whether the sentence is about the year that the question asks for."""
        if not self._years or not sentence.years:
            return 0.0
        if self._years & sentence.years:
            return _YEAR_BONUS
        return -(_OWN_OTHER_YEAR_MALUS if years(sentence.text) else _OTHER_YEAR_MALUS)

    def _coverage(self, sentence: Sentence) -> float:
        """The share of the question's words that the sentence has, rare ones counting more."""
        held = frozenset(stems(sentence.text))
        in_title = self._titles.get(sentence.number, frozenset())
        weights = {s: w * (0.3 if s in in_title else 1.0) for s, w in self._weights.items()}
        total = sum(weights.values())
        return sum(w for s, w in weights.items() if s in held) / total if total else 0.0


def _unknown_names(question: str, known: frozenset[str]) -> float:
    """The share of names in the question that no passage has."""
    names = {stem(name) for name in _NAME.findall(question) if not is_stop_word(name)}
    return sum(name not in known for name in names) / len(names) if names else 0.0
