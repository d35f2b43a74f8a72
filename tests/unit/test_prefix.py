"""A server that people reach below a path, whether or not the proxy takes that off."""

import httpx
import pytest
from fastapi import FastAPI, Request

from citewire.api.app import create_app
from citewire.api.prefix import Prefix
from citewire.errors import ConfigurationError
from citewire.settings import load_settings


def client_of(prefix: str) -> httpx.AsyncClient:
    app = FastAPI()

    @app.get("/{path:path}")
    async def told(request: Request) -> str:
        return str(request.scope["path"])

    app.add_middleware(Prefix, prefix=prefix)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page.test")


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("/my/reports/", "/"),
        ("/my/reports/chat_stream", "/chat_stream"),
        ("/my/reports/my/reports/x", "/my/reports/x"),
        ("/chat_stream", "/chat_stream"),
        ("/my/reportsx", "/my/reportsx"),
        ("/my/reports//evil.test/", "//evil.test/"),
    ],
)
async def test_the_path_is_taken_off_what_begins_with_it(asked: str, seen: str) -> None:
    async with client_of("/my/reports") as client:
        response = await client.get(asked)

    assert response.json() == seen


async def test_the_path_alone_leads_to_the_page_below_it() -> None:
    async with client_of("/my/reports") as client:
        response = await client.get("/my/reports")

    assert (response.status_code, response.headers["location"]) == (307, "/my/reports/")


def test_a_path_that_hides_a_route_is_refused() -> None:
    settings = load_settings(public_url="https://example.org/chats/")

    with pytest.raises(ConfigurationError, match="/chats begins as a path of the server's own"):
        create_app(settings)
