"""The audit log's lines: whole, whoever writes beside, whatever the disk does and names hold."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from fastapi import APIRouter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citewire.api import audit, auth, page
from citewire.api.app import CLOSED, OPEN
from citewire.errors import ConfigurationError, StorageUnavailable
from citewire.services.access.audit.file import LineFile, StandardOutput, open_sink
from citewire.services.access.audit.log import AuditLog, Who
from citewire.services.access.audit.naming import UNNAMED, Naming
from citewire.services.access.audit.refusals import PER_SECOND
from citewire.services.access.audit.schema import CLASSES, RESOURCES, Resource, event
from citewire.services.access.audit.writer import AuditWriter
from citewire.storage.access.people import PeopleStore
from tests.doubles.chat_client import until

HOSTILE = '"}\n{"class_uid": 3001, "\u2028\x00\ud83d\r\n'
WRITE = """
import sys
from pathlib import Path
from citewire.services.access.audit.file import LineFile
file = LineFile(Path(sys.argv[1]))
for number in range(200):
    file.write((sys.argv[2] * 3000 + "\\n").encode())
"""


class People:
    """Pseudonyms without a Redis."""

    def __init__(self) -> None:
        self.is_away = False
        self.known: dict[str, str] = {}

    async def pseudonym(self, name: str) -> str:
        if self.is_away:
            raise StorageUnavailable("Redis does not answer")
        return self.known.setdefault(name, f"p{len(self.known)}")


class Full:
    """A disk without room, until it has some."""

    def __init__(self, file: LineFile) -> None:
        self.is_full = True
        self._file = file

    def write(self, lines: bytes) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._file.write(lines)

    def close(self) -> None:
        self._file.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def people() -> People:
    return People()


@asynccontextmanager
async def logging_to(
    sink: Any, people: People, *, questions: bool = False
) -> AsyncIterator[AuditLog]:
    naming = Naming(cast(PeopleStore, people))
    log = AuditLog(AuditWriter(sink), naming, questions=questions)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(log.run)
        yield log
        tasks.cancel_scope.cancel()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def text(path: Path) -> str:
    return path.read_text("utf-8")


def routes(router: APIRouter) -> Iterator[audit.Route]:
    for route in router.routes:
        path = getattr(route, "path", None)
        if path is None:
            raise AssertionError(f"what is {route}?")
        for method in getattr(route, "methods", None) or ():
            yield method, path


def test_every_route_says_whether_it_is_told() -> None:
    found = {("GET", "/openapi.json")}  # FastAPI's own
    for router in (
        *(module.router for module in (*CLOSED, *OPEN)),
        auth.open_router,
        page.build_router(),
    ):
        found |= set(routes(router))
    tables = [set(audit.ACTS), set(audit.BY_THE_RUN), set(audit.BY_THE_HANDLER)]
    tables.append(set(audit.UNTOLD))

    assert set.union(*tables) == found
    assert sum(map(len, tables)) == len(found), "a route stands in two tables"


def test_the_app_has_no_router_that_this_test_does_not_know() -> None:
    source = Path(audit.__file__).with_name("app.py").read_text("utf-8")

    assert source.count("include_router") == 4


def test_activities_are_of_their_class() -> None:
    assert {act.activity for act in audit.ACTS.values()} <= set(RESOURCES.activities.values())


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.name)
def test_an_event_has_the_numbers_that_its_class_and_activity_give(kind: Any) -> None:
    for number, name in kind.activities.items():
        told = event(kind, name, problem=None)

        assert told["type_uid"] == told["class_uid"] * 100 + told["activity_id"]
        assert (told["activity_id"], told["category_uid"]) == (number, kind.uid // 1000)
        assert (told["status_id"], told["severity_id"]) == (1, 1)


async def test_people_stand_there_by_their_pseudonyms(path: Path, people: People) -> None:
    async with logging_to(LineFile(path), people) as log:
        page = Resource("page", None, {"document": "d1", "page": 3})
        await log.acted(Who("ann", request_id="r1"), "Read", [page])
        [told] = lines(path)  # before the answer is sent

    assert "ann" not in text(path)
    assert told["actor"]["user"]["uid"] == people.known["ann"]
    assert told["web_resources"] == [{"type": "page", "data": {"document": "d1", "page": 3}}]
    assert told["metadata"]["correlation_uid"] == "r1"


async def test_a_question_is_told_only_if_the_settings_say_so(path: Path, people: People) -> None:
    asked = {"run_id": "r", "chat_id": "c", "end": "done", "question": "Secret?"}
    for questions in (False, True):
        async with logging_to(LineFile(path), people, questions=questions) as log:
            await log.answered(Who("ann"), shown=[Resource("passage", "p")], **asked)

    assert ["Secret?" in json.dumps(told) for told in lines(path)] == [False, True]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.one_of(st.just(HOSTILE), st.text(st.characters(codec=None), max_size=40)))
async def test_no_name_breaks_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.jsonl"
    path.unlink(missing_ok=True)
    async with logging_to(LineFile(path), People()) as log:
        await log.acted(Who(name), "Delete", [Resource("document", name)], problem=name)
        await log.member_added(Who(name), collection_id=name, member=name, role=name)
        await log.stopped(Who(command=name), kind="run", uid=name, owner=name)

    assert [told["class_uid"] for told in lines(path)] == [6001, 3005, 6003]


def test_processes_that_write_at_the_same_time_keep_their_lines_whole(path: Path) -> None:
    writing = [subprocess.Popen([sys.executable, "-c", WRITE, str(path), sign]) for sign in "abc"]
    assert [process.wait(50) for process in writing] == [0, 0, 0]

    found = path.read_text("utf-8").splitlines()
    assert sorted(set(found)) == [sign * 3000 for sign in "abc"]
    assert len(found) == 600


def test_what_a_killed_process_left_of_a_line_is_ended(path: Path) -> None:
    path.write_bytes(b'{"whole":1}\n{"torn":')
    LineFile(path).write(b'{"next":1}\n')

    assert path.read_bytes() == b'{"whole":1}\n{"torn":\n{"next":1}\n'


def test_what_does_not_fit_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, write = LineFile(path), os.write
    file.write(b"first\n")

    def short(fd: int, data: bytes) -> int:
        if len(data) < 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(OSError, match="No space"):
        file.write(b"a long line that does not fit\n")
    monkeypatch.undo()
    file.write(b"second\n")

    assert path.read_bytes() == b"first\nsecond\n"


def test_a_file_that_was_moved_away_is_made_anew(path: Path) -> None:
    file = LineFile(path)
    file.write(b"old\n")
    path.rename(path.with_suffix(".1"))
    file.write(b"new\n")

    assert path.read_bytes() == b"new\n"
    assert path.with_suffix(".1").read_bytes() == b"old\n"
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_full_disk_is_told_and_stops_nobody(
    path: Path, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Full(LineFile(path))
    async with logging_to(disk, people) as log:
        await log.acted(Who("ann"), "Read", [Resource("document", "lost")])
        trouble = log.trouble
        disk.is_full = False
        await log.acted(Who("ann"), "Read", [Resource("document", "kept")])

        assert log.trouble is None
    assert trouble == "1 lines are lost: No space left on device"
    assert "No space left" in caplog.text
    assert [told["web_resources"][0]["uid"] for told in lines(path)] == ["kept"]


async def test_an_act_is_told_although_redis_is_away(path: Path, people: People) -> None:
    async with logging_to(LineFile(path), people) as log:
        await log.know("ann")
        people.is_away = True
        await log.acted(Who("ann"), "Delete", [Resource("document", "d")])
        await log.acted(Who("bob"), "Delete", [Resource("document", "d")])
        with pytest.raises(StorageUnavailable):
            await log.know("bob")

    assert [told["actor"]["user"]["uid"] for told in lines(path)] == ["p0", UNNAMED]


async def test_a_flood_of_refusals_is_counted(path: Path, people: People) -> None:
    async with logging_to(LineFile(path), people) as log:
        for _ in range(10 * PER_SECOND):
            who = Who(address="192.0.2.1")
            await log.refused(who, problem="api_key_refused", operation="GET /documents")

        async def all_are_told() -> bool:
            return sum(int(told.get("count", 1)) for told in lines(path)) == 10 * PER_SECOND

        await until(all_are_told, within_s=20)

    found = lines(path)
    assert len(found) < 5 * PER_SECOND
    assert {(told["class_uid"], told["status"]) for told in found} == {(3002, "Failure")}
    assert {told["src_endpoint"]["ip"] for told in found} == {"192.0.2.1"}


async def test_nothing_is_done_where_there_is_no_log(people: People) -> None:
    log = AuditLog(None, Naming(cast(PeopleStore, people)), questions=False)
    await log.know("ann")
    await log.acted(Who("ann"), "Read", [])

    assert (log.is_on, people.known) == (False, {})


def test_standard_output_is_written_line_by_line(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    StandardOutput(tmp_path / "audit.lock", fd=writing).write(b"one\ntwo\n")
    os.close(writing)

    assert os.read(reading, 100) == b"one\ntwo\n"
    os.close(reading)


def test_what_is_no_file_is_no_log(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "no" / "folder"):
        with pytest.raises(ConfigurationError, match="CITEWIRE_AUDIT_LOG"):
            open_sink(str(path), data_dir=tmp_path)
