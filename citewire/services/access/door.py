"""The door: from what a request bears to who asks."""

from collections.abc import Sequence
from typing import Final

from citewire.errors import ApiKeyRefused
from citewire.services.access.caller import Caller, Scope
from citewire.services.access.credentials import SESSION, Credentials
from citewire.services.access.keys import ApiKeys
from citewire.services.access.proxies import PROXY, Proxies
from citewire.services.access.sign_in import SignIn
from citewire.storage.keys import DEFAULT_OWNER

ANYBODY: Final = Caller(DEFAULT_OWNER, scopes=frozenset(Scope) - {Scope.ADMIN})
"""Who asks an open server: what it makes must not open one that is closed."""
"""Who asks a server that is open."""
NEEDED = "an API key is needed: send it as `Authorization: Bearer <key>`"
TOKEN_DOTS = 2

Header = tuple[bytes, bytes]


class Door:
    """What lets requests in.

    Args:
        keys: of the settings and their file.
        credentials: that were made at run time.
        is_closed: whether anything is needed at all.
        proxies: that are believed.
        sign_in: with the provider, if there is one.
    """

    def __init__(
        self,
        keys: ApiKeys,
        credentials: Credentials,
        *,
        is_closed: bool,
        proxies: Proxies,
        sign_in: SignIn | None = None,
    ) -> None:
        self._keys = keys
        self._is_closed = is_closed
        self._proxies = proxies
        self.credentials = credentials
        self.sign_in = sign_in

    async def caller_of(
        self, headers: Sequence[Header], *, address: str | None, cookie: str
    ) -> Caller:
        """Who asks.

        Who sends a key and has a session, too, is who the key says: it was sent on purpose.

        Args:
            headers: of the request, their names in small letters.
            address: that the connection comes from.
            cookie: name of the one that a session is kept in.

        Raises:
            ApiKeyRefused: there is no credential, or not one of ours.
            ProviderUnavailable, StorageError: it is not known here, and who knows does not answer.
        """
        if not self._is_closed:
            return ANYBODY
        if caller := self._proxies.caller_of(headers, address):
            return caller
        if given := [value for name, value in headers if name == b"authorization"]:
            return await self._of_key(_bearer(given))
        if token := cookie_in(headers, cookie):
            if caller := await self.credentials.of_session(token):
                return caller
            raise ApiKeyRefused("the session is over: sign in again")
        raise ApiKeyRefused(NEEDED)

    async def _of_key(self, key: bytes) -> Caller:
        caller = self._keys.caller_of(key)
        if caller is None and self.sign_in is not None and key.count(b".") == TOKEN_DOTS:
            caller = await self.sign_in.of_token(key)
        if caller is None:
            caller = await self.credentials.of_key(key)
        if caller is None:
            raise ApiKeyRefused("the API key is not one of this server, or it is over")
        return caller


def is_sent_by_itself(caller: Caller | None) -> bool:
    """Whether a browser sends what let a caller in with requests of any page."""
    return caller is not None and caller.credential.startswith((SESSION, PROXY))


def cookie_in(headers: Sequence[Header], name: str) -> bytes:
    """The value of a cookie, empty without one."""
    wanted = name.encode()
    for header, value in headers:
        if header == b"cookie":
            for pair in value.split(b";"):
                key, _, found = pair.strip().partition(b"=")
                if key == wanted:
                    return found
    return b""


def _bearer(given: list[bytes]) -> bytes:
    scheme, _, key = (given[0] if len(given) == 1 else b"").partition(b" ")
    if scheme.lower() != b"bearer" or not key.strip():
        raise ApiKeyRefused(NEEDED)
    return key.strip()
