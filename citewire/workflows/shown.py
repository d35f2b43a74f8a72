"""A passage as a model may read it: without what is withheld, and its table as Markdown."""

from typing import Any

from llama_index.core.schema import BaseNode, NodeWithScore

from citewire.content.markdown import table_markdown
from citewire.content.table import rows_span
from citewire.content.table_record import TABLE, table_from_json, table_to_json
from citewire.content.withheld import spans_of, without, without_in_table


def readable(found: NodeWithScore) -> NodeWithScore:
    """The passage as a model may read it."""
    node = found.node
    spans = spans_of(node.metadata)
    if not spans:
        return found
    changed: dict[str, Any] = {"text": without(node.get_content(), spans)}
    if stored := node.metadata.get(TABLE):
        table = without_in_table(table_from_json(stored), spans)
        changed["metadata"] = {**node.metadata, TABLE: table_to_json(table)}
    return NodeWithScore(node=node.model_copy(update=changed), score=found.score)


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
