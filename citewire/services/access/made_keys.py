"""API keys at run time: made, listed and revoked."""

import hashlib
import secrets
import time
from collections.abc import Collection

from citewire.errors import KeyNotFound, ScopeMissing, TooManyKeys
from citewire.services.access.caller import Caller, Scope
from citewire.services.access.keys import ID_DIGITS, KEY_BYTES, USUAL
from citewire.storage.access.credentials import CredentialStore, StoredKey

PREFIX = "cw_"
"""What these keys begin with, for those who look for lost secrets."""
MOST_KEYS = 100
"""So many keys one owner may have."""
DAY_S = 24 * 3600


class MadeKeys:
    """The keys that are made at run time.

    Args:
        store: keeps their hashes.
    """

    def __init__(self, store: CredentialStore) -> None:
        self._store = store

    async def make(
        self,
        owner: str,
        scopes: Collection[Scope] = USUAL,
        *,
        groups: Collection[str] = (),
        days: float | None = None,
    ) -> tuple[str, StoredKey]:
        """Make a key, which is kept nowhere: only its hash is.

        Args:
            owner: whose data it opens.
            scopes: what it may do.
            groups: that it is in, as a member of collections.
            days: after which it is refused; None: never.

        Raises:
            TooManyKeys: the owner has as many as there may be.
            StorageError: Redis does not keep it.
        """
        if len(await self.of(owner)) >= MOST_KEYS:
            raise TooManyKeys(f"{owner} has {MOST_KEYS} keys: revoke those that are not used")
        now = time.time()
        while True:
            key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
            digest = hashlib.sha256(key.encode()).hexdigest()
            ends = None if days is None else now + days * DAY_S
            names = tuple(scope for scope in Scope if scope in scopes)
            kept = tuple(sorted(set(groups)))
            stored = StoredKey(digest[:ID_DIGITS], digest, owner, names, now, ends, groups=kept)
            if await self._store.add_key(stored):
                return key, stored

    async def of(self, owner: str | None = None) -> list[StoredKey]:
        """The keys of an owner, or of everybody, the newest first."""
        return [key for key in await self._store.keys() if owner is None or key.owner == owner]

    async def revoke(self, key_id: str, owner: str | None = None) -> StoredKey:
        """Revoke a key, of an owner's or of anybody's; gives what was known of it.

        Raises:
            KeyNotFound: there is none of that id.
        """
        key = await self.known(key_id, owner)
        if not await self._store.drop_keys([key_id]):
            raise _not_found(key_id)
        return key

    async def known(self, key_id: str, owner: str | None = None) -> StoredKey:
        """A key, of an owner's or of anybody's; raises as `revoke`."""
        for key in await self.of(owner):
            if key.id == key_id:
                return key
        raise _not_found(key_id)


def check_may_make(
    caller: Caller, owner: str, scopes: Collection[Scope], groups: Collection[str] = ()
) -> None:
    """Return if a caller may make a key with these scopes and groups for an owner.

    An administrator may make any. Others make their own, once they have signed in: a key cannot
    make keys, or one that was lost would live on in what it made. It is in no group, for the
    provider would not be heard any more when somebody leaves one.

    Raises:
        ScopeMissing: the caller may not.
    """
    if Scope.ADMIN in caller.scopes:
        return
    if not caller.credential:
        # Or whoever reached it while it was open could come back when it is closed.
        raise ScopeMissing("an open server makes no keys: use `citewire key make`")
    if groups:
        raise ScopeMissing("keys that are in groups need the scope admin")
    if owner != caller.owner:
        raise ScopeMissing("keys of others need the scope admin")
    if not is_person(caller):
        raise ScopeMissing("a key without the scope admin makes no keys: sign in for that")
    if missing := sorted(set(scopes) - caller.scopes):
        raise ScopeMissing(f"you have not the scope {missing[0]} yourself")


def is_person(caller: Caller) -> bool:
    """Whether somebody signed in, and no key is in hand."""
    return not caller.credential.startswith(("key:", "file:"))


def _not_found(key_id: str) -> KeyNotFound:
    return KeyNotFound(f"there is no API key {key_id}, or it was revoked")
