"""Signing in and out in a browser, and who one is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from citewire.api.access_schemas import Me
from citewire.api.audit import who_asks
from citewire.api.cookies import SIGN_IN_S, Cookies
from citewire.api.dependencies import CallerDep, DoorDep, SettingsDep, services_of
from citewire.api.scopes import ScopedRoute
from citewire.errors import ProviderUnavailable, SignInRefused
from citewire.services.access.door import Door, cookie_in
from citewire.services.access.sign_in import HOUR_S, SignIn
from citewire.settings import Settings

router = APIRouter(tags=["access"], route_class=ScopedRoute)
open_router = APIRouter(tags=["access"])
"""What somebody needs who has not signed in yet."""

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
Answer = Annotated[str, Query(max_length=4096)]
_REASON = re.compile(r"[a-z_]{1,40}")


@open_router.get("/auth/me")
async def read_me(request: Request, door: DoorDep, settings: SettingsDep) -> Me:
    """Who asks, and how one signs in."""
    return Me.of(
        request.state.caller,
        name_of=door.credentials.name_of,
        sign_in=door.sign_in is not None,
        is_closed=settings.is_closed,
    )


@open_router.get("/auth/login", include_in_schema=False)
async def begin_sign_in(request: Request, door: DoorDep, settings: SettingsDep) -> Response:
    """Send the browser to the provider."""
    with _told_on_the_page(request, settings) as told:
        begun = await _sign_in(door).begin(_callback(request, settings))
        cookies = Cookies.from_settings(settings)
        told.answer = RedirectResponse(begun.url, HTTPStatus.SEE_OTHER, HEADERS)
        name = cookies.sign_in(request.scope)
        cookies.keep(told.answer, request.scope, name, begun.kept, SIGN_IN_S)
    return told.answer


@open_router.get("/auth/callback", include_in_schema=False)
async def finish_sign_in(
    request: Request,
    door: DoorDep,
    settings: SettingsDep,
    *,
    code: Answer = "",
    state: Answer = "",
    iss: Answer = "",
    error: Answer = "",
) -> Response:
    """Take the browser back from the provider, with a session."""
    cookies, scope = Cookies.from_settings(settings), request.scope
    audit = services_of(request).audit
    with _told_on_the_page(request, settings) as told:
        try:
            sign_in = _sign_in(door)
            if error:
                reason = error if _REASON.fullmatch(error) else "error"
                raise SignInRefused(f"the provider answers: {reason}")
            kept = cookie_in(scope["headers"], cookies.sign_in(scope)).decode("latin-1")
            redirect_uri = _callback(request, settings)
            token = await sign_in.finish(
                code=code, state=state, kept=kept, redirect_uri=redirect_uri, issuer=iss or None
            )
        except SignInRefused as refusal:
            operation = "GET /auth/callback"
            await audit.refused(who_asks(scope), problem=refusal.code, operation=operation)
            raise
        if (found := await door.credentials.of_session(token.encode())) is not None:
            who = replace(who_asks(scope), name=found.owner)
            await audit.signed_in(who, how="OpenID Connect")
        if request.state.caller is not None:  # who signs in anew leaves no session behind
            await door.credentials.end_session(request.state.caller)
        told.answer = _to_client(request, settings)
        cookies.drop(told.answer, scope, cookies.sign_in(scope))
        lasts_s = int(settings.sign_in.session_hours * HOUR_S)
        cookies.keep(told.answer, scope, cookies.session(scope), token, lasts_s)
    return told.answer


@router.post("/auth/logout", status_code=HTTPStatus.NO_CONTENT)
async def sign_out(
    request: Request, door: DoorDep, settings: SettingsDep, caller: CallerDep
) -> Response:
    """End the session, on all workers within two seconds; a key stays as it is."""
    await door.credentials.end_session(caller)
    await services_of(request).audit.signed_out(who_asks(request.scope))
    answer = Response(status_code=HTTPStatus.NO_CONTENT, headers=HEADERS)
    cookies = Cookies.from_settings(settings)
    cookies.drop(answer, request.scope, cookies.session(request.scope))
    return answer


@dataclass(slots=True)
class _Told:
    answer: Response


@contextmanager
def _told_on_the_page(request: Request, settings: Settings) -> Iterator[_Told]:
    """Send a person whose sign-in fails back to the web client, which says why."""
    told = _Told(Response())
    try:
        yield told
    except (SignInRefused, ProviderUnavailable) as error:
        if "text/html" not in request.headers.get("Accept", ""):
            raise
        told.answer = _to_client(request, settings, f"?sign_in={error.code}")


def _to_client(request: Request, settings: Settings, query: str = "") -> Response:
    address = f"{_base(request, settings)}/{query}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, HEADERS)


def _sign_in(door: Door) -> SignIn:
    if door.sign_in is None:
        raise SignInRefused("this server has no provider to sign in with")
    return door.sign_in


def _callback(request: Request, settings: Settings) -> str:
    return f"{_base(request, settings)}/auth/callback"


def _base(request: Request, settings: Settings) -> str:
    return (settings.sign_in.public_url or str(request.base_url)).rstrip("/")
