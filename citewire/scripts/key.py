"""`citewire key`: API keys made, listed and revoked, or a key with its line for the file."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from citewire.errors import ConfigurationError
from citewire.scripts.plain_text import harmless_name
from citewire.services.access.audit.log import Who
from citewire.services.access.caller import Scope
from citewire.services.access.keys import USUAL, checked_owner, key_line, new_key
from citewire.services.access.members import checked_group
from citewire.services.assembly.people import open_everybody
from citewire.services.assembly.stores import open_made_keys
from citewire.settings import Settings
from citewire.storage.access.credentials import StoredKey

COMMAND = Who(command="citewire key")
OPEN = (
    "As far as the settings here say, everybody may ask the server without a key: unless it runs "
    "with others (sign-in, a proxy), set CITEWIRE_REQUIRE_KEY=on and start it again."
)
MISUSED = "citewire key takes `make NAME`, `list`, `list NAME`, `revoke ID`, or a NAME for the file"


def run_key_command(
    words: Sequence[str],
    *,
    scopes: Sequence[str],
    groups: Sequence[str],
    days: float | None,
    as_json: bool,
    settings: Callable[[], Settings],
) -> int:
    """Do what the words say; gives the exit code.

    Args:
        words: of the command line, behind `key`.
        scopes: of a key to be made; empty: the usual ones.
        groups: that it is in.
        days: after which it ends; None: never.
        as_json: whether a list is an array, for programs.
        settings: reads the settings, where they are needed.

    Raises:
        ConfigurationError: the words say nothing that can be done, or nobody can be called so.
        CitewireError: there is no such key, or Redis does not answer.
    """
    match [*words]:
        case ["make", name]:
            owner, named = checked_owner(name, "NAME"), list(map(checked_group, groups))
            wanted = frozenset(map(Scope, scopes)) or USUAL
            return asyncio.run(_make(settings(), owner, wanted, named, days))
        case ["list"]:
            return asyncio.run(_list(settings(), None, as_json=as_json))
        case ["list", name]:
            return asyncio.run(_list(settings(), checked_owner(name, "NAME"), as_json=as_json))
        case ["revoke", key_id]:
            return asyncio.run(_revoke(settings(), key_id))
        case [name] if name not in ("make", "revoke"):
            return print_for_file(name)
    raise ConfigurationError(MISUSED)


def print_for_file(owner: str) -> int:
    """Print a key for `owner`, which is kept nowhere, and its line for CITEWIRE_API_KEYS_FILE.

    Raises:
        ConfigurationError: nobody can be called so.
    """
    key = new_key()
    line = key_line(checked_owner(owner, "NAME"), key)
    print(f"The key, shown only now:\n{key}\nThe line for CITEWIRE_API_KEYS_FILE:\n{line}")
    return 0


async def _make(
    settings: Settings,
    owner: str,
    scopes: frozenset[Scope],
    groups: Sequence[str],
    days: float | None,
) -> int:
    async with open_made_keys(settings) as keys:
        key, stored = await keys.make(owner, scopes, groups=groups, days=days)
    async with open_everybody(settings) as everybody:
        told = {"scopes": stored.scopes, "groups": stored.groups}
        await everybody.audit.key_made(COMMAND, key_id=stored.id, owner=owner, **told)
    print(f"The key, shown only now:\n{key}\nIts id, to revoke it by: {stored.id}")
    print(_described(stored))
    if not settings.is_closed:
        print(OPEN)
    return 0


async def _list(settings: Settings, owner: str | None, *, as_json: bool) -> int:
    async with open_made_keys(settings) as keys:
        found = await keys.of(owner)
    if as_json:
        print(json.dumps(list(map(_to_json, found)), indent=2))
    elif not found:
        print(_none(settings.storage.namespace, owner))
    else:
        print("\n".join(map(_described, found)))
    return 0


async def _revoke(settings: Settings, key_id: str) -> int:
    async with open_made_keys(settings) as keys:
        revoked = await keys.revoke(key_id)
    async with open_everybody(settings) as everybody:
        await everybody.audit.key_revoked(COMMAND, key_id=key_id, owner=revoked.owner)
    print(f"revoked: {_described(revoked)}")
    return 0


def _none(namespace: str, owner: str | None) -> str:
    whose = "" if owner is None else f" for {owner}"
    return (
        f"no keys were made yet in the namespace {namespace}{whose}: "
        f"`citewire key make {owner or 'NAME'}` makes one"
    )


def _described(key: StoredKey) -> str:
    never = partial(_day, otherwise="never")
    groups = f"in {harmless_name(', '.join(key.groups))}  " if key.groups else ""
    return (
        f"{harmless_name(key.id)}  {harmless_name(key.owner)}  {'+'.join(key.scopes)}  {groups}"
        f"made {_day(key.made)}, ends {never(key.ends)}, used {never(key.used)}"
    )


def _to_json(key: StoredKey) -> dict[str, object]:
    times = {name: _day(getattr(key, name)) or None for name in ("made", "ends", "used")}
    return {
        "key_id": key.id,
        "owner": key.owner,
        "scopes": key.scopes,
        "groups": key.groups,
        **times,
    }


def _day(at: float | None, otherwise: str = "") -> str:
    if at is None:
        return otherwise
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="minutes")[:16]
