"""The credentials that this worker knows, kept current by a small read twice a second.

No request asks Redis for a key that is known here. What was revoked is forgotten when the stamp of
the store changes, and whoever is still being answered with it is told and left.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio

from citewire.errors import StorageError
from citewire.services.access.caller import Caller, Scope
from citewire.storage.access.credentials import CredentialStore, StoredKey, StoredSession

logger = logging.getLogger(__name__)

WATCH_S = 0.5
"""How often the stamp is read, in seconds."""
USED_S = 10.0
"""How often it is noted which keys were used."""
MOST_SESSIONS = 4096
"""So many sessions are remembered; the oldest is asked for again."""
SESSION_DIGITS = 32
"""So many hexadecimal digits of a session's hash name it."""

KEY, SESSION = "key:", "session:"
"""What the `credential` of a caller begins with."""

Left = Callable[[], None]
"""Ends an answer under way."""


class Credentials:
    """The keys and sessions that let requests in at this worker.

    Args:
        store: of the namespace.
    """

    def __init__(self, store: CredentialStore) -> None:
        self.store = store
        self._stamp: bytes | None = None
        self._is_loaded = False
        self._keys: dict[bytes, tuple[Caller, float | None]] = {}
        self._sessions: dict[str, tuple[Caller, StoredSession]] = {}
        self._answering: dict[str, set[Left]] = {}
        self._unchecked: set[str] = set()
        self._used: dict[str, float] = {}
        self._generation = 0
        self._refreshing = anyio.Lock()

    async def of_key(self, key: bytes) -> Caller | None:
        """Who has an API key that was made at run time; None: nobody, or it is over.

        Raises:
            StorageError: it is not known here, and Redis does not answer.
        """
        digest = hashlib.sha256(key).digest()
        if digest not in self._keys:
            # It may have been made a moment ago, on another worker.
            await self._refresh()
        caller, ends = self._keys.get(digest, (None, None))
        if caller is None or (ends is not None and ends <= time.time()):
            return None
        self._used[caller.credential.removeprefix(KEY)] = time.time()
        return caller

    async def of_session(self, token: bytes) -> Caller | None:
        """Who signed in with a session; None: it is none, or it is over.

        Raises:
            StorageError: it is not known here, and Redis does not answer.
        """
        session_id = session_id_of(token)
        found = self._sessions.get(session_id)
        if found is None:
            generation = self._generation
            session = await self.store.session(session_id)
            if session is None:
                return None
            found = _session_caller(session_id, session), session
            if generation == self._generation:  # else it may have been revoked meanwhile
                self._remember(session_id, found)
        return None if found[1].ends <= time.time() else found[0]

    def name_of(self, caller: Caller) -> str:
        """What somebody who signed in is called; else the owner."""
        found = self._sessions.get(caller.credential.removeprefix(SESSION))
        return caller.owner if found is None else found[1].name

    async def end_session(self, caller: Caller) -> None:
        """Sign a caller out, if it is a session that let it in.

        Raises:
            StorageError: Redis does not answer.
        """
        if caller.credential.startswith(SESSION):
            session_id = caller.credential.removeprefix(SESSION)
            await self.store.drop_session(session_id, caller.owner)
            self._sessions.pop(session_id, None)

    @contextmanager
    def answering(self, caller: Caller, leave: Left) -> Iterator[None]:
        """Have `leave` called if what let the caller in is revoked inside the block."""
        credential = caller.credential
        self._answering.setdefault(credential, set()).add(leave)
        if credential.startswith(SESSION):
            self._unchecked.add(credential)
        try:
            yield
        finally:
            leaves = self._answering[credential]
            leaves.discard(leave)
            if not leaves:
                del self._answering[credential]

    async def watch(self) -> None:
        """Keep up with what is made and revoked, until cancelled."""
        noted = time.monotonic()
        fails = False
        while True:
            try:
                await self._refresh()
                await self._check_sessions()
                if time.monotonic() - noted >= USED_S:
                    noted = time.monotonic()
                    await self._note_used()
                fails = False
            except StorageError as error:
                if not fails:
                    logger.warning("keys and sessions are as they were last known: %s", error)
                fails = True
            await anyio.sleep(WATCH_S)

    async def _refresh(self) -> None:
        """Read the keys anew if anything was made or revoked."""
        async with self._refreshing:
            stamp = await self.store.stamp()
            if self._is_loaded and stamp == self._stamp:
                return
            # What changes from here on has another stamp.
            keys = await self.store.keys()
            self._keys = {bytes.fromhex(key.digest): (_key_caller(key), key.ends) for key in keys}
            self._stamp, self._is_loaded = stamp, True
            self._generation += 1
            self._sessions.clear()
            self._unchecked.update(one for one in self._answering if one.startswith(SESSION))
            known = {caller.credential for caller, _ in self._keys.values()}
            for credential in [one for one in self._answering if one.startswith(KEY)]:
                if credential not in known:
                    self._leave(credential)

    async def _check_sessions(self) -> None:
        """Leave those whose session is gone, of the ones that may be."""
        ids = {one.removeprefix(SESSION) for one in self._unchecked if one in self._answering}
        self._unchecked.clear()
        try:
            living = await self.store.living(ids)
        except StorageError:
            self._unchecked.update(SESSION + one for one in ids)
            raise
        for session_id in ids - living:
            self._leave(SESSION + session_id)

    async def _note_used(self) -> None:
        used, self._used = self._used, {}
        known = {caller.credential.removeprefix(KEY) for caller, _ in self._keys.values()}
        if kept := {key_id: at for key_id, at in used.items() if key_id in known}:
            await self.store.note_used(kept)

    def _leave(self, credential: str) -> None:
        for leave in list(self._answering.get(credential, ())):
            leave()

    def _remember(self, session_id: str, found: tuple[Caller, StoredSession]) -> None:
        if len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[session_id] = found


def is_revocable(caller: Caller | None) -> bool:
    """Whether what let a caller in can be revoked at run time."""
    return caller is not None and caller.credential.startswith((KEY, SESSION))


def session_id_of(token: bytes) -> str:
    """What names the session that a token opens."""
    return hashlib.sha256(token).hexdigest()[:SESSION_DIGITS]


def _key_caller(key: StoredKey) -> Caller:
    groups, scopes = frozenset(key.groups), scopes_of(key.scopes)
    return Caller(key.owner, groups, scopes, credential=KEY + key.id)


def _session_caller(session_id: str, session: StoredSession) -> Caller:
    return Caller(
        session.owner,
        groups=frozenset(session.groups),
        scopes=scopes_of(session.scopes),
        credential=SESSION + session_id,
    )


def scopes_of(names: tuple[str, ...]) -> frozenset[Scope]:
    """Those of `names` that there are: another version may have had more."""
    return frozenset(Scope(name) for name in names if name in set(Scope))
