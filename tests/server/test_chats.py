"""Conversations over HTTP: listed, searched, changed, branched, deleted, brought back, exported."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from citewire.services.chats.upkeep import SUMMARY_PROMPT, TITLE_PROMPT
from citewire.storage.chats.store import ChatStore
from citewire.storage.keys import DEFAULT_OWNER
from tests.doubles.chat_client import ChatClient, Json, open_chat_client, problem, until
from tests.doubles.corpus import QUILLMERE_2022
from tests.doubles.server_fixtures import MAIN, Server, StartServer, environment
from tests.doubles.standin_fixtures import Standin

PROBLEM = "application/problem+json"
SHIPS = "How many ships did Quillmere harbour count in 2022?"
APPLES = "How many tonnes of apples did Vessmark pick?"
UNKNOWN = "0" * 32


async def listed(chat: ChatClient, **params: str | int) -> Json:
    """A page of chats."""
    answer = await chat.http.get("/chats", params=params)
    found: Json = answer.raise_for_status().json()
    return found


async def texts(chat: ChatClient, chat_id: str) -> list[str]:
    """The questions of the active path."""
    return [turn["text"] for turn in await chat.turns(chat_id) if turn["role"] == "user"]


def marker() -> str:
    """A word that no other test says."""
    return f"zq{uuid4().hex[:10]}"


async def test_the_newest_chat_is_listed_first(chat: ChatClient) -> None:
    first = await chat.ask(SHIPS)
    second = await chat.ask(APPLES)

    found = (await listed(chat, limit=2))["chats"]
    assert [one["chat_id"] for one in found] == [second.chat_id, first.chat_id]
    assert found[0]["title"] == APPLES.rstrip("?")
    assert (found[0]["message_count"], found[0]["snippet"]) == (2, None)
    assert found[0]["created_at"] <= found[0]["updated_at"]


async def test_pages_go_on_where_the_last_ended(chat: ChatClient) -> None:
    word = marker()
    made = [
        (await chat.http.post("/chats", json={"title": f"{word} {n}"})).json()["chat_id"]
        for n in range(5)
    ]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await listed(chat, limit=2, q=word, **cursor)
        seen += [one["chat_id"] for one in page["chats"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == made[::-1]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "cursor=x", "cursor=LTE", "cursor=w6k", f"q={'a' * 201}", "limit=a"],
)
async def test_a_wrong_page_is_refused(chat: ChatClient, query: str) -> None:
    assert problem(await chat.http.get(f"/chats?{query}"))[0] == 422


async def test_search_shows_where_it_found_what(chat: ChatClient, standin: Standin) -> None:
    word = marker()
    await standin.configure(
        text=f"{'Long before. ' * 30}The 🚢 {word} árbol sank. {'After. ' * 30}"
    )
    told = await chat.ask("What sank?")

    [found] = (await listed(chat, q=f"{word[:8]} ARBOL"))["chats"]
    assert found["chat_id"] == told.chat_id
    snippet = found["snippet"]
    assert snippet["message_id"] == told.last.data["assistant_message_id"]
    assert len(snippet["text"]) < 200
    units = snippet["text"].encode("utf-16-le")
    spots = [units[m["start"] * 2 : m["end"] * 2].decode("utf-16-le") for m in snippet["matches"]]
    assert spots == [word, "árbol"]


async def test_a_chat_is_renamed(chat: ChatClient) -> None:
    told = await chat.ask(SHIPS)
    path = f"/chats/{told.chat_id}"

    changed = await chat.http.patch(path, json={"title": "  Ships\n of the  harbour "})

    assert changed.json()["title"] == "Ships of the harbour"
    await chat.ask(APPLES, chat_id=told.chat_id)
    assert (await chat.http.get(path)).json()["title"] == "Ships of the harbour"
    for wrong in ({"title": ""}, {"title": " \n\0"}, {"title": "x" * 121}, {"name": "x"}):
        assert problem(await chat.http.patch(path, json=wrong))[0] == 422


async def test_unknown_ids_are_404(chat: ChatClient) -> None:
    told = await chat.ask(SHIPS)
    path, answer = f"/chats/{UNKNOWN}", told.last.data["assistant_message_id"]
    for asked in (
        chat.http.get(path),
        chat.http.patch(path, json={"title": "x"}),
        chat.http.delete(path),
        chat.http.post(f"{path}/restore"),
        chat.http.post(f"/chats/{told.chat_id}/restore"),
        chat.http.get(f"{path}/export"),
        chat.http.post(f"{path}/messages/{answer}/feedback", json={"rating": "up"}),
        chat.http.post("/chat_stream", json={"message": "x", "chat_id": UNKNOWN}),
    ):
        assert problem(await asked) == (404, PROBLEM, "chat_not_found")
    own, unknown = f"/chats/{told.chat_id}", {"replaces": UNKNOWN, "chat_id": told.chat_id}
    for asked in (
        chat.http.patch(own, json={"leaf_id": UNKNOWN}),
        chat.http.post(f"{own}/messages/{UNKNOWN}/feedback", json={"rating": "up"}),
        chat.http.post("/chat_stream", json={"message": "x", **unknown}),
        chat.http.post("/chat_stream", json={"message": "x", **unknown, "replaces": answer}),
    ):
        assert problem(await asked) == (404, PROBLEM, "message_not_found")


async def test_another_owner_s_chat_is_not_there(
    chat: ChatClient, redis_client: Redis, corpus: str
) -> None:
    word, chat_id = marker(), uuid4().hex
    store = ChatStore(redis_client, corpus)
    await store.create(chat_id, "somebody else", title=word, listed=True)

    assert (await listed(chat, q=word))["chats"] == []
    assert problem(await chat.http.get(f"/chats/{chat_id}"))[0] == 404
    assert problem(await chat.http.delete(f"/chats/{chat_id}"))[0] == 404
    asked = await chat.http.post("/chat_stream", json={"message": "x", "chat_id": chat_id})
    assert problem(asked) == (404, PROBLEM, "chat_not_found")


async def test_a_deleted_chat_comes_back_as_it_was(chat: ChatClient) -> None:
    told = await chat.ask(SHIPS)
    path = f"/chats/{told.chat_id}"
    before = (await chat.http.get(path)).json()

    gone = (await chat.http.delete(path)).raise_for_status().json()

    left = datetime.fromisoformat(gone["restorable_until"]) - datetime.now(UTC)
    assert 590 < left.total_seconds() <= 600
    assert problem(await chat.http.get(path))[0] == 404
    newest = (await listed(chat, limit=1))["chats"]
    assert [one["chat_id"] for one in newest] != [told.chat_id]
    asked = await chat.http.post("/chat_stream", json={"message": "x", "chat_id": told.chat_id})
    assert problem(asked)[0] == 404
    assert (await chat.http.post(f"{path}/restore")).json()["chat_id"] == told.chat_id
    assert (await chat.http.get(path)).json() == before


async def test_deleting_stops_the_run_and_keeps_what_it_said(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=500, inter_delay=0.05)
    names: list[str] = []
    chat_id = ""
    async with chat.asking(SHIPS) as events:
        async for event in events:
            names.append(event.name)
            if names.count("delta") == 3 and event.name == "delta":
                assert (await chat.http.delete(f"/chats/{chat_id}")).status_code == 200
            elif event.name == "start":
                chat_id = event.data["chat_id"]
            elif event.name == "stopped":
                assert event.data["by"] == "user"

    assert names[-1] == "stopped"
    path = f"/chats/{chat_id}"
    assert problem(await chat.http.get(path))[0] == 404
    await chat.http.post(f"{path}/restore")
    assert (await chat.turns(chat_id))[-1]["status"] == "stopped"


async def test_all_chats_are_deleted_when_it_is_confirmed(
    start_server: StartServer, redis_url: str, namespace: str
) -> None:
    with start_server(namespace=namespace, answers="extractive") as server:
        async with open_chat_client(server.url) as chat:
            ids = [(await chat.http.post("/chats")).json()["chat_id"] for _ in range(3)]
            assert problem(await chat.http.delete("/chats"))[0] == 422

            gone = (await chat.http.delete("/chats?confirm=true")).json()

            assert sorted(gone["chat_ids"]) == sorted(ids)
            assert (await listed(chat))["chats"] == []
            await chat.http.post(f"/chats/{ids[0]}/restore")
            assert len((await listed(chat))["chats"]) == 1


async def test_an_owner_has_so_many_chats(start_server: StartServer, namespace: str) -> None:
    with start_server(namespace=namespace, max_chats=1) as server:
        async with open_chat_client(server.url) as chat:
            await chat.http.post("/chats")
            full = (409, PROBLEM, "too_many_chats")
            assert problem(await chat.http.post("/chats")) == full
            assert problem(await chat.http.post("/chat_stream", json={"message": "x"})) == full


async def test_feedback_is_kept_with_the_answer(chat: ChatClient) -> None:
    told = await chat.ask(SHIPS)
    answer = told.last.data["assistant_message_id"]
    path = f"/chats/{told.chat_id}/messages/{answer}/feedback"

    for _ in range(2):
        sent = await chat.http.post(path, json={"rating": "down", "comment": " no ships\n"})
        assert sent.status_code == 204
    assert (await chat.turns(told.chat_id))[1]["feedback"] == {
        "rating": "down",
        "comment": "no ships",
    }
    assert (await chat.turns(told.chat_id))[0]["feedback"] is None
    await chat.http.post(path, json={"rating": None})
    assert (await chat.turns(told.chat_id))[1]["feedback"] is None
    for wrong in ({"rating": "meh"}, {"rating": "up", "comment": "x" * 2001}):
        assert problem(await chat.http.post(path, json=wrong))[0] == 422
    question = told.last.data["user_message_id"]
    path = f"/chats/{told.chat_id}/messages/{question}/feedback"
    assert problem(await chat.http.post(path, json={"rating": "up"}))[0] == 404


async def test_an_edited_question_is_a_branch_with_its_own_history(
    chat: ChatClient, standin: Standin
) -> None:
    first = await chat.ask(SHIPS)
    second = await chat.ask("and in 2023?", chat_id=first.chat_id)
    replaced = second.last.data["user_message_id"]
    await standin.configure(aux_text="")

    edited = await chat.ask("and in Vessmark?", chat_id=first.chat_id, replaces=replaced)

    path = f"/chats/{first.chat_id}"
    assert await texts(chat, first.chat_id) == [SHIPS, "and in Vessmark?"]
    view = (await chat.http.get(path)).json()
    versions = [replaced, edited.last.data["user_message_id"]]
    assert [turn["siblings"] for turn in view["turns"]] == [[], [], versions, []]
    assert view["turns"][2]["parent_id"] == first.last.data["assistant_message_id"]
    assert view["leaf_id"] == edited.last.data["assistant_message_id"]
    condensed = [r for r in await standin.requests() if not r["body"].get("stream")]
    prompts = [str(r["body"]["messages"]) for r in condensed if "messages" in r["body"]]
    assert SHIPS in prompts[-1]
    assert "and in 2023?" not in prompts[-1]

    back = (await chat.http.patch(path, json={"leaf_id": replaced})).json()
    assert back["leaf_id"] == second.last.data["assistant_message_id"]
    assert await texts(chat, first.chat_id) == [SHIPS, "and in 2023?"]


async def test_a_retried_first_question_has_no_history(chat: ChatClient, standin: Standin) -> None:
    first = await chat.ask(SHIPS)

    again = await chat.ask(
        SHIPS, chat_id=first.chat_id, replaces=first.last.data["user_message_id"]
    )

    assert (await standin.stats())["aux"] == 0
    assert again.last.name == "done"
    assert len(await chat.turns(first.chat_id)) == 2


async def test_what_replaces_needs_a_chat(chat: ChatClient) -> None:
    asked = await chat.http.post("/chat_stream", json={"message": "x", "replaces": UNKNOWN})
    assert problem(asked)[0] == 422


async def test_the_last_messages_can_be_read_alone(chat: ChatClient) -> None:
    first = await chat.ask(SHIPS)
    await chat.ask(APPLES, chat_id=first.chat_id)

    view = (await chat.http.get(f"/chats/{first.chat_id}?last=2")).json()
    assert view["turns"][0]["text"] == APPLES
    assert (len(view["turns"]), view["message_count"]) == (2, 4)


async def test_an_export_as_json_has_all_branches(chat: ChatClient) -> None:
    first = await chat.ask(SHIPS)
    await chat.ask(APPLES, chat_id=first.chat_id, replaces=first.last.data["user_message_id"])

    answer = await chat.http.get(f"/chats/{first.chat_id}/export")

    assert answer.headers["content-disposition"].endswith(f'chat-{first.chat_id}.json"')
    exported = answer.json()
    assert [one["text"] for one in exported["messages"][::2]] == [SHIPS, APPLES]
    assert exported["messages"][1]["sources"] == first.last.data["sources"]
    assert not {"owner", "words"} & set(exported["messages"][0])


async def test_an_export_as_markdown_names_its_sources(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(text="They counted ships [1].")
    told = await chat.ask(SHIPS)

    answer = await chat.http.get(f"/chats/{told.chat_id}/export?format=md")

    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert f"# {SHIPS.rstrip('?')}\n" in answer.text
    assert f"> {SHIPS}" in answer.text
    assert "They counted ships [^1].\n" in answer.text
    assert f"[^1]: {QUILLMERE_2022.title}, " in answer.text


async def test_all_chats_are_exported_newest_first(chat: ChatClient) -> None:
    older = (await chat.ask(SHIPS)).chat_id
    newer = (await chat.ask(APPLES)).chat_id

    exported = (await chat.http.get("/chats/export")).json()["chats"]

    ids = [one["chat_id"] for one in exported]
    assert ids.index(newer) < ids.index(older)
    assert len(ids) == len(set(ids))
    assert f"> {APPLES}" in (await chat.http.get("/chats/export?format=md")).text


async def test_a_search_never_breaks_on_what_is_typed(chat: ChatClient) -> None:
    for q in ('"', "@owner:{*}", "*", "(", "a|b", "-x", "\\", "$w0", "=>{", "'", "%%", "\x00"):
        assert (await chat.http.get("/chats", params={"q": q})).status_code == 200


# What the model does in the background.


@pytest.fixture(scope="module")
def caring_server(start_server: StartServer) -> Iterator[Server]:
    with start_server(
        chat_titles=True,
        chat_summaries=True,
        model_suggestions=True,
        history_turns=1,
        model_retries=0,
    ) as server:
        yield server


@pytest.fixture
async def caring(caring_server: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    async with open_chat_client(caring_server.url) as client:
        yield client


async def asked_with(standin: Standin, prompt: str) -> list[str]:
    """The prompts of this kind that the model was given."""
    bodies = [r["body"] for r in await standin.requests() if "messages" in r["body"]]
    said = [str(body["messages"][-1]["content"]) for body in bodies]
    return [one for one in said if one.startswith(prompt[:40])]


async def title_of(chat: ChatClient, chat_id: str) -> str:
    return str((await chat.http.get(f"/chats/{chat_id}")).json()["title"])


async def test_the_model_suggests_questions_that_the_reports_answer_and_is_not_waited_for(
    caring: ChatClient, standin: Standin
) -> None:
    answered = "How many ships did Quillmere harbour count in 2022?"
    said = [
        f"[1] {answered}",
        "[1] Which zebras did the emperor of Atlantis paint in 1066?",
        "[1] How many ships does <b>https://evil.example</b> count?",
    ]
    await standin.configure(aux_text="\n".join(said), aux_delay=0.5)

    async def suggested() -> list[str]:
        found = await caring.http.get("/suggestions", params={"language": "en"})
        return [one["text"] for one in found.raise_for_status().json()["questions"]]

    made = await suggested()
    assert made
    assert answered not in made

    async def is_there() -> bool:
        return (await suggested())[0] == answered

    await until(is_there)
    assert set(await suggested()) <= {answered, *made}
    [prompt] = await asked_with(standin, "The id is ")
    assert QUILLMERE_2022.title in prompt


async def test_the_model_names_a_chat_after_its_first_answer(
    caring: ChatClient, standin: Standin
) -> None:
    await standin.configure(aux_text='"Ships of **Quillmere**."\n')
    told = await caring.ask(SHIPS)

    async def named() -> bool:
        return await title_of(caring, told.chat_id) == "Ships of **Quillmere"

    await until(named)
    [prompt] = await asked_with(standin, TITLE_PROMPT)
    assert SHIPS in prompt


async def test_the_model_never_renames_what_a_person_named(
    caring: ChatClient, standin: Standin
) -> None:
    await standin.configure(aux_text="The model's", aux_delay=0.3)
    told = await caring.ask(SHIPS)
    await caring.http.patch(f"/chats/{told.chat_id}", json={"title": "Mine"})
    # The next of the queue is done after it.
    other = await caring.ask(APPLES)

    async def named() -> bool:
        return await title_of(caring, other.chat_id) == "The model's"

    await until(named)
    assert await title_of(caring, told.chat_id) == "Mine"


async def test_a_model_that_fails_leaves_the_title(caring: ChatClient, standin: Standin) -> None:
    await standin.configure(fail="500", fail_kind="aux", fail_rate=1.0)
    told = await caring.ask(SHIPS)
    await standin.until(failed=1)

    assert await title_of(caring, told.chat_id) == SHIPS.rstrip("?")
    assert told.last.name == "done"


async def test_older_turns_are_summed_up_and_shown_as_history(
    caring: ChatClient, standin: Standin, redis_client: Redis, corpus: str
) -> None:
    await standin.configure(aux_text="They spoke of ships.")
    chats = ChatStore(redis_client, corpus)
    chat_id = (await caring.ask(SHIPS)).chat_id
    await caring.ask(APPLES, chat_id=chat_id)

    async def summed_up() -> bool:
        return (await chats.history(chat_id, DEFAULT_OWNER, last=1)).summary is not None

    await until(summed_up)
    [prompt] = await asked_with(standin, SUMMARY_PROMPT)
    assert SHIPS in prompt
    assert APPLES not in prompt
    await caring.ask("and then?", chat_id=chat_id)
    bodies = [str(r["body"].get("messages")) for r in await standin.requests()]
    assert any("They spoke of ships." in b and "and then?" in b and APPLES in b for b in bodies)


# The command.


def run_export(
    redis_url: str, namespace: str, folder: Path, *words: str
) -> "subprocess.CompletedProcess[str]":
    settings = {"CITEWIRE_REDIS_URL": redis_url, "CITEWIRE_NAMESPACE": namespace}
    command = [sys.executable, "-c", MAIN, "export", *words]
    env = {**settings, "CITEWIRE_DATA_DIR": str(folder), "PATH": "/usr/bin", "HOME": str(folder)}
    return subprocess.run(
        command, env=env, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )


async def test_the_command_exports_one_or_all(
    redis_client: Redis, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    chats = ChatStore(redis_client, namespace)
    for name in ("c1", "c2"):
        await chats.create(name, DEFAULT_OWNER, title=name, listed=True)

    every = await asyncio.to_thread(run_export, redis_url, namespace, tmp_path)
    assert every.returncode == 0, every.stderr
    assert [one["title"] for one in json.loads(every.stdout)["chats"]] == ["c2", "c1"]
    file = tmp_path / "one.md"
    words = ("--chat", "c1", "--format", "md", "-o", str(file))
    one = await asyncio.to_thread(run_export, redis_url, namespace, tmp_path, *words)
    assert (one.returncode, one.stdout) == (0, "")
    assert file.read_text().startswith("# c1\n")
    none = await asyncio.to_thread(run_export, redis_url, namespace, tmp_path, "--chat", "c9")
    assert (none.returncode, none.stdout) == (1, "")
    assert "there is no chat c9" in none.stderr


async def test_an_export_that_fails_leaves_the_file_as_it_was(
    redis_client: Redis, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    await ChatStore(redis_client, namespace).create("c1", DEFAULT_OWNER, title="x", listed=True)
    (tmp_path / "kept").write_text("of before")
    (tmp_path / "link").symlink_to("kept")
    (tmp_path / "kept").chmod(0o640)
    before = sorted(os.listdir(tmp_path))

    async def exported(chat_id: str, file: str) -> int:
        words = ("--chat", chat_id, "-o", str(tmp_path / file))
        done = await asyncio.to_thread(run_export, redis_url, namespace, tmp_path, *words)
        assert "Traceback" not in done.stderr
        return done.returncode

    assert await exported("c9", "kept") == 1
    assert await exported("c9", "new") == 1
    assert await exported("c1", "none/new") == 2
    assert sorted(os.listdir(tmp_path)) == before
    assert (tmp_path / "kept").read_text() == "of before"
    assert await exported("c1", "link") == 0
    assert await exported("c1", "/dev/null") == 0
    assert await exported("c1", "/dev/stdout") == 0  # a pipe
    assert sorted(os.listdir(tmp_path)) == before
    assert json.loads((tmp_path / "kept").read_text())["chat_id"] == "c1"
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o640


async def test_an_export_that_cannot_be_printed_says_so_in_one_line(
    redis_client: Redis, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    store = ChatStore(redis_client, namespace)
    for n in range(20):
        await store.create(f"c{n}", DEFAULT_OWNER, title="word " * 5000, listed=True)
    env = environment({"redis_url": redis_url, "namespace": namespace, "data_dir": tmp_path})
    root = Path(__file__).parents[2]
    run = partial(subprocess.run, env=env, cwd=root, capture_output=True, text=True)
    for end, said in (
        (">&-", "citewire: standard output is closed\n"),
        (">/dev/full", "citewire: No space left on device\n"),
        ("| true", ""),
    ):
        script = f"set -o pipefail; {sys.executable} -m citewire export {end}"
        failed = await asyncio.to_thread(run, ["bash", "-c", script], check=False)
        assert (failed.returncode, failed.stderr) == (1, said)


async def test_an_export_to_a_terminal_has_nothing_that_it_obeys(
    redis_client: Redis, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    store = ChatStore(redis_client, namespace)
    await store.create("c1", DEFAULT_OWNER, title="x", listed=True)
    asked = {"message_id": "m1", "role": "user", "text": "a\x1b[2Jb\u202ec", "status": "complete"}
    await store.append("c1", DEFAULT_OWNER, [asked], title="")
    env = environment({"redis_url": redis_url, "namespace": namespace, "data_dir": tmp_path})
    command = [sys.executable, "-m", "citewire", "export", "--format", "md"]
    root = Path(__file__).parents[2]
    terminal, end = os.openpty()
    try:
        done = await asyncio.to_thread(
            subprocess.run, command, env=env, cwd=root, stdout=end, check=False
        )
        told = os.read(terminal, 10_000).decode()
    finally:
        os.close(terminal)
        os.close(end)
    assert done.returncode == 0
    piped = await asyncio.to_thread(run_export, redis_url, namespace, tmp_path, "--format", "md")
    for text in (told, piped.stdout):
        assert "a�\\[2Jbc" in text, "nor in a file, which somebody may print to one"


async def test_a_chat_names_the_run_that_answers_it(
    chat: ChatClient, other: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=60, inter_delay=0.02)
    async with chat.asking("How many ships called in 2023?") as events:
        start = await anext(events)
        chat_id, run_id = start.data["chat_id"], start.data["run_id"]
        meanwhile = [(await one.http.get(f"/chats/{chat_id}")).json() for one in (chat, other)]
        followed = await other.http.get(f"/chat_stream/{run_id}")
        ended = [event.name async for event in events][-1]
    afterwards = (await other.http.get(f"/chats/{chat_id}")).json()

    assert [(seen["running"], seen["turns"]) for seen in meanwhile] == [(run_id, [])] * 2
    assert ended == "done"
    assert "event: done" in followed.text
    assert (afterwards["running"], len(afterwards["turns"])) == (None, 2)
