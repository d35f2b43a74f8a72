"""Vectors that are stored already, found by what was embedded.

Each passage bears a tag that is made of its library, of the model and of the text that was given
to it. Whoever looks for the vector of a text asks for the tags that it has in the libraries that
may be read: what lies in others has other tags, and takes no part in the search or in its time.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.connection.replies import as_text, says_unknown, storage_errors
from citewire.storage.keys import EMBEDDED_AS, index_name

MOST_LIBRARIES: Final = 100
"""In so many libraries is looked at most: each text has a tag in each of them."""


def text_digest(model: str, text: str) -> bytes:
    """Digest what is given to a model; the same only for the same text and model."""
    return hashlib.sha256(f"{model}\0{text}".encode("utf-8", "surrogatepass")).digest()


def embedded_as(digest: bytes, library: str) -> str:
    """The tag of a text in a library.

    Args:
        digest: of the text (`text_digest`).
        library: the tag of the library (`keys.owner_tag`).
    """
    return hashlib.blake2b(digest, key=library.encode(), digest_size=16).hexdigest()


class KeptVectors:
    """The vectors of an index.

    Args:
        client: connection that the caller opens and closes.
        index: its name.
        size: of a vector, in bytes.
    """

    def __init__(self, client: Redis, index: str, size: int) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._index = index
        self._size = size

    async def find(self, digests: Sequence[bytes], libraries: Sequence[str]) -> list[bytes | None]:
        """The stored vectors of texts, None where there is none; in one round trip.

        Args:
            digests: of the texts (`text_digest`).
            libraries: the tags of those that may be read; of more than `MOST_LIBRARIES` the first.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        among = libraries[:MOST_LIBRARIES]
        if not among:
            return [None] * len(digests)
        with storage_errors("the search"):
            async with self._client.pipeline(transaction=False) as pipe:
                for digest in digests:
                    tags = "|".join(embedded_as(digest, library) for library in among)
                    asked = ("FT.SEARCH", self._index, f"@{EMBEDDED_AS}:{{{tags}}}")
                    told = ("RETURN", 1, "vector", "LIMIT", 0, 1, "DIALECT", 2)
                    pipe.execute_command(*asked, *told)
                replies = await pipe.execute(raise_on_error=False)
            for reply in replies:
                if isinstance(reply, ResponseError) and says_unknown(reply):
                    return [None] * len(digests)  # Redis was emptied: nothing is stored
                if isinstance(reply, Exception):
                    raise reply
        return [self._vector_of(reply) for reply in replies]

    def _vector_of(self, reply: list[Any]) -> bytes | None:
        # The number of results, then of the first its key and its fields by turns.
        match reply:
            case [_, _, [_, bytes(vector)]] if len(vector) == self._size:
                return vector
        return None


async def library_tags(client: Redis, namespace: str) -> list[str]:
    """The tags of all libraries of a namespace that have passages.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    unchecked: Any = client
    with storage_errors("the search"):
        try:
            found = await unchecked.execute_command("FT.TAGVALS", index_name(namespace), "owner_id")
        except ResponseError as error:
            if not says_unknown(error):
                raise
            return []
    return sorted(map(as_text, found))
