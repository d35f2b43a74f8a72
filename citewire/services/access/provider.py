"""The provider of OpenID Connect: its metadata, its keys, and the check of what it signed."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import anyio
import httpx
import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from citewire.errors import ProviderUnavailable, SignInRefused, TokenRefused
from citewire.settings.sign_in import SignInSettings, is_this_machine

logger = logging.getLogger(__name__)

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures alone: what is signed with a shared secret could be signed with a public key."""
KEY_TYPES: Final = ("RSA", "EC", "OKP")
LEEWAY_S = 30
"""By how much two clocks may differ."""
FRESH_S = 3600.0
"""How long metadata and keys count without being asked for again."""
REFETCH_S = 10.0
"""At most so often the keys are fetched, whatever tokens come."""
TIMEOUT_S = 5.0
MOST_BYTES = 512 * 1024
LONGEST_TOKEN = 16 * 1024
# What a text that is no token can bring joserfc to raise, beside its own errors.
_NO_TOKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the provider says of itself."""

    authorize: str
    token: str
    keys: str
    takes_basic: bool


class IdentityProvider:
    """The provider of a server.

    Args:
        http: asks it; the caller closes it.
        settings: say which it is; there must be an issuer.
    """

    def __init__(self, http: httpx.AsyncClient, settings: SignInSettings) -> None:
        assert settings.oidc_issuer is not None
        assert settings.oidc_client_id is not None
        self.issuer = settings.oidc_issuer
        self.client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        self._http = http
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._tried = -REFETCH_S
        self._asking = anyio.Lock()

    async def metadata(self) -> Metadata:
        """What the provider says of itself, an hour old at most.

        Raises:
            ProviderUnavailable: it does not say it.
        """
        async with self._asking:
            return await self._fresh_metadata()

    async def claims(self, token: str, *, audience: str) -> dict[str, Any]:
        """The claims of a token, once it is known that the provider signed it for `audience`.

        Raises:
            TokenRefused: it did not, or the token is over.
            ProviderUnavailable: its keys cannot be had.
        """
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused("the token is too long")
        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
        except _NO_TOKEN:
            raise TokenRefused("this is no token") from None
        keys = await self._keys_with(kid)
        try:
            key = keys.get_by_kid(kid)
            found = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            self._registry(audience).validate(found)
        except _NO_TOKEN as error:
            raise TokenRefused(f"the token is refused: {type(error).__name__}") from None
        if found["iss"] != self.issuer:  # a list with ours among others is none
            raise TokenRefused("the token is refused: another issuer")
        return found

    async def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> str:
        """The ID token for the code of a sign-in.

        Raises:
            SignInRefused: the provider does not take the code.
            ProviderUnavailable: it does not answer.
        """
        metadata = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        auth = None
        if self._secret is not None and metadata.takes_basic:
            # As a form's values (RFC 6749, 2.3.1).
            secret = quote_plus(self._secret.get_secret_value())
            auth = httpx.BasicAuth(quote_plus(self.client_id), secret)
        else:
            form["client_id"] = self.client_id
            if self._secret is not None:
                form["client_secret"] = self._secret.get_secret_value()
        status, told = await self._ask("POST", metadata.token, data=form, auth=auth)
        token = told.get("id_token")
        if status != httpx.codes.OK or not isinstance(token, str):
            # The code of RFC 6749, 5.2, tells whoever runs the service what is set up wrongly.
            logger.warning("the provider refuses a sign-in: %.64r (%d)", told.get("error"), status)
            raise SignInRefused("the provider does not take the code: sign in again")
        return token

    def _registry(self, audience: str) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def _keys_with(self, kid: object) -> KeySet:
        """The provider's keys; fetched anew if `kid` is not among them, but not too often."""
        if (known := self._known_keys(kid)) is not None:
            return known
        async with self._asking:
            now = time.monotonic()
            if (known := self._known_keys(kid)) is not None:
                return known
            if now - self._tried >= REFETCH_S:
                self._tried = now
                try:
                    self._keys = now, await self._fetch_keys()
                except ProviderUnavailable as error:
                    if self._keys is None:
                        raise
                    logger.warning("the provider's keys are as they were: %s", error)
        if self._keys is None:
            raise ProviderUnavailable("the provider's keys cannot be had at the moment")
        return self._keys[1]

    def _known_keys(self, kid: object) -> KeySet | None:
        if self._keys is None or time.monotonic() - self._keys[0] > FRESH_S:
            return None
        keys = self._keys[1]
        return keys if kid is None or any(key.kid == kid for key in keys.keys) else None

    async def _fetch_keys(self) -> KeySet:
        metadata = await self._fresh_metadata()
        status, told = await self._ask("GET", metadata.keys)
        try:
            usable = [one for one in told["keys"] if _is_usable(one)]
            if status == httpx.codes.OK:
                return KeySet.import_key_set({"keys": usable})
        except _NO_TOKEN:
            pass
        raise ProviderUnavailable("the provider's keys are not as they should be")

    async def _fresh_metadata(self) -> Metadata:
        now = time.monotonic()
        if self._metadata is not None and now - self._metadata[0] <= FRESH_S:
            return self._metadata[1]
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            status, told = await self._ask("GET", address)
            if status != httpx.codes.OK or told.get("issuer") != self.issuer:
                raise ProviderUnavailable("the provider does not say that it is the issuer")
            self._metadata = now, _metadata(told)
        except ProviderUnavailable:
            if self._metadata is None:
                raise
        return self._metadata[1]

    async def _ask(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object that the provider answers."""
        content = bytearray()
        try:
            with anyio.fail_after(TIMEOUT_S):
                async with self._http.stream(method, url, **more) as answer:
                    async for piece in answer.aiter_bytes():
                        content += piece
                        if len(content) > MOST_BYTES:
                            raise ProviderUnavailable("the provider's answer is too long")
            told = orjson.loads(content)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, orjson.JSONDecodeError) as error:
            logger.warning("the provider does not answer at %s: %r", url, error)
            raise ProviderUnavailable("the provider does not answer at the moment") from None
        if not isinstance(told, dict):
            raise ProviderUnavailable("the provider's answer is none")
        return answer.status_code, told


def _metadata(told: Mapping[str, Any]) -> Metadata:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [told.get(name) for name in names]
    if not all(
        isinstance(one, str) and one.startswith(("https://", "http://")) for one in addresses
    ):
        raise ProviderUnavailable("the provider does not say where it is asked")
    authorize, token, keys = map(str, addresses)
    methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    takes_basic = not isinstance(methods, list) or "client_secret_basic" in methods
    return Metadata(authorize, token, keys, takes_basic)


def _is_safe(address: str) -> bool:
    """Whether what is sent there goes over TLS, or stays on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(host))


def _is_usable(key: object) -> bool:
    return isinstance(key, dict) and key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"
