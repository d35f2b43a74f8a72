"""Limits of an owner, and of a shared collection, on a server: requests, tokens, space, jobs."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.doubles.chat_client import open_chat_client, problem
from tests.doubles.server_fixtures import StartServer
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

PROBLEM = "application/problem+json"
KEYS = {"ann": "key-of-ann", "bob": "key-of-bob"}
GIVEN = ",".join(f"{owner}:{key}" for owner, key in KEYS.items())
QUESTION = "How many ships did Quillmere harbour count in 2023?"


def clients(url: str) -> list[httpx.Client]:
    return [
        httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=30
        )
        for key in KEYS.values()
    ]


@pytest.fixture
def tight(start_server: StartServer) -> Iterator[list[httpx.Client]]:
    with start_server(namespace="tight", api_keys=GIVEN, max_requests_per_owner=5) as server:
        ann, bob = clients(server.url)
        with ann, bob:
            yield [ann, bob]


def test_who_asks_too_often_is_told_when_to_ask_again(tight: list[httpx.Client]) -> None:
    ann, bob = tight
    answers = [ann.get("/documents") for _ in range(8)]
    refused = answers[-1]

    assert [answer.status_code for answer in answers].count(200) in (5, 6)
    assert problem(refused) == (429, PROBLEM, "too_many_requests")
    assert "5 requests a minute (CITEWIRE_MAX_REQUESTS_PER_OWNER)" in refused.json()["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 12
    assert bob.get("/documents").status_code == 200
    assert ann.get("/healthz").status_code == 200


async def test_who_used_up_the_tokens_waits_for_more(
    start_server: StartServer, standin: Standin
) -> None:
    given = f"default:key-of-default,{GIVEN}"
    with start_server(api_keys=given, max_tokens_per_owner=20) as server:
        headers = {"Authorization": "Bearer key-of-default"}
        async with open_chat_client(server.url) as default:
            default.http.headers.update(headers)
            first = await default.http.post("/chat", json={"message": QUESTION})
            second = await default.http.post("/chat", json={"message": QUESTION})
            listed = await default.http.get("/chats")

    assert first.status_code == 200
    assert problem(second) == (429, PROBLEM, "too_many_tokens")
    assert int(second.headers["retry-after"]) > 10
    assert listed.status_code == 200


def test_who_has_all_passages_that_one_may_have_uploads_no_more(
    start_server: StartServer,
) -> None:
    with start_server(namespace="few", api_keys=GIVEN, max_passages_per_owner=3) as server:
        ann, bob = (UploadClient(server.url) for _ in KEYS)
        for client, key in zip((ann, bob), KEYS.values(), strict=True):
            client.http.headers["Authorization"] = f"Bearer {key}"
        with ann.http, bob.http:
            long = "\n\n".join(f"Sentence {n} is about quays. " * 20 for n in range(40))
            job = ann.ingest("f", ("long.txt", long.encode()), ("short.txt", b"One passage."))
            for name in "ab":
                ann.ingest("g", (f"{name}.txt", f"Passage {name}.".encode()))
            refused = ann.upload("g", ("d.txt", b"One too many."))
            other = bob.upload("g", ("d.txt", b"Bob has room."))

    outcomes = {file["path"]: file for file in job["files"]}
    assert outcomes["long.txt"]["status"] == "failed"
    assert "CITEWIRE_MAX_PASSAGES_PER_OWNER" in outcomes["long.txt"]["reason"]
    assert problem(refused) == (507, PROBLEM, "upload_not_stored")
    assert other.status_code == 202


def test_a_collection_has_limits_of_its_own(
    start_server: StartServer, standin_url: str, tmp_path: Path
) -> None:
    with start_server(
        namespace=f"room{uuid4().hex[:8]}",
        api_keys=GIVEN,
        data_dir=tmp_path,
        max_documents_per_owner=5,
        max_documents_per_collection=2,
        max_passages_per_collection=3,
        max_upload_space_per_collection_bytes=4096,
        max_jobs_per_owner=3,
        max_jobs_per_collection=1,
        max_collections_per_owner=2,
    ) as server:
        ann, bob = (UploadClient(server.url) for _ in KEYS)
        for client, key in zip((ann, bob), KEYS.values(), strict=True):
            client.http.headers["Authorization"] = f"Bearer {key}"
        with ann.http, bob.http:
            made = [ann.http.post("/collections", json={"name": name}) for name in "xyz"]
            shared, other = (str(one.json()["collection_id"]) for one in made[:2])
            for one in (shared, other):
                path = f"/collections/{one}/members/bob"
                ann.http.put(path, json={"role": "editor"}).raise_for_status()

            large = bob.upload("f", ("d.txt", b"Too large. " * 1000), collection=shared)
            job = ann.ingest("f", *_texts("ab", "c"), collection=shared)
            again = ann.ingest("f", ("a.txt", b"Another a."), collection=other)
            full = bob.upload("f", ("d.txt", b"One too many."), collection=shared)
            own = bob.ingest("f", *_texts("abcd"))
            long = "\n\n".join(f"Sentence {n} is about quays. " * 20 for n in range(6))
            passages = bob.ingest("f", ("long.txt", long.encode()), collection=other)
            httpx.post(f"{standin_url}/config", json={"embed_delay": 2.0}, trust_env=False)
            first = ann.upload("g", ("b.txt", b"Slowly."), collection=other)
            second = bob.upload("g", ("c.txt", b"Too soon."), collection=other)
            httpx.post(f"{standin_url}/reset", trust_env=False)

    assert problem(made[2]) == (409, PROBLEM, "too_many_collections")
    assert "CITEWIRE_MAX_COLLECTIONS_PER_OWNER" in made[2].json()["detail"]
    assert sorted(file["status"] for file in job["files"]) == ["failed", "new", "new"]
    told = next(file["reason"] for file in job["files"] if file["status"] == "failed")
    assert "2 documents may be kept (CITEWIRE_MAX_DOCUMENTS_PER_COLLECTION)" in told
    assert again["status"] == "done"
    assert problem(full) == (507, PROBLEM, "upload_not_stored")
    assert "CITEWIRE_MAX_DOCUMENTS_PER_COLLECTION" in full.json()["detail"]
    assert problem(large) == (507, PROBLEM, "upload_not_stored")
    assert "CITEWIRE_MAX_UPLOAD_SPACE_PER_COLLECTION_BYTES" in large.json()["detail"]
    assert own["counts"]["new"] == 4
    assert "CITEWIRE_MAX_PASSAGES_PER_COLLECTION" in passages["files"][0]["reason"]
    assert first.status_code == 202
    assert problem(second) == (429, PROBLEM, "too_many_jobs")
    assert "CITEWIRE_MAX_JOBS_PER_COLLECTION" in second.json()["detail"]
    assert int(second.headers["retry-after"]) >= 1


def _texts(*names: str) -> list[tuple[str, bytes]]:
    letters = [letter for name in names for letter in name]
    return [(f"{letter}.txt", f"Text {letter}.".encode()) for letter in letters]
