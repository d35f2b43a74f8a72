"""What keeps a server from starting: told in one line, in doctor's words, by every command."""

import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from citewire.storage.embedded.folder import RedisFolder, hold_lock
from tests.doubles.redis_fixtures import StoppableRedis
from tests.doubles.server_fixtures import KEY, StartServer, Zygote, environment, free_port

QUESTION = "How many ships did Quillmere harbour count in 2023?"
COMMANDS = {
    "serve": ["serve"],
    "workers": ["serve", "--workers", "2"],
    "demo": ["demo", "--once"],
    "chat": ["chat", QUESTION],
}
WITHIN_S = 60

Done = subprocess.CompletedProcess[str]
Command = Callable[..., Done]


@pytest.fixture
def command(
    redis_url: str, standin_url: str, corpus: str, zygote: Zygote, tmp_path: Path
) -> Command:
    """Runs `citewire` with the arguments given, on the corpus; settings given override."""
    # A module's server may have asked it for odd things.
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()

    def run(*arguments: str, **settings: object) -> Done:
        wanted = {
            "redis_url": redis_url,
            "namespace": corpus,
            "openai_base_url": f"{standin_url}/v1",
            "openai_api_key": KEY,
            "data_dir": tmp_path / "data",
            "port": free_port(),
            **settings,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        return zygote.run(arguments, environment(given), tmp_path, WITHIN_S)

    return run


@pytest.fixture
def fault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, object]]:
    """The settings of a server that cannot start."""
    match request.param:
        case "redis down":
            yield {"redis_url": "redis://127.0.0.1:1/0"}
        case "no window":
            yield {"model": "nobody-knows-it"}
        case "other embedding":
            yield {"embed_dim": 8}
        case "no data folder":
            (tmp_path / "file").touch()
            yield {"redis_url": None, "data_dir": tmp_path / "file" / "data"}
        case "no modules":
            with hold_lock(RedisFolder(tmp_path).server_lock, timeout_s=1) as lock:
                server = StoppableRedis(tmp_path, lock)
                server.start_without_modules(tmp_path)
                yield {"redis_url": server.url}
                server.stop()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("redis down", "Redis does not answer"),
        ("no modules", "this Redis has no search and no JSON module"),
        ("no window", "set CITEWIRE_CONTEXT_WINDOW"),
        ("other embedding", "CITEWIRE_EMBED_DIM"),
        ("no data folder", "set CITEWIRE_DATA_DIR"),
    ],
    indirect=["fault"],
)
def test_a_server_that_cannot_start_says_what_doctor_says(
    command: Command, fault: dict[str, object], words: str
) -> None:
    served, examined = command("serve", **fault), command("doctor", **fault)

    told = served.stderr.splitlines()[-1]
    [failed] = re.findall(r"^FAIL \w+: (.+)$", examined.stdout, re.MULTILINE)
    assert words in told
    assert without_address(told) == without_address(f"citewire: {failed}")
    assert "Traceback" not in served.stderr
    assert len(served.stderr.splitlines()) <= 2
    assert (served.returncode in (1, 2), examined.returncode) == (True, 1)


@pytest.mark.parametrize("name", ["workers", "demo", "chat"])
@pytest.mark.parametrize("fault", ["no window"], indirect=True)
def test_whatever_starts_a_server_says_it_once(
    command: Command, fault: dict[str, object], name: str
) -> None:
    done = command(*COMMANDS[name], **fault)

    assert (done.stdout + done.stderr).count("set CITEWIRE_CONTEXT_WINDOW") == 1
    assert done.stderr.splitlines()[-1].startswith("citewire: ")
    assert "Traceback" not in done.stderr
    assert done.returncode in (1, 2)


@pytest.mark.parametrize("name", ["serve", "workers"])
def test_a_port_in_use_is_told_before_anything_starts(command: Command, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command(*COMMANDS[name], port=port)

    [told] = done.stderr.splitlines()
    assert told.startswith(f"citewire: port {port} of 127.0.0.1 is in use")
    assert "CITEWIRE_PORT" in told
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("workers", [1, 2])
def test_the_address_is_told_once_when_it_can_answer(
    start_server: StartServer, workers: int
) -> None:
    with start_server(workers=workers) as server:
        pass

    assert server.log.count(server.url) == 1


def test_an_empty_list_names_the_namespace_that_was_looked_in(command: Command) -> None:
    done = command("documents", namespace="nothing-here")

    assert "none yet in the namespace nothing-here: run `citewire ingest FOLDER`" in done.stdout
    assert command("documents", "--json", namespace="nothing-here").stdout == "[]\n"


async def test_the_demo_says_how_its_documents_are_listed(command: Command) -> None:
    shown = command("demo", "--once")
    told = re.search(r"CITEWIRE_NAMESPACE=(\S+) citewire documents", shown.stdout)
    assert told is not None
    listed = command("documents", namespace=told[1])

    assert "Trevanza Harbour Trust: Annual Report 2024" in listed.stdout


async def test_doctor_warns_of_eviction_of_no_persistence_and_of_parts_told_as_all(
    command: Command, stoppable_redis: StoppableRedis
) -> None:
    well = command("doctor", redis_url=stoppable_redis.url, namespace="d")
    async with Redis.from_url(stoppable_redis.url) as client:
        await client.config_set("maxmemory-policy", "allkeys-lru")
        await client.config_set("appendonly", "no")
        await client.execute_command("FT.CONFIG", "SET", "ON_TIMEOUT", "RETURN")
    warned = command("doctor", redis_url=stoppable_redis.url, namespace="d")

    assert "ok   durability:" in well.stdout
    assert well.stdout.endswith("All is well.\n")
    assert "warn eviction: maxmemory-policy is allkeys-lru" in warned.stdout
    assert "warn persistence: Redis writes nothing to disk" in warned.stdout
    assert "warn searches: search-on-timeout is return" in warned.stdout
    assert "All is well" not in warned.stdout
    assert (well.returncode, warned.returncode) == (0, 0)


async def test_doctor_says_what_a_managed_redis_does_not_let_it_check(
    command: Command, stoppable_redis: StoppableRedis
) -> None:
    async with Redis.from_url(stoppable_redis.url) as client:
        await client.execute_command(
            "ACL", "SETUSER", "guest", "on", ">pw", "~*", "&*", "+@all", "-config"
        )
    address = stoppable_redis.url.partition("@")[2]

    done = command("doctor", redis_url=f"redis://guest:pw@{address}", namespace="d")

    assert "note durability: Redis refuses CONFIG" in done.stdout
    assert done.returncode == 0


def without_address(line: str) -> str:
    """Without what a socket said: asyncio words it by the loop that is used."""
    return line.partition(" (Error ")[0]
