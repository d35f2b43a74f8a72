"""The quote of an extract is what was extracted: the row or the sentence, where it stands."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from citewire.content.table import grid_of
from citewire.services.answers.answer import Answer
from citewire.services.citations.checking import Checker
from citewire.services.citations.model import Citation
from citewire.services.models.extractive.choosing import ChosenExtract
from citewire.services.models.extractive.passages import Passage, Sentence
from citewire.services.models.extractive.places import row_place, sentence_place
from citewire.services.models.extractive.synthesiser import Extracts
from citewire.workflows.events import DeltaEvent, SourcesEvent
from citewire.workflows.run_context import Extracted
from tests.unit.test_answer import IDS, QUESTION
from tests.unit.test_verdicts_beside import passage, source

HEADS = "Million euros | 2024 | Change on 2023"
ROW = "Other income | 4.4 | 0.0"
TEXT = f"{HEADS}\nCargo handling | 22.3 | +2.7\n{ROW}"
CLAIM = "Other income, 2024: 4.4 million euros"
CHECKER = Checker(ThreadPoolExecutor(1), at_once=True)


def cited(extracted: Extracted | None, *beside: str, text: str = TEXT) -> Citation:
    answer = Answer(IDS, QUESTION, CHECKER)
    context = [passage(number, told) for number, told in enumerate(beside, start=2)]
    answer.take(SourcesEvent(nodes=[source(passage(1, text), *context)], evidence="strong"))
    told = (extracted,) if extracted else ()
    answer.take(DeltaEvent(parts=(f"{CLAIM} ", "[1]", "."), quoted=True, extracted=told))
    (citation,) = answer.citations
    return citation


def test_a_row_told_as_a_sentence_is_quoted_as_the_row() -> None:
    quote = cited(Extracted("p1", ROW, TEXT.index(ROW))).quote
    assert (quote.text, quote.page, quote.match) == (ROW, 4, "exact")


def test_a_row_beside_its_source_is_quoted_from_there_and_nothing_else_is() -> None:
    citation = cited(
        Extracted("p2", ROW, TEXT.index(ROW)), TEXT, text="Revenue in 2024 was 66.9 million euros."
    )
    told = citation.verification.beside
    assert told is not None
    assert (told.passage_id, told.quote.text, citation.quote.match) == ("p2", ROW, "none")


def test_words_of_a_text_that_reads_otherwise_are_looked_for_as_before() -> None:
    quote = cited(Extracted("p1", "Quay dues | 9.9", 3)).quote
    assert quote.text == cited(None).quote.text


def table_passage() -> Passage:
    rows = [line.split(" | ") for line in TEXT.split("\n")]
    text, table = grid_of(rows, header_rows=1, header_columns=1).written()
    assert text == TEXT
    return Passage(1, text, table=table, passage_id="p1")


@pytest.mark.parametrize("row", [1, 2])
def test_the_place_of_a_row_is_that_of_its_words(row: int) -> None:
    place = row_place(table_passage(), row)
    assert place is not None
    assert place.words == TEXT.split("\n")[row]
    assert TEXT[place.start :].startswith(place.words)


def test_a_sentence_over_several_lines_is_found_where_it_stands() -> None:
    read = Passage(1, "A first one. The harbour\nhandled 5 tonnes.", passage_id="p1")
    place = sentence_place(Sentence("The harbour handled 5 tonnes.", 1, 1), read)
    assert place == Extracted("p1", "The harbour\nhandled 5 tonnes.", 13)


def test_there_is_a_place_for_each_marker_of_the_answer() -> None:
    first, second = Extracted("p1", "a", 0), Extracted("p1", "b", 2)
    piece = "| a |  |\n| --- | --- |\n| b | [1] |"
    whole = ChosenExtract("a", 1, piece, places=(first, second))
    assert Extracts([whole, ChosenExtract("c", 2)]).places == (first, second, None)
