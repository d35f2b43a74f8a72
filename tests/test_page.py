"""The chat page: what is served, with which headers, and that it asks nothing of anybody else."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from citewire.api import page
from citewire.api.errors import install_error_handlers

PATHS = {"/": "text/html", "/page/page.js": "text/javascript", "/page/page.css": "text/css"}


@asynccontextmanager
async def visitor() -> AsyncGenerator[httpx.AsyncClient, None]:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(page.router)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://page.test") as client:
        yield client


@pytest.mark.parametrize(("path", "media_type"), PATHS.items())
async def test_the_page_and_its_files_are_served_as_what_they_are(
    path: str, media_type: str
) -> None:
    async with visitor() as client:
        response = await client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"


@pytest.mark.parametrize("path", PATHS)
async def test_every_file_allows_only_what_comes_from_here(path: str) -> None:
    async with visitor() as client:
        headers = (await client.get(path)).headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["nothing.js", "index.html", "..%2Fapp.py", "%2Fetc%2Fpasswd"])
async def test_any_other_file_is_not_found(name: str) -> None:
    async with visitor() as client:
        response = await client.get(f"/page/{name}")

    assert response.status_code == 404


async def test_every_address_in_the_page_is_relative() -> None:
    async with visitor() as client:
        html = (await client.get("/")).text
        script = (await client.get("/page/page.js")).text
    addresses = re.findall(r'(?:href|src)="([^"]*)"', html) + re.findall(
        r'fetch\("([^"]*)"', script
    )

    assert sorted(addresses) == ["chat_stream", "docs", "page/page.css", "page/page.js"]


async def test_no_file_names_another_host() -> None:
    async with visitor() as client:
        texts = [(await client.get(path)).text for path in PATHS]

    assert not [text for text in texts if re.search(r"""\w+://|["'(]//""", text)]


async def test_the_script_never_makes_markup_from_text() -> None:
    async with visitor() as client:
        script = (await client.get("/page/page.js")).text

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)
