"""Chats in Redis: whole turns under any concurrency, branches, undo, time to live, search."""

import asyncio
import os
import re
import signal
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from citewire.errors import ChatNotFound, MessageNotFound, TooManyChats
from citewire.settings import load_settings
from citewire.storage.chats.index import to_query
from citewire.storage.chats.record import Share
from citewire.storage.chats.shares import ChatShares
from citewire.storage.chats.store import ChatStore, build_chats
from citewire.storage.chats.words import find_words, searchable
from citewire.storage.connection.connection import open_client
from citewire.storage.keys import Keys
from tests.doubles.ingest_fixtures import keys_of

ANN, BOB = "ann", "bob"


def turn(number: int | str, asked: str = "", said: str = "") -> list[dict[str, Any]]:
    """A question and its answer."""
    return [
        {"message_id": f"{role[0]}{number}", "role": role, "text": text, "sources": [1.5, "é"]}
        for role, text in (
            ("user", asked or f"ask {number}"),
            ("assistant", said or f"say {number}"),
        )
    ]


@pytest.fixture
async def chats(redis_client: Redis, namespace: str) -> ChatStore:
    """A store with its index."""
    store = ChatStore(redis_client, namespace)
    await store.index.ensure()
    return store


async def told(chats: ChatStore, chat_id: str = "c", owner: str = ANN) -> list[str]:
    """The ids of the active path."""
    return [message["message_id"] for message in (await chats.read(chat_id, owner)).messages]


async def found(chats: ChatStore, q: str, owner: str = ANN) -> list[str]:
    hits, _ = await chats.search(owner, q, limit=10)
    return [chat.chat_id for chat, _ in hits]


async def test_what_is_appended_is_read(chats: ChatStore) -> None:
    await chats.create("c", ANN)
    await chats.append("c", ANN, turn(1), title="first")
    await chats.append("c", ANN, turn(2), title="second")

    chat = await chats.read("c", ANN)
    assert (chat.title, chat.leaf_id, chat.message_count) == ("first", "a2", 4)
    assert [m["message_id"] for m in chat.messages] == ["u1", "a1", "u2", "a2"]
    assert chat.messages[2] == {**turn(2)[0], "parent_id": "a1", "feedback": None}
    assert (await chats.read("c", ANN, last=2)).messages == chat.messages[2:]


async def test_history_is_words_only(chats: ChatStore) -> None:
    await chats.create("c", ANN)
    await chats.append("c", ANN, turn(1), title="")
    await chats.append("c", ANN, turn(2), title="")

    said = await chats.history("c", ANN, last=3)
    assert [m["text"] for m in said.messages] == ["say 1", "ask 2", "say 2"]
    assert set(said.messages[0]) == {"message_id", "role", "text"}
    assert (await chats.history("c", ANN, last=0)).messages == []


async def test_another_owner_s_chat_is_not_there(chats: ChatStore) -> None:
    await chats.create("c", ANN, listed=True)
    await chats.append("c", ANN, turn(1, "harbour"), title="harbour")

    calls = [
        chats.read("c", BOB),
        chats.history("c", BOB, last=2),
        chats.append("c", BOB, turn(2), title=""),
        chats.rename("c", BOB, "mine"),
        chats.switch("c", BOB, "u1"),
        chats.rate("c", BOB, "a1", None),
        chats.summarise("c", BOB, {}),
        chats.delete("c", BOB),
        chats.restore("c", BOB),
    ]
    for call in calls:
        with pytest.raises(ChatNotFound):
            await call
    assert (await chats.page(BOB, limit=5), await found(chats, "harbour", BOB)) == (([], None), [])
    assert await chats.ids(BOB) == []
    await chats.delete("c", ANN)
    with pytest.raises(ChatNotFound):
        await chats.restore("c", BOB)


async def test_twenty_writers_leave_whole_turns_in_one_path(chats: ChatStore) -> None:
    await chats.create("c", ANN)
    writers = [chats.append("c", ANN, turn(n), title=f"t{n}") for n in range(20)]
    again = [chats.append("c", ANN, turn(n), title="") for n in range(0, 20, 3)]
    names = [chats.rename("c", ANN, f"name {n}") for n in range(10)]

    await asyncio.gather(*writers, *names, *again)

    path = await told(chats)
    assert len(path) == 40
    assert [one[1:] for one in path[::2]] == [one[1:] for one in path[1::2]]
    assert {one[0] for one in path[::2]} == {"u"}
    assert (await chats.read("c", ANN)).title.startswith("name")


WRITER = """
import asyncio, itertools, sys
from citewire.storage.chats.store import ChatStore, build_chats
from citewire.storage.connection.connection import open_client
async def main():
    async with open_client(sys.argv[1]) as client:
        chats = ChatStore(client, sys.argv[2])
        for n in itertools.count():
            turn = [{"message_id": f"{r}{n}", "role": r, "text": "x" * 50_000} for r in "ua"]
            await chats.append("c", "ann", turn, title="t")
            print(n, flush=True)
asyncio.run(main())
"""


async def test_a_killed_writer_leaves_no_half_turn(
    chats: ChatStore, redis_url: str, namespace: str
) -> None:
    await chats.create("c", ANN)
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, redis_url, namespace, stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    for _ in range(20):
        await writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    await writer.wait()

    chat = await chats.read("c", ANN)
    assert len(chat.messages) == chat.message_count >= 40
    assert [m["role"] for m in chat.messages] == ["u", "a"] * (len(chat.messages) // 2)


async def test_an_edited_question_is_a_branch(chats: ChatStore) -> None:
    await chats.create("c", ANN)
    for number in (1, 2, 3):
        await chats.append("c", ANN, turn(number), title="")

    await chats.append("c", ANN, turn(4), title="", replaces="u2")

    chat = await chats.read("c", ANN)
    assert [m["message_id"] for m in chat.messages] == ["u1", "a1", "u4", "a4"]
    assert chat.siblings == {"u2": ["u2", "u4"], "u4": ["u2", "u4"]}
    assert len((await chats.read("c", ANN, whole=True)).messages) == 8
    await chats.switch("c", ANN, "u2")
    assert await told(chats) == ["u1", "a1", "u2", "a2", "u3", "a3"]
    await chats.append("c", ANN, turn(5), title="")
    assert (await told(chats))[-2:] == ["u5", "a5"]


async def test_the_first_question_can_be_replaced(chats: ChatStore) -> None:
    await chats.create("c", ANN)
    await chats.append("c", ANN, turn(1), title="")

    assert (await chats.history("c", ANN, last=5, replaces="u1")).messages == []
    await chats.append("c", ANN, turn(2), title="", replaces="u1")
    assert await told(chats) == ["u2", "a2"]


async def test_unknown_messages_are_refused(chats: ChatStore) -> None:
    await chats.create("c", ANN)
    await chats.append("c", ANN, turn(1), title="")

    for call in (
        chats.history("c", ANN, last=1, replaces="nope"),
        chats.append("c", ANN, turn(2), title="", replaces="nope"),
        chats.switch("c", ANN, "nope"),
        chats.rate("c", ANN, "nope", None),
        chats.rate("c", ANN, "u1", None),
    ):
        with pytest.raises(MessageNotFound):
            await call
    assert await told(chats) == ["u1", "a1"]


async def test_a_model_never_renames_what_a_person_named(chats: ChatStore) -> None:
    await chats.create("c", ANN)
    await chats.append("c", ANN, turn(1), title="from the question")
    await chats.rename("c", ANN, "from the model", by="model")
    assert (await chats.read("c", ANN)).title == "from the model"
    await chats.rename("c", ANN, "mine")
    await chats.rename("c", ANN, "again", by="model")
    assert (await chats.read("c", ANN)).title == "mine"


async def test_a_deleted_chat_is_hidden_and_comes_back_whole(
    chats: ChatStore, redis_client: Redis, namespace: str
) -> None:
    await chats.create("c", ANN)
    await chats.append("c", ANN, turn(1, "the harbour"), title="ships")
    before = await chats.read("c", ANN)

    await chats.delete("c", ANN)

    assert (await found(chats, "harbour"), await found(chats, "ships")) == ([], [])
    assert (await chats.page(ANN, limit=5))[0] == []
    for call in (chats.read("c", ANN), chats.delete("c", ANN)):
        with pytest.raises(ChatNotFound):
            await call
    trash = [key for key in await keys_of(redis_client, namespace) if ":trash:" in key]
    assert len(trash) == 4
    for key in trash:
        assert 0 < await redis_client.pttl(key) <= 601_000
    await chats.restore("c", ANN)
    assert await chats.read("c", ANN) == before
    assert await found(chats, "harbour") == ["c"]
    for key in await keys_of(redis_client, namespace):
        assert await redis_client.pttl(key) == -1
    with pytest.raises(ChatNotFound):
        await chats.restore("c", ANN)


async def test_an_untouched_chat_ends_with_all_its_keys(
    redis_client: Redis, namespace: str
) -> None:
    chats = ChatStore(redis_client, namespace, ttl_s=1)
    await chats.index.ensure()
    for name in ("old", "touched"):
        await chats.create(name, ANN, listed=True)
        await chats.append(name, ANN, turn(name), title=name)
    await asyncio.sleep(0.7)
    await chats.rename("touched", ANN, "again")
    await asyncio.sleep(0.7)

    assert [chat.chat_id for chat in (await chats.page(ANN, limit=5))[0]] == ["touched"]
    assert await found(chats, "ask") == ["touched"]
    assert await chats.sweep() == (["old"], set())
    assert await chats.ids(ANN) == ["touched"]
    await asyncio.sleep(1.0)
    assert not [key for key in await keys_of(redis_client, namespace) if ":old" in key]


async def test_what_a_chat_cited_is_kept_until_it_is_gone_for_good(
    chats: ChatStore, redis_client: Redis, namespace: str
) -> None:
    passage, snapshot = f"{namespace}:passage:d-1-0", f"{namespace}:snapshot:d-1-0"
    await redis_client.hset(passage, mapping={"doc_id": "d", "text": "ships"})  # type: ignore[misc]
    await chats.create("c", ANN)
    await chats.append("c", ANN, turn(1), title="", passage_ids=["d-1-0", "d-2-0"])

    await chats.delete("c", ANN)
    assert await chats.sweep() == ([], set())
    await chats.restore("c", ANN)
    assert await redis_client.exists(snapshot) == 1
    await chats.delete("c", ANN)
    for key in await keys_of(redis_client, namespace):
        if ":trash:" in key:
            await redis_client.delete(key)  # as Redis does after ten minutes
    ending = f"{namespace}:chats:ending"
    await redis_client.zadd(ending, {(await redis_client.zrange(ending, 0, -1))[0]: 1})

    assert await chats.sweep() == (["c"], {"d"})
    assert await redis_client.exists(snapshot) == 0


async def test_the_time_to_live_is_set_in_days(redis_client: Redis, namespace: str) -> None:
    settings = load_settings(namespace=namespace, chat_ttl_days=2)
    await build_chats(redis_client, settings).create("c", ANN, listed=True)

    assert 2 * 86_400 - 5 < await redis_client.ttl(f"{namespace}:chat:c:head") <= 2 * 86_400


async def test_without_a_time_to_live_a_written_chat_stays(
    chats: ChatStore, redis_client: Redis, namespace: str
) -> None:
    await chats.create("c", ANN)
    head = f"{namespace}:chat:c:head"
    assert 0 < await redis_client.ttl(head) <= 24 * 3600
    await chats.append("c", ANN, turn(1), title="")

    assert await redis_client.ttl(head) == -1
    assert await redis_client.zcard(f"{namespace}:chats:ending") == 0


async def test_an_owner_has_so_many_chats(redis_client: Redis, namespace: str) -> None:
    chats = ChatStore(redis_client, namespace, limit=2)
    await chats.create("a", ANN)
    await chats.create("b", ANN)
    with pytest.raises(TooManyChats):
        await chats.create("c", ANN)
    await chats.create("d", BOB)
    await chats.delete("a", ANN)
    await chats.create("c", ANN)


async def test_pages_show_each_chat_once_while_others_write(chats: ChatStore) -> None:
    for number in range(25):
        await chats.create(f"c{number}", ANN, listed=True, title=f"chat {number}")

    seen: list[str] = []
    before = None
    while True:
        page, before = await chats.page(ANN, limit=4, before=before)
        seen += [chat.chat_id for chat in page]
        # One that was shown and one that was not are written to.
        await chats.append(seen[0], ANN, turn(len(seen)), title="")
        await chats.create(f"new{len(seen)}", ANN, listed=True)
        if before is None:
            break
    assert seen == [f"c{number}" for number in reversed(range(25))]


async def test_a_chat_without_a_turn_is_not_listed_unless_wanted(chats: ChatStore) -> None:
    await chats.create("wanted", ANN, listed=True)
    await chats.create("asking", ANN)
    assert [chat.chat_id for chat in (await chats.page(ANN, limit=5))[0]] == ["wanted"]
    await chats.append("asking", ANN, turn(1), title="")
    assert [chat.chat_id for chat in (await chats.page(ANN, limit=5))[0]] == ["asking", "wanted"]


TEXTS = {
    "es": "¿Cuántos árboles plantó la Administración en Córdoba?",
    "zh": "2023年港口的吞吐量是多少？",
    "emoji": "The ships 🚢🎉 came",
    "ru": "Гавань приняла суда",
    "hi": "हिन्दी में रिपोर्ट",
    "th": "รายงานประจำปี",
    "quote": 'it\'s "quoted" @owner:{x} -(a|b)~% $w0* and [1 2]',
}


@pytest.mark.parametrize(
    ("q", "language"),
    [
        ("arboles", "es"),
        ("ÁRBOL", "es"),
        ("cordoba administr", "es"),
        ("吞吐量", "zh"),
        ("港口", "zh"),
        ("2023", "zh"),
        ("🚢", "emoji"),
        ("🎉 ship", "emoji"),
        ("гаван", "ru"),
        ("हिन्दी", "hi"),
        ("ประจำ", "th"),
        ('"quoted"', "quote"),
        ("@owner:{x}", "quote"),
        ("it's", "quote"),
        ("a", "quote"),
    ],
)
async def test_search_in_any_script(chats: ChatStore, q: str, language: str) -> None:
    for name, text in TEXTS.items():
        await chats.create(name, ANN)
        await chats.append(name, ANN, turn(name, text), title="-")

    assert await found(chats, q) == [language]


@pytest.mark.parametrize("q", ["口港", "boles", "nothing", "ships nothing", "", " ", "*", "?!"])
async def test_what_is_not_said_is_not_found(chats: ChatStore, q: str) -> None:
    for name, text in TEXTS.items():
        await chats.create(name, ANN)
        await chats.append(name, ANN, turn(name, text), title="-")

    assert await found(chats, q) == []


async def test_search_reads_titles_and_pages_newest_first(chats: ChatStore) -> None:
    for number in range(5):
        await chats.create(f"c{number}", ANN)
        await chats.append(f"c{number}", ANN, turn(number, "harbour"), title="Vessmark apples")

    assert await found(chats, "vess app") == ["c4", "c3", "c2", "c1", "c0"]
    first, before = await chats.search(ANN, "harb", limit=2)
    second, before = await chats.search(ANN, "harb", limit=2, before=before)
    last, end = await chats.search(ANN, "harb", limit=2, before=before)
    assert [c.chat_id for c, _ in (*first, *second, *last)] == ["c4", "c3", "c2", "c1", "c0"]
    assert end is None
    assert {(hit.message_id, hit.text) for _, hit in first} == {
        ("u4", "harbour"),
        ("u3", "harbour"),
    }


async def test_a_flushed_index_is_made_again(
    chats: ChatStore, redis_client: Redis, namespace: str
) -> None:
    await redis_client.execute_command("FT.DROPINDEX", Keys(namespace).chat_index)  # type: ignore[no-untyped-call]
    assert (await chats.page(ANN, limit=5))[0] == []


@given(text=st.text(max_size=200))
def test_words_are_words_whatever_was_typed(text: str) -> None:
    for word in find_words(text):
        assert word.text
        assert all(c.isalnum() or c == "_" or not c.isascii() for c in word.text)
        assert text[word.start : word.end]
    assert searchable(text) == " ".join(word.text for word in find_words(text))


CLAUSES = re.compile(
    r"(( |^)(\$w\d+|\(\$w\d+\|\$w\d+\*\)"
    r"|\(\(\$w\d+( \$w\d+)+\) => \{\$slop: 0; \$inorder: true\}\)))*"
)
HOSTILE = st.text(
    st.one_of(st.sampled_from("@{}[]()|-~*%$\"\\'`:;,.<>=!&^#? \n\0"), st.characters()), max_size=60
)


@hypothesis_settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(q=HOSTILE)
def test_no_query_reaches_another_owner_or_breaks(redis_url: str, namespace: str, q: str) -> None:
    async def ask() -> None:
        async with open_client(redis_url) as client:
            chats = ChatStore(client, namespace)
            if not await chats.ids(BOB):
                await chats.index.ensure()
                await chats.create("b", BOB, listed=True, title="secret")
                await chats.append("b", BOB, turn(1, "a b c secret 1 2 3"), title="")
            assert await chats.search(ANN, q, limit=5) == ([], None)
            hits, _ = await chats.search(BOB, q + " secret", limit=5)
            assert [chat.chat_id for chat, _ in hits] in ([], ["b"])
            assert hits or searchable(q)

    asyncio.run(ask())
    query, params = to_query(q)
    assert CLAUSES.fullmatch(query)
    assert len(params) <= 16


async def test_a_share_is_of_the_path_as_it_was_and_ends_with_the_chat(
    chats: ChatStore, redis_client: Redis, namespace: str
) -> None:
    shares = ChatShares(redis_client, namespace)
    await chats.create("c", ANN)
    await chats.append("c", ANN, turn(1), title="first")
    await shares.begin("c", ANN, Share("k", "a1", "now", ANN))
    await chats.append("c", ANN, turn(2), title="second")
    await chats.append("c", ANN, turn(3), title="third", replaces="u1")
    shared = await shares.read("c", "k")
    again = await shares.begin("c", ANN, Share("other", "a2", "later", ANN))

    assert [one["message_id"] for one in shared.messages] == ["u1", "a1"]
    assert again.share == Share("k", "a2", "later", ANN)
    assert [one["message_id"] for one in (await shares.read("c", "k")).messages][2:] == ["u2", "a2"]
    for key in ("other", "", "K"):
        with pytest.raises(ChatNotFound):
            await shares.read("c", key)
    with pytest.raises(ChatNotFound):
        await shares.begin("c", BOB, Share("bobs", "a2", "later", BOB))
    with pytest.raises(ChatNotFound):
        await shares.end("c", BOB)

    await chats.purge("c", ANN)  # as when the owner is forgotten
    with pytest.raises(ChatNotFound):
        await shares.read("c", "k")
