"""`citewire chat` between pipes: questions from the arguments and from standard input."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.chat_client import ChatClient, until
from tests.chat_fixtures import Piped, Typed
from tests.corpus import HARBOURS
from tests.server_fixtures import KEY, Server, StartServer, environment, free_port
from tests.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "Quillmere harbour counted 538 ships in 2023 [1], and before that 412 in 2022 [2]."
API_KEY = "ann-0123456789abcdef0123456789abcdef"
NO_SERVER = "http://127.0.0.1:9"
RUN = """
import sys
from citewire.scripts.cli import main
code = main()
print(sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""

pytestmark = pytest.mark.timeout(120)  # a server that is started takes its time on a busy machine


@pytest.fixture(scope="module")
def with_keys(start_server: StartServer) -> Iterator[Server]:
    with start_server(api_keys=f"ann:{API_KEY}") as server:
        yield server


def running(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """`citewire chat` between pipes, for as long as it takes."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, "chat", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment({"data_dir": folder}),
        cwd=folder,
    )


async def test_a_question_is_answered_with_the_footnotes_of_the_wire(
    server: Server, chat: ChatClient, standin: Standin, piped: Piped
) -> None:
    await standin.configure(text=ANSWER)
    told = (await chat.ask(QUESTION)).last.data
    sources = {source["n"]: source for source in told["sources"]}

    done = piped("--url", server.url, QUESTION)

    expected = [
        f"[{one['label']}] {sources[one['n']]['title']}, p. {sources[one['n']]['page_label']}: "
        f"“{one['quote']['text']}”"
        for one in told["citations"]
    ]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [told["answer"], "", *expected]
    assert len(expected) == 2


async def test_questions_are_piped_in_line_by_line_as_one_conversation(
    server: Server, chat: ChatClient, standin: Standin, piped: Piped
) -> None:
    await standin.configure(text=ANSWER)

    done = piped("--url", server.url, said=f"{QUESTION}\n\nAnd who counted them?\n/export c.json\n")

    assert done.returncode == 0
    assert done.stdout.count(ANSWER) == 2
    assert "\x1b" not in done.stdout
    assert "> " not in done.stdout
    newest = (await chat.http.get("/chats", params={"limit": 1})).json()["chats"][0]
    asked = [t["text"] for t in await chat.turns(newest["chat_id"]) if t["role"] == "user"]
    assert asked == [QUESTION, "And who counted them?"]


async def test_a_chat_is_gone_on_with_and_folders_narrow_the_search(
    server: Server, chat: ChatClient, standin: Standin, piped: Piped
) -> None:
    told = await chat.ask(QUESTION)

    done = piped("--url", server.url, "--chat", told.chat_id, "--folder", HARBOURS, QUESTION)

    turns = await chat.turns(told.chat_id)
    assert done.returncode == 0
    assert len(turns) == 4
    assert {source["folder"] for source in turns[-1]["sources"]} == {HARBOURS}


def test_an_unknown_folder_is_named_with_those_there_are(server: Server, piped: Piped) -> None:
    done = piped("--url", server.url, "--folder", "nowhere", QUESTION)

    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no folder nowhere" in done.stderr
    assert HARBOURS in done.stderr


def test_an_unknown_chat_is_an_error(server: Server, piped: Piped) -> None:
    done = piped("--url", server.url, "--chat", "no-such-chat", QUESTION)

    assert (done.returncode, done.stdout) == (1, "")
    assert "no-such-chat" in done.stderr


def test_where_no_server_answers_it_is_said(piped: Piped) -> None:
    done = piped("--url", NO_SERVER, QUESTION)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"no server answers at {NO_SERVER}" in done.stderr


def test_what_is_no_url_is_refused(piped: Piped) -> None:
    done = piped("--url", "localhost:8000", QUESTION)

    assert done.returncode == 2
    assert "http://HOST:PORT" in done.stderr


def test_another_kind_of_server_is_told_from_ours(standin_url: str, piped: Piped) -> None:
    done = piped("--url", standin_url, QUESTION)

    assert (done.returncode, done.stdout) == (1, "")
    assert "not a Citewire server" in done.stderr


def test_without_the_key_it_is_said_how_to_give_it(with_keys: Server, piped: Piped) -> None:
    done = piped("--url", with_keys.url, QUESTION)

    assert (done.returncode, done.stdout) == (1, "")
    assert "wants a key" in done.stderr
    assert "CITEWIRE_API_KEY" in done.stderr


def test_a_wrong_key_is_told_from_a_missing_one(with_keys: Server, piped: Piped) -> None:
    done = piped("--url", with_keys.url, "--api-key", "wrong", QUESTION)

    assert done.returncode == 1
    assert "refuses this API key" in done.stderr


def test_the_key_comes_from_the_environment(with_keys: Server, piped: Piped) -> None:
    done = piped("--url", with_keys.url, "Hello!", api_key=API_KEY)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Ask me anything" in done.stdout


async def test_an_error_in_mid_stream_keeps_what_came_and_fails(
    server: Server, standin: Standin, piped: Piped
) -> None:
    await standin.configure(text=ANSWER, fail="error", fail_kind="chat", fail_after=10)

    done = piped("--url", server.url, QUESTION)

    assert done.returncode == 1
    assert done.stdout.startswith("Quillmere harbour")
    assert done.stderr.startswith("Error: ")
    assert "secret prose" not in done.stderr


async def test_between_pipes_ctrl_c_stops_the_answer_and_leaves(
    server: Server, chat: ChatClient, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(tokens=2000, inter_delay=0.02)
    with running(tmp_path, "--url", server.url, QUESTION) as process:
        assert process.stdout is not None
        process.stdout.read(20)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert b"Stopped." in said
    await standin.until(open=0)
    newest = (await chat.http.get("/chats", params={"limit": 1})).json()["chats"][0]
    assert (await chat.turns(newest["chat_id"]))[-1]["stopped_by"] == "user"


def test_with_a_server_elsewhere_no_engine_is_imported(server: Server, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, "chat", "--url", server.url, "Hello!"],
        capture_output=True,
        text=True,
        env=environment({"data_dir": tmp_path}),
        cwd=tmp_path,
        timeout=50,
        check=True,
    )

    loaded = set(re.findall(r"'(\w+)'", done.stderr))
    assert {"citewire", "httpx"} <= loaded
    assert not loaded & {"llama_index", "redis", "redisvl", "numpy", "fastapi", "uvicorn"}


def test_the_server_of_the_settings_is_used_if_it_runs(server: Server, piped: Piped) -> None:
    done = piped("Hello!", port=urlsplit(server.url).port)

    assert done.returncode == 0
    assert done.stderr == f"Using the server at {server.url}.\n"


@pytest.fixture
def for_own_server(redis_url: str, standin: Standin, corpus: str) -> dict[str, object]:
    return {
        "redis_url": redis_url,
        "namespace": corpus,
        "openai_base_url": standin.base_url,
        "openai_api_key": KEY,
        "port": free_port(),
    }


async def test_without_a_server_one_is_started_and_ended(
    for_own_server: dict[str, object], standin: Standin, piped: Piped
) -> None:
    await standin.configure(text=ANSWER)
    # Its keys are not asked for: who may start a server on the data may read them.
    done = piped(QUESTION, **for_own_server, api_keys=f"ann:{API_KEY}")

    assert done.returncode == 0
    assert ANSWER in done.stdout
    assert "[2] Quillmere Harbour 2022, p. A-3: “" in done.stdout
    [url] = re.findall(r"^Started a server at (http://127\.0\.0\.1:\d+)", done.stderr)
    assert piped("--url", url, QUESTION).stderr.startswith("Error: no server answers at ")


async def test_a_server_of_ones_own_is_about_the_owner_asked_for(
    for_own_server: dict[str, object], standin: Standin, piped: Piped
) -> None:
    await standin.configure(text=ANSWER)
    done = piped("--owner", "bob", QUESTION, **for_own_server)

    assert done.returncode == 0
    assert ANSWER not in done.stdout
    assert "No evidence" in done.stderr


def test_a_running_server_cannot_be_told_the_owner(piped: Piped) -> None:
    done = piped("--url", NO_SERVER, "--owner", "bob", QUESTION)

    assert done.returncode == 2
    assert "goes by the API key" in done.stderr


async def test_the_started_server_ends_even_if_its_parent_is_killed(
    for_own_server: dict[str, object], typed: Typed
) -> None:
    with typed(**for_own_server) as person:
        person.until_prompt()
        [started] = psutil.Process(person.process.pid).children()
        person.process.kill()

        async def is_gone() -> bool:
            # Its new parent need not have taken note of its end.
            return not started.is_running() or started.status() == psutil.STATUS_ZOMBIE

        await until(is_gone, within_s=20)


def test_why_the_server_did_not_start_is_said(
    for_own_server: dict[str, object], piped: Piped
) -> None:
    done = piped(QUESTION, **{**for_own_server, "embed_dim": 8})

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("citewire: the server did not start: ")
    assert "CITEWIRE_EMBED_DIM" in done.stderr
    assert "Traceback" not in done.stderr
