"""Signing in with a provider over a socket: what is believed of its tokens, and what is not."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from redis.asyncio import Redis

from citewire.errors import ProviderUnavailable, SignInRefused
from citewire.services.access.caller import Scope
from citewire.services.access.credentials import Credentials
from citewire.services.access.provider import IdentityProvider
from citewire.services.access.sign_in import Begun, SignIn
from citewire.settings.sign_in import SignInSettings
from citewire.storage.access.credentials import CredentialStore
from tests.doubles.oidc import CLIENT, MadeUpProvider, made_up_provider

BACK = "https://reports.example.org/auth/callback"


@dataclass
class Desk:
    """A server's part of signing in, and its provider."""

    sign_in: SignIn
    credentials: Credentials
    provider: MadeUpProvider

    async def owner_of(self, token: str) -> str | None:
        caller = await self.sign_in.of_token(token.encode())
        return None if caller is None else caller.owner

    async def finish(self, begun: Begun, code: str, state: str, **more: Any) -> str:
        given = {"redirect_uri": BACK, "issuer": None, "kept": begun.kept, **more}
        return await self.sign_in.finish(code=code, state=state, **given)


@pytest.fixture(scope="module")
def shared() -> Iterator[MadeUpProvider]:
    with made_up_provider() as provider:
        yield provider


@pytest.fixture
def provider(shared: MadeUpProvider) -> MadeUpProvider:
    shared.published, shared.is_down = [shared.key], False
    shared.hits.clear()
    return shared


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
def desk(
    http: httpx.AsyncClient, provider: MadeUpProvider, redis_client: Redis, namespace: str
) -> Desk:
    settings = SignInSettings(
        oidc_issuer=provider.issuer, oidc_client_id=CLIENT, admin_group="admins"
    )
    credentials = Credentials(CredentialStore(redis_client, namespace))
    return Desk(
        SignIn(IdentityProvider(http, settings), credentials, settings), credentials, provider
    )


async def test_a_token_of_the_provider_says_who_asks_and_in_which_groups(desk: Desk) -> None:
    token = desk.provider.token(groups=["finance", "admins"])
    caller = await desk.sign_in.of_token(token.encode())

    assert caller is not None
    assert (caller.owner, sorted(caller.groups)) == ("ann", ["admins", "finance"])
    assert caller.scopes == set(Scope)


async def test_who_is_not_in_the_group_of_administrators_is_none(desk: Desk) -> None:
    caller = await desk.sign_in.of_token(desk.provider.token(groups="finance").encode())

    assert caller is not None
    assert Scope.ADMIN not in caller.scopes


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


LONG_AGO, FAR_AWAY = 1_000_000_000, 4_000_000_000
"""In 2001 and in 2096: the same in every process, for they name tests."""


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example.org"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": None},
        {"exp": LONG_AGO},
        {"exp": None},
        {"exp": "never"},
        {"nbf": FAR_AWAY},
        {"sub": None},
        {"sub": ""},
        {"sub": ["ann"]},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_server_is_refused(desk: Desk, claims: Any) -> None:
    assert await desk.owner_of(desk.provider.token(**claims)) is None


async def test_an_issuer_among_others_is_none(desk: Desk) -> None:
    token = desk.provider.token(iss=[desk.provider.issuer, "https://elsewhere.example.org"])

    assert await desk.owner_of(token) is None


async def test_a_token_that_nobody_signed_is_refused(desk: Desk) -> None:
    head, body, _ = desk.provider.token().split(".")
    for header in ({"alg": "none"}, {"alg": "none", "kid": "one"}, {"alg": "None"}):
        assert await desk.owner_of(f"{coded(json.dumps(header).encode())}.{body}.") is None
    assert await desk.owner_of(f"{head}.{body}.") is None
    assert await desk.owner_of(f"{head}.{body}.AAAA") is None


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(desk: Desk) -> None:
    provider = desk.provider
    public = json.dumps(provider.key.as_dict(private=False)).encode()
    _, body, _ = provider.token().split(".")
    head = coded(json.dumps({"alg": "HS256", "kid": "one"}).encode())
    for secret in (provider.key.as_pem(private=False), public):
        # By hand: joserfc takes no public key for a secret.
        signature = hmac.digest(secret, f"{head}.{body}".encode(), "sha256")

        assert await desk.owner_of(f"{head}.{body}.{coded(signature)}") is None


async def test_a_key_that_comes_with_the_token_is_none(desk: Desk) -> None:
    own = RSAKey.generate_key(2048, {"kid": "one"})
    claims = {"iss": desk.provider.issuer, "aud": CLIENT, "sub": "ann", "exp": time.time() + 60}
    header = {"alg": "RS256", "kid": "one", "jwk": own.as_dict(private=False)}

    assert await desk.owner_of(jwt.encode(header, claims, own)) is None


@pytest.mark.parametrize(
    "text", ["..", "a.b.c", "e30.e30.", "=.=.=", "[" * 5000 + ".a.b", "é.é.é", "e30." * 9000]
)
async def test_what_is_no_token_is_refused(desk: Desk, text: str) -> None:
    assert await desk.owner_of(text) is None


async def test_a_new_key_of_the_provider_is_fetched_but_unknown_ones_not_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await desk.owner_of(desk.provider.token()) == "ann"
    monkeypatch.setattr("citewire.services.access.provider.REFETCH_S", 0.0)
    new = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    desk.provider.published = [new]
    assert await desk.owner_of(desk.provider.token(key=new, sub="bob")) == "bob"
    assert desk.provider.hits["/keys"] == 2

    monkeypatch.undo()
    for i in range(20):
        assert await desk.owner_of(desk.provider.token(key=new, kid=f"made-up-{i}")) is None
    assert desk.provider.hits["/keys"] == 2


async def test_a_checked_token_costs_nothing_again(desk: Desk) -> None:
    token = desk.provider.token()
    for _ in range(3):
        assert await desk.owner_of(token) == "ann"

    assert desk.provider.hits["/keys"] == 1


async def test_tokens_are_checked_with_the_known_keys_while_the_provider_is_down(
    desk: Desk,
) -> None:
    assert await desk.owner_of(desk.provider.token()) == "ann"
    desk.provider.is_down = True

    assert await desk.owner_of(desk.provider.token(sub="bob")) == "bob"


async def test_that_the_provider_is_down_is_told(desk: Desk) -> None:
    desk.provider.is_down = True

    with pytest.raises(ProviderUnavailable):
        await desk.owner_of(desk.provider.token())
    with pytest.raises(ProviderUnavailable):
        await desk.sign_in.begin(BACK)


async def test_a_sign_in_ends_with_a_session(desk: Desk) -> None:
    begun = await desk.sign_in.begin(BACK)
    token = await desk.finish(
        begun, *desk.provider.authorise(begun.url, name="Ann", groups=["finance"])
    )
    caller = await desk.credentials.of_session(token.encode())

    assert caller is not None
    assert (caller.owner, sorted(caller.groups)) == ("ann", ["finance"])
    assert desk.credentials.name_of(caller) == "Ann"


async def test_a_code_is_taken_once(desk: Desk) -> None:
    begun = await desk.sign_in.begin(BACK)
    code, state = desk.provider.authorise(begun.url)
    await desk.finish(begun, code, state)

    with pytest.raises(SignInRefused, match="does not take the code"):
        await desk.finish(begun, code, state)


async def test_a_sign_in_that_another_browser_began_is_refused(desk: Desk) -> None:
    mine, other = await desk.sign_in.begin(BACK), await desk.sign_in.begin(BACK)
    code, state = desk.provider.authorise(other.url)

    for kept in (mine.kept, "", "..", state, f"{state}..", f"{state}.x"):
        with pytest.raises(SignInRefused):
            await desk.finish(mine, code, state, kept=kept)
    for wrong in ("", "x", "é"):
        with pytest.raises(SignInRefused, match="not begun in this browser"):
            await desk.finish(other, code, wrong)


async def test_a_code_of_another_sign_in_is_refused(desk: Desk) -> None:
    """As when somebody's code is slipped into the answer of one's own sign-in."""
    mine, other = await desk.sign_in.begin(BACK), await desk.sign_in.begin(BACK)
    _, state = desk.provider.authorise(mine.url)
    code, _ = desk.provider.authorise(other.url)

    with pytest.raises(SignInRefused, match="does not take the code"):  # PKCE
        await desk.finish(mine, code, state)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["x"]},
        {"azp": "another"},
        {"aud": "another"},
        {"exp": LONG_AGO},
    ],
    ids=str,
)
async def test_an_id_token_that_is_not_of_this_sign_in_is_refused(desk: Desk, claims: Any) -> None:
    begun = await desk.sign_in.begin(BACK)

    with pytest.raises(SignInRefused):
        await desk.finish(begun, *desk.provider.authorise(begun.url, **claims))


async def test_the_answer_of_another_provider_is_refused(desk: Desk) -> None:
    begun = await desk.sign_in.begin(BACK)
    code, state = desk.provider.authorise(begun.url)

    with pytest.raises(SignInRefused, match="another provider"):
        await desk.finish(begun, code, state, issuer="https://elsewhere.example.org")


async def test_whoever_is_called_as_no_owner_can_be_has_a_name_of_ones_own(desk: Desk) -> None:
    owners = [
        await desk.owner_of(desk.provider.token(sub=sub))
        for sub in ("auth0|1", "auth0|2", "default", "a" * 100, "zoë")
    ]

    assert len(set(owners)) == 5
    assert all(owner is not None and owner.startswith("user-") for owner in owners)
