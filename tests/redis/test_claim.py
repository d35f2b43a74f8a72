"""A chat is claimed and read in one script."""

import pytest
from redis.asyncio import Redis

from citewire.errors import ChatBusy, ChatNotFound, MessageNotFound
from citewire.storage.chats.store import ChatStore
from citewire.storage.runs.registry import RunClaim, RunStore

ANN = "ann"
SAID = [
    {"message_id": "u1", "role": "user", "text": "How many ships?"},
    {"message_id": "a1", "role": "assistant", "text": "Three.", "finish_reason": "stop"},
]


@pytest.fixture
def runs(redis_client: Redis, namespace: str) -> RunStore:
    return RunStore(redis_client, namespace, worker="w", lease_s=60, running_s=60, kept_s=60)


@pytest.fixture
def chats(redis_client: Redis, namespace: str) -> ChatStore:
    return ChatStore(redis_client, namespace)


def claim(run_id: str, chat_id: str = "c", asked: str = "") -> RunClaim:
    return RunClaim(run_id, chat_id, ANN, "now", b"{}", asked, "body")


async def test_a_claim_brings_what_was_said(runs: RunStore, chats: ChatStore) -> None:
    await chats.create("c", ANN)
    await chats.append("c", ANN, SAID, title="Ships")

    claimed = await runs.claim(claim("r"), chats.reading("c", ANN, last=5))

    assert chats.as_history("c", claimed.read) == await chats.history("c", ANN, last=5)
    assert [one["message_id"] for one in chats.as_history("c", claimed.read).messages] == [
        "u1",
        "a1",
    ]


async def test_what_is_not_claimed_is_not_read(runs: RunStore, chats: ChatStore) -> None:
    await chats.create("c", ANN)
    await runs.claim(claim("first", asked="key"))

    joined = await runs.claim(claim("second", asked="key"), chats.reading("c", ANN, last=5))
    assert (joined.joined, joined.read) == ("first", None)
    with pytest.raises(ChatBusy):
        await runs.claim(claim("third"), chats.reading("c", ANN, last=5))


async def test_what_cannot_be_read_is_told(runs: RunStore, chats: ChatStore) -> None:
    unknown = await runs.claim(claim("r", "d"), chats.reading("d", ANN, last=5))
    with pytest.raises(ChatNotFound):
        chats.as_history("d", unknown.read)

    await chats.create("c", ANN)
    replaced = await runs.claim(claim("q"), chats.reading("c", ANN, last=5, replaces="nope"))
    with pytest.raises(MessageNotFound):
        chats.as_history("c", replaced.read)
