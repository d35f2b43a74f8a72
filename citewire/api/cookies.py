"""The cookies: a session, and a sign-in under way."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Scope

from citewire.settings import Settings

SIGN_IN_S = 600
"""How long a sign-in may take."""


def session_name(namespace: str) -> str:
    """The name of the cookie of a session, without what https puts before it."""
    return f"citewire-{namespace}"


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of a server; browsers share them between all ports of a host.

    Args:
        namespace: of the server, by which two of them are told apart.
        is_secure: whether it is reached by https; None: as each request is.
    """

    namespace: str
    is_secure: bool | None

    @classmethod
    def from_settings(cls, settings: Settings) -> "Cookies":
        """The cookies of a server."""
        url = settings.sign_in.public_url
        return cls(settings.storage.namespace, None if url is None else url.startswith("https:"))

    def session(self, scope: Scope) -> str:
        """The name of the cookie of a session."""
        return f"{self._prefix(scope)}{session_name(self.namespace)}"

    def sign_in(self, scope: Scope) -> str:
        """The name of the cookie of a sign-in under way."""
        return f"{self._prefix(scope)}citewire-{self.namespace}-sign-in"

    def keep(self, response: Response, scope: Scope, name: str, value: str, lasts_s: int) -> None:
        """Have the browser keep a cookie that no script reads and no other site's post bears."""
        response.set_cookie(
            name,
            value,
            max_age=lasts_s,
            path="/",
            secure=self._secure(scope),
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, scope: Scope, name: str) -> None:
        """Have the browser forget a cookie."""
        self.keep(response, scope, name, "", 0)

    def _prefix(self, scope: Scope) -> str:
        # No neighbouring host can set a cookie of such a name.
        return "__Host-" if self._secure(scope) else ""

    def _secure(self, scope: Scope) -> bool:
        return scope["scheme"] == "https" if self.is_secure is None else self.is_secure
