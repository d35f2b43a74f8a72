"""`citewire chat` between pipes: questions from the arguments and from standard input."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from citewire.errors import ServerFailed
from citewire.scripts.chat.client import ChatClient as AskingClient
from tests.doubles.chat_client import ChatClient, until
from tests.doubles.chat_fixtures import Piped, Typed
from tests.doubles.corpus import HARBOURS
from tests.doubles.server_fixtures import KEY, MAIN, Server, StartServer, environment, free_port
from tests.doubles.standin_fixtures import Standin
from tests.doubles.upload_client import UploadClient, pdf

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


def in_shell(folder: Path, line: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`citewire chat` as `$@` of a line of the shell."""
    return subprocess.run(
        ["sh", "-c", line, "sh", sys.executable, "-c", MAIN, "chat", *arguments],
        capture_output=True,
        text=True,
        env=environment({"data_dir": folder}),
        cwd=folder,
        timeout=50,
        check=False,
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


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:99999",
        "http://127.0.0.1:-1",
        "http://127.0.0.1:abc",
        "http://[::1",
        "http://[v1.x]:80",
        "http://127.0.0.1/\x01",
    ],
)
def test_a_url_that_cannot_be_is_refused_in_one_line(url: str, piped: Piped) -> None:
    done = piped("--url", url, QUESTION)

    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"citewire: --url: .+\n", done.stderr)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(["\udce9"], "QUESTION"), (["--folder", "\udce9"], "--folder")],
)
def test_bytes_that_are_no_text_are_refused_in_one_line(
    arguments: list[str], name: str, piped: Piped
) -> None:
    done = piped("--url", NO_SERVER, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"citewire: {name}: it is not text in UTF-8\n"


@pytest.mark.parametrize("chat_id", ["", ".", "..", "a/b", "\udce9"])
def test_what_is_no_id_of_a_chat_is_refused(chat_id: str, piped: Piped) -> None:
    done = piped("--url", NO_SERVER, "--chat", chat_id, said=QUESTION)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"citewire: --chat: {chat_id!r} is not the id of a conversation\n"


def test_a_space_around_the_key_is_left_out(with_keys: Server, piped: Piped) -> None:
    done = piped("--url", with_keys.url, "--api-key", f" {API_KEY} \n", "Hello!")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("key", ["sek ret", "sek\tret", "sekrét", "sek\x7fret"])
def test_a_key_that_cannot_be_is_refused_without_showing_it(key: str, piped: Piped) -> None:
    done = piped("--url", NO_SERVER, "--api-key", key, "Hello!")

    assert (done.returncode, done.stdout) == (2, "")
    assert "visible ASCII" in done.stderr
    assert "sek" not in done.stderr


async def test_what_cannot_be_sent_is_not_shown(server: Server) -> None:
    headers = {"Authorization": "Bearer sekret "}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False) as http:
        with pytest.raises(ServerFailed) as failed:
            await AskingClient(http).folders()

    assert "cannot be sent" in str(failed.value)
    assert "sekret" not in str(failed.value)


def test_numbers_of_any_length_end_nothing(server: Server, chat: ChatClient, piped: Piped) -> None:
    digits = "9" * 5000
    said = f"{QUESTION}\n/source {digits}\n/open [{digits}]\n/history {digits}\n/QUIT\n/nonsense"

    done = piped("--url", server.url, said=said)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("the last answer has the sources 1 to ") == 2
    assert "/nonsense" not in done.stderr


async def test_a_number_that_no_list_is_so_long_for_is_searched_for(
    server: Server, chat: ChatClient, piped: Piped
) -> None:
    told = await chat.ask("Who wrote the 77123 letters of Vessmark?")

    done = piped("--url", server.url, said="/history 77123\n/history 1\n/history 2\n")

    listed, _, shown = done.stdout.partition("\n")
    assert "Who wrote the 77123 letters of Vessmark (2 messages)" in listed
    assert told.last.data["answer"] in shown
    assert "there is no conversation 2 in the list: it has 1 to 1" in done.stderr


async def test_between_pipes_a_chat_is_loaded_before_the_first_line(
    server: Server, chat: ChatClient, standin: Standin, piped: Piped
) -> None:
    await standin.configure(text=ANSWER)
    told = await chat.ask(QUESTION)

    done = piped("--url", server.url, "--chat", told.chat_id, said="/source\t1\n")
    unknown = piped("--url", server.url, "--chat", "no-such-chat", said=f"{QUESTION}\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Quillmere Harbour 2023, p. A-4, ")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("citewire: there is no chat no-such-chat")


async def test_an_answer_without_sources_says_so_for_each_of_them(
    server: Server, chat: ChatClient, piped: Piped
) -> None:
    done = piped("--url", server.url, said="Hello!\n/source 1\n")

    assert done.returncode == 1
    assert "the last answer has no sources" in done.stderr


@pytest.mark.parametrize("stream", ["<&-", "<&- 2>&-"])
async def test_without_standard_input_a_question_is_answered(
    server: Server, standin: Standin, stream: str, tmp_path: Path
) -> None:
    await standin.configure(text=ANSWER)

    done = in_shell(tmp_path, f'"$@" {stream}', "--url", server.url, QUESTION)

    assert (done.returncode, done.stderr) == (0, "")
    assert ANSWER in done.stdout


def test_without_standard_output_nothing_is_asked(tmp_path: Path) -> None:
    done = in_shell(tmp_path, '"$@" >&-', "--url", NO_SERVER, QUESTION)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "citewire: there is no standard output to answer on\n"


@pytest.fixture(scope="module")
def with_uploads(start_server: StartServer) -> Iterator[Server]:
    with start_server(namespace="chatcommand") as server:
        yield server


async def test_a_source_that_was_removed_or_replaced_is_no_dead_link(
    with_uploads: Server, standin: Standin, piped: Piped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "true")
    await standin.configure(text="I cannot say.")
    client = UploadClient(with_uploads.url)
    with client.http:
        ships = b"The harbour counted four hundred ships last year."
        client.ingest("kept", ("ships.txt", ships), ("boats.txt", b"Of boats there were nine."))
        done = client.http.post("/chat", json={"message": "How many ships?"}).json()
        sources = {source["file_name"]: source for source in done["sources"]}
        client.ingest("kept", ("ships.txt", b"A word before it. " + ships))
        client.http.delete(f"/documents/{sources['boats.txt']['doc_id']}").raise_for_status()
        state = client.http.get(f"/passages/{sources['ships.txt']['passage_id']}").json()

        numbers = [list(sources).index(name) + 1 for name in ("ships.txt", "boats.txt")]
        said = "/sources\n/open {}\n/open {}\n".format(*numbers)
        shown = piped("--url", with_uploads.url, "--chat", done["chat_id"], said=said)

        gone = "The report was removed and nothing replaced it."
        assert shown.returncode == 1
        assert f"\n    {state['note']}\n" in shown.stdout
        assert f"\n    {gone}\n" in shown.stdout
        assert f"{with_uploads.url}{state['now']['url']}" in shown.stdout.splitlines()
        client.http.get(state["now"]["url"]).raise_for_status()
        assert state["note"] in shown.stderr
        assert f"{gone} There is nothing left to open." in shown.stderr


async def test_the_page_of_a_source_that_was_removed_opens_by_its_copy(
    with_uploads: Server,
    standin: Standin,
    piped: Piped,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BROWSER", "true")
    await standin.configure(text="I cannot say.")
    client = UploadClient(with_uploads.url)
    with client.http:
        client.ingest("copied", ("trees.pdf", pdf(tmp_path, "The orchard has ninety trees.")))
        asked = {"message": "How many trees?", "filters": {"folders": ["copied"]}}
        done = client.http.post("/chat", json=asked).json()
        [source] = done["sources"]
        page = f"/documents/{source['doc_id']}/pages/1"

        async def is_copied() -> bool:
            data = with_uploads.log_file.parent / "data"
            return any(data.glob(f"pages/*/{source['doc_id']}/1.pdf"))

        await until(is_copied)
        client.http.delete(f"/documents/{source['doc_id']}").raise_for_status()
        shown = piped("--url", with_uploads.url, "--chat", done["chat_id"], said="/open 1\n")

    assert (shown.returncode, shown.stdout) == (0, f"{with_uploads.url}{page}\n")
    assert shown.stderr == "The report was removed and nothing replaced it.\n"


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
