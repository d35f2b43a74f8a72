"""Which folders have something to search."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.connection.replies import says_unknown, storage_errors
from citewire.storage.keys import Keys, Libraries, folder_id
from citewire.storage.library.search import to_command


async def missing_folders(
    client: Redis, namespace: str, names: Sequence[str], libraries: Libraries
) -> list[str]:
    """Name the folders of which no library has a passage, in one round trip.

    Args:
        client: connection that the caller opens and closes.
        namespace: whose passages.
        names: of folders; each is one of every library that has one of that name.
        libraries: that are looked into.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    if not names:
        return []
    index = Keys(namespace).passage_index
    connection: Any = client  # the stubs mix the results of both forms of the client
    with storage_errors("the folders"):
        try:
            async with connection.pipeline(transaction=False) as pipe:
                for name in names:
                    tags = "|".join(folder_id(name, library) for library in libraries)
                    query = (f"@folder_id:{{{tags}}}", "LIMIT", 0, 0)
                    pipe.execute_command(*to_command(index, query))
                found = await pipe.execute()
        except ResponseError as error:
            if says_unknown(error):  # nothing was ever put in
                return list(names)
            raise
    return [name for name, reply in zip(names, found, strict=True) if not int(reply[0])]
