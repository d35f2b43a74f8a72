"""What crosses the wire about who may ask."""

import datetime
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citewire.services.access.caller import Caller, Scope
from citewire.services.access.keys import OWNER
from citewire.services.access.members import GROUP_NAME
from citewire.storage.access.credentials import StoredKey

OwnerName = Annotated[str, StringConstraints(pattern=rf"^{OWNER}$")]
GroupName = Annotated[str, StringConstraints(pattern=rf"^{GROUP_NAME}$")]
ScopeName = Literal["ask", "read", "write", "admin"]
"""A Scope, spelled out for the schema."""
MOST_DAYS = 3650


class Me(BaseModel):
    """Who asks; `owner` is null, and `by` with it, for who has not signed in and has no key.

    `sign_in` is whether one can at `/auth/login`, `closed` whether the server wants to know.
    """

    owner: str | None
    name: str | None
    groups: list[str]
    scopes: list[ScopeName]
    by: Literal["nothing", "key", "session", "token", "proxy"] | None
    sign_in: bool
    closed: bool

    @classmethod
    def of(
        cls,
        caller: Caller | None,
        *,
        name_of: Callable[[Caller], str],
        sign_in: bool,
        is_closed: bool,
    ) -> "Me":
        """As it is told."""
        if caller is None:
            return cls(
                **dict.fromkeys(("owner", "name", "by")),
                groups=[],
                scopes=[],
                sign_in=sign_in,
                closed=is_closed,
            )
        return cls(
            owner=caller.owner,
            name=name_of(caller),
            groups=sorted(caller.groups),
            scopes=[scope.value for scope in Scope if scope in caller.scopes],
            by=_by(caller),
            sign_in=sign_in,
            closed=is_closed,
        )


class NewKey(BaseModel):
    """A key to be made: for oneself, or, with the scope admin, for another."""

    model_config = ConfigDict(extra="forbid")

    owner: OwnerName | None = None
    scopes: list[ScopeName] = Field(default=["ask", "read", "write"], min_length=1, max_length=8)
    groups: list[GroupName] = Field(
        default=[], max_length=100, description="whose collections it opens, too; needs `admin`"
    )
    days: float | None = Field(default=None, gt=0, le=MOST_DAYS)


class ApiKeyView(BaseModel):
    """An API key without the key itself; `ends` and `used` are null if it never does or was."""

    key_id: str
    owner: str
    scopes: list[ScopeName]
    groups: list[str]
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
            groups=list(key.groups),
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


def _by(caller: Caller) -> Literal["nothing", "key", "session", "token", "proxy"]:
    match caller.credential.partition(":")[0]:
        case "session" | "token" | "proxy" as kind:
            return kind
        case "":
            return "nothing"
    return "key"


def told_time(at: float) -> str:
    """A time in seconds since 1970, in ISO 8601."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="seconds")
