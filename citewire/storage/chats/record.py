"""A chat as it is read from Redis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from citewire.storage.connection.replies import as_text

Message = dict[str, Any]
"""One message: `message_id`, `parent_id`, `role`, `text`, `status`, `feedback`, and for answers
their sources."""

_INNER = ("kind", "owner", "chat_id", "created", "updated", "words")


@dataclass(frozen=True, slots=True)
class Share:
    """What others may read of a chat.

    Args:
        key: whoever has it may, together with the id of the chat.
        leaf_id: the last message that is shared; empty: none is.
        at: when it was shared, in ISO 8601.
        by: the owner of the chat.
    """

    key: str
    leaf_id: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat with (some of) its messages, oldest first.

    Args:
        chat_id: its name.
        title: empty until the first turn, unless a person gave one.
        created_at: ISO 8601.
        updated_at: when the last turn was stored, in ISO 8601.
        leaf_id: the last message of the active path.
        message_count: of all branches.
        summary: of older turns, as `summarise` was given it.
        messages: of the active path, or what was asked for.
        siblings: the ids of all versions of a message, by each of them, where there are several.
        titled_by: question, model or person; empty without a title.
        share: what others may read of it.
    """

    chat_id: str
    title: str
    created_at: str
    updated_at: str
    leaf_id: str | None
    message_count: int
    summary: dict[str, Any] | None
    messages: list[Message]
    siblings: dict[str, list[str]]
    titled_by: str = ""
    share: Share | None = None

    @classmethod
    def from_head(
        cls, head: Mapping[str, Any], messages: Sequence[Message] = (), tree: Sequence[Any] = ()
    ) -> "Chat":
        """The chat of a stored head."""
        return cls(
            chat_id=head["chat_id"],
            title=head["title"],
            created_at=_moment(head["created"]),
            updated_at=_moment(head["updated"]),
            leaf_id=head["leaf_id"] or None,
            message_count=head["messages"],
            summary=head["summary"],
            messages=[_shown(message) for message in messages],
            siblings=_siblings(tree),
            titled_by=head["titled_by"],
            share=Share(**head["share"]) if "share" in head else None,
        )


def _shown(message: Message) -> Message:
    kept = {name: value for name, value in message.items() if name not in _INNER}
    if "parent_id" in kept:
        kept["parent_id"] = kept["parent_id"] or None
    return kept


def _moment(stamp: int) -> str:
    return datetime.fromtimestamp(stamp / 1e6, UTC).isoformat(timespec="milliseconds")


def _siblings(tree: Sequence[Any]) -> dict[str, list[str]]:
    """All versions of each message that has several, oldest first, from `id, "7:parent", …`."""
    by_parent: dict[str, list[tuple[int, str]]] = {}
    for message, place in zip(tree[::2], tree[1::2], strict=True):
        number, _, parent = as_text(place).partition(":")
        by_parent.setdefault(parent, []).append((int(number), as_text(message)))
    versions = ([one for _, one in sorted(found)] for found in by_parent.values())
    return {one: found for found in versions if len(found) > 1 for one in found}
