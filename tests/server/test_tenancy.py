"""Two owners on one server: neither sees, changes or learns anything of the other's.

Everything of bob's bears a marker, so that one look at all that ann is ever told is enough.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from citewire.services.access.made_keys import MadeKeys
from citewire.storage.access.credentials import CredentialStore
from citewire.storage.connection.connection import open_client
from tests.doubles.chat_client import open_chat_client, problem, said_to_ui
from tests.doubles.mcp_client import answer_in, call
from tests.doubles.mcp_client import message as posted
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

PROBLEM = "application/problem+json"
KEYS = {"ann": "key-of-ann", "bob": "key-of-bob"}
MARK = "Zyxomark"
SHARED = "The lighthouse of Ostry has 512 lamps."
QUESTION = "How many lamps does the lighthouse have?"
# Four uploads and answers by local code come before the first of these tests.
pytestmark = pytest.mark.timeout(180)

OPEN = {
    *(("get", "/healthz"), ("get", "/readyz"), ("get", "/schema/events.json")),
    ("get", "/auth/me"),
}

Json = dict[str, Any]
Ids = dict[str, str]


def _as(owner: str, server: Server) -> UploadClient:
    client = UploadClient(server.url)
    client.http.headers["Authorization"] = f"Bearer {KEYS[owner]}"
    return client


@pytest.fixture(scope="module")
def namespace() -> str:
    return f"owners{uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def keyed(start_server: StartServer, namespace: str) -> Iterator[Server]:
    given = ",".join(f"{owner}:{key}" for owner, key in KEYS.items())
    with start_server(
        namespace=namespace,
        api_keys=given,
        answers="extractive",
        max_runs_per_owner=3,
    ) as server:
        yield server


@dataclass
class Corpus:
    """What two owners have, and all that ann was told."""

    ann: UploadClient
    bob: UploadClient
    of_ann: Ids
    of_bob: Ids
    told: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request of ann's; what it says is kept."""
        answer = self.ann.http.request(method, path, **more)
        self.told.append(f"{answer.text} {dict(answer.headers)}")
        return answer


async def _made_key(redis_url: str, namespace: str, owner: str) -> str:
    async with open_client(redis_url) as client:
        _, stored = await MadeKeys(CredentialStore(client, namespace)).make(owner)
    return stored.id


def _fill(client: UploadClient, tmp_path: Path, mark: str, *, own: str, key_id: str) -> Ids:
    """Upload the shared report and one of their own, ask, and give one id of each kind."""
    shared = write_pdf(tmp_path / "shared.pdf", [SHARED]).read_bytes()
    alone = write_pdf(tmp_path / "own.pdf", [own], title=f"{mark} title").read_bytes()
    client.ingest("reports", (f"{mark}shared.pdf", shared))
    job = client.ingest(f"{mark}folder", (f"{mark}own.pdf", alone))
    done = client.http.post("/chat", json={"message": f"{QUESTION} {mark}"}).json()
    path = f"/chats/{done['chat_id']}"
    client.http.patch(path, json={"title": f"{mark} talk"}).raise_for_status()
    source = done["sources"][0]
    made = client.http.post("/collections", json={"name": f"{mark} archive"}).json()
    archive = made["collection_id"]
    client.ingest("archive", (f"{mark}kept.pdf", shared), collection=archive)
    asked = {"message": f"{QUESTION} {mark}", "filters": {"collections": [archive]}}
    of_archive = client.http.post("/chat", json=asked).json()["chat_id"]
    lent = client.http.post(f"/chats/{of_archive}/share").raise_for_status().json()
    return {
        "collection_id": made["collection_id"],
        "model": f"citewire-{made['collection_id']}",
        "member": made["members"][0]["member"],
        "chat_id": done["chat_id"],
        "message_id": done["assistant_message_id"],
        "question_id": done["user_message_id"],
        "run_id": done["run_id"],
        "doc_id": job["files"][0]["doc_id"],
        "passage_id": source["passage_id"],
        "job_id": job["job_id"],
        "key_id": key_id,
        "share_id": lent["share"]["share_id"],
    }


@pytest.fixture(scope="module")
def two(
    keyed: Server,
    standin_url: str,
    redis_url: str,
    namespace: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Corpus]:
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    ann, bob = _as("ann", keyed), _as("bob", keyed)
    folder = tmp_path_factory.mktemp("reports")
    made = [asyncio.run(_made_key(redis_url, namespace, owner)) for owner in ("ann", "bob")]
    with ann.http, bob.http:
        told = f"{MARK} counted 77 violins in the vault."
        of_bob = _fill(bob, folder, MARK, own=told, key_id=made[1])
        told = "The plain report counts 12 cellos."
        of_ann = _fill(ann, folder, "plain", own=told, key_id=made[0])
        yield Corpus(ann, bob, of_ann, of_bob)


def _operations(server: Server) -> Iterator[tuple[str, str, Json]]:
    described = httpx.get(f"{server.url}/openapi.json", trust_env=False).json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _body(path: str, method: str, operation: Json) -> Json:
    """A body and a query that are right but for the ids, so that nothing else is refused first."""
    bodies: dict[tuple[str, str], Json] = {
        ("patch", "/chats/{chat_id}"): {"title": "taken over"},
        ("patch", "/documents/{doc_id}"): {
            **{"title": "taken over", "organisation": "Mallory, Inc.", "kind": "10-K"},
            "periods": ["2022"],
        },
        ("post", "/chats/{chat_id}/messages/{message_id}/feedback"): {"rating": "up"},
        ("patch", "/collections/{collection_id}"): {"name": "taken over"},
        ("put", "/collections/{collection_id}/members/{member}"): {"role": "manager"},
        ("post", "/collections/{collection_id}/documents"): {
            "folder": "taken over",
            "doc_ids": ["a" * 32],
        },
    }
    sent: Json = {"json": bodies[method, path]} if (method, path) in bodies else {}
    asked = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
    known = {"quote": "lamps", "at": "0-3", "query": "lamps"}
    params = {name: text for name, text in known.items() if name in asked}
    return sent | ({"params": params} if params else {})


def _without_ids(answer: httpx.Response, ids: Ids) -> str:
    body = answer.json()
    body.pop("request_id", None)  # which OpenAI's form has not
    text = json.dumps(body)
    # The longest first: an id of a passage begins with that of its document.
    for value in sorted(ids.values(), key=len, reverse=True):
        text = text.replace(value, "<id>")
    return text


def _state(client: UploadClient) -> list[Any]:
    """All that an owner has, as the owner sees it."""
    get = client.http.get
    chats = get("/chats", params={"limit": 100}).json()["chats"]
    whole = [get(f"/chats/{one['chat_id']}/export").json() for one in chats]
    shared = [
        get(f"/collections/{one['collection_id']}").json()
        for one in get("/collections").json()["collections"][1:]
    ]
    return [get("/documents").json(), chats, whole, shared]


def test_every_call_with_anothers_ids_is_404_as_with_ids_that_nobody_has(
    two: Corpus, keyed: Server
) -> None:
    before, tried = _state(two.bob), set[str]()
    nobody = {name: re.sub("[0-9a-f]", "e", value) for name, value in two.of_bob.items()}
    for method, path, operation in _operations(keyed):
        names = re.findall(r"{(\w+)}", path)
        if not names:
            continue
        tried |= {*names}
        told = []
        for ids in (two.of_bob, nobody):
            url = path.format(**ids, number=1)
            answer = two.ask(method, url, **_body(path, method, operation))
            assert answer.status_code == 404, (method, url, answer.text)
            told.append(_without_ids(answer, ids))
        assert told[0] == told[1], (method, path)

    known = "chat_id message_id doc_id number passage_id job_id run_id collection_id member"
    assert tried >= {*known.split(), "share_id"}
    assert _state(two.bob) == before


def test_the_owner_gets_all_that(two: Corpus, keyed: Server) -> None:
    for method, path, operation in _operations(keyed):
        if method == "get" and "{" in path:
            url = path.format(**two.of_bob, number=1)
            answer = two.bob.http.get(url, **_body(path, method, operation))
            # 204: nothing is under way in the chat.
            wanted = 204 if path == "/ui/chat/{chat_id}/stream" else 200
            assert answer.status_code == wanted, (url, answer.text)


ASKED: dict[str, Json] = {
    "/v1/chat/completions": {
        "model": "citewire",
        "messages": [{"role": "user", "content": QUESTION}],
    },
    "/v1/responses": {"model": "citewire", "input": QUESTION},
    "/ui/chat": {"messages": [said_to_ui(QUESTION)]},
}


@pytest.mark.parametrize("path", ASKED)
def test_a_question_in_the_words_of_others_in_anothers_chat_is_404(two: Corpus, path: str) -> None:
    before, bobs, own = _state(two.bob), two.of_bob, two.of_ann
    named: list[Json] = [{"chat_id": bobs["chat_id"]}, {"conversation": bobs["chat_id"]}]
    if path == "/ui/chat":
        again: Json = {"trigger": "regenerate-message", "messageId": bobs["message_id"]}
        edited = {"messageId": bobs["question_id"]}
        named = [
            *(named[0], {"id": bobs["chat_id"]}, {"id": bobs["chat_id"], **again}),
            {"id": own["chat_id"], **edited},
        ]
    for more in named if path != "/v1/chat/completions" else named[:1]:
        answer = two.ask("POST", path, json={**ASKED[path], **more})
        assert answer.status_code == 404, more

    assert _state(two.bob) == before


@pytest.mark.parametrize("path", ["/chat", "/chat_stream"])
def test_a_question_in_anothers_chat_is_404(two: Corpus, path: str) -> None:
    before, bobs, own = _state(two.bob), two.of_bob, two.of_ann
    for more in (
        {"chat_id": bobs["chat_id"]},
        {"chat_id": bobs["chat_id"], "replaces": bobs["question_id"]},
        {"chat_id": own["chat_id"], "replaces": bobs["question_id"]},
    ):
        answer = two.ask("POST", path, json={"message": QUESTION, **more})
        assert problem(answer)[:2] == (404, PROBLEM)

    assert _state(two.bob) == before


def test_a_passage_of_another_is_no_more_to_a_model_than_one_that_nobody_has(two: Corpus) -> None:
    bobs = two.of_bob["passage_id"]
    nobodys = re.sub("[0-9a-f]", "e", bobs)
    told = []
    for passage_id in (bobs, nobodys):
        uri = {"uri": f"citewire://passages/{passage_id}"}
        for sent in (call("fetch", {"id": passage_id}), posted("resources/read", uri)):
            answer = two.ask("POST", "/mcp", **sent)
            told.append(json.dumps(answer_in(answer)).replace(passage_id, "<id>"))

    assert told[:2] == told[2:]
    assert all("passage_not_found" in one for one in told)
    own = two.ask("POST", "/mcp", **call("fetch", {"id": two.of_ann["passage_id"]}))
    assert answer_in(own)["result"]["structuredContent"]["id"] == two.of_ann["passage_id"]


def test_an_idempotency_key_joins_no_run_of_another(two: Corpus) -> None:
    sent: Json = {"json": {"message": QUESTION}, "headers": {"Idempotency-Key": "the-same"}}
    first = two.bob.http.post("/chat_stream", **sent)
    joined = two.bob.http.post("/chat_stream", **sent)
    other = two.ask("POST", "/chat_stream", **sent)

    assert first.text == joined.text
    assert other.status_code == 200
    assert first.text.split("id: ")[1].split(":")[0] not in other.text


def test_a_mixed_pair_of_ids_is_404(two: Corpus) -> None:
    path = "/chats/{}/messages/{}/feedback"
    for chat, message in ((two.of_ann, two.of_bob), (two.of_bob, two.of_ann)):
        url = path.format(chat["chat_id"], message["message_id"])
        assert two.ask("POST", url, json={"rating": "up"}).status_code == 404
    url = f"/chats/{two.of_ann['chat_id']}"
    changed = two.ask("PATCH", url, json={"leaf_id": two.of_bob["message_id"]})
    assert changed.status_code == 404


def test_a_page_that_another_has_is_not_even_confirmed(two: Corpus) -> None:
    doc_id = two.of_bob["doc_id"]
    match = {"If-None-Match": f'"{doc_id}-1"'}
    url = f"/documents/{doc_id}/pages/1"

    assert two.ask("GET", url, headers=match).status_code == 404
    assert two.bob.http.get(url, headers=match).status_code == 304


def test_nothing_that_one_is_told_bears_the_others_mark(two: Corpus) -> None:
    ask, bobs = two.ask, two.of_bob
    lists = "/documents /chats /chats/export?format=json /chats/export?format=md /jobs /collections"
    lists += " /v1/models"
    for path in lists.split():
        assert ask("GET", path).status_code == 200
    assert ask("GET", "/chats", params={"q": MARK[:6]}).json()["chats"] == []
    [gone] = ask("GET", "/passages", params={"ids": bobs["passage_id"]}).json()["passages"]
    assert (gone["state"], gone["now"]) == ("gone", None)
    for filters in (
        None,
        {"doc_ids": [bobs["doc_id"]]},
        {"folders": ["reports"]},
        {"folders": [MARK + "folder"]},
        {"organisations": [MARK], "periods": ["2022"], "kinds": ["10-K"]},
        {"collections": ["private"]},
        {"collections": [bobs["collection_id"]]},
    ):
        for question in (QUESTION, "How many violins are in the vault?"):
            ask("POST", "/chat", json={"message": question, "filters": filters})
            ask("POST", "/chat_stream", json={"message": question, "filters": filters})
            ask("POST", "/mcp", **call("ask", {"question": question, **(filters or {})}))
            ask("POST", "/mcp", **call("search", {"query": question, **(filters or {})}))
        for path, body in ASKED.items():
            ask("POST", path, json={**body, "filters": filters})
            ask("POST", path, json={**body, "filters": filters, "stream": True})
    ask("POST", "/mcp", **call("list_documents", {}))
    own = two.of_ann
    for path in ("/chats/{chat_id}", "/documents/{doc_id}", "/passages/{passage_id}"):
        assert ask("GET", path.format(**own)).status_code == 200

    # The question of the search is the only place where ann says it herself.
    assert not [text for text in two.told if MARK.lower() in text.lower()]
    assert MARK in json.dumps(_state(two.bob))


def test_the_shared_report_is_found_by_both_under_their_own_names(two: Corpus) -> None:
    for client, name in ((two.ann, "plainshared.pdf"), (two.bob, f"{MARK}shared.pdf")):
        done = client.http.post("/chat", json={"message": QUESTION}).json()
        shared = [one for one in done["sources"] if one["text"] == SHARED]
        assert [(one["file_name"], one["folder"]) for one in shared] == [(name, "reports")]


def test_deleting_the_shared_report_leaves_the_others(
    keyed: Server, standin_url: str, tmp_path: Path
) -> None:
    ann, bob = _as("ann", keyed), _as("bob", keyed)
    report = write_pdf(tmp_path / "both.pdf", ["Both have these 9 oboes."]).read_bytes()
    with ann.http, bob.http:
        jobs = [client.ingest("both", ("both.pdf", report)) for client in (ann, bob)]
        of_ann, of_bob = (job["files"][0]["doc_id"] for job in jobs)
        ann.http.delete(f"/documents/{of_ann}").raise_for_status()

        assert ann.http.get(f"/documents/{of_ann}").status_code == 404
        assert bob.http.get(f"/documents/{of_bob}/file").content == report
        bob.http.delete(f"/documents/{of_bob}").raise_for_status()


def test_a_cited_page_of_a_removed_report_is_its_owners_alone(
    keyed: Server, standin_url: str, tmp_path: Path
) -> None:
    ann, bob = _as("ann", keyed), _as("bob", keyed)
    report = write_pdf(tmp_path / "x.pdf", ["The quarry of Tarn sold 31 stones."]).read_bytes()
    with ann.http, bob.http:
        doc_id = bob.ingest("quarry", ("x.pdf", report))["files"][0]["doc_id"]
        asked = {"message": "How many stones did the quarry of Tarn sell?"}
        done = bob.http.post("/chat", json=asked).raise_for_status().json()
        [passage_id] = [s["passage_id"] for s in done["sources"] if s["doc_id"] == doc_id]
        bob.http.delete(f"/documents/{doc_id}").raise_for_status()

        assert bob.http.get(f"/passages/{passage_id}").status_code == 200
        for path in (f"/passages/{passage_id}", f"/documents/{doc_id}/pages/1"):
            assert ann.http.get(path).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {KEYS['ann']}"}],
)
def test_every_call_without_a_key_of_ours_is_401(keyed: Server, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=keyed.url, trust_env=False, headers=headers) as http:
        for method, path, operation in _operations(keyed):
            url = re.sub(r"{\w+}", "1", path)
            answer = http.request(method, url)
            if (method, path) in OPEN:
                assert (answer.status_code, "security" in operation) == (200, False)
                continue
            if path.startswith("/v1/") or path == "/mcp":  # in their clients' form
                error = answer.json()["error"]
                assert "api_key_refused" in (error["code"], error.get("data", {}).get("code"))
                assert answer.status_code == 401
            else:
                assert problem(answer) == (401, PROBLEM, "api_key_refused"), (method, url)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "security" in operation, "the description says that a key is needed"
        # 503: the web client is not built here.
        for path in ("/", "/openapi.json"):
            assert http.get(path).status_code in (200, 503)
        for path in ("/metrics", "/no/such/route", "/assets/..%2Fdocuments"):
            assert http.get(path).status_code in (401, 404)
        assert http.post("/chat", content=b"{not json").status_code == 401


def test_readiness_tells_details_only_with_a_key(two: Corpus, keyed: Server) -> None:
    told = httpx.get(f"{keyed.url}/readyz", trust_env=False).json()
    known = two.ann.http.get("/readyz").json()

    assert {check["detail"] for check in told["checks"]} == {""}
    assert all(check["detail"] for check in known["checks"])
    assert [one["ok"] for one in told["checks"]] == [one["ok"] for one in known["checks"]]


async def test_one_owner_cannot_take_all_places(
    start_server: StartServer, standin: Standin
) -> None:
    await standin.configure(inter_delay=0.05, tokens=400)
    given = ",".join(f"{owner}:{key}" for owner, key in KEYS.items())
    with start_server(api_keys=f"default:key,{given}", max_runs_per_owner=1) as server:
        async with (
            open_chat_client(server.url) as default,
            open_chat_client(server.url) as ann,
        ):
            default.http.headers["Authorization"] = "Bearer key"
            ann.http.headers["Authorization"] = f"Bearer {KEYS['ann']}"
            question = "How many ships did Quillmere count?"
            async with default.asking(question) as events:
                assert (await anext(events)).name == "start"
                full = await default.http.post("/chat", json={"message": question})
                other = await ann.http.post("/chat", json={"message": question})

    assert problem(full) == (429, PROBLEM, "too_many_runs")
    # Ann has no reports at all: she is answered at once.
    assert other.json()["finish_reason"] == "no_evidence"
