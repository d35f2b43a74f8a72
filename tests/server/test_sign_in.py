"""Signing in with a real provider over sockets: sessions on two workers, cookies, proxies."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import anyio
import httpx
import pytest

from tests.doubles.chat_client import open_chat_client, problem
from tests.doubles.oidc import CLIENT, allow, made_up_provider, real_provider
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

PROBLEM = "application/problem+json"
SOON_S = 2.0
QUESTION = "How many ships did Quillmere harbour count in 2023?"
pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Two:
    """Two workers, and the provider with which people sign in at both."""

    first: Server
    second: Server
    provider: str


@pytest.fixture(scope="module")
def namespace() -> str:
    return f"people{uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def two(start_server: StartServer, namespace: str) -> Iterator[Two]:
    with real_provider() as provider:
        settings = {
            "namespace": namespace,
            "answers": "extractive",
            "oidc_issuer": provider,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": "s",
        }
        with start_server(**settings) as first, start_server(**settings) as second:
            yield Two(first, second, provider)


def browser(server: Server) -> httpx.Client:
    client = httpx.Client(base_url=server.url, trust_env=False, verify=False)
    client.headers["Origin"] = server.url  # as a browser says of our pages
    return client


def sign_in(client: httpx.Client, sub: str) -> httpx.Response:
    """Go to the provider and come back; gives what the server says then."""
    sent = client.get("/auth/login")
    assert sent.status_code == 303, sent.text
    return client.get(allow(sent.headers["location"], sub))


def cookie_of(answer: httpx.Response, name: str) -> str:
    [found] = [c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{name}=")]
    return str(found)


def test_somebody_signs_in_and_is_known_on_every_worker(two: Two, namespace: str) -> None:
    with browser(two.first) as client:
        nobody = client.get("/auth/me").json()
        back = sign_in(client, "ann")
        me = client.get("/auth/me").json()
        with browser(two.second) as elsewhere:
            elsewhere.cookies.update(client.cookies)
            also = elsewhere.get("/auth/me").json()
            listed = elsewhere.get("/documents")

    assert (nobody["owner"], nobody["sign_in"], nobody["closed"]) == (None, True, True)
    assert (back.status_code, back.headers["location"]) == (303, f"{two.first.url}/")
    session = cookie_of(back, f"citewire-{namespace}")
    assert "httponly" in session.lower()
    assert "samesite=lax" in session.lower()
    assert "secure" not in session.lower()
    assert (me["owner"], me["by"], me["scopes"]) == ("ann", "session", ["ask", "read", "write"])
    assert also == me
    assert listed.status_code == 200


def test_a_code_cannot_be_replayed(two: Two) -> None:
    with browser(two.first) as client:
        sent = client.get("/auth/login").headers["location"]
        kept = dict(client.cookies)
        back = allow(sent, "ann")
        assert client.get(back).status_code == 303
        client.cookies.clear()
        client.cookies.update(kept)
        again = client.get(back)

    assert problem(again) == (403, PROBLEM, "sign_in_refused")


def test_a_sign_in_ends_only_in_the_browser_that_began_it(two: Two) -> None:
    with browser(two.first) as client, browser(two.first) as other:
        back = allow(client.get("/auth/login").headers["location"], "ann")
        other.get("/auth/login")
        refused = other.get(back)
        without = httpx.get(back, trust_env=False)

    for answer in (refused, without):
        assert problem(answer) == (403, PROBLEM, "sign_in_refused")
        assert "set-cookie" not in answer.headers


def test_a_refusal_of_the_provider_is_told(two: Two) -> None:
    with browser(two.first) as client:
        client.get("/auth/login")
        answer = client.get("/auth/callback?error=access_denied&state=x")
        odd = client.get("/auth/callback?error=%3Cscript%3E&state=x")

        shown = client.get(
            "/auth/callback?error=access_denied", headers={"Accept": "text/html,*/*"}
        )

    assert shown.status_code == 303
    assert shown.headers["location"] == f"{two.first.url}/?sign_in=sign_in_refused"
    assert "access_denied" in answer.json()["detail"]
    assert "script" not in odd.text


def test_the_browser_is_sent_with_pkce(two: Two) -> None:
    with browser(two.first) as client:
        sent = client.get("/auth/login")
        asked = {k: v[0] for k, v in parse_qs(urlsplit(sent.headers["location"]).query).items()}
        kept = next(iter(client.cookies.values()))

    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{two.first.url}/auth/callback"
    assert asked["code_challenge"] not in kept


def test_signing_out_ends_the_session_on_every_worker(two: Two) -> None:
    with browser(two.first) as client, browser(two.second) as elsewhere:
        sign_in(client, "ann")
        elsewhere.cookies.update(client.cookies)
        assert elsewhere.get("/chats").status_code == 200
        kept = dict(client.cookies)
        out = client.post("/auth/logout")
        began = time.monotonic()
        while elsewhere.get("/chats").status_code != 401:
            assert time.monotonic() - began < SOON_S
            time.sleep(0.02)
        client.cookies.update(kept)
        again = client.get("/chats")

    assert out.status_code == 204
    assert problem(again) == (401, PROBLEM, "api_key_refused")


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://evil.localhost"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
    ],
    ids=str,
)
def test_with_a_session_only_own_pages_change_or_read_anything(
    two: Two, headers: dict[str, str], may: bool
) -> None:
    with browser(two.first) as client:
        sign_in(client, "ann")
        del client.headers["Origin"]
        answer = client.post("/chats", headers=headers)
        read = client.get("/chats", headers=headers)

    assert answer.status_code == (201 if may else 403), answer.text
    assert may or answer.json()["code"] == "foreign_page"
    # A link that is followed from elsewhere has no origin; a page that would read the answer has.
    may_read = may or "Origin" not in headers
    assert read.status_code == (200 if may_read else 403)
    assert may_read or read.json()["code"] == "foreign_page"


def test_two_people_have_their_own_data_and_make_their_own_keys(two: Two) -> None:
    with browser(two.first) as ann, browser(two.first) as bob:
        sign_in(ann, "ann")
        sign_in(bob, "bob")
        chat = ann.post("/chats").json()["chat_id"]
        theirs = bob.get(f"/chats/{chat}")
        made = ann.post("/keys", json={"scopes": ["ask"]}).json()
        more = ann.post("/keys", json={"scopes": ["admin"]})
        of_bob = ann.post("/keys", json={"owner": "bob"})
        headers = {"Authorization": f"Bearer {made['key']}"}
        by_key = httpx.get(f"{two.second.url}/chats/{chat}", headers=headers, trust_env=False)
        gone = bob.delete(f"/keys/{made['key_id']}")
        own = ann.delete(f"/keys/{made['key_id']}")

    assert theirs.status_code == 404
    assert by_key.status_code == 200
    for answer in (more, of_bob):
        assert problem(answer) == (403, PROBLEM, "scope_missing")
    assert (gone.status_code, own.status_code) == (404, 204)


async def test_an_open_stream_ends_when_its_session_does(
    start_server: StartServer, standin: Standin
) -> None:
    await standin.configure(inter_delay=0.1, tokens=300)
    with made_up_provider() as provider:
        settings = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "abstain": False}
        with start_server(**settings) as first, start_server(**settings) as second:
            with browser(first) as client:
                begun = client.get("/auth/login").headers["location"]
                code, state = provider.authorise(begun, sub="streamer")
                client.get(f"/auth/callback?code={code}&state={state}")
                kept = dict(client.cookies)
            async with open_chat_client(second.url) as there, open_chat_client(first.url) as here:
                for chat in (there, here):
                    chat.http.cookies.update(kept)
                    chat.http.headers["Sec-Fetch-Site"] = "same-origin"
                job = await upload(there.http)
                heard: list[str] = []
                async with there.asking(QUESTION) as events:
                    async for event in events:
                        heard.append(event.name)
                        if heard.count("delta") == 2:
                            ended_at = time.monotonic()
                            await here.http.post("/auth/logout")
                took_s = time.monotonic() - ended_at

    assert job
    assert (event.name, event.data["code"]) == ("error", "credential_revoked")
    assert took_s < SOON_S


async def upload(http: httpx.AsyncClient) -> Any:
    """Upload a report that answers the question, and wait until it is read."""
    files = {"files": ("harbour.txt", b"Quillmere harbour counted 512 ships in 2023.\n")}
    answer = await http.post("/documents", data={"folder": "f"}, files=files)
    job_id = answer.raise_for_status().json()["job_id"]
    with anyio.fail_after(60):
        while True:
            job = (await http.get(f"/jobs/{job_id}")).json()
            if job["status"] not in ("queued", "running"):
                break
            await anyio.sleep(0.1)
    assert job["status"] == "done", job
    return job


def test_a_bearer_token_of_the_provider_opens_the_api(start_server: StartServer) -> None:
    with made_up_provider() as provider:
        settings = {
            "namespace": f"people{uuid4().hex[:8]}",
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_audience": "the-api",
            "admin_group": "admins",
            "public_url": "https://reports.example.org",
        }
        with start_server(**settings) as server, browser(server) as client:

            def ask(path: str = "/documents", **claims: Any) -> httpx.Response:
                token = provider.token(**{"aud": "the-api", **claims})
                return client.get(path, headers={"Authorization": f"Bearer {token}"})

            good = ask("/auth/me", groups=["admins"]).json()
            fine = ask()
            bad = [ask(aud=CLIENT), ask(exp=1), ask(iss="https://elsewhere.example.org")]
            login = client.get("/auth/login")

    assert (good["owner"], good["by"]) == ("ann", "token")
    assert "admin" in good["scopes"]
    assert fine.status_code == 200
    assert [answer.status_code for answer in bad] == [401] * 3
    # With a public address of https cookies are sent over TLS alone.
    cookie = login.headers["set-cookie"]
    assert cookie.startswith("__Host-citewire-")
    assert "Secure" in cookie
    assert "reports.example.org%2Fauth%2Fcallback" in login.headers["location"]


def test_a_proxy_is_believed_from_its_address_alone(start_server: StartServer) -> None:
    headers = {"X-Forwarded-User": "ann", "X-Forwarded-Groups": "finance, admins"}
    settings = {"namespace": f"people{uuid4().hex[:8]}", "admin_group": "admins"}
    near, far = "127.0.0.0/8", "10.0.0.0/8,::1"
    with start_server(proxy_addresses=near, **settings) as server, browser(server) as client:
        me = client.get("/auth/me", headers=headers).json()
        listed = client.get("/documents", headers=headers)
        foreign = client.post("/chats", headers={**headers, "Origin": "https://evil.example"})
        doubled = [*headers.items(), ("X-Forwarded-User", "bob")]
        both = client.get("/documents", headers=doubled)
        nobody = client.get("/documents", headers={"X-Forwarded-User": ""})
    with start_server(proxy_addresses=far, **settings) as server, browser(server) as client:
        elsewhere = client.get("/documents", headers=headers)
        unknown = client.get("/auth/me", headers=headers).json()

    assert (me["owner"], me["by"], me["groups"]) == ("ann", "proxy", ["admins", "finance"])
    assert listed.status_code == 200
    assert problem(foreign) == (403, PROBLEM, "foreign_page")
    for answer in (both, nobody, elsewhere):
        assert answer.status_code == 401
    assert unknown["owner"] is None
