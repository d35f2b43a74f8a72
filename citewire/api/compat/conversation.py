"""What was said before, as the interfaces of others send it, in the turns that we keep of chats."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Final

from pydantic import BaseModel, ValidationError

from citewire.api.schemas import Identifier
from citewire.storage.chats.store import Message
from citewire.workflows.catalogue.model import MOST_SPOKEN_OF, SpokenOf

MOST_MESSAGES: Final = 1000

Said = tuple[str, str, SpokenOf | None]
"""Role and text of a message, and the documents that it cites, if it says so."""


class CitedDocument(BaseModel):
    """What a citation of ours says of its document, as it comes back."""

    doc_id: Identifier
    only_document: bool = False


def cited_by(citations: Iterable[object]) -> SpokenOf | None:
    """The documents that an answer of ours speaks of by its citations; None without any.

    Args:
        citations: as they come back; those of other services are passed over.
    """
    cited = [told for one in citations if (told := _cited(one))]
    counts = Counter(one.doc_id for one in cited)
    if not counts:
        return None
    [(most, count), *_] = counts.most_common(1)
    ids = [most] if 2 * count > counts.total() else list(counts)[:MOST_SPOKEN_OF]
    return SpokenOf(ids, alone=all(one.only_document for one in cited))


def _cited(citation: object) -> CitedDocument | None:
    try:
        return CitedDocument.model_validate(citation)
    except ValidationError:  # of another service's answer
        return None


def turns_of(said: Iterable[Said]) -> list[Message]:
    """The turns of a conversation, as they are stored of a chat: two messages each.

    It begins with a question, what follows its like is joined, and others than `user` and
    `assistant` say nothing. A question that got no answer belongs to no turn.
    """
    joined: list[tuple[str, list[str], SpokenOf | None]] = []
    for role, text, spoken_of in said:
        if role not in ("user", "assistant") or (role != "user" and not joined):
            continue
        if joined and joined[-1][0] == role:
            _, texts, before = joined[-1]
            texts.append(text)
            joined[-1] = (role, texts, spoken_of or before)
        else:
            joined.append((role, [text], spoken_of))
    turns: list[Message] = []
    for role, texts, spoken_of in joined:
        turn: Message = {"role": role, "text": "\n\n".join(texts)}
        turns.append(turn if spoken_of is None else turn | {"spoken_of": asdict(spoken_of)})
    return turns[: len(turns) // 2 * 2]
