"""Problems in OpenAI's form, on the paths where its clients ask."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

PREFIX = "/v1/"
SPOKEN: Final = (
    "There are GET /v1/models, POST /v1/chat/completions and POST /v1/responses; responses are not "
    "stored, so none can be asked for, cancelled or deleted by its id."
)
_TYPES = {
    401: "invalid_request_error",
    403: "permission_error",
    404: "invalid_request_error",
    409: "conflict_error",
    429: "rate_limit_error",
}


def is_openai_path(path: str) -> bool:
    """Whether OpenAI's clients ask there."""
    return path.startswith(PREFIX)


def failed_chunk(code: str, message: str) -> bytes:
    """What a stream that has begun ends with when the answer fails."""
    error = {"message": message, "type": "server_error", "param": None, "code": code}
    return b"data: %b\n\n" % orjson.dumps({"error": error})


def openai_error(status: int, problem: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    """The status and the body that they expect for a problem."""
    if status == 422:  # OpenAI says 400 to what it cannot read.
        status = 400
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    error = {
        "message": problem["detail"],
        "type": kind,
        "param": _param(problem),
        "code": problem["code"],
    }
    if problem["code"] == "not_found":  # no route
        error |= {"message": f"Unknown request URL. {SPOKEN}", "code": "unknown_url"}
    return status, {"error": error}


def _param(problem: Mapping[str, Any]) -> str | None:
    """The field that is at fault, of several the first."""
    faults = problem.get("errors") or [{}]
    return faults[0].get("field") or None
