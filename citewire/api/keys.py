"""API keys: made, listed and revoked at run time; one's own, and with the scope admin anybody's."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from citewire.api.access_schemas import ApiKeyList, ApiKeyView, MadeKey, NewKey
from citewire.api.audit import who_asks
from citewire.api.dependencies import CallerDep, MadeKeysDep, services_of
from citewire.api.schemas import Identifier
from citewire.api.scopes import ScopedRoute
from citewire.errors import ScopeMissing
from citewire.services.access.caller import Scope
from citewire.services.access.credentials import KEY
from citewire.services.access.made_keys import check_may_make, is_person

router = APIRouter(tags=["keys"], route_class=ScopedRoute)


@router.get("/keys")
async def list_keys(
    keys: MadeKeysDep, caller: CallerDep, everybody: Annotated[bool, Query()] = False
) -> ApiKeyList:
    """One's own keys, the newest first; with `everybody`, which needs the scope admin, all."""
    if everybody and Scope.ADMIN not in caller.scopes:
        raise ScopeMissing("keys of others need the scope admin")
    found = await keys.of(None if everybody else caller.owner)
    return ApiKeyList(keys=[ApiKeyView.of(key) for key in found])


@router.post("/keys", status_code=HTTPStatus.CREATED)
async def make_key(
    keys: MadeKeysDep, caller: CallerDep, asked: NewKey, request: Request
) -> MadeKey:
    """Make a key; it is told only now, for nothing but its hash is kept."""
    owner, scopes = asked.owner or caller.owner, frozenset(map(Scope, asked.scopes))
    check_may_make(caller, owner, scopes, asked.groups)
    key, stored = await keys.make(owner, scopes, groups=asked.groups, days=asked.days)
    told = {"scopes": stored.scopes, "groups": stored.groups}
    audit = services_of(request).audit
    await audit.key_made(who_asks(request.scope), key_id=stored.id, owner=owner, **told)
    return MadeKey(key=key, **ApiKeyView.of(stored).model_dump())


@router.delete("/keys/{key_id}", status_code=HTTPStatus.NO_CONTENT)
async def revoke_key(
    key_id: Annotated[Identifier, Path()],
    keys: MadeKeysDep,
    caller: CallerDep,
    request: Request,
) -> None:
    """Revoke a key, on all workers within two seconds, also where it is being answered."""
    is_admin = Scope.ADMIN in caller.scopes
    # What is another's is not even confirmed; a key without the scope admin ends only itself.
    if not (is_admin or is_person(caller) or caller.credential == KEY + key_id):
        await keys.known(key_id, caller.owner)
        raise ScopeMissing("a key without the scope admin revokes only itself")
    revoked = await keys.revoke(key_id, None if is_admin else caller.owner)
    audit = services_of(request).audit
    await audit.key_revoked(who_asks(request.scope), key_id=key_id, owner=revoked.owner)
