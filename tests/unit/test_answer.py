"""An answer as it grows: offsets, evidence, markers and warnings."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from llama_index.core.schema import NodeWithScore

from citewire.services.answers.answer import Answer
from citewire.services.answers.events import Delta, Ids, Query, RunEvent, Sources, Usage
from citewire.services.citations.checking import Checker
from citewire.services.citations.model import Warned
from citewire.text.offsets import utf16_length
from citewire.workflows.events import (
    AnsweredEvent,
    DeltaEvent,
    RetrievingEvent,
    SourcesEvent,
)
from citewire.workflows.evidence import Evidence
from tests.doubles.corpus import CORPUS

IDS = Ids("run", "chat", "asked", "answered")
QUESTION = "How many ships?"
CHECKER = Checker(ThreadPoolExecutor(1))


def answer_on(*scores: float) -> Answer:
    """An answer whose sources have these scores."""
    answer = Answer(IDS, QUESTION, CHECKER)
    answer.take(SourcesEvent(nodes=nodes(*scores), evidence="strong"))
    return answer


def nodes(*scores: float) -> list[NodeWithScore]:
    return [
        NodeWithScore(node=passage.to_node([1.0]), score=score)
        for passage, score in zip(CORPUS, scores, strict=False)
    ]


def say(answer: Answer, *parts: str) -> list[RunEvent]:
    return [
        *answer.take(DeltaEvent(parts=parts)),
        *answer.take(AnsweredEvent(finish_reason="stop")),
    ]


def deltas(events: Sequence[RunEvent]) -> list[tuple[str, int]]:
    return [(event.text, event.offset) for event in events if isinstance(event, Delta)]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("ships", 5),
        ("é", 1),
        ("九百", 2),
        ("🚢", 2),
        ("a🚢b", 4),
        ("👩‍🚒", 5),
        ("e\u0301", 2),
    ],
)
def test_length_is_counted_as_javascript_does(text: str, length: int) -> None:
    assert utf16_length(text) == length


def test_offsets_are_where_the_text_starts_in_the_answer() -> None:
    events = say(answer_on(1), "a🚢", "九", "b")

    assert deltas(events) == [("a🚢", 0), ("九", 3), ("b", 4)]


def test_offsets_count_the_cleaned_answer() -> None:
    events = say(answer_on(1, 1), "so【1】", "[Sources 1 and 2]", " on")

    assert deltas(events) == [("so", 0), ("[1]", 2), ("[1]", 5), ("[2]", 8), (" on", 11)]


def test_its_text_is_what_its_deltas_say() -> None:
    answer = answer_on(1)
    events = say(answer, "x [", "1", "] y [", "7]", " z [2024")

    assert "".join(text for text, _ in deltas(events)) == answer.text == "x [1] y  z [2024"


def test_a_dropped_marker_is_warned_of_and_not_said() -> None:
    answer = answer_on(1)
    [warned] = [event for event in say(answer, "so [2]") if isinstance(event, Warned)]

    assert (answer.text, warned.code) == ("so ", "dropped_marker")
    assert "2" in warned.message


def test_a_cut_answer_is_warned_of() -> None:
    events = answer_on(1).take(AnsweredEvent(finish_reason="length"))

    assert [event.code for event in events if isinstance(event, Warned)] == ["truncated"]


@pytest.mark.parametrize("evidence", ["strong", "weak", "none"])
def test_generation_is_announced_unless_there_is_no_evidence(evidence: Evidence) -> None:
    found = SourcesEvent(nodes=nodes(0.5), evidence=evidence)

    *before, sources = Answer(IDS, QUESTION, CHECKER).take(found)

    assert isinstance(sources, Sources)
    assert sources.evidence == evidence
    assert bool(before) is (evidence != "none")


def test_a_source_is_cited_once_a_marker_points_at_it() -> None:
    answer = answer_on(1, 1, 1)
    say(answer, "so [3]")

    assert [source.n for source in answer.sources if source.cited] == [3]


@pytest.mark.parametrize(("standalone", "rewritten"), [(QUESTION, False), ("Which ships?", True)])
def test_a_query_says_whether_it_was_rewritten(standalone: str, rewritten: bool) -> None:
    [query, _] = Answer(IDS, QUESTION, CHECKER).take(RetrievingEvent(standalone=standalone))

    assert query == Query(QUESTION, standalone, rewritten)


def test_text_before_any_sources_has_no_markers() -> None:
    assert deltas(say(Answer(IDS, QUESTION, CHECKER), "nothing found")) == [("nothing found", 0)]


def test_stopped_says_what_was_shown_without_what_was_held_back() -> None:
    answer = answer_on(1)
    answer.take(DeltaEvent(parts=("so ", "[1")))

    assert answer.stopped("disconnect", Usage()).answer == "so "


def test_done_is_complete_by_itself() -> None:
    answer = answer_on(1, 0.5)
    say(answer, "so [1]")
    answer.finish()

    done = answer.done(Usage(3, 2), "m")

    assert (done.answer, done.finish_reason, len(done.sources)) == ("so [1]", "stop", 2)
    assert (done.run_id, done.chat_id) == ("run", "chat")
    assert done.timings.total_ms is not None
