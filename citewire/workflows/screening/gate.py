"""How an answer waits for the verdict of a model that screens."""

import asyncio
from collections.abc import Callable

from citewire.workflows.events import RetrievingEvent, Shown, StageEvent

Announce = Callable[[Shown], None]
Verdict = asyncio.Future[bool]
"""Whether the question may be answered; pending while a model is asked."""


class Gate:
    """Announces what a run says, as soon as the question has passed the screen.

    Until then only what holds no text of a report goes through; what is held is let out by the
    verdict itself, or dropped.

    Args:
        announce: where to.
        verdict: pending while a model screens; None when the question has passed already.
    """

    def __init__(self, announce: Announce, verdict: Verdict | None) -> None:
        self._announce = announce
        self._verdict = verdict
        self._held: list[Shown] = []
        self._open = verdict is None
        if verdict is not None:
            verdict.add_done_callback(self._decide)

    def __call__(self, event: Shown) -> None:
        """Announce `event` now, later or never."""
        if not self._open and self._verdict is not None and self._verdict.done():
            self._decide(self._verdict)  # its callback is still to come
            if not self._open:
                return  # refused: the refusal is all that is said
        holds_no_text = isinstance(event, StageEvent | RetrievingEvent) and not self._held
        if self._open or holds_no_text:
            self._announce(event)
        else:
            self._held.append(event)

    def _decide(self, verdict: Verdict) -> None:
        held, self._held = self._held, []
        if not verdict.cancelled() and verdict.result():
            self._open = True
            for event in held:
                self._announce(event)

    async def passed(self) -> bool:
        """Wait for the verdict, and say whether the question may be answered."""
        if self._verdict is None:
            return True
        passed = await asyncio.shield(self._verdict)
        self._decide(self._verdict)  # what was held is out when this returns
        return passed
