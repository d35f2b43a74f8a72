"""Proxies that know who asks: believed only from their addresses."""

from collections.abc import Iterable

from citewire.errors import ApiKeyRefused
from citewire.services.access.caller import Caller
from citewire.services.access.people import person_of_headers
from citewire.settings.networks import is_within
from citewire.settings.sign_in import SignInSettings

PROXY = "proxy:"
"""What the `credential` of a caller begins with."""
LONGEST_HEADER = 8192


class Proxies:
    """The proxies of a server.

    Args:
        settings: say where they are, and which headers they send.
    """

    def __init__(self, settings: SignInSettings) -> None:
        self._networks = settings.proxies
        self._user = settings.proxy_user_header.lower().encode()
        self._groups = settings.proxy_groups_header.lower().encode()
        self._admin_group = settings.admin_group

    def caller_of(
        self, headers: Iterable[tuple[bytes, bytes]], address: str | None
    ) -> Caller | None:
        """Who a proxy says that asks; None: it is no proxy of ours, or it names nobody.

        Args:
            headers: of the request, their names in small letters.
            address: that the connection comes from.

        Raises:
            ApiKeyRefused: it names two, so that one of them came through it from outside.
        """
        if not self._networks or not is_within(address, self._networks):
            return None
        users = [value for name, value in headers if name == self._user]
        groups = [value for name, value in headers if name == self._groups]
        if not users or not users[0].strip():
            return None
        if len(users) > 1 or len(groups) > 1:
            raise ApiKeyRefused("the proxy names more than one person")
        user = users[0].decode("utf-8", "replace").strip()
        told = groups[0].decode("utf-8", "replace") if groups else ""
        person = person_of_headers(user[:LONGEST_HEADER], told)
        return Caller(
            person.owner,
            groups=person.groups,
            scopes=person.scopes(self._admin_group),
            credential=PROXY + person.owner,
        )
