"""A passage as the fields of a Redis hash, without its vector; made in the processes that read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import ml_dtypes
import numpy as np
from llama_index.core.schema import BaseNode, MetadataMode
from redisvl.schema import IndexSchema

from citewire.errors import IndexMismatch
from citewire.storage.connection.fingerprint import REMEDY, VectorType
from citewire.storage.keys import Fields

_DTYPES: dict[VectorType, np.dtype[Any]] = {
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "float32": np.dtype("<f4"),
}


def passage_fields(node: BaseNode) -> Fields:
    """The fields that `PassageStore` reads again: the text, and all metadata one by one.

    Made here, because `RedisVectorStore.async_add` does it on the event loop, at the price of a
    fifth of a millisecond per passage. It adds the whole node as JSON, which nobody reads: a
    kilobyte of memory. Metadata without a value are left out, which Redis would refuse.
    """
    fields = {
        **{key: value for key, value in node.metadata.items() if value is not None},
        "id": node.node_id,
        "doc_id": node.ref_doc_id,
        "text": node.get_content(metadata_mode=MetadataMode.NONE),
    }
    return cast("Fields", fields)


@dataclass(frozen=True, slots=True)
class VectorField:
    """What the vectors of an index are: looked up once, since a schema takes long to tell it."""

    index: str
    dims: int
    dtype: np.dtype[Any]

    @classmethod
    def from_schema(cls, schema: IndexSchema) -> Self:
        """The vectors of the index that `schema` describes."""
        attrs = schema.fields["vector"].attrs
        kind = _DTYPES[attrs.datatype.value.lower()]
        return cls(schema.index.name, attrs.dims, kind)

    @property
    def size(self) -> int:
        """The size of a vector, in bytes."""
        return self.dims * self.dtype.itemsize

    def encode(self, vector: Sequence[float]) -> bytes:
        """`vector` as the index takes it, to keep or to search with."""
        return np.asarray(vector, "<f4").astype(self.dtype, copy=False).tobytes()


def stored_vector(field: VectorField, vector: Sequence[float]) -> bytes:
    """A vector as it is stored.

    Raises:
        IndexMismatch: it has another size than the index. Redis itself would take it and never
            find it.
    """
    if len(vector) != field.dims:
        raise IndexMismatch(
            f"the embedding model gives {len(vector)} dimensions, "
            f"the index {field.index} has {field.dims}. Fix: {REMEDY}"
        )
    return field.encode(vector)


def embedded_fields(field: VectorField, fields: Fields, vector: Sequence[float]) -> Fields:
    """`fields` with the embedding; raises as `stored_vector`."""
    return {**fields, "vector": stored_vector(field, vector)}
