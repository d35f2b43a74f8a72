"""What Redis says when it refuses a command, as our error."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import ResponseError

from citewire.errors import StorageError
from citewire.storage.connection.connection import MODULES_REMEDY, translate_redis_errors

LONGEST_REASON = 300


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
