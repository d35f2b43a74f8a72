"""What was said before, as the interfaces of others send it, in the turns that we keep of chats."""

from collections.abc import Iterable

from citewire.storage.chats.store import Message

MOST_MESSAGES = 1000


def turns_of(said: Iterable[tuple[str, str]]) -> list[Message]:
    """The turns of a conversation, as they are stored of a chat: two messages each.

    It begins with a question, what follows its like is joined, and others than `user` and
    `assistant` say nothing. A question that got no answer belongs to no turn.

    Args:
        said: role and text of each message.
    """
    joined: list[tuple[str, list[str]]] = []
    for role, text in said:
        if role not in ("user", "assistant") or (role != "user" and not joined):
            continue
        if joined and joined[-1][0] == role:
            joined[-1][1].append(text)
        else:
            joined.append((role, [text]))
    turns: list[Message] = [{"role": role, "text": "\n\n".join(texts)} for role, texts in joined]
    return turns[: len(turns) // 2 * 2]
