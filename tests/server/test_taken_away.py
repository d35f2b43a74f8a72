"""Access that is taken away on one worker: what another one is sending ends within two seconds."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import httpx
import pytest

from citewire.services.access.credentials import session_id_of
from citewire.services.access.made_keys import MadeKeys
from citewire.services.access.reach import FRESH_S
from citewire.storage.access.credentials import CredentialStore, StoredSession
from citewire.storage.connection.connection import open_client
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import page_of, pdf_of, slow_pdf, stream
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

WITHIN_S = 2.0
MEGABYTES = 12
QUESTION = "How many ships did Quillmere count?"
OWN = {"Sec-Fetch-Site": "same-origin"}
Json = dict[str, Any]
pytestmark = pytest.mark.timeout(240)


@dataclass
class Shared:
    """Ann shares an archive with bob; both workers know it."""

    here: Server
    there: Server
    ann: UploadClient
    redis_url: str
    namespace: str
    archive: str
    doc_id: str

    async def let_in(self, how: str) -> "Way":
        """A way in for bob, as a member."""
        path = f"/collections/{self.archive}/members/bob"
        self.ann.http.put(path, json={"role": "editor"}).raise_for_status()
        await anyio.sleep(FRESH_S)  # what the other worker knows is so old at most
        async with open_client(self.redis_url) as client:
            store = CredentialStore(client, self.namespace)
            if how == "session":
                token = secrets.token_urlsafe(32)
                scopes = ("ask", "read", "write")
                ends = time.time() + 3600
                session = StoredSession("bob", (), scopes, "Bob", ends)
                await store.add_session(session_id_of(token.encode()), session)
                return Way({"Cookie": f"citewire-{self.namespace}={token}", **OWN}, "")
            key, made = await MadeKeys(store).make("bob")
        return Way({"Authorization": f"Bearer {key}"}, made.id)

    async def take_away(self, how: str, way: "Way") -> None:
        """End it, at the other worker."""
        async with httpx.AsyncClient(base_url=self.here.url, trust_env=False) as http:
            if how == "key":
                gone = await http.delete(f"/keys/{way.key_id}", headers=way.headers)
            elif how == "session":
                gone = await http.post("/auth/logout", headers=way.headers)
            else:
                path = f"/collections/{self.archive}/members/bob"
                gone = await http.delete(path, headers=dict(self.ann.http.headers))
            gone.raise_for_status()


@dataclass
class Way:
    """What lets somebody in: headers, and the id of the key in them."""

    headers: dict[str, str]
    key_id: str


@pytest.fixture(scope="module")
def shared(
    start_server: StartServer, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shared]:
    namespace = f"away{uuid4().hex[:8]}"
    settings = {
        "namespace": namespace,
        "data_dir": tmp_path_factory.mktemp("data"),
        "api_keys": "ann:key-of-ann",
        "abstain": False,
    }
    with start_server(**settings) as here, start_server(**settings) as there:
        ann = UploadClient(here.url)
        ann.http.headers["Authorization"] = "Bearer key-of-ann"
        with ann.http:
            made = ann.http.post("/collections", json={"name": "Archive"}).json()
            archive = str(made["collection_id"])
            words = b"BT /F5 12 Tf 72 700 Td (In 1871 Quillmere counted 512 ships.) Tj ET"
            font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
            ballast = stream(bytes(MEGABYTES << 20))
            report = pdf_of([*page_of(words, font), ballast])
            job = ann.ingest("f", ("large.pdf", report), collection=archive)
            assert job["counts"]["new"] == 1, job
            doc_id = str(job["files"][0]["doc_id"])
            yield Shared(here, there, ann, redis_url, namespace, archive, doc_id)


@pytest.fixture
async def http(shared: Shared) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the worker that is not told."""
    async with httpx.AsyncClient(base_url=shared.there.url, trust_env=False, timeout=30) as client:
        yield client


HOWS = ("key", "session", "member")


@pytest.mark.parametrize("how", HOWS)
async def test_an_answer_ends(
    shared: Shared, http: httpx.AsyncClient, standin: Standin, how: str
) -> None:
    await standin.configure(inter_delay=0.1, tokens=600)
    way = await shared.let_in(how)
    sent: Json = {"json": {"message": QUESTION}, "headers": way.headers}
    last, took_s = await _last_line(shared, how, way, http, "/chat_stream", **sent)

    told = json.loads(last.removeprefix("data: "))
    expected = {"by": "access"} if how == "member" else {"code": "credential_revoked"}
    assert told.items() >= expected.items()
    assert took_s < WITHIN_S


@pytest.mark.parametrize("how", HOWS)
async def test_an_answer_to_a_client_of_openai_ends_in_its_form(
    shared: Shared, http: httpx.AsyncClient, standin: Standin, how: str
) -> None:
    await standin.configure(inter_delay=0.1, tokens=600)
    way = await shared.let_in(how)
    asked: Json = {"model": "citewire", "stream": True}
    asked["messages"] = [{"role": "user", "content": QUESTION}]
    sent: Json = {"json": asked, "headers": way.headers}
    last, took_s = await _last_line(shared, how, way, http, "/v1/chat/completions", **sent)

    error = json.loads(last.removeprefix("data: "))["error"]
    assert error["code"] == ("stopped" if how == "member" else "credential_revoked")
    assert error["type"] == "server_error"
    assert took_s < WITHIN_S


@pytest.mark.parametrize("how", HOWS)
async def test_a_file_is_cut_off(shared: Shared, http: httpx.AsyncClient, how: str) -> None:
    way = await shared.let_in(how)
    path = f"/documents/{shared.doc_id}/file"
    async with http.stream("GET", path, headers=way.headers) as answer:
        pieces = answer.raise_for_status().aiter_raw(1 << 16)
        await anext(pieces)
        await shared.take_away(how, way)
        await anyio.sleep(WITHIN_S)
        with pytest.raises(httpx.RemoteProtocolError):
            await _all(pieces)


@pytest.mark.parametrize("how", HOWS)
async def test_the_stream_of_a_job_ends(
    shared: Shared, http: httpx.AsyncClient, tmp_path: Path, how: str
) -> None:
    way = await shared.let_in(how)
    files = {"files": ("slow.pdf", slow_pdf(f"Slow, by {how}."))}
    path = f"/documents?collection={shared.archive}"
    made = await http.post(path, data={"folder": how}, files=files, headers=way.headers)
    job_id = made.raise_for_status().json()["job_id"]
    sent: Json = {"method": "GET", "headers": way.headers}
    last, took_s = await _last_line(shared, how, way, http, f"/jobs/{job_id}/events", **sent)
    shared.ann.stop(job_id)

    told = json.loads(last.removeprefix("data: "))
    assert how == "member" or told["code"] == "credential_revoked"
    assert took_s < WITHIN_S


async def test_what_was_open_to_a_group_ends_when_the_group_is_taken_out(
    shared: Shared, http: httpx.AsyncClient
) -> None:
    path = f"/collections/{shared.archive}/members/group:staff"
    shared.ann.http.put(path, json={"role": "reader"}).raise_for_status()
    async with open_client(shared.redis_url) as client:
        store = CredentialStore(client, shared.namespace)
        key, _ = await MadeKeys(store).make("robot", groups=["staff"])
    headers = {"Authorization": f"Bearer {key}"}
    file = f"/documents/{shared.doc_id}/file"
    async with http.stream("GET", file, headers=headers) as answer:
        pieces = answer.raise_for_status().aiter_raw(1 << 16)
        await anext(pieces)
        shared.ann.http.delete(path).raise_for_status()
        await anyio.sleep(WITHIN_S)
        with pytest.raises(httpx.RemoteProtocolError):
            await _all(pieces)
    assert (await http.get(file, headers=headers)).status_code == 404


async def _all(pieces: AsyncIterator[bytes]) -> None:
    async for _ in pieces:
        pass


async def _last_line(
    shared: Shared,
    how: str,
    way: Way,
    http: httpx.AsyncClient,
    path: str,
    *,
    method: str = "POST",
    **sent: Any,
) -> tuple[str, float]:
    """The last line of data of a stream whose access is taken away, and how soon it came."""
    last, taken_at = "", 0.0
    async with http.stream(method, path, **sent) as answer:
        assert answer.status_code == 200, await answer.aread()
        count = 0
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                last, count = line, count + 1
            if not taken_at and count >= 2:
                await shared.take_away(how, way)
                taken_at = time.monotonic()
    return last, time.monotonic() - taken_at
