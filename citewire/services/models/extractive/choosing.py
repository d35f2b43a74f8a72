"""The extracts that answer a question: rows and sentences, few, each about what was asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from citewire.services.models.extractive.asked import Demand, has_figure, have_years
from citewire.services.models.extractive.figures import FittingRow
from citewire.services.models.extractive.lead_ins import announces, what_follows
from citewire.services.models.extractive.nearest import (
    asks_for_looks,
    has_amount,
    is_far,
    lead_of,
    lead_of_missing,
    lead_of_parts,
)
from citewire.services.models.extractive.passages import Passage, Sentence, own_years
from citewire.services.models.extractive.places import row_place, rows_places, sentence_place
from citewire.services.models.extractive.question import Wanted
from citewire.services.models.extractive.rows import SURE, nearest_rows
from citewire.services.models.extractive.scoring import best_of, pick
from citewire.services.models.extractive.telling import piece_of_table, row_told, rows_of_piece
from citewire.text.words import years
from citewire.workflows.run_context import Extracted

Scores = NDArray[np.float64]
Vectors = NDArray[np.float32]

_BESIDE_ROWS, _COVERING = 0.75, 0.7
"""What a sentence must score, and hold of the question's words, to be told beside sure rows."""

_AS_MUCH, _OF_OTHERS = 0.4, 0.75
"""So much of what the best sentence holds of a question's words must the others hold, and those of
other reports."""

_HALF, _NEXT = 0.4, 2
"""What a sentence must hold of the question's words for one of so many after it to be told too."""

_ALL = 0.8
"""What of a question's words must be said around the nearest row for it to be an answer."""

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
        places: where the statement stands, each item, and each row of the piece.
    """

    text: str
    number: int
    piece: str = ""
    items: tuple[str, ...] = ()
    places: tuple[Extracted | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What is told, in its order; none if nothing fits.

    Args:
        extracts: the statements.
        lead: what is said above them: that they are only the nearest, if so.
    """

    extracts: Sequence[ChosenExtract] = ()
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """The candidates, how well each answers, and their embeddings, of length one."""

    sentences: Sequence[Sentence]
    scores: Scores
    vectors: Vectors
    similarities: NDArray[np.float32]
    """To the question without names."""

    def similarity(self, sentence: Sentence) -> float:
        """How near a sentence is in meaning to what is asked."""
        return float(self.similarities[self.sentences.index(sentence)])

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
    missing: Sequence[str] = (),
) -> Choice:
    """The extracts to answer with, in the order in which they are told; none if nothing fits.

    Args:
        wanted: what the question asks.
        passages: the sources that may answer.
        rows: of tables, that fit what it asks, the best first.
        scored: the sentences.
        is_strong: whether the sources surely answer, so that what fits best is told in any case.
        missing: whose reports were asked for, too, and have no row.
    """
    asked = Demand(wanted, passages, scored.sentences)
    is_of_looks = asks_for_looks(wanted)
    rows = [] if is_of_looks else rows
    if rows and rows[0].fit >= SURE:
        is_part = all(row.is_part for row in rows)
        beside = _beside_rows(asked, scored) if wanted.wants_figure and not is_part else []
        lead = lead_of_parts(wanted) if is_part else lead_of_missing(missing, wanted)
        if all(row.is_of_segment for row in rows):
            lead = lead or lead_of(wanted)
        return Choice([*_rows(rows, wanted, passages), *_told(beside, passages)], lead)
    picked = pick(scored.sentences, scored.scores, scored.vectors, passages)
    documents = [one.document for one in passages]
    kept = (
        _with_next(_about_the_same(picked, scored, asked, documents), scored, asked)
        if picked
        else []
    )
    told = list(_told(kept, passages))
    if rows and wanted.wants_figure:
        beside = [one for one in picked if has_figure(one.text) and not announces(one.text)]
        return Choice([*_rows(rows, wanted, passages), *list(_told(beside, passages))[:_FEW]])
    if told and not is_of_looks and _answers(kept, wanted, scored):
        told = told if _have_its_years(kept, wanted, passages) else []
        is_other = bool(told) and _are_of_other_years(kept, wanted, passages)
        return Choice(told[:1], lead_of(wanted)) if is_other else Choice(told)
    if not is_strong:
        return Choice(told[:1], lead_of(wanted)) if told else Choice()
    is_known = bool(rows)
    rows = [] if is_of_looks else rows or nearest_rows(wanted, passages)
    if rows and not wanted.wants_text and not told:
        is_all = is_known or rows[0].says(wanted.stems) >= _ALL
        return Choice(_rows(rows, wanted, passages), "" if is_all else lead_of(wanted))
    whole = best_of(scored.sentences, scored.scores)
    nearest = told or list(
        _told([one for one in whole if not passages[one.place].is_beside][:1], passages)
    )
    return Choice(nearest[:1], lead_of(wanted)) if nearest else Choice()


def _have_its_years(
    picked: Sequence[Sentence], wanted: Wanted, passages: Sequence[Passage]
) -> bool:
    """Whether the reports of the sentences, and not just others at hand, have the years asked."""
    documents = {passages[one.place].document for one in picked}
    return have_years(wanted.text, [one for one in passages if one.document in documents])


def _are_of_other_years(
    picked: Sequence[Sentence], wanted: Wanted, passages: Sequence[Passage]
) -> bool:
    """Whether no sentence tells a year that is asked for, and all reports are of other ones.

    "The harbour received 1,912 ship calls", in a report on 2023, is of 2023.
    """
    asked = years(wanted.text)

    def is_of_another(one: Sentence) -> bool:
        passage = passages[one.place]
        told = own_years(one.text) or years(passage.section)
        reported = years(f"{passage.title} {passage.file_name}")
        return not asked & told and bool(reported) and not asked & reported

    return bool(asked) and all(map(is_of_another, picked))


def _answers(picked: Sequence[Sentence], wanted: Wanted, scored: Scored) -> bool:
    """Whether one of the sentences is about what is asked, and has an amount if that is asked."""
    if wanted.counts and not any(has_amount(one.text) for one in picked):
        return False
    return any(not is_far(wanted, one, scored.similarity(one)) for one in picked)


def _about_the_same(
    picked: Sequence[Sentence], scored: Scored, asked: Demand, documents: Sequence[str]
) -> list[Sentence]:
    """Of the sentences picked those that hold nearly as much of the question as the best does.

    `documents` are those of the passages: another report must say nearly all of it.
    """
    covered = [asked.coverage(sentence) for sentence in picked]
    best = max(covered)
    own = documents[picked[0].place]
    kept = [
        one
        for one, share in zip(picked, covered, strict=True)
        if share >= best * (_AS_MUCH if documents[one.place] == own else _OF_OTHERS)
    ]
    if not asked.counts or not has_figure(scored.best.text):
        return kept
    return [one for one in kept if has_figure(one.text)]


def _with_next(picked: Sequence[Sentence], scored: Scored, asked: Demand) -> Sequence[Sentence]:
    """The best sentence with the one after it, where only that has the sort of thing asked for.

    "The council agreed to repair the bridge. The work costs £64,000."
    """
    if not picked:
        return picked
    best = picked[0]
    if asked.has_sort(best.text) or asked.coverage(best) < _HALF:
        return picked
    following = [
        one
        for one in scored.sentences
        if one.place == best.place and 0 < one.position - best.position <= _NEXT
    ]
    answering = next((one for one in following if asked.has_sort(one.text)), None)
    return picked if answering is None else [best, answering]


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


def _rows(
    rows: Sequence[FittingRow], wanted: Wanted, passages: Sequence[Passage]
) -> list[ChosenExtract]:
    """Each row as a statement; the piece of their table below the last one of it.

    Whose it is stands before it where it might be another's: `passages` are those that may answer.
    """
    owners = {one.organisation for one in passages if one.organisation}
    named = len(owners) > 1 or len({row.source.passage.document for row in rows}) > 1
    found: list[ChosenExtract] = []
    for passage, group in groupby(rows, key=lambda row: row.source.passage):
        own = list(group)
        number = passage.number
        texts = [row_told(row, spanish=wanted.is_spanish) for row in own]
        if named:
            source = own[0].source.passage
            texts = [f"{source.organisation or source.title}: {text}" for text in texts]
        piece = piece_of_table(own, number)
        shown = rows_places(passage, rows_of_piece(own) if piece else ())
        *places, last = [_place(row) for row in own]
        found += [
            ChosenExtract(text, number, places=(place,))
            for text, place in zip(texts[:-1], places, strict=True)
        ]
        found.append(ChosenExtract(texts[-1], number, piece, places=(last, *shown)))
    return found


def _told(picked: Sequence[Sentence], passages: Sequence[Passage]) -> Iterator[ChosenExtract]:
    """The sentences, of which one that only announces something is told with that or not at all."""
    for sentence in picked:
        if not announces(sentence.text):
            yield extract_of(sentence, passages)
            continue
        following = what_follows(sentence, passages[sentence.place], passages)
        if following.items or following.piece:
            alone = extract_of(sentence, passages)
            places = (*alone.places, *following.places)
            yield replace(alone, piece=following.piece, items=following.items, places=places)


def extract_of(sentence: Sentence, passages: Sequence[Passage]) -> ChosenExtract:
    """A sentence as an extract, with its place."""
    place = sentence_place(sentence, passages[sentence.place])
    return ChosenExtract(sentence.text, sentence.number, places=(place,))


def _place(row: FittingRow) -> Extracted | None:
    cell = next((cell.place for cell in row.told if cell.place), None)
    return None if cell is None else row_place(row.source.passage, cell[0])
