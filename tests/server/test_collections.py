"""Shared collections over HTTP: members in their roles, a stranger, and a former member."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis.asyncio import Redis

from citewire.api.compat.responses_schemas import RESULTS
from citewire.storage.collections.store import CollectionStore
from tests.doubles.chat_client import open_chat_client
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

Json = dict[str, Any]
MARK = "Zyxomark"
FACT = f"The {MARK} lighthouse of Ostry has 512 lamps."
QUESTION = "How many lamps does the lighthouse of Ostry have?"
MEMBERS = ("manager", "editor", "reader")
PEOPLE = (*MEMBERS, "stranger", "former")
WITHIN_S = 2.0
pytestmark = pytest.mark.timeout(240)

ROUTES: dict[str, list[str]] = {
    # Of one's own chats and runs, or of nobody's data: no member has another's.
    "own": """
        get /chats  post /chats  delete /chats  get /chats/export  get /chats/{chat_id}
        patch /chats/{chat_id}  delete /chats/{chat_id}  post /chats/{chat_id}/restore
        post /chats/{chat_id}/share  delete /chats/{chat_id}/share
        get /chats/{chat_id}/export  post /chats/{chat_id}/messages/{message_id}/feedback
        post /v1/chat/completions  get /v1/models  get /v1/models/{model}
        post /v1/responses  post /ui/chat  get /ui/chat/{chat_id}/stream
        post /mcp
        post /chat  post /chat_stream  get /chat_stream/{run_id}  post /chat_stream/{run_id}/stop
        get /healthz  get /readyz  get /schema/events.json  get /auth/me  post /auth/logout
        get /collections  post /collections  get /keys  post /keys  delete /keys/{key_id}
    """.split("  "),
    "reader": """
        get /shared/{share_id}  get /shared/{share_id}/export
        get /documents  get /documents/{doc_id}  get /documents/{doc_id}/file
        get /documents/{doc_id}/pages/{number}  get /documents/{doc_id}/outline
        get /documents/{doc_id}/passages  get /documents/{doc_id}/hits  get /passages
        get /passages/{passage_id}  get /passages/{passage_id}/highlights
        get /passages/{passage_id}/places  post /search  get /suggestions
        get /jobs  get /jobs/{job_id}
        get /jobs/{job_id}/events  get /collections/{collection_id}
    """.split("  "),
    "editor": """
        post /documents  patch /documents/{doc_id}  delete /documents/{doc_id}
        delete /jobs/{job_id}  post /collections/{collection_id}/documents
    """.split("  "),
    "manager": """
        patch /collections/{collection_id}  delete /collections/{collection_id}
        put /collections/{collection_id}/members/{member}
        delete /collections/{collection_id}/members/{member}
    """.split("  "),
}
"""Every route of the API by the least role that it asks of a member. A new one needs a row."""

BODIES: dict[str, Json] = {
    "patch /documents/{doc_id}": {"json": {"kind": "10-K"}},
    "post /documents": {"data": {"folder": "more"}, "files": [("files", ("a.txt", b"More."))]},
    "patch /collections/{collection_id}": {"json": {"name": "Archive"}},
    "put /collections/{collection_id}/members/{member}": {"json": {"role": "reader"}},
    "get /documents/{doc_id}/hits": {"params": {"query": "lamps"}},
    "get /passages/{passage_id}/highlights": {"params": {"quote": "lamps"}},
    "get /passages/{passage_id}/places": {"params": {"at": "0-3"}},
    "post /search": {"json": {"query": "lamps"}},
}


def _routes() -> dict[str, str]:
    """The least role of each route."""
    return {
        " ".join(route.split()): role
        for role, routes in ROUTES.items()
        for part in routes
        for route in re.findall(r"\w+\s+/\S*", part)
    }


@contextmanager
def _clients(server: Server, *owners: str) -> Iterator[list[UploadClient]]:
    clients = [UploadClient(server.url) for _ in owners]
    for owner, client in zip(owners, clients, strict=True):
        client.http.headers["Authorization"] = f"Bearer key-of-{owner}"
    try:
        yield clients
    finally:
        for client in clients:
            client.http.close()


def _keys(*owners: str) -> str:
    return ",".join(f"{owner}:key-of-{owner}" for owner in owners)


def _share(manager: UploadClient, name: str, **members: str) -> str:
    """A new collection of these members; gives its id."""
    made = manager.http.post("/collections", json={"name": name}).raise_for_status().json()
    for member, role in members.items():
        path = f"/collections/{made['collection_id']}/members/{member}"
        manager.http.put(path, json={"role": role}).raise_for_status()
    return str(made["collection_id"])


def _leave(manager: UploadClient, collection_id: str, member: str) -> None:
    path = f"/collections/{collection_id}/members/{member}"
    manager.http.delete(path).raise_for_status()


@dataclass
class Team:
    """The people of a shared archive, and what is in it."""

    server: Server
    people: dict[str, UploadClient]
    ids: dict[str, str]
    namespace: str
    data_dir: Path

    def archive(self, name: str = "Archive") -> str:
        """One more collection of the same members."""
        roles = {"editor": "editor", "reader": "reader"}
        return _share(self.people["manager"], name, **roles)

    def report(self, collection_id: str, text: str) -> str:
        """One more document in a collection; gives its id."""
        job = self.people["editor"].ingest(
            "more", (f"{uuid4().hex}.txt", text.encode()), collection=collection_id
        )
        return str(job["files"][0]["doc_id"])


@pytest.fixture(scope="module")
def team(
    start_server: StartServer, standin_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Team]:
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    report = write_pdf(
        tmp_path_factory.mktemp("reports") / "x.pdf", [FACT], title=f"{MARK} title"
    ).read_bytes()
    namespace, data_dir = f"team{uuid4().hex[:8]}", tmp_path_factory.mktemp("data")
    with (
        start_server(
            namespace=namespace, data_dir=data_dir, api_keys=_keys(*PEOPLE), answers="extractive"
        ) as server,
        _clients(server, *PEOPLE) as clients,
    ):
        people = dict(zip(PEOPLE, clients, strict=True))
        made = _share(people["manager"], f"{MARK} archive", editor="editor", reader="reader")
        _share_with_former = f"/collections/{made}/members/former"
        people["manager"].http.put(_share_with_former, json={"role": "editor"}).raise_for_status()
        job = people["editor"].ingest(f"{MARK}folder", (f"{MARK}.pdf", report), collection=made)
        done = people["former"].http.post("/chat", json={"message": QUESTION}).json()
        shared = people["former"].http.post(f"/chats/{done['chat_id']}/share").raise_for_status()
        people["manager"].http.delete(_share_with_former).raise_for_status()
        ids = {
            "collection_id": made,
            "doc_id": job["files"][0]["doc_id"],
            "passage_id": done["sources"][0]["passage_id"],
            "job_id": job["job_id"],
            "number": "1",
            "member": "nobody",
            "chat_id": done["chat_id"],
            "message_id": done["assistant_message_id"],
            "run_id": done["run_id"],
            "share_id": shared.json()["share"]["share_id"],
        }
        time.sleep(1.1)  # what was known of the former member is forgotten
        yield Team(server, people, ids, namespace, data_dir)


def _ask(team: Team, who: str, route: str, ids: dict[str, str]) -> httpx.Response:
    method, path = route.split()
    sent = dict(BODIES.get(route, {}))
    if route == "post /documents":
        sent["params"] = {"collection": ids["collection_id"]}
    if route == "post /collections/{collection_id}/documents":
        sent["json"] = {"folder": "shared", "doc_ids": [_own_report(team.people[who])]}
    if route == "get /passages":
        sent["params"] = {"ids": ids["passage_id"]}
    return team.people[who].http.request(method.upper(), path.format(**ids), **sent)


def _own_report(client: UploadClient, text: str = "My own words.") -> str:
    """A private document; gives its id."""
    job = client.ingest("own", ("mine.txt", text.encode()))
    return str(job["files"][0]["doc_id"])


def test_every_route_has_a_row_in_the_table_of_roles(team: Team) -> None:
    described = httpx.get(f"{team.server.url}/openapi.json", trust_env=False).json()
    there = {f"{method} {path}" for path, all_ in described["paths"].items() for method in all_}

    assert there == set(_routes())


@pytest.mark.parametrize("route", [one for one, role in _routes().items() if role != "own"])
def test_each_role_may_do_what_the_table_says(team: Team, route: str) -> None:
    least = _routes()[route]
    is_of_one_thing = "{" in route or route == "post /documents"
    for who in PEOPLE[::-1]:
        ids = dict(team.ids)
        may = who in MEMBERS and MEMBERS.index(who) <= MEMBERS.index(least)
        if may and route == "delete /documents/{doc_id}":
            ids["doc_id"] = team.report(ids["collection_id"], f"Gone soon, by {who}.")
        if may and route == "delete /collections/{collection_id}":
            ids["collection_id"] = team.archive()
        if may and route.endswith("{member}"):
            path = "/collections/{collection_id}/members/{member}".format(**ids)
            team.people["manager"].http.put(path, json={"role": "reader"}).raise_for_status()
        answer = _ask(team, who, route, ids)
        if may:
            assert answer.status_code < 300, (who, answer.text)
        elif not is_of_one_thing:
            assert MARK not in answer.text, who
        elif who in MEMBERS:
            assert (answer.status_code, answer.json()["code"]) == (403, "role_too_low"), who
            assert f"you are a{'n' if who == 'editor' else ''} {who}" in answer.json()["detail"]
        else:
            assert answer.status_code == 404, (who, answer.text)
            assert MARK not in answer.text


def test_a_collection_is_a_model_for_its_members_alone(team: Team) -> None:
    model = f"citewire-{team.ids['collection_id']}"
    nobodys = f"citewire-{'f' * 12}"
    said = [{"role": "user", "content": QUESTION}]
    for who in PEOPLE:
        http = team.people[who].http
        listed = {one["id"]: one["name"] for one in http.get("/v1/models").json()["data"]}
        bodies: dict[str, Json] = {
            "/v1/chat/completions": {"messages": said},
            "/v1/responses": {"input": QUESTION},
        }
        answers = [http.get(f"/v1/models/{model}")]
        answers += [http.post(path, json={"model": model, **b}) for path, b in bodies.items()]
        if who in MEMBERS:
            assert listed[model] in (f"Citewire: {MARK} archive", "Citewire: Archive")
            assert [one.status_code for one in answers] == [200, 200, 200]
            assert "512 lamps" in answers[1].text
            assert "512 lamps" in answers[2].text
            continue
        assert model not in listed
        missing = http.get(f"/v1/models/{nobodys}").json()["error"]
        assert (missing["type"], missing["code"]) == ("invalid_request_error", "model_not_found")
        for answer in answers:
            assert answer.status_code == 404
            assert answer.text.replace(model, nobodys) == json.dumps(
                {"error": missing}, separators=(",", ":")
            )


def test_a_model_of_one_collection_answers_from_no_other(team: Team) -> None:
    first, other = team.ids["collection_id"], team.archive("Elsewhere")
    team.report(other, "The lighthouse of Ostry has 777 lamps, says another archive.")
    for collection, has in ((other, "777 lamps"), (first, "512 lamps")):
        asked = {"model": f"citewire-{collection}", "input": QUESTION, "include": [RESULTS]}
        told = team.people["reader"].http.post("/v1/responses", json=asked).json()
        search, message = told["output"]
        assert {one["attributes"]["collection"] for one in search["results"]} == {collection}
        assert has in str(message)
    team.people["manager"].http.delete(f"/collections/{other}").raise_for_status()


def test_whoever_is_no_member_is_told_nothing_of_it(team: Team) -> None:
    for who in ("stranger", "former"):
        http = team.people[who].http
        told = [
            http.get(path).text
            for path in ("/documents", "/jobs", "/collections", f"/passages?ids={'a' * 8}")
        ]
        for filters in (None, {"doc_ids": [team.ids["doc_id"]]}, {"folders": [f"{MARK}folder"]}):
            for message in (QUESTION, "Which reports do you have?"):
                asked = {"message": message, "filters": filters}
                told.append(http.post("/chat_stream", json=asked).text)
        assert not [text for text in told if MARK in text]
        asked = {"message": QUESTION, "filters": {"collections": [team.ids["collection_id"]]}}
        assert http.post("/chat", json=asked).json()["code"] == "collection_not_found"


def test_a_former_member_keeps_what_was_quoted_and_not_the_pages(team: Team) -> None:
    http = team.people["former"].http
    kept = http.get(f"/chats/{team.ids['chat_id']}").raise_for_status().text
    assert FACT.rstrip(".") in kept
    for path in (
        "/passages/{passage_id}",
        "/documents/{doc_id}",
        "/documents/{doc_id}/file",
        "/documents/{doc_id}/pages/1",
        "/documents/{doc_id}/outline",
        "/documents/{doc_id}/passages",
        "/documents/{doc_id}/hits?query=lamps",
    ):
        assert http.get(path.format(**team.ids)).status_code == 404
    match = {"If-None-Match": f'"{team.ids["doc_id"]}-1"'}
    page = "/documents/{doc_id}/pages/1".format(**team.ids)
    assert http.get(page, headers=match).status_code == 404
    [state] = http.get("/passages", params={"ids": team.ids["passage_id"]}).json()["passages"]
    assert state["state"] == "gone"


SECRET = "cellar nine"
LEDGER = f"{FACT}\n\nThe ledger of the keeper is locked in {SECRET} below the yard."


def test_a_former_member_keeps_the_quoted_words_alone_wherever_an_answer_is_told(
    team: Team,
) -> None:
    manager, former = team.people["manager"], team.people["former"].http
    made = _share(manager, "Ledgers", former="reader")
    manager.ingest("x", ("ledger.txt", LEDGER.encode()), collection=made)
    asked = {"message": QUESTION, "filters": {"collections": [made]}}
    joined = {**asked, "filters": {}}  # of all that may be read: so it may be joined later
    done = former.post("/chat", json=asked).raise_for_status().json()
    once = {"Idempotency-Key": f"ledger-{uuid4().hex}"}
    again = former.post("/chat", json=joined, headers=once).raise_for_status().json()
    chat = f"/chats/{done['chat_id']}"
    paths = [chat, f"{chat}/export", "/chats/export", f"/chat_stream/{done['run_id']}"]
    paths += [f"/chat_stream/{again['run_id']}", f"{chat}/export?format=md"]
    before = {path: former.get(path).raise_for_status().text for path in paths}
    _leave(manager, made, "former")
    time.sleep(WITHIN_S)
    after = {path: former.get(path).raise_for_status().text for path in paths}
    after["joined"] = former.post("/chat", json=joined, headers=once).raise_for_status().text

    assert done["sources"][0]["text"] == again["sources"][0]["text"] == LEDGER
    # A footnote has the quote and nothing else, now as ever.
    assert [path for path, told in before.items() if SECRET not in told] == paths[-1:]
    assert [path for path, told in after.items() if SECRET in told] == []
    assert [path for path, told in after.items() if FACT.rstrip(".") not in told] == []
    [source] = json.loads(after[chat])["turns"][1]["sources"]
    left = source["text"].rstrip()
    assert left.rstrip(".") == FACT.rstrip(".")
    assert source["withheld"] == [{"start": len(left), "end": len(LEDGER), "reason": "access"}]


def test_documents_and_sources_bear_the_name_of_their_collection(team: Team) -> None:
    http, made = team.people["reader"].http, team.ids["collection_id"]
    http.post("/documents", data={"folder": "own"}, files=[("files", ("own.txt", b"My own."))])
    document = http.get(f"/documents/{team.ids['doc_id']}").json()
    done = http.post("/chat", json={"message": QUESTION}).json()
    [source] = [one for one in done["sources"] if one["text"] == FACT]
    for one in (document, source):
        assert one["collection"] == made
        assert one["collection_name"] in (f"{MARK} archive", "Archive")


def test_a_question_is_asked_of_the_collections_that_are_chosen(team: Team) -> None:
    reader = team.people["reader"]
    reader.ingest("own", ("own.txt", b"The lighthouse of Ostry has lamps of copper."))
    for chosen, wanted in (
        (["private"], {"private"}),
        ([team.ids["collection_id"]], {team.ids["collection_id"]}),
        ([], {"private", team.ids["collection_id"]}),
    ):
        asked = {"message": QUESTION, "filters": {"collections": chosen}}
        done = reader.http.post("/chat", json=asked).raise_for_status().json()
        assert {one["collection"] for one in done["sources"]} == wanted


def test_own_documents_are_shared_by_copies_that_stay_when_they_go(team: Team) -> None:
    editor, reader = team.people["editor"], team.people["reader"]
    made = team.archive("To be shared into")
    text = "The weir of Skarn has 17 gates."
    own = _own_report(editor, text)
    asked = {"folder": "given", "doc_ids": [own]}
    begun = editor.http.post(f"/collections/{made}/documents", json=asked)
    assert begun.status_code == 202, begun.text
    job = editor.until(begun.json()["job_id"], "done")
    assert [(one["path"], one["status"]) for one in job["files"]] == [("mine.txt", "new")]
    editor.http.delete(f"/documents/{own}").raise_for_status()

    [shared] = [one for one in reader.documents() if one["collection"] == made]
    assert [(one["folder"], one["path"]) for one in shared["locations"]] == [("given", "mine.txt")]
    assert reader.http.get(f"/documents/{shared['doc_id']}/file").text == text
    gone = editor.http.post(f"/collections/{made}/documents", json=asked)
    assert (gone.status_code, gone.json()["code"]) == (404, "document_not_found")


def test_what_a_collection_has_is_embedded_again_for_those_alone_who_may_not_read_it(
    team: Team,
) -> None:
    made = team.archive("To be taken from")
    file = ("sluice.txt", b"The sluice of Varn lets 12 boats through in an hour.")
    into = team.people["editor"].ingest("sluices", file, collection=made)
    reused = {}
    for name in ("reader", "stranger"):
        job = team.people[name].ingest("sluices", file)
        reused[name] = job["progress"]["reused"], job["progress"]["passages"]
        team.people[name].http.delete(f"/documents/{job['files'][0]['doc_id']}").raise_for_status()

    assert reused == {"reader": (1, 1), "stranger": (0, 1)}
    # Its members are not told what else the uploader may read.
    assert "reused" not in into["progress"]
    assert set(into["seconds"]) == {"read", "embed", "write"}


def test_nobody_shares_what_is_not_their_own(team: Team) -> None:
    made = team.archive("To be left empty")
    of_reader = _own_report(team.people["reader"], "Words of a reader.")
    for doc_id in (of_reader, team.ids["doc_id"], "a" * 32):
        asked = {"folder": "taken", "doc_ids": [doc_id]}
        answer = team.people["editor"].http.post(f"/collections/{made}/documents", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (404, "document_not_found")
    assert not [one for one in team.people["editor"].documents() if one["collection"] == made]


def test_whoever_leaves_takes_nobody_along(team: Team) -> None:
    made = team.archive("To be left")
    _leave(team.people["reader"], made, "reader")
    assert team.people["reader"].http.get(f"/collections/{made}").status_code == 404
    path = f"/collections/{made}/members/editor"
    assert team.people["reader"].http.delete(path).status_code == 404
    left = team.people["manager"].http.delete(f"/collections/{made}/members/manager")
    assert (left.status_code, left.json()["code"]) == (409, "last_manager")


async def test_a_deleted_collection_takes_its_documents_and_files_along(
    team: Team, redis_client: Redis
) -> None:
    made = team.archive("To be deleted")
    doc_id = team.report(made, "These words are deleted soon.")
    uploads = team.data_dir / "uploads" / team.namespace
    [path] = [one for one in uploads.rglob("*.txt") if "deleted soon" in one.read_text("utf-8")]
    team.people["manager"].http.delete(f"/collections/{made}").raise_for_status()

    assert team.people["editor"].http.get(f"/documents/{doc_id}").status_code == 404
    refused = team.people["editor"].upload("x", ("a.txt", b"Too late."), collection=made)
    assert refused.status_code == 404
    store = CollectionStore(redis_client, team.namespace)
    for _ in range(200):
        if not await store.ending():
            break
        await asyncio.sleep(0.1)
    assert await store.ending() == []
    assert [key async for key in redis_client.scan_iter(f"{team.namespace}:*{doc_id}*")] == []
    assert not path.exists()


def test_twenty_people_share_one_archive_and_keep_their_chats_private(
    start_server: StartServer, standin_url: str, tmp_path: Path
) -> None:
    names = [f"person{number}" for number in range(20)]
    with (
        start_server(
            namespace=f"twenty{uuid4().hex[:8]}", api_keys=_keys(*names), answers="extractive"
        ) as server,
        _clients(server, *names) as people,
    ):
        made = _share(people[0], "Archive", **dict.fromkeys(names[1:], "reader"))
        report = write_pdf(tmp_path / "x.pdf", [FACT]).read_bytes()
        embedded = _embedded(standin_url)
        people[0].ingest("archive", ("x.pdf", report), collection=made)
        assert _embedded(standin_url) == embedded + 1
        chats = {}
        for name, one in zip(names, people, strict=True):
            asked = {"message": f"{QUESTION} {name} asks."}
            done = one.http.post("/chat", json=asked).raise_for_status().json()
            assert [source["text"] for source in done["sources"]] == [FACT]
            chats[name] = done["chat_id"]
        documents = {json.dumps(one.documents()) for one in people}
        assert len(documents) == 1
        for name, one in zip(names, people, strict=True):
            [own] = one.http.get("/chats").json()["chats"]
            assert own["chat_id"] == chats[name]
            shown = one.http.get("/chats/export").text
            assert re.findall(r"(person\d+) asks", shown)[:1] == [name]
            assert set(re.findall(r"(person\d+) asks", shown)) == {name}


def _embedded(standin_url: str) -> int:
    """How many texts were embedded so far."""
    told = httpx.get(f"{standin_url}/stats", trust_env=False).json()
    return int(told["embed_inputs"])


def test_who_is_taken_out_reads_nothing_after_two_seconds_on_any_worker(
    start_server: StartServer, tmp_path: Path
) -> None:
    settings = {"namespace": f"out{uuid4().hex[:8]}", "api_keys": _keys("ann", "bob")}
    settings["data_dir"] = str(tmp_path)
    with (
        start_server(**settings) as here,
        start_server(**settings) as there,
        _clients(here, "ann", "bob") as (ann, bob),
        _clients(there, "bob") as (bob_there,),
    ):
        made = _share(ann, "Archive", bob="reader")
        job = ann.ingest("x", ("a.txt", FACT.encode()), collection=made)
        path = f"/documents/{job['files'][0]['doc_id']}"
        assert [one.http.get(path).status_code for one in (bob, bob_there)] == [200, 200]
        _leave(ann, made, "bob")
        time.sleep(WITHIN_S)

        assert [one.http.get(path).status_code for one in (bob, bob_there)] == [404, 404]


async def test_an_answer_under_way_ends_for_who_is_taken_out(
    start_server: StartServer, standin: Standin
) -> None:
    await standin.configure(inter_delay=0.1, tokens=600)
    namespace = f"under{uuid4().hex[:8]}"
    keys = _keys("ann", "bob")
    with (
        start_server(namespace=namespace, api_keys=keys) as server,
        _clients(server, "ann") as (ann,),
    ):
        made = _share(ann, "Archive", bob="reader")
        ann.ingest("x", ("a.txt", b"In 1871 Quillmere counted 512 ships."), collection=made)
        async with open_chat_client(server.url) as bob:
            bob.http.headers["Authorization"] = "Bearer key-of-bob"
            left = None
            async with bob.asking("How many ships did Quillmere count?") as events:
                async for event in events:
                    last = event
                    if event.name == "delta" and left is None:
                        _leave(ann, made, "bob")
                        left = time.monotonic()
        assert left is not None, last
        assert (last.name, last.data["by"]) == ("stopped", "access")
        assert time.monotonic() - left < WITHIN_S + 1
