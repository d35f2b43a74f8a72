"""The citations of an answer: before their marker, with label, claim, quote and verdict."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewire.services.answers.answer import Answer
from citewire.services.answers.closing import settle
from citewire.services.answers.events import Delta, RunEvent, Usage
from citewire.services.citations.checking import Checker
from citewire.services.citations.judging import Around, Checked, SourceText
from citewire.services.citations.model import Citation, Span, Verdict, Warned, Withheld
from citewire.workflows.events import AnsweredEvent, DeltaEvent, QuietEvent, SourcesEvent
from tests.doubles.corpus import QUILLMERE_2023
from tests.unit.test_answer import CHECKER, IDS, QUESTION, nodes
from tests.unit.test_claims import slice_utf16

Kind = TypeVar("Kind", Citation, Delta, Verdict, Warned)
TEXT_2023 = QUILLMERE_2023.text
PIECES = ["Ships came", "[1]", "[2][3]", " [9]", "[1", "]", ". ", "🚢", "e\u0301", "九百。", "\n- "]


def answer_on_sources(checker: Checker = CHECKER) -> Answer:
    """An answer on four sources: 1 counts ships in 2022, 2 in 2023."""
    answer = Answer(IDS, QUESTION, checker)
    answer.take(SourcesEvent(nodes=nodes(1, 1, 1, 1), evidence="strong"))
    return answer


def say(answer: Answer, *parts: str) -> list[RunEvent]:
    return [event for part in parts for event in answer.take(DeltaEvent(parts=(part,)))]


async def whole(answer: Answer, *parts: str) -> list[RunEvent]:
    """All events of an answer up to its end, which is not among them."""
    events = [*say(answer, *parts), *answer.take(AnsweredEvent(finish_reason="stop"))]
    return [*events, *await settle(answer)]


def of(kind: type[Kind], events: Sequence[RunEvent]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


def test_a_citation_comes_right_before_the_delta_that_is_its_marker() -> None:
    events = say(answer_on_sources(), "Ships [1][2] came [1]. ")

    for at, event in enumerate(events):
        if isinstance(event, Citation):
            following = events[at + 1]
            assert isinstance(following, Delta)
            assert following.text == f"[{event.label}]"
            assert following.offset == event.marker_span.start
    assert len(of(Citation, events)) == 3


def test_labels_count_by_first_use() -> None:
    answer = answer_on_sources()
    found = of(Citation, say(answer, "A [3], b [1] and c [3]. "))

    assert [(one.n, one.label) for one in found] == [(3, 1), (1, 2), (3, 1)]
    assert answer.text == "A [1], b [2] and c [1]. "


def test_a_citation_says_where_claim_and_marker_are() -> None:
    answer = answer_on_sources()
    [found] = of(Citation, say(answer, "🚢 So. Ships came [2]. "))

    claim, marker = found.claim_span, found.marker_span
    assert slice_utf16(answer.text, claim.start, claim.end) == "Ships came"
    assert slice_utf16(answer.text, marker.start, marker.end) == "[1]"


def test_ids_of_citations_are_the_same_for_the_same_run() -> None:
    first, second = (
        [one.citation_id for one in of(Citation, say(answer_on_sources(), "A [1][2]. "))]
        for _ in range(2)
    )

    assert first == second == ["answered-1", "answered-2"]


def test_a_quote_is_the_words_of_the_source_with_its_page() -> None:
    [found] = of(Citation, say(answer_on_sources(), "Quillmere counted 538 ships [2]. "))

    assert (found.quote.text, found.quote.match) == (TEXT_2023, "exact")
    assert found.quote.page == QUILLMERE_2023.page
    assert found.passage_id == QUILLMERE_2023.passage_id


def test_what_was_just_cited_is_not_checked_yet() -> None:
    [found] = of(Citation, say(answer_on_sources(), "Quillmere counted 538 ships [2]. "))

    assert found.verification.status == "unchecked"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Quillmere harbour counted 538 ships in 2023 [2].", "supported"),
        ("Quillmere harbour counted 999 ships in 2023 [2].", "unsupported"),
    ],
)
async def test_a_verdict_follows_its_citation(said: str, status: str) -> None:
    answer = answer_on_sources()
    events = await whole(answer, said)

    [citation], [verdict] = of(Citation, events), of(Verdict, events)
    assert events.index(citation) < events.index(verdict)
    assert verdict.citation_id == citation.citation_id
    assert verdict.verification.status == status
    assert answer.done(Usage(), "m").citations[0].verification == verdict.verification


async def test_verdicts_come_while_the_answer_goes_on() -> None:
    answer = answer_on_sources()
    events = say(answer, "Quillmere counted 538 ships [2].", " And", " more")
    CHECKER._executor.submit(bool).result()  # whatever was submitted before is done

    assert of(Verdict, [*events, *say(answer, " came")])


def test_the_same_claim_on_the_same_passage_is_judged_once() -> None:
    source = CHECKER.source(answer_on_sources().sources[0])

    assert CHECKER.check("Ships came.", [source]) is CHECKER.check("Ships came.", [source])


@pytest.mark.parametrize(
    "said",
    [
        "It had 999 ships [1][2].",
        "⚓ It had 999 ships [1]. Yes, 999 ships [2].",
        "| Year | Ships |\n|---|---|\n| Then | 999 ships [1] | or 999 ships [2] | 999 [1] |",
    ],
)
async def test_numbers_that_no_source_holds_are_warned_of_where_they_stand(said: str) -> None:
    answer = answer_on_sources()
    warned = of(Warned, await whole(answer, said))

    units = answer.text.encode("utf-16-le")
    spans = sorted((one.span.start, one.span.end) for one in warned if one.span)
    assert {one.code for one in warned} == {"unsupported_number"}
    assert {units[2 * start : 2 * end].decode("utf-16-le") for start, end in spans} == {"999"}
    assert len(spans) == len(set(spans)) == len(warned) == said.count("999")
    assert answer.warnings == warned


async def test_what_is_cited_of_an_outdated_document_is_warned_of_once() -> None:
    found = nodes(1, 1, 1, 1)
    for one in found[:2]:
        one.node.metadata["outdated"] = "2024-04-01T00:00:00+00:00 2024-05-01T00:00:00+00:00"
    answer = Answer(IDS, QUESTION, CHECKER)
    answer.take(SourcesEvent(nodes=found, evidence="strong"))
    said = "Quillmere harbour counted 538 ships in 2023 [2]. It was 538 then [2]."
    [warned] = of(Warned, await whole(answer, said))

    assert warned.code == "outdated_document"
    assert "changed on 2024-05-01 and could not be read" in warned.message
    assert warned.message.endswith("answers come from the version read on 2024-04-01")
    assert [one.doc_id for one in warned.documents] == [answer.sources[1].doc_id]
    assert answer.warnings == [warned]


async def test_an_outdated_document_that_is_not_cited_is_not_warned_of() -> None:
    found = nodes(1, 1, 1, 1)
    found[0].node.metadata["outdated"] = "2024-04-01T00:00:00+00:00"
    answer = Answer(IDS, QUESTION, CHECKER)
    answer.take(SourcesEvent(nodes=found, evidence="strong"))

    assert not of(Warned, await whole(answer, "Quillmere harbour counted 538 ships in 2023 [2]."))


async def test_markers_of_one_claim_are_judged_each_and_together() -> None:
    answer = answer_on_sources()
    said = "Quillmere harbour counted 412 ships in 2022 and 538 ships in 2023 [1][2]."

    events = await whole(answer, said)

    assert [one.verification.status for one in answer.citations] == ["partial", "partial"]
    assert not of(Warned, events)
    assert {one.claim_span for one in answer.citations} == {Span(0, len(said) - 8)}


async def test_a_marker_that_comes_late_is_judged_with_those_before() -> None:
    answer = answer_on_sources()
    said = "Quillmere harbour counted 412 ships in 2022 and 538 ships in 2023 [1]"

    await whole(answer, said, ",", " ", "[2].")

    assert [one.verification.status for one in answer.citations] == ["partial", "partial"]


async def test_a_number_is_dropped_with_one_warning() -> None:
    events = await whole(answer_on_sources(), "Ships [9] came [9] in 2023 [2] [8].")

    dropped = [one for one in of(Warned, events) if one.code == "dropped_marker"]
    assert len(dropped) == 2


@pytest.mark.parametrize("held", ["[1", "[Source 1", "`", "$"])
def test_what_is_held_back_is_shown_when_the_model_is_silent(held: str) -> None:
    answer = answer_on_sources()
    say(answer, f"so {held}")

    shown = of(Delta, answer.take(QuietEvent()))

    assert [delta.text for delta in shown] == [held]
    assert answer.text == f"so {held}"


def test_a_whole_marker_is_shown_when_the_model_is_silent() -> None:
    answer = answer_on_sources()
    say(answer, "Ships came [1]")

    assert [event.name for event in answer.take(QuietEvent())] == ["citation", "delta"]


async def test_sentences_without_a_marker_are_traced() -> None:
    answer = answer_on_sources()
    said = "So it is. Quillmere harbour counted 538 ships in 2023."

    events = await whole(answer, said)

    [found] = answer.citations
    assert (found.origin, found.n, found.label) == ("inferred", 2, 1)
    assert found.marker_span == Span(len(said), len(said))
    assert slice_utf16(said, found.claim_span.start, found.claim_span.end) == said[10:]
    assert answer.text == said
    assert [source.n for source in answer.sources if source.cited] == [2]
    assert not of(Warned, events)


async def test_an_answer_that_nothing_supports_is_warned_of() -> None:
    events = await whole(answer_on_sources(), "The moon is made of green cheese and honey.")

    assert [one.code for one in of(Warned, events)] == ["no_citation"]


@pytest.mark.parametrize("reason", ["no_evidence", "blocked"])
async def test_a_refusal_is_neither_traced_nor_warned_of(reason: str) -> None:
    answer = answer_on_sources()
    say(answer, TEXT_2023)
    answer.take(AnsweredEvent.model_validate({"finish_reason": reason}))

    assert await settle(answer) == []


async def test_one_marker_is_enough_to_leave_the_rest_as_the_model_wrote_it() -> None:
    answer = answer_on_sources()
    await whole(answer, f"Ships came [1]. {TEXT_2023}")

    assert [one.origin for one in answer.citations] == ["marked"]


async def test_unchecked_citations_stay_so_where_nothing_is_judged() -> None:
    answer = answer_on_sources(Checker(ThreadPoolExecutor(1), judges=False))
    events = await whole(answer, "Quillmere counted 999 ships [2].")

    assert [one.verification.status for one in answer.citations] == ["unchecked"]
    assert answer.citations[0].quote.text
    assert not of(Verdict, events)


class Never(Checker):
    """A checker that never comes to an end."""

    def check(
        self, claim: str, sources: Sequence[SourceText], around: Around = ()
    ) -> Future[Checked] | None:
        return Future()


class Failing(Checker):
    """A checker with a defect."""

    def check(
        self, claim: str, sources: Sequence[SourceText], around: Around = ()
    ) -> Future[Checked] | None:
        failed: Future[Checked] = Future()
        failed.set_exception(ValueError("a defect"))
        return failed


async def test_verdicts_are_not_waited_for_for_ever() -> None:
    answer = answer_on_sources(Never(ThreadPoolExecutor(1)))
    say(answer, "Ships came [1]. ")

    assert await settle(answer, within_s=0.05) == []
    answer.finish()
    assert answer.citations[0].verification.status == "unchecked"
    assert answer.citing.outstanding == []


async def test_a_defect_of_the_checker_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    answer = answer_on_sources(Failing(ThreadPoolExecutor(1)))
    await whole(answer, "Ships came [1].")

    assert answer.citations[0].verification.status == "unchecked"
    assert "could not be checked" in caplog.text


async def test_what_was_withheld_from_the_model_supports_nothing() -> None:
    answer = answer_on_sources()
    answer.sources[1].withheld = [Withheld(0, len(TEXT_2023), "instruction")]
    await whole(answer, "Quillmere harbour counted 538 ships in 2023 [2].")

    [citation] = answer.citations
    assert (citation.quote.text, citation.quote.match) == ("", "none")
    assert citation.verification.status == "unsupported"


@pytest.mark.parametrize("stop", range(1, 40))
def test_stopped_anywhere_citations_are_those_of_the_text_so_far(stop: int) -> None:
    answer = answer_on_sources()
    say(answer, *"🚢 Ships[1][2] came [Source 3]. So [9] it is【1】."[:stop])
    answer.finish()

    stopped = answer.stopped("user", Usage())

    markers = [
        slice_utf16(stopped.answer, one.marker_span.start, one.marker_span.end)
        for one in stopped.citations
    ]
    assert markers == [f"[{one.label}]" for one in stopped.citations]
    assert stopped.answer.count("[") == len(markers)


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_whatever_is_said_every_span_points_at_what_it_says(pieces: list[str]) -> None:
    answer = answer_on_sources()
    events = [*say(answer, *pieces), *answer.take(QuietEvent())]

    assert "".join(delta.text for delta in of(Delta, events)) == answer.text
    for delta in of(Delta, events):
        assert slice_utf16(answer.text, delta.offset, delta.offset + 99).startswith(delta.text)
    for one in of(Citation, events):
        marker = slice_utf16(answer.text, one.marker_span.start, one.marker_span.end)
        assert marker == f"[{one.label}]"
        assert one.claim_span.start <= one.claim_span.end <= one.marker_span.start


async def test_what_is_quoted_from_the_sources_is_a_quotation_and_not_checked() -> None:
    answer = answer_on_sources()
    events = [
        *answer.take(DeltaEvent(parts=(f"{TEXT_2023[:-1]} ", "[2]", "."), quoted=True)),
        *answer.take(AnsweredEvent(finish_reason="stop")),
    ]
    settled = await settle(answer)

    (citation,) = of(Citation, events)
    assert (citation.verification.status, citation.verification.method) == ("unchecked", "quoted")
    assert answer.citations == [citation]
    assert not of(Verdict, [*events, *settled])
    assert not answer.citing.doubtful()


async def test_a_figure_of_a_quotation_is_never_underlined() -> None:
    answer = answer_on_sources()
    answer.take(DeltaEvent(parts=("999 ships came ", "[2]", "."), quoted=True))
    answer.take(AnsweredEvent(finish_reason="stop"))
    await settle(answer)

    assert answer.warnings == []


async def test_what_a_model_says_after_a_quotation_is_checked() -> None:
    answer = answer_on_sources()
    answer.take(DeltaEvent(parts=("Ships came ", "[2]", ". "), quoted=True))
    events = await whole(answer, f"{TEXT_2023[:-1]} ", "[2]", ".")

    assert [one.verification.method for one in of(Citation, events)] == ["none"]
    assert of(Verdict, events)


async def test_a_verdict_that_comes_too_late_for_the_end_changes_nothing_after_it() -> None:
    busy, go_on = ThreadPoolExecutor(1), Event()
    busy.submit(go_on.wait)
    vectors = [1.0, 0.0]
    answer = answer_on_sources(
        Checker(busy, at_once=True, embed=lambda texts: [vectors for _ in texts])
    )
    # Rules decide of the first, vectors would of the second.
    events = [
        *say(answer, "Quillmere harbour counted 999 ships in 2023 [2]. Gulls sang loudly [1]."),
        *answer.take(AnsweredEvent(finish_reason="stop")),
        *await settle(answer, within_s=0.05),
    ]
    answer.finish()
    at_end = [one.verification for one in answer.done(Usage(), "m").citations]
    go_on.set()
    busy.shutdown(wait=True)

    assert [one.status for one in at_end] == ["unsupported", "unchecked"]
    assert [one.verification for one in of(Verdict, events)] == at_end[:1]
    assert answer.citing.take_in() == []
    assert [one.verification for one in answer.citations] == at_end
