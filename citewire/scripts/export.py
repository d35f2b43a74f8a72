"""`citewire export`: one chat or all of them, as JSON or Markdown."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing, nullcontext
from pathlib import Path
from typing import BinaryIO, Literal

from citewire.errors import ConfigurationError
from citewire.services.chat_export import FILES, all_chats, to_json, to_markdown
from citewire.settings import Settings
from citewire.storage.chats import ChatStore, build_chats
from citewire.storage.connection import open_redis
from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.old_chats import move_old_chats

Format = Literal["json", "md"]


def export(
    settings: Settings, *, owner: str, chat_id: str | None, format: Format, file: Path | None
) -> int:
    """Write a chat, or all of the owner if `chat_id` is None, to a file or to standard output."""
    try:
        with file.open("wb") if file else nullcontext(sys.stdout.buffer) as out:
            asyncio.run(_export(settings, owner, chat_id, format, out))
            out.flush()
    except OSError as error:
        raise ConfigurationError(f"{file or 'standard output'}: {error.strerror}") from error
    return 0


async def _export(
    settings: Settings, owner: str, chat_id: str | None, format: Format, out: BinaryIO
) -> None:
    async with open_redis(settings) as client:
        chats = build_chats(client, settings)
        await chats.index.ensure()
        await move_old_chats(client, settings.namespace, DEFAULT_OWNER)
        async with aclosing(_pieces(chats, owner, chat_id, format)) as pieces:
            async for piece in pieces:
                out.write(piece)


async def _pieces(
    chats: ChatStore, owner: str, chat_id: str | None, format: Format
) -> AsyncGenerator[bytes, None]:
    if chat_id is None:
        async for piece in FILES[format](all_chats(chats, owner)):
            yield piece
        return
    chat = await chats.read(chat_id, owner, whole=True)
    yield to_json(chat) + b"\n" if format == "json" else to_markdown(chat).encode()
