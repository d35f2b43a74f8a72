"""Questions that go straight: only what is plainly one, and all else as FastAPI would have it."""

import asyncio
import json
from typing import Any

import pytest

from citewire.api.schemas import AskRequest
from citewire.api.straight import _is_plain, _question_in, _with

JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize(
    ("method", "headers", "is_plain"),
    [
        ("POST", [JSON], True),
        ("POST", [JSON, (b"accept", b"text/event-stream")], True),
        ("GET", [JSON], False),
        ("POST", [], False),
        ("POST", [(b"content-type", b"text/plain")], False),
        ("POST", [(b"content-type", b"text/plain"), JSON], False),
        ("POST", [(b"content-type", b"application/json; charset=utf-8")], False),
        ("POST", [JSON, (b"idempotency-key", b"once")], False),
    ],
)
def test_only_plain_requests_go_straight(
    method: str, headers: list[tuple[bytes, bytes]], is_plain: bool
) -> None:
    assert _is_plain({"method": method, "headers": headers}) is is_plain


def test_a_question_is_read_as_it_is_described() -> None:
    asked = {"message": " How many? ", "chat_id": "a1", "replaces": "b2"}
    assert _question_in(json.dumps(asked).encode()) == AskRequest.model_validate(asked)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"message": ""}',
        b'{"message": 1}',
        b'{"message": "x", "more": 1}',
        b'{"message": "x", "replaces": "b"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_question_is_left_to_fastapi(body: bytes) -> None:
    assert _question_in(body) is None


async def test_a_body_that_was_read_is_read_again_with_what_follows() -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    again = _with(b"{}", receive)

    assert await again() == {"type": "http.request", "body": b"{}", "more_body": False}
    assert await again() == {"type": "http.disconnect"}
