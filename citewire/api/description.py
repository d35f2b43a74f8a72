"""The description of all calls, `/openapi.json`: FastAPI's, made true.

FastAPI knows what a call takes and which model it answers. Added here: the refusals of each call,
the types of events, and that what we send has all its fields. It is made once, when first asked.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter

from citewire.api.compat.problems import Retold
from citewire.api.contents import named
from citewire.api.refusals import OF_CONNECTION, Call, refusals
from citewire.api.schemas import Turn
from citewire.api.wire_schema import AlwaysSent, wire_schema

Json = dict[str, Any]
SESSION: Final = "Session"
PROBLEM: Final = "application/problem+json"
HERE: Final = "#/components/schemas/"
_UNTOLD: Final = {
    "type": "about:blank",
    "title": "",
    "status": 0,
    "detail": "",
    "code": "",
    "retryable": False,
    "request_id": "",
}
_REQUEST_ID: Final[Json] = {
    "X-Request-ID": {
        "description": "by which the server's log names the request",
        "schema": {"type": "string"},
    }
}
_HEADERS: Final[dict[int, Json]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": {"schema": {"const": "Bearer"}}},
    HTTPStatus.TOO_MANY_REQUESTS: {
        "Retry-After": {"description": "seconds", "schema": {"type": "integer"}}
    },
    HTTPStatus.SERVICE_UNAVAILABLE: {
        "Retry-After": {"description": "seconds", "schema": {"type": "integer"}}
    },
}


@dataclass(frozen=True, slots=True)
class Form:
    """How refusals are told to clients of another interface.

    Args:
        is_for: whether on a path.
        retold: makes their words of a problem.
        kind: the type of their body.
        own: statuses that the interface has besides, with what they mean.
    """

    is_for: Callable[[str], bool]
    retold: Retold
    kind: type[BaseModel]
    own: Mapping[int, str] = field(default_factory=dict)


class DescribedApp(FastAPI):
    """An app whose description says what is answered.

    Args:
        forms: of refusals on paths that speak otherwise.
        told: types of events that no call answers by themselves.
        cookie: the name of the one of a session.
        more: as FastAPI takes it.
    """

    def __init__(
        self, *, forms: Sequence[Form], told: Sequence[type[BaseModel]], cookie: str, **more: Any
    ) -> None:
        super().__init__(**more)
        self._cookie = cookie
        self._forms = forms
        self._told = (*told, *(form.kind for form in forms))

    def openapi(self) -> Json:
        """The description; made once."""
        if self.openapi_schema is None:
            self.openapi_schema = described(
                super().openapi(), self._forms, self._told, self._cookie
            )
        return self.openapi_schema


def described(
    found: Json, forms: Sequence[Form], told: Sequence[type[BaseModel]], cookie: str
) -> Json:
    """FastAPI's description with what it does not know.

    Args:
        found: FastAPI's; it is left as it is.
        forms: of refusals on paths that speak otherwise.
        told: types that no call answers by themselves.
        cookie: the name of the one of a session.
    """
    whole = deepcopy(found)
    schemas: Json = whole["components"]["schemas"]
    whole["components"]["securitySchemes"][SESSION] = {
        "type": "apiKey",
        "in": "cookie",
        "name": cookie,
        "description": "A session, where one can sign in; over https the name begins `__Host-`.",
    }
    schemas |= _own_schemas() | _schemas_of(told)
    for path, operations in whole["paths"].items():
        form = next((form for form in forms if form.is_for(path)), None)
        for method, operation in operations.items():
            operation["responses"].pop("422", None)  # FastAPI's own form, which nobody gets
            call = _call(method, path, operation, schemas)
            if call.is_closed:
                operation["security"].append({SESSION: []})
            for status, response in _refused(call, form).items():
                operation["responses"].setdefault(status, response)
    whole["components"]["schemas"] = _used(whole, schemas)
    return whole


def _own_schemas() -> Json:
    schemas = _moved(wire_schema()["$defs"])
    progress = deepcopy(schemas["JobView"])
    progress["title"] = "JobProgress"
    progress["description"] = "A background ingestion that is not over; its files come at the end."
    del progress["properties"]["files"]
    progress["required"].remove("files")
    # A file has what was stored of a message, and no fields that say nothing of it.
    stored = deepcopy(schemas["Turn"])
    stored |= {"title": "StoredTurn", "required": ["siblings", *_stored_always()]}
    export = deepcopy(schemas["ChatExport"])
    export["properties"]["messages"]["items"] = named("StoredTurn")
    return {**schemas, "JobProgress": progress, "StoredTurn": stored, "ChatExport": export}


def _stored_always() -> list[str]:
    return [name for name, field in Turn.model_fields.items() if field.is_required()]


def _schemas_of(kinds: Sequence[type[BaseModel]]) -> Json:
    _, shared = TypeAdapter.json_schemas(
        [(kind.__name__, "serialization", TypeAdapter(kind)) for kind in kinds],
        schema_generator=AlwaysSent,
    )
    return _moved(shared.get("$defs", {}))


def _moved(definitions: Json) -> Json:
    """Definitions with their references to each other as the description has them."""
    moved: Json = json.loads(json.dumps(definitions).replace('"#/$defs/', f'"{HERE}'))
    return moved


def _call(method: str, path: str, operation: Json, schemas: Json) -> Call:
    bodies = operation.get("requestBody", {}).get("content", {})
    well = (
        media_type
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for media_type in response.get("content", {})
    )
    return Call(
        method=method.upper(),
        path=path,
        tags=frozenset(operation.get("tags", ())),
        is_closed="security" in operation,
        parameters=frozenset(one["name"] for one in operation.get("parameters", ())),
        bodies=frozenset(bodies),
        fields=frozenset(
            name for body in bodies.values() for name in _fields(body["schema"], schemas)
        ),
        answers=frozenset(well),
    )


def _fields(schema: Json, schemas: Json) -> Iterator[str]:
    """The names of all fields of a body."""
    if reference := schema.get("$ref"):
        yield from _fields(schemas[reference.removeprefix(HERE)], schemas)
    for one in schema.get("anyOf", ()):
        yield from _fields(one, schemas)
    yield from schema.get("properties", ())


def _refused(call: Call, form: Form | None) -> dict[str, Json]:
    found: dict[int, dict[str, list[str]]] = {}
    for status, codes in refusals(call).items():
        for code in codes:
            is_retold = form is not None and code not in OF_CONNECTION
            kind = "application/json" if is_retold else PROBLEM
            told = form.retold(status, {**_UNTOLD, "code": code})[0] if form else status
            by_kind = found.setdefault(told if is_retold else status, {})
            by_kind.setdefault(kind, []).append(code)
    responses = {status: _response(status, by_kind, form) for status, by_kind in found.items()}
    for status, means in (form.own if form else {}).items():
        told_so = found.setdefault(status, {})
        told_so.setdefault("application/json", [])
        responses[status] = _response(status, told_so, form, means)
    return {str(status): responses[status] for status in sorted(responses)}


def _response(
    status: int, codes: Mapping[str, list[str]], form: Form | None, means: str = ""
) -> Json:
    listed = ", ".join(f"`{code}`" for found in codes.values() for code in found)
    schemas = {
        kind: named("ProblemView" if kind == PROBLEM or form is None else form.kind.__name__)
        for kind in codes
    }
    return {
        "description": "; ".join(filter(None, (HTTPStatus(status).phrase, means, listed))),
        "headers": {**_REQUEST_ID, **_HEADERS.get(status, {})},
        "content": {kind: {"schema": schema} for kind, schema in schemas.items()},
    }


def _used(whole: Json, schemas: Json) -> Json:
    """The schemas that a call refers to, in itself or through others."""
    found: set[str] = set()
    ahead = [json.dumps(whole["paths"])]
    while ahead:
        for name in set(re.findall(r'"#/components/schemas/([^"]+)"', ahead.pop())) - found:
            found.add(name)
            ahead.append(json.dumps(schemas[name]))
    return {name: schemas[name] for name in sorted(found)}
