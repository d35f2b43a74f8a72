"""Whether the service can answer now: Redis, the index, and how the model did lately."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from citewire.errors import UNKNOWN, CitewireError
from citewire.services.models.build import Models

logger = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 3.0
MODEL, AUDIT = "model", "audit log"


Probe = Callable[[], Awaitable[None]]
"""Returns if all is well and raises a CitewireError that says what is not."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check; `detail` says what is wrong and what to do, or what was found."""

    name: str
    ok: bool
    detail: str

    @property
    def is_vital(self) -> bool:
        """Whether nothing can be answered without it."""
        return self.name not in (MODEL, AUDIT)


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

    async def check(self) -> list[CheckResult]:
        """Run all checks; each has its own time limit, so that one that hangs hides no other."""
        redis = await _run("redis", self._redis, "answers")
        if not redis.ok:
            return [redis, self._model()]
        index = await _run("index", self._index, "fields and vector size fit")
        return [redis, index, self._model()]

    def _model(self) -> CheckResult:
        """How the provider did lately: it is not asked, for that may cost.

        Trouble there is trouble for every worker at once: a load balancer that took them all away
        would make it worse.
        """
        name, health = self._models.answering.name, self._models.health
        if health is None:
            return CheckResult(MODEL, ok=True, detail=f"{name}: in this process")
        trouble = health.trouble()
        detail = f"{name}: {trouble or health.summary()}"
        return CheckResult(MODEL, ok=not trouble, detail=detail)


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
