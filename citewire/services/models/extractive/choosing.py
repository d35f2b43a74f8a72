"""The extracts that answer a question: rows and sentences, few, each about what was asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from citewire.services.models.extractive.asked import Demand, has_figure
from citewire.services.models.extractive.figures import FittingRow
from citewire.services.models.extractive.lead_ins import announces, what_follows
from citewire.services.models.extractive.passages import Passage, Sentence
from citewire.services.models.extractive.question import Wanted
from citewire.services.models.extractive.rows import SURE, nearest_rows
from citewire.services.models.extractive.scoring import best_of, pick
from citewire.services.models.extractive.telling import piece_of_table, row_told

Scores = NDArray[np.float64]
Vectors = NDArray[np.float32]

_BESIDE_ROWS, _COVERING = 0.75, 0.7
"""What a sentence must score, and hold of the question's words, to be told beside sure rows."""

_AS_MUCH = 0.4
"""So much of what the best sentence holds of a question's words must the others hold."""

_FEW = 2
"""So many sentences are told beside rows that may be meant, or where none is sure."""


@dataclass(frozen=True, slots=True)
class ChosenExtract:
    """A statement of a source without its marker, and what of the source belongs below it.

    Args:
        text: the statement.
        number: of the source.
        piece: of its table, as Markdown with the markers of the source.
        items: that it announces.
    """

    text: str
    number: int
    piece: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """The candidates, how well each answers, and their embeddings, of length one."""

    sentences: Sequence[Sentence]
    scores: Scores
    vectors: Vectors

    @property
    def best(self) -> Sentence:
        """The one that answers best."""
        return self.sentences[int(self.scores.argmax())]


def choose(
    wanted: Wanted,
    passages: Sequence[Passage],
    rows: Sequence[FittingRow],
    scored: Scored,
    *,
    is_strong: bool,
) -> list[ChosenExtract]:
    """The extracts to answer with, in the order in which they are told; none if nothing fits.

    Args:
        wanted: what the question asks.
        passages: the sources that may answer.
        rows: of tables, that fit what it asks, the best first.
        scored: the sentences.
        is_strong: whether the sources surely answer, so that what fits best is told in any case.
    """
    asked = Demand(wanted, passages, scored.sentences)
    if rows and rows[0].fit >= SURE:
        beside = _beside_rows(asked, scored) if wanted.wants_figure else []
        return [*_rows(rows, wanted), *_told(beside, passages)]
    picked = pick(scored.sentences, scored.scores, scored.vectors, passages)
    told = list(_told(_about_the_same(picked, scored, asked), passages)) if picked else []
    if rows and wanted.wants_figure:
        beside = [one for one in picked if has_figure(one.text) and not announces(one.text)]
        return [*_rows(rows, wanted), *list(_told(beside, passages))[:_FEW]]
    if told or not is_strong:
        return told
    rows = rows or nearest_rows(wanted, passages)
    if rows and not wanted.wants_text:
        return _rows(rows, wanted)
    whole = best_of(scored.sentences, scored.scores)
    return list(_told([one for one in whole if not passages[one.place].is_beside][:1], passages))


def _about_the_same(picked: Sequence[Sentence], scored: Scored, asked: Demand) -> list[Sentence]:
    """Of the sentences picked those that hold nearly as much of the question as the best does."""
    covered = [asked.coverage(sentence) for sentence in picked]
    least = _AS_MUCH * max(covered)
    kept = [one for one, share in zip(picked, covered, strict=True) if share >= least]
    if not asked.counts or not has_figure(scored.best.text):
        return kept
    return [one for one in kept if has_figure(one.text)]


def _beside_rows(asked: Demand, scored: Scored) -> list[Sentence]:
    """A sentence with a figure that says as surely as a row what was asked, if there is one."""
    for at in np.argsort(-scored.scores, kind="stable"):
        sentence = scored.sentences[at]
        if scored.scores[at] < _BESIDE_ROWS:
            break
        is_full = has_figure(sentence.text) and asked.coverage(sentence) >= _COVERING
        if is_full and not announces(sentence.text):
            return [sentence]
    return []


def _rows(rows: Sequence[FittingRow], wanted: Wanted) -> list[ChosenExtract]:
    """Each row as a statement; the piece of their table below the last one of it."""
    named = len({row.source.passage.document for row in rows}) > 1
    found: list[ChosenExtract] = []
    for passage, group in groupby(rows, key=lambda row: row.source.passage):
        own = list(group)
        number = passage.number
        texts = [row_told(row, spanish=wanted.is_spanish) for row in own]
        if named:
            source = own[0].source.passage
            texts = [f"{source.organisation or source.title}: {text}" for text in texts]
        found += [ChosenExtract(text, number) for text in texts[:-1]]
        found.append(ChosenExtract(texts[-1], number, piece_of_table(own, number)))
    return found


def _told(picked: Sequence[Sentence], passages: Sequence[Passage]) -> Iterator[ChosenExtract]:
    """The sentences, of which one that only announces something is told with that or not at all."""
    for sentence in picked:
        if not announces(sentence.text):
            yield ChosenExtract(sentence.text, sentence.number)
            continue
        following = what_follows(sentence, passages[sentence.place], passages)
        if following.items or following.piece:
            yield ChosenExtract(sentence.text, sentence.number, following.piece, following.items)
