"""What the server answers is what `/openapi.json` says: each call, well and refused.

A new call fails here until it is asked well once; its refusals are asked by themselves.
"""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from citewire.services.access.caller import Scope
from citewire.services.access.made_keys import MadeKeys
from citewire.storage.access.credentials import CredentialStore
from citewire.storage.connection.connection import open_client
from tests.doubles.described import Description
from tests.doubles.mcp_client import call, message
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.upload_client import UploadClient

KEY = "key-of-ann"
QUESTION = "How many lamps does the lighthouse of Ostry have?"
NOTHING = "0123456789ab"
MAX_BYTES = 20_000
HUGE = "x" * (MAX_BYTES + 1)
Json = dict[str, Any]
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def namespace() -> str:
    return f"described{uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def keyed(start_server: StartServer, namespace: str) -> Iterator[Server]:
    limits = {"max_body_bytes": MAX_BYTES, "max_conversation_bytes": MAX_BYTES}
    keys = f"ann:{KEY}"
    with start_server(namespace=namespace, api_keys=keys, answers="extractive", **limits) as server:
        yield server


@pytest.fixture(scope="module")
def description(keyed: Server) -> Description:
    return Description(httpx.get(f"{keyed.url}/openapi.json", trust_env=False, timeout=60).json())


@pytest.fixture
async def admin(redis_url: str, namespace: str) -> str:
    """A key that may make others."""
    async with open_client(redis_url) as client:
        keys = MadeKeys(CredentialStore(client, namespace))
        key, _ = await keys.make("ann", frozenset(Scope))
    return key


@contextmanager
def judged(server: Server, description: Description) -> Iterator[UploadClient]:
    """A client all of whose answers are held against the description."""

    def check(answer: httpx.Response) -> None:
        answer.read()
        description.check(answer)

    client = UploadClient(server.url)
    client.http.headers["Authorization"] = f"Bearer {KEY}"
    client.http.event_hooks["response"] = [check]
    with client.http:
        yield client


def test_what_is_answered_well_is_as_it_is_described(
    keyed: Server, description: Description, admin: str, tmp_path: Path
) -> None:
    report = write_pdf(tmp_path / "a.pdf", ["The lighthouse of Ostry has 512 lamps."]).read_bytes()
    with judged(keyed, description) as client:
        http = client.http
        get, post = http.get, http.post
        job = client.ingest("reports", ("ostry.pdf", report))
        _read_documents(client, job)
        done = post("/chat", json={"message": QUESTION}).json()
        _ask_elsewhere(client)
        _read_passages(client, done["sources"][0]["passage_id"])
        _keep_chats(client, done)
        _share(client, job["files"][0]["doc_id"])
        _make_keys(client, admin)
        for path in ("/suggestions", "/healthz", "/readyz", "/schema/events.json", "/auth/me"):
            get(path)
        http.delete(f"/documents/{job['files'][0]['doc_id']}")
        post("/auth/logout")

    well = {call for call, statuses in description.seen.items() if min(statuses) < 300}
    assert set(description.calls) - well == set()


def _read_documents(client: UploadClient, job: Json) -> None:
    get, doc_id = client.http.get, job["files"][0]["doc_id"]
    client.jobs()
    client.events(job["job_id"])
    client.stop(job["job_id"])
    get("/documents")
    get(f"/documents/{doc_id}")
    get(f"/documents/{doc_id}/file")
    get(f"/documents/{doc_id}/file", headers={"Range": "bytes=0-9"})
    get(f"/documents/{doc_id}/file", headers={"Range": "bytes=99999999-"})
    page = get(f"/documents/{doc_id}/pages/1")
    get(f"/documents/{doc_id}/pages/1", headers={"If-None-Match": page.headers["ETag"]})
    get(f"/documents/{doc_id}/outline")
    get(f"/documents/{doc_id}/passages")
    get(f"/documents/{doc_id}/hits", params={"query": "lamps"})
    client.http.patch(f"/documents/{doc_id}", json={"title": "Ostry"})


def _ask_elsewhere(client: UploadClient) -> None:
    get, post = client.http.get, client.http.post
    post("/chat_stream", json={"message": QUESTION})
    post("/search", json={"query": QUESTION})
    get("/v1/models")
    said = {"model": "citewire", "messages": [{"role": "user", "content": QUESTION}]}
    post("/v1/chat/completions", json=said)
    usage = {"stream": True, "stream_options": {"include_usage": True}}
    post("/v1/chat/completions", json=said | usage)
    get("/v1/models/citewire")
    asked = {"model": "citewire", "input": QUESTION, "include": ["file_search_call.results"]}
    post("/v1/responses", json=asked)
    post("/v1/responses", json=asked | {"stream": True})
    parts = [{"type": "text", "text": QUESTION}]
    post("/ui/chat", json={"id": "x", "messages": [{"id": "m", "role": "user", "parts": parts}]})
    post("/mcp", **message("tools/list"))
    post("/mcp", **call("search", {"query": QUESTION}))
    post("/mcp", **call("no_such_tool", {}))


def _read_passages(client: UploadClient, passage_id: str) -> None:
    get, path = client.http.get, f"/passages/{passage_id}"
    get("/passages", params={"ids": f"{passage_id},{NOTHING}"})
    get(path)
    get(f"{path}/highlights", params={"quote": "512 lamps"})
    get(f"{path}/places", params={"at": "0-12"})


def _keep_chats(client: UploadClient, done: Json) -> None:
    http, path = client.http, f"/chats/{done['chat_id']}"
    http.get(f"/chat_stream/{done['run_id']}")
    http.post(f"/chat_stream/{done['run_id']}/stop")
    http.post("/chats", json={"title": "Lamps"})
    http.get("/chats", params={"q": "lamps"})
    http.get(path)
    http.patch(path, json={"title": "Lighthouse"})
    http.post(f"{path}/messages/{done['assistant_message_id']}/feedback", json={"rating": "up"})
    for kind in ("json", "md"):
        http.get("/chats/export", params={"format": kind})
    for kind in ("json", "md", "html", "docx", "pdf"):
        http.get(f"{path}/export", params={"format": kind})
    http.post(f"{path}/share")
    http.get(f"/ui/chat/{done['chat_id']}/stream")
    http.delete(path)
    http.post(f"{path}/restore")
    http.delete("/chats", params={"confirm": "true"})


def _make_keys(client: UploadClient, admin: str) -> None:
    http, bearing = client.http, {"Authorization": f"Bearer {admin}"}
    made = http.post("/keys", json={"days": 1}, headers=bearing).json()
    http.get("/keys", headers=bearing)
    http.delete(f"/keys/{made['key_id']}", headers=bearing)


def _share(client: UploadClient, doc_id: str) -> None:
    http = client.http
    made = http.post("/collections", json={"name": "archive"}).json()
    path = f"/collections/{made['collection_id']}"
    http.get("/collections")
    http.get(path)
    http.patch(path, json={"name": "old archive"})
    shared = {"folder": "reports", "doc_ids": [doc_id]}
    job = http.post(f"{path}/documents", json=shared).json()
    client.until(job["job_id"], "done")
    filters = {"collections": [made["collection_id"]]}
    chat_id = http.post("/chat", json={"message": QUESTION, "filters": filters}).json()["chat_id"]
    share_id = http.post(f"/chats/{chat_id}/share").json()["share"]["share_id"]
    http.get(f"/shared/{share_id}")
    for kind in ("md", "html", "docx", "pdf"):
        http.get(f"/shared/{share_id}/export", params={"format": kind})
    http.delete(f"/chats/{chat_id}/share")
    http.put(f"{path}/members/bob", json={"role": "reader"})
    http.delete(f"{path}/members/bob")
    http.delete(path)


def test_what_is_refused_is_as_it_is_described(keyed: Server, description: Description) -> None:
    with judged(keyed, description) as client:
        for named, operation in description.calls.items():
            method, _, path = named.partition(" ")
            path = re.sub(r"{\w+}", NOTHING, path)
            ask = client.http.request
            ask(method, path, headers={"Authorization": "Bearer nobody"})
            ask(method, path, headers={"Host": "elsewhere.test"})
            ask(method, path)
            ask(method, re.sub(NOTHING, "%20", path))
            if "requestBody" in operation:
                ask(method, path, json=[])
                ask(method, path, json={})
                ask(method, path, content="{", headers={"Content-Type": "application/json"})
                ask(method, path, content="{}")
                ask(method, path, content=HUGE)

    for named, operation in description.calls.items():
        if "security" in operation:
            assert 401 in description.seen[named], named
        if named.startswith("POST") and "requestBody" in operation:
            assert description.seen[named] & {400, 422}, named


def test_what_is_not_found_is_as_it_is_described(keyed: Server, description: Description) -> None:
    bodies: dict[str, Json] = {
        "/chat": {"message": QUESTION, "chat_id": NOTHING},
        "/chat_stream": {"message": QUESTION, "filters": {"collections": [NOTHING]}},
        "/search": {"query": QUESTION, "filters": {"collections": [NOTHING]}},
        "/v1/chat/completions": {
            "model": "nothing",
            "messages": [{"role": "user", "content": QUESTION}],
        },
    }
    with judged(keyed, description) as client:
        answers = {path: client.http.post(path, json=body) for path, body in bodies.items()}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
        bodies, HTTPStatus.NOT_FOUND
    )


@pytest.fixture(scope="module")
def made_client(
    description: Description, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A client that was made from the description, where it can be imported."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "openapi.json").write_text(json.dumps(description.document), "utf-8")
    settings = {
        "post_hooks": [],
        "content_type_overrides": {"application/pdf": "application/octet-stream"},
    }
    (folder / "settings.json").write_text(json.dumps(settings), "utf-8")
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
        *("--path", "openapi.json", "--config", "settings.json", "--fail-on-warning"),
        *("--output-path", "made_from_description"),
    ]
    made = subprocess.run(
        command, check=False, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert made.returncode == 0, made.stdout + made.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder / "made_from_description"


def test_a_made_client_can_be_imported_as_a_whole(made_client: Path) -> None:
    names = [
        ".".join(file.relative_to(made_client.parent).with_suffix("").parts)
        for file in made_client.rglob("*.py")
    ]

    for name in names:
        importlib.import_module(name.removesuffix(".__init__"))
    assert len(names) > 100


def test_a_made_client_asks_and_is_answered_and_refused(keyed: Server, made_client: Path) -> None:
    made = importlib.import_module(made_client.name)
    models = importlib.import_module(f"{made_client.name}.models")
    options = {"httpx_args": {"trust_env": False}, "timeout": httpx.Timeout(60)}
    client = made.AuthenticatedClient(base_url=keyed.url, token=KEY, **options)
    stranger = made.AuthenticatedClient(base_url=keyed.url, token="nobody", **options)

    def api(name: str) -> Any:
        return importlib.import_module(f"{made_client.name}.api.{name}")

    with client, stranger:
        done = api("chat.chat_chat_post").sync(
            client=client, body=models.AskRequest(message=QUESTION)
        )
        chats = api("chats.list_chats_chats_get").sync(client=client)
        unknown = api("documents.read_document_documents_doc_id_get").sync(NOTHING, client=client)
        refused = api("documents.list_documents_documents_get").sync(client=stranger)

    assert isinstance(done, models.Done)
    assert done.chat_id in [chat.chat_id for chat in chats.chats]
    assert isinstance(unknown, models.ProblemView)
    assert (unknown.status, unknown.code) == (404, "document_not_found")
    assert (refused.status, refused.code) == (401, "api_key_refused")
