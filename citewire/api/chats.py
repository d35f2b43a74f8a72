"""Chats: made, listed, searched, read, changed, rated, exported, deleted and brought back."""

import base64
import binascii
from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse

from citewire.api.chat_schemas import (
    ChangeChat,
    ChatList,
    ChatSummary,
    ChatView,
    DeletedChat,
    DeletedChats,
    FoundChat,
    NewChat,
    RateAnswer,
)
from citewire.api.contents import answers, files, named, text
from citewire.api.dependencies import (
    CallerDep,
    ChatsDep,
    ChatStoreDep,
    Owner,
    ReachingDep,
    client_url,
)
from citewire.api.schemas import Identifier
from citewire.api.scopes import ScopedRoute
from citewire.services.chats.export import FILES, all_chats, to_json
from citewire.services.chats.still_readable import still_readable, those_still_readable
from citewire.services.exports.files import MEDIA_TYPES as PROOF_TYPES
from citewire.services.exports.files import ProofFormat, proof_file
from citewire.services.exports.labels import Language
from citewire.services.exports.links import links_from
from citewire.services.exports.proof import answer_alone
from citewire.storage.chats.record import Chat

router = APIRouter(tags=["chats"], route_class=ScopedRoute)

ChatId = Annotated[Identifier, Path()]
Format = Annotated[Literal["json", "md"], Query()]
MEDIA_TYPES = {"json": "application/json", "md": "text/markdown; charset=utf-8"}
MessageQuery = Annotated[Identifier | None, Query()]
LanguageQuery = Annotated[Language, Query()]
AS_PROOF = {
    **text("text/markdown"),
    **text("text/html"),
    **files((PROOF_TYPES["docx"], PROOF_TYPES["pdf"])),
}
AS_JSON = {"application/json": {"schema": named("ChatExport")}}
ALL_AS_JSON = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["chats"],
            "properties": {"chats": {"type": "array", "items": named("ChatExport")}},
        }
    }
}


@router.post("/chats", status_code=HTTPStatus.CREATED)
async def create_chat(chats: ChatsDep, owner: Owner, asked: NewChat | None = None) -> ChatSummary:
    """Make an empty chat."""
    title = asked.title if asked else None
    return ChatSummary.of(await chats.create(owner, title=title or ""))


@router.get("/chats")
async def list_chats(
    chats: ChatsDep,
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    q: Annotated[str, Query(max_length=200)] = "",
) -> ChatList:
    """Chats, newest first; with `q`, those with all its words in the title or in one message."""
    before = _from_cursor(cursor) if cursor else None
    found, after = await chats.page(owner, limit=limit, before=before, q=q.strip())
    next_cursor = None if after is None else _to_cursor(after)
    return ChatList(chats=[FoundChat.from_found(one) for one in found], next_cursor=next_cursor)


@router.delete("/chats")
async def delete_chats(
    chats: ChatsDep, owner: Owner, confirm: Annotated[Literal["true"], Query()]
) -> DeletedChats:
    """Delete all chats; each can be restored for a while."""
    chat_ids, until = await chats.delete_all(owner)
    return DeletedChats(chat_ids=chat_ids, restorable_until=until.isoformat())


@router.get(
    "/chats/export",
    response_class=StreamingResponse,
    responses={200: answers("a file", ALL_AS_JSON, text("text/markdown"))},
)
async def export_chats(
    store: ChatStoreDep, reaching: ReachingDep, caller: CallerDep, format: Format = "json"
) -> Response:
    """All chats as a file, newest first, streamed."""
    chats = all_chats(store, caller.owner)
    pieces = FILES[format](those_still_readable(chats, reaching, caller))
    headers = as_file(f"chats.{format}")
    return StreamingResponse(await _begun(pieces), media_type=MEDIA_TYPES[format], headers=headers)


@router.get("/chats/{chat_id}")
async def read_chat(
    chat_id: ChatId,
    chats: ChatsDep,
    reaching: ReachingDep,
    caller: CallerDep,
    last: Annotated[int | None, Query(ge=0, le=10_000)] = None,
) -> ChatView:
    """A chat with the messages of its active path, or the last of them, as they were shown."""
    # Asked first: a run that ends meanwhile is then named beside its turn, and not missing.
    running = await chats.running(chat_id, caller.owner)
    chat = await chats.read(chat_id, caller.owner, last=last)
    return ChatView.from_chat(await still_readable(chat, reaching, caller), running)


@router.patch("/chats/{chat_id}")
async def change_chat(
    chat_id: ChatId, chats: ChatsDep, owner: Owner, asked: ChangeChat
) -> ChatSummary:
    """Rename a chat, or switch to another branch of it."""
    changed = await chats.change(chat_id, owner, title=asked.title, leaf_id=asked.leaf_id)
    return ChatSummary.of(changed)


@router.delete("/chats/{chat_id}")
async def delete_chat(chat_id: ChatId, chats: ChatsDep, owner: Owner) -> DeletedChat:
    """Delete a chat; a run in it is stopped first."""
    until = await chats.delete(chat_id, owner)
    return DeletedChat(chat_id=chat_id, restorable_until=until.isoformat())


@router.post("/chats/{chat_id}/restore")
async def restore_chat(chat_id: ChatId, chats: ChatsDep, owner: Owner) -> ChatSummary:
    """Bring a deleted chat back."""
    return ChatSummary.of(await chats.restore(chat_id, owner))


@router.get(
    "/chats/{chat_id}/export",
    responses={200: answers("a file", AS_JSON, AS_PROOF)},
)
async def export_chat(
    chat_id: ChatId,
    store: ChatStoreDep,
    reaching: ReachingDep,
    caller: CallerDep,
    request: Request,
    *,
    format: Annotated[Literal["json"] | ProofFormat, Query()] = "json",
    message_id: MessageQuery = None,
    language: LanguageQuery = "en",
) -> Response:
    """A chat as a file with its proof, or one of its answers with the question."""
    chat = await store.read(chat_id, caller.owner, whole=True)
    chat = answer_alone(chat, message_id) if message_id else chat
    chat = await still_readable(chat, reaching, caller)
    if format == "json":
        headers = as_file(f"chat-{chat_id}.json")
        return Response(to_json(chat), media_type=MEDIA_TYPES["json"], headers=headers)
    return await proof_response(chat, format, language, request)


async def proof_response(
    chat: Chat, format: ProofFormat, language: Language, request: Request
) -> Response:
    """A chat as a file with links to its passages."""
    link = links_from(client_url(request))
    content = await proof_file(chat, format, language=language, link=link)
    headers = as_file(f"chat-{chat.chat_id}.{format}")
    return Response(content, media_type=PROOF_TYPES[format], headers=headers)


@router.post("/chats/{chat_id}/messages/{message_id}/feedback", status_code=HTTPStatus.NO_CONTENT)
async def rate_answer(
    chat_id: ChatId,
    message_id: Annotated[Identifier, Path()],
    asked: RateAnswer,
    chats: ChatsDep,
    owner: Owner,
) -> None:
    """Keep what a person thinks of an answer, in place of what was kept before."""
    await chats.rate(chat_id, owner, message_id, rating=asked.rating, comment=asked.comment.strip())


async def _begun(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The pieces, once the first with content is there: until then a failure has a status."""
    first = [await anext(pieces, b""), await anext(pieces, b"")]

    async def all_pieces() -> AsyncGenerator[bytes, None]:
        async with aclosing(pieces):
            for piece in first:
                yield piece
            async for piece in pieces:
                yield piece

    return all_pieces()


def as_file(name: str) -> dict[str, str]:
    """The headers of a file to be saved."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _to_cursor(stamp: int) -> str:
    return base64.urlsafe_b64encode(str(stamp).encode()).decode().rstrip("=")


def _from_cursor(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        if text.isascii() and text.isdigit() and len(text) <= 16:
            return int(text)
    except (binascii.Error, ValueError):
        pass
    raise RequestValidationError([{"loc": ("query", "cursor"), "msg": "is not one of ours"}])
