"""`GET /metrics`: for who has the key of the metrics, or comes from an address that is listed."""

import hashlib
import hmac
from http import HTTPStatus
from typing import Annotated, Final

import anyio
from fastapi import APIRouter, Header, Request, Response
from fastapi.exceptions import HTTPException
from starlette.datastructures import Headers

from citewire.api.dependencies import services_of
from citewire.api.host_check import HostCheck
from citewire.errors import ApiKeyRefused
from citewire.services.telemetry.exposition import exposed
from citewire.settings import Settings
from citewire.settings.networks import is_within

FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
"""Headers by which a proxy says that it passes a request on."""

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, accept: Annotated[str, Header()] = "") -> Response:
    """What Prometheus scrapes, of all workers of this server (docs/metrics.md).

    It opens with the key of its own setting or from listed addresses, never by an API key.
    """
    services = services_of(request)
    check(request, services.settings)
    facts = await services.facts.read()
    body, media_type = await anyio.to_thread.run_sync(exposed, services.metrics, facts, accept)
    headers = {"Content-Type": media_type, "Cache-Control": "no-store"}
    return Response(body, headers=headers)


def check(request: Request, settings: Settings) -> None:
    """Return if the request may scrape.

    Raises:
        ApiKeyRefused: there is a key, and the request has another or none.
        HTTPException: 404 where nobody may, or only other addresses.
        UnknownHost: it comes from a listed address and asks for another name, as a page can.
    """
    key = settings.access.metrics_key
    if key is not None and _has(request.headers, key.get_secret_value()):
        return
    if is_within(_address_of(request, settings), settings.access.scraping_networks):
        hosts: HostCheck = request.app.state.hosts
        hosts.check(request.scope)
        return
    if key is not None:
        raise ApiKeyRefused("the metrics need the key of CITEWIRE_METRICS_KEY")
    raise HTTPException(HTTPStatus.NOT_FOUND)


def _has(headers: Headers, key: str) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    is_it = hmac.compare_digest(_hashed(given.strip()), _hashed(key))
    return scheme.lower() == "bearer" and is_it


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _address_of(request: Request, settings: Settings) -> str | None:
    """Where a request comes from; None if that is not known for sure.

    A proxy on this machine has this machine's address: what says that it was passed on comes from
    there only if the settings name the proxy, and then from whom that one had it.
    """
    peer = request.client.host if request.client else None
    if not any(name in request.headers for name in FORWARDED):
        return peer
    proxies = settings.sign_in.proxies
    if not is_within(peer, proxies):
        return None
    passed = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for address in map(str.strip, reversed(passed)):
        if not is_within(address, proxies):
            return address
    return None
