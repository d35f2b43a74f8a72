"""The description of all calls is complete: a call without its models, or a refusal, fails here."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from jsonschema import Draft202012Validator

from citewire.api.app import create_app
from citewire.api.contents import EVENT_SCHEMAS, EVENT_STREAM
from citewire.api.errors import STATUSES
from citewire.api.refusals import ELSEWHERE, RULES
from citewire.services.answers.events import EVENTS
from citewire.settings import load_settings

Json = dict[str, Any]
FOR_PEOPLE = {
    *("/", "/favicon.svg", "/licences.md", "/assets/{name:path}"),
    *("/auth/login", "/auth/callback"),
    "/metrics",
}
"""What browsers open, or Prometheus scrapes, is no call: it alone may be left out."""
BODILESS = {"202", "204", "304"}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Json:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        return create_app(load_settings()).openapi()


def operations(described: Json) -> Iterator[tuple[str, Json]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def says_something(media_type: str, content: Json) -> bool:
    """Whether a body is told of: by a type, a stream by those of its events."""
    if media_type == EVENT_STREAM:
        return bool(content.get(EVENT_SCHEMAS))
    schema = content.get("schema", {})
    return bool(schema.keys() & {"$ref", "anyOf", "items", "properties"}) or (
        schema.get("type") == "string" and not media_type.endswith("json")
    )


def test_every_answer_has_its_model(described: Json) -> None:
    silent = {
        (call, status)
        for call, operation in operations(described)
        for status, response in operation["responses"].items()
        if not (status in BODILESS and "content" not in response)
        and call != "GET /schema/events.json"  # a schema is any object
        and not (
            response.get("content")
            and all(says_something(*content) for content in response["content"].items())
        )
    }

    assert silent == set()


def test_every_body_that_is_sent_has_its_model(described: Json) -> None:
    silent = {
        call
        for call, operation in operations(described)
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
        if not says_something(media_type, content)
    }

    assert silent == {"POST /mcp"}  # its protocol says what


def test_every_call_tells_how_it_refuses(described: Json) -> None:
    for call, operation in operations(described):
        wanted = {"400", "500"}
        if "security" in operation:
            wanted |= {"401", "403", "413", "421", "429", "503"}
        if re.search(r"{\w+}", call):
            wanted |= {"404"} if "member" not in call else set()
        if operation.get("parameters") or operation.get("requestBody"):
            wanted |= {"422"} - ({"422"} if is_retold(operation) else set())
        assert wanted <= set(operation["responses"]), call


def is_retold(operation: Json) -> bool:
    """Whether refusals have another form than ours."""
    return "application/problem+json" not in operation["responses"]["401"]["content"]


def test_refusals_are_problems_or_in_the_form_of_the_interface(described: Json) -> None:
    forms = {
        content["schema"]["$ref"].rpartition("/")[2]: media_type
        for call, operation in operations(described)
        for status, response in operation["responses"].items()
        if status >= "400" and (call, status) != ("GET /readyz", "503")
        for media_type, content in response.get("content", {}).items()
        if media_type != "text/plain"
    }

    assert forms == {
        "ProblemView": "application/problem+json",
        "OpenAiError": "application/json",
        "JsonRpcError": "application/json",
    }


def test_the_form_of_the_framework_is_nowhere(described: Json) -> None:
    assert "HTTPValidationError" not in json.dumps(described)


def test_every_code_is_told_of_some_call() -> None:
    told = {code for _, codes in RULES for code in codes}

    assert set(STATUSES) - told == set(ELSEWHERE)


def test_the_answer_in_one_piece_is_the_event_done(described: Json) -> None:
    answer = described["paths"]["/chat"]["post"]["responses"]["200"]["content"]

    assert answer["application/json"]["schema"] == {"$ref": "#/components/schemas/Done"}


def test_the_stream_has_all_its_events(described: Json) -> None:
    stream = described["paths"]["/chat_stream"]["post"]["responses"]["200"]["content"]

    assert set(stream[EVENT_STREAM][EVENT_SCHEMAS]) == set(EVENTS)


def test_all_references_lead_somewhere_and_all_schemas_are_schemas(described: Json) -> None:
    schemas = described["components"]["schemas"]
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))

    assert used == set(schemas)
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_no_call_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    app = create_app(load_settings())
    routes = [found.original_route for found in iter_route_contexts(app.routes)]
    hidden = {
        route.path
        for route in routes
        if isinstance(route, APIRoute) and not route.include_in_schema
    }

    assert hidden == FOR_PEOPLE
