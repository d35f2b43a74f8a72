"""Passages of given documents: those like a vector, those with given words, those on a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.connection.fingerprint import Fingerprint, read_fingerprint
from citewire.storage.connection.replies import fields_of, says_unknown, storage_errors
from citewire.storage.keys import Keys
from citewire.text.words import sought_terms

MAX_WORDS = 24
"""So many words of a text are searched for, the longest ones."""
MAX_ON_PAGE = 200
MAX_SOUGHT = 64
"""So many words of a question are searched for, the first ones."""

RELATED_WEIGHT = 0.7
NAME_WEIGHT = 0.5
"""Little: Redis counts a name as often as it stands in the passage, and prose repeats it."""

MAX_FILTER = 2000
"""So many characters of a filter are told with each word."""
MOST_RANKED: Final = 5000
"""Of a large library so many passages are ranked by words, those with the rarest ones: what a
search costs grows with them. Of 30,000 made-up ones the first ten are .95 the same."""
FEWEST_RARE: Final = 3
"""So many of the rarest words are sought in any case."""
_SAFE_MEMBERS = 20
"""UNION_ITERATOR_HEAP of Redis search."""
_NO_WORD = "nosuchword"
"""Longer than any stem."""

_RETURNED = ("id", "doc_id", "text", "title", "page", "page_label", "start", "end", "body")

Query = tuple[str | bytes | int, ...]
"""The words of an FT.SEARCH after the name of the index."""
Found = dict[str, str]
"""The fields of one result."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that passages are searched for by, as `text.words.sought_terms` makes them.

    Args:
        asked: of the question.
        related: what stands for these in reports, which counts less.
        names: of the question, those that may name a report, its organisation or its year: they
            count more where a document is called so.
    """

    asked: tuple[str, ...]
    related: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def fielded(self) -> Iterator[tuple[str, float]]:
        """Each word with its fields in the words of Redis, and its weight."""
        for fields, words, weight in (
            ("terms|about", self.asked, 1.0),
            ("terms|about", self.related, RELATED_WEIGHT),
            ("about", self.names, NAME_WEIGHT),
        ):
            for word in tuple(dict.fromkeys(words))[:MAX_SOUGHT]:
                yield f"@{fields}:{word}", weight

    def to_query(self, within: str = "", counts: Mapping[str, int] = MappingProxyType({})) -> str:
        """In the words of Redis; empty if nothing is sought.

        One flat union, with the filter in each of its members. Redis search 2 loses passages where
        a union of few members stands in another query: of a question about 16 reports one in
        twenty of the first fifty, whole or for the words in which it is rich. It does not where
        there are 20 members, which is for filters that are too long to be told so often, and for
        large libraries: there the rarest words are sought, and what has them is ranked by all.

        Args:
            within: a filter of weight 0 (`filters.to_unscored_filter`); empty lets all pass.
            counts: how many passages have each of `fielded`; empty if all of them are ranked.
        """
        is_long = len(within) > MAX_FILTER
        # Redis takes weights from what has several members only.
        told = f"~{_NO_WORD}" if is_long or not within else within
        rare, common = _by_rarity(list(self.fielded()), counts)
        members = [f"({told} {word})=>{{$weight:{weight}}}" for word, weight in rare]
        if not members or not (is_long or common):
            return "|".join(members)
        times = -(-_SAFE_MEMBERS // len(members))
        others = [f"~(~{_NO_WORD} {word})=>{{$weight:{times * weight}}}" for word, weight in common]
        union = f"({'|'.join(members * times)})"
        return " ".join([*([within] if is_long else []), union, *others])


def _by_rarity(
    words: list[tuple[str, float]], counts: Mapping[str, int]
) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """The words that are sought, and those by which what is found is ranked besides."""
    if not counts:
        return words, []
    ordered = sorted(words, key=lambda one: counts.get(one[0], 0))
    ranked = 0
    for place, (word, _) in enumerate(ordered):
        ranked += counts.get(word, 0)
        if ranked > MOST_RANKED and place >= FEWEST_RARE:
            return ordered[:place], ordered[place:]
    return words, []


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage: characters `start` up to `end` of the text of `page` of a document.

    These stand from `body` on; what is before is repeated from elsewhere.
    """

    passage_id: str
    doc_id: str
    text: str
    title: str
    page: int
    page_label: str
    start: int
    end: int
    body: int = 0

    @classmethod
    def from_found(cls, fields: Found) -> Self:
        """The passage of one result."""
        return cls(
            passage_id=fields["id"],
            doc_id=fields["doc_id"],
            text=fields["text"],
            title=fields.get("title", ""),
            page=int(fields["page"]),
            page_label=fields.get("page_label", ""),
            start=int(fields["start"]),
            end=int(fields["end"]),
            body=int(fields.get("body", 0)),
        )


def to_command(index: str, query: Query) -> Query:
    """The words of the command that asks an index."""
    return ("FT.SEARCH", index, *query, "DIALECT", 2)


def read_found(reply: Sequence[Any]) -> list[Found]:
    """The results of an FT.SEARCH, best first: after their number, key and fields by turns."""
    return list(map(fields_of, reply[2::2]))


def like_vector(doc_id: str, vector: bytes, count: int) -> Query:
    """The `count` passages of a document nearest to a vector, which fits the index."""
    query = f"(@doc_id:{{{doc_id}}})=>[KNN {count} @vector $v AS distance]"
    return (query, *_returning(count), "SORTBY", "distance", "PARAMS", 2, "v", vector)


def with_words(doc_id: str, text: str, count: int, language: str = "") -> Query:
    """The `count` passages of a document that have most of the words of `text`, of its language."""
    words = sorted(sought_terms(text, (language,)), key=lambda word: (-len(word), word))
    # Without a word nothing is found, as it should be.
    wanted = "|".join(words[:MAX_WORDS]) or "0"
    return (f"@doc_id:{{{doc_id}}} @terms:({wanted})", *_returning(count))


def on_page(doc_id: str, page: int) -> Query:
    """All passages of a page."""
    return (f"@doc_id:{{{doc_id}}} @page:[{page} {page}]", *_returning(MAX_ON_PAGE))


class PassageSearch:
    """Searches the passages of a namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._namespace = namespace
        self._index = Keys(namespace).passage_index

    async def fingerprint(self) -> Fingerprint | None:
        """What the index was made with, if anybody noted it."""
        with storage_errors("the index"):
            return await read_fingerprint(self._client, self._namespace)

    async def search(self, queries: Sequence[Query]) -> list[list[Candidate]]:
        """What each query finds, best first, in one round trip.

        Without an index nothing is found.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses a query.
        """
        if not queries:
            return []
        with storage_errors("the search"):
            try:
                async with self._client.pipeline(transaction=False) as pipe:
                    for query in queries:
                        pipe.execute_command(*to_command(self._index, query))
                    replies = await pipe.execute()
            except ResponseError as error:
                if says_unknown(error):
                    return [[] for _ in queries]
                raise
        return [[Candidate.from_found(found) for found in read_found(reply)] for reply in replies]


def _returning(count: int) -> Query:
    return ("RETURN", len(_RETURNED), *_RETURNED, "LIMIT", 0, count)
