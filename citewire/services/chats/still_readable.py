"""Old chats as their owners may read them by now: of lost reports only what was quoted."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from citewire.services.access.caller import Caller
from citewire.services.access.reach import Reaching
from citewire.services.answers.kept_quotes import only_quotes_of_lost
from citewire.storage.chats.record import Chat


async def still_readable(chat: Chat, reaching: Reaching, caller: Caller) -> Chat:
    """A chat without what its owner, who asks, may read no longer; raises as `Reaching.of`."""
    if not any(message.get("sources") for message in chat.messages):
        return chat
    readable = (await reaching.of(caller)).collections
    left = [dict(only_quotes_of_lost(message, readable)) for message in chat.messages]
    return replace(chat, messages=left)


async def those_still_readable(
    chats: AsyncGenerator[Chat, None], reaching: Reaching, caller: Caller
) -> AsyncGenerator[Chat, None]:
    """The same of many, each as of when it is given."""
    async with aclosing(chats):
        async for chat in chats:
            yield await still_readable(chat, reaching, caller)
