"""What one owner may spend in a time: requests and tokens, over all workers.

Each worker counts by itself what it lets in, and several times a second tells Redis what it counted
and hears what all have spent. So a request costs no round trip of its own, but the first after a
while; for a fraction of a second workers may let in more together than one of them would.
"""

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import anyio

from citewire.errors import StorageError, TooManyRequests, TooManyTokens
from citewire.storage.access.spending import SpendingStore, Spent

logger = logging.getLogger(__name__)

TELL_S: Final = 0.25
"""How often workers tell each other."""
KNOWN_S: Final = 10.0
"""How long after its last use a bucket is kept up to date."""

Kind = Literal["requests", "tokens"]
KINDS: Final[tuple[Kind, ...]] = ("requests", "tokens")


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much may be spent at once, and drains within the period."""

    amount: int
    period_s: float
    told: str
    """For a person: `60 requests a minute (CITEWIRE_…)`."""

    @property
    def drains(self) -> float:
        """So much drains in a second."""
        return self.amount / self.period_s


@dataclass(slots=True)
class _Bucket:
    """What this worker knows of a bucket: how full it was, when, and what was added here since.

    `sent` is what is on its way to Redis; `used` is when somebody looked at it last.
    """

    level: float = 0.0
    at: float = 0.0
    added: int = 0
    sent: int = 0
    used: float = -math.inf

    def now(self, allowance: Allowance, now: float) -> float:
        return max(0.0, self.level - allowance.drains * (now - self.at)) + self.added + self.sent


class Allowances:
    """The buckets that this worker uses; whoever builds it runs `run`.

    Args:
        store: where all workers tell what they let in.
        limits: by kind; what is not there is not limited.
    """

    def __init__(self, store: SpendingStore, limits: Mapping[Kind, Allowance]) -> None:
        self._store = store
        self._limits = limits
        self._buckets: dict[tuple[Kind, str], _Bucket] = {}

    async def take_request(self, owner: str) -> None:
        """Count a request of an owner.

        Raises:
            TooManyRequests: there were as many as may be.
        """
        if (limit := self._limits.get("requests")) is not None:
            bucket = await self._known("requests", owner)
            if wait_s := _wait_s(limit, bucket, of=1):
                raise TooManyRequests(_refusal(limit, wait_s), retry_after_s=wait_s)
            bucket.added += 1

    async def check_tokens(self, owner: str) -> None:
        """See that an owner may still ask a model.

        Raises:
            TooManyTokens: as many were used as may be; a run may use more than was left.
        """
        if (limit := self._limits.get("tokens")) is not None:
            bucket = await self._known("tokens", owner)
            if wait_s := _wait_s(limit, bucket, of=1):
                raise TooManyTokens(_refusal(limit, wait_s), retry_after_s=wait_s)

    def add_tokens(self, owner: str, count: int) -> None:
        """Count what an answer took."""
        if "tokens" in self._limits:
            now = time.monotonic()
            bucket = self._buckets.setdefault(("tokens", owner), _Bucket(at=now, used=now))
            bucket.added += count

    async def run(self) -> None:
        """Tell and hear until cancelled, and then once more."""
        if not self._limits:
            return
        try:
            while True:
                await anyio.sleep(TELL_S)
                await self._tell_all()
        finally:
            with anyio.move_on_after(1.0, shield=True):
                await self._tell_all()

    async def _known(self, kind: Kind, owner: str) -> _Bucket:
        now = time.monotonic()
        bucket = self._buckets.setdefault((kind, owner), _Bucket())
        is_news = now - bucket.used > KNOWN_S
        bucket.used = now
        if is_news:
            await self._tell([(kind, owner)])
        return bucket

    async def _tell_all(self) -> None:
        now = time.monotonic()
        for key, bucket in list(self._buckets.items()):
            if now - bucket.used > KNOWN_S and not (bucket.added or bucket.sent):
                del self._buckets[key]
        await self._tell(list(self._buckets))

    async def _tell(self, keys: list[tuple[Kind, str]]) -> None:
        if not keys:
            return
        buckets = [self._buckets[key] for key in keys]
        told = [
            Spent(kind, owner, self._limits[kind].drains / 1000, bucket.added)
            for (kind, owner), bucket in zip(keys, buckets, strict=True)
        ]
        for bucket in buckets:
            bucket.sent, bucket.added = bucket.sent + bucket.added, 0
        try:
            levels = await self._store.spend(told)
        except StorageError as error:
            logger.warning("what owners have spent is counted in this worker alone: %s", error)
            for bucket, spent in zip(buckets, told, strict=True):
                bucket.added += spent.added
        else:
            now = time.monotonic()
            for bucket, level in zip(buckets, levels, strict=True):
                bucket.level, bucket.at = level, now
        finally:
            for bucket, spent in zip(buckets, told, strict=True):
                bucket.sent -= spent.added


def _wait_s(limit: Allowance, bucket: _Bucket, *, of: int) -> float:
    """How long to wait for room, in seconds; 0: there is some."""
    over = bucket.now(limit, time.monotonic()) + of - limit.amount
    return over / limit.drains if over > 0 else 0.0


def _refusal(limit: Allowance, wait_s: float) -> str:
    return f"you may have {limit.told}: try again in {math.ceil(wait_s)} s"
