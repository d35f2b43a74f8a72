"""Which names the server is asked by, and by which pages: what stands in for a key without keys.

Any page in the operator's browser can send requests to an address of her machine, and, once its
own name is made to lead there (DNS rebinding), read the answers. Its name then is in `Host`.
"""

import ipaddress
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Scope

from citewire.errors import ForeignPage, UnknownHost
from citewire.settings import Settings

SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS"))
"""Methods that change nothing."""
ALL_ADDRESSES: Final = frozenset(("", "0.0.0.0", "::"))  # noqa: S104 (asked for, not bound)


class HostCheck:
    """The names by which a server may be asked.

    Args:
        names: besides those of this machine; their pages are the server's own.
        address: that it listens on.
        has_keys: whether requests need a key; then it checks only names that are configured.
        public: the name by which people reach it; its pages are the server's own, too.
        origins: whose pages may do without keys what the server's own may.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        address: str,
        has_keys: bool,
        public: str | None = None,
        origins: Iterable[str] = (),
    ) -> None:
        self._own = frozenset(name.lower().rstrip(".") for name in names)
        self._known = self._own | ({address.lower()} - ALL_ADDRESSES)
        self._pages = self._own | ({public} if public else set())
        self._checks_names = bool(self._own) or not has_keys
        self._checks_pages = not has_keys
        self._origins = frozenset(origin.encode() for origin in origins)

    @classmethod
    def from_settings(cls, settings: Settings) -> "HostCheck":
        """The check of a server."""
        names = (name.strip() for name in (settings.access.hosts or "").split(","))
        return cls(
            filter(None, names),
            address=settings.server.host,
            has_keys=settings.is_closed,
            public=urlsplit(settings.sign_in.public_url or "").hostname,
            origins=settings.access.asking_origins,
        )

    def check(self, scope: Scope) -> None:
        """Return if the request may be answered.

        Raises:
            UnknownHost: it is for another name.
            ForeignPage: it would change something, and another site's page sends it.
        """
        if not self._checks_names:
            return
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name == b"host" and not self._knows(_host_of(value)):
                raise UnknownHost(
                    "the server is not known by the name in this address: ask it as localhost, "
                    "or add the name to CITEWIRE_HOSTS"
                )
            headers[name] = value
        if not self._checks_pages or scope["method"] in SAFE or self._is_let_in(headers):
            return
        if self._is_foreign(headers):
            raise ForeignPage("without API keys only the server's own pages may change anything")

    def check_origin(self, scope: Scope) -> None:
        """Return if no page of another site sends a request, whatever lets it in.

        Raises:
            ForeignPage: one does.
        """
        headers = dict(scope["headers"])
        if not self._is_let_in(headers) and self._is_foreign(headers):
            raise ForeignPage("only the server's own pages may ask here")

    def check_page(self, scope: Scope) -> None:
        """Return if a request may do what it would, whose credential browsers send by themselves.

        Raises:
            ForeignPage: another site's page would read the answer, or the request would change
                something, and no page of this server says that it sends it.
        """
        headers = dict(scope["headers"])
        if scope["method"] in SAFE:
            # Only with an origin may an answer be read; a link that is followed has none.
            if b"origin" in headers and self._is_foreign(headers):
                raise ForeignPage("only the server's own pages may read anything with a session")
            return
        is_page = b"sec-fetch-site" in headers or b"origin" in headers
        if self._is_foreign(headers) or (not is_page and b"cookie" in headers):
            raise ForeignPage("only the server's own pages may change anything with a session")

    def _knows(self, host: str) -> bool:
        return host in self._known or _is_loopback(host)

    def _is_let_in(self, headers: dict[bytes, bytes]) -> bool:
        """Whether a page asks that the settings let in; never with what it does not hold itself."""
        return headers.get(b"origin") in self._origins

    def _is_foreign(self, headers: dict[bytes, bytes]) -> bool:
        site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
        if site in (b"same-origin", b"none"):
            return False
        if origin is None:
            return site is not None  # what is no browser sends neither
        authority = origin.partition(b"://")[2]
        is_own = site is None and authority == headers.get(b"host")
        return not is_own and _host_of(authority) not in self._pages


def _host_of(authority: bytes) -> str:
    """The name without the port; anything that is none stays as it is, and is not known."""
    text = authority.decode("latin-1").lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].rstrip(".")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
