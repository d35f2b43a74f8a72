"""Scripted runs tell, byte for byte, what they told when tests/server/transcripts was written.

`RECORD_TRANSCRIPTS=1` writes the fixtures anew. What differs from run to run is replaced before
the comparison, and nothing else: ids by names in order of appearance, moments by `<time>` or, to
the millisecond, `<time-ms>`, durations by 0.0. The stand-in sends a text in one write, or holds it
until something was told, so that how the answer is cut, and where verdicts fall, is no matter of
timing. Without a provider a thread judges, and scores depend on the processor: there verdicts are
put before the end, and scores are 0.0.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from citewire.api.compat.responses_schemas import RESULTS
from tests.doubles.chat_client import ChatClient, open_chat_client, said_to_ui
from tests.doubles.chat_fixtures import Piped
from tests.doubles.mcp_client import call
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin
from tests.doubles.transcript_scripts import (
    CITED,
    LOCAL,
    SHIPS_2022,
    SHIPS_2023,
    STRICT,
    USUAL,
    Json,
    Script,
)

FOLDER = Path(__file__).parent / "transcripts"
IS_RECORDING = bool(os.environ.get("RECORD_TRANSCRIPTS"))
IN_ONE_PIECE = {"cut": 8, "burst": 10_000}

IDS = re.compile(r'(?:"(run|chat|request|\w*message|leaf|parent)_id":|(?<=[\[,]))"([0-9a-f]{32})"')
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00")
TIME_MS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
DURATION = re.compile(r'(?<=_ms":)\d+\.\d(?=[,}])')
MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
SCORE = re.compile(r'(?<="score":)[\d.]+(?=[,}])')
MOMENT = re.compile(r'(?<="created":)\d+|(?<=d_at":)\d+')
CITATION = re.compile(r'(?<=")[0-9a-f]{8}(?=-\d+")')
EVENT = re.compile(r"event: (\w+)\nid: (\w+):(\d+)\ndata: (.*)\n\n")
CHAT_FILES = {".chat.json": "", ".export.json": "/export", ".export.md": "/export?format=md"}


def scripts(played: Sequence[Script]) -> pytest.MarkDecorator:
    """Run the test once with each."""
    return pytest.mark.parametrize("script", played, ids=[script.name for script in played])


class Names:
    """Names for the ids of a chat, which are others each time."""

    def __init__(self, *, hides_scores: bool = False) -> None:
        self._hides_scores = hides_scores
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def plain(self, text: str) -> str:
        """The text without what differs from run to run."""
        for kind, found in IDS.findall(text):
            self._name(kind if kind in ("run", "chat", "request") else "message", found)
        for found, name in self._names.items():
            text = text.replace(found, name)
            # The ids of citations begin with their message's.
            text = text.replace(f'"citation_id":"{found[:8]}-', f'"citation_id":"{name}-')
        text = SCORE.sub("0.0", text) if self._hides_scores else text
        return DURATION.sub("0.0", TIME.sub("<time>", TIME_MS.sub("<time-ms>", text)))

    def _name(self, kind: str, found: str) -> None:
        if found not in self._names:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[found] = f"{kind}-{self._counts[kind]}"


@pytest.fixture(scope="module")
def strict(start_server: StartServer) -> Iterator[Server]:
    """A server whose model screens and gives its opinion of claims, and that does not wait long."""
    with start_server(
        verify="model", screen="model", model_retries=0, first_token_timeout_s=2, run_timeout_s=4
    ) as server:
        yield server


@scripts(USUAL)
async def test_a_scripted_run_tells_what_it_told_before(
    server: Server, standin: Standin, script: Script
) -> None:
    await play(script, server, standin)


@scripts(STRICT)
async def test_a_run_that_models_watch_tells_what_it_told_before(
    strict: Server, standin: Standin, script: Script
) -> None:
    await play(script, strict, standin)


@scripts(LOCAL)
async def test_a_run_without_a_provider_tells_what_it_told_before(
    local_server: Server, standin: Standin, script: Script
) -> None:
    await play(script, local_server, standin, is_local=True)


async def play(script: Script, server: Server, standin: Standin, *, is_local: bool = False) -> None:
    """Carry out the script and compare all that was told, at once, afterwards and of the chat."""
    names = Names(hides_scores=is_local)
    async with open_chat_client(server.url) as chat:
        asked = await begin(chat, standin, script)
        await standin.configure(**{**IN_ONE_PIECE, **script.knobs})
        chat.http.headers["Idempotency-Key"] = uuid4().hex
        body = await run(chat, standin, script, asked)
        events = EVENT.findall(body)

        assert written(events) == body
        assert [int(number) for _, _, number, _ in events] == list(range(1, len(events) + 1))
        compare(f"{script.name}.sse", names.plain(settled(body) if is_local else body))
        await check_replays(chat, body)
        assert (await chat.http.post("/chat_stream", json=asked)).text == body
        if script.keeps:
            await compare_chat(chat, names, json.loads(events[0][3])["chat_id"], script.name)


def written(events: Sequence[tuple[str, ...]]) -> str:
    """The events as they are on the wire."""
    return "".join("event: {}\nid: {}:{}\ndata: {}\n\n".format(*event) for event in events)


async def begin(chat: ChatClient, standin: Standin, script: Script) -> Json:
    """Have the turn before answered, if there is one; gives what is asked then."""
    asked = {"message": script.question, **script.more}
    if script.before is None:
        return asked
    await standin.configure(**IN_ONE_PIECE, **script.before)
    first = (await chat.ask(SHIPS_2022, **script.more)).last.data
    replaced = {"replaces": first["user_message_id"]} if script.replaces else {}
    return {**asked, "chat_id": first["chat_id"], **replaced}


async def run(chat: ChatClient, standin: Standin, script: Script, asked: Json) -> str:
    """All that is told, of a run that is stopped or goes on when the script says so."""
    body, has_acted = "", False
    async with chat.http.stream("POST", "/chat_stream", json=asked) as answer:
        async for block in answer.raise_for_status().aiter_text():
            body += block
            if has_acted or not script.act_at or script.act_at not in body:
                continue
            has_acted = True
            if script.stops:
                run_id = IDS.findall(body)[0][1]
                await chat.http.post(f"/chat_stream/{run_id}/stop")
            else:
                await standin.configure(hold_at=0)
    return body


def settled(body: str) -> str:
    """The events with those that a thread finds before the end, numbered anew."""
    events = EVENT.findall(body)
    late = [event for event in events if event[0] == "verdict"]
    rest = [event for event in events if event[0] != "verdict"]
    ordered = [*rest[:-1], *late, rest[-1]]
    return written(
        [(name, run_id, str(n), data) for n, (name, run_id, _, data) in enumerate(ordered, start=1)]
    )


async def check_replays(chat: ChatClient, body: str) -> None:
    """From the start, from the middle and after the end."""
    events = EVENT.findall(body)
    run_id = events[0][1]
    for after in (0, len(events) // 2, len(events)):
        headers = {"Last-Event-ID": f"{run_id}:{after}"} if after else {}
        replay = await chat.http.get(f"/chat_stream/{run_id}", headers=headers)
        assert replay.text == written(events[after:])


async def compare_chat(chat: ChatClient, names: Names, chat_id: str, name: str) -> None:
    """The chat as it is read and exported."""
    for fixture, path in CHAT_FILES.items():
        answer = (await chat.http.get(f"/chats/{chat_id}{path}")).raise_for_status()
        told = answer.text.replace(str(chat.http.base_url).rstrip("/"), "http://server.test")
        compare(f"{name}{fixture}", MINUTE.sub("<minute>", names.plain(told)))


@pytest.mark.parametrize(
    ("name", "knobs"), [("chat", {"text": CITED}), ("chat_failed", {"fail": "401"})]
)
async def test_an_answer_in_one_piece_is_what_it_was_before(
    chat: ChatClient, standin: Standin, name: str, knobs: Json
) -> None:
    await standin.configure(**knobs)

    answer = await chat.http.post("/chat", json={"message": SHIPS_2023})

    told = f"{answer.status_code} {answer.headers['content-type']}\n{answer.text}"
    compare(f"{name}.http", Names().plain(told))


ASKED_OTHERWISE: dict[str, tuple[str, Json]] = {
    "openai_chat": (
        "/v1/chat/completions",
        {"messages": [{"role": "user", "content": SHIPS_2023}]},
    ),
    "openai_responses": ("/v1/responses", {"input": SHIPS_2023, "include": [RESULTS]}),
    "ui_chat": ("/ui/chat", {"messages": [said_to_ui(SHIPS_2023)]}),
}
"""Path and body by the name of the fixture."""


@pytest.mark.parametrize("name", ASKED_OTHERWISE)
async def test_a_run_in_the_words_of_others_is_told_as_before(
    server: Server, chat: ChatClient, standin: Standin, name: str
) -> None:
    await standin.configure(**IN_ONE_PIECE, text=CITED)
    path, body = ASKED_OTHERWISE[name]

    asked = {"model": "citewire", "stream": True, **body}
    answer = (await chat.http.post(path, json=asked)).raise_for_status()

    told = MOMENT.sub("0", answer.text.replace(server.url, "http://server.test"))
    told = CITATION.sub("message", told)
    compare(f"{name}.sse", Names().plain(told))


async def test_a_run_that_mcp_asks_for_is_told_as_before(
    server: Server, chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(**IN_ONE_PIECE, text=CITED)

    answer = (await chat.http.post("/mcp", **call("ask", {"question": SHIPS_2023}))).text

    compare("mcp.sse", Names().plain(answer.replace(server.url, "http://server.test")))


async def test_the_terminal_prints_what_it_printed_before(
    server: Server, standin: Standin, piped: Piped
) -> None:
    await standin.configure(text=f"{CITED} Or 999 [2][9].")

    done = piped("--url", server.url, SHIPS_2023)

    assert done.returncode == 0
    compare("terminal.txt", f"{done.stdout}--- standard error\n{done.stderr}")


def compare(name: str, told: str) -> None:
    """With the fixture of that name, or write it."""
    path = FOLDER / name
    if IS_RECORDING:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(told.encode())
    assert told == path.read_bytes().decode()
