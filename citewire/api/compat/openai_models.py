"""The models that OpenAI's clients choose from: one for all reports, and one per collection.

The name of a collection may change and several may share one; its id is what its model is called
by: `citewire-0123456789ab`, and `citewire-private` for what everybody has for themselves.
"""

import re
from typing import Annotated, Final, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, StringConstraints

from citewire.api.dependencies import answerable_from
from citewire.api.schemas import Filters
from citewire.errors import CollectionNotFound, ModelNotFound
from citewire.services.access.caller import Caller
from citewire.services.access.reach import PRIVATE, Reach
from citewire.services.assembly.serving import Services
from citewire.services.citations.model import CollectionNames
from citewire.workflows.retriever import PassageFilter

MODEL: Final = "citewire"
"""Answers from all that the caller may read."""

_OF_COLLECTION: Final = re.compile(rf"{MODEL}-({PRIVATE}|[0-9a-f]{{12}})")

ModelName = Annotated[str, StringConstraints(max_length=200)]


class ModelView(BaseModel):
    """A model that can be asked for; `name` is for people."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "citewire"
    name: str


class ModelList(BaseModel):
    """All models that can be asked for."""

    object: Literal["list"] = "list"
    data: list[ModelView]


def models_of(reach: Reach) -> list[ModelView]:
    """The models of all collections that somebody may read, after the one for all of them."""
    shared = [
        ModelView(id=f"{MODEL}-{one.collection_id}", name=f"Citewire: {one.name}")
        for one in reach.memberships
    ]
    private = ModelView(id=f"{MODEL}-{PRIVATE}", name="Citewire: private reports")
    return [ModelView(id=MODEL, name="Citewire"), private, *shared]


def unknown_model(model: str) -> ModelNotFound:
    """What is said of a model that there is not, and of one whose collection may not be read."""
    return ModelNotFound(
        f"The model {model!r} does not exist or you do not have access to it: GET /v1/models lists "
        "those that you have."
    )


async def answerable_by(
    services: Services, caller: Caller, model: str, filters: Filters | None
) -> tuple[PassageFilter, CollectionNames]:
    """What a model answers from, and what the collections in it are called.

    Raises:
        ModelNotFound: there is none of that name that the caller may ask.
        RequestValidationError: the filters want other collections than the model has.
        CollectionNotFound, FolderNotFound, TooManyTokens: as `answerable_from`.
    """
    if model == MODEL:
        return await answerable_from(services, caller, filters)
    named = _OF_COLLECTION.fullmatch(model)
    if named is None:
        raise unknown_model(model)
    wanted = filters or Filters()
    narrowed = wanted.model_copy(update={"collections": [named[1]]})
    try:
        answerable = await answerable_from(services, caller, narrowed)
    except CollectionNotFound:
        raise unknown_model(model) from None
    if not {*wanted.collections} <= {named[1]}:
        told = f"{model} answers from its own collection alone: ask {MODEL} for others"
        raise RequestValidationError([{"loc": ("body", "filters", "collections"), "msg": told}])
    return answerable
