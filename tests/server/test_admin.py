"""`citewire admin` and `citewire forget` beside a running server."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from citewire.storage.keys import owner_tag
from tests.doubles.chat_client import open_chat_client
from tests.doubles.server_fixtures import StartServer, Zygote, environment
from tests.doubles.small_pdfs import slow_pdf, write_pdf
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient

KEYS = {"ann": "key-of-ann", "bob": "key-of-bob"}
GIVEN = ",".join(f"{owner}:{key}" for owner, key in KEYS.items())
QUESTION = "How many ships did Quillmere harbour count in 2023?"
MARK = "Zyxomark"
Json = dict[str, Any]
Citewire = Callable[..., str]
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def command(
    zygote: Zygote, redis_url: str, standin_url: str, tmp_path: Path
) -> Callable[..., Citewire]:
    """A command with the settings of a server."""

    def of(**settings: object) -> Citewire:
        given = {
            "redis_url": redis_url,
            "openai_base_url": f"{standin_url}/v1",
            "openai_api_key": "sk",
            **settings,
        }

        def run(*argv: str) -> str:
            done = zygote.run(argv, environment(given), tmp_path)
            assert done.returncode == 0, done.stderr
            return done.stdout

        return run

    return of


async def test_a_run_of_anybody_is_listed_and_stopped(
    start_server: StartServer, command: Callable[..., Citewire], standin: Standin, corpus: str
) -> None:
    await standin.configure(inter_delay=0.1, tokens=400)
    with start_server() as server:
        citewire = command(namespace=corpus)
        async with open_chat_client(server.url) as client, client.asking(QUESTION) as events:
            run_id = (await anext(events)).data["run_id"]
            listed = json.loads(citewire("admin", "runs", "--json"))
            told = citewire("admin", "stop", run_id)
            names = [event.name async for event in events]
        again = citewire("admin", "stop", run_id)

    assert [run["run_id"] for run in listed] == [run_id]
    assert (listed[0]["owner"], listed[0]["status"]) == ("default", "running")
    assert told == f"run {run_id} of default is told to stop\n"
    assert names[-1] == "stopped"
    assert "was over already" in again


def test_a_job_of_anybody_is_listed_and_stopped(
    start_server: StartServer, command: Callable[..., Citewire], standin: Standin
) -> None:
    with start_server(namespace="adminjobs", api_keys=GIVEN) as server:
        citewire = command(namespace="adminjobs", api_keys=GIVEN)
        ann = UploadClient(server.url)
        ann.http.headers["Authorization"] = f"Bearer {KEYS['ann']}"
        with ann.http:
            job_id = ann.upload("f", ("a.pdf", slow_pdf("Ann is slow."))).json()["job_id"]
            ann.until(job_id, "running")
            listed = json.loads(citewire("admin", "jobs", "--json"))
            citewire("admin", "stop", job_id)
            ann.until(job_id, "stopped")
        people = json.loads(citewire("admin", "people", "--json"))

    assert [(job["job_id"], job["owner"]) for job in listed] == [(job_id, "ann")]
    assert [person["owner"] for person in people] == ["ann", "bob"]


def test_a_person_is_forgotten_while_the_server_runs(
    start_server: StartServer,
    command: Callable[..., Citewire],
    redis_url: str,
    tmp_path: Path,
) -> None:
    audit_file = tmp_path / "audit.jsonl"
    shared: Json = {
        "namespace": "forgetful",
        "api_keys": GIVEN,
        "answers": "extractive",
        "audit_log": audit_file,
        "data_dir": tmp_path / "data",
    }
    with start_server(**shared) as server:
        citewire = command(**shared)
        for owner, key in KEYS.items():
            client = UploadClient(server.url)
            client.http.headers["Authorization"] = f"Bearer {key}"
            with client.http:
                mark = MARK if owner == "ann" else "plain"
                report = write_pdf(tmp_path / "r.pdf", [f"{mark} counts 77 violins."]).read_bytes()
                client.ingest(f"{mark}s", (f"{mark}.pdf", report))
                asked = {"message": f"How many violins does {mark} count?"}
                client.http.post("/chat", json=asked).raise_for_status()
        said = citewire("forget", "ann")
        headers = {"Authorization": f"Bearer {KEYS['bob']}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as http:
            of_bob = [http.get(path).json() for path in ("/documents", "/chats")]
        people = json.loads(citewire("admin", "people", "--json"))

    assert "removed chats: 1\nremoved documents: 1\nremoved uploaded files: 1\n" in said
    with Redis.from_url(redis_url) as client:
        keys = [str(key) for key in client.scan_iter("forgetful:*", count=1000)]
    for trace in (MARK, owner_tag("ann"), ":ann"):
        assert not [key for key in keys if trace in key and ":lease" not in key]
    assert [len(of_bob[0]["documents"]), len(of_bob[1]["chats"])] == [1, 1]
    files = [str(path) for path in (tmp_path / "data").rglob("*")]
    assert not [path for path in files if MARK in path]
    assert "ann" not in audit_file.read_text("utf-8")
    pseudonyms = {person["owner"]: person["pseudonym"] for person in people}
    assert pseudonyms["ann"] is None, "who still has a key is nobody yet"
    assert pseudonyms["bob"] in audit_file.read_text("utf-8")


def test_collections_and_groups_are_listed_and_who_changes_them_is_told(
    start_server: StartServer, command: Callable[..., Citewire], tmp_path: Path
) -> None:
    audit_file = tmp_path / "audit.jsonl"
    shared: Json = {
        "namespace": "admincollections",
        "require_key": True,
        "answers": "extractive",
        "audit_log": audit_file,
        "data_dir": tmp_path / "data",
    }
    citewire = command(**shared)
    made = citewire("collections", "make", "Archive", "--manager", "ann").strip()
    citewire("collections", "members", made, "--set", "group:staff=editor", "--set", "bob=reader")
    citewire("collections", "members", made, "--drop", "bob")
    key = citewire("key", "make", "robot", "--group", "staff").splitlines()[1]
    with start_server(**shared) as server:
        robot = UploadClient(server.url)
        robot.http.headers["Authorization"] = f"Bearer {key}"
        with robot.http:
            me = robot.http.get("/auth/me").json()
            job = robot.ingest("f", ("a.txt", b"Twelve bytes"), collection=made)
            readable = robot.http.get(f"/collections/{made}").json()
        [collection] = json.loads(citewire("admin", "collections", "--json"))
        groups = json.loads(citewire("admin", "groups", "--json"))
        [listed] = json.loads(citewire("admin", "jobs", "--json"))
        people = json.loads(citewire("admin", "people", "--json"))
    citewire("remove", "f", "--collection", made)
    citewire("collections", "remove", made)
    told = [json.loads(line) for line in audit_file.read_text("utf-8").splitlines()]

    assert (me["groups"], job["status"], readable["role"]) == (["staff"], "done", "editor")
    assert collection == {
        "collection_id": made,
        **{"name": "Archive", "managers": "ann", "members": 2},
        **{"documents": 1, "passages": 1, "uploaded_bytes": 12},
    }
    assert groups == [{"group": "staff", "collections": 1, "keys": 1}]
    assert (listed["owner"], listed["collection"]) == (None, made)
    names = {person["owner"] for person in people}
    assert names >= {"ann", "bob", "robot"}
    assert not [name for name in names if "staff" in name or made in name]
    by_command = [
        (one["activity_name"], one["actor"]["app_name"])
        for one in told
        if "app_name" in one["actor"]
    ]
    assert by_command == [
        ("Create", "citewire collections"),
        *[("Assign Privileges", "citewire collections")] * 2,
        ("Revoke Privileges", "citewire collections"),
        ("Create", "citewire key"),
        ("Delete", "citewire remove"),
        ("Delete", "citewire collections"),
    ]
    [removed] = [one for one in told if one["actor"].get("app_name") == "citewire remove"]
    assert removed["unmapped"] == {"collection": made}
    assert "staff" not in audit_file.read_text("utf-8")
