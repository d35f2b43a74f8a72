"""Behind the proxies of `deploy/`: streams as they come, leaving, paths, signing in."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.doubles.chat_client import ChatClient, Told
from tests.doubles.oidc import CLIENT, MadeUpProvider, made_up_provider
from tests.doubles.proxies import running_caddy, running_nginx
from tests.doubles.server_fixtures import Server, StartServer, free_port
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
KEY = "sk-of-the-proxies-0123456789"
PREFIX = "/reports"
WAYS = ["nginx", "nginx below a path", "Caddy below a path", "none, below a path"]
pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Site:
    """A server, who signs people in there, and where it is reached through which proxy."""

    server: Server
    provider: MadeUpProvider
    addresses: dict[str, str]

    def client(self, way: str = "nginx below a path") -> httpx.Client:
        return httpx.Client(base_url=self.addresses[way], timeout=60, verify=False, trust_env=False)


@pytest.fixture(scope="module")
def site(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    nginx, caddy, port = (free_port() for _ in range(3))
    folder = tmp_path_factory.mktemp("proxies")
    with (
        made_up_provider() as provider,
        start_server(
            port=port,
            api_keys=f"default:{KEY}",
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT,
            proxy_addresses="127.0.0.1",
            public_url=f"https://127.0.0.1:{nginx}{PREFIX}",
        ) as server,
        running_nginx(folder / "nginx", f"127.0.0.1:{port}", nginx),
        running_caddy(folder / "caddy", f"127.0.0.1:{port}", caddy),
    ):
        addresses = {
            "nginx": f"https://127.0.0.1:{nginx}",
            "nginx below a path": f"https://127.0.0.1:{nginx}{PREFIX}",
            "Caddy below a path": f"http://127.0.0.1:{caddy}{PREFIX}",
            "none, below a path": f"{server.url}{PREFIX}",
        }
        yield Site(server, provider, addresses)


@pytest.fixture(params=WAYS)
async def chat(
    site: Site, standin: Standin, request: pytest.FixtureRequest
) -> AsyncIterator[ChatClient]:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(
        base_url=site.addresses[request.param], headers=headers, verify=False, trust_env=False
    ) as http:
        yield ChatClient(http)


async def test_words_arrive_while_the_model_still_writes(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=40, inter_delay=0.05)
    heard = []

    async with chat.asking(QUESTION) as events:
        async for event in events:
            heard.append(event)
            if Told(heard).names.count("delta") == 2:
                written = (await standin.stats())["tokens"]

    assert Told(heard).ends == ["done"]
    assert written < 20


async def test_leaving_stops_the_run(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(tokens=200, inter_delay=0.2)

    heard = await chat.listen(QUESTION, deltas=2)

    await standin.until(aborted=1, open=0, within_s=3)
    turns = await chat.until_turns(heard.chat_id, 2)
    assert turns[1]["stopped_by"] == "disconnect"


@pytest.mark.parametrize("way", WAYS)
def test_the_page_and_its_files_are_found(site: Site, way: str) -> None:
    with site.client(way) as client:
        page = client.get("/")
        assert page.status_code == 200, "the web client must be built"
        files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        found = [client.get(name.removeprefix(".")) for name in files]

    assert len(files) > 2
    assert all(name.startswith("./") for name in files)
    assert [one.status_code for one in found] == [200] * len(files)


@pytest.mark.parametrize("way", WAYS[1:])
def test_the_path_without_its_slash_leads_to_the_page(site: Site, way: str) -> None:
    with site.client(way) as client:
        address = httpx.URL(site.addresses[way])
        answer = client.get(address)

    assert answer.is_redirect
    assert address.join(answer.headers["location"]).path == f"{PREFIX}/"


def test_somebody_signs_in_below_a_path(site: Site) -> None:
    base = site.addresses["nginx below a path"]
    with site.client() as client:
        sent = client.get("/auth/login").headers["location"]
        code, state = site.provider.authorise(sent, sub="ann")
        back = client.get("/auth/callback", params={"code": code, "state": state})
        me = client.get("/auth/me").json()
        chats = client.get("/chats")
        made = client.post("/chats", headers={"Origin": base.removesuffix(PREFIX)})

    asked_back = httpx.URL(sent).params["redirect_uri"]
    assert asked_back == f"{base}/auth/callback"
    assert (back.status_code, back.headers["location"]) == (303, f"{base}/")
    assert all("Secure" in one for one in back.headers.get_list("set-cookie"))
    assert (me["owner"], me["by"]) == ("ann", "session")
    assert (chats.status_code, made.status_code) == (200, 201)


def test_nobody_but_the_proxy_says_who_asks(site: Site) -> None:
    claimed = {"X-Forwarded-User": "ann", "X-Forwarded-Groups": "admins"}
    owners = {}
    for way in WAYS:
        with site.client(way) as client:
            owners[way] = client.get("/auth/me", headers=claimed).json()["owner"]

    assert owners == dict.fromkeys(WAYS[:-1]) | {WAYS[-1]: "ann"}


def test_uploads_have_the_limits_of_the_server_alone(site: Site) -> None:
    content = b"# Ships\n\n" + b"A ship came in. " * 80_000
    with site.client() as client:
        client.headers["Authorization"] = f"Bearer {KEY}"
        files = [("files", ("ships.md", content))]
        job = client.post("/documents", data={"folder": "ships"}, files=files)
        client.delete(f"/jobs/{job.json()['job_id']}")

    assert job.status_code == 202


@pytest.mark.parametrize("way", WAYS[:-1])
def test_metrics_are_not_for_who_comes_through_a_proxy(site: Site, way: str) -> None:
    with site.client(way) as client:
        answer = client.get("/metrics")

    assert answer.status_code == 404
    assert "problem" not in answer.headers.get("content-type", "")  # the proxy's own answer
