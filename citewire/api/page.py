"""The chat page and its two static files: a stopgap until the web client replaces it."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # The files carry no version in their names, and a page must not run with another one's script.
    "Cache-Control": "no-cache",
}

MEDIA_TYPES = {"page.js": "text/javascript", "page.css": "text/css"}

# Read at import, so that a package without its files fails at start and not in front of a person.
_STATIC = files("citewire.api") / "static"
_INDEX = (_STATIC / "index.html").read_bytes()
_FILES = {name: (_STATIC / name).read_bytes() for name in MEDIA_TYPES}


@router.get("/")
async def index() -> Response:
    """The page."""
    return Response(_INDEX, media_type="text/html", headers=HEADERS)


@router.get("/page/{name}")
async def static_file(name: str) -> Response:
    """The page's script or style sheet; any other name is 404."""
    if name not in _FILES:
        raise HTTPException(404, f"the page has no file {name}")
    return Response(_FILES[name], media_type=MEDIA_TYPES[name], headers=HEADERS)
