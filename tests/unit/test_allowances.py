"""What owners may spend in a time, counted over workers without a round trip for each request."""

from collections.abc import Sequence
from typing import cast

import pytest

from citewire.errors import StorageUnavailable, TooManyRequests, TooManyTokens
from citewire.services.access.allowances import Allowance, Allowances
from citewire.storage.access.spending import SpendingStore, Spent


class Buckets:
    """Levels that do not drain, and how often somebody asked."""

    def __init__(self) -> None:
        self.levels: dict[tuple[str, str], float] = {}
        self.asked = 0
        self.is_away = False

    async def spend(self, spent: Sequence[Spent]) -> list[float]:
        self.asked += 1
        if self.is_away:
            raise StorageUnavailable("Redis does not answer")
        for one in spent:
            key = one.kind, one.owner
            self.levels[key] = self.levels.get(key, 0.0) + one.added
        return [self.levels[one.kind, one.owner] for one in spent]


@pytest.fixture
def store() -> Buckets:
    return Buckets()


def worker(store: Buckets) -> Allowances:
    limits = {
        "requests": Allowance(5, 3600, "5 requests an hour"),
        "tokens": Allowance(100, 3600, "100 tokens an hour"),
    }
    return Allowances(cast(SpendingStore, store), limits)  # type: ignore[arg-type]


async def take(allowances: Allowances, owner: str, count: int) -> int:
    """How many of so many requests are let in."""
    let_in = 0
    for _ in range(count):
        try:
            await allowances.take_request(owner)
        except TooManyRequests:
            continue
        let_in += 1
    return let_in


async def test_so_many_requests_are_let_in_and_no_more(store: Buckets) -> None:
    allowances = worker(store)

    assert [await take(allowances, "ann", 9), await take(allowances, "bob", 2)] == [5, 2]


async def test_only_the_first_request_of_an_owner_asks_redis(store: Buckets) -> None:
    await take(worker(store), "ann", 100)

    assert store.asked == 1


async def test_a_refusal_says_what_the_limit_is_and_when_to_try_again(store: Buckets) -> None:
    allowances = worker(store)
    await take(allowances, "ann", 5)
    with pytest.raises(
        TooManyRequests, match=r"you may have 5 requests an hour: try again in"
    ) as e:
        await allowances.take_request("ann")

    assert e.value.retry_after_s == pytest.approx(720, abs=2)


async def test_workers_count_together(store: Buckets) -> None:
    one, other = worker(store), worker(store)
    first = await take(one, "ann", 3)
    await one._tell_all()

    assert [first, await take(other, "ann", 9)] == [3, 2]


async def test_tokens_are_refused_once_they_are_used_up(store: Buckets) -> None:
    one, other = worker(store), worker(store)
    await one.check_tokens("ann")
    one.add_tokens("ann", 150)  # a run may take more than was left
    with pytest.raises(TooManyTokens):
        await one.check_tokens("ann")
    await one._tell_all()
    with pytest.raises(TooManyTokens):
        await other.check_tokens("ann")
    await other.check_tokens("bob")


async def test_without_redis_a_worker_counts_alone(store: Buckets) -> None:
    allowances = worker(store)
    store.is_away = True
    let_in = await take(allowances, "ann", 9)
    store.is_away = False
    await allowances._tell_all()

    assert let_in == 5
    assert store.levels["requests", "ann"] == 5, "what was counted meanwhile is told later"


async def test_what_is_not_limited_costs_nothing(store: Buckets) -> None:
    allowances = Allowances(cast(SpendingStore, store), {})
    await take(allowances, "ann", 1000)
    allowances.add_tokens("ann", 10**9)
    await allowances.check_tokens("ann")

    assert store.asked == 0
