"""Problems as JSON-RPC has them: what is wrong with a request before any of it is read."""

from collections.abc import Mapping
from typing import Any

import orjson
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST

PATH = "/mcp"


def is_mcp_path(path: str) -> bool:
    """Whether clients of MCP ask there."""
    return path == PATH


def broken_off(number: int | str | None, code: str, message: str) -> bytes:
    """What the stream of a request that has begun ends with when it is broken off."""
    error = {"code": INTERNAL_ERROR, "message": message, "data": {"code": code}}
    told = {"jsonrpc": "2.0", "id": number, "error": error}
    return b"event: message\ndata: %b\n\n" % orjson.dumps(told)


def json_rpc_error(status: int, problem: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    """The same status, and the problem as an error of a request that has no id yet."""
    told = {name: problem[name] for name in ("code", "retryable", "request_id")}
    error = {
        "code": INTERNAL_ERROR if status >= 500 else INVALID_REQUEST,
        "message": problem["detail"],
        "data": told,
    }
    return status, {"jsonrpc": "2.0", "id": None, "error": error}
