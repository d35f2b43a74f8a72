"""Runs before their first token: who asked first goes first, and nobody holds the others up."""

import asyncio

import pytest

from citewire.workflows.precedence import Place, Precedence


async def settled() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_asked_first_goes_first_whatever_the_order_of_coming_back() -> None:
    order = Precedence(at_once=1)
    first, second, third = (order.place() for _ in range(3))
    went = list[int]()

    async def go(place: Place) -> None:
        await place.enter()
        went.append(place.number)
        place.leave()

    holder = order.place()
    await holder.enter()
    tasks = [asyncio.create_task(go(place)) for place in (third, first, second)]
    await settled()
    assert went == []

    holder.leave()
    await asyncio.gather(*tasks)

    assert went == [first.number, second.number, third.number]


async def test_only_so_many_go_on_at_once() -> None:
    order = Precedence(at_once=2)
    places = [order.place() for _ in range(5)]
    tasks = [asyncio.create_task(place.enter()) for place in places]
    await settled()
    assert [task.done() for task in tasks] == [True, True, False, False, False]

    places[1].leave()
    await settled()
    assert [task.done() for task in tasks] == [True, True, True, False, False]

    for place in places:
        place.leave()
    await settled()
    assert all(task.done() for task in tasks)


async def test_a_run_that_steps_aside_lets_another_on_and_comes_back() -> None:
    order = Precedence(at_once=1)
    asking, other = order.place(), order.place()
    await asking.enter()

    async with asking.aside():
        await asyncio.wait_for(other.enter(), 1)
        coming_back = asyncio.create_task(asyncio.sleep(0))
        await coming_back
        other.leave()

    assert asking.leave()


async def test_a_run_that_waits_for_something_else_holds_nobody_up_for_long() -> None:
    order = Precedence(at_once=1, held_s=0.02)
    stuck, *others = (order.place() for _ in range(4))
    await stuck.enter()

    await asyncio.wait_for(asyncio.gather(*(other.enter() for other in others)), 5)

    assert not stuck.leave()  # the others did not wait for it


@pytest.mark.parametrize("has_turn", [False, True])
async def test_who_is_cancelled_takes_nobodys_turn(has_turn: bool) -> None:
    # With a turn: it is given in the very moment in which its run is cancelled.
    order = Precedence(at_once=1, held_s=60)
    holder, cancelled, other = (order.place() for _ in range(3))
    await holder.enter()
    leaving = asyncio.create_task(cancelled.enter())
    waiting = asyncio.create_task(other.enter())
    await settled()

    if has_turn:
        holder.leave()
    leaving.cancel()
    if not has_turn:
        await settled()
        holder.leave()
    await asyncio.wait_for(waiting, 1)

    assert leaving.cancelled()
    assert other.leave()


async def test_a_run_whose_block_fails_needs_no_turn_any_more() -> None:
    order = Precedence(at_once=1)
    failed, other = order.place(), order.place()
    await failed.enter()

    with pytest.raises(ValueError, match="told so"):
        async with failed.aside():
            raise ValueError("told so")

    await asyncio.wait_for(other.enter(), 1)
    assert not failed.leave()
