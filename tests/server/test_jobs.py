"""Jobs: how far they are, their events, and what becomes of them when the server ends."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from redis.asyncio import Redis

from citewire.api.documents import BUSY_WAIT_S
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.uploads.job import Job
from citewire.services.uploads.jobs import MAX_RESUMED, Jobs
from citewire.settings import Settings
from citewire.storage.jobs import JobStore
from citewire.storage.keys import DEFAULT_OWNER
from tests.doubles.chat_client import problem
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient, pdf

PROBLEM = "application/problem+json"
SLOW_S = 20.0


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="module")
def job_server(start_server: StartServer) -> Iterator[Server]:
    with start_server(namespace="jobs", model_retries=0) as server:
        yield server


@pytest.fixture
def client(job_server: Server, standin: Standin) -> Iterator[UploadClient]:
    client = UploadClient(job_server.url)
    with client.http:
        yield client


def test_a_job_that_there_is_not_is_not_found(client: UploadClient) -> None:
    answers = [client.http.get(path) for path in ("/jobs/none", "/jobs/none/events")]

    assert [problem(answer) for answer in answers] == [(404, PROBLEM, "job_not_found")] * 2


async def test_events_tell_of_progress_and_end_once(
    client: UploadClient, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=1.0)
    answer = client.upload("events", ("a.pdf", pdf(tmp_path, "Events about ships."))).json()
    events = client.events(answer["job_id"])

    assert len(events) > 1
    assert [name for name, _ in events] == ["progress"] * (len(events) - 1) + ["done"]
    assert events[-1][1] == client.job(answer["job_id"])


def test_the_events_of_a_finished_job_are_its_end(client: UploadClient, tmp_path: Path) -> None:
    job = client.ingest("finished", ("a.pdf", pdf(tmp_path, "A finished report.")))

    assert client.events(job["job_id"]) == [("done", job)]


async def test_a_run_that_fails_says_why(
    client: UploadClient, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(fail="401", fail_kind="embed")
    job = client.ingest("refused", ("a.pdf", pdf(tmp_path, "Nobody may embed this.")))

    assert (job["status"], job["error"]["code"]) == ("failed", "model_key_refused")
    assert [name for name, _ in client.events(job["job_id"])] == ["failed"]


async def test_a_job_that_failed_is_made_good_by_the_next_upload(
    client: UploadClient, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(fail="401", fail_kind="embed")
    client.ingest("good", ("a.pdf", pdf(tmp_path, "First not embedded.")))
    await standin.configure(fail="")
    job = client.ingest("good", ("b.pdf", pdf(tmp_path, "Then embedded.")))

    assert {file["path"]: file["status"] for file in job["files"]} == {
        "a.pdf": "new",
        "b.pdf": "new",
    }


async def test_jobs_are_carried_out_one_after_another(
    client: UploadClient, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=2.0)
    first = client.upload("one", ("a.pdf", pdf(tmp_path, "The first."))).json()["job_id"]
    second = client.upload("two", ("b.pdf", pdf(tmp_path, "The second."))).json()["job_id"]
    client.until(first, "running")

    assert client.job(second)["status"] == "queued"
    assert [client.until(job, "done")["status"] for job in (first, second)] == ["done", "done"]


async def test_a_document_cannot_be_deleted_while_others_change(
    client: UploadClient, standin: Standin, tmp_path: Path
) -> None:
    job = client.ingest("kept", ("a.pdf", pdf(tmp_path, "Kept for now.")))
    await standin.configure(embed_delay=BUSY_WAIT_S + 2)
    other = client.upload("kept", ("b.pdf", pdf(tmp_path, "Slow to embed."))).json()["job_id"]
    client.until(other, "running")
    answer = client.http.delete(f"/documents/{job['files'][0]['doc_id']}")

    client.until(other, "done")
    assert problem(answer) == (409, PROBLEM, "library_busy")


@pytest.mark.timeout(120)  # the sign of life of the killed one is good for 10 s
async def test_a_job_of_a_server_that_was_killed_is_taken_up_by_the_next(
    start_server: StartServer, data_dir: Path, namespace: str, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=SLOW_S)
    with start_server(namespace=namespace, data_dir=data_dir) as server:
        client = UploadClient(server.url)
        with client.http:
            job_id = client.upload("cut", ("a.pdf", pdf(tmp_path, "Cut off."))).json()["job_id"]
            client.until(job_id, "running")
        server.process.kill()
        server.process.wait()
    await standin.configure(embed_delay=0)
    with start_server(namespace=namespace, data_dir=data_dir) as server:
        client = UploadClient(server.url)
        with client.http:
            job = client.until(job_id, "done", within_s=40)
            assert client.sources("Cut off?") == ["Cut off."]

    [file] = job["files"]
    assert (file["path"], file["status"], len(file["doc_id"])) == ("a.pdf", "new", 32)


async def test_a_job_of_a_server_that_is_told_to_stop_is_interrupted_at_once(
    start_server: StartServer,
    *,
    data_dir: Path,
    namespace: str,
    standin: Standin,
    redis_client: Redis,
    tmp_path: Path,
) -> None:
    await standin.configure(embed_delay=SLOW_S)
    heard: list[str] = []
    opened = threading.Event()
    with start_server(namespace=namespace, data_dir=data_dir) as server:
        client = UploadClient(server.url)
        with client.http:
            job_id = client.upload("told", ("a.pdf", pdf(tmp_path, "Told to stop."))).json()[
                "job_id"
            ]
            client.until(job_id, "running")
            listening = threading.Thread(
                target=lambda: heard.extend(name for name, _ in client.events(job_id, opened))
            )
            listening.start()
            opened.wait(10)
            server.tell_to_stop()
            server.process.wait(30)
            listening.join()
    stopped, _ = await JobStore(redis_client, namespace).read(job_id, (DEFAULT_OWNER,))
    await standin.configure(embed_delay=0)
    with start_server(namespace=namespace, data_dir=data_dir) as server:
        client = UploadClient(server.url)
        with client.http:
            job = client.until(job_id, "done")

    assert (stopped["status"], stopped["finished_at"] is not None) == ("interrupted", True)
    assert heard[-1] == "failed"
    assert (job["job_id"], job["counts"]["new"]) == (job_id, 1)


async def test_a_job_that_ends_its_server_again_and_again_is_left_alone(
    redis_client: Redis, namespace: str, tmp_path: Path
) -> None:
    store = JobStore(redis_client, namespace)
    begun: list[Path] = []
    all_begun = asyncio.Event()

    async def ingest(job: Job) -> IngestSummary:
        begun.append(job.root)
        if len(begun) == MAX_RESUMED:
            all_begun.set()
        return IngestSummary((), 0.0)

    for resumed in range(MAX_RESUMED + 1):
        job = Job(f"folder {resumed}", tmp_path, (), resumed=resumed)
        job.end("interrupted")
        await store.save({job.job_id: orjson.dumps(job.to_stored())}, alive=[])

    async def take_back(_: Job) -> None:
        """Nothing is stopped here."""

    jobs = Jobs(
        store,
        ingest,
        take_back=take_back,
        root_of=lambda folder, _: tmp_path / folder,
        room_of=lambda _: Settings.build({}).room_per_owner,
        grace_s=2,
    )
    running = asyncio.create_task(jobs.run())
    async with asyncio.timeout(10):
        await all_begun.wait()
    await jobs.drain()
    await running

    assert {path.name for path in begun} == {f"folder {n}" for n in range(MAX_RESUMED)}
