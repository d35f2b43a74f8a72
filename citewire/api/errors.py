"""The one table that turns errors into HTTP and into `error` events.

Problem bodies follow RFC 9457. Every message of a CitewireError is written to be shown; what is
not a CitewireError is logged and told as `internal`.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from citewire import errors
from citewire.services.answers.events import Failed

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 2
"""What a client that found the server full is told to wait, in seconds."""


@dataclass(frozen=True, slots=True)
class Problem:
    """How a class of errors is told.

    Args:
        status: of the HTTP answer.
        code: stable, for programs.
        retryable: whether trying again can help.
        told: what a client is told instead of the error's own message, which is for the operator.
    """

    status: HTTPStatus
    code: str
    retryable: bool
    told: str | None = None


INTERNAL = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", retryable=True)

PROBLEMS: dict[type[Exception], Problem] = {
    errors.ApiKeyRefused: Problem(HTTPStatus.UNAUTHORIZED, "api_key_refused", retryable=False),
    errors.ChatNotFound: Problem(HTTPStatus.NOT_FOUND, "chat_not_found", retryable=False),
    errors.ChatBusy: Problem(HTTPStatus.CONFLICT, "chat_busy", retryable=True),
    errors.MessageNotFound: Problem(HTTPStatus.NOT_FOUND, "message_not_found", retryable=False),
    # Not 429: waiting does not help.
    errors.TooManyChats: Problem(HTTPStatus.CONFLICT, "too_many_chats", retryable=False),
    errors.RunNotFound: Problem(HTTPStatus.NOT_FOUND, "run_not_found", retryable=False),
    errors.KeyReused: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_reused", retryable=False
    ),
    errors.NotReplayable: Problem(HTTPStatus.CONFLICT, "not_replayable", retryable=False),
    errors.TooManyReaders: Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "too_many_readers", retryable=True
    ),
    errors.RunLost: Problem(HTTPStatus.BAD_GATEWAY, "run_lost", retryable=True),
    errors.DocumentNotFound: Problem(HTTPStatus.NOT_FOUND, "document_not_found", retryable=False),
    errors.PageNotFound: Problem(HTTPStatus.NOT_FOUND, "page_not_found", retryable=False),
    errors.PassageNotFound: Problem(HTTPStatus.NOT_FOUND, "passage_not_found", retryable=False),
    errors.JobNotFound: Problem(HTTPStatus.NOT_FOUND, "job_not_found", retryable=False),
    errors.InvalidUpload: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_upload", retryable=False
    ),
    errors.UnsupportedFormat: Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_format", retryable=False
    ),
    errors.UploadStalled: Problem(HTTPStatus.REQUEST_TIMEOUT, "upload_stalled", retryable=True),
    errors.TooManyJobs: Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_jobs", retryable=True),
    errors.TooManyRuns: Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_runs", retryable=True),
    errors.BodyTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", retryable=False
    ),
    errors.Draining: Problem(HTTPStatus.SERVICE_UNAVAILABLE, "draining", retryable=True),
    errors.StorageUnavailable: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "storage_unavailable",
        retryable=True,
        told="the storage does not answer at the moment",
    ),
    errors.IndexMismatch: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "index_mismatch",
        retryable=False,
        told="the index does not fit the settings of the server; /readyz says why",
    ),
    errors.LibraryBusy: Problem(
        HTTPStatus.CONFLICT,
        "library_busy",
        retryable=True,
        told="the documents are being changed at the moment: try again later",
    ),
    errors.UploadNotStored: Problem(
        HTTPStatus.INSUFFICIENT_STORAGE, "upload_not_stored", retryable=False
    ),
    errors.StorageError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "storage_error",
        retryable=False,
        told="the storage refuses the request; the server's log says why",
    ),
    errors.RetrievalTimeout: Problem(
        HTTPStatus.GATEWAY_TIMEOUT, "retrieval_timeout", retryable=True
    ),
    errors.ModelKeyRefused: Problem(HTTPStatus.BAD_GATEWAY, "model_key_refused", retryable=False),
    errors.ModelBusy: Problem(HTTPStatus.SERVICE_UNAVAILABLE, "model_busy", retryable=True),
    errors.ModelTimeout: Problem(HTTPStatus.GATEWAY_TIMEOUT, "model_timeout", retryable=True),
    errors.ModelRejected: Problem(HTTPStatus.BAD_GATEWAY, "model_rejected", retryable=False),
    errors.ModelUnavailable: Problem(HTTPStatus.BAD_GATEWAY, "model_unavailable", retryable=True),
    errors.ModelError: Problem(HTTPStatus.BAD_GATEWAY, "model_error", retryable=False),
}


def problem_of(error: Exception) -> Problem:
    """The table's row for an error: its own class or the nearest above."""
    for cls in type(error).__mro__:
        if cls in PROBLEMS:
            return PROBLEMS[cls]
    return INTERNAL


def error_payload(failed: Failed) -> dict[str, object]:
    """The fields of an `error` event."""
    problem = problem_of(failed.error)
    return {
        "code": problem.code,
        "message": problem.told or str(failed.error),
        "retryable": problem.retryable,
        "request_id": failed.ids.run_id,
        "partial_saved": failed.partial_saved,
        **asdict(failed.ids),
    }


def describe(error: Exception) -> dict[str, object]:
    """What is told of an error in the state of a job."""
    problem = problem_of(error)
    is_ours = isinstance(error, errors.CitewireError)
    told = problem.told or (str(error) if is_ours else "something went wrong on the server")
    return {"code": problem.code, "message": told, "retryable": problem.retryable}


def problem_response(
    status: int, code: str, detail: str, *, retryable: bool = False, **more: object
) -> JSONResponse:
    """A problem as JSON (RFC 9457), with our `code`, `retryable` and `request_id`."""
    headers = {"Cache-Control": "no-store"}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) and retryable:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        "retryable": retryable,
        "request_id": uuid4().hex,
        **more,
    }
    return JSONResponse(
        body, status_code=status, headers=headers, media_type="application/problem+json"
    )


def error_response(error: errors.CitewireError) -> JSONResponse:
    """The problem that an error is told as."""
    problem = problem_of(error)
    return problem_response(
        problem.status,
        problem.code,
        problem.told or str(error),
        retryable=problem.retryable,
    )


def event_response(told: Mapping[str, Any]) -> JSONResponse:
    """The problem that the data of an `error` event is told as."""
    statuses = {problem.code: problem.status for problem in (INTERNAL, *PROBLEMS.values())}
    return problem_response(
        statuses.get(told["code"], INTERNAL.status),
        told["code"],
        told["message"],
        retryable=told["retryable"],
    )


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(errors.CitewireError)
    async def known(request: Request, error: errors.CitewireError) -> JSONResponse:
        return error_response(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [
            {"field": ".".join(str(part) for part in problem["loc"][1:]), "message": problem["msg"]}
            for problem in error.errors()
        ]
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
        return problem_response(
            INTERNAL.status, INTERNAL.code, "something went wrong on the server", retryable=True
        )
