"""A backup of a server at work, restored elsewhere: what was whole is there, byte for byte."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis import Redis

from citewire.services.backup.reading import check_archive
from citewire.storage.embedded.client import open_embedded_redis
from citewire.storage.keys import Keys
from tests.doubles.server_fixtures import Server, StartServer, Zygote, environment
from tests.doubles.small_pdfs import write_pdf
from tests.doubles.upload_client import UploadClient

Json = dict[str, Any]
pytestmark = pytest.mark.timeout(600)
BALLAST = 40_000_000
"""Bytes of files, so that a backup takes long enough for something to happen to it."""


@dataclass
class AtWork:
    """A server on an embedded Redis that is asked, and given reports, and relieved of some."""

    server: Server
    client: UploadClient
    settings: dict[str, object]
    tmp_path: Path
    errors: list[BaseException] = field(default_factory=list)

    def env(self, **other: object) -> dict[str, str]:
        settings = {**self.settings, **other}
        return environment({name: value for name, value in settings.items() if value is not None})

    def report(self, number: int) -> bytes:
        text = f"Harbour number {number} counted {number * 7 + 100} ships in the year 2023."
        return write_pdf(self.tmp_path / f"{uuid4().hex}.pdf", [text]).read_bytes()

    def ask(self, number: int) -> str:
        """The id of a run that answers in a chat of its own."""
        question = f"How many ships did harbour number {number} count in 2023?"
        done = self.client.http.post("/chat", json={"message": question}).raise_for_status().json()
        return str(done["run_id"])

    def keep_busy(self, over: threading.Event) -> list[threading.Thread]:
        def upload(turn: int) -> None:
            # A new report, and another version of an old one.
            files = (f"new{turn}.pdf", f"old{turn % 3}.pdf")
            self.client.ingest("busy", *((name, self.report(1000 + turn)) for name in files))

        def delete(turn: int) -> None:
            for document in self.client.documents():
                if "/new" in str(document["locations"]) or "new" in document["title"]:
                    self.client.http.delete(f"/documents/{document['doc_id']}")
                    break
            time.sleep(0.05)

        def talk(turn: int) -> None:
            self.ask(turn)
            chats = self.client.http.get("/chats").raise_for_status().json()["chats"]
            if turn % 2:
                self.client.http.delete(f"/chats/{chats[0]['chat_id']}")

        def again_and_again(work: Callable[[int], None]) -> None:
            turn = 0
            while not over.is_set():
                try:
                    work(turn)
                except (httpx.HTTPStatusError, AssertionError) as error:
                    self.errors.append(error)
                turn += 1

        threads = [
            threading.Thread(target=again_and_again, args=(work,))
            for work in (upload, delete, talk)
        ]
        for thread in threads:
            thread.start()
        return threads


@pytest.fixture(scope="module")
def at_work(
    start_server: StartServer, tmp_path_factory: pytest.TempPathFactory, standin_url: str
) -> Iterator[AtWork]:
    tmp_path = tmp_path_factory.mktemp("backup")
    data_dir = tmp_path / "data"
    settings: dict[str, object] = {
        "namespace": "atwork",
        "data_dir": data_dir,
        "answers": "extractive",
        "openai_base_url": f"{standin_url}/v1",
        "openai_api_key": "sk-test-0123456789",
    }
    with start_server(redis_url=None, **settings) as server:
        client = UploadClient(server.url)
        with client.http:
            yield AtWork(server, client, settings, tmp_path)


def sayings(client: UploadClient, paths: list[str], run_ids: list[str]) -> dict[str, Any]:
    """What a server answers to each of these, byte for byte."""
    said: dict[str, Any] = {}
    for path in paths:
        answer = client.http.get(path)
        said[path] = answer.status_code, answer.headers.get("content-type"), answer.content
    for run_id in run_ids:
        after = {"Last-Event-ID": "2"}
        answer = client.http.get(f"/chat_stream/{run_id}", headers=after)
        # Without the comments that keep a stream alive.
        said[run_id] = answer.status_code, re.sub(rb"(?m)^:.*\n+", b"", answer.content)
    return said


def things(client: UploadClient) -> dict[str, Any]:
    """The documents and chats that a server lists, by their ids."""
    documents = {one["doc_id"]: one for one in client.documents()}
    chats = client.http.get("/chats", params={"limit": 100}).raise_for_status().json()["chats"]
    return documents | {chat["chat_id"]: chat for chat in chats}


def test_what_was_whole_is_there_in_another_redis_and_folder(
    at_work: AtWork, start_server: StartServer, zygote: Zygote, redis_url: str, tmp_path: Path
) -> None:
    old = at_work.client
    old.ingest("quiet", *((f"q{n}.pdf", at_work.report(n)) for n in range(6)))
    old.ingest("busy", *((f"old{n}.pdf", at_work.report(100 + n)) for n in range(3)))
    run_ids = [at_work.ask(number) for number in range(4)]
    file, audit = tmp_path / "file", tmp_path / "audit.jsonl"
    over = threading.Event()
    threads = at_work.keep_busy(over)
    try:
        time.sleep(0.5)
        before = things(old)
        made = zygote.run(["backup", str(file)], at_work.env(audit_log=audit), tmp_path)
        after = things(old)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert made.returncode == 0, made.stderr
    assert "were not there" not in made.stdout

    elsewhere: dict[str, object] = {
        "redis_url": redis_url,
        "namespace": f"restored{uuid4().hex[:6]}",
        "data_dir": tmp_path / "elsewhere",
    }
    env = at_work.env(**elsewhere, audit_log=audit)
    restored = zygote.run(["restore", str(file)], env, tmp_path)
    assert restored.returncode == 0, restored.stderr

    whole = [one for one, thing in before.items() if after.get(one) == thing]
    left = things(old)
    whole = [one for one in whole if left.get(one) == before[one]]
    documents = [one for one in whole if "passages" in before[one]]
    chats = [one for one in whole if one not in documents]
    passages = [
        source["passage_id"]
        for chat in chats
        for turn in old.http.get(f"/chats/{chat}").raise_for_status().json()["turns"]
        for source in turn.get("sources") or ()
    ]
    paths = [f"/documents/{one}{more}" for one in documents for more in ("", "/file", "/pages/1")]
    paths += [f"/chats/{one}" for one in chats]
    paths += [f"/passages/{one}" for one in passages if one.rsplit("-", 3)[0] in documents]
    assert len(documents) >= 6
    assert len(chats) >= 4
    with start_server(**{**at_work.settings, **elsewhere}) as server:
        client = UploadClient(server.url)
        with client.http:
            was, is_ = (sayings(one, paths, run_ids) for one in (old, client))
            listed = things(client)
            # All that is listed can be had, also what changed in the meantime.
            rest = [f"/documents/{one}/file" for one in listed if "passages" in listed[one]]
            codes = {path: client.http.get(path).status_code for path in rest}
            found = client.sources("How many ships did harbour number 3 count in 2023?")
    assert {path for path in was if was[path] != is_[path]} == set()
    assert {code for code, *_ in was.values()} == {200}
    assert set(codes.values()) == {200}
    assert any("121 ships" in text for text in found)
    lines = [json.loads(line) for line in audit.read_text("utf-8").splitlines()]
    told = [(line["actor"]["app_name"], line["activity_name"]) for line in lines]
    assert told == [("citewire backup", "Export"), ("citewire restore", "Import")]


def test_a_backup_that_is_killed_leaves_no_file(
    at_work: AtWork, zygote: Zygote, tmp_path: Path
) -> None:
    ballast = tmp_path / "data" / "pages" / "atwork" / "d"
    ballast.mkdir(parents=True)
    (ballast / "1.pdf").write_bytes(b"x" * BALLAST)
    file = tmp_path / "file"
    with open_embedded_redis(at_work.tmp_path / "data") as url:
        env = at_work.env(data_dir=tmp_path / "data", redis_url=url)
        process = zygote.fork(
            argv=["backup", str(file)], env=env, cwd=tmp_path, out="/dev/null", err="/dev/null"
        )
        _until(lambda: any(tmp_path.glob(".file.*.part")))
        process.kill()
        process.wait(10)

    assert not file.exists()


def test_a_restore_that_is_killed_is_not_served_and_can_be_run_again(
    at_work: AtWork, zygote: Zygote, redis_url: str, tmp_path: Path
) -> None:
    file, pages = tmp_path / "file", at_work.tmp_path / "data" / "pages" / "atwork" / "ballast"
    pages.mkdir(parents=True)
    (pages / "1.pdf").write_bytes(b"x" * BALLAST)
    made = zygote.run(["backup", str(file)], at_work.env(), tmp_path)
    assert made.returncode == 0, made.stderr
    namespace = f"killed{uuid4().hex[:6]}"
    env = at_work.env(redis_url=redis_url, namespace=namespace, data_dir=tmp_path / "data")
    noted = Keys(namespace).fingerprint

    process = zygote.fork(
        argv=["restore", str(file)], env=env, cwd=tmp_path, out="/dev/null", err="/dev/null"
    )
    with Redis.from_url(redis_url) as redis:
        _until(lambda: bool(redis.hexists(noted, "restoring")))
        process.kill()
        process.wait(10)
        assert redis.hexists(noted, "restoring")
    served = zygote.run(["serve", "--port", "0"], env, tmp_path)
    again = zygote.run(["restore", str(file)], env, tmp_path)
    once_more = zygote.run(["restore", str(file)], env, tmp_path)

    assert served.returncode == 1
    assert "run `citewire restore` again" in served.stderr
    assert again.returncode == 0, again.stderr
    assert (once_more.returncode, "holds something already" in once_more.stderr) == (1, True)
    counts = check_archive(file)[1].counts
    with Redis.from_url(redis_url) as redis:
        assert redis.zcard(Keys(namespace).documents("default")) == counts["documents"]


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        with suppress(InterruptedError):
            time.sleep(0.001)
