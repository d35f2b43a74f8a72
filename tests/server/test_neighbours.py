"""Owners and their uploads: turns, limits, and stopping what goes on for too long."""

import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.doubles.chat_client import open_chat_client, problem
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.small_pdfs import slow_pdf
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import OVER, UploadClient, pdf

PROBLEM = "application/problem+json"
KEYS = {"ann": "key-of-ann", "bob": "key-of-bob"}
JOBS, READERS = 4, 3


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> Iterator[Server]:
    keys = ",".join(f"{owner}:{key}" for owner, key in KEYS.items())
    with start_server(
        namespace="neighbours",
        api_keys=keys,
        model_retries=0,
        max_jobs_per_owner=JOBS,
        max_readers_per_owner=READERS,
        max_upload_space_per_owner_bytes=200_000,
    ) as started:
        yield started


@pytest.fixture
def ann(server: Server, standin: Standin) -> Iterator[UploadClient]:
    client = OwnerClient(server, "ann")
    with client.http:
        yield client
        client.leave()


@pytest.fixture
def bob(server: Server, standin: Standin) -> Iterator[UploadClient]:
    client = OwnerClient(server, "bob")
    with client.http:
        yield client
        client.leave()


class OwnerClient(UploadClient):
    """Uploads of one owner."""

    def __init__(self, server: Server, owner: str) -> None:
        super().__init__(server.url)
        self.http.headers["Authorization"] = f"Bearer {KEYS[owner]}"

    def leave(self) -> None:
        """Stop all jobs and take out all documents."""
        for job in self.jobs():
            self.stop(job["job_id"])
        for document in self.documents():
            self.http.delete(f"/documents/{document['doc_id']}").raise_for_status()


def _begin(client: UploadClient, folder: str, content: bytes) -> str:
    answer = client.upload(folder, ("a.pdf", content))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


async def test_owners_take_turns(
    ann: UploadClient, bob: UploadClient, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=1.0)
    anns = [_begin(ann, f"f{n}", pdf(tmp_path, f"Ann says {n}.")) for n in range(JOBS)]
    of_bob = _begin(bob, "f", pdf(tmp_path, "Bob says."))
    bobs = bob.until(of_bob, "done")
    ends = [ann.until(job_id, "done")["finished_at"] for job_id in anns]

    assert bobs["finished_at"] < ends[2]


@pytest.mark.timeout(120)
def test_a_file_that_takes_minutes_to_read_holds_nobody_up(
    ann: UploadClient, bob: UploadClient, tmp_path: Path
) -> None:
    slow = _begin(ann, "slow", slow_pdf("Ann is slow."))
    ann.until(slow, "running")
    bob.until(_begin(bob, "quick", pdf(tmp_path, "Bob is quick.")), "done", within_s=45)

    assert ann.job(slow)["status"] in ("queued", "running")


def test_a_job_that_is_stopped_ends_its_reading_process_and_leaves_no_file(
    ann: UploadClient, server: Server
) -> None:
    before = _descendants(server.process.pid)
    slow = _begin(ann, "slow", slow_pdf("Ann is stopped."))
    ann.until(slow, "running")
    while not (reading := _busy(_descendants(server.process.pid) - before)):
        time.sleep(0.1)
    began = time.monotonic()
    stopped = ann.stop(slow)

    assert (stopped["status"], ann.job(slow)["status"]) == ("stopped", "stopped")
    assert time.monotonic() - began < 10
    assert not reading & _descendants(server.process.pid)
    assert [name for name, _ in ann.events(slow)] == ["failed"]
    assert ann.documents() == []
    # Nothing of it is left: the next upload to the folder reads its own file alone.
    done = ann.ingest("slow", ("b.txt", b"Ann goes on."))
    assert [file["path"] for file in done["files"]] == ["b.txt"]


async def test_a_job_that_waits_is_stopped_before_it_begins(
    ann: UploadClient, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=2.0)
    first = _begin(ann, "one", pdf(tmp_path, "The first."))
    second = _begin(ann, "two", pdf(tmp_path, "The second."))
    assert ann.stop(second)["status"] == "stopped"

    assert ann.until(first, "done")["counts"]["new"] == 1
    assert [one["locations"][0]["folder"] for one in ann.documents()] == ["one"]


def test_what_was_ingested_stays_when_its_job_is_stopped(ann: UploadClient, tmp_path: Path) -> None:
    done = ann.ingest("kept", ("a.pdf", pdf(tmp_path, "Kept.")))
    slow = _begin(ann, "kept", slow_pdf("Not kept."))
    ann.until(slow, "running")
    ann.stop(slow)

    assert ann.stop(done["job_id"]) == done
    assert [one["doc_id"] for one in ann.documents()] == [done["files"][0]["doc_id"]]


async def test_an_owner_with_all_jobs_that_one_may_have_leaves_room_for_others(
    ann: UploadClient, bob: UploadClient, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=3.0)
    for number in range(JOBS):
        _begin(ann, f"f{number}", pdf(tmp_path, f"Number {number}."))
    refused = ann.upload("more", ("a.pdf", pdf(tmp_path, "More.")))
    taken = bob.upload("more", ("a.pdf", pdf(tmp_path, "More.")))

    assert problem(refused) == (429, PROBLEM, "too_many_jobs")
    assert taken.status_code == 202


def test_an_owner_with_all_the_space_that_one_may_have_leaves_room_for_others(
    ann: UploadClient, bob: UploadClient
) -> None:
    first = ann.ingest("space", ("a.txt", b"The first sentence. " * 7_500))
    again = ann.upload("other", ("b.txt", b"Another sentence. " * 4_000))
    other = bob.upload("space", ("a.txt", b"The first sentence. " * 7_500))

    assert problem(again) == (507, PROBLEM, "upload_not_stored")
    assert (first["counts"]["new"], other.status_code) == (1, 202)


def test_jobs_are_listed_newest_first_to_their_owner_alone(
    ann: UploadClient, bob: UploadClient, tmp_path: Path
) -> None:
    done = [ann.ingest(f"l{n}", ("a.pdf", pdf(tmp_path, f"Listed {n}."))) for n in range(3)]
    others = bob.ingest("l", ("a.pdf", pdf(tmp_path, "Of Bob.")))

    assert ann.jobs(limit=3) == done[::-1]
    assert ann.jobs(limit=1) == done[:1:-1]
    assert bob.jobs(limit=1) == [others]
    assert problem(ann.http.delete(f"/jobs/{others['job_id']}"))[0] == 404
    assert problem(ann.http.get("/jobs", params={"limit": 101}))[0] == 422


async def test_an_owner_with_all_places_of_readers_leaves_room_for_others(
    server: Server, ann: UploadClient, bob: UploadClient, standin: Standin
) -> None:
    await standin.configure(tokens=400, inter_delay=0.1)
    async with AsyncExitStack() as left_at_the_end:
        enter = left_at_the_end.enter_async_context
        clients, runs = [], []
        for owner, uploads in (("ann", ann), ("bob", bob)):
            uploads.ingest("r", ("a.txt", b"Quillmere harbour counted 412 ships in 2023."))
            client = await enter(open_chat_client(server.url))
            client.http.headers["Authorization"] = f"Bearer {KEYS[owner]}"
            events = await enter(client.asking("How many ships did Quillmere harbour count?"))
            runs.append(f"/chat_stream/{(await anext(events)).data['run_id']}")
            clients.append(client.http)
        for _ in range(READERS):
            (await enter(clients[0].stream("GET", runs[0]))).raise_for_status()
        refused = await enter(clients[0].stream("GET", runs[0]))
        await refused.aread()
        other = await enter(clients[1].stream("GET", runs[1]))

    assert problem(refused) == (429, PROBLEM, "too_many_readers")
    assert other.status_code == 200


@pytest.mark.timeout(120)
async def test_a_job_is_stopped_by_way_of_another_worker(
    start_server: StartServer, namespace: str, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=60)
    with (
        start_server(namespace=namespace, data_dir=tmp_path) as one,
        start_server(namespace=namespace, data_dir=tmp_path) as two,
    ):
        here, there = UploadClient(one.url), UploadClient(two.url)
        with here.http, there.http:
            job_id = _begin(here, "f", pdf(tmp_path, "Stopped from there."))
            here.until(job_id, "running")
            there.until(job_id, "running")
            assert [job["job_id"] for job in there.jobs()] == [job_id]
            stopped = there.stop(job_id)

            assert stopped == here.until(job_id, *OVER)
            assert stopped["status"] == "stopped"


@pytest.mark.timeout(120)
async def test_a_job_of_a_server_that_has_ended_is_not_begun_again_once_it_is_stopped(
    start_server: StartServer, namespace: str, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(embed_delay=60)
    with (
        start_server(namespace=namespace, data_dir=tmp_path) as one,
        start_server(namespace=namespace, data_dir=tmp_path) as two,
    ):
        here, there = UploadClient(one.url), UploadClient(two.url)
        with here.http, there.http:
            job_id = _begin(here, "f", pdf(tmp_path, "Left over."))
            here.until(job_id, "running")
            one.process.kill()
            one.process.wait()
            there.until(job_id, "interrupted")

            assert there.stop(job_id)["status"] == "stopped"
            assert there.documents() == []


def _descendants(pid: int) -> set[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(path.parent.name)] = int(fields[1])
    found, wanted = set[int](), {pid}
    while wanted:
        found |= wanted
        wanted = {child for child, parent in parents.items() if parent in wanted} - found
    return found - {pid}


def _busy(pids: set[int]) -> set[int]:
    """Those that have computed for a second."""
    busy = set()
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[11]) > 100:
            busy.add(pid)
    return busy
