"""Whose job is next, in what order and in which lane."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from citewire.services.uploads.job import TURN_S, Job
from citewire.services.uploads.turns import Turns


def _job(owner: str, folder: str = "", *, is_slow: bool = False) -> Job:
    turn_s = TURN_S * 2 if is_slow else TURN_S
    return Job(folder, Path(), (), owner=owner, turn_s=turn_s)


async def _next(turns: Turns) -> Job:
    async with asyncio.timeout(1), turns.taking() as job:
        return job


async def test_owners_take_turns_each_with_the_oldest_of_their_jobs() -> None:
    turns = Turns(1)
    for owner, folder in (("ann", "1"), ("ann", "2"), ("ann", "3"), ("bob", "4"), ("cid", "5")):
        turns.add(_job(owner, folder))

    assert [(await _next(turns)).folder for _ in range(5)] == ["1", "4", "5", "2", "3"]


async def test_a_job_that_gave_way_goes_on_before_its_owners_others_and_after_other_owners() -> (
    None
):
    turns = Turns(1)
    turns.add(_job("ann", "first"))
    async with turns.taking() as first:
        assert not turns.is_wanted(first)
        turns.add(_job("ann", "second"))
        assert not turns.is_wanted(first)
        turns.add(_job("bob", "other"))
        assert turns.is_wanted(first)
    turns.add_again(first)

    assert [(await _next(turns)).folder for _ in range(3)] == ["other", "first", "second"]


async def test_no_owner_has_two_jobs_at_once() -> None:
    turns = Turns(2)
    turns.add(_job("ann"))
    turns.add(_job("ann"))
    async with turns.taking():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), turns.taking():
                pass


async def test_slow_jobs_leave_a_lane_to_the_quick() -> None:
    turns = Turns(2)
    for owner in ("ann", "bob"):
        turns.add(_job(owner, is_slow=True))
    turns.add(_job("cid"))
    async with AsyncExitStack() as taken:
        first = await taken.enter_async_context(turns.taking())
        second = await taken.enter_async_context(turns.taking())

        assert (first.owner, second.owner) == ("ann", "cid")
        # Another slow one would begin if the slow one gave way, and not for the quick one.
        assert (turns.is_wanted(first), turns.is_wanted(second)) == (True, False)


async def test_what_is_dropped_is_not_taken() -> None:
    turns = Turns(1)
    gone, left = _job("ann"), _job("ann")
    turns.add(gone)
    turns.add(left)

    assert (turns.drop(gone), turns.drop(gone)) == (True, False)
    assert await _next(turns) is left
