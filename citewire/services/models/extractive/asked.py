"""What a question asks for, measured against the sentences at hand: pure scoring, no model."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.trade_words import words_of
from citewire.services.models.extractive.bounds import are_others, bounds_in
from citewire.services.models.extractive.figures import share_said
from citewire.services.models.extractive.groups import lacks_group
from citewire.services.models.extractive.lead_ins import announces, points_elsewhere
from citewire.services.models.extractive.outlook import is_outlook
from citewire.services.models.extractive.passages import Passage, Sentence, is_fragment, own_years
from citewire.services.models.extractive.question import Wanted, is_light, roots
from citewire.text.words import fold, is_stop_word, stem, stems, words, years

_COVERAGE_WEIGHT = 0.35
_KIND_BONUS = 0.08
_NO_FIGURE_MALUS = 0.1
_YEAR_BONUS = 0.05
_OTHER_YEAR_MALUS = 0.15
_OWN_OTHER_YEAR_MALUS = 0.7
# The model knows English: two Spanish sentences are always alike to it, so words count for more.
_SPANISH_COVERAGE_WEIGHT = 0.7
_SPANISH_SIMILARITY_WEIGHT = 0.5
_RANK_BONUS = 0.04
_FRAGMENT_MALUS = 0.08
_LEAD_IN_MALUS = 0.12
_POINTER_MALUS = 0.2
_ROW_MALUS = 0.2
_ECHO_MALUS = 0.5
_NEW_WORDS = 2
"""So many words that the question does not have must a sentence have to say anything."""
_NAME_MALUS = 0.15
_OTHER_BOUNDS_MALUS = 0.4
_OUTLOOK_MALUS = 0.2
_OUTLOOK_BONUS = 0.4
_OFF_MALUS = 0.2
_FOCUS_MIN = 2
_NAME = re.compile(r"(?<![.?!¿¡] )(?<!^)(?<!^¿)\b[A-ZÁÉÍÓÚÑ][\w&’'-]+")
_FULL_NAME = re.compile(
    r"\b[A-ZÁÉÍÓÚÑ][\w’'-]{1,60}+(?: (?:de|del|la|van|von|[A-Z]\.))* [A-ZÁÉÍÓÚÑ][\w’'-]+"
)
_DIGIT = re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d\b)\d")
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
        re.compile(r"\bwhy\b|\b(?:drove|drives?|drivers?|caused?|reasons?)\b|\bpor que\b"),
        re.compile(
            r"\b(?:due to|because|driven by|attributable to|result(?:ed|ing)? (?:of|from)|caused by"
            r"|primarily|reflect(?:s|ed|ing)|debido a|porque|a causa de)\b",
            re.I,
        ),
    ),
    (
        re.compile(
            r"\bhow (?:much|many|large|big|long|far|high)\b|\bnumber of\b|\bcuant[oa]s?\b|\btotal\b"
        ),
        _DIGIT,
    ),
)


_BY_HOW_MUCH = (
    re.compile(
        r"\bby how (?:much|many)\b|\bhow much (?:did|has|have|does)\b.{1,120}?\b(?:fall|rise|grow"
        r"|increased?|decreased?|declined?|change[ds]?|drop(?:ped)?|improved?|fallen|risen|grown)\b"
        r"|\ben cuanto (?:aumento|bajo|crecio|subio)\b"
    ),
    re.compile(
        r"\d.{0,60}\b(?:increase|decrease|decline|growth|drop|less|more|lower|higher|fewer|down|up"
        r"|menos|mas|aumento)\b|\b(?:by|fell|rose|grew|increased|decreased|declined|down|up)\b.{0,40}\d",
        re.I,
    ),
)
"""Asks for a change; a sentence that tells one."""


def lacks_evidence(question: str, passages: Sequence[Passage]) -> bool:
    """Whether there are none, or none has a year or a group of people that the question names."""
    return not passages or not have_years(question, passages) or lacks_group(question, passages)


def have_years(question: str, passages: Sequence[Passage]) -> bool:
    """Whether passages, or what they are of, have all years that a question names."""
    told = (f"{one.title} {one.file_name} {one.section} {one.text}" for one in passages)
    return years(question) <= frozenset[str]().union(*map(years, told))


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
        self, wanted: Wanted, passages: Sequence[Passage], sentences: Sequence[Sentence]
    ) -> None:
        question = wanted.text
        self._outlooks = frozenset(at for at, one in enumerate(passages) if _tells_outlook(one))
        # What stands beside the sources adds words, but tells not what is rare or known.
        sentences = [one for one in sentences if not passages[one.place].is_beside]
        passages = [one for one in passages if not one.is_beside]
        self.counts = wanted.counts
        self._wanted = wanted
        self._ranks = {passage.number: rank for rank, passage in enumerate(passages)}
        self._years = years(question)
        spanish = wanted.is_spanish
        self.similarity_weight = _SPANISH_SIMILARITY_WEIGHT if spanish else 1.0
        self._coverage_weight = _SPANISH_COVERAGE_WEIGHT if spanish else _COVERAGE_WEIGHT
        # A word in the title of a report is true of all its sentences and tells none apart.
        self._titles = {p.number: frozenset(stems(p.title)) for p in passages}
        asked = set(stems(question)) - self._years
        self._asked = frozenset(asked)
        frequency = Counter(s for sentence in sentences for s in set(stems(sentence.text)))
        self._subject = frozenset(word for word in wanted.stems if not is_light(word))
        said = (roots(stems(one.text)) for one in sentences)
        self._is_said = bool(self._subject) and any(self._subject <= one for one in said)
        total = len(sentences)
        self._weights = {s: math.log(1 + total / (1 + frequency[s])) for s in asked}
        folded = fold(question)
        asks_change, tells_change = _BY_HOW_MUCH
        if asks_change.search(folded):
            self._kinds = [tells_change]
        else:
            self._kinds = [answer for asks, answer in _KINDS if asks.search(folded)]
        known = frozenset(stem(w) for p in passages for w in words(f"{p.title} {p.text}"))
        self._unknown = _unknown_names(question, known)

    def bonus(self, sentence: Sentence) -> float:
        """What counts beside the similarity of meaning."""
        text = sentence.text
        total = self._coverage_weight * self.coverage(sentence)
        total += _KIND_BONUS * any(kind.search(text) for kind in self._kinds)
        total += self._agreement(sentence)
        total += _RANK_BONUS * (1 - self._ranks.get(sentence.number, 0) / len(self._ranks))
        total -= _NAME_MALUS * self._unknown
        total -= _NO_FIGURE_MALUS * (self.counts and not _DIGIT.search(text))
        total -= _LEAD_IN_MALUS * announces(text) + _POINTER_MALUS * points_elsewhere(text)
        total -= _ECHO_MALUS * self._says_nothing(text) + _ROW_MALUS * (sentence.row is not None)
        total -= _OTHER_BOUNDS_MALUS * are_others(bounds_in(text), self._wanted.bounds)
        # A sentence that has only the name of the firm, where another has what is asked.
        total -= _OFF_MALUS * (self._is_said and not self._subject & roots(stems(text)))
        is_outlook = sentence.place in self._outlooks
        if is_outlook != self._wanted.wants_outlook:
            total -= _OUTLOOK_MALUS
        elif is_outlook:
            # The rows of an outlook are words to a reader of figures: "$24.70 to $25.40".
            said = share_said(self._subject, roots(words_of(flatten(text))))
            total += _ROW_MALUS * (sentence.row is not None) + _OUTLOOK_BONUS * said
        return total - (_FRAGMENT_MALUS if is_fragment(text) else 0.0)

    def _says_nothing(self, text: str) -> bool:
        """Whether a sentence says no more than the question does: its source, its own title."""
        new = frozenset(stems(text)) - self._asked - self._years
        return len(new) < _NEW_WORDS and not any(word[0].isdigit() for word in new)

    def _agreement(self, sentence: Sentence) -> float:
        """Whether the sentence is about the year that the question asks for."""
        if not self._years or not sentence.years:
            return 0.0
        if self._years & sentence.years:
            return _YEAR_BONUS
        return -(_OWN_OTHER_YEAR_MALUS if own_years(sentence.text) else _OTHER_YEAR_MALUS)

    def has_sort(self, text: str) -> bool:
        """Whether a text has the sort of thing that is asked for: a figure, a name, a year, why."""
        return not self._kinds or any(kind.search(text) for kind in self._kinds)

    def coverage(self, sentence: Sentence) -> float:
        """The share of the question's words that the sentence has, rare ones counting more."""
        held = frozenset(stems(sentence.text))
        in_title = self._titles.get(sentence.number, frozenset())
        weights = {s: w * (0.3 if s in in_title else 1.0) for s, w in self._weights.items()}
        total = sum(weights.values())
        return sum(w for s, w in weights.items() if s in held) / total if total else 0.0


def _tells_outlook(passage: Passage) -> bool:
    """Whether a passage tells what is expected, as its heading or the heads of its table say."""
    lines = passage.text.split("\n", 2)[:2] if passage.table is not None else ()
    return any(map(is_outlook, (passage.section, *lines)))


def has_figure(text: str) -> bool:
    """Whether a text has a number that is no year."""
    return _DIGIT.search(text) is not None


def _unknown_names(question: str, known: frozenset[str]) -> float:
    """The share of names in the question that no passage has."""
    names = {stem(name) for name in _NAME.findall(question) if not is_stop_word(name)}
    return sum(name not in known for name in names) / len(names) if names else 0.0
