"""Chats that are shared read-only: by their owners, with members of what they cite."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from citewire.api.audit import note_act
from citewire.api.chat_schemas import ChatSummary, SharedChatView
from citewire.api.chats import AS_PROOF, ChatId, LanguageQuery, MessageQuery, proof_response
from citewire.api.contents import answers
from citewire.api.dependencies import CallerDep, Owner, SharingDep
from citewire.api.patterns import SHARE_ID
from citewire.api.scopes import ScopedRoute
from citewire.services.access.audit.schema import Resource
from citewire.services.answers.shown import told_passages
from citewire.services.chats.sharing import split_share_id
from citewire.services.exports.files import ProofFormat
from citewire.services.exports.proof import answer_alone

router = APIRouter(tags=["chats"], route_class=ScopedRoute)

ShareId = Annotated[str, Path(pattern=SHARE_ID)]


@router.post("/chats/{chat_id}/share")
async def share_chat(chat_id: ChatId, sharing: SharingDep, owner: Owner) -> ChatSummary:
    """Share a chat as it is now with who may read what it cites; again: with what came since."""
    return ChatSummary.of(await sharing.begin(chat_id, owner))


@router.delete("/chats/{chat_id}/share", status_code=HTTPStatus.NO_CONTENT)
async def unshare_chat(chat_id: ChatId, sharing: SharingDep, owner: Owner) -> None:
    """Share a chat no longer: its link leads nowhere from now on."""
    await sharing.end(chat_id, owner)


@router.get("/shared/{share_id}")
async def read_shared_chat(
    share_id: ShareId, sharing: SharingDep, caller: CallerDep, request: Request
) -> SharedChatView:
    """A chat that somebody shared, with the sources that one may read oneself."""
    resource = Resource("chat", split_share_id(share_id)[0])
    note_act(request, resource)  # the id of a share opens it, and is not told
    shared = await sharing.read(share_id, caller)
    sources = [source for message in shared.chat.messages for source in message["sources"]]
    note_act(request, resource, *told_passages(sources))
    return SharedChatView.of(shared)


@router.get(
    "/shared/{share_id}/export",
    response_class=Response,
    responses={200: answers("a file", AS_PROOF)},
)
async def export_shared_chat(
    share_id: ShareId,
    sharing: SharingDep,
    caller: CallerDep,
    request: Request,
    *,
    format: Annotated[ProofFormat, Query()] = "md",
    message_id: MessageQuery = None,
    language: LanguageQuery = "en",
) -> Response:
    """A chat that somebody shared as a file with its proof, or one of its answers."""
    note_act(request, Resource("chat", split_share_id(share_id)[0]))
    shared = (await sharing.read(share_id, caller)).chat
    chat = answer_alone(shared, message_id) if message_id else shared
    return await proof_response(chat, format, language, request)
