"""What Redis says when it refuses a command, as our error."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import ResponseError

from citewire.errors import StorageError
from citewire.storage.connection import MODULES_REMEDY, translate_redis_errors


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
        raise StorageError(f"Redis refuses {what}: {error}") from error
