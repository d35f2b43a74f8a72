"""What crosses the wire about who may ask."""

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citewire.services.access.caller import Scope
from citewire.services.access.keys import OWNER
from citewire.storage.access.credentials import StoredKey

OwnerName = Annotated[str, StringConstraints(pattern=rf"^{OWNER}$")]
ScopeName = Literal["ask", "read", "write", "admin"]
"""A Scope, spelled out for the schema."""
MOST_DAYS = 3650


class NewKey(BaseModel):
    """A key to be made: for oneself, or, with the scope admin, for another."""

    model_config = ConfigDict(extra="forbid")

    owner: OwnerName | None = None
    scopes: list[ScopeName] = Field(default=["ask", "read", "write"], min_length=1, max_length=8)
    days: float | None = Field(default=None, gt=0, le=MOST_DAYS)


class ApiKeyView(BaseModel):
    """An API key without the key itself; `ends` and `used` are null if it never does or was."""

    key_id: str
    owner: str
    scopes: list[ScopeName]
    made: str
    ends: str | None
    used: str | None

    @classmethod
    def of(cls, key: StoredKey) -> "ApiKeyView":
        """As it is told."""
        return cls(
            key_id=key.id,
            owner=key.owner,
            scopes=[scope.value for scope in Scope if scope in key.scopes],
            made=told_time(key.made),
            ends=None if key.ends is None else told_time(key.ends),
            used=None if key.used is None else told_time(key.used),
        )


class MadeKey(ApiKeyView):
    """A key that was just made; `key` is told only this once."""

    key: str


class ApiKeyList(BaseModel):
    """API keys, the newest first."""

    keys: list[ApiKeyView]


def told_time(at: float) -> str:
    """A time in seconds since 1970, in ISO 8601."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="seconds")
