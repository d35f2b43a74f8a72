"""What one may ask of the reports that one may read, and one question answered from them."""

from fastapi import APIRouter, Request

from citewire.api.audit import note_act
from citewire.api.dependencies import DocumentsDep, ReachDep, services_of
from citewire.api.scopes import ScopedRoute
from citewire.api.suggestion_schemas import SuggestionsView
from citewire.services.answers.shown import passage_resource

router = APIRouter(tags=["documents"], route_class=ScopedRoute)


@router.get("/suggestions")
async def read_suggestions(
    request: Request, documents: DocumentsDep, reach: ReachDep
) -> SuggestionsView:
    """Questions made from tables and headings of the newest reports, and one that is answered.

    The answer is words of a report as they stand there; no model is asked. `questions` is empty
    and `example` is null where there are no reports. They are kept until reports change.
    """
    found = await services_of(request).suggesting.of(documents, reach.libraries)
    if (example := found.example) is not None:
        page = example.passage.metadata["page"]
        note_act(request, passage_resource(example.passage.id_, example.record.doc_id, page))
    return SuggestionsView.of(found)
