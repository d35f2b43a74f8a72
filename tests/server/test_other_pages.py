"""Pages of other origins: none may ask or frame, but those that the settings let in."""

from collections.abc import Iterator

import httpx
import pytest

from tests.doubles.chat_client import ChatClient, problem
from tests.doubles.server_fixtures import Server, StartServer

LET_IN = "https://app.example.org"
OTHER = "https://evil.test"
QUESTION = {"message": "How many ships did Quillmere harbour count in 2023?"}
ALLOWED = "access-control-allow-origin"
ASKING = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,x-stainless-lang",
}
PATHS = ["/chat", "/chat_stream", "/v1/chat/completions", "/v1/responses", "/ui/chat"]


@pytest.fixture(scope="module")
def keyed(start_server: StartServer) -> Iterator[httpx.Client]:
    """A client of a server with keys that lets pages of one origin in."""
    origins = f"{LET_IN}, http://localhost:3000"
    with (
        start_server(api_keys="default:key", cors_origins=origins) as server,
        _client(server) as one,
    ):
        yield one


@pytest.fixture(scope="module")
def keyless(start_server: StartServer) -> Iterator[httpx.Client]:
    """The same without keys; two origins may frame."""
    with (
        start_server(
            cors_origins=LET_IN, frame_origins=f"{LET_IN},http://localhost:3000"
        ) as server,
        _client(server) as one,
    ):
        yield one


def _client(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, trust_env=False, timeout=30)


@pytest.mark.parametrize("path", [*PATHS, "/v1/models", "/documents"])
def test_a_browser_may_ask_before_it_shows_the_key(keyed: httpx.Client, path: str) -> None:
    answer = keyed.options(path, headers={"Origin": LET_IN, **ASKING})

    assert (answer.status_code, answer.headers[ALLOWED]) == (200, LET_IN)
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", [OTHER, "null", f"{LET_IN}.evil.test", f"{LET_IN}:8443"])
def test_other_pages_are_told_nothing(keyed: httpx.Client, origin: str) -> None:
    before = keyed.options("/chat", headers={"Origin": origin, **ASKING})
    answer = keyed.post(
        "/chat", json=QUESTION, headers={"Origin": origin, "Authorization": "Bearer key"}
    )

    assert before.status_code == 400
    assert ALLOWED not in before.headers
    assert ALLOWED not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_answers_and_streams_may_be_read(keyed: httpx.Client, path: str) -> None:
    said = {"role": "user", "parts": [{"type": "text", "text": "Hello!"}], "content": "Hello!"}
    body = (
        {"message": "Hello!"}
        if path.startswith("/chat")
        else {
            "model": "citewire",
            "messages": [said],
            "input": "Hello!",
            "stream": True,
        }
    )
    headers = {"Origin": LET_IN, "Authorization": "Bearer key", "Sec-Fetch-Site": "cross-site"}
    answer = keyed.post(path, json=body, headers=headers)

    assert (answer.status_code, answer.headers[ALLOWED]) == (200, LET_IN)
    assert "Origin" in answer.headers["vary"]
    assert "X-Request-ID" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", ["/chat", "/v1/models"])
def test_refusals_may_be_read_too(keyed: httpx.Client, path: str) -> None:
    answer = keyed.get(path, headers={"Origin": LET_IN, "Authorization": "Bearer wrong"})

    assert (answer.status_code, answer.headers[ALLOWED]) == (401, LET_IN)


def test_without_keys_the_pages_that_are_let_in_may_ask_and_no_others(
    keyless: httpx.Client,
) -> None:
    cross = {"Sec-Fetch-Site": "cross-site"}
    let_in = keyless.post("/chats", json={}, headers={"Origin": LET_IN, **cross})
    other = keyless.post("/chats", json={}, headers={"Origin": OTHER, **cross})

    assert (let_in.status_code, let_in.headers[ALLOWED]) == (201, LET_IN)
    assert problem(other)[2] == "foreign_page"


def test_the_client_may_be_framed_by_who_is_let_in(keyless: httpx.Client) -> None:
    policy = keyless.get("/").headers["content-security-policy"]

    assert policy.endswith(f"frame-ancestors {LET_IN} http://localhost:3000")


async def test_nobody_may_ask_or_frame_unless_it_is_set(chat: ChatClient) -> None:
    before = await chat.http.options("/chat", headers={"Origin": LET_IN, **ASKING})
    answer = await chat.http.get("/chats", headers={"Origin": LET_IN})
    policy = (await chat.http.get("/")).headers["content-security-policy"]

    assert before.status_code >= 400
    assert ALLOWED not in {*before.headers, *answer.headers}
    assert policy.endswith("frame-ancestors 'none'")


def test_a_session_is_not_used_by_another_origins_page(start_server: StartServer) -> None:
    trusting = {"proxy_user_header": "X-User", "proxy_addresses": "127.0.0.1"}
    with start_server(cors_origins=LET_IN, **trusting) as server, _client(server) as http:
        known = http.post("/chats", json={}, headers={"X-User": "ann"})
        sent = {"X-User": "ann", "Origin": LET_IN, "Sec-Fetch-Site": "cross-site"}
        answer = http.post("/chats", json={}, headers=sent)
        reads = [http.get(path, headers=sent) for path in ("/chats", "/documents", "/auth/me")]
        old = http.get("/chats", headers={"X-User": "ann", "Origin": LET_IN})
        own = http.get("/chats", headers={"X-User": "ann", "Sec-Fetch-Site": "same-origin"})
        link = http.get("/", headers={"X-User": "ann", "Sec-Fetch-Site": "cross-site"})

    assert known.status_code == 201
    for refused in (answer, *reads, old):
        assert problem(refused)[2] == "foreign_page"
    assert (own.status_code, link.status_code) == (200, 200)
