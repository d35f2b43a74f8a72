"""The door: from what a request bears to who asks."""

from collections.abc import Iterable

from citewire.errors import ApiKeyRefused
from citewire.services.access.caller import Caller
from citewire.services.access.credentials import Credentials
from citewire.services.access.keys import ApiKeys
from citewire.storage.keys import DEFAULT_OWNER

ANYBODY = Caller(DEFAULT_OWNER)
"""Who asks a server that is open."""
NEEDED = "an API key is needed: send it as `Authorization: Bearer <key>`"

Header = tuple[bytes, bytes]


class Door:
    """What lets requests in.

    Args:
        keys: of the settings and their file.
        credentials: that were made at run time.
        is_closed: whether anything is needed at all.
    """

    def __init__(self, keys: ApiKeys, credentials: Credentials, *, is_closed: bool) -> None:
        self._keys = keys
        self.credentials = credentials
        self._is_closed = is_closed

    async def caller_of(self, headers: Iterable[Header]) -> Caller:
        """Who asks.

        Args:
            headers: of the request, their names in small letters.

        Raises:
            ApiKeyRefused: there is no credential, or not one of ours.
            StorageError: it is not known here, and Redis does not answer.
        """
        if not self._is_closed:
            return ANYBODY
        given = [value for name, value in headers if name == b"authorization"]
        if not given:
            raise ApiKeyRefused(NEEDED)
        return await self._of_key(_bearer(given))

    async def _of_key(self, key: bytes) -> Caller:
        caller = self._keys.caller_of(key) or await self.credentials.of_key(key)
        if caller is None:
            raise ApiKeyRefused("the API key is not one of this server, or it is over")
        return caller


def _bearer(given: list[bytes]) -> bytes:
    scheme, _, key = (given[0] if len(given) == 1 else b"").partition(b" ")
    if scheme.lower() != b"bearer" or not key.strip():
        raise ApiKeyRefused(NEEDED)
    return key.strip()
