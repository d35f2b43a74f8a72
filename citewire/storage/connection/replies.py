"""Replies of Redis in plain words."""

from redis.exceptions import ResponseError


def as_text(value: object) -> str:
    """A reply of Redis as text, whether the client decodes replies or not."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def says_unknown(error: ResponseError) -> bool:
    """Whether Redis complains that there is no such index."""
    # "Unknown index name" up to RediSearch 2.10, "no such index" in Redis 8.
    told = str(error).lower()
    return ("unknown" in told and "index" in told) or "no such index" in told
