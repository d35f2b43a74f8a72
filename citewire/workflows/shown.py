"""A passage as a model may read it: without what is withheld, and its table as Markdown."""

from collections.abc import Sequence
from typing import Any

from llama_index.core.schema import BaseNode, NodeWithScore

from citewire.content.markdown import table_markdown
from citewire.content.table import rows_span
from citewire.content.table_record import TABLE, table_from_json, table_to_json
from citewire.content.withheld import spans_of, without, without_in_table
from citewire.storage.library.passage_node import CONTEXT


def readable(found: NodeWithScore) -> NodeWithScore:
    """The passage and its context as a model may read them."""
    node = _readable(found.node)
    context = context_of(node)
    told = [_readable(one) for one in context]
    if any(one is not other for one, other in zip(told, context, strict=True)):
        metadata = {**node.metadata, CONTEXT: told}
        node = node.model_copy(update={"metadata": metadata})
    return found if node is found.node else NodeWithScore(node=node, score=found.score)


def text_of(node: BaseNode, *, withhold: bool) -> str:
    """The passage alone, its table as Markdown; `withhold`: as a model may read it."""
    return "\n\n".join(filter(None, parts_of(_readable(node) if withhold else node)))


def _readable(node: BaseNode) -> BaseNode:
    spans = spans_of(node.metadata)
    if not spans:
        return node
    changed: dict[str, Any] = {"text": without(node.get_content(), spans)}
    if stored := node.metadata.get(TABLE):
        table = without_in_table(table_from_json(stored), spans)
        changed["metadata"] = {**node.metadata, TABLE: table_to_json(table)}
    return node.model_copy(update=changed)


def context_of(node: BaseNode) -> Sequence[BaseNode]:
    """What is shown around a source, in the order of its page."""
    context: Sequence[BaseNode] = node.metadata.get(CONTEXT, ())
    return context


def parts_of(node: BaseNode) -> tuple[str, str, str]:
    """What stands above the table of a passage, its rows as Markdown, and what stands below.

    A passage without a table has all of its text above.
    """
    text = node.get_content()
    stored = node.metadata.get(TABLE)
    if not stored:
        return text, "", ""
    table = table_from_json(stored)
    start, end = rows_span(table)
    return text[:start].strip(), table_markdown(table, text), text[end:].strip()
