"""What Redis replies, in our words: values as text, refusals and silence as our errors."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    RedisError,
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
    texts = texts_of(reply)
    return dict(zip(texts[::2], texts[1::2], strict=True))


def texts_of(reply: Sequence[Any]) -> list[str]:
    """The values of a reply as texts, nearly always decoded in one go."""
    try:
        texts: list[str] = b"\0".join(reply).decode().split("\0")
    except (TypeError, UnicodeDecodeError):
        texts = []
    # One may be none, or no text, or have a sign of its own where they are parted.
    return texts if len(texts) == len(reply) else list(map(as_text, reply))


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


class storage_errors:  # noqa: N801 - called like a function
    """Turn every failure of Redis inside the block into ours.

    A class, for an answer passes eight of them: a generator each, with another one inside it for
    what may always fail, takes ten calls more.

    Args:
        what: that Redis may refuse, as in "Redis refuses the passages: out of memory".

    Raises:
        StorageUnavailable: Redis does not answer.
        StorageError: it refuses a command, because it is full or read-only, say.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        """Raise ours in place of what Redis or its client raised."""
        if not isinstance(error, RedisError):
            return
        try:
            with translate_redis_errors():
                raise error
        except ResponseError as refused:
            raise _refusal(refused, self._what) from refused


def _refusal(error: ResponseError, what: str) -> StorageError:
    if str(error).lower().startswith("unknown command"):
        # Another server than the one whose modules were checked, at the same address.
        return StorageError(f"this Redis lacks a module ({error}): {MODULES_REMEDY}")
    return StorageError(f"Redis refuses {what}: {_reason(error)}")


def _reason(error: ResponseError) -> str:
    """What Redis said; of a pipeline redis-py tells the command before it, with all its bytes."""
    said = str(error).rpartition(" of pipeline caused error: ")[2]
    return "".join(sign if sign.isprintable() else " " for sign in said)[:LONGEST_REASON]
