"""Whether the service can answer now: Redis, the index, the embedding size, the model."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from citewire.errors import UNKNOWN, CitewireError
from citewire.services.models.build import Models

logger = logging.getLogger(__name__)

MODEL_CHECK_EVERY_S = 15.0
"""How long the answer of the model's endpoint is believed, in seconds."""
CHECK_TIMEOUT_S = 3.0


Probe = Callable[[], Awaitable[None]]
"""Returns if all is well and raises a CitewireError that says what is not."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check; `detail` says what is wrong and what to do, or what was found."""

    name: str
    ok: bool
    detail: str


class ReadinessChecks:
    """The checks of one process.

    Args:
        redis: returns if Redis answers.
        index: returns if the live index is the one that the settings ask for.
        models: the models of the process.
    """

    def __init__(self, *, redis: Probe, index: Probe, models: Models) -> None:
        self._redis = redis
        self._index = index
        self._models = models
        self._model_checked = 0.0
        self._model_result: CheckResult | None = None

    async def check(self) -> list[CheckResult]:
        """Run all checks; each has its own time limit, so that one that hangs hides no other."""
        redis = await _run("redis", self._redis, "answers")
        if not redis.ok:
            return [redis, await self._model()]
        index = await _run("index", self._index, "fields and vector size fit")
        return [redis, index, await self._model()]

    async def _model(self) -> CheckResult:
        now = time.monotonic()
        if self._model_result is None or now - self._model_checked > MODEL_CHECK_EVERY_S:
            name = self._models.answering.name
            self._model_result = await _run("model", self._models.check, f"{name} answers")
            self._model_checked = now
        return self._model_result


async def _run(name: str, check: Probe, fine: str) -> CheckResult:
    try:
        with anyio.fail_after(CHECK_TIMEOUT_S):
            await check()
    except CitewireError as error:
        return CheckResult(name, ok=False, detail=str(error))
    except TimeoutError:
        return CheckResult(name, ok=False, detail=f"no answer within {CHECK_TIMEOUT_S:g} s")
    except Exception:
        # Whatever it is, whoever asks is told which check it was.
        logger.exception("the check of %s failed for an unknown reason", name)
        return CheckResult(name, ok=False, detail=f"{UNKNOWN}; its log says what")
    return CheckResult(name, ok=True, detail=fine)
