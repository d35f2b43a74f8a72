"""The web client as it is served: its headers and files, and what is said without a build."""

import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from citewire.api import page
from citewire.api.app import create_app
from citewire.api.errors import install_error_handlers
from citewire.settings import load_settings

SCRIPT = b"console.log('hello');" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as the client's build leaves it."""
    folder = tmp_path / "static"
    (folder / "assets" / "pdfjs" / "cmaps").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Citewire</title>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "licences.md").write_text("# Licences")
    (folder / "assets" / "index-abc.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "assets" / "worker.mjs").write_bytes(SCRIPT)
    (folder / "assets" / "pdfjs" / "cmaps" / "H.bcmap").write_bytes(b"\x00")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@asynccontextmanager
async def visitor(folder: Path) -> AsyncGenerator[httpx.AsyncClient, None]:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(page.build_router(folder))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://page.test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        ("/licences.md", "text/markdown; charset=utf-8", "no-cache"),
        ("/assets/index-abc.js", "text/javascript; charset=utf-8", "immutable"),
        ("/assets/worker.mjs", "text/javascript; charset=utf-8", "immutable"),
        ("/assets/pdfjs/cmaps/H.bcmap", "application/octet-stream", "no-cache"),
    ],
)
async def test_the_page_and_its_files_are_served_as_what_they_are(
    built: Path, path: str, media_type: str, cache: str
) -> None:
    async with visitor(built) as client:
        response = await client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert cache in response.headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/favicon.svg", "/assets/index-abc.js"])
async def test_every_file_allows_only_what_comes_from_here(built: Path, path: str) -> None:
    async with visitor(built) as client:
        headers = (await client.get(path)).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


async def test_a_compressed_copy_is_sent_to_who_takes_it(built: Path) -> None:
    async with visitor(built) as client:
        packed = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip, br"})
        plain = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == SCRIPT


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.js",
        "/assets/index-abc.js.gz",
        "/assets/../index.html",
        "/assets/..%2F..%2Fsecret.txt",
        "/assets/%2Fetc%2Fpasswd",
    ],
)
async def test_any_other_file_is_not_found(built: Path, path: str) -> None:
    async with visitor(built) as client:
        response = await client.get(path)

    assert response.status_code == 404


async def test_a_client_that_is_built_anew_is_served_by_a_server_that_goes_on(built: Path) -> None:
    async with visitor(built) as client:
        await client.get("/assets/index-abc.js")
        for name in ("index-abc.js", "index-abc.js.gz"):
            (built / "assets" / name).unlink()
        (built / "assets" / "index-def.js").write_bytes(b"new();")
        (built / "index.html").write_text("<!doctype html><title>New</title>")

        assert "New" in (await client.get("/")).text
        assert (await client.get("/assets/index-def.js")).content == b"new();"
        assert (await client.get("/assets/index-abc.js")).status_code == 404


async def test_a_client_that_is_built_while_a_server_runs_is_served(tmp_path: Path) -> None:
    async with visitor(tmp_path) as client:
        assert (await client.get("/")).status_code == 503
        (tmp_path / "index.html").write_text("<!doctype html>")

        assert (await client.get("/")).status_code == 200


async def test_without_a_built_client_the_page_says_how_to_build_it(tmp_path: Path) -> None:
    async with visitor(tmp_path) as client:
        response = await client.get("/")

    assert response.status_code == 503
    assert "make web" in response.text


def test_no_page_of_the_framework_loads_scripts_from_elsewhere() -> None:
    paths = {getattr(route, "path", "") for route in create_app(load_settings()).routes}

    assert "/openapi.json" in paths
    assert not paths & {"/docs", "/redoc"}
