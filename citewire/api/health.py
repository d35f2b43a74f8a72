"""Health: alive, and able to answer."""

from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from citewire.api.dependencies import ChatServiceDep, ReadinessDep, services_of
from citewire.api.schemas import Alive, Readiness
from citewire.services.assembly.readiness import AUDIT, CheckResult

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Alive:
    """The process is alive; nothing else is asked."""
    return Alive(status="alive")


@router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(
    readiness: ReadinessDep, service: ChatServiceDep, request: Request, response: Response
) -> Readiness:
    """Able to answer: Redis and the index; 503 with the reason if not.

    Trouble at the model's provider, or with the audit log, is 200 and `degraded`. The details are
    for those who have a key, if there are keys.
    """
    checks = await readiness.check()
    if service.runs.draining:
        checks.append(CheckResult("serving", ok=False, detail="the server is shutting down"))
    if trouble := services_of(request).audit.trouble:
        checks.append(CheckResult(AUDIT, ok=False, detail=trouble))
    if request.state.caller is None:
        checks = [replace(check, detail="") for check in checks]
    ready = all(check.ok for check in checks if check.is_vital)
    if not ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return Readiness(ready=False, status="unavailable", checks=checks)
    is_well = all(check.ok for check in checks)
    return Readiness(ready=True, status="ready" if is_well else "degraded", checks=checks)
