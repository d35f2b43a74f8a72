"""Chats that are shared read-only: by their owners, with members of what they cite."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request

from citewire.api.audit import note_act
from citewire.api.chat_schemas import ChatSummary, SharedChatView
from citewire.api.chats import ChatId
from citewire.api.dependencies import CallerDep, Owner, SharingDep
from citewire.api.patterns import SHARE_ID
from citewire.api.scopes import ScopedRoute
from citewire.services.access.audit.schema import Resource
from citewire.services.answers.shown import told_passages
from citewire.services.chats.sharing import split_share_id

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
