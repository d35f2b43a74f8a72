"""The index of the chats: how they are listed and searched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.chats.words import Word, find_runs, find_words
from citewire.storage.connection.replies import fields_of, says_unknown, storage_errors
from citewire.storage.index.live import read_live_index
from citewire.storage.keys import Keys

MOST_WORDS = 16
"""Words of a search that count."""
_SHORTEST_PREFIX = 2  # Redis refuses to look for all words that begin with one letter

_FIELDS = {
    "kind": ("TAG", "CASESENSITIVE"),
    "owner": ("TAG", "CASESENSITIVE"),
    "chat_id": ("TAG", "SORTABLE"),
    "created": ("NUMERIC", "SORTABLE"),
    "updated": ("NUMERIC", "SORTABLE"),
    "listed": ("NUMERIC",),
    "words": ("TEXT", "NOSTEM"),
}
_WANTED = {
    name: "tag (case-sensitive)" if "CASESENSITIVE" in kind else kind[0].lower()
    for name, kind in _FIELDS.items()
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A chat that was found: its head, and the text of its newest match."""

    head: dict[str, Any]
    message_id: str | None
    text: str


class ChatIndex:
    """Lists and searches the chats of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs have no commands of modules.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._name = self._keys.chat_index

    async def ensure(self) -> None:
        """Create the index, or make it anew if its fields are others: it can be made from keys.

        Redis fills it in the background: for a moment not all chats are found.
        """
        with storage_errors("the index of the chats"):
            live = await read_live_index(self._client, self._name)
            if live is not None and live.fields != _WANTED:
                await self._client.execute_command("FT.DROPINDEX", self._name)
                live = None
            if live is None:
                await self._create()

    async def page(
        self, owner: str, *, limit: int, before: int | None
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Heads of the listed chats, newest first, updated before `before`; and what is next."""
        query = "@kind:{chat} @owner:{$owner} @listed:[1 1]"
        if before is not None:
            query += f" @updated:[-inf {before - 1:d}]"
        reply = await self._ask(
            "FT.SEARCH", query, {"owner": owner},
            "SORTBY", "updated", "DESC", "LIMIT", 0, limit + 1, "RETURN", 1, "$",
        )  # fmt: skip
        fields = [fields_of(found) for found in reply[2::2] if found]
        heads = [orjson.loads(found["$"]) for found in fields if "$" in found]
        return heads[:limit], heads[limit - 1]["updated"] if len(heads) > limit else None

    async def search(
        self, owner: str, q: str, *, limit: int, before: int | None
    ) -> tuple[list[Hit], int | None]:
        """Chats that hold all words of `q` in their title or in one message, newest match first.

        A word matches those that begin with it.
        """
        query, words = to_query(q)
        if not query:
            return [], None
        newest = [] if before is None else ["FILTER", f"@at < {before:d}"]
        reply = await self._ask(
            "FT.AGGREGATE", f"@owner:{{$owner}} @words:({query})", {"owner": owner, **words},
            "LOAD", 1, "@__key", "GROUPBY", 1, "@chat_id",
            "REDUCE", "MAX", 1, "@updated", "AS", "at",
            "REDUCE", "FIRST_VALUE", 4, "@__key", "BY", "@updated", "DESC", "AS", "best",
            *newest, "SORTBY", 2, "@at", "DESC", "LIMIT", 0, limit + 1,
        )  # fmt: skip
        rows = [fields_of(row) for row in reply[1:]]
        hits = await self._hits(rows[:limit]) if rows else []
        return hits, _stamp(rows[limit - 1]) if len(rows) > limit else None

    async def _hits(self, rows: Sequence[Mapping[str, str]]) -> list[Hit]:
        keys = [self._keys.chat_head(row["chat_id"]) for row in rows]
        keys += [row["best"] for row in rows]
        with storage_errors("the search"):
            found = await self._client.execute_command("JSON.MGET", *keys, "$")
        docs = [orjson.loads(one)[0] if one else None for one in found]
        hits = []
        for head, best in zip(docs[: len(rows)], docs[len(rows) :], strict=True):
            # Either may have been deleted since; a chat without a turn is not listed.
            if head and best and head["listed"]:
                text = best.get("text", best.get("title", ""))
                hits.append(Hit(head, best.get("message_id"), text))
        return hits

    async def _ask(
        self, command: str, query: str, params: Mapping[str, str], *rest: str | int
    ) -> list[Any]:
        given = [part for pair in params.items() for part in pair]
        words = (command, self._name, query, *rest, "PARAMS", len(given), *given, "DIALECT", 2)
        with storage_errors("the search"):
            try:
                reply: list[Any] = await self._client.execute_command(*words)
            except ResponseError as error:
                if not says_unknown(error):
                    raise
                # Redis was emptied or replaced.
                await self._create()
                reply = await self._client.execute_command(*words)
        return reply

    async def _create(self) -> None:
        fields = [
            part for name, kind in _FIELDS.items() for part in (f"$.{name}", "AS", name, *kind)
        ]
        try:
            await self._client.execute_command(
                "FT.CREATE", self._name, "ON", "JSON", "PREFIX", 1, self._keys.chat(""),
                "STOPWORDS", 0, "SCHEMA", *fields,
            )  # fmt: skip
        except ResponseError as error:
            if "already exists" not in str(error).lower():
                raise


def to_query(q: str) -> tuple[str, dict[str, str]]:
    """What to ask Redis for the words of `q`, which are all given as parameters."""
    runs = find_runs(islice(find_words(q), MOST_WORDS))
    params = {f"w{n}": word.text for n, word in enumerate(word for run in runs for word in run)}
    names = iter(params)
    return " ".join(_clause(run, names) for run in runs), params


def _clause(run: Sequence[Word], names: Any) -> str:
    if len(run) > 1:
        in_a_row = " ".join(f"${next(names)}" for _ in run)
        return f"(({in_a_row}) => {{$slop: 0; $inorder: true}})"
    name = next(names)
    is_whole = run[0].is_whole or len(run[0].text) < _SHORTEST_PREFIX
    # Also the word itself: Redis looks at the first 200 words with a prefix only.
    return f"${name}" if is_whole else f"(${name}|${name}*)"


def _stamp(row: Mapping[str, str]) -> int:
    return int(float(row["at"]))
