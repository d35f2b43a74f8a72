"""Text of a passage that is kept from models: what its metadata says, and how it is taken out."""

import json
from collections.abc import Sequence
from typing import Any

from llama_index.core.schema import NodeWithScore

WITHHELD = "withheld"
"""The key of a passage's metadata: JSON `[[start, end, reason], ...]`, in characters of its text,
in order and without overlap; absent where there is nothing."""

MARK = "[withheld]"
"""Stands in a prompt where text was taken out."""

Spans = Sequence[tuple[int, int, str]]


def to_json(spans: Spans) -> str:
    """`spans` as they are kept."""
    return json.dumps(spans, separators=(",", ":"))


def spans_of(metadata: dict[str, Any]) -> Spans:
    """What is withheld of a passage with this metadata."""
    kept = metadata.get(WITHHELD)
    return [(start, end, reason) for start, end, reason in json.loads(kept)] if kept else ()


def without(text: str, spans: Spans, mark: str = MARK) -> str:
    """`text` with `mark` in the place of each of `spans`."""
    parts, position = [], 0
    for start, end, _ in spans:
        parts += [text[position:start], mark]
        position = end
    return "".join([*parts, text[position:]])


def is_withheld(text: str, spans: Spans) -> bool:
    """Whether nothing but signs and spaces is left of `text`."""
    return bool(spans) and not any(map(str.isalnum, without(text, spans, "")))


def readable(found: NodeWithScore) -> NodeWithScore:
    """The passage as a model may read it."""
    spans = spans_of(found.node.metadata)
    if not spans:
        return found
    text = without(found.node.get_content(), spans)
    return NodeWithScore(node=found.node.model_copy(update={"text": text}), score=found.score)
