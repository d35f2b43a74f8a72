"""Health: alive, and able to answer."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from citewire.api.dependencies import AppParts
from citewire.api.schemas import Check, Readiness

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is alive; nothing else is asked."""
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(parts: AppParts, request: Request, response: Response) -> Readiness:
    """Able to answer: Redis and the index; 503 with the reason if not.

    Trouble at the model's provider is 200 and `degraded`. The details are for those who have a
    key, if there are keys.
    """
    found = await parts.library.readiness.check()
    checks = [Check(name=check.name, ok=check.ok, detail=check.detail) for check in found]
    ready = all(check.ok for check in found if check.vital) and not parts.service.runs.draining
    if parts.service.runs.draining:
        checks.append(Check(name="serving", ok=False, detail="the server is shutting down"))
    if request.state.owner is None:
        checks = [check.model_copy(update={"detail": ""}) for check in checks]
    if not ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return Readiness(ready=False, status="unavailable", checks=checks)
    is_well = all(check.ok for check in checks)
    return Readiness(ready=True, status="ready" if is_well else "degraded", checks=checks)
