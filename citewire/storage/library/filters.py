"""Filters of a search in the words of Redis: tags, of which one must fit, and what is left out."""

import re
from collections.abc import Callable, Collection, Sequence

from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

_NOT_IN_TAGS = re.compile(r"\W")


def to_filter(filters: MetadataFilters | None) -> str:
    """The filters of a query in the words of Redis: values of tags, of which one must fit.

    Raises:
        ValueError: there is one of a kind that is not made here.
    """
    return _joined(filters, _tags) or "*"


def to_unscored_filter(filters: MetadataFilters | None) -> str:
    """The same for a query by words, to whose scores it adds nothing; empty lets all pass.

    For Redis a tag is a word as others, and a rare one counts much: without this the passages of
    a single document would be ranked by how short they are.
    """
    return _joined(filters, _unscored_tags)


def excluding(wanted: str, doc_ids: Collection[str]) -> str:
    """A filter that also leaves out documents."""
    if not doc_ids:
        return wanted
    excluded = f"-@doc_id:{{{'|'.join(sorted(doc_ids))}}}"
    return f"({excluded})" if wanted in ("", "*") else f"({wanted} {excluded})"


def _joined(filters: MetadataFilters | None, to_tags: Callable[[str, Sequence[str]], str]) -> str:
    if filters is None or not filters.filters:
        return ""
    clauses = [
        _joined(part, to_tags) if isinstance(part, MetadataFilters) else to_tags(*_told(part))
        for part in filters.filters
    ]
    joined = (" | " if filters.condition == FilterCondition.OR else " ").join(clauses)
    return joined if len(clauses) == 1 else f"({joined})"


def _told(part: MetadataFilter) -> tuple[str, Sequence[str]]:
    wanted = part.value if isinstance(part.value, list) else [part.value]
    if part.operator not in (FilterOperator.EQ, FilterOperator.IN):
        raise ValueError(f"passages are not filtered by {part.operator.name} of {part.key}")
    return part.key, [_NOT_IN_TAGS.sub(r"\\\g<0>", str(value)) for value in wanted]


def _tags(key: str, values: Sequence[str]) -> str:
    return f"@{key}:{{{'|'.join(values)}}}"


def _unscored_tags(key: str, values: Sequence[str]) -> str:
    # Redis takes weights from what has several members only.
    several = values if len(values) > 1 else [*values, *values]
    return f"({_tags(key, several)})=>{{$weight:0}}"
