"""Answers of a server, held against what its description says of them."""

import json
import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

Json = dict[str, Any]
STREAM = "text/event-stream"


class Description:
    """What a server says of its calls.

    Args:
        document: of `/openapi.json`.
    """

    def __init__(self, document: Json) -> None:
        self.document = document
        self._paths = {
            path: re.compile(re.sub(r"\\{(\w+)\\}", self._part, re.escape(path)) + r"\Z")
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        }
        self.seen: dict[str, set[int]] = {}

    @property
    def calls(self) -> dict[str, Json]:
        """All operations, by `POST /path`."""
        return {
            f"{method.upper()} {path}": operation
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def check(self, answer: httpx.Response) -> httpx.Response:
        """Fail unless an answer, which was read, is described; what is no call is passed over."""
        call = self._call(answer.request)
        if call is None:
            return answer
        status = answer.status_code
        told = f"{call}: {status} {answer.text[:300]}"
        response = self.calls[call]["responses"].get(str(status))
        assert response is not None, f"not described: {told}"
        self.seen.setdefault(call, set()).add(status)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        contents = response.get("content", {})
        if not contents or not answer.content:
            assert not (contents or answer.content) or status in (406, 416), told
            return answer
        assert kind in contents, f"{kind} is not described: {told}"
        if kind == STREAM:
            self._check_events(answer.text, contents[kind]["x-event-schemas"], told)
        elif kind.endswith("json"):
            self._check_value(answer.json(), contents[kind]["schema"], told)
        return answer

    def _call(self, request: httpx.Request) -> str | None:
        for path, pattern in self._paths.items():
            method = request.method
            if method.lower() in self.document["paths"][path] and pattern.match(request.url.path):
                return f"{method} {path}"
        return None

    def _part(self, found: re.Match[str]) -> str:
        return ".+" if found[1] == "member" else "[^/]+"

    def _check_events(self, text: str, events: Json, told: str) -> None:
        for block in re.split(r"\r?\n\r?\n", text):
            lines = [line.partition(": ") for line in block.splitlines()]
            fields = {name: value for name, _, value in lines if name}
            if (data := fields.get("data")) and data != "[DONE]":
                name = fields.get("event", "message")
                assert name in events, f"the event {name} is not described: {told}"
                self._check_value(json.loads(data), events[name], f"{name} of {told}")

    def _check_value(self, value: object, schema: Json, told: str) -> None:
        whole = {**schema, "components": self.document["components"]}
        fault = best_match(Draft202012Validator(whole).iter_errors(value))
        assert fault is None, f"{fault.json_path}: {fault.message[:500]} in {told}"
