"""Waiting for a verdict, and fusing what several searches found."""

import asyncio

from llama_index.core.schema import NodeWithScore, TextNode

from citewire.workflows.events import DeltaEvent, RetrievingEvent, Shown, StageEvent
from citewire.workflows.fusion import by_reciprocal_rank, in_turn
from citewire.workflows.screening.gate import Gate

STAGE = StageEvent(stage="retrieve")
QUERY = RetrievingEvent(standalone="?")
WORD = DeltaEvent(parts=("word",))


def ranking(*names: str) -> list[NodeWithScore]:
    return [
        NodeWithScore(node=TextNode(id_=name), score=1 - rank / 10)
        for rank, name in enumerate(names)
    ]


def names(found: list[NodeWithScore]) -> list[str]:
    return [one.node_id for one in found]


async def test_words_wait_for_the_verdict_and_stages_do_not() -> None:
    heard: list[Shown] = []
    verdict: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    gate = Gate(heard.append, verdict)

    for event in (STAGE, QUERY, WORD, STAGE):
        gate(event)
    assert heard == [STAGE, QUERY]
    verdict.set_result(True)

    assert await gate.passed()
    assert heard == [STAGE, QUERY, WORD, STAGE]
    gate(WORD)
    assert heard[-1] is WORD


async def test_after_a_refusal_nothing_is_heard() -> None:
    heard: list[Shown] = []
    verdict: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    gate = Gate(heard.append, verdict)
    gate(WORD)

    verdict.set_result(False)
    gate(STAGE)

    assert not await gate.passed()
    gate(WORD)
    assert heard == []


async def test_who_waits_for_the_verdict_may_be_cancelled() -> None:
    verdict: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    waiting = asyncio.ensure_future(Gate(lambda event: None, verdict).passed())
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.wait([waiting])

    assert waiting.cancelled()
    assert not verdict.done()


async def test_without_a_verdict_to_wait_for_all_is_heard_at_once() -> None:
    heard: list[Shown] = []

    gate = Gate(heard.append, None)
    gate(WORD)

    assert heard == [WORD]
    assert await gate.passed()


def test_what_two_wordings_find_comes_first() -> None:
    fused = by_reciprocal_rank([ranking("a", "b", "c"), ranking("d", "b")], limit=3)

    assert names(fused) == ["b", "a", "d"]


def test_every_question_gets_its_share() -> None:
    found = in_turn([ranking("a", "b", "c"), ranking("a", "x"), ranking("y")], limit=4)

    assert names(found) == ["a", "y", "b", "x"]


def test_a_passage_keeps_its_best_score() -> None:
    [first, *_] = in_turn([ranking("x", "a"), ranking("a")], limit=2)[1:]

    assert (first.node_id, first.score) == ("a", 1.0)


def test_nothing_found_is_nothing_fused() -> None:
    assert by_reciprocal_rank([[], []], limit=3) == in_turn([[], []], limit=3) == []
