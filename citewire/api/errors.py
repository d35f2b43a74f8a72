"""The one table that turns the codes of errors into HTTP.

Problem bodies follow RFC 9457. Every message of a CitewireError is written to be shown; what is
not a CitewireError is logged and told as `internal`.
"""

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from citewire import errors
from citewire.api.patterns import mismatch
from citewire.api.request_log import note_problem

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 2
"""What a client that found the server full is told to wait, in seconds."""


STATUSES: dict[str, HTTPStatus] = {
    "api_key_refused": HTTPStatus.UNAUTHORIZED,
    "sign_in_refused": HTTPStatus.FORBIDDEN,
    "provider_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "scope_missing": HTTPStatus.FORBIDDEN,
    "credential_revoked": HTTPStatus.UNAUTHORIZED,
    "key_not_found": HTTPStatus.NOT_FOUND,
    "too_many_keys": HTTPStatus.CONFLICT,
    "chat_not_found": HTTPStatus.NOT_FOUND,
    "cites_private": HTTPStatus.CONFLICT,
    "chat_busy": HTTPStatus.CONFLICT,
    "message_not_found": HTTPStatus.NOT_FOUND,
    "model_not_found": HTTPStatus.NOT_FOUND,
    # Not 429: waiting does not help.
    "too_many_chats": HTTPStatus.CONFLICT,
    "run_not_found": HTTPStatus.NOT_FOUND,
    "idempotency_key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "not_replayable": HTTPStatus.CONFLICT,
    "too_many_readers": HTTPStatus.TOO_MANY_REQUESTS,
    "run_lost": HTTPStatus.BAD_GATEWAY,
    "collection_not_found": HTTPStatus.NOT_FOUND,
    "folder_not_found": HTTPStatus.NOT_FOUND,
    "member_not_found": HTTPStatus.NOT_FOUND,
    "role_too_low": HTTPStatus.FORBIDDEN,
    "last_manager": HTTPStatus.CONFLICT,
    "too_many_collections": HTTPStatus.CONFLICT,
    "too_many_members": HTTPStatus.CONFLICT,
    "document_not_found": HTTPStatus.NOT_FOUND,
    "page_not_found": HTTPStatus.NOT_FOUND,
    "passage_not_found": HTTPStatus.NOT_FOUND,
    "job_not_found": HTTPStatus.NOT_FOUND,
    "invalid_upload": HTTPStatus.UNPROCESSABLE_ENTITY,
    "export_too_long": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unsupported_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "upload_stalled": HTTPStatus.REQUEST_TIMEOUT,
    "too_many_jobs": HTTPStatus.TOO_MANY_REQUESTS,
    "too_many_runs": HTTPStatus.TOO_MANY_REQUESTS,
    "too_many_requests": HTTPStatus.TOO_MANY_REQUESTS,
    "too_many_tokens": HTTPStatus.TOO_MANY_REQUESTS,
    "body_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unknown_host": HTTPStatus.MISDIRECTED_REQUEST,
    "foreign_page": HTTPStatus.FORBIDDEN,
    "headers_too_large": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "malformed_request": HTTPStatus.BAD_REQUEST,
    "request_stalled": HTTPStatus.REQUEST_TIMEOUT,
    "draining": HTTPStatus.SERVICE_UNAVAILABLE,
    "storage_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "index_mismatch": HTTPStatus.SERVICE_UNAVAILABLE,
    "library_busy": HTTPStatus.CONFLICT,
    "upload_not_stored": HTTPStatus.INSUFFICIENT_STORAGE,
    "storage_error": HTTPStatus.SERVICE_UNAVAILABLE,
    "retrieval_timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "model_key_refused": HTTPStatus.BAD_GATEWAY,
    "model_busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "model_timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "model_rejected": HTTPStatus.BAD_GATEWAY,
    "model_unpaid": HTTPStatus.BAD_GATEWAY,
    "prompt_filtered": HTTPStatus.BAD_GATEWAY,
    "too_long_for_model": HTTPStatus.BAD_GATEWAY,
    "model_out_of_tokens": HTTPStatus.BAD_GATEWAY,
    "model_thought_aloud": HTTPStatus.BAD_GATEWAY,
    "model_unavailable": HTTPStatus.BAD_GATEWAY,
    "model_error": HTTPStatus.BAD_GATEWAY,
}
"""The HTTP status of each `code`; what is not here is 500."""
STOPPED_STATUSES: dict[str, HTTPStatus] = {
    "timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "shutdown": HTTPStatus.SERVICE_UNAVAILABLE,
    "user": HTTPStatus.CONFLICT,
    "disconnect": HTTPStatus.NO_CONTENT,
    "access": HTTPStatus.FORBIDDEN,
}
"""The HTTP status of the code `stopped`, by what stopped the answer."""


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    retryable: bool = False,
    retry_after_s: float | None = None,
    **more: object,
) -> JSONResponse:
    """A problem as JSON (RFC 9457), with our `code`, `retryable` and `request_id`."""
    request_id = note_problem(code)
    headers = {"Cache-Control": "no-store", "X-Request-ID": request_id}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) and retryable:
        headers["Retry-After"] = str(math.ceil(retry_after_s or RETRY_AFTER_S))
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        "retryable": retryable,
        "request_id": request_id,
        **more,
    }
    return JSONResponse(
        body, status_code=status, headers=headers, media_type="application/problem+json"
    )


def error_response(error: errors.CitewireError) -> JSONResponse:
    """The problem that an error is told as."""
    return problem_response(
        status_of(error.code),
        error.code,
        error.public,
        retryable=error.retryable,
        retry_after_s=error.retry_after_s,
    )


def event_response(told: Mapping[str, Any]) -> JSONResponse:
    """The problem that the data of an `error` event is told as."""
    return problem_response(
        status_of(told["code"]), told["code"], told["message"], retryable=told["retryable"]
    )


def status_of(code: str) -> HTTPStatus:
    """The status that a code is told with."""
    return STATUSES.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)


def _field_problem(problem: Mapping[str, Any], sent: str | None) -> dict[str, str]:
    """What is wrong with a field, or with the whole body, sent as that: then its name is empty."""
    match problem.get("type"):
        case "json_invalid":
            return {"field": "", "message": f"is not JSON: {problem['ctx']['error']}"}
        case "model_attributes_type":
            return {"field": "", "message": f"must be a JSON object{_named_wrong(sent)}"}
    field = ".".join(map(str, problem["loc"][1:]))
    if problem.get("type") == "string_pattern_mismatch":
        return {"field": field, "message": mismatch(problem["ctx"]["pattern"])}
    return {"field": field, "message": str(problem["msg"]).removeprefix("Value error, ")}


def _named_wrong(sent: str | None) -> str:
    """What is to be said of a Content-Type that is not that of JSON."""
    wanted = "send the header Content-Type: application/json"
    if not sent:
        return f", and the request does not say what it is: {wanted}"
    kind = sent.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return ""
    return f", and the request says that it is {kind[:100]}: {wanted}"


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(errors.CitewireError)
    async def known(request: Request, error: errors.CitewireError) -> JSONResponse:
        if error.public != str(error):
            logger.warning("%s: %s", error.code, error)
        return error_response(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        sent = request.headers.get("content-type")
        found = [_field_problem(problem, sent) for problem in error.errors()]
        detail = "; ".join(f"{p['field'] or 'body'}: {p['message']}" for p in found)
        return problem_response(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", detail, errors=found
        )

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == HTTPStatus.BAD_REQUEST:
            # FastAPI's word for a body that it cannot parse for other reasons than its syntax.
            return problem_response(
                HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", str(error.detail)
            )
        phrase = HTTPStatus(error.status_code).phrase
        return problem_response(
            error.status_code, phrase.lower().replace(" ", "_"), str(error.detail)
        )

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        return error_response(errors.known(error))
