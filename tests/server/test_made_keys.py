"""API keys of run time: made, scoped, given an end and revoked, on two workers of one Redis."""

import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import httpx
import pytest

from citewire.api.scopes import NEEDED
from citewire.services.access.caller import Scope
from tests.doubles.chat_client import ChatClient, open_chat_client, problem, until
from tests.doubles.server_fixtures import Server, StartServer, Zygote, environment
from tests.doubles.standin_fixtures import Standin

PROBLEM = "application/problem+json"
QUESTION = "How many ships did Quillmere harbour count in 2023?"
SOON_S = 2.0
"""Within this a revocation has taken effect on every worker."""

Json = dict[str, Any]

DESCRIBED = {
    (method, path.replace(":path}", "}")): scope for (method, path), scope in NEEDED.items()
}
"""The rows by the paths of the description, which says nothing of what a parameter may hold."""


@pytest.fixture(scope="module")
def first(start_server: StartServer) -> Iterator[Server]:
    with start_server(require_key=True) as server:
        yield server


@pytest.fixture(scope="module")
def second(start_server: StartServer) -> Iterator[Server]:
    with start_server(require_key=True) as server:
        yield server


@pytest.fixture(scope="module")
def command(
    zygote: Zygote, redis_url: str, corpus: str, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Runs `citewire key` on the Redis of the servers; gives its lines."""
    folder = tmp_path_factory.mktemp("command")
    env = environment({"redis_url": redis_url, "namespace": corpus, "require_key": True})

    def run(*words: str) -> list[str]:
        ended = zygote.run(["key", *words], env, folder)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.splitlines()

    return run


@pytest.fixture(scope="module")
def root(command: Any) -> str:
    """A key with the scope admin alone."""
    return str(command("make", "root", "--scope", "admin")[1])


@pytest.fixture
async def admin(first: Server, root: str) -> AsyncIterator[httpx.AsyncClient]:
    async with open_chat_client(first.url) as client:
        client.http.headers["Authorization"] = f"Bearer {root}"
        yield client.http


async def make(admin: httpx.AsyncClient, **asked: Any) -> Json:
    made: Json = (await admin.post("/keys", json=asked)).raise_for_status().json()
    return made


def bearing(client: ChatClient, key: str) -> ChatClient:
    client.http.headers["Authorization"] = f"Bearer {key}"
    return client


async def refused(http: httpx.AsyncClient) -> bool:
    return (await http.get("/keys")).status_code == 401


async def within(seconds: float, http: httpx.AsyncClient) -> None:
    """Wait until requests are refused."""
    await until(lambda: refused(http), within_s=seconds)


async def test_a_fresh_key_opens_its_owners_data_on_every_worker_at_once(
    admin: httpx.AsyncClient, second: Server
) -> None:
    made = await make(admin, owner="default", days=1)

    async with open_chat_client(second.url) as client:
        found = await bearing(client, made["key"]).http.get("/keys")

    mine = {one["key_id"]: one for one in found.json()["keys"]}[made["key_id"]]
    assert (mine["owner"], mine["scopes"]) == ("default", ["ask", "read", "write"])
    assert made["key"] not in found.text


async def test_revoking_a_key_takes_effect_on_every_worker_and_on_open_streams(
    admin: httpx.AsyncClient, first: Server, second: Server, standin: Standin
) -> None:
    await standin.configure(inter_delay=0.1, tokens=300)
    made = await make(admin, owner="default")
    heard: list[str] = []
    revoked_at = 0.0
    async with open_chat_client(first.url) as here, open_chat_client(second.url) as there:
        bearing(here, made["key"])
        bearing(there, made["key"])
        async with there.asking(QUESTION) as events:
            async for event in events:
                heard.append(event.name)
                if heard.count("delta") == 3 and not revoked_at:
                    assert not await refused(here.http)
                    revoked_at = time.monotonic()
                    await admin.delete(f"/keys/{made['key_id']}")
            ended_s = time.monotonic() - revoked_at
        await within(max(0.1, SOON_S - ended_s), here.http)
        await within(max(0.1, SOON_S - ended_s), there.http)

    assert (event.name, event.data["code"]) == ("error", "credential_revoked")
    assert ended_s < SOON_S
    # The run is stopped, as when a client leaves.
    assert (await standin.until(open=0))["open"] == 0


async def test_a_key_in_a_group_opens_its_collections_and_an_administrator_alone_makes_it(
    admin: httpx.AsyncClient, first: Server
) -> None:
    made = await make(admin, owner="ann")
    robot = await make(admin, owner="robot", groups=["staff", "staff"])
    maker = await make(admin, owner="maker", scopes=["ask", "read", "write"])
    assert robot["groups"] == ["staff"]
    async with (
        open_chat_client(first.url) as ann,
        open_chat_client(first.url) as robots,
        open_chat_client(first.url) as makers,
    ):
        bearing(ann, made["key"])
        bearing(robots, robot["key"])
        bearing(makers, maker["key"])
        shared = (await ann.http.post("/collections", json={"name": "Shared"})).json()
        path = f"/collections/{shared['collection_id']}"
        before = await robots.http.get(path)
        await ann.http.put(f"{path}/members/group:staff", json={"role": "reader"})
        after = await robots.http.get(path)
        refused = await makers.http.post("/keys", json={"groups": ["staff"]})

    assert [before.status_code, after.status_code] == [404, 200]
    assert problem(refused) == (403, PROBLEM, "scope_missing")


async def test_an_answer_in_one_piece_is_refused_when_its_key_is_revoked_meanwhile(
    admin: httpx.AsyncClient, second: Server, standin: Standin
) -> None:
    await standin.configure(inter_delay=0.1, tokens=300)
    made = await make(admin, owner="default")
    answers: list[httpx.Response] = []
    async with open_chat_client(second.url) as client, anyio.create_task_group() as tasks:

        async def ask() -> None:
            sent = {"message": QUESTION}
            answers.append(await bearing(client, made["key"]).http.post("/chat", json=sent))

        tasks.start_soon(ask)
        await standin.until(open=1)
        await admin.delete(f"/keys/{made['key_id']}")

    assert problem(answers[0]) == (401, PROBLEM, "credential_revoked")


async def test_a_key_is_refused_from_its_end_on(admin: httpx.AsyncClient, first: Server) -> None:
    made = await make(admin, owner="default", days=1 / 24 / 3600)
    async with open_chat_client(first.url) as client:
        await within(3, bearing(client, made["key"]).http)


async def test_when_a_key_was_used_is_told(
    admin: httpx.AsyncClient, first: Server, standin: Standin
) -> None:
    made = await make(admin, owner="default")
    async with open_chat_client(first.url) as client:
        bearing(client, made["key"])
        with anyio.fail_after(20):
            while True:
                [mine] = [
                    one
                    for one in (await client.http.get("/keys")).json()["keys"]
                    if one["key_id"] == made["key_id"]
                ]
                if mine["used"]:
                    break
                await anyio.sleep(0.2)


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_route_is_open_to_the_scope_of_its_row_alone(
    admin: httpx.AsyncClient, first: Server, scope: Scope
) -> None:
    owner = f"o{uuid4().hex[:8]}"
    made = await make(admin, owner=owner, scopes=[scope])
    async with open_chat_client(first.url) as client:
        http = bearing(client, made["key"]).http
        described = (await http.get("/openapi.json")).json()["paths"]
        for path, methods in described.items():
            for method in methods:
                needed = DESCRIBED.get((method.upper(), path))
                answer = await http.request(method, re.sub(r"{\w+}", "1", path), json={})
                is_closed = needed is not None and needed is not scope
                told = answer.status_code == 403 and "scope_missing" in answer.text
                # A key without the scope admin makes no keys, which is another refusal.
                if (method, path) != ("post", "/keys"):
                    assert told == is_closed, (method, path, answer.text)


async def test_a_key_makes_no_keys_and_sees_and_ends_none_of_others(
    admin: httpx.AsyncClient, first: Server
) -> None:
    ann, bob = [await make(admin, owner=f"{name}{uuid4().hex[:6]}") for name in ("ann", "bob")]
    other = await make(admin, owner=ann["owner"])
    async with open_chat_client(first.url) as client:
        http = bearing(client, ann["key"]).http
        own = (await http.get("/keys")).json()["keys"]
        everybody = await http.get("/keys", params={"everybody": True})
        made = await http.post("/keys", json={})
        for_bob = await http.post("/keys", json={"owner": bob["owner"]})
        bobs = await http.delete(f"/keys/{bob['key_id']}")
        nobodys = await http.delete("/keys/ffffffffffff")
        sibling = await http.delete(f"/keys/{other['key_id']}")
        itself = await http.delete(f"/keys/{ann['key_id']}")

    assert {one["key_id"] for one in own} == {ann["key_id"], other["key_id"]}
    for answer in (everybody, made, for_bob, sibling):
        assert problem(answer) == (403, PROBLEM, "scope_missing")
    for answer in (bobs, nobodys):
        assert problem(answer) == (404, PROBLEM, "key_not_found")
    assert itself.status_code == 204


async def test_an_open_server_makes_no_keys_and_tells_of_none_of_others(chat: ChatClient) -> None:
    made = await chat.http.post("/keys", json={"owner": "ann", "scopes": ["admin"]})
    own = await chat.http.post("/keys", json={})
    everybody = await chat.http.get("/keys", params={"everybody": True})

    assert {problem(one)[0] for one in (made, own, everybody)} == {403}


async def test_an_administrator_has_no_data_of_others(admin: httpx.AsyncClient) -> None:
    assert problem(await admin.get("/documents"))[2] == "scope_missing"
    assert (await admin.get("/keys", params={"everybody": True})).status_code == 200


async def test_the_command_lists_and_revokes(
    command: Any, admin: httpx.AsyncClient, first: Server
) -> None:
    owner = f"o{uuid4().hex[:8]}"
    lines = command("make", owner, "--scope", "ask", "--days", "7")
    key, key_id = lines[1], lines[2].rpartition(" ")[2]
    [listed] = command("list", owner)
    [as_json] = json.loads("\n".join(command("list", owner, "--json")))
    async with open_chat_client(first.url) as client:
        bearing(client, key)
        assert not await refused(client.http)
        command("revoke", key_id)
        await within(SOON_S, client.http)

    assert listed.startswith(f"{key_id}  {owner}  ask  made ")
    assert (as_json["key_id"], as_json["scopes"]) == (key_id, ["ask"])
    assert key not in listed


def test_no_key_lies_in_redis(redis_url: str, corpus: str, root: str, tmp_path: Path) -> None:
    import redis  # synchronous: one look

    with redis.Redis.from_url(redis_url) as client:
        kept = client.hgetall(f"{corpus}:access:keys")

    assert kept
    assert not [value for value in kept.values() if root.encode() in value]


def test_every_row_is_a_route_and_every_route_has_a_row(first: Server) -> None:
    described = httpx.get(f"{first.url}/openapi.json", trust_env=False).json()["paths"]
    closed = {
        (method.upper(), path)
        for path, methods in described.items()
        for method, operation in methods.items()
        if "security" in operation
    }

    assert closed == set(DESCRIBED)


async def test_a_key_that_revokes_itself_is_told_that_it_is_done(
    admin: httpx.AsyncClient, first: Server
) -> None:
    async with open_chat_client(first.url) as client:
        for _ in range(5):
            made = await make(admin, owner="default")
            done = await bearing(client, made["key"]).http.delete(f"/keys/{made['key_id']}")

            assert done.status_code == 204
