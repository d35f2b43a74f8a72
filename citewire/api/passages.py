"""Passages: what became of those that chats cite."""

from typing import Annotated

from fastapi import APIRouter, Query

from citewire.api.dependencies import AppParts
from citewire.api.schemas import PassageState, PassageStates

router = APIRouter(tags=["passages"])

MAX_IDS = 100
PassageIds = Annotated[
    str, Query(pattern=rf"^[A-Za-z0-9_-]{{1,80}}(,[A-Za-z0-9_-]{{1,80}}){{0,{MAX_IDS - 1}}}$")
]


@router.get("/passages")
async def read_states(ids: PassageIds, parts: AppParts) -> PassageStates:
    """What became of passages, given by their ids with commas between; in this order."""
    wanted = list(dict.fromkeys(ids.split(",")))
    found = await parts.succession.standings(wanted)
    return PassageStates(passages=[PassageState.of(one, found[one]) for one in wanted])
