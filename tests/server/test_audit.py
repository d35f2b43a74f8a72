"""The audit log of a server: who did what and saw which page, before the answer was sent."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from citewire.services.access.caller import Scope
from citewire.services.access.made_keys import MadeKeys
from citewire.storage.access.credentials import CredentialStore
from citewire.storage.connection.connection import open_client
from tests.doubles.mcp_client import call, message
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.upload_client import UploadClient

KEYS = {"ann": "key-of-ann", "bob": "key-of-bob"}
TEXT = "The lighthouse of Ostry has 512 lamps."
QUESTION = "How many lamps does the lighthouse have?"
Json = dict[str, Any]
pytestmark = pytest.mark.timeout(120)


@dataclass
class Audited:
    """A server, clients of two people, and its audit log."""

    server: Server
    file: Path
    ann: UploadClient
    bob: UploadClient

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]

    def told(self, do: Callable[[], Any]) -> list[Json]:
        """What is there of something by the time that it was answered."""
        before = len(self.lines())
        do()
        return self.lines()[before:]


@pytest.fixture(scope="module")
def audited(
    start_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Audited]:
    file = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    keys = ",".join(f"{owner}:{key}" for owner, key in KEYS.items())
    with start_server(
        namespace="audited", api_keys=keys, answers="extractive", audit_log=file
    ) as server:
        clients = [UploadClient(server.url) for _ in KEYS]
        for client, key in zip(clients, KEYS.values(), strict=True):
            client.http.headers["Authorization"] = f"Bearer {key}"
        with clients[0].http, clients[1].http:
            yield Audited(server, file, *clients)


@pytest.fixture(scope="module")
def asked(audited: Audited, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """An answer of ann's on a report of her own."""
    report = write_pdf(tmp_path_factory.mktemp("reports") / "a.pdf", [TEXT]).read_bytes()
    audited.ann.ingest("reports", ("Ostry.pdf", report))
    done: Json = audited.ann.http.post("/chat", json={"message": QUESTION}).json()
    return done


def acts(told: list[Json]) -> list[tuple[str, str, str]]:
    return [(one["activity_name"], one["web_resources"][0]["type"], one["status"]) for one in told]


def test_an_upload_is_told_with_its_job_and_documents(audited: Audited) -> None:
    answer: list[httpx.Response] = []
    told = audited.told(lambda: answer.append(audited.bob.upload("f", ("b.txt", b"Bob's."))))

    [line] = told
    created = answer[0].json()
    found = [(one["type"], one["uid"]) for one in line["web_resources"]]
    assert found == [("job", created["job_id"]), ("document", created["files"][0]["doc_id"])]
    assert (line["class_uid"], line["type_uid"]) == (6001, 600106)
    assert line["metadata"]["correlation_uid"] == answer[0].headers["x-request-id"]
    audited.bob.until(created["job_id"], "done")


def test_an_answer_is_told_with_the_passages_that_it_showed(audited: Audited, asked: Json) -> None:
    lines = [one for one in audited.lines() if one.get("unmapped", {}).get("run_id")]
    [line] = [one for one in lines if one["unmapped"]["run_id"] == asked["run_id"]]
    source = asked["sources"][0]

    assert line["unmapped"] == {
        "run_id": asked["run_id"],
        "chat_id": asked["chat_id"],
        "end": "done",
    }
    passage = {"type": "passage", "uid": source["passage_id"]}
    data = {"document": source["doc_id"], "page": source["page_start"]}
    assert {**passage, "data": data} in line["web_resources"]


def test_who_saw_which_page_is_told(audited: Audited, asked: Json) -> None:
    source = asked["sources"][0]
    doc_id, passage_id = source["doc_id"], source["passage_id"]
    get = audited.ann.http.get
    page = audited.told(lambda: get(f"/documents/{doc_id}/pages/1").raise_for_status())
    again = audited.told(
        lambda: get(f"/documents/{doc_id}/pages/1", headers={"If-None-Match": f'"{doc_id}-1"'})
    )
    original = audited.told(lambda: get(f"/documents/{doc_id}/file").raise_for_status())
    passage = audited.told(lambda: get(f"/passages/{passage_id}").raise_for_status())
    chat = audited.told(lambda: get(f"/chats/{asked['chat_id']}").raise_for_status())

    seen = [{"type": "page", "data": {"document": doc_id, "page": 1}}]
    assert [one["web_resources"] for one in page + again] == [seen, seen]
    assert original[0]["web_resources"] == [{"type": "document", "uid": doc_id}]
    data = {"document": doc_id, "page": 1}
    assert passage[0]["web_resources"] == [{"type": "passage", "uid": passage_id, "data": data}]
    assert acts(chat) == [("Read", "chat", "Success")]
    people = {one["actor"]["user"]["uid"] for one in (*page, *original, *passage, *chat)}
    assert len(people) == 1


def test_what_somebody_may_not_see_is_told_as_a_failure(audited: Audited, asked: Json) -> None:
    doc_id = asked["sources"][0]["doc_id"]
    told = audited.told(lambda: audited.bob.http.get(f"/documents/{doc_id}/pages/1"))
    own = audited.told(lambda: audited.ann.http.get(f"/documents/{doc_id}/pages/1"))

    assert acts(told) == [("Read", "page", "Failure")]
    assert told[0]["status_code"] == "document_not_found"
    assert told[0]["actor"]["user"]["uid"] != own[0]["actor"]["user"]["uid"]


def test_what_a_model_of_others_read_is_told(audited: Audited, asked: Json) -> None:
    passage_id = asked["sources"][0]["passage_id"]
    uri = {"uri": f"citewire://passages/{passage_id}"}
    read = call("fetch", {"id": passage_id}), message("resources/read", uri)
    for sent in (call("search", {"query": QUESTION}), *read):
        told = audited.told(partial(audited.ann.http.post, "/mcp", **sent))
        assert acts(told) == [("Read", "passage", "Success")]
        assert told[0]["web_resources"][0]["uid"] == passage_id
    for sent in read:
        told = audited.told(partial(audited.bob.http.post, "/mcp", **sent))
        assert acts(told) == [("Read", "passage", "Failure")]
        assert told[0]["status_code"] == "passage_not_found"
    [answered] = audited.told(
        lambda: audited.ann.http.post("/mcp", **call("ask", {"question": QUESTION}))
    )
    assert [one["type"] for one in answered["web_resources"]] == ["run", "passage"]


def test_a_tool_without_its_scope_is_told(audited: Audited, admin: httpx.Client) -> None:
    made = admin.post("/keys", json={"owner": "dora", "scopes": ["read"]}).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    sent = call("ask", {"question": QUESTION})
    with httpx.Client(base_url=audited.server.url, headers=headers, trust_env=False) as http:
        [line] = audited.told(lambda: http.post("/mcp", json=sent["json"], headers=sent["headers"]))

    assert (line["status"], line["status_code"]) == ("Failure", "scope_missing")
    assert line["api"]["operation"] == "POST /mcp tools/call ask"


def test_corrections_exports_and_removals_are_told(audited: Audited) -> None:
    job = audited.bob.ingest("g", ("c.txt", b"Bob counts 7 violas."))
    doc_id, http = job["files"][0]["doc_id"], audited.bob.http
    path = f"/documents/{doc_id}"
    corrected = audited.told(lambda: http.patch(path, json={"title": "Secret title"}))
    exported = audited.told(lambda: http.get("/chats/export"))
    removed = audited.told(lambda: http.delete(path).raise_for_status())

    assert [acts(told) for told in (corrected, exported, removed)] == [
        [("Update", "document", "Success")],
        [("Export", "chat", "Success")],
        [("Delete", "document", "Success")],
    ]
    assert corrected[0]["web_resources"][0]["data"] == {"fields": ["title"]}


def test_a_refusal_is_told_with_the_address_alone(audited: Audited) -> None:
    headers = {"Authorization": "Bearer sk-wrong"}
    told = audited.told(
        lambda: httpx.get(f"{audited.server.url}/documents", headers=headers, trust_env=False)
    )

    [line] = told
    assert (line["class_uid"], line["activity_name"], line["status"]) == (3002, "Logon", "Failure")
    assert (line["status_code"], line["src_endpoint"]) == (
        "api_key_refused",
        {"ip": "127.0.0.1"},
    )


@pytest.fixture(scope="module")
def admin(audited: Audited, redis_url: str) -> Iterator[httpx.Client]:
    """Somebody who may make keys for others."""

    async def make() -> str:
        async with open_client(redis_url) as client:
            keys = MadeKeys(CredentialStore(client, "audited"))
            return (await keys.make("root", tuple(Scope)))[0]

    headers = {"Authorization": f"Bearer {asyncio.run(make())}"}
    with httpx.Client(base_url=audited.server.url, headers=headers, trust_env=False) as http:
        yield http


def test_keys_that_are_made_and_revoked_are_told(audited: Audited, admin: httpx.Client) -> None:
    made: list[Json] = []

    def make() -> None:
        asked = {"owner": "carol", "scopes": ["ask", "read"]}
        made.append(admin.post("/keys", json=asked).raise_for_status().json())

    [line] = audited.told(make)
    key = made[0]["key"]
    key_id = line["entity"]["uid"]
    [over] = audited.told(lambda: admin.delete(f"/keys/{key_id}").raise_for_status())

    assert (line["class_uid"], line["activity_name"]) == (3004, "Create")
    assert line["entity"]["data"]["scopes"] == ["ask", "read"]
    assert (over["activity_name"], over["entity"]["uid"]) == ("Delete", key_id)
    assert key not in audited.file.read_text("utf-8")


def test_a_key_without_the_scope_is_told_with_its_owner(
    audited: Audited, admin: httpx.Client
) -> None:
    asked = {"owner": "carol", "scopes": ["ask"]}
    key = admin.post("/keys", json=asked).raise_for_status().json()["key"]
    headers = {"Authorization": f"Bearer {key}"}
    [line] = audited.told(
        lambda: httpx.get(f"{audited.server.url}/documents", headers=headers, trust_env=False)
    )

    assert (line["class_uid"], line["status_code"]) == (6003, "scope_missing")
    assert line["api"] == {"operation": "GET /documents"}
    assert "uid" in line["actor"]["user"]


def test_collections_and_their_members_are_told(audited: Audited) -> None:
    http = audited.ann.http
    made: list[str] = []

    def all_of_it() -> None:
        id_ = http.post("/collections", json={"name": "Archive"}).json()["collection_id"]
        made.append(id_)
        http.put(f"/collections/{id_}/members/bob", json={"role": "reader"}).raise_for_status()
        http.delete(f"/collections/{id_}/members/bob").raise_for_status()
        http.delete(f"/collections/{id_}").raise_for_status()

    told = audited.told(all_of_it)

    assert [one["activity_name"] for one in told] == [
        "Create",
        "Assign Privileges",
        "Revoke Privileges",
        "Delete",
    ]
    assert all(made[0] in json.dumps(one) for one in told)


def test_neither_names_nor_words_are_told(audited: Audited, asked: Json) -> None:
    written = audited.file.read_text("utf-8")

    for secret in (*KEYS, "carol", *KEYS.values(), QUESTION, "Ostry", "Secret title", "sk-wrong"):
        assert secret not in written
    assert audited.file.stat().st_mode & 0o777 == 0o600


def test_what_is_not_understood_is_not_told(audited: Audited) -> None:
    told = audited.told(lambda: audited.ann.http.get("/documents/no%20such*id/file"))

    assert told == []


def test_a_log_that_cannot_be_opened_keeps_the_server_from_starting(
    start_server: StartServer, tmp_path: Path
) -> None:
    with (
        pytest.raises(pytest.fail.Exception, match="CITEWIRE_AUDIT_LOG"),
        start_server(audit_log=tmp_path / "no" / "audit.jsonl"),
    ):
        pass
