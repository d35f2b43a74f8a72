"""Chats: making one and reading one."""

from typing import Annotated

from fastapi import APIRouter, Path

from citewire.api.dependencies import AppParts
from citewire.api.schemas import ChatView, CreatedChat, Identifier, Turn

router = APIRouter(tags=["chats"])


@router.post("/chats", status_code=201)
async def create_chat(parts: AppParts) -> CreatedChat:
    """Make an empty chat."""
    return CreatedChat(chat_id=await parts.service.create_chat())


@router.get("/chats/{chat_id}")
async def read_chat(chat_id: Annotated[Identifier, Path()], parts: AppParts) -> ChatView:
    """A chat with all its turns, oldest first, as they were shown."""
    chat = await parts.library.chats.read(chat_id)
    return ChatView(
        chat_id=chat.chat_id,
        title=chat.title,
        created_at=chat.created_at,
        updated_at=chat.updated_at,
        turns=[Turn.model_validate(message) for message in chat.messages],
    )
