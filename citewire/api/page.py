"""The web client: its built files, with a policy that allows nothing from anywhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

STATIC: Final = Path(__file__).parent / "static"
"""Where `npm run build` in `frontend/` puts the client."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors "
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".md": "text/markdown; charset=utf-8",
}
OTHER: Final = "application/octet-stream"

Built = tuple[int, ...]

NOT_BUILT: Final = "The web client is not built: run `make web` (it needs Node.js). The API works."


@dataclass(frozen=True, slots=True)
class ClientFile:
    """One file of the client; `packed` is the same compressed, if there is such a file."""

    path: Path
    packed: Path | None
    headers: dict[str, str]


def headers_for(frames: Sequence[str]) -> dict[str, str]:
    """The headers of all files, for a client that pages of these origins may frame."""
    return {"Content-Security-Policy": POLICY + (" ".join(frames) or "'none'"), **HEADERS}


def find_client(folder: Path, headers: Mapping[str, str]) -> dict[str, ClientFile]:
    """The client's files by their paths in the folder, with headers; empty if it is not built.

    Only what is found here is ever served, so that no name can lead anywhere else.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz")
    return {str(path.relative_to(folder)): _client_file(path, folder, headers) for path in paths}


def _client_file(path: Path, folder: Path, common: Mapping[str, str]) -> ClientFile:
    packed = path.with_name(f"{path.name}.gz")
    is_named_by_content = path.parent == folder / "assets"
    cache = "public, max-age=31536000, immutable" if is_named_by_content else "no-cache"
    headers = {
        **common,
        "Content-Type": MEDIA_TYPES.get(path.suffix, OTHER),
        "Cache-Control": cache,
        "Vary": "Accept-Encoding",
    }
    return ClientFile(path, packed if packed.is_file() else None, headers)


class _Client:
    """The files of a client that may be built anew while it is served, and are looked up then.

    A page that was loaded before asks for files that are gone; it offers to be loaded again.
    """

    def __init__(self, folder: Path, headers: Mapping[str, str]) -> None:
        self._folder = folder
        self._headers = headers
        self._since: Built = ()
        self._files: dict[str, ClientFile] = {}

    async def file(self, name: str) -> ClientFile | None:
        """The file of a name, if there is one now."""
        return await to_thread.run_sync(self._look_up, name)

    def _look_up(self, name: str) -> ClientFile | None:
        built = _built(self._folder)
        if built != self._since:
            # In this order: what is written meanwhile is looked for the next time.
            self._files, self._since = find_client(self._folder, self._headers), built
        return self._files.get(name)


def _built(folder: Path) -> Built:
    """When the page and its scripts were last written, in nanoseconds; what is not there, never."""
    times = []
    for path in (folder / "index.html", folder / "assets"):
        try:
            times.append(path.stat().st_mtime_ns)
        except OSError:
            times.append(0)
    return tuple(times)


def build_router(folder: Path = STATIC, *, frames: Sequence[str] = ()) -> APIRouter:
    """The routes of the client that was built into `folder`.

    Args:
        folder: with the built client.
        frames: origins whose pages may show it in a frame.
    """
    router = APIRouter(include_in_schema=False)
    common = headers_for(frames)
    client = _Client(folder, common)

    @router.get("/")
    async def index(request: Request) -> Response:
        """The page."""
        found = await client.file("index.html")
        if found is None:
            return PlainTextResponse(NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, common)
        return _respond(found, request)

    @router.get("/favicon.svg")
    @router.get("/licences.md")
    @router.get("/assets/{name:path}")
    async def file(request: Request) -> Response:
        """A file of the page; any other name is 404."""
        path = request.scope["path"].removeprefix(_prefix(request)).lstrip("/")
        found = await client.file(path)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "the page has no such file")
        return _respond(found, request)

    return router


def _prefix(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _respond(file: ClientFile, request: Request) -> FileResponse:
    if file.packed is None or "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(file.path, headers=file.headers)
    return FileResponse(file.packed, headers={**file.headers, "Content-Encoding": "gzip"})
