"""Filters of a search in the words of Redis: tags or terms, of which one must fit."""

import re
from collections.abc import Callable, Collection, Sequence

from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

_SIGN = re.compile(r"\W")


def to_filter(filters: MetadataFilters | None) -> str:
    """The filters of a query in the words of Redis: tags and, with TEXT_MATCH, terms.

    Of those of one filter one must fit.

    Raises:
        ValueError: there is one of a kind that is not made here.
    """
    return _joined(filters, _clause) or "*"


def to_unscored_filter(filters: MetadataFilters | None) -> str:
    """The same for a query by words, to whose scores it adds nothing; empty lets all pass.

    For Redis a tag is a word as others, and a rare one counts much: without this the passages of
    a single document would be ranked by how short they are.
    """
    return _joined(filters, _unscored_clause)


def excluding(wanted: str, doc_ids: Collection[str]) -> str:
    """A filter that also leaves out documents."""
    if not doc_ids:
        return wanted
    excluded = f"-@doc_id:{{{'|'.join(sorted(doc_ids))}}}"
    return f"({excluded})" if wanted in ("", "*") else f"({wanted} {excluded})"


def _joined(filters: MetadataFilters | None, to_clause: Callable[[MetadataFilter], str]) -> str:
    if filters is None or not filters.filters:
        return ""
    clauses = [
        _joined(part, to_clause) if isinstance(part, MetadataFilters) else to_clause(part)
        for part in filters.filters
    ]
    joined = (" | " if filters.condition == FilterCondition.OR else " ").join(clauses)
    return joined if len(clauses) == 1 else f"({joined})"


def _clause(part: MetadataFilter) -> str:
    return _any_of(part, _values(part))


def _unscored_clause(part: MetadataFilter) -> str:
    values = _values(part)
    # Redis takes weights from what has several members only.
    several = values if len(values) > 1 else values * 2
    return f"({_any_of(part, several)})=>{{$weight:0}}"


def _any_of(part: MetadataFilter, values: Sequence[str]) -> str:
    opened, closed = "()" if part.operator == FilterOperator.TEXT_MATCH else "{}"
    return f"@{part.key}:{opened}{'|'.join(values)}{closed}"


def _values(part: MetadataFilter) -> list[str]:
    wanted = list(map(str, part.value if isinstance(part.value, list) else [part.value]))
    if part.operator in (FilterOperator.EQ, FilterOperator.IN):
        return [_SIGN.sub(r"\\\g<0>", value) for value in wanted]
    if part.operator == FilterOperator.TEXT_MATCH and not any(map(_SIGN.search, wanted)):
        return wanted
    raise ValueError(f"passages are not filtered by {part.operator.name} of {part.key}")
