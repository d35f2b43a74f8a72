"""Shared collections over HTTP: members in their roles, a stranger, and a former member."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import write_pdf
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
        get /chats/{chat_id}/export  post /chats/{chat_id}/messages/{message_id}/feedback
        post /chat  post /chat_stream  get /chat_stream/{run_id}  post /chat_stream/{run_id}/stop
        get /healthz  get /readyz  get /schema/events.json
        get /collections  post /collections
    """.split("  "),
    "reader": """
        get /documents  get /documents/{doc_id}  get /documents/{doc_id}/file
        get /documents/{doc_id}/pages/{number}  get /passages  get /passages/{passage_id}
        get /passages/{passage_id}/highlights  get /jobs  get /jobs/{job_id}
        get /jobs/{job_id}/events  get /collections/{collection_id}
    """.split("  "),
    "editor": """
        post /documents  patch /documents/{doc_id}  delete /documents/{doc_id}
        delete /jobs/{job_id}
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
    "get /passages/{passage_id}/highlights": {"params": {"quote": "lamps"}},
}


def _routes() -> dict[str, str]:
    """The least role of each route."""
    return {
        " ".join(route.split()): role
        for role, routes in ROUTES.items()
        for part in routes
        for route in re.findall(r"\w+\s+/\S*", part)
    }


def _client(server: Server, owner: str) -> UploadClient:
    client = UploadClient(server.url)
    client.http.headers["Authorization"] = f"Bearer key-of-{owner}"
    return client


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
    with start_server(
        namespace=f"team{uuid4().hex[:8]}", api_keys=_keys(*PEOPLE), answers="extractive"
    ) as server:
        people = {owner: _client(server, owner) for owner in PEOPLE}
        made = _share(people["manager"], f"{MARK} archive", editor="editor", reader="reader")
        _share_with_former = f"/collections/{made}/members/former"
        people["manager"].http.put(_share_with_former, json={"role": "editor"}).raise_for_status()
        job = people["editor"].ingest(f"{MARK}folder", (f"{MARK}.pdf", report), collection=made)
        done = people["former"].http.post("/chat", json={"message": QUESTION}).json()
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
        }
        time.sleep(1.1)  # what was known of the former member is forgotten
        yield Team(server, people, ids)
        for client in people.values():
            client.http.close()


def _ask(team: Team, who: str, route: str, ids: dict[str, str]) -> httpx.Response:
    method, path = route.split()
    sent = dict(BODIES.get(route, {}))
    if route == "post /documents":
        sent["params"] = {"collection": ids["collection_id"]}
    if route == "get /passages":
        sent["params"] = {"ids": ids["passage_id"]}
    return team.people[who].http.request(method.upper(), path.format(**ids), **sent)


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
    assert FACT in kept
    for path in (
        "/passages/{passage_id}",
        "/documents/{doc_id}",
        "/documents/{doc_id}/file",
        "/documents/{doc_id}/pages/1",
    ):
        assert http.get(path.format(**team.ids)).status_code == 404
    match = {"If-None-Match": f'"{team.ids["doc_id"]}-1"'}
    page = "/documents/{doc_id}/pages/1".format(**team.ids)
    assert http.get(page, headers=match).status_code == 404
    [state] = http.get("/passages", params={"ids": team.ids["passage_id"]}).json()["passages"]
    assert state["state"] == "gone"


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


def test_whoever_leaves_takes_nobody_along(team: Team) -> None:
    made = team.archive("To be left")
    _leave(team.people["reader"], made, "reader")
    assert team.people["reader"].http.get(f"/collections/{made}").status_code == 404
    path = f"/collections/{made}/members/editor"
    assert team.people["reader"].http.delete(path).status_code == 404
    left = team.people["manager"].http.delete(f"/collections/{made}/members/manager")
    assert (left.status_code, left.json()["code"]) == (409, "last_manager")


def test_a_deleted_collection_takes_its_documents_and_files_along(team: Team) -> None:
    made = team.archive("To be deleted")
    doc_id = team.report(made, "These words are deleted soon.")
    team.people["manager"].http.delete(f"/collections/{made}").raise_for_status()

    assert team.people["editor"].http.get(f"/documents/{doc_id}").status_code == 404
    refused = team.people["editor"].upload("x", ("a.txt", b"Too late."), collection=made)
    assert refused.status_code == 404
