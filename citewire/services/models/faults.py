"""What a provider's HTTP faults mean for us: the error to raise, and how long to wait."""

import math
import random
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson

from citewire.errors import (
    ModelBusy,
    ModelError,
    ModelKeyRefused,
    ModelRejected,
    ModelUnavailable,
)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 8.0

_KEY_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_OPTION_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)


class BadRequest(ModelRejected):
    """400 or 422: perhaps an option that this server does not know."""


async def refusal(response: aiohttp.ClientResponse, model: str) -> ModelError:
    """The error to raise for an answer whose status is not OK; reads its body."""
    problem = json_or_none(await response.read())
    fault = problem.get("error", problem) if isinstance(problem, dict) else None
    return _failure(response.status, code(fault), model, _retry_after_s(response.headers))


def _failure(status: int, code: str, model: str, retry_after_s: float | None) -> ModelError:
    what = f"{status}, {code}" if code else f"{status}"
    if status in _KEY_REFUSED:
        return ModelKeyRefused(f"the provider refused the API key ({what}): check OPENAI_API_KEY")
    if code == "insufficient_quota":
        return ModelRejected(f"the quota is used up ({what}): check the provider's billing page")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ModelBusy(
            f"the provider is over its limits ({what}): wait, or raise the account's limits",
            retry_after_s=retry_after_s,
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
        return ModelUnavailable(f"the provider failed on model {model} ({what}): ask again")
    kind = BadRequest if status in _OPTION_REFUSED else ModelRejected
    return kind(
        f"the provider refused the request for model {model} ({what}):"
        " check the model's name and OPENAI_BASE_URL"
    )


def failure_in_stream(code: str, model: str) -> ModelError:
    """The error to raise for a fault that came in mid-stream, after the status OK."""
    if re.fullmatch("[45][0-9][0-9]", code):
        return _failure(int(code), "", model, None)
    if "rate_limit" in code:
        return ModelBusy(f"the provider is over its limits ({code}): wait, or raise the limits")
    reason = code or "no reason given"
    return ModelUnavailable(f"the provider broke off the answer of {model} ({reason}): ask again")


def code(fault: object) -> str:
    """The provider's own word for a fault; never its prose, which may quote key or question."""
    if isinstance(fault, dict):
        for word in (fault.get("code"), fault.get("type")):
            if word and re.fullmatch(r"[\w.-]{1,64}", str(word)):
                return str(word)
    return ""


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After-Ms` or `Retry-After` (seconds or a date) says, in seconds."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "nan")) / unit
        except ValueError:
            continue
        if 0 <= seconds < math.inf:
            return seconds
    try:
        return max(0.0, parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time())
    except (KeyError, ValueError):
        return None


def pause_s(error: ModelError, tries: int) -> float:
    """Seconds to wait for retry `tries`, counted from 0; never less than `error` asks for."""
    spread = random.uniform(0.75, 1.25)  # noqa: S311  no secret hangs on it
    backoff = min(FIRST_PAUSE_S * 2.0**tries, LONGEST_PAUSE_S) * spread
    if isinstance(error, ModelBusy) and error.retry_after_s is not None:
        return max(error.retry_after_s, backoff)
    return backoff


def json_or_none(data: bytes) -> Any:
    """Parse `data`; None when it is no JSON."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def json_object(data: bytes) -> dict[str, Any]:
    """Parse an answer that must be a JSON object.

    Raises:
        ModelRejected: it is something else.
    """
    answer = json_or_none(data)
    if isinstance(answer, dict):
        return answer
    raise ModelRejected("the provider did not answer in JSON: check OPENAI_BASE_URL")
