"""Where a browser shows a source of `citewire chat`, and whether there is one."""

import os
import sys
from typing import Any

from citewire.errors import CitewireError
from citewire.scripts.chat.client import ChatClient
from citewire.services.answers.reducer import ToldAnswer

Json = dict[str, Any]


async def link_to(source: Json, fate: Json, answer: ToldAnswer, client: ChatClient) -> str:
    """The passage in the web client; without one, or if it is not cited, its page.

    Args:
        source: to be opened.
        fate: what became of its passage since the answer.
        answer: whose source it is.
        client: asks the server.

    Raises:
        CitewireError: its report is not there any more, and nothing is left of the page.
    """
    cited = answer.cited(source["n"])
    if cited and await client.has(""):
        place = f"chat/{answer.chat_id}/m/{answer.message_id}/c/{cited[0]['citation_id']}"
        return f"{client.url}/#/{place}"
    url = source["url"] if fate["state"] == "current" else await _left_of(source, fate, client)
    return f"{client.url}/{url.lstrip('/')}"


async def _left_of(source: Json, fate: Json, client: ChatClient) -> str:
    """The copy of the page; if none was made of it, where the passage is in the new version."""
    copy = f"/documents/{source['doc_id']}/pages/{source['page_start']}"
    if await client.has(copy):
        return copy
    if fate["now"] is None:
        raise CitewireError(f"{fate['note']} There is nothing left to open.")
    return str(fate["now"]["url"])


def has_display() -> bool:
    """Whether a browser could show anything, and would not take the terminal instead."""
    on_desktop = sys.platform in ("darwin", "win32")
    return on_desktop or any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
