"""What a provider's faults mean for us: the error to raise, and how long to wait."""

import math
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, cast

import aiohttp
import orjson

from citewire.errors import (
    ModelBusy,
    ModelError,
    ModelKeyRefused,
    ModelRejected,
    ModelUnavailable,
    ModelUnpaid,
    PromptFiltered,
    TooLongForModel,
)
from citewire.services.models.habits import OPTIONS

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 8.0
LONGEST_PROSE = 4000

_KEY_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_OPTION_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)
_TOO_LONG_WORDS = (
    "context_length_exceeded",
    "exceed_context_size_error",
    "string_above_max_length",
)
_TOO_LONG = re.compile(
    r"(?:maximum |max_?|exceeds? the )(?:context|input|sequence|model|prompt)[ _]?len"
    r"|context (?:length|window|size)"
    r"|(?:prompt|input|text|sequence)s?\b.{0,40}\btoo (?:long|large)|must have less than \d+ tokens"
    r"|too many (?:input )?tokens|exceeds? .{0,20}\btoken(?:s| limit)|physical batch size",
    re.IGNORECASE | re.DOTALL,
)
_FILTERED_WORDS = (
    "content_filter",
    "content_policy_violation",
    "ResponsibleAIPolicyViolation",
    "data_inspection_failed",
    "sensitive_words_detected",
)
_UNPAID_WORDS = ("insufficient_quota", "insufficient_balance", "billing_hard_limit_reached")
_UNKNOWN_MODEL_WORDS = ("model_not_found", "invalid_model", "ModelNotFound", "DeploymentNotFound")
_UNKNOWN_MODEL = re.compile(r"\bmodel\b.{0,200}(?:not found|does not exist|unknown)", re.I | re.S)


class BadRequest(ModelRejected):
    """400 or 422: perhaps an option that this server does not know.

    Args:
        message: what failed.
        option: the one of ours that it names, or None.
    """

    def __init__(self, message: str, *, option: str | None = None) -> None:
        super().__init__(message)
        self.option = option


@dataclass(frozen=True, slots=True)
class Fault:
    """What a provider says of a fault.

    Args:
        code: its own word for it, safe to show.
        words: further ones.
        prose: what it says, never to be shown: it may quote key or question.
        param: the option that it names.
    """

    code: str = ""
    words: tuple[str, ...] = ()
    prose: str = ""
    param: str = ""

    @classmethod
    def from_json(cls, fault: object) -> "Fault":
        """What stands in the `error` of a reply, or in a reply that is nothing else."""
        if not isinstance(fault, dict):
            return cls(prose=str(fault or "")[:LONGEST_PROSE])
        inner = fault.get("innererror")
        inner = inner.get("code") if isinstance(inner, dict) else None
        said = [str(word) for word in (fault.get("code"), fault.get("type"), inner) if word]
        words = tuple(word for word in said if re.fullmatch(r"[\w.-]{1,64}", word))
        prose = "{message} {detail}".format_map({"message": "", "detail": "", **fault})
        return cls("".join(words[:1]), words, prose[:LONGEST_PROSE], str(fault.get("param") or ""))

    @property
    def option(self) -> str | None:
        """The option of ours that is refused; what is only too great is no refusal of it."""
        named = [one for one in OPTIONS if one == self.param]
        # The better name is often given after the refused one: the first counts.
        in_prose = sorted(
            (found.start(), one)
            for one in OPTIONS
            if (found := re.search(rf"\b{one}\b", self.prose)) is not None
        )
        named += [one for _, one in in_prose]
        too_great = re.search(r"too (?:large|great|high)|at most|exceed", self.prose, re.IGNORECASE)
        return named[0] if named and not too_great else None


async def refusal(response: aiohttp.ClientResponse, model: str, *, path: str) -> ModelError:
    """The error to raise for an answer whose status is not OK; reads its body."""
    problem = json_or_none(await response.read())
    fault = problem.get("error", problem) if isinstance(problem, dict) else None
    retry_after_s = _retry_after_s(response.headers)
    return _failure(response.status, Fault.from_json(fault), model, path, retry_after_s)


def _failure(
    status: int, fault: Fault, model: str, path: str = "", retry_after_s: float | None = None
) -> ModelError:
    what = f"{status}, {fault.code}" if fault.code else f"{status}"
    if (of_prompt := _failure_of_prompt(status, fault, model, what)) is not None:
        return of_prompt
    if (of_account := _failure_of_account(status, fault, what, retry_after_s)) is not None:
        return of_account
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
        return ModelUnavailable(f"the provider failed on model {model} ({what}): ask again")
    if _has(fault, _UNKNOWN_MODEL_WORDS) or _UNKNOWN_MODEL.search(fault.prose):
        setting = "CITEWIRE_EMBED_MODEL" if path == "embeddings" else "CITEWIRE_MODEL"
        return ModelRejected(f"the provider knows no model {model} ({what}): check {setting}")
    told = f"the provider refused the request for model {model} ({what})"
    if status in _OPTION_REFUSED:
        return BadRequest(f"{told}: check the model's name and its options", option=fault.option)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        told = f"the provider has no {path or 'such address'}, or no model {model} ({what})"
    return ModelRejected(
        f"{told}: check the model's name and OPENAI_BASE_URL, which often ends in /v1"
    )


def _failure_of_account(
    status: int, fault: Fault, what: str, retry_after_s: float | None
) -> ModelError | None:
    if status == HTTPStatus.PAYMENT_REQUIRED or _has(fault, _UNPAID_WORDS):
        return ModelUnpaid(
            f"the quota is used up or unpaid ({what}): check the provider's billing page"
        )
    if status in _KEY_REFUSED:
        return ModelKeyRefused(f"the provider refused the API key ({what}): check OPENAI_API_KEY")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ModelBusy(
            f"the provider is over its limits ({what}): wait, or raise the account's limits",
            retry_after_s=retry_after_s,
        )
    return None


def _failure_of_prompt(status: int, fault: Fault, model: str, what: str) -> ModelError | None:
    if _has(fault, _FILTERED_WORDS):
        return PromptFiltered(
            f"the provider's content filter refused the question or its passages ({what}):"
            " ask in other words"
        )
    may_be_long = status not in (*_KEY_REFUSED, HTTPStatus.TOO_MANY_REQUESTS)
    if (
        status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        or _has(fault, _TOO_LONG_WORDS)
        or (may_be_long and _TOO_LONG.search(fault.prose))
    ):
        return TooLongForModel(
            f"the request is longer than the model {model} takes ({what}): ask more briefly, or"
            " set CITEWIRE_CONTEXT_WINDOW to what the server has and lower"
            " CITEWIRE_SIMILARITY_TOP_K or CITEWIRE_MAX_ANSWER_TOKENS"
        )
    return None


def _has(fault: Fault, words: tuple[str, ...]) -> bool:
    return any(word in words for word in fault.words)


def failure_in_stream(fault: object, model: str) -> ModelError:
    """The error to raise for a fault that came after the status OK."""
    said = Fault.from_json(fault)
    if re.fullmatch("[45][0-9][0-9]", said.code):
        return _failure(int(said.code), Fault("", said.words, said.prose), model)
    if "rate_limit" in said.code:
        return ModelBusy(
            f"the provider is over its limits ({said.code}): wait, or raise the limits"
        )
    if (of_prompt := _failure_of_prompt(HTTPStatus.OK, said, model, said.code)) is not None:
        return of_prompt
    reason = said.code or "no reason given"
    return ModelUnavailable(f"the provider broke off the answer of {model} ({reason}): ask again")


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


def is_web_page(data: bytes) -> bool:
    """Whether a body begins as HTML does."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


NO_JSON = "the provider did not answer in JSON: check OPENAI_BASE_URL"
WEB_PAGE = (
    "the provider sent a web page instead of an answer: check OPENAI_BASE_URL, which is the"
    " address of the API and often ends in /v1"
)


def json_object(data: bytes, model: str) -> dict[str, Any]:
    """Parse an answer that must be a JSON object.

    Raises:
        ModelError: it is something else, or says that something failed.
    """
    answer = json_or_none(data)
    if isinstance(answer, dict):
        if (fault := fault_in(answer)) is not None:
            raise failure_in_stream(fault, model)
        return answer
    raise ModelRejected(WEB_PAGE if is_web_page(data) else NO_JSON)


def fault_in(reply: Mapping[str, Any]) -> object | None:
    """The fault that a reply or a chunk tells of; None if none: an empty one is none."""
    if reply.get("error"):
        return cast(object, reply["error"])
    return reply if "error" in (reply.get("object"), reply.get("type")) else None
