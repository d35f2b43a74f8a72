"""Without keys: who asks by a name of her own, and which pages may change something."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.doubles.chat_client import ChatClient, open_chat_client, problem
from tests.doubles.server_fixtures import Server, StartServer

PROBLEM = "application/problem+json"
NAMED = "reports.example.org"


@pytest.fixture(scope="module")
def named(start_server: StartServer) -> Iterator[Server]:
    """A server without keys that people ask by a name."""
    with start_server(hosts=f"{NAMED}, 10.0.0.7") as server:
        yield server


@pytest.mark.parametrize(
    "host",
    ["evil.test", "evil.test:8000", "localhost.evil.test", "127.0.0.1.evil.test", "10.0.0.7"],
)
@pytest.mark.parametrize("path", ["/", "/chats", "/openapi.json", "/assets/x.js"])
async def test_a_name_that_leads_here_is_not_answered(
    chat: ChatClient, host: str, path: str
) -> None:
    answer = await chat.http.get(path, headers={"Host": host})

    assert problem(answer) == (421, PROBLEM, "unknown_host")


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "x.localhost", "127.0.0.1:1", "127.9.9.9", "[::1]:80", "[::1]"],
)
async def test_the_names_of_its_own_machine_are_answered(chat: ChatClient, host: str) -> None:
    answer = await chat.http.get("/chats", headers={"Host": host})

    assert answer.status_code == 200


async def test_health_is_answered_by_any_name_without_details(chat: ChatClient) -> None:
    alive = await chat.http.get("/healthz", headers={"Host": "10.1.2.3"})
    ready = await chat.http.get("/readyz", headers={"Host": "10.1.2.3"})

    assert (alive.status_code, ready.status_code) == (200, 200)
    assert {check["detail"] for check in ready.json()["checks"]} == {""}


@pytest.mark.parametrize(
    ("host", "status"), [(NAMED, 200), (f"{NAMED}:443", 200), ("10.0.0.7", 200), ("evil.test", 421)]
)
async def test_configured_names_are_answered(named: Server, host: str, status: int) -> None:
    async with open_chat_client(named.url) as client:
        answer = await client.http.get("/chats", headers={"Host": host})

    assert answer.status_code == status


FOREIGN = [
    {"Origin": "http://evil.test"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": "http://localhost:3000"},
    {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/chats"),
        ("POST", "/chat"),
        ("DELETE", "/chats?confirm=true"),
        ("PATCH", "/chats/x"),
    ],
)
async def test_pages_of_others_change_nothing(
    chat: ChatClient, headers: dict[str, str], method: str, path: str
) -> None:
    answer = await chat.http.request(method, path, headers=headers)

    assert problem(answer) == (403, PROBLEM, "foreign_page")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost:8000", "Host": "localhost:8000"},
        {"Origin": "https://localhost", "Host": "localhost"},
        {"Origin": "http://localhost:5173", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
async def test_its_own_pages_and_programs_change_what_they_like(
    chat: ChatClient, headers: dict[str, str]
) -> None:
    answer = await chat.http.post("/chats", headers=headers)

    assert answer.status_code == 201


async def test_a_page_of_a_configured_name_is_its_own(named: Server) -> None:
    async with open_chat_client(named.url) as client:
        answers = await asyncio.gather(
            client.http.post("/chats", headers={"Origin": f"https://{NAMED}"}),
            client.http.post("/chats", headers={"Origin": "https://evil.test"}),
        )

    assert [answer.status_code for answer in answers] == [201, 403]


async def test_with_keys_any_name_is_answered(start_server: StartServer) -> None:
    with start_server(api_keys="ann:key-of-ann") as server:
        answer = await asyncio.to_thread(
            httpx.get,
            f"{server.url}/chats",
            headers={"Authorization": "Bearer key-of-ann", "Host": "evil.test"},
            trust_env=False,
        )

    assert answer.status_code == 200
