"""Chats shared by link: read by members of what they cite, and by nobody else."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.upload_client import UploadClient

Json = dict[str, Any]
PEOPLE = ("ann", "bob", "carl", "stranger")
FACT = "The lighthouse of Ostry has 512 lamps."
OTHER = "The lighthouse of Ostry has a garden with 31 trees."
PRIVATE = "The lighthouse of Ostry has a secret cellar with 77 casks."
LAMPS = "How many lamps does the lighthouse of Ostry have?"
CASKS = "How many casks are in the secret cellar of the lighthouse of Ostry?"
pytestmark = pytest.mark.timeout(180)


@dataclass
class Archive:
    """Ann shares an archive with bob, another one with carl, and has a report of her own."""

    server: Server
    people: dict[str, UploadClient]
    shared: str
    other: str
    audit: Path

    def ask(self, message: str, *collections: str, chat_id: str | None = None) -> Json:
        """An answer that ann gets."""
        asked = {"message": message, "filters": {"collections": [*collections]}, "chat_id": chat_id}
        done: Json = self.people["ann"].http.post("/chat", json=asked).raise_for_status().json()
        return done

    def share(self, chat_id: str) -> str:
        """The path of the chat that ann shares."""
        shared = self.people["ann"].http.post(f"/chats/{chat_id}/share").raise_for_status().json()
        return f"/shared/{shared['share']['share_id']}"

    def read(self, who: str, path: str) -> Json:
        """What somebody reads of a shared chat."""
        view: Json = self.people[who].http.get(path).raise_for_status().json()
        return view

    def statuses(self, path: str) -> list[int]:
        """What each of the people is answered."""
        return [one.http.get(path).status_code for one in self.people.values()]

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.audit.read_text("utf-8").splitlines()]


def _collection(ann: UploadClient, name: str, member: str) -> str:
    made = ann.http.post("/collections", json={"name": name}).raise_for_status().json()
    path = f"/collections/{made['collection_id']}/members/{member}"
    ann.http.put(path, json={"role": "reader"}).raise_for_status()
    return str(made["collection_id"])


@pytest.fixture(scope="module")
def archive(
    start_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("sharing")
    keys = ",".join(f"{owner}:key-of-{owner}" for owner in PEOPLE)
    with start_server(
        namespace=f"share{uuid4().hex[:8]}",
        api_keys=keys,
        answers="extractive",
        audit_log=folder / "audit.jsonl",
    ) as server:
        people = {owner: UploadClient(server.url) for owner in PEOPLE}
        for owner, client in people.items():
            client.http.headers["Authorization"] = f"Bearer key-of-{owner}"
        ann = people["ann"]
        shared, other = _collection(ann, "Archive", "bob"), _collection(ann, "Other", "carl")
        for text, name, where in ((FACT, "lamps", shared), (OTHER, "trees", other)):
            report = write_pdf(folder / f"{name}.pdf", [text], title=f"On {name}").read_bytes()
            ann.ingest("reports", (f"{name}.pdf", report), collection=where)
        report = write_pdf(folder / "casks.pdf", [PRIVATE], title="On casks").read_bytes()
        ann.ingest("reports", ("casks.pdf", report))
        yield Archive(server, people, shared, other, folder / "audit.jsonl")
        for client in people.values():
            client.http.close()


def test_a_shared_chat_is_read_by_members_of_what_it_cites_alone(archive: Archive) -> None:
    done = archive.ask(LAMPS, archive.shared)
    path = archive.share(done["chat_id"])
    view = archive.read("bob", path)

    assert archive.statuses(path) == [200, 200, 404, 404]
    assert httpx.get(f"{archive.server.url}{path}", trust_env=False).status_code == 401
    assert (view["shared_by"], view["title"]) == ("ann", LAMPS.removesuffix("?"))
    assert view["collections"] == [{"collection_id": archive.shared, "name": "Archive"}]
    asked, answered = view["turns"]
    own = archive.people["ann"].http.get(f"/chats/{done['chat_id']}").json()["turns"]
    assert (asked["text"], answered["text"]) == (LAMPS, own[1]["text"])
    assert answered["citations"] == done["citations"]
    assert [source["text"] for source in answered["sources"]] == [FACT]
    page = f"/documents/{answered['sources'][0]['doc_id']}/pages/1"
    assert archive.statuses(page) == [200, 200, 404, 404]


def test_what_nobody_is_told_is_told_in_the_same_words(archive: Archive) -> None:
    path = archive.share(archive.ask(LAMPS, archive.shared)["chat_id"])
    stranger = archive.people["stranger"].http
    nothing = stranger.get(f"/shared/{'e' * 64}").json()
    wrong_key = stranger.get(f"{path[:-32]}{'e' * 32}").json()
    refused = stranger.get(path).json()
    for told in (nothing, wrong_key, refused):
        del told["request_id"]

    assert refused == wrong_key == nothing
    assert nothing["code"] == "chat_not_found"


def test_a_chat_that_cites_private_reports_is_not_shared_and_they_are_named(
    archive: Archive,
) -> None:
    done = archive.ask(CASKS, "private")
    refused = archive.people["ann"].http.post(f"/chats/{done['chat_id']}/share")

    assert (refused.status_code, refused.json()["code"]) == (409, "cites_private")
    assert "On casks" in refused.json()["detail"]
    assert archive.people["ann"].http.get(f"/chats/{done['chat_id']}").json()["share"] is None


def test_sources_that_the_reader_may_not_read_are_left_out(archive: Archive) -> None:
    done = archive.ask(LAMPS)
    given = {one["collection"]: one["cited"] for one in done["sources"]}
    assert given == {archive.shared: True, archive.other: False, "private": False}
    shown = archive.people["bob"].http.get(archive.share(done["chat_id"]))

    assert FACT in shown.text
    for untold in (OTHER, PRIVATE, "On trees", "On casks", archive.other):
        assert untold not in shown.text


def test_a_list_of_documents_is_not_shared(archive: Archive) -> None:
    done = archive.ask("Which reports do you have?")
    ann, chat = archive.people["ann"].http, f"/chats/{done['chat_id']}"
    shown = archive.people["bob"].http.get(archive.share(done["chat_id"]))

    assert "On casks" in ann.get(chat).text
    assert "On " not in shown.text
    assert "Left out" in shown.json()["turns"][1]["text"]


def test_an_answer_that_cites_nothing_is_of_the_reports_that_it_names(archive: Archive) -> None:
    nowhere = "Who won the chess tournament of Quillmere in 1905?"
    private, shared = archive.ask(nowhere, "private"), archive.ask(nowhere, archive.shared)
    assert private["finish_reason"] == shared["finish_reason"] == "no_evidence"
    refused = archive.people["ann"].http.post(f"/chats/{private['chat_id']}/share")

    assert refused.json()["code"] == "cites_private"
    assert archive.statuses(archive.share(shared["chat_id"])) == [200, 200, 404, 404]


def test_only_what_was_said_by_then_is_shared(archive: Archive) -> None:
    chat_id = archive.ask(LAMPS, archive.shared)["chat_id"]
    path = archive.share(chat_id)
    archive.ask(CASKS, "private", chat_id=chat_id)

    assert len(archive.read("bob", path)["turns"]) == 2
    assert archive.people["ann"].http.post(f"/chats/{chat_id}/share").status_code == 409
    assert len(archive.read("bob", path)["turns"]) == 2


def test_sharing_again_shows_what_came_since_under_the_same_link(archive: Archive) -> None:
    chat_id = archive.ask(LAMPS, archive.shared)["chat_id"]
    path = archive.share(chat_id)
    archive.ask("And who counts the lamps?", archive.shared, chat_id=chat_id)

    assert archive.share(chat_id) == path
    assert len(archive.read("bob", path)["turns"]) == 4


def test_what_the_owner_alone_sees_is_not_shared(archive: Archive) -> None:
    done = archive.ask(LAMPS, archive.shared)
    ann, chat = archive.people["ann"].http, f"/chats/{done['chat_id']}"
    rating = {"rating": "down", "comment": "Zyxomark"}
    rated = f"{chat}/messages/{done['assistant_message_id']}/feedback"
    ann.post(rated, json=rating).raise_for_status()
    branch = {"message": "Zyxomark?", "chat_id": done["chat_id"]}
    ann.post("/chat", json={**branch, "replaces": done["user_message_id"]}).raise_for_status()
    ann.patch(chat, json={"leaf_id": done["assistant_message_id"]}).raise_for_status()
    shown = archive.people["bob"].http.get(archive.share(done["chat_id"]))

    assert "Zyxomark" in ann.get(chat).text
    assert "Zyxomark" not in shown.text
    assert shown.json()["turns"][1]["feedback"] is None
    assert shown.json()["turns"][0]["siblings"] == []


def test_a_share_ends_at_once_and_with_the_chat_and_does_not_come_back(archive: Archive) -> None:
    ann = archive.people["ann"].http
    chat = f"/chats/{archive.ask(LAMPS, archive.shared)['chat_id']}"
    path = archive.share(chat.rpartition("/")[2])
    ann.delete(f"{chat}/share").raise_for_status()
    assert archive.statuses(path) == [404] * 4
    again = archive.share(chat.rpartition("/")[2])
    assert again != path
    assert archive.statuses(again)[1] == 200
    ann.delete(chat).raise_for_status()
    assert archive.statuses(again) == [404] * 4
    assert ann.post(f"{chat}/restore").raise_for_status().json()["share"] is None
    assert archive.statuses(again) == [404] * 4


def test_it_ends_for_who_is_taken_out_and_for_all_with_the_collection(archive: Archive) -> None:
    ann = archive.people["ann"].http
    made = _collection(archive.people["ann"], "Short", "bob")
    archive.people["ann"].ingest("short", ("a.txt", FACT.encode()), collection=made)
    path = archive.share(archive.ask(LAMPS, made)["chat_id"])
    assert archive.statuses(path)[:2] == [200, 200]
    ann.delete(f"/collections/{made}/members/bob").raise_for_status()
    assert archive.statuses(path)[:2] == [200, 404]
    ann.delete(f"/collections/{made}").raise_for_status()
    assert archive.statuses(path) == [404] * 4


def test_a_shared_chat_is_exported_with_its_proof_to_who_may_read_it(archive: Archive) -> None:
    done = archive.ask(LAMPS, archive.shared)
    path = f"{archive.share(done['chat_id'])}/export"
    archive.ask("And who counts the lamps?", archive.shared, chat_id=done["chat_id"])
    bob = archive.people["bob"].http
    whole = bob.get(path)
    answer = bob.get(path, params={"message_id": done["assistant_message_id"], "format": "html"})
    unknown = bob.get(path, params={"message_id": "0" * 32})

    assert archive.statuses(path) == [200, 200, 404, 404]
    assert whole.headers["content-type"].startswith("text/markdown")
    assert LAMPS in whole.text
    assert FACT in whole.text
    assert "who counts" not in whole.text
    assert answer.headers["content-type"].startswith("text/html")
    assert FACT in answer.text
    assert unknown.status_code == 404


def test_an_exported_share_leaves_out_what_the_reader_may_not_read(archive: Archive) -> None:
    done = archive.ask(LAMPS)
    shown = archive.people["bob"].http.get(f"{archive.share(done['chat_id'])}/export")

    assert FACT in shown.text
    for untold in (OTHER, PRIVATE, "On trees", "On casks", archive.other):
        assert untold not in shown.text


def test_only_the_owner_shares_and_ends(archive: Archive) -> None:
    chat_id = archive.ask(LAMPS, archive.shared)["chat_id"]
    path = archive.share(chat_id)
    for do in ("post", "delete"):
        bob = archive.people["bob"].http.request(do, f"/chats/{chat_id}/share")
        assert (bob.status_code, bob.json()["code"]) == (404, "chat_not_found")
    assert archive.statuses(path)[1] == 200
    for kept in (f"/chats/{chat_id}", f"/chats/{chat_id}/export"):
        assert archive.people["bob"].http.get(kept).status_code == 404


def test_sharing_and_who_read_what_is_told_without_what_opens_it(archive: Archive) -> None:
    done = archive.ask(LAMPS, archive.shared)
    before = len(archive.lines())
    path = archive.share(done["chat_id"])
    archive.read("bob", path)
    archive.people["stranger"].http.get(path)
    archive.people["ann"].http.delete(f"/chats/{done['chat_id']}/share")
    time.sleep(0.1)
    told = archive.lines()[before:]

    chat = {"type": "chat", "uid": done["chat_id"]}
    source = done["sources"][0]
    data = {"document": source["doc_id"], "page": 1}
    passage = {"type": "passage", "uid": source["passage_id"], "data": data}
    assert [one["activity_name"] for one in told] == ["Share", "Read", "Read", "Update"]
    assert [one["status"] for one in told] == ["Success", "Success", "Failure", "Success"]
    resources = [one["web_resources"] for one in told]
    assert resources == [[chat], [chat, passage], [chat], [chat]]
    assert path[-32:] not in archive.audit.read_text("utf-8")
