"""The index as Redis reports it (`FT.INFO`), in the same words as the schema that we want."""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redisvl.schema import IndexSchema
from redisvl.schema.fields import FieldTypes

from citewire.storage.connection.replies import as_text, says_unknown, storage_errors

_FIELD_KEYS = frozenset({"identifier", "attribute", "type", "algorithm", "data_type", "dim"}) | {
    "distance_metric"
}


UNINDEXED = frozenset({"id", "text"})
"""Fields of the schema that LlamaIndex wants and nobody searches: passages are read by their keys,
and words are found by our stems."""


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """What `FT.INFO` says of an index.

    `fields` maps each name to a description such as `tag (case-sensitive)`; `percent_indexed`
    goes from 0 to 1; `failures` counts the passages that Redis holds but cannot find.
    """

    fields: dict[str, str]
    passages: int
    failures: int
    last_failure: str
    indexing: bool
    percent_indexed: float


async def read_live_index(client: Redis, name: str) -> LiveIndex | None:
    """Ask Redis for the index called `name`; None if there is none.

    Raises:
        redis.exceptions.RedisError: Redis does not answer; for the caller to translate.
    """
    try:
        reply = await client.execute_command("FT.INFO", name)  # type: ignore[no-untyped-call]
    except ResponseError as error:
        if says_unknown(error):
            return None
        raise
    told = _as_dict(reply)
    errors = _as_dict(told.get("Index Errors", []))
    return LiveIndex(
        fields=dict(_describe_live(field) for field in told["attributes"]),
        passages=int(told["num_docs"]),
        failures=int(told["hash_indexing_failures"]),
        last_failure=as_text(errors.get("last indexing error", "not told")),
        indexing=bool(int(told["indexing"])),
        percent_indexed=float(told["percent_indexed"]),
    )


async def look_at_index(client: Redis, name: str) -> LiveIndex | None:
    """Ask as `read_live_index`, for whoever only wants to know.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    with storage_errors("to tell of the index"):
        return await read_live_index(client, name)


def wanted_fields(schema: IndexSchema) -> dict[str, str]:
    """The fields of `schema`, described as `LiveIndex.fields` describes them."""
    described = {}
    for name, field in schema.fields.items():
        if name in UNINDEXED:
            continue
        attrs: Any = field.attrs
        kind = FieldTypes(field.type).value  # a plain string or the enum, as redisvl pleases
        if kind == "vector":
            parts = (attrs.algorithm.value, attrs.datatype.value, attrs.distance_metric.value)
            described[name] = _vector(*parts, attrs.dims)
        else:
            described[name] = _plain(kind, getattr(attrs, "case_sensitive", False))
    return described


def _describe_live(reply: Any) -> tuple[str, str]:
    told, flags = _field_reply(reply)
    if told["type"].lower() == "vector":
        kind = _vector(
            told.get("algorithm", "?"),
            told.get("data_type", "?"),
            told.get("distance_metric", "?"),
            told.get("dim", "?"),
        )
        return told["attribute"], kind
    return told["attribute"], _plain(told["type"], "CASESENSITIVE" in flags)


def _field_reply(reply: Any) -> tuple[dict[str, str], set[str]]:
    # RESP2 mixes pairs and bare flags in one list; RESP3 gives a map with a list of flags.
    if isinstance(reply, dict):
        pairs = {as_text(k): v for k, v in reply.items()}
        flags = {as_text(flag) for flag in pairs.pop("flags", [])}
        return {k: as_text(v) for k, v in pairs.items()}, flags
    words = [as_text(word) for word in reply]
    told: dict[str, str] = {}
    rest: set[str] = set()
    position = 0
    while position < len(words):
        if words[position] in _FIELD_KEYS and position + 1 < len(words):
            told[words[position]] = words[position + 1]
            position += 2
        else:
            rest.add(words[position])
            position += 1
    return told, rest


def _as_dict(reply: Any) -> dict[str, Any]:
    if isinstance(reply, dict):
        return {as_text(k): v for k, v in reply.items()}
    return {as_text(k): v for k, v in zip(reply[::2], reply[1::2], strict=True)}


def _vector(algorithm: object, datatype: object, metric: object, dims: object) -> str:
    return f"vector ({algorithm}, {datatype}, {metric}, {dims} dimensions)".lower()


def _plain(kind: object, case_sensitive: bool) -> str:
    return f"{kind}{' (case-sensitive)' if case_sensitive else ''}".lower()
