"""What Redis replies, in our words: values as text, refusals and silence as our errors."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from citewire.errors import StorageError, StorageUnavailable

LONGEST_REASON = 300
MODULES_REMEDY = (
    "use Redis 8 or Redis Stack, or leave CITEWIRE_REDIS_URL unset for the embedded server"
)


def as_text(value: object) -> str:
    """A reply of Redis as text, whether the client decodes replies or not."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def fields_of(reply: Sequence[Any]) -> dict[str, str]:
    """The fields of one result, which come as names and values by turns."""
    try:
        texts = [value.decode() for value in reply]  # nearly always, and in half the time
    except (AttributeError, UnicodeDecodeError):
        texts = list(map(as_text, reply))
    return dict(zip(texts[::2], texts[1::2], strict=True))


def says_unknown(error: ResponseError) -> bool:
    """Whether Redis complains that there is no such index."""
    # "Unknown index name" up to RediSearch 2.10, "no such index" in Redis 8.
    told = str(error).lower()
    return ("unknown" in told and "index" in told) or "no such index" in told


@contextmanager
def translate_redis_errors() -> Iterator[None]:
    """Turn the failures of the connection inside the block into ours.

    What Redis says of a command (`ResponseError`: no such index, say) passes: who sent the command
    knows what it means.
    """
    try:
        yield
    except (AuthenticationError, NoPermissionError) as error:
        raise StorageError(
            f"Redis refuses the user or password in CITEWIRE_REDIS_URL: {error}"
        ) from error
    except BusyLoadingError as error:
        raise StorageUnavailable("Redis is still loading its data") from error
    except (RedisConnectionError, RedisTimeoutError) as error:
        raise StorageUnavailable(
            "Redis does not answer: check that it runs and that CITEWIRE_REDIS_URL is right"
        ) from error


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn every failure of Redis inside the block into ours.

    Args:
        what: that Redis may refuse, as in "Redis refuses the passages: out of memory".

    Raises:
        StorageUnavailable: Redis does not answer.
        StorageError: it refuses a command, because it is full or read-only, say.
    """
    try:
        with translate_redis_errors():
            yield
    except ResponseError as error:
        if str(error).lower().startswith("unknown command"):
            # Another server than the one whose modules were checked, at the same address.
            raise StorageError(f"this Redis lacks a module ({error}): {MODULES_REMEDY}") from error
        raise StorageError(f"Redis refuses {what}: {_reason(error)}") from error


def _reason(error: ResponseError) -> str:
    """What Redis said; of a pipeline redis-py tells the command before it, with all its bytes."""
    said = str(error).rpartition(" of pipeline caused error: ")[2]
    return "".join(sign if sign.isprintable() else " " for sign in said)[:LONGEST_REASON]
