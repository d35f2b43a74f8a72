"""The chats, what is kept of runs, and the API keys, opened without a model."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from citewire.services.access.made_keys import MadeKeys
from citewire.settings import Settings
from citewire.storage.access.credentials import CredentialStore
from citewire.storage.chats.store import ChatStore, build_chats
from citewire.storage.connection.connection import open_redis
from citewire.storage.runs.records import RunRecordStore


@asynccontextmanager
async def open_chats(settings: Settings) -> AsyncGenerator[ChatStore, None]:
    """Open the chats; their index is created if there is none.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    async with open_redis(settings.storage) as client:
        chats = build_chats(client, settings)
        await chats.index.ensure()
        yield chats


@asynccontextmanager
async def open_past_runs(
    settings: Settings,
) -> AsyncGenerator[tuple[RunRecordStore, ChatStore], None]:
    """Open the records of runs and the chats with their turns, to be read.

    Raises:
        StorageUnavailable: Redis does not answer.
    """
    async with open_redis(settings.storage) as client:
        yield RunRecordStore(client, settings.storage.namespace), build_chats(client, settings)


@asynccontextmanager
async def open_made_keys(settings: Settings) -> AsyncGenerator[MadeKeys, None]:
    """Open the API keys that are made at run time.

    Raises:
        StorageUnavailable: Redis does not answer.
    """
    async with open_redis(settings.storage) as client:
        yield MadeKeys(CredentialStore(client, settings.storage.namespace))
