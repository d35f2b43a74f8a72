"""Searching: the passages nearest to a query, without an answer."""

from fastapi import APIRouter, Request

from citewire.api.audit import note_act
from citewire.api.dependencies import CallerDep, check_length, searchable_from, services_of
from citewire.api.schemas import FoundSources, SearchRequest
from citewire.api.scopes import ScopedRoute
from citewire.services.answers.shown import shown_passages

router = APIRouter(tags=["passages"], route_class=ScopedRoute)


@router.post("/search")
async def search_passages(
    asked: SearchRequest, caller: CallerDep, request: Request
) -> FoundSources:
    """The passages nearest to a query, best first, numbered as the sources of an answer are."""
    services = services_of(request)
    check_length(services, asked.query)
    within, collections = await searchable_from(services, caller, asked.filters)
    found = await services.finder.find(
        asked.query, filter=within, limit=asked.limit, collections=collections
    )
    sources = [passage.source for passage in found]
    note_act(request, *shown_passages(sources))
    return FoundSources(sources=sources)
