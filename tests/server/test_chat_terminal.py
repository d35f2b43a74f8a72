"""`citewire chat` at a real terminal: streaming, commands, Ctrl-C, and nothing that it obeys."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.doubles.chat_client import ChatClient
from tests.doubles.chat_fixtures import Typed
from tests.doubles.pty_client import CTRL_C, CTRL_D, Person
from tests.doubles.server_fixtures import Server
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "Quillmere harbour counted 538 ships in 2023 [1], and before that 412 in 2022 [2]."
NOTES = ["[1] Quillmere Harbour 2023, p. A-4: “", "[2] Quillmere Harbour 2022, p. A-3: “"]
LONG = {"tokens": 2000, "inter_delay": 0.02}
ASKED = {"created_at": "2026-01-01T00:00:00Z"}
HANGING = (
    (
        "start",
        {
            "protocol": 1,
            "run_id": "r",
            "chat_id": "c",
            "assistant_message_id": "m",
            "created_at": "2026-01-01T00:00:00Z",
        },
    ),
    ("delta", {"text": "Half of it", "offset": 0}),
)

pytestmark = pytest.mark.timeout(120)


def ask(person: Person, question: str = QUESTION) -> str:
    """Ask at the prompt; gives all that is printed until the next."""
    person.say(question)
    return person.until_prompt()


async def test_an_answer_streams_in_with_footnotes_below(
    server: Server, standin: Standin, typed: Typed
) -> None:
    await standin.configure(text=ANSWER)
    with typed("--url", server.url) as person:
        person.until_prompt()
        shown = ask(person)

    assert shown.index(ANSWER) < shown.index(NOTES[0]) < shown.index(NOTES[1])
    assert "searching the reports …" in shown
    assert "\x1b[2K" in person.raw, "a status line is taken away"
    assert "\x1b[36m[1]\x1b[0m" in person.raw, "markers are set off"


async def test_text_is_shown_while_the_answer_is_not_over(
    server: Server, standin: Standin, typed: Typed
) -> None:
    await standin.configure(**LONG)
    with typed("--url", server.url) as person:
        person.until_prompt()
        person.say(QUESTION)
        person.until("the report shows that this system keeps")

        assert (await standin.stats())["open"] == 1


async def test_ctrl_c_stops_the_answer_and_not_the_program(
    server: Server, chat: ChatClient, standin: Standin, typed: Typed
) -> None:
    await standin.configure(**LONG)
    with typed("--url", server.url) as person:
        person.until_prompt()
        person.say(QUESTION)
        person.until("the report shows that this system keeps")
        person.type(CTRL_C)
        assert "Stopped." in person.until_prompt()
        await standin.until(open=0)
        await standin.configure(tokens=8, inter_delay=0)
        assert "the report shows" in ask(person, "And what did Tarnholt railway carry?")
        person.say("/QUIT")
        assert person.leaves() == 0

    newest = (await chat.http.get("/chats", params={"limit": 1})).json()["chats"][0]
    turns = await chat.turns(newest["chat_id"])
    assert [turn["stopped_by"] for turn in turns if turn["role"] == "assistant"] == ["user", None]
    assert turns[1]["text"].startswith("the report shows that this system keeps")


@pytest.fixture
async def hanging_url() -> AsyncIterator[str]:
    """A server that begins each answer, takes each stop, and ends nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # the second Ctrl-C comes before the stop is sent
            writer.close()
            return
        if head.startswith(b"POST /chat_stream "):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
            for name, data in HANGING:
                writer.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
            await reader.read()
        else:
            writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def test_a_second_ctrl_c_does_not_wait_for_the_server(hanging_url: str, typed: Typed) -> None:
    def stop_twice() -> str:
        with typed("--url", hanging_url) as person:
            person.until_prompt()
            person.say(QUESTION)
            person.until("Half of it")
            person.type(CTRL_C)
            person.until("Ctrl-C again hangs up.")
            person.type(CTRL_C)
            return person.until_prompt()

    assert "Cancelled" in await asyncio.to_thread(stop_twice)


async def test_at_the_prompt_ctrl_c_clears_the_line_and_twice_leaves(
    server: Server, typed: Typed
) -> None:
    with typed("--url", server.url) as person:
        person.until_prompt()
        person.type("/nonsense")
        person.until("/nonsense")
        person.interrupt("leaves.")
        person.until_prompt()
        assert "there is no command" not in person.seen
        person.say("/help")
        person.until_prompt()
        person.interrupt("leaves.")
        person.until_prompt()
        assert person.interrupt_until_it_leaves() == 0


async def test_the_sources_are_listed_shown_and_opened(
    server: Server, standin: Standin, typed: Typed, tmp_path: Path
) -> None:
    await standin.configure(text=ANSWER)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n', "utf-8")
    browser.chmod(0o755)
    with typed("--url", server.url, env={"BROWSER": str(browser)}) as person:
        person.until_prompt()
        assert "there is no answer yet" in ask(person, "/sources")
        ask(person)
        listed = ask(person, "/sources")
        passage = ask(person, "/source 2")
        opened = ask(person, "/open 2")
        missing = ask(person, "/source 99")

    assert "[1] Quillmere Harbour 2023, p. A-4, in harbours\n    Quillmere harbour" in listed
    assert "(not cited)" in listed
    assert "Quillmere Harbour 2022.pdf in harbours" in passage
    assert "\x1b[7mQuillmere harbour counted 412 ships in 2022" in person.raw
    assert opened.strip().startswith(f"/open 2\n{server.url}/")
    assert (tmp_path / "opened").read_text("utf-8").strip() in opened
    assert "the last answer has the sources 1 to " in missing


async def test_without_a_display_the_address_is_only_printed(
    server: Server, standin: Standin, typed: Typed
) -> None:
    await standin.configure(text=ANSWER)
    nowhere = {"BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    with typed("--url", server.url, env=nowhere) as person:
        person.until_prompt()
        ask(person)
        opened = ask(person, "/open 1")

    assert f"{server.url}/" in opened
    assert "There is no display here" in opened


async def test_one_goes_on_with_an_earlier_conversation(
    server: Server, chat: ChatClient, standin: Standin, typed: Typed
) -> None:
    await standin.configure(text=ANSWER)
    with typed("--url", server.url) as person:
        person.until_prompt()
        ask(person)
        ask(person, "/new")
        ask(person, "What did Tarnholt railway carry in 2023?")
        listed = ask(person, "/history")
        person.say("/history 2")
        person.until(QUESTION)
        person.until(NOTES[1])
        person.until_prompt()
        assert NOTES[0][:30] in ask(person, "/sources")
        ask(person, "And when was that counted?")
        assert "there is no conversation 99" in ask(person, "/history 99")

    assert listed.index("What did Tarnholt railway carry") < listed.index("How many ships did")
    newest = (await chat.http.get("/chats", params={"limit": 1})).json()["chats"][0]
    asked = [t["text"] for t in await chat.turns(newest["chat_id"]) if t["role"] == "user"]
    assert asked == [QUESTION, "And when was that counted?"]


async def test_an_answer_that_failed_is_shown_again_with_its_error(
    server: Server, standin: Standin, typed: Typed
) -> None:
    await standin.configure(text=ANSWER, fail="error", fail_kind="chat", fail_after=10)
    with typed("--url", server.url) as person:
        person.until_prompt()
        failed = ask(person)
        ask(person, "/new")
        ask(person, "/history")
        person.say("/history 1")
        person.until(QUESTION)
        shown = person.until_prompt()

    error = next(line for line in failed.splitlines() if line.startswith("Error: "))
    assert "Quillmere harbour" in shown
    assert error in shown


async def test_a_conversation_is_written_to_a_file_and_none_is_overwritten(
    server: Server, standin: Standin, typed: Typed, tmp_path: Path
) -> None:
    await standin.configure(text=ANSWER)
    with typed("--url", server.url) as person:
        person.until_prompt()
        assert "nothing to export yet" in ask(person, "/export")
        ask(person)
        ask(person, "/export talk.md")
        ask(person, "/export talk.json")
        (tmp_path / "mine.md").write_text("mine", "utf-8")
        refused = ask(person, "/export mine.md")
        kept = (tmp_path / "mine.md").read_text("utf-8")
        ask(person, "/export mine.md!")
        unknown = ask(person, "/export talk.pdf")
        lost = ask(person, "/export nowhere/talk.md")
        nobody = ask(person, "/export ~no-such-person/talk.md")
        ask(person, "/export")

    assert kept == "mine"
    assert "mine.md is there already" in refused
    assert "neither with .md nor with .json" in unknown
    assert "No such file or directory" in lost
    assert "nobody here has that name" in nobody
    markdown = (tmp_path / "talk.md").read_text("utf-8")
    assert QUESTION in markdown
    assert "[^1]: Quillmere Harbour 2023" in markdown
    assert (tmp_path / "mine.md").read_text("utf-8") == markdown
    exported = json.loads((tmp_path / "talk.json").read_bytes())
    assert [message["text"] for message in exported["messages"]] == [QUESTION, ANSWER]
    name = f"chat-{exported['chat_id'][:8]}.md"
    assert (tmp_path / name).read_text("utf-8") == markdown


async def test_an_unknown_command_lists_those_there_are(server: Server, typed: Typed) -> None:
    with typed("--url", server.url) as person:
        person.until_prompt()
        said = ask(person, "/frobnicate now")
        person.type(CTRL_D)
        assert person.leaves() == 0

    assert "there is no command /frobnicate" in said
    assert "/sources, /source, /open, /new, /history, /export, /help, /quit" in said


async def test_what_a_terminal_would_obey_is_only_shown(
    server: Server, standin: Standin, typed: Typed
) -> None:
    await standin.configure(text="Quillmere \x1b]0;owned\x07\x9b2J\u202e\r counted [1].", cut=1)
    with typed("--url", server.url) as person:
        person.until_prompt()
        ask(person)

    assert "Quillmere ␛]0;owned␇\ufffd2J\ufffd␍ counted [1]." in person.seen
    for obeyed in ("\x1b]", "\x07", "\x9b", "\u202e"):
        assert obeyed not in person.raw.partition(QUESTION)[2].partition("\n> ")[0]


@pytest.mark.parametrize(
    ("env", "is_plain"),
    [({"NO_COLOR": "1"}, lambda raw: "\x1b[36m" not in raw), ({"TERM": "dumb"}, str.isprintable)],
    ids=["NO_COLOR", "dumb"],
)
async def test_colours_are_left_out_where_they_are_not_wanted(
    server: Server,
    standin: Standin,
    typed: Typed,
    env: dict[str, str],
    is_plain: Callable[[str], bool],
) -> None:
    await standin.configure(text=ANSWER)
    with typed("--url", server.url, env=env) as person:
        person.until_prompt()
        person.say(QUESTION)
        person.until(NOTES[1])

    answered = person.raw.partition("Quillmere harbour counted 538")[2]
    assert is_plain(answered.replace("\r\n", ""))


async def test_the_lines_typed_are_kept_for_nobody_else(
    server: Server, typed: Typed, tmp_path: Path
) -> None:
    for _ in range(2):
        with typed("--url", server.url) as person:
            person.until_prompt()
            ask(person, "/help")
            person.type("\x1b[A")
            person.until("/help")  # the arrow brings back the last line
            person.say("")
            person.until_prompt()
            person.say("/quit")
            assert person.leaves() == 0

    file = tmp_path / "data" / "chat_history"
    assert file.read_text("utf-8").splitlines() == ["/help", "/quit"] * 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
