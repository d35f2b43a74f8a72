"""A run that is over, from its record and its turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode
from pydantic import TypeAdapter

from citewire.content.table_record import TABLE
from citewire.content.withheld import WITHHELD, to_json
from citewire.errors import ChatNotFound, RunNotFound
from citewire.services.answers.turns import recent_history
from citewire.services.citations.model import AlsoIn, Citation, ContextPassage, Source
from citewire.services.runs.record import RunRecord
from citewire.storage.chats.record import Chat, Message
from citewire.storage.chats.store import ChatStore
from citewire.storage.library.passage_node import ALSO_IN, CONTEXT, FOUND_BY
from citewire.storage.runs.records import RunRecordStore
from citewire.workflows.retriever import ReportQuery

_SOURCES = TypeAdapter(list[Source])
_CITATIONS = TypeAdapter(list[Citation])


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run as it happened.

    Args:
        record: what was recorded of it.
        asked: the question, as the chat has it.
        answered: the answer, as the chat has it.
        before: the messages of the chat that it could see, oldest first.
        sources: what the model was given.
        citations: of the answer.
    """

    record: RunRecord
    asked: Message
    answered: Message
    before: Sequence[Message]
    sources: Sequence[Source]
    citations: Sequence[Citation]

    @property
    def question(self) -> str:
        """As the person asked it."""
        return str(self.asked["text"])

    @property
    def standalone(self) -> str:
        """As it was searched for and answered."""
        return str(self.answered["standalone"])

    @property
    def answer(self) -> str:
        """As far as it was said."""
        return str(self.answered["text"])

    @property
    def parts(self) -> tuple[str, ...]:
        """The sub-questions that were searched for."""
        return tuple(self.answered["sub_questions"])

    @property
    def query(self) -> ReportQuery:
        """What was searched for."""
        rewritten = self.standalone != self.question
        forms = (self.question,) if rewritten else ()
        return ReportQuery(self.standalone, parts=self.parts, forms=forms)

    @property
    def history(self) -> list[ChatMessage]:
        """What it was shown of the chat, for condensing."""
        setup = self.record.setup
        recent = self.before[-2 * setup.history_turns :] if setup.history_turns else []
        history = recent_history(recent, tokens=setup.history_tokens)
        if self.record.summary:
            told = ChatMessage(role=MessageRole.SYSTEM, content=self.record.summary)
            history.insert(0, told)
        return history

    @property
    def nodes(self) -> list[NodeWithScore]:
        """The passages as they were found."""
        return [_node(source) for source in self.sources]


async def recall(records: RunRecordStore, chats: ChatStore, run_id: str, owner: str) -> PastRun:
    """An owner's run that is over.

    Raises:
        RunNotFound: there is none of that id, or it is too long ago, or not recorded.
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    record = RunRecord.from_json(await records.read(run_id, owner))
    try:
        chat = await chats.read(record.ids.chat_id, owner, whole=True)
    except ChatNotFound as error:
        raise RunNotFound(f"the chat of run {run_id} was deleted") from error
    *before, asked, answered = _path(chat, record.ids.assistant_message_id)
    return PastRun(
        record=record,
        asked=asked,
        answered=answered,
        before=before,
        sources=_SOURCES.validate_python(answered["sources"]),
        citations=_CITATIONS.validate_python(answered["citations"]),
    )


def _path(chat: Chat, message_id: str) -> list[Message]:
    """The messages up to this one, oldest first."""
    by_id = {message["message_id"]: message for message in chat.messages}
    path: list[Message] = []
    at: str | None = message_id
    while at:
        path.append(by_id[at])
        at = by_id[at]["parent_id"]
    return path[::-1]


def _node(source: Source) -> NodeWithScore:
    metadata: dict[str, Any] = {
        "title": source.title,
        "file_name": source.file_name,
        "folder": source.folder,
        "page": source.page_start,
        "page_label": source.page_label,
        "kind": source.kind,
        "organisation": source.organisation,
        "periods": " ".join(source.periods),
        "document_kind": source.document_kind,
        "start": 0,  # what is before or after it is known, but not where
        FOUND_BY: source.found_by,
        **_marked(source),
    }
    if source.context:
        metadata[CONTEXT] = [_context_node(one) for one in source.context]
    if source.also_in:
        metadata[ALSO_IN] = [_also_node(one) for one in source.also_in]
    node = TextNode(id_=source.passage_id, text=source.text, metadata=metadata)
    node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=source.doc_id)
    return NodeWithScore(node=node, score=source.score)


def _context_node(one: ContextPassage) -> TextNode:
    facts = {"page": one.page, "page_label": one.page_label, "kind": one.kind}
    metadata = {**facts, "start": -1 if one.before else 1, **_marked(one)}
    return TextNode(id_=one.passage_id, text=one.text, metadata=metadata)


def _also_node(one: AlsoIn) -> TextNode:
    metadata: dict[str, Any] = {"title": one.title, "file_name": one.file_name}
    metadata |= {"page": one.page, "page_label": one.page_label}
    node = TextNode(id_=one.passage_id, metadata=metadata)
    node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=one.doc_id)
    return node


def _marked(shown: Source | ContextPassage) -> dict[str, str]:
    """What the metadata tell of places in the text: of its table, and of what is withheld."""
    marked = {}
    if shown.table is not None:
        marked[TABLE] = shown.table.to_json(shown.text)
    if shown.withheld:
        units = shown.text.encode("utf-16-le")
        spans = [
            (_code_points(units, span.start), _code_points(units, span.end), span.reason)
            for span in shown.withheld
        ]
        marked[WITHHELD] = to_json(spans)
    return marked


def _code_points(units: bytes, at: int) -> int:
    return len(units[: 2 * at].decode("utf-16-le"))
