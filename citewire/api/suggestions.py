"""What one may ask of the reports that one may read, and one question answered from them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from citewire.api.audit import note_act
from citewire.api.dependencies import DocumentsDep, ReachDep, services_of
from citewire.api.scopes import ScopedRoute
from citewire.api.suggestion_schemas import SuggestionsView
from citewire.services.answers.shown import passage_resource
from citewire.services.suggestions.wanted import Language

router = APIRouter(tags=["documents"], route_class=ScopedRoute)


@router.get("/suggestions")
async def read_suggestions(
    request: Request,
    documents: DocumentsDep,
    reach: ReachDep,
    language: Annotated[
        Language | None,
        Query(description="in which a model is to ask; without, that of the reports"),
    ] = None,
) -> SuggestionsView:
    """Questions made from tables and headings of the newest reports, and one that is answered.

    The answer is words of a report as they stand there. `questions` is empty and `example` is null
    where there are no reports. They are kept until reports change. Where a model answers, it is
    asked for better questions once in the background; a request never waits for it.
    """
    found = await services_of(request).suggesting.of(
        documents, reach.libraries, owner=reach.owner, language=language
    )
    if (example := found.example) is not None:
        page = example.passage.metadata["page"]
        note_act(request, passage_resource(example.passage.id_, example.record.doc_id, page))
    return SuggestionsView.of(found)
