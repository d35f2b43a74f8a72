"""Signing in with the provider: the code flow with PKCE, sessions, and bearer tokens.

What a sign-in under way needs is kept by the browser that began it, in a cookie that no script
reads: three random texts, of which the provider is told the first, the second and a hash of the
third. So nothing is kept here for people who never come back, and only that browser can end it.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from citewire.errors import SignInRefused, TokenRefused
from citewire.services.access.caller import Caller
from citewire.services.access.credentials import Credentials, session_id_of
from citewire.services.access.people import Person, person_of_claims
from citewire.services.access.provider import IdentityProvider
from citewire.settings.sign_in import SignInSettings
from citewire.storage.access.credentials import StoredSession

RANDOM_BYTES = 32
MOST_TOKENS = 1024
"""So many checked bearer tokens are remembered."""
HOUR_S = 3600
TOKEN = "token:"  # noqa: S105 (what the `credential` of a caller begins with)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way: where the browser goes, and what it keeps for when it comes back."""

    url: str
    kept: str


class SignIn:
    """Signing in at a server.

    Args:
        provider: knows people.
        credentials: of this worker, where sessions are kept.
        settings: say what a person may do, and for how long.
    """

    def __init__(
        self, provider: IdentityProvider, credentials: Credentials, settings: SignInSettings
    ) -> None:
        self._provider = provider
        self._credentials = credentials
        self._settings = settings
        self._tokens: dict[bytes, tuple[Caller, float]] = {}

    async def begin(self, redirect_uri: str) -> Begun:
        """Begin a sign-in that comes back to `redirect_uri`.

        Raises:
            ProviderUnavailable: the provider does not answer.
        """
        state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._settings.oidc_scopes.replace(",", " "),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        metadata = await self._provider.metadata()
        joined = "&" if "?" in metadata.authorize else "?"
        url = f"{metadata.authorize}{joined}{urlencode(asked)}"
        return Begun(url, f"{state}.{nonce}.{verifier}")

    async def finish(
        self, *, code: str, state: str, kept: str, redirect_uri: str, issuer: str | None
    ) -> str:
        """End a sign-in; gives the token of the new session.

        Args:
            code: of the provider.
            state: as it came back.
            kept: as `begin` gave it to the browser.
            redirect_uri: as it was given to `begin`.
            issuer: that came with the code, if one did (RFC 9207).

        Raises:
            SignInRefused: it was not begun by this browser, or the provider does not vouch for it.
            ProviderUnavailable, StorageError: the provider or Redis does not answer.
        """
        begun, nonce, verifier = [*kept.split("."), "", "", ""][:3]
        if not (begun and verifier and hmac.compare_digest(begun.encode(), state.encode())):
            raise SignInRefused("this sign-in was not begun in this browser: sign in again")
        if issuer is not None and issuer != self._provider.issuer:
            raise SignInRefused("the answer is another provider's")
        token = await self._provider.exchange(code, verifier=verifier, redirect_uri=redirect_uri)
        client_id = self._provider.client_id
        try:
            claims = await self._provider.claims(token, audience=client_id)
        except TokenRefused as error:
            raise SignInRefused(str(error)) from None
        said = claims.get("nonce")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
            raise SignInRefused("the provider's token is for another sign-in")
        if claims.get("azp", client_id) != client_id:
            raise SignInRefused("the provider's token is for another client")
        return await self._open_session(person_of_claims(claims, self._settings))

    async def of_token(self, token: bytes) -> Caller | None:
        """Who a bearer token of the provider is about; None: it is not one of its.

        Raises:
            ProviderUnavailable: the provider's keys cannot be had.
        """
        digest, now = hashlib.sha256(token).digest(), time.time()
        caller, ends = self._tokens.get(digest, (None, 0.0))
        if caller is not None and ends > now:
            return caller
        audience = self._settings.oidc_audience or self._provider.client_id
        try:
            claims = await self._provider.claims(token.decode("latin-1"), audience=audience)
            person = person_of_claims(claims, self._settings)
        except (TokenRefused, SignInRefused):
            return None
        caller = Caller(
            person.owner,
            groups=person.groups,
            scopes=person.scopes(self._settings.admin_group),
            credential=TOKEN + digest.hex()[:12],
        )
        self._remember(digest, caller, float(claims["exp"]))
        return caller

    async def _open_session(self, person: Person) -> str:
        token = secrets.token_urlsafe(RANDOM_BYTES)
        session = StoredSession(
            person.owner,
            groups=tuple(sorted(person.groups)),
            scopes=tuple(sorted(person.scopes(self._settings.admin_group))),
            name=person.name,
            ends=time.time() + self._settings.session_hours * HOUR_S,
        )
        await self._credentials.store.add_session(session_id_of(token.encode()), session)
        return token

    def _remember(self, digest: bytes, caller: Caller, ends: float) -> None:
        if len(self._tokens) >= MOST_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[digest] = caller, ends
