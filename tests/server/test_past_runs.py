"""Runs that are over: what is recorded of them, who may see it, and doing a part of them again."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis.asyncio import Redis

from citewire import __version__
from citewire.errors import CannotRepeat, RunNotFound
from citewire.scripts.documents import remove_documents
from citewire.scripts.replay.command import ReplayOptions, replay
from citewire.scripts.replay.diffs import print_generation
from citewire.scripts.replay.layout import shown
from citewire.scripts.replay.page import print_run
from citewire.services.assembly.chat import build_retrieval_replay, open_library_checker
from citewire.services.assembly.library import Library, open_library
from citewire.services.evaluation.questions import read_questions
from citewire.services.replay.case import to_case
from citewire.services.replay.generation import generate_again, word_diff
from citewire.services.replay.prompts import NOT_KEPT, prompts_of
from citewire.services.replay.recall import PastRun, recall
from citewire.services.replay.retrieval import OUTRANKED, REMOVED
from citewire.settings import Settings, load_settings
from citewire.storage.chats.store import UNDO_S, ChatStore
from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.runs.records import RunRecordStore, StoredRecord
from tests.doubles.chat_client import ChatClient, Told, open_chat_client
from tests.doubles.corpus import QUILLMERE_2022, QUILLMERE_2023, Passage, embeddings, write_corpus
from tests.doubles.ingest_fixtures import keys_of
from tests.doubles.passages import write_passages
from tests.doubles.server_fixtures import KEY, MAIN, StartServer, environment
from tests.doubles.standin_fixtures import Standin
from tests.server.test_conversation import FOLLOW_UP, SHIPS_2022, completions

DAY_S = 24 * 3600
SLOW = {"tokens": 200, "inter_delay": 0.2}
SEVERAL = "How many ships did Quillmere count in 2022, and how many apples did Vessmark pick?"
CITED = "Quillmere counted 412 ships in 2022 [1]."


class Past:
    """Reads back what is kept of runs.

    Args:
        client: of Redis.
        namespace: whose.
        settings: of the commands.
    """

    def __init__(self, client: Redis, namespace: str, settings: Settings) -> None:
        self.client: Any = client
        self.namespace = namespace
        self.settings = settings

    async def run(self, told: Told | str, owner: str = DEFAULT_OWNER) -> PastRun:
        run_id = told if isinstance(told, str) else told.events[0].data["run_id"]
        records = RunRecordStore(self.client, self.namespace)
        return await recall(records, ChatStore(self.client, self.namespace), run_id, owner)

    async def ttl_s(self, told: Told) -> float:
        run_id = told.events[0].data["run_id"]
        left: int = await self.client.pttl(f"{self.namespace}:run-record:{run_id}")
        return left / 1000

    @asynccontextmanager
    async def library(self, **changed: object) -> AsyncIterator[Library]:
        async with open_library(self.settings.with_changes(**changed)) as library:
            yield library


@pytest.fixture
def settings_for(
    redis_url: str, standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Settings]:
    """The settings of a command on a namespace."""
    monkeypatch.chdir(tmp_path)

    def settings(namespace: str) -> Settings:
        return load_settings(
            redis_url=redis_url,
            namespace=namespace,
            openai_base_url=standin.base_url,
            openai_api_key=KEY,
            data_dir=tmp_path,
        )

    return settings


@pytest.fixture
def past(redis_client: Redis, corpus: str, settings_for: Callable[[str], Settings]) -> Past:
    """What is kept of the runs of the shared server."""
    return Past(redis_client, corpus, settings_for(corpus))


@pytest.fixture
async def own(
    redis_client: Redis, redis_url: str, namespace: str, settings_for: Callable[[str], Settings]
) -> Past:
    """A corpus that a test may change."""
    settings = settings_for(namespace)
    await write_corpus(redis_url, namespace, str(settings.models.openai_base_url))
    return Past(redis_client, namespace, settings)


# What is recorded.


async def test_the_prompt_is_what_the_provider_received(
    chat: ChatClient, past: Past, standin: Standin
) -> None:
    told = await chat.ask(SHIPS_2022)

    [sent] = await completions(standin, streamed=True)
    run = await past.run(told)
    [prompt] = prompts_of(run)
    assert prompt.messages == sent["messages"]
    assert prompt.call.prompt_sha256 == sha256(orjson.dumps(sent["messages"])).hexdigest()
    assert prompt.call.purpose == "answer"
    for name, value in prompt.call.parameters.items():
        assert sent[name] == value
    assert {"model", "temperature", "max_tokens"} <= set(prompt.call.parameters)


async def test_a_record_tells_passages_timings_and_setup(chat: ChatClient, past: Past) -> None:
    told = await chat.ask(SHIPS_2022)

    run = await past.run(told)
    assert [one.passage_id for one in run.sources] == [one["passage_id"] for one in told.sources]
    assert [one.score for one in run.sources] == [one["score"] for one in told.sources]
    stages = [name for name, _ in run.record.stages]
    assert stages == [event.data["stage"] for event in told.all("status")]
    timings = run.answered["timings"]
    points = [at for _, at in run.record.stages]
    points += [timings[name] for name in ("retrieve_ms", "first_token_ms", "total_ms")]
    assert points == sorted(points)
    setup = run.record.setup
    assert (setup.version, setup.model) == (__version__, "gpt-4o-mini")
    assert (setup.embedding, setup.similarity_top_k) == ("text-embedding-3-small", 6)
    assert run.record.usage.completion_tokens == told.last.data["usage"]["completion_tokens"]
    assert (run.question, run.answer) == (SHIPS_2022, told.text)


async def test_what_is_asked_of_a_model_before_the_answer_is_recorded(
    chat: ChatClient, past: Past, standin: Standin
) -> None:
    first = await chat.ask(SHIPS_2022)
    told = await chat.ask(FOLLOW_UP, chat_id=first.chat_id)

    sent = [
        asked["body"]["messages"]
        for asked in await standin.requests()
        if asked["path"] == "/v1/chat/completions"
    ][1:]
    prompts = prompts_of(await past.run(told))
    # The stand-in fills in no form: the model is asked for a plan in vain.
    assert [prompt.call.purpose for prompt in prompts] == ["route", "answer"]
    assert [prompt.messages for prompt in prompts] == sent


async def test_a_plain_condensing_prompt_and_a_screening_one_are_made_again(
    start_server: StartServer, past: Past, standin: Standin
) -> None:
    await standin.configure(forms={"ScreenCall": {"verdict": "safe"}})
    with start_server(route="rules", screen="model", verify="model") as server:
        async with open_chat_client(server.url) as client:
            first = await client.ask(SHIPS_2022)
            told = await client.ask(FOLLOW_UP, chat_id=first.chat_id)

    prompts = {prompt.call.purpose: prompt for prompt in prompts_of(await past.run(told))}
    received = [asked["body"].get("messages") for asked in await standin.requests()]
    for purpose in ("screen", "condense", "answer"):
        assert prompts[purpose].messages in received


async def test_a_stopped_run_is_recorded(chat: ChatClient, past: Past, standin: Standin) -> None:
    await standin.configure(**SLOW)
    told = await chat.listen(SHIPS_2022, deltas=2)
    await chat.until_turns(told.chat_id, 2)

    run = await past.run(told)
    assert (run.answered["status"], run.answered["stopped_by"]) == ("stopped", "disconnect")
    [sent] = await completions(standin, streamed=True)
    assert [prompt.messages for prompt in prompts_of(run)] == [sent["messages"]]
    assert run.answer.startswith(told.text)


async def test_a_failed_run_is_recorded(chat: ChatClient, past: Past, standin: Standin) -> None:
    await standin.configure(fail="drop", fail_kind="chat", fail_after=4, tokens=50)
    told = await chat.ask(SHIPS_2022)
    assert told.ends == ["error"]

    run = await past.run(told)
    assert (run.answered["status"], run.answer) == ("error", told.text)
    assert [prompt.call.purpose for prompt in prompts_of(run)] == ["answer"]


async def test_a_reply_without_a_search_is_recorded(chat: ChatClient, past: Past) -> None:
    run = await past.run(await chat.ask("Thank you!"))

    assert (run.answered["route"], run.sources, run.record.calls) == ("reply", [], [])
    async with past.library() as library:
        with pytest.raises(CannotRepeat):
            await build_retrieval_replay(library, DEFAULT_OWNER).again(run)


# How long it is kept, and for whom.


async def test_another_owner_finds_no_record(chat: ChatClient, past: Past) -> None:
    told = await chat.ask(SHIPS_2022)

    with pytest.raises(RunNotFound) as unknown:
        await past.run("0" * 32)
    with pytest.raises(RunNotFound) as others:
        await past.run(told, owner="bob")
    run_id = told.events[0].data["run_id"]
    assert str(others.value) == str(unknown.value).replace("0" * 32, run_id)


async def test_a_record_goes_with_its_chat_and_comes_back_with_it(
    chat: ChatClient, past: Past
) -> None:
    told = await chat.ask(SHIPS_2022)
    kept_s = await past.ttl_s(told)
    assert 29 * DAY_S < kept_s <= 30 * DAY_S

    (await chat.http.delete(f"/chats/{told.chat_id}")).raise_for_status()
    assert await past.ttl_s(told) <= UNDO_S
    with pytest.raises(RunNotFound):
        await past.run(told)

    (await chat.http.post(f"/chats/{told.chat_id}/restore")).raise_for_status()
    assert UNDO_S < await past.ttl_s(told) <= kept_s
    assert (await past.run(told)).question == SHIPS_2022


async def stored(client: Redis, namespace: str, *, chat_days: int | None, ttl_s: int) -> int:
    """How long the record of the first of two turns is kept, in milliseconds."""
    chat_ttl_s = chat_days * DAY_S if chat_days else None
    chats = ChatStore(client, namespace, ttl_s=chat_ttl_s)
    await chats.create("c", DEFAULT_OWNER)
    for n in (1, 2):
        messages = [
            {"message_id": f"{role}{n}", "role": role, "text": ""} for role in ("user", "assistant")
        ]
        record = StoredRecord(f"run{n}", b"{}", ttl_s)
        await chats.append("c", DEFAULT_OWNER, messages, title="", record=record)
    left: int = await client.pttl(f"{namespace}:run-record:run1")
    return left


@pytest.mark.parametrize(
    ("chat_days", "record_days", "kept_days"), [(None, 30, 30), (2, 30, 2), (30, 2, 2)]
)
async def test_a_record_ends_by_itself_or_with_its_chat(
    redis_client: Redis,
    namespace: str,
    chat_days: int | None,
    record_days: int,
    kept_days: int,
) -> None:
    left_ms = await stored(redis_client, namespace, chat_days=chat_days, ttl_s=record_days * DAY_S)
    assert (kept_days - 1) * DAY_S < left_ms / 1000 <= kept_days * DAY_S


async def test_a_record_that_is_too_old_is_not_found(
    redis_client: Redis, namespace: str, own: Past
) -> None:
    await stored(redis_client, namespace, chat_days=None, ttl_s=1)
    await redis_client.pexpire(f"{namespace}:run-record:run1", 1)
    await asyncio.sleep(0.01)
    with pytest.raises(RunNotFound, match="too long ago"):
        await own.run("run1")


@pytest.mark.parametrize("records", ["off", "ids"])
async def test_the_setting_says_what_is_kept(
    start_server: StartServer,
    own: Past,
    standin: Standin,
    records: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with start_server(namespace=own.namespace, run_records=records) as server:
        async with open_chat_client(server.url) as client:
            told = await client.ask(SEVERAL)
    names = [key for key in await keys_of(own.client, own.namespace) if "record" in key]
    if records == "off":
        assert names == []
        return
    body = await own.client.hget(
        f"{own.namespace}:run-record:{told.events[0].data['run_id']}", "body"
    )
    # What people and reports say is in the chat alone.
    assert not [word for word in (b"uillmere", b"essmark", b"ships") if word in body]
    run = await own.run(told)
    [*_, prompt] = prompts_of(run)
    assert (prompt.messages, prompt.missing) == (None, NOT_KEPT)
    assert prompt.call.prompt_sha256
    async with own.library() as library:
        # The turn has the sub-questions.
        again = await build_retrieval_replay(library, DEFAULT_OWNER).again(run)
        assert again.is_same
        with open_library_checker(library) as checker:
            diff = await generate_again(run, library.models.answering, checker, withhold=True)
    assert diff.is_same_prompt is None
    print_generation(diff, run)
    assert "prompt: cannot be compared" in capsys.readouterr().out


async def test_a_question_with_several_parts_is_searched_for_again(
    chat: ChatClient, past: Past
) -> None:
    run = await past.run(await chat.ask(SEVERAL))

    assert len(run.parts) == 2
    async with past.library() as library:
        diff = await build_retrieval_replay(library, DEFAULT_OWNER).again(run)
    assert diff.is_same


# Doing a part of it again.


async def test_retrieval_again_shows_what_is_new_and_what_is_gone(
    start_server: StartServer, own: Past, standin: Standin
) -> None:
    with start_server(namespace=own.namespace, similarity_top_k=3) as server:
        async with open_chat_client(server.url) as client:
            told = await client.ask(SHIPS_2022)
    run = await own.run(told)
    async with own.library() as library:
        same = await build_retrieval_replay(library, DEFAULT_OWNER).again(run)
        assert same.is_same
        assert same.setup == {"similarity_top_k": ("3", "6")}

        text = "Quillmere harbour did count how many ships in 2022: it was 413 after all."
        new = Passage("Quillmere Harbour 2022, corrected", 1, text)
        [vector] = await embeddings(standin.base_url, [text])
        await write_passages(library.store, [new.to_node(vector)])
        two = await build_retrieval_replay(library, DEFAULT_OWNER).again(run)
        [added] = [one for one in two.found if one.rank is None]
        [left] = [one for one in two.found if one.rank_now is None]
        assert added.source.passage_id == new.passage_id
        assert (left.rank, left.why) == (3, OUTRANKED)

    await asyncio.to_thread(
        remove_documents, own.settings, QUILLMERE_2022.doc_id, owner=DEFAULT_OWNER
    )
    async with own.library() as library:
        diff = await build_retrieval_replay(library, DEFAULT_OWNER).again(run)
    gone = {one.source.passage_id: one.why for one in diff.found if one.rank_now is None}
    assert gone[QUILLMERE_2022.passage_id] == REMOVED
    moved = next(one for one in diff.found if one.source.passage_id == QUILLMERE_2023.passage_id)
    assert moved.rank is not None
    assert not diff.is_same


async def test_the_answer_again_shows_what_is_said_otherwise(
    chat: ChatClient, past: Past, standin: Standin
) -> None:
    await standin.configure(text=CITED)
    run = await past.run(await chat.ask(SHIPS_2022))
    [first] = await completions(standin, streamed=True)
    await standin.configure(text=CITED.replace("412", "512").replace(".", ", the report says."))

    async with past.library(temperature=0.7) as library:
        with open_library_checker(library) as checker:
            diff = await generate_again(run, library.models.answering, checker, withhold=True)

    [_, again] = await completions(standin, streamed=True)
    assert again["messages"] == first["messages"]
    assert diff.is_same_prompt
    assert diff.parameters == {"temperature": (0.1, 0.7)}
    assert "".join(one.text for one in diff.words if one.kind != "then") == diff.answer
    before = "".join(one.text for one in diff.words if one.kind != "now")
    assert before.split() == run.answer.split()
    assert ("then", "412 ") in [(one.kind, one.text) for one in diff.words]
    [cited] = diff.cited
    assert (cited.then, cited.now) == (["supported"], ["unsupported"])


def test_a_difference_is_told_in_words() -> None:
    pieces = word_diff("Ten ships came in 1,200 days [1].", "Ten boats came in 1,201 days [2].")
    assert [(one.kind, one.text) for one in pieces] == [
        ("same", "Ten "),
        ("then", "ships "),
        ("now", "boats "),
        ("same", "came in "),
        ("then", "1,200 "),
        ("now", "1,201 "),
        ("same", "days "),
        ("then", "[1]"),
        ("now", "[2]"),
        ("same", "."),
    ]


async def test_a_test_case_is_read_by_the_evaluation(
    chat: ChatClient, past: Past, standin: Standin, tmp_path: Path
) -> None:
    await standin.configure(text=CITED)
    first = await chat.ask(SHIPS_2022)
    second = await chat.ask(FOLLOW_UP, chat_id=first.chat_id)
    file = tmp_path / "case.jsonl"
    file.write_bytes(to_case(await past.run(second)))

    asked, followed = read_questions(file)
    assert (asked.text, followed.text) == (SHIPS_2022, FOLLOW_UP)
    assert (asked.follow_up, followed.follow_up) == (None, asked.name)
    source = first.sources[0]
    assert asked.pages == {(source["file_name"], source["page_start"])}
    assert asked.answerable


# The command.


async def test_the_command_shows_a_run_and_does_it_again(
    chat: ChatClient,
    past: Past,
    standin: Standin,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    await standin.configure(text=CITED)
    told = await chat.ask(SHIPS_2022)
    run_id = str(told.events[0].data["run_id"])
    file = tmp_path / "case.jsonl"

    async def replayed(**wanted: Any) -> str:
        options = ReplayOptions(**wanted)
        call = partial(replay, past.settings, run_id, owner=DEFAULT_OWNER, options=options)
        assert await asyncio.to_thread(call) == 0
        return capfdbinary.readouterr().out.decode()

    shown = await replayed(whole_prompts=True, retrieve=True, generate=True, case=file)
    for part in (SHIPS_2022, CITED, "<source n=", "supported"):
        assert part in shown
    assert "The same passages in the same order." in shown
    assert "The same words." in shown
    assert read_questions(file)[0].text == SHIPS_2022
    assert json.loads(await replayed(as_json=True))["record"]["ids"]["run_id"] == run_id


async def test_what_cannot_be_done_again_is_told_after_the_run(
    chat: ChatClient,
    past: Past,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    told = await chat.ask("Thank you!")
    run_id, file = str(told.events[0].data["run_id"]), tmp_path / "case.jsonl"

    async def replayed(**wanted: Any) -> tuple[str, str]:
        options = ReplayOptions(retrieve=True, generate=True, **wanted)
        call = partial(replay, past.settings, run_id, owner=DEFAULT_OWNER, options=options)
        assert await asyncio.to_thread(call) == 1
        out, error = capfdbinary.readouterr()
        return out.decode(), error.decode()

    shown, error = await replayed(case=file)
    assert f"Run {run_id}" in shown
    assert "Thank you!" in shown
    for part in ("retrieval again: this run searched", "answer again: this run gave no model"):
        assert f"citewire: {part}" in error
    assert read_questions(file)[0].text == "Thank you!"
    shown, _ = await replayed(as_json=True)
    assert set(json.loads(shown)["failed"]) == {"retrieval", "answer"}


async def test_between_pipes_an_id_stays_on_its_line(
    chat: ChatClient, past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await chat.ask(SHIPS_2022)
    run = await past.run(told)
    print_run(run, prompts_of(run), whole_prompts=True)

    lines = capsys.readouterr().out.splitlines()
    for source in run.sources:
        [line] = [one for one in lines if source.passage_id in one]
        assert source.title in line


async def test_a_run_that_goes_on_is_not_called_too_old(
    chat: ChatClient, past: Past, standin: Standin
) -> None:
    await standin.configure(**SLOW)
    async with chat.asking(SHIPS_2022) as events:
        first = await anext(events)
        run_id = str(first.data["run_id"])
        with pytest.raises(RunNotFound, match="is still going on"):
            await past.run(run_id)
        with pytest.raises(RunNotFound, match="there is no record"):
            await past.run(run_id, "ann")


def test_the_command_says_that_a_run_is_not_there(redis_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAIN, "replay", "nope"]
    env = environment({"redis_url": redis_url, "namespace": "none", "data_dir": tmp_path})
    root = Path(__file__).parents[2]
    unknown = subprocess.run(
        command, env=env, cwd=root, capture_output=True, text=True, check=False
    )
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "there is no record of a run nope" in unknown.stderr


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    assert shown("\x1b[2Jred\x07\n\x9bgone").plain == "␛[2Jred␇\n�gone"
    assert shown("a\u202eb\u2066c").plain == "a�b�c"
