"""Passages: what a citation points at, and the rectangles of its quote on the page."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from citewire.api.audit import note_act
from citewire.api.dependencies import PassagesDep, ReachDep, SuccessionDep
from citewire.api.patterns import IDS, PLACES
from citewire.api.schemas import (
    CellView,
    HighlightsView,
    Identifier,
    PassageState,
    PassageStates,
    PassageView,
    PlacesView,
    PlaceView,
    TableView,
)
from citewire.api.scopes import ScopedRoute
from citewire.services.answers.shown import passage_resource
from citewire.services.passages.change import page_url
from citewire.services.passages.lookup import FoundPassage, find_passage, highlights

router = APIRouter(tags=["passages"], route_class=ScopedRoute)

PassageId = Annotated[Identifier, Path()]
Quote = Annotated[str, Query(min_length=1, max_length=4000)]

PassageIds = Annotated[str, Query(pattern=IDS)]

Places = Annotated[str, Query(pattern=PLACES)]


@router.get("/passages")
async def read_states(ids: PassageIds, succession: SuccessionDep, reach: ReachDep) -> PassageStates:
    """What became of passages, given by their ids with commas between; in this order."""
    wanted = list(dict.fromkeys(ids.split(",")))
    found = await succession.standings(wanted, reach.libraries)
    return PassageStates(passages=[PassageState.of(one, found[one]) for one in wanted])


@router.get("/passages/{passage_id}")
async def read_passage(
    passage_id: PassageId,
    passages: PassagesDep,
    succession: SuccessionDep,
    reach: ReachDep,
    request: Request,
) -> PassageView:
    """One passage with a rectangle for each of its lines, and what became of it."""
    found = await find_passage(passages, passage_id, reach.libraries)
    stored = found.stored
    note_act(request, passage_resource(passage_id, stored.doc_id, stored.page))
    standing = (await succession.standings([passage_id], reach.libraries))[passage_id]
    return PassageView(
        passage_id=stored.passage_id,
        doc_id=stored.doc_id,
        title=stored.title,
        file_name=stored.file_name,
        folder=stored.folder,
        page_start=stored.page,
        page_end=stored.page,
        page_label=stored.page_label,
        section=stored.section,
        kind=stored.kind,
        text=stored.text,
        page=stored.page,
        page_size=found.layout.size,
        lines=found.lines,
        table=_table(found),
        figure=found.figure,
        url=page_url(stored.doc_id, stored.page, is_current=standing.state == "current"),
        state=standing.state,
        now=standing.now,
        note=standing.note,
    )


@router.get("/passages/{passage_id}/highlights")
async def read_highlights(
    passage_id: PassageId, quote: Quote, passages: PassagesDep, reach: ReachDep, request: Request
) -> HighlightsView:
    """Where a quote stands in a passage and on its page; `match` is `none` if nowhere."""
    found = await find_passage(passages, passage_id, reach.libraries)
    note_act(request, passage_resource(passage_id, found.stored.doc_id, found.stored.page))
    placed = highlights(found, quote)
    return HighlightsView(
        passage_id=passage_id,
        page=found.stored.page,
        page_size=found.layout.size,
        match=placed.match,
        quote=placed.quote,
        start=placed.start,
        end=placed.end,
        rectangles=placed.rectangles,
        cells=[CellView.model_validate(cell) for cell in placed.cells],
    )


@router.get("/passages/{passage_id}/places")
async def read_places(
    passage_id: PassageId, at: Places, passages: PassagesDep, reach: ReachDep
) -> PlacesView:
    """Where parts of a passage stand on its page: `at` is `120-130,140-148`, in UTF-16."""
    found = await find_passage(passages, passage_id, reach.libraries)
    spans = [(int(start), int(end)) for start, end in (one.split("-") for one in at.split(","))]
    places = [PlaceView.model_validate(place) for place in found.places(spans)]
    return PlacesView(passage_id=passage_id, page=found.stored.page, places=places)


def _table(found: FoundPassage) -> TableView | None:
    table, text = found.table, found.stored.text
    if table is None:
        return None
    return TableView(
        caption=text[slice(*table.caption)] if table.caption else "",
        unit=text[slice(*table.unit)] if table.unit else "",
        sheet=table.sheet,
        header_rows=table.header_rows,
        header_columns=table.header_columns,
        rows=table.rows,
        columns=table.columns,
        cells=[CellView.model_validate(cell) for cell in found.cells()],
    )
